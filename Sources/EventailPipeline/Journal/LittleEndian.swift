/// Fixed-width integers in bytes, least significant first: the journal's form.
extension [UInt8] {
    mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
        var rest = number
        for _ in 0..<Number.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// The number that starts at `offset`; the caller has checked that its bytes are there.
    func number<Number: FixedWidthInteger>(at offset: Int, as type: Number.Type = Number.self) -> Number {
        var value: Number = 0
        for index in (0..<Number.bitWidth / 8).reversed() { value = (value << 8) | Number(truncatingIfNeeded: self[offset + index]) }
        return value
    }
}
