/// Plain values side by side in one block of memory.
///
/// What an array is, without its checks for sharing at each write: the hot path reads and writes these millions of times a second. *Owns* its memory.
/// *Thread*: its owner's. *Limits*: its owner's.
@safe
struct Column<Element: BitwiseCopyable>: ~Copyable {
    private var base: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 16) {
        self.capacity = max(capacity, 1)
        unsafe base = .allocate(capacity: max(capacity, 1))
    }

    init(repeating value: Element, count: Int) {
        self.init(capacity: count)
        stretch(to: count, filling: value)
    }

    deinit { unsafe base.deallocate() }

    @inline(__always) var isEmpty: Bool { count == 0 }

    @inline(__always)
    subscript(_ place: Int) -> Element {
        get {
            precondition(UInt(bitPattern: place) < UInt(bitPattern: count), "the place lies within the column")
            return unsafe base[place]
        }
        _modify {
            precondition(UInt(bitPattern: place) < UInt(bitPattern: count), "the place lies within the column")
            yield unsafe &base[place]
        }
    }

    @inline(__always)
    mutating func append(_ value: Element) {
        if count == capacity { grow(count + 1) }
        unsafe base[count] = value
        count += 1
    }

    /// Makes the column longer.
    mutating func stretch(to length: Int, filling value: Element) {
        if length <= count { return }
        if length > capacity { grow(length) }
        unsafe (base + count).update(repeating: value, count: length - count)
        count = length
    }

    /// Sets all values.
    mutating func fill(_ value: Element) { unsafe base.update(repeating: value, count: count) }

    mutating func removeLast(_ number: Int) {
        precondition(number >= 0 && number <= count, "no more is removed than is there")
        count -= number
    }

    /// Forgets all values; memory beyond `most` of them is given back.
    mutating func removeAll(keeping most: Int = .max) {
        count = 0
        if capacity > most {
            unsafe base.deallocate()
            capacity = max(most, 1)
            unsafe base = .allocate(capacity: capacity)
        }
    }

    @inline(never)
    private mutating func grow(_ wanted: Int) {
        let larger = max(capacity * 2, wanted)
        let room = UnsafeMutablePointer<Element>.allocate(capacity: larger)
        unsafe room.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = room
        capacity = larger
    }
}
