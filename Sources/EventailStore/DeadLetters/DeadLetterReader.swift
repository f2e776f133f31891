internal import EventailJSON
internal import Synchronization

/// Reads dead letters page by page, also while they are written.
///
/// *Thread*: any; pages are read one at a time. *Limits*: `mostLetters` a page; one segment in memory at a time.
public final class DeadLetterReader: Sendable {
    public static let mostLetters = 1000

    public enum Order: Sendable { case newestFirst, oldestFirst }

    /// Some letters, and where to go on.
    public struct Page: Sendable {
        public let letters: [DeadLetter]
        /// Hand it in for the page behind this one; nil when this is the last.
        public let next: String?
    }

    private let segments: DeadLetterSegments
    private let parser = Mutex(Parser())

    private final class Parser: @unchecked Sendable {
        // @unchecked: reached only under the reader's lock.
        let tape = TapeParser(capacity: 64 << 10)
    }

    public init(stateFolder: String) { segments = DeadLetterSegments(stateFolder: stateFolder) }

    /// A page of letters; `cursor` is that of the last letter seen, nil begins. A cursor that is none of ours begins, too.
    public func letters(
        after cursor: String? = nil, limit: Int = 100, order: Order = .newestFirst, where wanted: (@Sendable (DeadLetter) -> Bool)? = nil
    ) throws(StoreError) -> Page {
        let limit = min(max(limit, 1), Self.mostLetters)
        let start = cursor.flatMap(Place.init)
        var numbers = try segments.numbers()
        if order == .newestFirst { numbers.reverse() }
        var found: [DeadLetter] = []
        for number in numbers {
            if let start, order == .newestFirst ? number > start.segment : number < start.segment { continue }
            let content = try segments.content(number)
            var lines = DeadLetterSegments.lines(of: content)
            if order == .newestFirst { lines.reverse() }
            for line in lines {
                if let start, start.segment == number, order == .newestFirst ? line.lowerBound >= start.offset : line.lowerBound <= start.offset { continue }
                let place = Place(segment: number, offset: line.lowerBound)
                let letter = parser.withLock { DeadLetter(record: Array(content[line]), cursor: place.text, parser: $0.tape) }
                guard let letter, wanted?(letter) ?? true else { continue }
                if found.count == limit { return Page(letters: found, next: found.last?.cursor) }
                found.append(letter)
            }
        }
        return Page(letters: found, next: nil)
    }

    /// A record's place: its segment and where it starts in it.
    private struct Place {
        let segment: Int
        let offset: Int
        var text: String { "\(segment)-\(offset)" }

        init(segment: Int, offset: Int) {
            self.segment = segment
            self.offset = offset
        }

        init?(_ text: String) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, let segment = Int(parts[0]), let offset = Int(parts[1]) else { return nil }
            self.segment = segment
            self.offset = offset
        }
    }
}
