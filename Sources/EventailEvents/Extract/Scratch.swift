/// Growing memory that is filled for one batch, copied into it and used again.
///
/// *Owns* its memory, which keeps the size of the largest batch so far. *Thread*: its extractor's.
@safe final class Scratch<Element> {
    private(set) var base: UnsafeMutablePointer<Element>
    private var capacity: Int
    var count = 0

    init(capacity: Int) {
        unsafe base = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit { unsafe base.deallocate() }

    /// Makes room for `more` elements behind those there are.
    @inline(__always)
    func reserve(_ more: Int) {
        if count + more > capacity { grow(count + more) }
    }

    @inline(never)
    private func grow(_ needed: Int) {
        let larger = max(needed, capacity * 2)
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: larger)
        unsafe memory.moveInitialize(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = memory
        capacity = larger
    }

    @inline(__always)
    func append(_ element: Element) {
        reserve(1)
        unsafe (base + count).initialize(to: element)
        count += 1
    }

    /// Appends where `reserve` has made room.
    @inline(__always)
    func appendReserved(_ element: Element) {
        assert(count < capacity, "room that was reserved")
        unsafe (base + count).initialize(to: element)
        count &+= 1
    }

    subscript(index: Int) -> Element {
        precondition(index < count, "an element that was appended")
        return unsafe base[index]
    }

    /// A copy of all, after which it is empty.
    func take() -> ContiguousArray<Element> {
        let copy = unsafe ContiguousArray(UnsafeBufferPointer(start: base, count: count))
        count = 0
        return copy
    }
}

extension Scratch where Element == UInt8 {
    /// Appends text behind whose end 16 bytes are readable, as in a parser's strings: copied in steps of 16.
    @inline(__always)
    func append(padded text: UnsafePointer<UInt8>, _ length: Int) {
        reserve(length &+ 16)
        let target = unsafe UnsafeMutableRawPointer(base + count), source = unsafe UnsafeRawPointer(text)
        unsafe target.storeBytes(of: source.loadUnaligned(as: SIMD2<UInt64>.self), as: SIMD2<UInt64>.self)
        if length > 16 { unsafe appendRest(target, source, length) }
        count &+= length
    }

    /// Copies what is behind the first 16 bytes.
    @inline(never)
    private func appendRest(_ target: UnsafeMutableRawPointer, _ source: UnsafeRawPointer, _ length: Int) {
        var done = 16
        while done < length {
            unsafe target.storeBytes(of: source.loadUnaligned(fromByteOffset: done, as: SIMD2<UInt64>.self), toByteOffset: done, as: SIMD2<UInt64>.self)
            done &+= 16
        }
    }

    func append(bytes: [UInt8]) {
        reserve(bytes.count)
        for byte in bytes { append(byte) }
    }

    func append(number: Int64) {
        if number >= 0, number < 10 { return append(0x30 + UInt8(number)) }
        append(bytes: Array(String(number).utf8))
    }

    func bytes(_ range: Range<Int>) -> [UInt8] {
        precondition(range.upperBound <= count, "text that was appended")
        return unsafe Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
    }
}
