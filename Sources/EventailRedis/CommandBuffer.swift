internal import EventailSystem

/// Redis commands in the protocol's own form (RESP 2: arrays of bulk strings), one behind the other, ready to send.
///
///     buffer.begin(3)                          *3\r\n
///     buffer.add("SET"); buffer.add("a")       $3\r\nSET\r\n$1\r\na\r\n
///     buffer.add(7)                            $1\r\n7\r\n
///
/// *Owns* its memory, which grows by doubling and is kept when emptied. *Thread*: one. *Limits*: none of its own; who fills it sends in time.
@safe public final class CommandBuffer {
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int
    @usableFromInline var used = 0
    /// Bytes that wait to be sent.
    @inlinable public var count: Int { used }

    public init(capacity: Int = 64 << 10) {
        precondition(capacity > 0, "a buffer has room")
        unsafe base = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit { unsafe base.deallocate() }

    public func removeAll() { used = 0 }

    /// Gives large memory back after something unusually long.
    public func removeAll(keeping most: Int) {
        used = 0
        if capacity <= most { return }
        unsafe base.deallocate()
        unsafe base = .allocate(capacity: most)
        capacity = most
    }

    /// Everything that waits. Valid inside `body` only.
    @inlinable public func withBytes<Answer, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        unsafe try body(UnsafeRawBufferPointer(start: base, count: used))
    }

    /// A copy, for tests and for pieces that are made once.
    public var bytes: [UInt8] { unsafe Array(UnsafeBufferPointer(start: base, count: used)) }

    /// Starts a command of so many arguments, its name included.
    @inlinable public func begin(_ arguments: Int) {
        reserve(24)
        unsafe base[used] = 0x2A
        used += 1
        digits(Int64(arguments))
        lineEnd()
    }

    @inlinable public func add(_ argument: UnsafeRawBufferPointer) {
        let length = argument.count
        reserve(length + 32)
        header(length)
        if let start = argument.baseAddress { unsafe UnsafeMutableRawPointer(base + used).copyMemory(from: start, byteCount: length) }
        used += length
        lineEnd()
    }

    @inlinable public func add(_ argument: [UInt8]) {
        unsafe argument.withUnsafeBytes { unsafe add($0) }
    }

    @inlinable public func add(_ argument: StaticString) {
        unsafe add(UnsafeRawBufferPointer(start: argument.utf8Start, count: argument.utf8CodeUnitCount))
    }

    public func add(text argument: String) {
        var argument = argument
        argument.withUTF8 { unsafe add(UnsafeRawBufferPointer($0)) }
    }

    /// A number as its decimal digits.
    @inlinable public func add(_ number: Int64) {
        reserve(64)
        header(Self.digitCount(number))
        digits(number)
        lineEnd()
    }

    /// What is already in the protocol's form.
    @inlinable public func add(raw bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        reserve(bytes.count)
        unsafe UnsafeMutableRawPointer(base + used).copyMemory(from: start, byteCount: bytes.count)
        used += bytes.count
    }

    /// A whole command of texts.
    public func command(_ words: [String]) {
        begin(words.count)
        for word in words { add(text: word) }
    }

    /// Moves what waits in another buffer to the end of this one.
    public func take(_ other: CommandBuffer) {
        unsafe other.withBytes { unsafe add(raw: $0) }
        other.removeAll()
    }

    /// Removes the last command, which begins at `start`, and answers its arguments behind the first `skipped` ones, in the protocol's form.
    public func removeCommand(from start: Int, keepingBehind skipped: Int) -> [UInt8] {
        var place = lineEnd(behind: start)
        for _ in 0..<skipped {
            var length = 0
            place += 1
            while unsafe base[place] != 0x0D {
                length = unsafe length * 10 + Int(base[place] - 0x30)
                place += 1
            }
            place += 2 + length + 2
        }
        precondition(place <= used, "a command has the arguments that are skipped")
        let rest = unsafe Array(UnsafeBufferPointer(start: base + place, count: used - place))
        used = start
        return rest
    }

    private func lineEnd(behind start: Int) -> Int {
        var place = start
        while unsafe base[place] != 0x0A { place += 1 }
        return place + 1
    }

    @inlinable func header(_ length: Int) {
        unsafe base[used] = 0x24
        used += 1
        digits(Int64(length))
        lineEnd()
    }

    @inlinable func lineEnd() {
        unsafe base[used] = 0x0D
        unsafe base[used + 1] = 0x0A
        used += 2
    }

    /// How many characters the decimal form takes, the sign included.
    @inlinable static func digitCount(_ number: Int64) -> Int {
        var rest = number.magnitude
        var count = number < 0 ? 2 : 1
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        return count
    }

    @inlinable func digits(_ number: Int64) {
        let length = Self.digitCount(number)
        var rest = number.magnitude
        var place = used + length - 1
        repeat {
            unsafe base[place] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
            rest /= 10
            place -= 1
        } while rest > 0
        if number < 0 { unsafe base[used] = 0x2D }
        used += length
    }

    @inlinable func reserve(_ more: Int) {
        if used + more > capacity { grow(to: used + more) }
    }

    @usableFromInline func grow(to wanted: Int) {
        var room = capacity
        while room < wanted { room *= 2 }
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: room)
        unsafe UnsafeMutableRawPointer(larger).copyMemory(from: base, byteCount: used)
        unsafe base.deallocate()
        unsafe base = larger
        capacity = room
    }
}
