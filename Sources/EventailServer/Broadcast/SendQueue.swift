internal import EventailSystem

/// What waits to be sent to one client: pieces of shared chunks, in order.
///
/// *Owns* references only; pieces that lie side by side are one, so that a client of all events has one piece a chunk and one `send` takes
/// all that is pending. *Thread*: `serve`. *Limits*: its owner compares `pending` with the client's and sheds.
struct SendQueue {
    struct Piece {
        let chunk: FrameChunk
        var start: Int
        var end: Int
    }

    private var pieces: ContiguousArray<Piece> = []
    private var head = 0
    /// Bytes that wait.
    private(set) var pending = 0

    var isEmpty: Bool { pending == 0 }

    mutating func append(_ chunk: FrameChunk, from start: Int, to end: Int) {
        if start >= end { return }
        pending += end - start
        if pieces.count > head {
            let last = pieces.count - 1
            if pieces[last].chunk === chunk && pieces[last].end == start {
                pieces[last].end = end
                return
            }
        }
        pieces.append(Piece(chunk: chunk, start: start, end: end))
    }

    mutating func append(_ chunk: FrameChunk) { append(chunk, from: 0, to: chunk.used) }

    mutating func removeAll() {
        pieces.removeAll()
        head = 0
        pending = 0
    }

    /// Sends what the kernel takes.
    mutating func send(to descriptor: Descriptor, with gatherer: Gatherer) -> Socket.Transfer {
        var total = 0
        while pending > 0 {
            gatherer.removeAll()
            var index = head
            while index < pieces.count && !gatherer.isFull {
                let piece = pieces[index]
                unsafe gatherer.add(UnsafeRawPointer(piece.chunk.base + piece.start), count: piece.end - piece.start)
                index += 1
            }
            switch gatherer.send(descriptor) {
            case .moved(let count):
                sent(count)
                total += count
                if count < gatherer.byteCount { return .moved(total) }
            case .wouldBlock: return total > 0 ? .moved(total) : .wouldBlock
            case .ended: return .ended
            case .failed(let error): return .failed(error)
            }
        }
        return .moved(total)
    }

    private mutating func sent(_ count: Int) {
        pending -= count
        var rest = count
        while rest > 0 {
            let length = pieces[head].end - pieces[head].start
            if rest < length {
                pieces[head].start += rest
                return
            }
            rest -= length
            head += 1
        }
        if head == pieces.count {
            pieces.removeAll(keepingCapacity: pieces.capacity <= 64)
            head = 0
        } else if head > 64 {
            pieces.removeFirst(head)
            head = 0
        }
    }

    /// Takes events out until at most `target` bytes wait: lowest priority first and of equal ones the oldest first, or the oldest whatever
    /// their priority (`oldestFirst`). A frame whose first byte was sent stays whole. Messages that are no events stay.
    ///
    /// Returns what was taken out, together with what earlier `dropped` messages that still waited told: those are taken out too, and `told`
    /// counts their events.
    mutating func shed(to target: Int, oldestFirst: Bool, told: inout Int64) -> Loss {
        var sizes = [Int](repeating: 0, count: 256)
        forEachWhole { frame in sizes[Int(oldestFirst ? 0 : frame.priority)] += frame.length }
        // Whole classes go until the rest of one is enough.
        var excess = pending - target
        var limits = [Int](repeating: 0, count: 256)
        for priority in 0..<256 where excess > 0 && sizes[priority] > 0 {
            limits[priority] = excess
            excess -= sizes[priority]
        }
        var loss = Loss(count: 0, from: 0, to: 0)
        var kept = SendQueue()
        for index in head..<pieces.count {
            let piece = pieces[index]
            if let earlier = piece.chunk.loss, index > head || piece.start == 0 {
                loss.add(earlier)
                told += earlier.count
                continue
            }
            if piece.chunk.frames.isEmpty {
                kept.append(piece.chunk, from: piece.start, to: piece.end)
                continue
            }
            var at = piece.chunk.firstFrame(from: piece.start)
            let begun = at < piece.chunk.frames.count ? min(piece.chunk.frames[at].start, piece.end) : piece.end
            kept.append(piece.chunk, from: piece.start, to: begun)
            while at < piece.chunk.frames.count && piece.chunk.frames[at].start < piece.end {
                let frame = piece.chunk.frames[at]
                let priority = Int(oldestFirst ? 0 : frame.priority)
                if limits[priority] > 0 {
                    limits[priority] -= frame.length
                    loss.add(Loss(count: 1, from: frame.sequence, to: frame.sequence))
                } else {
                    kept.append(piece.chunk, from: frame.start, to: frame.end)
                }
                at += 1
            }
        }
        self = kept
        return loss
    }

    /// Takes out all that was not begun, for a message that must come next.
    mutating func removeUnbegun() {
        var kept = SendQueue()
        if head < pieces.count {
            let piece = pieces[head]
            let at = piece.chunk.firstFrame(from: piece.start)
            if piece.chunk.frames.isEmpty {
                if piece.start > 0 { kept.append(piece.chunk, from: piece.start, to: piece.end) }
            } else {
                let begun = at < piece.chunk.frames.count ? min(piece.chunk.frames[at].start, piece.end) : piece.end
                kept.append(piece.chunk, from: piece.start, to: begun)
            }
        }
        self = kept
    }

    /// Puts a message before everything that was not begun.
    mutating func insertNext(_ chunk: FrameChunk) {
        var kept = self
        kept.removeUnbegun()
        let begun = kept.pending
        kept.append(chunk)
        var skip = begun
        for index in head..<pieces.count {
            let piece = pieces[index]
            let skipped = min(skip, piece.end - piece.start)
            skip -= skipped
            kept.append(piece.chunk, from: piece.start + skipped, to: piece.end)
        }
        self = kept
    }

    private func forEachWhole(_ body: (FrameChunk.Frame) -> Void) {
        for index in head..<pieces.count {
            let piece = pieces[index]
            var at = piece.chunk.firstFrame(from: piece.start)
            while at < piece.chunk.frames.count && piece.chunk.frames[at].start < piece.end {
                body(piece.chunk.frames[at])
                at += 1
            }
        }
    }
}
