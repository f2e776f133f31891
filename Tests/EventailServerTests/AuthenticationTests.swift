import EventailJSON
import EventailServer
import EventailSystem
import EventailTLS
import EventailTestSupport
import Testing

@Suite struct AuthenticatorTests {
    private static let secret = Array("a secret of at least 32 characters!".utf8)
    private let now = Timestamp(nanoseconds: 1_763_700_000_000_000_000)

    private func configuration(_ change: (inout AuthenticationConfiguration) -> Void = { _ in }) -> AuthenticationConfiguration {
        var configuration = AuthenticationConfiguration()
        configuration.algorithms = [.HS256]
        configuration.secret = Self.secret
        change(&configuration)
        return configuration
    }

    private func identity(_ token: String, _ change: (inout AuthenticationConfiguration) -> Void = { _ in }) throws -> Identity {
        try Authenticator(configuration(change)).identity(token: token, now: now)
    }

    private func part(_ json: String) -> String { Base64.encode(Array(json.utf8), .addresses) }

    /// A token with any header and claims, signed with the secret.
    private func signed(_ header: String, _ claims: String, by algorithm: SignatureAlgorithm = .HS256, with secret: [UInt8] = AuthenticatorTests.secret) -> String {
        let text = part(header) + "." + part(claims)
        return text + "." + Base64.encode(SignatureKey(secret: secret).sign(Array(text.utf8), by: algorithm), .addresses)
    }

    private let header = #"{"alg":"HS256","typ":"JWT"}"#
    private let claims = #"{"sub":"ann","role":"ops","exp":1763700060}"#

    @Test func aRightTokenTellsWhoItIs() throws {
        let found = try identity(signed(header, #"{"sub":"ann","role":"ops","agents":["a","b"],"types":"t","exp":1763700060.5}"#)) {
            $0.roles = ["ops": Identity.Scope(agents: ["b", "c"])]
        }
        #expect(found == Identity(subject: "ann", role: "ops", scope: Identity.Scope(agents: ["b"], types: ["t"]), expires: 1_763_700_060_000_000_000))
    }

    @Test func whatIsMintedIsBelieved() throws {
        let wanted = Identity(
            subject: "bob", role: "viewer", scope: Identity.Scope(agents: ["a"], executions: ["e"]), expires: now.nanoseconds + 60_000_000_000)
        for algorithm in [SignatureAlgorithm.HS256, .HS384, .HS512] {
            let token = TokenMinter(secret: Self.secret, algorithm: algorithm).token(for: wanted, issuer: "me", audience: "you", now: now)
            let found = try identity(token) {
                $0.algorithms = [algorithm]
                $0.issuer = "me"
                $0.audience = "you"
            }
            #expect(found == wanted)
        }
    }

    @Test func attacksAreRefused() {
        let right = signed(header, claims)
        let parts = right.split(separator: ".").map(String.init)
        let attacks: [(String, String)] = [
            ("nothing", ""), ("no token", "abc"), ("two parts", parts[0] + "." + parts[1]), ("four parts", right + ".x"),
            ("no signature", parts[0] + "." + parts[1] + "."), ("another signature", parts[0] + "." + parts[1] + "." + part("x")),
            ("changed claims", parts[0] + "." + part(#"{"role":"admin","exp":1763700060}"#) + "." + parts[2]),
            ("another key", signed(header, claims, with: Array("another secret of 32 characters!!!".utf8))),
            ("alg none", part(#"{"alg":"none"}"#) + "." + part(claims) + "."), ("alg None", part(#"{"alg":"None"}"#) + "." + part(claims) + "."),
            ("no alg", signed("{}", claims)), ("alg not listed", signed(#"{"alg":"HS512"}"#, claims, by: .HS512)),
            ("alg twice", signed(#"{"alg":"none","alg":"HS256"}"#, claims)), ("jwk", signed(#"{"alg":"HS256","jwk":{"kty":"oct","k":"AA"}}"#, claims)),
            ("jku", signed(#"{"alg":"HS256","jku":"https://evil.example/keys"}"#, claims)), ("x5u", signed(#"{"alg":"HS256","x5u":"https://evil.example"}"#, claims)),
            ("x5c", signed(#"{"alg":"HS256","x5c":[]}"#, claims)), ("crit", signed(#"{"alg":"HS256","crit":["exp"]}"#, claims)),
            ("no exp", signed(header, #"{"role":"ops"}"#)), ("exp a text", signed(header, #"{"exp":"1763700060"}"#)), ("exp without end", signed(header, #"{"exp":1e400}"#)),
            ("expired", signed(header, #"{"exp":1763700000}"#)), ("not yet", signed(header, #"{"exp":1763800000,"nbf":1763700100}"#)),
            ("claims no object", signed(header, "[]")), ("filled up", right + "="), ("long", signed(header, #"{"exp":1763700060,"x":""# + String(repeating: "x", count: 9000) + #""}"#)),
        ]
        for (name, token) in attacks {
            #expect(throws: AuthenticationRefusal.self, "\(name)") { try identity(token) }
        }
        #expect(throws: Never.self) { try identity(right) }
    }

    @Test func anIssuerAndAnAudienceThatAreAskedForMustBeThere() {
        #expect(throws: AuthenticationRefusal.self) { try identity(signed(header, claims)) { $0.issuer = "us" } }
        #expect(throws: AuthenticationRefusal.self) { try identity(signed(header, #"{"exp":1763700060,"aud":["other"]}"#)) { $0.audience = "us" } }
        #expect(throws: Never.self) { try identity(signed(header, #"{"exp":1763700060,"aud":["other","us"],"iss":"us"}"#)) { ($0.audience, $0.issuer) = ("us", "us") } }
    }

    @Test func aRoleThatIsNotThereMayNothing() {
        #expect(throws: AuthenticationRefusal.forbidden("the role \"ops\" is none of this server's")) {
            try identity(signed(header, claims)) { $0.roles = ["admin": Identity.Scope()] }
        }
    }

    @Test func fixedTokensHaveTheirRole() throws {
        let found = try identity("a-fixed-token-of-32-characters-at-least") {
            $0.algorithms = []
            $0.tokens = [("another", "x"), ("a-fixed-token-of-32-characters-at-least", "scraper")]
        }
        #expect(found.role == "scraper" && found.expires == nil)
    }

    // MARK: keys of others

    @Test func publicKeysCheckOnlyTheirOwnAlgorithm() throws {
        let folder = try TemporaryFolder()
        let pem = Vectors.rsaPublic
        try FileSystem.replace(folder.file("key.pem"), with: Array(pem.utf8))
        let change: (inout AuthenticationConfiguration) -> Void = {
            $0.algorithms = [.RS256, .HS256]
            $0.secret = nil
            $0.publicKeyPath = folder.file("key.pem")
        }
        #expect(try identity(Vectors.rsaToken, change).subject == "ann")
        // The public key, which everybody knows, used as a shared secret.
        #expect(throws: AuthenticationRefusal.self) { try identity(signed(header, claims, with: Array(pem.utf8)), change) }
    }

    @Test func keySetsAreReadAndReadAgain() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("keys.json")
        try FileSystem.replace(path, with: Array(Vectors.keySet.utf8))
        let change: (inout AuthenticationConfiguration) -> Void = {
            $0.algorithms = [.RS256, .ES256, .EdDSA]
            $0.secret = nil
            $0.keySetPath = path
        }
        for token in [Vectors.rsaToken, Vectors.curveToken, Vectors.edwardsToken] {
            #expect(try identity(token, change).subject == "ann")
            #expect(throws: AuthenticationRefusal.self) { try identity(String(token.dropLast(4)) + "AAAA", change) }
            #expect(throws: AuthenticationRefusal.self) { try identity(token) { change(&$0); $0.algorithms = [.HS256] } }
        }
        let authenticator = try Authenticator(configuration(change))
        try FileSystem.replace(path, with: Array(Vectors.otherKeySet.utf8))
        #expect(throws: AuthenticationRefusal.self) { try authenticator.identity(token: Vectors.curveToken, now: now) }
    }

    @Test func wrongKeysKeepTheServerFromStarting() throws {
        let folder = try TemporaryFolder()
        try FileSystem.replace(folder.file("x"), with: Array("no key".utf8))
        #expect(throws: ServerError.self) { try Authenticator(configuration { $0.publicKeyPath = folder.file("x") }) }
        #expect(throws: ServerError.self) { try Authenticator(configuration { $0.keySetPath = folder.file("x") }) }
        #expect(throws: ServerError.self) { try Authenticator(configuration { $0.keySetPath = folder.file("absent") }) }
    }
}

/// What requests and WebSocket clients get, with a token and without.
@Suite struct AuthenticationTests {
    private static let secret = Array("a secret of at least 32 characters!".utf8)
    private let folder: TemporaryFolder
    private let server: TestServer

    init() throws {
        folder = try TemporaryFolder()
        server = try TestServer(history: folder) { configuration in
            var authentication = AuthenticationConfiguration()
            authentication.algorithms = [.HS256]
            authentication.secret = Self.secret
            authentication.roles = ["admin": Identity.Scope(), "viewer": Identity.Scope(agents: ["planner"])]
            configuration.authentication = authentication
            configuration.authenticationTimeout = .seconds(3)
            configuration.expiryGrace = .seconds(3)
        }
    }

    private func token(_ role: String, seconds: Int64 = 60) -> String {
        TokenMinter(secret: Self.secret, algorithm: .HS256).token(
            for: Identity(subject: "ann", role: role, expires: Timestamp.now().nanoseconds + seconds * 1_000_000_000))
    }

    private func get(_ path: String, _ headers: String = "") throws -> TestClient.Reply { try #require(try server.client().get(path, headers: headers)) }

    private func status(_ path: String, _ role: String) throws -> Int { try get(path, "Authorization: Bearer \(token(role))\r\n").status }

    @Test func requestsNeedATokenExceptForHealthAndThePage() throws {
        for path in ["/livez", "/healthz", "/readyz", "/"] { #expect(try get(path).status != 401) }
        for path in ["/metrics", "/api/v1/events", "/api/v1/audit", "/api/v1/config", "/api/v1/dead-letters"] {
            let reply = try get(path)
            #expect(reply.status == 401 && reply.headers["www-authenticate"] == "Bearer realm=\"eventail\"", "\(path)")
            #expect(try get(path, "Authorization: Bearer nonsense\r\n").headers["www-authenticate"]?.contains("invalid_token") == true)
        }
        #expect(try get("/api/v1/events?access_token=\(token("admin"))").status == 400)
        #expect(try get("/api/v1/audit", "Authorization: Basic YTpi\r\n").status == 401)
        let twice = "Authorization: Bearer \(token("admin"))\r\n"
        #expect(try get("/api/v1/audit", twice + twice).status == 401)
        #expect(try status("/api/v1/audit", "admin") == 200)
    }

    @Test func aRoleThatSeesSomeEventsGetsTheseOnly() throws {
        #expect(try status("/api/v1/audit", "viewer") == 403)
        #expect(try status("/metrics", "viewer") == 403)
        #expect(try status("/api/v1/events", "viewer") == 200)
        #expect(try status("/api/v1/events?agent=coder", "viewer") == 403)
        #expect(try status("/api/v1/events", "nobody") == 403)
    }

    private func subscriber(_ role: String, _ message: String) throws -> TestClient {
        let client = try server.client()
        #expect(client.upgrade(headers: "Authorization: Bearer \(token(role))\r\n")?.status == 101)
        client.say(message)
        client.say(#"{"type":"ping"}"#)
        return client
    }

    @Test func subscriptionsAreNarrowedToTheRole() throws {
        let client = try subscriber("viewer", #"{"type":"subscribe","all":true}"#)
        #expect(client.message() == #"{"type":"pong"}"#)
        let lines = server.publish([.init(agent: "coder"), .init(agent: "planner")])
        #expect(client.message()?.contains(lines[1]) == true)
        let other = try subscriber("viewer", #"{"type":"subscribe","id":1,"filter":{"agents":["coder"]}}"#)
        #expect(other.message()?.contains("forbidden") == true)
        let raw = try server.client()
        #expect(raw.upgrade("/raw", headers: "Authorization: Bearer \(token("viewer"))\r\n")?.status == 403)
        #expect(try server.client().upgrade("/raw")?.status == 401)
    }

    @Test func aMessageOrASubprotocolSaysWhoItIsToo() throws {
        let late = try server.client()
        #expect(late.upgrade()?.status == 101)
        late.say(#"{"type":"auth","id":7,"token":""# + token("admin") + #""}"#)
        let answer = late.message() ?? ""
        #expect(answer.hasPrefix(#"{"type":"authenticated","id":7,"role":"admin""#), "\(answer)")
        late.say(#"{"type":"subscribe","id":1,"all":true}"#)
        #expect(late.message()?.contains("subscribed") == true)

        for offered in [token("admin"), Base64.encode(Array(token("admin").utf8), .addresses)] {
            let page = try server.client()
            let reply = page.upgrade(headers: "Sec-WebSocket-Protocol: eventail.v1, base64url.bearer.authorization.eventail.\(offered)\r\n")
            #expect(reply?.status == 101 && reply?.headers["sec-websocket-protocol"] == "eventail.v1")
            #expect(page.message()?.contains("connected") == true)
        }
        let wrong = try server.client()
        #expect(wrong.upgrade(headers: "Sec-WebSocket-Protocol: base64url.bearer.authorization.eventail.a.b.c\r\n")?.status == 101)
        #expect(wrong.message() == "close 4401")
    }

    @Test func whoDoesNotSayWhoItIsIsClosed() throws {
        let silent = try server.client()
        #expect(silent.upgrade()?.status == 101)
        #expect(silent.message() == "close 4408")
        let early = try server.client()
        #expect(early.upgrade()?.status == 101)
        early.say(#"{"type":"subscribe","all":true}"#)
        #expect(early.message() == "close 4401")
        let wrong = try server.client()
        #expect(wrong.upgrade()?.status == 101)
        wrong.say(#"{"type":"auth","token":"nonsense"}"#)
        #expect(wrong.message() == "close 4401")
        #expect(try server.client().upgrade(headers: "Authorization: Bearer nonsense\r\n")?.status == 401)
    }

    @Test func anExpiredTokenIsToldMayBeRefreshedAndEnds() throws {
        func client() throws -> TestClient {
            let client = try server.client()
            _ = client.upgrade(headers: "Authorization: Bearer \(token("admin", seconds: 1))\r\n")
            return client
        }
        let (first, second) = (try client(), try client())
        #expect(first.message()?.contains("token_expired") == true)
        #expect(second.message()?.contains("token_expired") == true)
        second.say(#"{"type":"auth","token":""# + token("viewer") + #""}"#)
        let refusal = second.message() ?? ""
        #expect(refusal.contains("forbidden"), "\(refusal)")
        second.say(#"{"type":"auth","token":""# + token("admin") + #""}"#)
        #expect(second.message()?.contains("authenticated") == true)
        #expect(first.message() == "close 4401")
        second.say(#"{"type":"ping"}"#)
        #expect(second.message() == #"{"type":"pong"}"#)
    }
}
