internal import CPCRE2

/// What a machine writes to while it runs: marks, the dynamic scope, how deep it is.
///
/// *Limits*: `maximumFrames` schemas one within the other; marks grow with the widest value met and are kept.
@safe struct MachineMemory {
    /// The most schemas at work one within the other. A document has at most 1024 levels; a value may pass many schemas at each.
    static let maximumFrames = 12_000
    /// A run was given up because of this: see `SchemaRunner.violations`.
    enum Limit { case none, frames, pattern }

    private var words: UnsafeMutablePointer<UInt64>
    private var capacity: Int
    /// Words of marks in use.
    var top = 0
    var frames = 0
    private let scopes: UnsafeMutablePointer<Int32>
    var scopeCount = 0
    var limit = Limit.none
    let matcher: ExpressionMatcher

    init() {
        capacity = 256
        unsafe words = .allocate(capacity: 256)
        unsafe scopes = .allocate(capacity: Self.maximumFrames + 1)
        matcher = ExpressionMatcher()
    }

    func free() {
        unsafe words.deallocate()
        unsafe scopes.deallocate()
        matcher.free()
    }

    mutating func reset() { top = 0; frames = 0; scopeCount = 0; limit = .none }

    // MARK: marks

    /// Room for `count` words of zero; returns its offset. Freed by putting `top` back.
    mutating func allocate(_ count: Int) -> Int {
        let offset = top
        top += count
        if top > capacity {
            let larger = max(capacity * 2, top)
            let fresh = UnsafeMutablePointer<UInt64>.allocate(capacity: larger)
            unsafe fresh.update(from: words, count: offset)
            unsafe words.deallocate()
            unsafe words = fresh
            capacity = larger
        }
        unsafe (words + offset).update(repeating: 0, count: count)
        return offset
    }

    @inline(__always) subscript(_ index: Int) -> UInt64 {
        get { unsafe words[index] }
        set { unsafe words[index] = newValue }
    }

    @inline(__always) mutating func mark(_ marks: Int, _ position: Int) { unsafe words[marks + position &>> 6] |= 1 &<< UInt64(position & 63) }
    func isMarked(_ marks: Int, _ position: Int) -> Bool { unsafe words[marks + position &>> 6] & (1 &<< UInt64(position & 63)) != 0 }
    mutating func merge(_ marks: Int, into target: Int, words count: Int) { for index in 0..<count { self[target + index] |= self[marks + index] } }

    // MARK: dynamic scope

    func scope(_ index: Int) -> Int32 { unsafe scopes[index] }

    mutating func enter(resource: Int32) {
        if scopeCount > 0, unsafe scopes[scopeCount - 1] == resource { return }
        unsafe scopes[scopeCount] = resource
        scopeCount += 1
    }
}
