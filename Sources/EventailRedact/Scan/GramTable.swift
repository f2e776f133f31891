/// Which four bytes side by side can belong to a key of a provider or to a key's name that looks secret.
///
/// Looked up for every byte of every line, so it is one load: a hash of the four bytes says yes or no, a second hash of them asks again. What both
/// let through now and then by chance, the matchers refuse. *Owns* its memory. *Thread*: any. *Limits*: 32 KiB, so that it stays in the nearest cache.
@safe final class GramTable {
    static let entries = 1 << 15
    let base: UnsafeMutablePointer<UInt8>

    init(keys: Bool, names: Bool) {
        unsafe base = .allocate(capacity: Self.entries)
        unsafe base.initialize(repeating: 0, count: Self.entries)
        if keys { addKeys() }
        if names { addNames() }
    }

    deinit { unsafe base.deallocate() }

    @inline(__always) static func first(_ word: UInt32) -> Int { Int(truncatingIfNeeded: (word &* 0x9E37_79B1) >> 17) }
    @inline(__always) static func second(_ word: UInt32) -> Int { Int(truncatingIfNeeded: (word &* 0x85EB_CA6B) >> 17) }

    /// Set in the entry of the first hash, and of the second.
    static let firstBit: UInt8 = 1
    static let secondBit: UInt8 = 2

    private func add(_ bytes: [UInt8]) {
        var word: UInt32 = 0
        for (index, byte) in bytes.enumerated() { word |= UInt32(byte) << UInt32(8 * index) }
        unsafe base[Self.first(word)] |= Self.firstBit
        unsafe base[Self.second(word)] |= Self.secondBit
    }

    /// Three bytes and any character of a token.
    private func addOpen(_ three: String) {
        for byte in UInt8.min...UInt8.max where byte.isTokenPart { add(Array(three.utf8) + [byte]) }
    }

    /// In capitals, small letters and every mixture of them.
    private func addAnyCase(_ gram: String) {
        let bytes = Array(gram.utf8)
        for mixture in 0..<16 {
            add(bytes.enumerated().map { index, byte in byte.isLetter && mixture >> index & 1 == 1 ? byte ^ 0x20 : byte })
        }
    }

    /// `KeyMatcher` knows where in a key each of them is.
    private func addKeys() {
        for three in ["eyJ", "sk-", "hf_", "SG."] { addOpen(three) }
        let grams = [
            "sk_l", "sk_t", "rk_l", "rk_t", "gsk_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "b_pa", "glpa", "npm_", "AKIA", "ASIA", "AIza", "xoxb", "xoxp",
            "xoxa", "xoxr", "xoxs", "xoxe", "xapp", "xai-", "ya29", "whse", "-BEG", "pplx", "pypi", "shpa", "dop_",
        ]
        for gram in grams { add(Array(gram.utf8)) }
        // Of `Bearer `.
        addAnyCase("rer ")
    }

    /// Pieces of the words that `SecretName` knows. A word that is secret only at the key's end stands before a quote, or the backslash of one.
    private func addNames() {
        for gram in ["sswo", "sswd", "ssph", "ssco", "cret", "utho", "rede", "ooki", "pwd_", "pwd-", "pwd."] { addAnyCase(gram) }
        for three in ["pwd", "ken", "uth", "key", "cvv", "cvc"] {
            addAnyCase(three + "\"")
            addAnyCase(three + "\\")
        }
    }
}
