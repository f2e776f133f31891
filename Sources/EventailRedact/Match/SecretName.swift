/// Tells from a key's words whether its value is a secret: `password`, `api_key`, `clientSecret`, but not `tokens_used` or `next_page_token`.
enum SecretName {
    static let longest = 64

    enum Verdict {
        case harmless
        /// A text is a secret, a number is not (`token: 17`).
        case text
        case any
    }

    /// A word of up to 16 letters and digits in lower case, its last letter in the lowest byte.
    private typealias Word = UInt128

    private static func word(_ text: StaticString) -> Word {
        var word: Word = 0
        for byte in String(describing: text).utf8 { word = word << 8 | Word(byte) }
        return word
    }

    private static func words(_ texts: [StaticString]) -> Set<UInt128> { Set(texts.map(word)) }

    /// Secret wherever they stand, unless a harmless word ends the key.
    private static let strong = words([
        "password", "passwords", "passwd", "pwd", "passphrase", "passcode", "secret", "secrets", "credential", "credentials", "authorization", "apikey",
        "secretkey", "privatekey", "accesskey", "cvv", "cvc",
    ])
    /// Secret when they end the key.
    private static let weak = words(["token", "auth", "cookie", "cookies", "authtoken", "accesstoken", "refreshtoken"])
    /// Before `key`.
    private static let keyKinds = words([
        "api", "secret", "private", "access", "signing", "encryption", "auth", "master", "account", "storage", "shared", "ssh", "service", "subscription",
        "license", "client", "app",
    ])
    /// Before `token`: places in lists, parts of texts.
    private static let places = words([
        "next", "page", "pagination", "continuation", "sync", "end", "start", "stop", "eos", "bos", "pad", "unk", "mask", "sep", "cls", "first", "last",
        "per", "max", "min", "prompt", "completion", "total", "input", "output", "special", "previous", "prev", "cost",
    ])
    /// Behind a strong word: something about the secret.
    private static let harmless = words([
        "count", "length", "type", "policy", "name", "names", "id", "ids", "arn", "version", "path", "file", "files", "required", "enabled", "expiry",
        "expires", "expiration", "at", "url", "uri", "hint", "min", "max", "field", "fields", "changed", "reset", "status", "source", "provider", "store",
        "scanner", "detection", "detected", "found", "scan", "check", "rotation", "engine", "mode", "strength", "valid", "present", "exists", "missing",
    ])
    /// Written without a gap: `dbpassword`.
    private static let endings: [(word: UInt128, length: Int)] = (["password", "passwd", "secret", "token", "apikey", "passphrase"] as [StaticString])
        .map { (word($0), $0.utf8CodeUnitCount) }

    static func verdict(_ text: ScannedText, _ start: Int, _ end: Int) -> Verdict {
        var verdict = Verdict.harmless
        var (before, last): (Word, Word) = (0, 0)
        var index = start
        while index < end {
            while index < end && !text[index].isAlphanumeric { index += 1 }
            let first = index
            var word: Word = 0
            while index < end && text[index].isAlphanumeric && (index == first || !startsWord(text, index, end)) {
                word = word << 8 | Word(text[index].isLetter ? text[index] | 0x20 : text[index])
                index += 1
            }
            if index == first { break }
            (before, last) = (last, word)
            if strong.contains(word) { verdict = .any }
        }
        if harmless.contains(last) { return .harmless }
        if verdict == .any { return .any }
        if last == key && keyKinds.contains(before) { return .any }
        if weak.contains(last) { return places.contains(before) ? .harmless : .text }
        for ending in endings where last & ((1 << Word(ending.length * 8)) - 1) == ending.word { return .text }
        return .harmless
    }

    private static let key = word("key")

    /// `apiKey`, `APIKey`.
    private static func startsWord(_ text: ScannedText, _ index: Int, _ end: Int) -> Bool {
        let byte = text[index]
        if byte &- 0x41 >= 26 { return false }
        let before = text[index - 1]
        if before &- 0x41 >= 26 { return true }
        return index + 1 < end && text[index + 1] &- 0x61 < 26
    }
}
