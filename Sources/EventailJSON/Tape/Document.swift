/// A parsed JSON document: simdjson's tape and string buffer, read in place.
///
/// One 64-bit word a value, its tag in the top byte (layout: simdjson's doc/tape.md):
///
///     index 0   'r'                      root
///     index 1   '{' count:24 after:32    object; `after` is the index behind its '}', count is of members, 0xFFFFFF meaning more
///     index 2   '"' offset:56            key: in `strings` 4 bytes of length, the bytes, a NUL
///     index 3   'l'/'u'/'d', then a word with the 64 bits of the number
///               't' 'f' 'n'              true, false, null
///               'z' offset:56            ours: a number beyond 64 bits or Double's range, its text kept like a string's
///
/// Keys and values alternate inside objects. *Owns* nothing: it is valid until its parser parses again. *Thread*: the parser's.
@safe public struct Document {
    @usableFromInline let tape: UnsafePointer<UInt64>
    @usableFromInline let strings: UnsafePointer<UInt8>

    @inlinable init(tape: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>) {
        unsafe self.tape = tape
        unsafe self.strings = strings
    }

    /// The one value of the document.
    @inlinable public var root: Element { Element(document: self, index: 1) }

    @inlinable @inline(__always) public func tag(_ index: Int) -> Tag { unsafe Tag(rawValue: UInt8(truncatingIfNeeded: tape[index] >> 56)) }
    @inlinable @inline(__always) func payload(_ index: Int) -> UInt64 { unsafe tape[index] & 0x00FF_FFFF_FFFF_FFFF }

    /// The index of what follows the value at `index`, in constant time also for containers.
    @inlinable @inline(__always) public func after(_ index: Int) -> Int {
        let word = unsafe tape[index]
        switch Tag(rawValue: UInt8(truncatingIfNeeded: word >> 56)) {
        case .object, .array: return Int(truncatingIfNeeded: word & 0xFFFF_FFFF)
        case .signed, .unsigned, .double: return index + 2
        default: return index + 1
        }
    }

    /// The text of the string (or of the kept number) at `index`, unescaped, without a copy.
    @inlinable @inline(__always) public func utf8(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        let start = unsafe strings + Int(truncatingIfNeeded: payload(index))
        let length = unsafe UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
        return unsafe UnsafeBufferPointer(start: start + 4, count: Int(length))
    }

    @inlinable @inline(__always) public func signed(_ index: Int) -> Int64 { unsafe Int64(bitPattern: tape[index + 1]) }
    @inlinable @inline(__always) public func unsigned(_ index: Int) -> UInt64 { unsafe tape[index + 1] }
    @inlinable @inline(__always) public func double(_ index: Int) -> Double { unsafe Double(bitPattern: tape[index + 1]) }
}

/// What a word of the tape stands for: the byte that simdjson writes.
public struct Tag: Equatable, Sendable {
    public let rawValue: UInt8
    @inlinable @inline(__always) public init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable public static func == (left: Tag, right: Tag) -> Bool { left.rawValue == right.rawValue }
    @inlinable public static func ~= (pattern: Tag, value: Tag) -> Bool { pattern.rawValue == value.rawValue }

    @inlinable public static var object: Tag { Tag(rawValue: 0x7B) }
    @inlinable public static var objectEnd: Tag { Tag(rawValue: 0x7D) }
    @inlinable public static var array: Tag { Tag(rawValue: 0x5B) }
    @inlinable public static var arrayEnd: Tag { Tag(rawValue: 0x5D) }
    @inlinable public static var string: Tag { Tag(rawValue: 0x22) }
    @inlinable public static var signed: Tag { Tag(rawValue: 0x6C) }
    @inlinable public static var unsigned: Tag { Tag(rawValue: 0x75) }
    @inlinable public static var double: Tag { Tag(rawValue: 0x64) }
    /// A number kept as text because neither 64 bits nor a Double hold it.
    @inlinable public static var number: Tag { Tag(rawValue: 0x7A) }
    @inlinable public static var yes: Tag { Tag(rawValue: 0x74) }
    @inlinable public static var no: Tag { Tag(rawValue: 0x66) }
    @inlinable public static var null: Tag { Tag(rawValue: 0x6E) }
}
