public import EventailEvents
internal import EventailSystem

/// Lines of a segment that follow each other and have all in common but their places: one agent's file, one profile, one context.
public struct InboxGroup {
    public let verdict: InboxEntry.Verdict
    public let path: String
    public let fileKey: String
    public let context: [UInt8]
    /// The lines as the agent wrote them: in the segment's buffer, behind the fields that stand before them; positions are the segment's.
    public let lines: LineBatch
    /// What the sender said of each line.
    public let entries: [BatchOrigin.Entry]

    /// Cuts a batch of a segment's lines into groups, in order; together they cover all of it.
    public static func groups(of batch: LineBatch) -> [InboxGroup] {
        var splitter = Splitter(batch)
        return splitter.split()
    }

    private struct Splitter {
        let batch: LineBatch
        var groups: [InboxGroup] = []
        /// The group's fields as they are written; nil before the first line.
        var common: [UInt8]?
        var lines: [LineBatch.Line] = []
        var entries: [BatchOrigin.Entry] = []
        var first = 0

        init(_ batch: LineBatch) { self.batch = batch }

        mutating func split() -> [InboxGroup] {
            for index in batch.lines.indices {
                let line = batch.lines[index]
                let tabs = tabs(of: line)
                let commonLength = tabs.count == InboxRecord.fields - 1 ? tabs[InboxRecord.groupFields - 1] : 0
                if !isCommon(Int(line.start), commonLength) {
                    finish(before: index)
                    common = batch.buffer.bytes(Int(line.start)..<Int(line.start) + commonLength)
                }
                if commonLength == 0 {
                    lines.append(line)
                    entries.append(BatchOrigin.Entry(position: line.position, time: 0))
                    continue
                }
                let header = tabs[InboxRecord.fields - 2] + 1
                lines.append(LineBatch.Line(start: line.start + UInt32(header), length: line.length - UInt32(header), position: line.position))
                entries.append(BatchOrigin.Entry(position: number(line, tabs[3] + 1..<tabs[4]), time: number(line, tabs[4] + 1..<tabs[5])))
            }
            finish(before: batch.lines.count)
            return groups
        }

        /// Where the first tabs of a line are, from its start.
        private func tabs(of line: LineBatch.Line) -> [Int] {
            var found: [Int] = []
            if line.tooLongBytes > 0 { return found }
            var from = 0
            while found.count < InboxRecord.fields - 1 {
                let next = unsafe ByteSearch.first(0x09, in: batch.buffer.base + Int(line.start) + from, count: Int(line.length) - from)
                if next < 0 { return found }
                found.append(from + next)
                from += next + 1
            }
            return found
        }

        private func isCommon(_ start: Int, _ length: Int) -> Bool {
            guard let common, common.count == length else { return false }
            return unsafe common.elementsEqual(UnsafeRawBufferPointer(start: batch.buffer.base + start, count: length))
        }

        private func number(_ line: LineBatch.Line, _ range: Range<Int>) -> Int64 {
            Int64(batch.buffer.text(Int(line.start) + range.lowerBound..<Int(line.start) + range.upperBound)) ?? 0
        }

        private mutating func finish(before index: Int) {
            defer { first = index }
            guard let common, index > first else { return }
            let isLast = index == batch.lines.count
            let start = first == 0 ? batch.start : batch.lines[first].position
            let part = LineBatch(
                file: batch.file, buffer: batch.buffer, start: start, firstLine: batch.firstLine + Int64(first), readTime: batch.readTime)
            part.end = isLast ? batch.end : batch.lines[index].position
            part.lines = lines
            // Nobody but the inbox writes a segment, so a group inside a batch needs nothing that could refute it.
            part.fingerprint = isLast ? batch.fingerprint : .none
            groups.append(InboxGroup(common, part, entries))
            lines = []
            entries = []
        }
    }

    private init(_ common: [UInt8], _ lines: LineBatch, _ entries: [BatchOrigin.Entry]) {
        self.lines = lines
        self.entries = entries
        let fields = common.split(separator: 0x09, omittingEmptySubsequences: false)
        guard fields.count == InboxRecord.groupFields else {
            verdict = .refused(.notJSON, "is no entry of an inbox")
            path = lines.file.path
            fileKey = lines.file.stableKey
            context = []
            return
        }
        path = InboxRecord.unescape(fields[1])
        fileKey = InboxRecord.unescape(fields[2])
        if fields[0].first == 0x21, let reason = RejectionReason(name: String(decoding: fields[0].dropFirst(), as: UTF8.self)) {
            verdict = .refused(reason, InboxRecord.unescape(fields[3]))
            context = []
        } else {
            verdict = .profile(InboxRecord.unescape(fields[0]))
            context = Base64.decode(String(decoding: fields[3], as: UTF8.self)) ?? []
        }
    }
}
