/// Entries of a shared stream of which it is not decided whose they are.
public struct StagedBatch: Sendable, Equatable {
    /// Names the batch to those who decide.
    public let token: String
    /// Of its entries, in their order.
    public let places: [InboxPlace]

    public init(token: String, places: [InboxPlace]) {
        self.token = token
        self.places = places
    }
}

/// A staged batch and where it goes: the file `staged` of an inbox.
///
///     <token> TAB <number of the segment> TAB <the segment's length without it> LF
///     the entries as in a segment
struct InboxStage {
    let token: String
    let segment: Int
    let length: Int64
    private let records: [(place: InboxPlace, bytes: ArraySlice<UInt8>)]

    init(_ entries: [InboxEntry], token: String, segment: Int, length: Int64) {
        self.token = token
        self.segment = segment
        self.length = length
        records = entries.map { entry in
            var bytes: [UInt8] = []
            InboxRecord.encode(entry, into: &bytes)
            return (entry.place, bytes[...])
        }
    }

    /// Reads the file; nil when it is none.
    init?(_ file: [UInt8]) {
        guard let end = file.firstIndex(of: 0x0A) else { return nil }
        let head = file[..<end].split(separator: 0x09).map { String(decoding: $0, as: UTF8.self) }
        guard head.count == 3, let segment = Int(head[1]), let length = Int64(head[2]) else { return nil }
        token = head[0]
        self.segment = segment
        self.length = length
        var records: [(place: InboxPlace, bytes: ArraySlice<UInt8>)] = []
        var start = end + 1
        for index in file.indices[start...] where file[index] == 0x0A {
            let fields = file[start..<index].split(separator: 0x09, maxSplits: InboxRecord.fields - 1, omittingEmptySubsequences: false)
            guard fields.count == InboxRecord.fields, let place = InboxRecord.place(fields[InboxRecord.fields - 2]) else { return nil }
            records.append((place, file[start...index]))
            start = index + 1
        }
        self.records = records
    }

    var encoded: [UInt8] {
        var bytes = Array("\(token)\t\(segment)\t\(length)\n".utf8)
        for record in records { bytes += record.bytes }
        return bytes
    }

    var batch: StagedBatch { StagedBatch(token: token, places: records.map(\.place)) }

    /// What goes into the segment, and the newest position of each part.
    func taken(without refused: Set<InboxPlace>) -> (bytes: [UInt8], positions: [String: String]) {
        var bytes: [UInt8] = []
        var positions: [String: String] = [:]
        for record in records where !refused.contains(record.place) {
            bytes += record.bytes
            positions[record.place.part] = record.place.position
        }
        return (bytes, positions)
    }
}
