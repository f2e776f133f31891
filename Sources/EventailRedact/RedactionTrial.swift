public import EventailSystem

/// Looks through whole files and tells what would be hidden, for benchmarks and for finding false hits. *Thread*: one.
public final class RedactionTrial {
    private let redactor: Redactor

    public init(_ rules: RedactionRules) { redactor = Redactor(rules) }

    /// How many lines there are, and how many pieces of each kind would be hidden. `each` gets every piece with its kind.
    public func run(_ buffer: ByteBuffer, each: ((String, [UInt8]) -> Void)? = nil) -> (lines: Int64, hits: [String: Int]) {
        var counts = [Int](repeating: 0, count: 8)
        var lines: Int64 = 0
        var start = 0
        while start < buffer.count {
            let base = unsafe UnsafeRawPointer(buffer.base)
            let found = unsafe ByteSearch.first(0x0A, in: base + start, count: buffer.count - start)
            let length = found < 0 ? buffer.count - start : found
            let text = unsafe ScannedText(base + start, count: length)
            if redactor.search(text, .json) {
                for piece in redactor.found {
                    counts[Int(piece.kind.rawValue)] += 1
                    if let each { unsafe each(piece.kind.name, Array(text.bytes(piece.start..<piece.end))) }
                }
            }
            lines += 1
            start += length + 1
        }
        var hits: [String: Int] = [:]
        for (kind, count) in counts.enumerated() where count > 0 { hits[HiddenKind(rawValue: UInt8(kind))?.name ?? ""] = count }
        return (lines, hits)
    }
}
