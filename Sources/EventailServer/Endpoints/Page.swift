internal import EventailSystem

extension Endpoints {
    /// The page at `/` and what it loads: from here only, as its policy tells the browser.
    static func page() -> [Route] {
        [
            file("/", "page/index.html", "text/html; charset=utf-8"), file("/page.css", "page/page.css", "text/css; charset=utf-8"),
            file("/page.js", "page/page.js", "text/javascript; charset=utf-8"),
        ]
    }

    private static func file(_ path: String, _ name: String, _ type: String) -> Route {
        let policy =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
            + "form-action 'none'; frame-ancestors 'none'"
        let response = Response(
            status: 200,
            headers: [
                ("Content-Type", type), ("Cache-Control", "no-cache"), ("Referrer-Policy", "no-referrer"), ("Content-Security-Policy", policy),
            ], body: Resource.bytes(name) ?? [])
        return Route("GET", path, on: .serve, for: .open) { _ in response }
    }
}
