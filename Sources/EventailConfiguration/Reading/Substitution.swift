internal import EventailSystem

/// Puts environment variables and secrets' files into a string value.
///
///     ${NAME}            the variable, which must be set
///     ${NAME:-default}   the variable, or the default when it is unset or empty
///     ${file:/path}      the content of a file, without a line end at its end, at most 64 KiB
///     $${                the two characters `${`
struct Substitution: Sendable {
    let environment: @Sendable (String) -> String?

    /// The largest file whose content becomes a value.
    static let mostBytes = 64 << 10

    /// Why a value has no text: what is wrong and what would be right.
    struct Failure: Error, Equatable {
        let wrong: String
        let right: String
    }

    /// The text with everything put in; what is put in is not looked at again.
    func apply(to text: String) throws(Failure) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                result += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else {
                    throw Failure(wrong: "\"${\" has no end", right: "write ${NAME}, or $${ for the characters themselves")
                }
                result += try value(of: rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
                rest = rest[rest.index(after: end)...]
            } else {
                result += "$"
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }

    private func value(of reference: Substring) throws(Failure) -> String {
        if reference.hasPrefix("file:") { return try content(of: String(reference.dropFirst(5))) }
        let name = reference.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        let rest = reference.dropFirst(name.count)
        guard !name.isEmpty, name.first?.isNumber == false, rest.isEmpty || rest.hasPrefix(":-") else {
            throw Failure(wrong: "\"${\(reference)}\" is not a reference", right: "write ${NAME}, ${NAME:-default} or ${file:/path}")
        }
        let value = environment(String(name))
        if rest.isEmpty {
            guard let value else {
                throw Failure(
                    wrong: "the environment variable \(name) is not set", right: "set it, or write ${\(name):-default}")
            }
            return value
        }
        guard let value, !value.isEmpty else { return String(rest.dropFirst(2)) }
        return value
    }

    private func content(of path: String) throws(Failure) -> String {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try FileSystem.read(path, limit: Self.mostBytes)
        } catch {
            throw Failure(wrong: "the file of the value cannot be read (\(error))", right: "name a readable file of at most 64 KiB")
        }
        var text = String(decoding: bytes, as: UTF8.self)
        if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
        return text
    }
}
