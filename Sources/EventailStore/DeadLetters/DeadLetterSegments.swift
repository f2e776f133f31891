internal import EventailSystem

/// The files of a dead letter folder: `<number>.jsonl`, a larger number holds later letters.
///
/// *Limits*: a segment is read whole, at most `mostBytes`.
struct DeadLetterSegments: Sendable {
    let folder: String
    static let mostBytes = 512 << 20

    init(stateFolder: String) { folder = "\(stateFolder)/dead-letter" }

    func path(_ number: Int) -> String {
        let digits = String(number)
        return "\(folder)/" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".jsonl"
    }

    /// The numbers of the segments there are, ascending; none when there is no folder.
    func numbers() throws(StoreError) -> [Int] {
        try StoreError.wrapping(folder) { () throws(SystemError) in
            if !FileSystem.exists(folder) { return [] }
            return try FileSystem.names(in: folder).compactMap { name in name.hasSuffix(".jsonl") ? Int(name.dropLast(6)) : nil }.sorted()
        }
    }

    /// The whole content of a segment; empty when it went away meanwhile.
    func content(_ number: Int) throws(StoreError) -> [UInt8] {
        let path = path(number)
        return try StoreError.wrapping(path) { () throws(SystemError) in
            do throws(SystemError) { return try FileSystem.read(path, limit: Self.mostBytes) } catch {
                if error.isMissing { return [] }
                throw error
            }
        }
    }

    func length(_ number: Int) throws(StoreError) -> Int64 {
        let path = path(number)
        return try StoreError.wrapping(path) { () throws(SystemError) in try Descriptor.open(path, .read).size() }
    }

    /// Where each whole line of a segment's content lies, line ends not included.
    static func lines(of content: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = 0
        for index in content.indices where content[index] == 0x0A {
            found.append(start..<index)
            start = index + 1
        }
        return found
    }
}
