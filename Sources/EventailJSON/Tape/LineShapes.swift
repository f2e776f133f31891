/// The shapes of lines met before: which keys follow each other, and whether text, a number, a boolean, null, an array or an object is behind each.
///
/// A producer's lines are alike, so whatever depends on a line's shape only is worked out once: where a plan's fields are, which form it has, what
/// of its schema is left to check. Shapes lie in a tree of steps, one a member in the order of the tape; finding one compares each key once with
/// the key expected there and hashes nothing. Objects that no pointer of the plan enters, and arrays, are stepped over whole.
/// *Owns* its steps and the places of the line at hand. *Thread*: its extractor's. *Limits*: `mostShapes`, `mostSteps`, `mostMembers` a line,
/// keys of `longestKey` bytes, no key twice in an object, no numbers that are kept as text; what is beyond is no shape.
@safe public final class LineShapes {
    public static let mostShapes = 4096
    public static let mostSteps = 1 << 16
    public static let mostMembers = 256
    public static let longestKey = 32
    /// Siblings beyond this many are found by a hash table.
    private static let mostSiblings = 3
    private static let mostJumps = 1 << 19

    /// A member, or the end of an object.
    private struct Link {
        /// The key's first and last 8 bytes; of keys above 16 bytes also those between.
        var head: UInt64 = 0
        var tail: UInt64 = 0
        var second: UInt64 = 0
        var beforeLast: UInt64 = 0
        /// The key's length, then the class of the value in the lowest byte.
        var mark: UInt64 = 0
        /// The first of the steps that may follow, and the next of those that may be here instead; -1 for none.
        var next: Int32 = -1
        var sibling: Int32 = -1
        /// The shape that ends here, -1 for none.
        var shape: Int32 = -1
        /// How many words of the tape the value takes; 0 when the value itself tells.
        var words: Int32 = 0
        /// Where the hash table of a long list of siblings lies that this step begins, -1 for none, and its size less one.
        var jumps: Int32 = -1
        var jumpMask: Int32 = 0

        func isLike(_ other: Link) -> Bool {
            head == other.head && tail == other.tail && second == other.second && beforeLast == other.beforeLast && mark == other.mark
        }

        @inline(__always)
        static func hash(_ head: UInt64, _ tail: UInt64, _ mark: UInt64) -> Int32 {
            Int32(truncatingIfNeeded: ((head ^ (tail &<< 29 | tail &>> 35)) &+ mark &* 0xC2B2_AE3D_27D4_EB4F) &* 0x9E37_79B9_7F4A_7C15 &>> 33)
        }
    }

    /// What tells values apart; 0 is never learned.
    private enum Class {
        static let text: UInt8 = 1, number: UInt8 = 2, boolean: UInt8 = 3, null: UInt8 = 4, array: UInt8 = 5, object: UInt8 = 6
        /// Of a step that ends an object.
        static let end: UInt64 = 8
    }

    /// Where a slot of the plan finds its member.
    private struct Wanted {
        var slot: Int32
        var member: Int32
    }

    private let plan: FieldPlan
    private let steps: UnsafeMutablePointer<Link>
    private let classOfTag: UnsafeMutablePointer<UInt8>
    /// Tape indices of the members' values of the line found last; the first is the line itself.
    @usableFromInline let places: UnsafeMutablePointer<Int32>
    private let jumps: UnsafeMutablePointer<Int32>
    private var jumpCount = 0
    private var stepCount = 0
    private var first: Int32 = -1
    private var wanted: [Wanted] = []
    /// Where each shape's part of `wanted` begins, and the end of all.
    private var firstWanted: [Int] = [0]
    private(set) var memberCounts: [Int] = []

    public init(_ plan: FieldPlan) {
        self.plan = plan
        unsafe steps = .allocate(capacity: Self.mostSteps)
        unsafe places = .allocate(capacity: Self.mostMembers)
        unsafe jumps = .allocate(capacity: Self.mostJumps)
        unsafe classOfTag = .allocate(capacity: 256)
        unsafe classOfTag.initialize(repeating: 0, count: 256)
        for (tag, kind) in [
            (Tag.string, Class.text), (.signed, Class.number), (.unsigned, Class.number), (.double, Class.number), (.yes, Class.boolean),
            (.no, Class.boolean), (.null, Class.null), (.array, Class.array), (.object, Class.object),
        ] { unsafe classOfTag[Int(tag.rawValue)] = kind }
    }

    deinit {
        unsafe steps.deallocate()
        unsafe places.deallocate()
        unsafe jumps.deallocate()
        unsafe classOfTag.deallocate()
    }

    public var count: Int { memberCounts.count }
    public var isFull: Bool { count == Self.mostShapes || stepCount + Self.mostMembers * 2 > Self.mostSteps }

    public func removeAll() {
        stepCount = 0
        jumpCount = 0
        first = -1
        wanted = []
        firstWanted = [0]
        memberCounts = []
    }

    // MARK: finding

    /// The number of the line's shape, -1 when it is new. Notes where the members are.
    public func find(_ document: Document) -> Int {
        let tape = unsafe document.tape, strings = unsafe document.strings
        let steps = unsafe steps, places = unsafe places, classOfTag = unsafe classOfTag
        unsafe places[0] = 1
        var member = 1
        var at = 2
        var number = first
        while number >= 0 {
            var step = unsafe steps + Int(number)
            let key = unsafe tape[at]
            if key >> 56 != 0x22 {
                if unsafe step.pointee.mark != Class.end {
                    unsafe step = other(step, 0, 0, Class.end)
                    if unsafe step.pointee.mark != Class.end { return -1 }
                }
                if unsafe step.pointee.shape >= 0 { return unsafe Int(step.pointee.shape) }
                at &+= 1
                number = unsafe step.pointee.next
                continue
            }
            let text = unsafe UnsafeRawPointer(strings + Int(truncatingIfNeeded: key & 0x00FF_FFFF_FFFF_FFFF))
            let length = unsafe text.loadUnaligned(as: UInt32.self)
            at &+= 1
            let mark = unsafe UInt64(length) &<< 8 | UInt64(classOfTag[Int(truncatingIfNeeded: tape[at] &>> 56)])
            let (head, tail) = unsafe Self.ends(text + 4, Int(length))
            if unsafe step.pointee.head != head || step.pointee.tail != tail || step.pointee.mark != mark {
                unsafe step = other(step, head, tail, mark)
                if unsafe step.pointee.head != head || step.pointee.tail != tail || step.pointee.mark != mark { return -1 }
            }
            if length > 16 {
                let second = unsafe (text + 12).loadUnaligned(as: UInt64.self)
                let beforeLast = unsafe (text + Int(length) - 12).loadUnaligned(as: UInt64.self)
                if unsafe step.pointee.second != second || step.pointee.beforeLast != beforeLast { return -1 }
            }
            unsafe places[member] = Int32(truncatingIfNeeded: at)
            member &+= 1
            let words = unsafe Int(step.pointee.words)
            at = unsafe words == 0 ? Int(truncatingIfNeeded: tape[at] & 0xFFFF_FFFF) : at &+ words
            number = unsafe step.pointee.next
        }
        return -1
    }

    /// The first and last 8 bytes of a key, which are the same of a short one; found without a branch, for lengths alternate.
    @inline(__always)
    private static func ends(_ key: UnsafeRawPointer, _ length: Int) -> (head: UInt64, tail: UInt64) {
        let missing = max(8 &- length, 0)
        // Half a shift twice: by 64 bits for the empty key.
        let half = UInt64(truncatingIfNeeded: missing &* 4)
        let kept = (UInt64.max &>> half) &>> half
        let last = max(length &- 8, 0)
        return unsafe (key.loadUnaligned(as: UInt64.self) & kept, key.loadUnaligned(fromByteOffset: last, as: UInt64.self) & kept)
    }

    /// The step among the siblings of the first that has a key and class; any other step when there is none.
    @inline(never)
    private func other(_ first: UnsafeMutablePointer<Link>, _ head: UInt64, _ tail: UInt64, _ mark: UInt64) -> UnsafeMutablePointer<Link> {
        var step = unsafe first
        if unsafe first.pointee.jumps >= 0 {
            let table = unsafe jumps + Int(first.pointee.jumps)
            let mask = unsafe first.pointee.jumpMask
            var place = Link.hash(head, tail, mark) & mask
            while true {
                let number = unsafe table[Int(place)]
                if number < 0 { return unsafe first }
                unsafe step = steps + Int(number)
                if unsafe step.pointee.head == head && step.pointee.tail == tail && step.pointee.mark == mark { return unsafe step }
                place = (place &+ 1) & mask
            }
        }
        while unsafe step.pointee.head != head || step.pointee.tail != tail || step.pointee.mark != mark {
            let number = unsafe step.pointee.sibling
            if number < 0 { return unsafe step }
            unsafe step = steps + Int(number)
        }
        return unsafe step
    }

    /// Puts the members of the line found last where the plan would put them. Kinds are left alone: they depend on the shape only.
    public func fill(_ slots: FieldSlots, shape: Int) {
        slots.clearPlaces()
        for index in firstWanted[shape]..<firstWanted[shape + 1] {
            let each = wanted[index]
            unsafe slots.places[Int(each.slot)] = places[Int(each.member)]
        }
    }

    /// The tape index of a member's value.
    @inlinable @inline(__always) public func place(_ member: Int32) -> Int { unsafe Int(places[Int(member)]) }

    /// The member of a shape that goes into a slot of the plan; nil when it has none.
    public func member(of slot: Int, shape: Int) -> Int32? {
        wanted[firstWanted[shape]..<firstWanted[shape + 1]].first { $0.slot == Int32(slot) }?.member
    }

    // MARK: learning

    /// Remembers the shape of a line; -1 when it has none or there is no room.
    public func learn(_ document: Document) -> Int {
        if isFull || document.tag(1) != .object { return -1 }
        var path: [Link] = []
        var members: [Wanted] = []
        if plan.rootSlot >= 0 { members.append(Wanted(slot: plan.rootSlot, member: 0)) }
        var count: Int32 = 1
        guard describe(document, 1, 0, &path, &members, &count) else { return -1 }
        var last: Int32 = -1
        for step in path {
            var number = unsafe last < 0 ? first : steps[Int(last)].next
            var before: Int32 = -1
            while number >= 0, unsafe !steps[Int(number)].isLike(step) {
                // Found by these alone; a long key that differs only between them stays unknown.
                if unsafe steps[Int(number)].head == step.head && steps[Int(number)].tail == step.tail && steps[Int(number)].mark == step.mark { return -1 }
                before = number
                unsafe number = steps[Int(number)].sibling
            }
            if number < 0 {
                number = Int32(stepCount)
                unsafe (steps + stepCount).initialize(to: step)
                stepCount += 1
                if before >= 0 {
                    unsafe steps[Int(before)].sibling = number
                    makeJumps(unsafe last < 0 ? first : steps[Int(last)].next)
                } else if last >= 0 {
                    unsafe steps[Int(last)].next = number
                } else {
                    first = number
                }
            }
            last = number
        }
        if last < 0 { return -1 }
        if unsafe steps[Int(last)].shape >= 0 { return unsafe Int(steps[Int(last)].shape) }
        unsafe steps[Int(last)].shape = Int32(memberCounts.count)
        memberCounts.append(Int(count))
        wanted += members
        firstWanted.append(wanted.count)
        return memberCounts.count - 1
    }

    /// Makes the hash table of a list of siblings anew when it is long enough.
    private func makeJumps(_ list: Int32) {
        var siblings: [Int32] = []
        var number = list
        while number >= 0 {
            siblings.append(number)
            unsafe number = steps[Int(number)].sibling
        }
        if siblings.count <= Self.mostSiblings { return }
        var size = 8
        while size < siblings.count * 2 { size *= 2 }
        let mask = Int32(size - 1)
        let isOld = unsafe steps[Int(list)].jumps >= 0 && steps[Int(list)].jumpMask == mask
        let start = isOld ? unsafe Int(steps[Int(list)].jumps) : jumpCount
        guard start + size <= Self.mostJumps else {
            unsafe steps[Int(list)].jumps = -1
            return
        }
        if !isOld { jumpCount += size }
        unsafe (jumps + start).update(repeating: -1, count: size)
        for sibling in siblings {
            let step = unsafe steps[Int(sibling)]
            var place = Link.hash(step.head, step.tail, step.mark) & mask
            while unsafe jumps[start + Int(place)] >= 0 { place = (place &+ 1) & mask }
            unsafe jumps[start + Int(place)] = sibling
        }
        unsafe steps[Int(list)].jumps = Int32(start)
        unsafe steps[Int(list)].jumpMask = mask
    }

    /// Adds the steps of an object's members; false when the line has no shape.
    private func describe(
        _ document: Document, _ start: Int, _ node: Int, _ path: inout [Link], _ members: inout [Wanted], _ count: inout Int32
    ) -> Bool {
        var seen: [Link] = []
        var at = start + 1
        while document.tag(at) != .objectEnd {
            guard let key = key(document, at), count < Self.mostMembers else { return false }
            if seen.contains(where: { $0.isLike(key) }) { return false }
            seen.append(key)
            let value = at + 1
            let edge = plan.edge(document, at, from: node)
            if let edge { members.append(Wanted(slot: edge.slot, member: count)) }
            count += 1
            var step = key
            let tag = document.tag(value)
            let kind = unsafe classOfTag[Int(tag.rawValue)]
            if kind == 0 { return false }
            step.mark |= UInt64(kind)
            step.words = tag == .object || tag == .array ? 0 : Int32(document.after(value) - value)
            if let edge, edge.child >= 0 {
                // A pointer to an item of an array finds it by counting, not by the shape.
                if tag == .array { return false }
                if tag == .object {
                    step.words = 1
                    path.append(step)
                    if !describe(document, value, Int(edge.child), &path, &members, &count) { return false }
                    at = document.after(value)
                    continue
                }
            }
            path.append(step)
            at = document.after(value)
        }
        path.append(Link(mark: Class.end))
        return true
    }

    /// A step with a key's bytes, without its value's class; nil when the key is too long.
    private func key(_ document: Document, _ at: Int) -> Link? {
        let text = unsafe document.utf8(at)
        guard text.count <= Self.longestKey, let start = text.baseAddress else { return nil }
        var step = Link(mark: UInt64(text.count) << 8)
        (step.head, step.tail) = unsafe Self.ends(UnsafeRawPointer(start), text.count)
        if text.count > 16 {
            unsafe step.second = (UnsafeRawPointer(start) + 8).loadUnaligned(as: UInt64.self)
            unsafe step.beforeLast = (UnsafeRawPointer(start) + text.count - 16).loadUnaligned(as: UInt64.self)
        }
        return step
    }
}
