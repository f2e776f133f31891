/// An array that never changes, read without checks on the hot path.
///
/// *Owns* its memory. *Thread*: any. *Limits*: an index must come from the plan that made the table.
@safe final class FlatTable<Element>: @unchecked Sendable {
    // @unchecked: written by init only.
    private let base: UnsafeMutablePointer<Element>
    let count: Int

    init(_ elements: ContiguousArray<Element>) {
        count = elements.count
        unsafe base = .allocate(capacity: max(count, 1))
        for index in 0..<count { unsafe (base + index).initialize(to: elements[index]) }
    }

    deinit {
        unsafe base.deinitialize(count: count)
        unsafe base.deallocate()
    }

    @inline(__always)
    subscript(index: Int) -> Element {
        assert(index >= 0 && index < count, "an index of the plan's own")
        return unsafe base[index]
    }
}
