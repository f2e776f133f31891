/// Finds keys of the common providers, JSON web tokens, bearer tokens and passwords in URLs.
enum KeyMatcher {
    /// What a provider's keys look like.
    private struct Form {
        /// Which characters follow what it begins with.
        enum Body { case token, alphanumeric, upper, dotted, hexadecimal }

        let beginning: [UInt8]
        /// Where in it the scanner stops.
        let anchor: Int
        let body: Body
        let least: Int
        /// Longer ones are no key; 0 when there is no such length.
        let most: Int
        /// Whether a digit must be among them and no word may end right before: the beginning alone says little.
        let isShy: Bool

        init(_ beginning: String, anchor: Int = 0, _ body: Body, _ least: Int, most: Int = 0, isShy: Bool = false) {
            self.beginning = Array(beginning.utf8)
            self.anchor = anchor
            self.body = body
            self.least = least
            self.most = most
            self.isShy = isShy
        }
    }

    private static let forms: [Form] = [
        // Anthropic, OpenAI and those that took their form
        Form("sk-ant-", .token, 16), Form("sk-proj-", .token, 16), Form("sk-svcacct-", .token, 16), Form("sk-or-v1-", .token, 16),
        Form("sk-", .token, 20, isShy: true),
        // Stripe, Groq
        Form("sk_live_", .alphanumeric, 10), Form("sk_test_", .alphanumeric, 10), Form("rk_live_", .alphanumeric, 10), Form("rk_test_", .alphanumeric, 10),
        Form("whsec_", .token, 16), Form("gsk_", .alphanumeric, 20),
        // GitHub, GitLab
        Form("ghp_", .alphanumeric, 36), Form("gho_", .alphanumeric, 36), Form("ghu_", .alphanumeric, 36), Form("ghs_", .alphanumeric, 36),
        Form("ghr_", .alphanumeric, 36), Form("github_pat_", anchor: 5, .token, 22), Form("glpat-", .token, 20),
        // Amazon, Google
        Form("AKIA", .upper, 16, most: 16, isShy: true), Form("ASIA", .upper, 16, most: 16, isShy: true), Form("AIza", .token, 35, most: 35),
        Form("ya29.", .token, 20),
        // Slack
        Form("xoxb-", .token, 10), Form("xoxp-", .token, 10), Form("xoxa-", .token, 10), Form("xoxr-", .token, 10), Form("xoxs-", .token, 10),
        Form("xoxe", .dotted, 20), Form("xapp-", .token, 10),
        // SendGrid, npm, PyPI, Hugging Face, xAI, Perplexity, Shopify, DigitalOcean
        Form("SG.", .dotted, 40), Form("npm_", .alphanumeric, 36), Form("pypi-AgE", .token, 40), Form("hf_", .alphanumeric, 30),
        Form("xai-", .alphanumeric, 20), Form("pplx-", .alphanumeric, 30), Form("shpat_", .hexadecimal, 32), Form("dop_v1_", .hexadecimal, 64),
    ]

    /// The forms whose anchor is a byte.
    private static let byAnchor: [[Form]] = (0..<256).map { byte in forms.filter { Int($0.beginning[$0.anchor]) == byte } }

    /// A key of a provider.
    static func key(_ text: ScannedText, at anchor: Int) -> Found? {
        for form in byAnchor[Int(text[anchor])] {
            let start = anchor - form.anchor
            if !text.has(form.beginning, at: start) { continue }
            if form.isShy && !text.isBoundary(start) { continue }
            let first = start + form.beginning.count
            var end = first
            var hasDigit = !form.isShy
            while isPart(text[end], form.body) {
                hasDigit = hasDigit || text[end].isDigit
                end += 1
                // A longer run than any key is still hidden whole, but nobody looks far for a digit or beyond the only right length.
                if !hasDigit && end - first > 512 || form.most > 0 && end - first > form.most { break }
            }
            if end - first < form.least || form.most > 0 && end - first > form.most || !hasDigit { continue }
            return Found(.apiKey, start, end)
        }
        return nil
    }

    private static func isPart(_ byte: UInt8, _ body: Form.Body) -> Bool {
        switch body {
        case .token: byte.isTokenPart
        case .alphanumeric: byte.isAlphanumeric
        case .upper: byte &- 0x41 < 26 || byte.isDigit
        case .dotted: byte.isTokenPart || byte == 0x2E
        case .hexadecimal: byte.isHexadecimal
        }
    }

    /// `eyJ...` and at least one more part behind a dot.
    static func webToken(_ text: ScannedText, at start: Int) -> Found? {
        guard text.isBoundary(start) else { return nil }
        // Behind a dash it may be one of many in a long run, each of which would be followed to its end.
        let isWithinRun = text[start - 1].isTokenPart
        var index = start
        var parts = 0
        var end = start
        while parts < 5 {
            let first = index
            while text[index].isTokenPart && !(isWithinRun && index - first > 512) { index += 1 }
            if index - first < (parts < 2 ? 8 : 1) { break }
            parts += 1
            end = index
            guard text[index] == 0x2E else { break }
            index += 1
        }
        return parts >= 2 ? Found(.jwt, start, end) : nil
    }

    private static let bearer = Array("bea".utf8)

    /// What follows `Bearer `, found at its fourth letter.
    static func bearerToken(_ text: ScannedText, at anchor: Int) -> Found? {
        for offset in 0..<3 where text[anchor - 3 + offset] | 0x20 != bearer[offset] { return nil }
        let start = anchor + 4
        var end = start
        var hasDigit = false
        while text[end].isTokenPart || text[end] == 0x2E || text[end] == 0x7E || text[end] == 0x2B || text[end] == 0x2F || text[end] == 0x3D {
            hasDigit = hasDigit || text[end].isDigit
            end += 1
        }
        return end - start >= 16 && hasDigit ? Found(.apiKey, start, end) : nil
    }

    private static let privateKey = Array("PRIVATE KEY".utf8)
    private static let begin = Array("-BEGIN ".utf8)
    private static let endLine = Array("-----END".utf8)

    /// A private key in PEM, to the end of its last line, or of the string when that is missing.
    static func privateKey(_ text: ScannedText, at dash: Int) -> Found? {
        guard text.has(begin, at: dash) else { return nil }
        var index = dash + begin.count
        // `RSA `, `OPENSSH `, `ENCRYPTED ` ...
        while index - dash < 40 && !text.has(privateKey, at: index) { index += 1 }
        guard text.has(privateKey, at: index) else { return nil }
        index += privateKey.count
        while text[index] == 0x2D { index += 1 }
        var start = dash
        while text[start - 1] == 0x2D && dash - start < 5 { start -= 1 }
        while index < text.count && text[index] != 0x22 && !(text[index] == 0x2D && text.has(endLine, at: index)) { index += 1 }
        if text.has(endLine, at: index) {
            index += endLine.count
            while index < text.count && text[index] != 0x22 && text[index] != 0x2D && text[index] != 0x5C { index += 1 }
            while text[index] == 0x2D { index += 1 }
        }
        // An escaped quote ends it, not only the quote.
        while text[index] == 0x22 && text[index - 1] == 0x5C { index -= 1 }
        return Found(.apiKey, start, index)
    }

    /// The password of `scheme://user:password@host`, from the `@`.
    static func passwordInAddress(_ text: ScannedText, at sign: Int) -> Found? {
        var index = sign - 1
        var colon = -1
        while sign - index < 256 {
            let byte = text[index]
            if byte <= 0x20 || byte == 0x22 || byte == 0x27 || byte == 0x3C || byte == 0x3E || byte == 0x5C || byte == 0x40 { return nil }
            if byte == 0x2F { break }
            if byte == 0x3A { colon = index }
            index -= 1
        }
        guard colon >= 0, sign - colon > 1, text[index] == 0x2F, text[index - 1] == 0x2F, text[index - 2] == 0x3A else { return nil }
        return Found(.apiKey, colon + 1, sign)
    }
}
