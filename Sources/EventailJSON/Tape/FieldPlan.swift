/// A trie of JSON Pointers, walked once over a document to find the values of all of them.
///
/// A key that no pointer wants costs one comparison, a container that no pointer enters one step. *Owns* its tables. *Thread*: any, it never
/// changes; the answers go into a `FieldSlots` of the caller's. *Limits*: 4096 pointers of at most 32 steps.
@safe public final class FieldPlan: @unchecked Sendable {
    // @unchecked: written by init only.
    /// How many slots a `FieldSlots` needs: one a pointer, in their order, then some of the plan's own.
    public let slotCount: Int
    private let words: WordTables
    private let edgeMemory: UnsafeMutablePointer<Edge>
    private let edges: UnsafeMutablePointer<Edge>
    /// How many words of the tape a key and a scalar of this tag take.
    private let stepOfTag: UnsafeMutablePointer<UInt8>
    private let kindOfTag: UnsafeMutablePointer<UInt8>
    let rootSlot: Int32
    /// Slots below an edge, which an equal key later in the object must clear.
    private let below: [[Int32]]
    /// Where each node's edges begin, and the end of all.
    private let firstEdge: [Int]

    public static let mostPointers = 4096
    public static let mostSteps = 32

    /// A step from a node: its slot, the node that it leads to (-1 for none), and which entry of an array it means (-1 for none).
    private struct Edge {
        var slot: Int32
        var child: Int32
        var index: Int32
    }

    private struct Branch {
        var edges: [(step: String, slot: Int32, child: Int)] = []
    }

    /// No pointer may occur twice.
    public init(_ pointers: [JSONPointer]) {
        precondition(pointers.count <= Self.mostPointers, "at most \(Self.mostPointers) pointers in a plan")
        precondition(pointers.allSatisfy { $0.steps.count <= Self.mostSteps }, "at most \(Self.mostSteps) steps in a pointer")
        precondition(Set(pointers).count == pointers.count, "a pointer occurs once in a plan")
        var nodes = [Branch()]
        var root: Int32 = -1
        var slots = Int32(pointers.count)
        for (number, pointer) in pointers.enumerated() {
            guard let last = pointer.steps.indices.last else {
                root = Int32(number)
                continue
            }
            var at = 0
            for (depth, step) in pointer.steps.enumerated() {
                let place = nodes[at].edges.firstIndex { $0.step == step }
                let edge = place ?? nodes[at].edges.count
                if place == nil { nodes[at].edges.append((step, -1, -1)) }
                if depth == last {
                    nodes[at].edges[edge].slot = Int32(number)
                } else {
                    if nodes[at].edges[edge].child < 0 {
                        nodes[at].edges[edge].child = nodes.count
                        nodes.append(Branch())
                    }
                    at = nodes[at].edges[edge].child
                }
            }
        }
        // Every edge gets a slot, so that a key that comes twice is noticed.
        for node in nodes.indices {
            for edge in nodes[node].edges.indices where nodes[node].edges[edge].slot < 0 {
                nodes[node].edges[edge].slot = slots
                slots += 1
            }
        }
        var edges: [Edge] = []
        var below: [[Int32]] = []
        var lists: [[(word: [UInt8], number: Int32)]] = []
        func slotsBelow(_ node: Int) -> [Int32] {
            node < 0 ? [] : nodes[node].edges.flatMap { [$0.slot] + slotsBelow($0.child) }
        }
        var firstEdge: [Int] = []
        for node in nodes {
            firstEdge.append(edges.count)
            lists.append(node.edges.enumerated().map { (Array($0.element.step.utf8), Int32(edges.count + $0.offset)) })
            for edge in node.edges {
                edges.append(Edge(slot: edge.slot, child: Int32(edge.child), index: JSONPointer.index(edge.step).map { Int32(clamping: $0) } ?? -1))
                below.append(slotsBelow(edge.child))
            }
        }
        rootSlot = root
        self.firstEdge = firstEdge + [edges.count]
        slotCount = Int(slots) + 1
        words = WordTables(lists)
        self.below = below
        // One edge before the first stands for keys that nobody wants; `find` gives its number, -1.
        unsafe edgeMemory = .allocate(capacity: edges.count + 1)
        unsafe edgeMemory.initialize(to: Edge(slot: slots, child: -1, index: -1))
        for index in edges.indices { unsafe (edgeMemory + index + 1).initialize(to: edges[index]) }
        unsafe self.edges = edgeMemory + 1
        unsafe stepOfTag = .allocate(capacity: 256)
        for tag in 0..<256 { unsafe stepOfTag[tag] = tag == 0x6C || tag == 0x75 || tag == 0x64 ? 3 : 2 }
        unsafe kindOfTag = .allocate(capacity: 256)
        for tag in 0..<256 { unsafe kindOfTag[tag] = FieldKind(Tag(rawValue: UInt8(tag))).rawValue }
    }

    deinit {
        unsafe edgeMemory.deallocate()
        unsafe stepOfTag.deallocate()
        unsafe kindOfTag.deallocate()
    }

    /// The slot of a key's value and the node that it leads to (-1 for none) from a node, the first of which is 0; nil for a key that no pointer wants.
    func edge(_ document: Document, _ key: Int, from node: Int) -> (slot: Int32, child: Int32)? {
        let text = unsafe document.utf8(key)
        guard let start = text.baseAddress else { return nil }
        let found = unsafe words.find(start, text.count, node)
        return unsafe found < 0 ? nil : (edges[found].slot, edges[found].child)
    }

    /// Finds the values below the one at `index`; what is not there is 0 in `slots`. Of equal keys the last counts.
    public func fill(_ slots: FieldSlots, _ document: Document, at index: Int) {
        slots.clear()
        let tag = document.tag(index)
        if rootSlot >= 0 {
            unsafe slots.places[Int(rootSlot)] = Int32(truncatingIfNeeded: index)
            unsafe slots.kinds[Int(rootSlot)] = kindOfTag[Int(tag.rawValue)]
        }
        if tag == .object { object(document, index, 0, slots) } else if tag == .array { array(document, index, 0, slots) }
    }

    private func object(_ document: Document, _ start: Int, _ node: Int, _ slots: FieldSlots) {
        let places = unsafe slots.places, kinds = unsafe slots.kinds
        var at = start + 1
        while true {
            let key = unsafe document.tape[at]
            guard key >> 56 == 0x22 else { return }
            let text = unsafe document.strings + Int(truncatingIfNeeded: key & 0x00FF_FFFF_FFFF_FFFF)
            let length = unsafe Int(UnsafeRawPointer(text).loadUnaligned(as: UInt32.self))
            let found = unsafe words.find(text + 4, length, node)
            let value = unsafe document.tape[at + 1]
            let tag = Int(truncatingIfNeeded: value >> 56)
            let kind = unsafe kindOfTag[tag]
            // What is not wanted goes into a slot that nobody reads: cheaper than a branch that nothing predicts.
            let edge = unsafe edges[found]
            if edge.child >= 0 { enter(document, at + 1, found, edge, kind, slots) }
            unsafe places[Int(edge.slot)] = Int32(truncatingIfNeeded: at + 1)
            unsafe kinds[Int(edge.slot)] = kind
            if kind & Self.containers != 0 {
                at = Int(truncatingIfNeeded: value & 0xFFFF_FFFF)
            } else {
                at += unsafe Int(stepOfTag[tag])
            }
        }
    }

    private static let containers: UInt8 = FieldKind.object.rawValue | FieldKind.array.rawValue

    /// Goes into a container that has wanted values; forgets those of an equal key before.
    @inline(never)
    private func enter(_ document: Document, _ value: Int, _ found: Int, _ edge: Edge, _ kind: UInt8, _ slots: FieldSlots) {
        if unsafe slots.places[Int(edge.slot)] != 0 {
            for slot in below[found] { slots.remove(Int(slot)) }
        }
        if kind == FieldKind.object.rawValue { object(document, value, Int(edge.child), slots) }
        if kind == FieldKind.array.rawValue { array(document, value, Int(edge.child), slots) }
    }

    private func array(_ document: Document, _ start: Int, _ node: Int, _ slots: FieldSlots) {
        let (first, end) = (firstEdge[node], firstEdge[node + 1])
        var at = start + 1
        var index: Int32 = 0
        while document.tag(at) != .arrayEnd {
            for number in first..<end where unsafe edges[number].index == index {
                let edge = unsafe edges[number]
                unsafe slots.places[Int(edge.slot)] = Int32(truncatingIfNeeded: at)
                unsafe slots.kinds[Int(edge.slot)] = kindOfTag[Int(document.tag(at).rawValue)]
                if edge.child >= 0 {
                    if document.tag(at) == .object { object(document, at, Int(edge.child), slots) }
                    if document.tag(at) == .array { array(document, at, Int(edge.child), slots) }
                }
            }
            at = document.after(at)
            index &+= 1
        }
    }
}

/// What a value is, one bit each, so that a condition is a mask.
public struct FieldKind: OptionSet, Sendable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let null = FieldKind(rawValue: 1)
    public static let no = FieldKind(rawValue: 2)
    public static let yes = FieldKind(rawValue: 4)
    public static let number = FieldKind(rawValue: 8)
    public static let string = FieldKind(rawValue: 16)
    public static let object = FieldKind(rawValue: 32)
    public static let array = FieldKind(rawValue: 64)
    public static let absent = FieldKind(rawValue: 128)

    init(_ tag: Tag) {
        switch tag {
        case .null: self = .null
        case .no: self = .no
        case .yes: self = .yes
        case .signed, .unsigned, .double, .number: self = .number
        case .string: self = .string
        case .object: self = .object
        case .array: self = .array
        default: self = .absent
        }
    }
}

/// Where a plan's values are in the document at hand, and of which kind.
///
/// *Owns* its memory. *Thread*: its extractor's. Valid until the parser parses again.
@safe public final class FieldSlots {
    /// Indices of the tape, 0 for what is absent.
    @usableFromInline let places: UnsafeMutablePointer<Int32>
    /// One `FieldKind` each; rounded up to whole words.
    @usableFromInline let kinds: UnsafeMutablePointer<UInt8>
    public let count: Int
    private let wordCount: Int

    public init(_ plan: FieldPlan) {
        count = plan.slotCount
        wordCount = (plan.slotCount + 8) / 8
        unsafe places = .allocate(capacity: wordCount * 8)
        unsafe kinds = .allocate(capacity: wordCount * 8)
        clear()
    }

    deinit {
        unsafe places.deallocate()
        unsafe kinds.deallocate()
    }

    /// The tape index of a slot's value, 0 when it is absent.
    @inlinable @inline(__always) public subscript(slot: Int) -> Int { Int(unsafe places[slot]) }
    @inlinable public func kind(_ slot: Int) -> FieldKind { unsafe FieldKind(rawValue: kinds[slot]) }
    /// The kinds of slots `8 * word` to `8 * word + 7`, lowest byte first.
    @inlinable @inline(__always) public func kindWord(_ word: Int) -> UInt64 {
        unsafe UnsafeRawPointer(kinds + word * 8).loadUnaligned(as: UInt64.self)
    }

    func clearPlaces() { unsafe places.update(repeating: 0, count: wordCount * 8) }

    func clear() {
        unsafe places.update(repeating: 0, count: wordCount * 8)
        unsafe kinds.update(repeating: FieldKind.absent.rawValue, count: wordCount * 8)
    }

    func remove(_ slot: Int) {
        unsafe places[slot] = 0
        unsafe kinds[slot] = FieldKind.absent.rawValue
    }
}
