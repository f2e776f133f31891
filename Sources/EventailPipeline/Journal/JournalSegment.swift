internal import EventailEvents
internal import EventailSystem

/// The records of one segment file: encoding, and reading up to the first that is cut or does not check.
enum JournalSegment {
    struct Content {
        var entries: [JournalEntry] = []
        var numbers: [Journal.FileKey: UInt32] = [:]
        var validBytes = 0
        var totalBytes = 0
    }

    private static let definition: UInt8 = 0x46  // F
    private static let entry: UInt8 = 0x45  // E

    /// `F`, length of the rest u32, number u32, generation i64, then identity, path and source, each with a u32 length, then check u64.
    static func encode(_ key: Journal.FileKey, _ number: UInt32, into bytes: inout [UInt8]) {
        var body: [UInt8] = []
        body.append(littleEndian: number)
        body.append(littleEndian: Int64(key.generation))
        for text in [key.identity.key, key.path, key.source] {
            body.append(littleEndian: UInt32(text.utf8.count))
            body.append(contentsOf: text.utf8)
        }
        bytes.append(definition)
        bytes.append(littleEndian: UInt32(body.count + 8))
        bytes.append(contentsOf: body)
        bytes.append(littleEndian: Hash.xxh3(body))
    }

    /// `E`, then the 72 bytes that `JournalEntry` draws.
    static func encode(_ value: JournalEntry, _ number: UInt32, into bytes: inout [UInt8]) {
        var body: [UInt8] = []
        body.reserveCapacity(JournalEntry.size)
        body.append(littleEndian: number)
        body.append(littleEndian: UInt32(value.events))
        body.append(littleEndian: value.start)
        body.append(littleEndian: value.end)
        body.append(littleEndian: value.firstLine)
        body.append(littleEndian: value.firstSequence)
        body.append(littleEndian: UInt32(value.fingerprint.length))
        body.append(littleEndian: UInt32(0))
        body.append(littleEndian: value.fingerprint.hash)
        body.append(littleEndian: value.nextLine)
        bytes.append(entry)
        bytes.append(contentsOf: body)
        bytes.append(littleEndian: Hash.xxh3(body))
    }

    static func read(_ path: String, first: Int64) throws(SystemError) -> Content {
        let bytes = try FileSystem.read(path)
        var content = Content()
        content.totalBytes = bytes.count
        let header = Journal.magic.count + 8
        guard bytes.count >= header, Array(bytes[0..<Journal.magic.count]) == Journal.magic, bytes.number(at: Journal.magic.count, as: Int64.self) == first
        else { return content }
        content.validBytes = header
        var files: [UInt32: Journal.FileKey] = [:]
        var at = header
        while at < bytes.count {
            if bytes[at] == definition {
                guard at + 5 <= bytes.count else { break }
                let length = Int(bytes.number(at: at + 1, as: UInt32.self))
                guard length >= 8, at + 5 + length <= bytes.count else { break }
                let body = Array(bytes[at + 5..<at + 5 + length - 8])
                guard Hash.xxh3(body) == bytes.number(at: at + 5 + length - 8, as: UInt64.self), let (number, key) = decodeKey(body) else { break }
                files[number] = key
                content.numbers[key] = number
                at += 5 + length
            } else if bytes[at] == entry {
                guard at + 1 + JournalEntry.size <= bytes.count else { break }
                let body = Array(bytes[at + 1..<at + 1 + 64])
                guard Hash.xxh3(body) == bytes.number(at: at + 65, as: UInt64.self), let key = files[body.number(at: 0)] else { break }
                content.entries.append(
                    JournalEntry(
                        index: first + Int64(content.entries.count), identity: key.identity, generation: key.generation, path: key.path,
                        source: key.source, start: body.number(at: 8), end: body.number(at: 16), firstLine: body.number(at: 24),
                        nextLine: body.number(at: 56), firstSequence: body.number(at: 32), events: Int(body.number(at: 4, as: UInt32.self)),
                        fingerprint: Fingerprint(length: Int(body.number(at: 40, as: UInt32.self)), hash: body.number(at: 48))))
                at += 1 + JournalEntry.size
            } else {
                break
            }
            content.validBytes = at
        }
        return content
    }

    private static func decodeKey(_ body: [UInt8]) -> (UInt32, Journal.FileKey)? {
        guard body.count >= 12 else { return nil }
        var at = 12
        var texts: [String] = []
        for _ in 0..<3 {
            guard at + 4 <= body.count else { return nil }
            let length = Int(body.number(at: at, as: UInt32.self))
            guard at + 4 + length <= body.count else { return nil }
            texts.append(String(decoding: body[at + 4..<at + 4 + length], as: UTF8.self))
            at += 4 + length
        }
        let key = Journal.FileKey(
            identity: FileIdentity(key: texts[0]), generation: Int(body.number(at: 4, as: Int64.self)), path: texts[1], source: texts[2])
        return (body.number(at: 0), key)
    }
}
