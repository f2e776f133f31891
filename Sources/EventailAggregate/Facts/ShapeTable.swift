/// What facts have in common: dimensions, which fields they have, which of these are just 1, and what follows a fact's values.
///
/// A few thousand shapes serve millions of facts, so that a fact is written as its shape's number and what is its own.
/// *Thread*: its owner's. *Limits*: its owner empties it with each chunk.
struct ShapeTable: ~Copyable {
    /// What follows a fact's second, from the lowest bit up.
    static let hasExecution: UInt64 = 1, hasTask: UInt64 = 2, hasSides: UInt64 = 4
    /// A duration or latency that was seen once: extremes and bucket follow from the sum. The latency is the same as the duration.
    static let oneDuration: UInt64 = 8, oneLatency: UInt64 = 16, sameLatency: UInt64 = 32
    static let markBits: UInt64 = 6

    struct Shape: BitwiseCopyable {
        var dimensions: UInt64
        /// The fields, over the marks.
        var mask: UInt64
        /// Of the fields, those that are 1.
        var ones: UInt64
    }

    private(set) var shapes = Column<Shape>(capacity: 1024)
    private var index = HashIndex()

    init() {}

    var count: Int { shapes.count }

    @inline(__always)
    mutating func number(_ dimensions: UInt64, _ mask: UInt64, _ ones: UInt64) -> Int {
        let hash = TextHash.mix(dimensions ^ 0x9E37_79B9_7F4A_7C15, mask &* 0xD6E8_FEB8_6659_FD93 ^ ones ^ 0xE703_7ED1_A0B4_28DB)
        if let number = index.find(hash, { number in
            let shape = shapes[number]
            return shape.dimensions == dimensions && shape.mask == mask && shape.ones == ones
        }) { return number }
        shapes.append(Shape(dimensions: dimensions, mask: mask, ones: ones))
        index.insert(hash, shapes.count - 1)
        return shapes.count - 1
    }

    mutating func removeAll() {
        shapes.removeAll()
        index.removeAll(keeping: 1 << 14)
    }
}
