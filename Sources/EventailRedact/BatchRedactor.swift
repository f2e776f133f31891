public import EventailEvents
internal import EventailSystem

/// Hides in a batch what rules name: in its lines, in its roles' texts and in what it refused.
///
/// Used once, by whoever extracted the batch and before anybody else sees it; so all that leaves is the same, live or read again. Positions,
/// numbers, times and counts stay, so that figures and ids do not hang on it. The agents' files are never touched.
/// *Owns* a redactor. *Thread*: one. *Limits*: the memory of one more batch.
public final class BatchRedactor {
    private let redactor: Redactor
    private let wantsMembers: Bool
    /// The new lines of the batch at hand.
    private var bytes: [UInt8] = []
    private var hasChanged = false

    public init(_ rules: RedactionRules) {
        redactor = Redactor(rules)
        wantsMembers = rules.secretKeys || !rules.fields.isEmpty
    }

    /// Changes the batch. One without anything to hide stays as it is, its memory too.
    public func redact(_ batch: EventBatch) {
        hasChanged = false
        redactTexts(of: batch)
        for index in batch.contexts.indices {
            let old = batch.contexts[index]
            batch.contexts[index] = EventBatch.Context(firstEvent: old.firstEvent, bytes: FileContext.encoded(old.bytes) { redactor.redact($0) })
        }
        for index in batch.events.indices { redactLine(index, of: batch) }
        for index in batch.rejections.indices { redactRejection(index, of: batch) }
        if !hasChanged { return }
        batch.buffer = ByteBuffer(bytes)
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.mostKept)
    }

    /// Memory kept from one batch to the next.
    private static let mostKept = 4 << 20

    // MARK: lines

    private func redactLine(_ index: Int, of batch: EventBatch) {
        let text = unsafe ScannedText(UnsafeRawPointer(batch.buffer.base) + Int(batch.events[index].start), count: Int(batch.events[index].length))
        let isHit = redactor.search(text, .json)
        if isHit && !hasChanged { moveAll(before: index, 0, of: batch) }
        if !hasChanged { return }
        (batch.events[index].start, batch.events[index].length) = place(text, isHit)
        if isHit && wantsMembers { hideRoles(of: index, in: batch, text) }
    }

    private func redactRejection(_ index: Int, of batch: EventBatch) {
        let old = batch.rejections[index]
        let text = unsafe ScannedText(UnsafeRawPointer(batch.buffer.base) + old.start, count: old.length)
        let isBroken = old.reason == .notJSON || old.reason == .invalidUTF8 || old.reason == .tooLong
        let isHit = redactor.search(text, isBroken ? .plain : .json)
        if isHit && !hasChanged { moveAll(before: batch.events.count, index, of: batch) }
        let (start, length) = hasChanged ? place(text, isHit) : (UInt32(old.start), UInt32(old.length))
        batch.rejections[index] = Rejection(
            reason: old.reason, position: old.position, line: old.line, start: Int(start), length: Int(length), bytesInFile: old.bytesInFile,
            profile: old.profile, location: redactor.redact(old.location), keyword: old.keyword, message: redactor.redact(old.message))
    }

    /// From the first line with something to hide on, all lines lie in the new bytes, first those before it.
    private func moveAll(before events: Int, _ rejections: Int, of batch: EventBatch) {
        hasChanged = true
        bytes.reserveCapacity(Int(batch.validBytes) + 4096)
        for index in 0..<events {
            let event = batch.events[index]
            let text = unsafe ScannedText(UnsafeRawPointer(batch.buffer.base) + Int(event.start), count: Int(event.length))
            batch.events[index].start = UInt32(bytes.count)
            unsafe bytes.append(contentsOf: text.bytes(0..<text.count))
        }
        for index in 0..<rejections {
            let old = batch.rejections[index]
            let start = bytes.count
            unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: batch.buffer.base + old.start, count: old.length))
            batch.rejections[index] = Rejection(
                reason: old.reason, position: old.position, line: old.line, start: start, length: old.length, bytesInFile: old.bytesInFile,
                profile: old.profile, location: old.location, keyword: old.keyword, message: old.message)
        }
    }

    /// Appends a line as it may leave, and says where it lies.
    private func place(_ text: ScannedText, _ isHit: Bool) -> (UInt32, UInt32) {
        let start = bytes.count
        if isHit { redactor.writer.write(text, redactor.found, into: &bytes) } else { unsafe bytes.append(contentsOf: text.bytes(0..<text.count)) }
        return (UInt32(start), UInt32(bytes.count - start))
    }

    // MARK: roles

    /// Patterns in roles' texts, found in all texts at once; only those with a candidate are looked at one by one.
    private func redactTexts(of batch: EventBatch) {
        if batch.text.isEmpty { return }
        let copy = ByteBuffer(capacity: batch.text.count)
        unsafe batch.text.withUnsafeBytes { source in
            if let start = source.baseAddress { unsafe copy.base.copyMemory(from: start, byteCount: source.count) }
        }
        let all = unsafe ScannedText(UnsafeRawPointer(copy.base), count: batch.text.count)
        let candidates = redactor.candidates(all)
        if candidates.isEmpty { return }
        for index in batch.values.indices {
            let value = batch.values[index]
            // Pairs calls with results and is shown to nobody.
            if value.role.isNumber || value.role == .callID { continue }
            let (offset, length) = (value.offset, value.length)
            let next = candidates.partitioningIndex { $0 >= offset }
            guard next < candidates.count, candidates[next] < offset + length else { continue }
            let text = all.part(offset, length)
            if !redactor.search(text, .plain) { continue }
            var output: [UInt8] = []
            redactor.writer.write(text, redactor.found, into: &output)
            replace(index, with: output, in: batch)
        }
    }

    private func replace(_ index: Int, with text: [UInt8], in batch: EventBatch) {
        let offset = batch.text.count
        batch.text.append(contentsOf: text)
        batch.values[index] = RoleValue(batch.values[index].role, offset: offset, length: text.count)
    }

    /// Roles that come from hidden members.
    private func hideRoles(of index: Int, in batch: EventBatch, _ text: ScannedText) {
        let hidden = redactor.hiddenTexts(text)
        if hidden.isEmpty { return }
        let event = batch.events[index]
        hide(hidden, Int(event.firstValue), Int(event.valueCount), in: batch)
        for part in Int(event.firstPart)..<Int(event.firstPart) + Int(event.partCount) {
            hide(hidden, Int(batch.parts[part].firstValue), Int(batch.parts[part].valueCount), in: batch)
        }
    }

    /// How long a hidden text must be to be looked for within a longer one.
    private static let leastWithin = 8

    private func hide(_ hidden: [[UInt8]], _ first: Int, _ count: Int, in batch: EventBatch) {
        for index in first..<first + count {
            let value = batch.values[index]
            if value.role.isNumber || value.role == .callID { continue }
            let text = batch.text[value.offset..<value.offset + value.length]
            guard hidden.contains(where: { text.elementsEqual($0) || $0.count >= Self.leastWithin && text.contains($0) }) else { continue }
            var output: [UInt8] = []
            redactor.writer.mask(.secret, of: text, into: &output)
            replace(index, with: output, in: batch)
        }
    }
}

extension Array where Element == Int {
    /// The index of the first element for which it holds; it holds for all behind.
    func partitioningIndex(_ holds: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
