/// Encoded frames, one behind the other, shared by all clients that get them.
///
///     base  [frame][frame][frame]....free....|capacity
///     frames  where each event's frame lies, its sequence number and priority
///
/// *Owns* its memory. *Thread*: filled by one (`serve`, or `query` for a replay) before it is handed on; what is written never changes, so
/// clients send from it while more is put behind. *Limits*: `capacity`; one frame larger than `usualCapacity` has a chunk of its own.
@safe final class FrameChunk: @unchecked Sendable {
    // @unchecked: only its present owner appends; a chunk made on `query` is handed over whole.
    static let usualCapacity = 256 << 10

    struct Frame {
        let start: Int
        let length: Int
        let sequence: Int64
        let priority: UInt8
        var end: Int { start + length }
    }

    let base: UnsafeMutableRawPointer
    let capacity: Int
    private(set) var used = 0
    /// Empty when the chunk holds something else than events, which is never shed.
    private(set) var frames: ContiguousArray<Frame> = []
    /// Set when the chunk is a `dropped` message: what it tells, so that a later one can include it.
    var loss: Loss?

    init(capacity: Int = FrameChunk.usualCapacity) {
        self.capacity = capacity
        unsafe base = .allocate(byteCount: max(capacity, 1), alignment: 16)
    }

    /// A chunk of bytes that are complete frames, or anything else that is not an event.
    convenience init(_ bytes: [UInt8]) {
        self.init(capacity: bytes.count)
        unsafe bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { unsafe base.copyMemory(from: start, byteCount: source.count) }
        }
        used = bytes.count
    }

    /// A text frame of its own.
    convenience init(text payload: [UInt8]) {
        let header = FrameHeader.length(payload: payload.count)
        self.init(capacity: header + payload.count)
        unsafe FrameHeader.write(to: base, opcode: 1, payload: payload.count)
        unsafe payload.withUnsafeBytes { source in
            if let start = source.baseAddress { unsafe (base + header).copyMemory(from: start, byteCount: source.count) }
        }
        used = header + payload.count
    }

    deinit { unsafe base.deallocate() }

    func hasRoom(payload: Int) -> Bool { used + FrameHeader.longest + payload <= capacity }

    /// Puts a text frame behind what is there; the caller made sure of the room.
    func append(_ payload: UnsafeRawBufferPointer, sequence: Int64, priority: UInt8) {
        precondition(hasRoom(payload: payload.count), "a frame fits into its chunk")
        let header = FrameHeader.length(payload: payload.count)
        unsafe FrameHeader.write(to: base + used, opcode: 1, payload: payload.count)
        if let start = payload.baseAddress { unsafe (base + used + header).copyMemory(from: start, byteCount: payload.count) }
        frames.append(Frame(start: used, length: header + payload.count, sequence: sequence, priority: priority))
        used += header + payload.count
    }

    /// The index of the first frame that starts at or behind `offset`.
    func firstFrame(from offset: Int) -> Int {
        var low = 0
        var high = frames.count
        while low < high {
            let middle = (low + high) / 2
            if frames[middle].start < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Events that a client did not get.
struct Loss {
    var count: Int64
    var from: Int64
    var to: Int64

    mutating func add(_ other: Loss) {
        from = count == 0 ? other.from : min(from, other.from)
        to = count == 0 ? other.to : max(to, other.to)
        count += other.count
    }
}
