/// Bytes that are only appended, in one block of memory that is used again.
///
/// What a growing array of bytes is, without its checks for each byte: a writer says once how many bytes may come (`reserve`). *Owns* its memory.
/// *Thread*: its owner's. *Limits*: its owner empties it.
@safe
struct ByteArena: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 256) {
        self.capacity = max(capacity, 64)
        unsafe base = .allocate(capacity: max(capacity, 64))
    }

    deinit { unsafe base.deallocate() }

    /// Makes room for bytes that come next.
    @inline(__always)
    mutating func reserve(_ more: Int) { if capacity - count < more { grow(more) } }

    @inline(never)
    private mutating func grow(_ more: Int) {
        let wanted = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
        unsafe larger.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = larger
        capacity = wanted
    }

    @inline(__always)
    mutating func byte(_ value: UInt8) {
        precondition(count < capacity, "room was reserved")
        unsafe base[count] = value
        count += 1
    }

    /// A number of variable length, at most ten bytes.
    @inline(__always)
    mutating func number(_ value: UInt64) {
        precondition(capacity - count >= 10, "room was reserved")
        var rest = value, at = count
        while rest >= 0x80 {
            unsafe base[at] = UInt8(truncatingIfNeeded: rest) | 0x80
            at += 1
            rest >>= 7
        }
        unsafe base[at] = UInt8(truncatingIfNeeded: rest)
        count = at + 1
    }
    @inline(__always) mutating func signed(_ value: Int64) { number(UInt64(bitPattern: value << 1 ^ value >> 63)) }

    /// Eight bytes, as `ByteReader.fixed` reads them.
    @inline(__always)
    mutating func fixed(_ value: UInt64) {
        precondition(capacity - count >= 8, "room was reserved")
        unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: value.bigEndian, as: UInt64.self)
        count += 8
    }
    /// Four bytes in the machine's order, for what never leaves memory.
    @inline(__always)
    mutating func word(_ value: UInt32) {
        precondition(capacity - count >= 4, "room was reserved")
        unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: value, as: UInt32.self)
        count += 4
    }
    @inline(__always)
    mutating func set(word value: UInt32, at place: Int) {
        precondition(place >= 0 && place + 4 <= count, "the word lies within what was written")
        unsafe UnsafeMutableRawPointer(base + place).storeBytes(of: value, as: UInt32.self)
    }

    @inline(__always)
    mutating func set(byte value: UInt8, at place: Int) {
        precondition(place >= 0 && place < count, "the byte lies within what was written")
        unsafe base[place] = value
    }

    @inline(__always)
    func fixed(at place: Int) -> UInt64 {
        precondition(place >= 0 && place + 8 <= count, "the number lies within what was written")
        return unsafe UInt64(bigEndian: UnsafeRawPointer(base + place).loadUnaligned(as: UInt64.self))
    }
    @inline(__always)
    func word(at place: Int) -> UInt32 {
        precondition(place >= 0 && place + 4 <= count, "the word lies within what was written")
        return unsafe UnsafeRawPointer(base + place).loadUnaligned(as: UInt32.self)
    }
    @inline(__always)
    subscript(_ place: Int) -> UInt8 {
        precondition(place >= 0 && place < count, "the byte lies within what was written")
        return unsafe base[place]
    }

    /// Appends part of another arena.
    @inline(__always)
    mutating func append(_ other: borrowing ByteArena, _ start: Int, _ length: Int) {
        precondition(start >= 0 && length >= 0 && start + length <= other.count, "the part lies within what was written")
        reserve(length)
        unsafe (base + count).update(from: other.base + start, count: length)
        count += length
    }

    mutating func append(_ bytes: borrowing [UInt8], from start: Int = 0) { append(bytes.span, start, bytes.count - start) }

    /// Appends part of a span.
    mutating func append(_ bytes: Span<UInt8>, _ start: Int, _ length: Int) {
        precondition(start >= 0 && length >= 0 && start + length <= bytes.count, "the part lies within the bytes")
        reserve(length)
        for at in start..<start + length {
            unsafe base[count] = bytes[at]
            count += 1
        }
    }

    /// Makes the arena `length` bytes long, whose contents are then put (`put`).
    mutating func stretch(to length: Int) {
        reserve(max(0, length - count))
        count = length
    }

    /// Copies part of another arena over bytes that are there.
    @inline(__always)
    mutating func put(_ other: borrowing ByteArena, _ start: Int, _ length: Int, at place: Int) {
        precondition(start >= 0 && length >= 0 && start + length <= other.count && place >= 0 && place + length <= count, "both parts lie within what was written")
        unsafe (base + place).update(from: other.base + start, count: length)
    }

    func bytes(_ start: Int, _ end: Int) -> [UInt8] {
        precondition(start >= 0 && start <= end && end <= count, "the part lies within what was written")
        return unsafe Array(UnsafeBufferPointer(start: base + start, count: end - start))
    }
    var bytes: [UInt8] { bytes(0, count) }

    /// Dimensions as five numbers.
    @inline(__always)
    mutating func dimensions(_ bits: UInt64) {
        let dimensions = Dimensions(bits: bits)
        number(UInt64(dimensions.type))
        number(UInt64(dimensions.statusCode))
        number(UInt64(dimensions.agent))
        number(UInt64(dimensions.model))
        number(UInt64(dimensions.tool))
    }

    /// Two arenas' bytes behind their length.
    static func joined(_ first: borrowing ByteArena, _ second: borrowing ByteArena) -> [UInt8] {
        var head = ByteArena(capacity: 16)
        head.number(UInt64(first.count + second.count))
        return unsafe [UInt8](unsafeUninitializedCapacity: head.count + first.count + second.count) { room, count in
            // Safety: the room holds all three, and is not empty because of the length.
            guard let base = room.baseAddress else { return }
            unsafe base.initialize(from: head.base, count: head.count)
            unsafe (base + head.count).initialize(from: first.base, count: first.count)
            unsafe (base + head.count + first.count).initialize(from: second.base, count: second.count)
            count = head.count + first.count + second.count
        }
    }

    /// Forgets what was written; memory beyond `most` bytes is given back.
    mutating func removeAll(keeping most: Int) {
        count = 0
        if capacity > most {
            unsafe base.deallocate()
            capacity = max(most, 64)
            unsafe base = .allocate(capacity: capacity)
        }
    }
}
