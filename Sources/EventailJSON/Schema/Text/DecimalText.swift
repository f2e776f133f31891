/// A JSON number as its decimal digits: compared exactly whatever its size. *Owns* nothing.
@safe struct DecimalText {
    private let text: UnsafeBufferPointer<UInt8>
    let isNegative: Bool
    /// Where the first digit that is not 0 stands; the end for zero.
    private var first = 0
    private var end = 0
    /// The power of ten of that first digit, plus one.
    private var magnitude = 0
    var isZero: Bool { first == end }

    init(_ text: UnsafeBufferPointer<UInt8>) {
        unsafe self.text = text
        isNegative = unsafe text.count > 0 && text[0] == 0x2D
        var at = isNegative ? 1 : 0
        var whole = 0
        var leading = 0
        var sawPoint = false
        var sawDigit = false
        let length = text.count
        while at < length {
            let byte = unsafe text[at]
            if byte == 0x2E { sawPoint = true; at += 1; continue }
            if byte < 0x30 || byte > 0x39 { break }
            if !sawPoint { whole += 1 }
            if !sawDigit {
                if byte == 0x30 { leading += 1 } else { sawDigit = true; first = at }
            }
            at += 1
        }
        end = at
        if !sawDigit { first = end; return }
        var exponent = 0
        if at < length {
            at += 1
            let isDown = unsafe at < length && text[at] == 0x2D
            if unsafe at < length && (text[at] == 0x2D || text[at] == 0x2B) { at += 1 }
            while at < length {
                exponent = min(exponent * 10 + Int(unsafe text[at]) - 0x30, 1 << 40)
                at += 1
            }
            if isDown { exponent = -exponent }
        }
        magnitude = whole - leading + exponent
    }

    /// Below, at or above zero as this is less than, equal to or greater than `other`.
    func compared(to other: DecimalText) -> Int {
        if isZero || other.isZero { return (isZero ? 0 : isNegative ? -1 : 1) - (other.isZero ? 0 : other.isNegative ? -1 : 1) }
        if isNegative != other.isNegative { return isNegative ? -1 : 1 }
        let order = comparedMagnitude(other)
        return isNegative ? -order : order
    }

    private func comparedMagnitude(_ other: DecimalText) -> Int {
        if magnitude != other.magnitude { return magnitude < other.magnitude ? -1 : 1 }
        var at = first, otherAt = other.first
        while at < end || otherAt < other.end {
            let digit = next(&at), otherDigit = other.next(&otherAt)
            if digit != otherDigit { return digit < otherDigit ? -1 : 1 }
        }
        return 0
    }

    /// The digit at `at`, which moves on; 0 behind the last.
    private func next(_ at: inout Int) -> Int {
        if at < end, unsafe text[at] == 0x2E { at += 1 }
        if at >= end { return 0 }
        let digit = Int(unsafe text[at]) - 0x30
        at += 1
        return digit
    }

    /// Significant digits, without zeros at the end.
    private var digitCount: Int {
        var at = first, count = 0, significant = 0
        while at < end {
            if unsafe text[at] != 0x2E {
                count += 1
                if unsafe text[at] != 0x30 { significant = count }
            }
            at += 1
        }
        return significant
    }

    var isWhole: Bool { isZero || digitCount <= magnitude }

    /// Whether this is a whole number of times `divisor` times ten to the power of `exponent`.
    func isMultiple(of divisor: UInt64, _ exponent: Int32) -> Bool {
        if isZero { return true }
        let count = digitCount
        // The digits as one whole number, modulo the divisor (with its power of ten where this one's is smaller).
        let power = magnitude - count
        var modulus = divisor
        var rest = power - Int(exponent)
        while rest < 0 {
            let (larger, overflow) = modulus.multipliedReportingOverflow(by: 10)
            if overflow { return false }
            modulus = larger
            rest += 1
        }
        var remainder: UInt64 = 0
        var at = first
        for _ in 0..<count { remainder = DecimalDivision.sum(DecimalDivision.product(remainder, 10, modulus), UInt64(next(&at)), modulus) }
        return DecimalDivision.product(remainder, DecimalDivision.power(of: 10, rest, modulus), modulus) == 0
    }

    /// For hashing only: equal numbers give equal values.
    var nearestDouble: Double {
        let nearest = unsafe Double(String(decoding: text, as: UTF8.self)) ?? .infinity
        if nearest.isFinite { return nearest }
        var value = 0.0
        var at = first
        for _ in 0..<min(digitCount, 15) { value = value * 10 + Double(next(&at)) }
        return isNegative ? -value - Double(magnitude) : value + Double(magnitude)
    }

    /// The digits of a double: all of them where it is a whole number beyond 2^53, else the shortest that mean it.
    static func exact(_ value: Double) -> [UInt8] {
        if value.magnitude < 0x1p53 { return Array(value.description.utf8) }
        if !value.isFinite { return Array((value < 0 ? "-1e999999999" : "1e999999999").utf8) }
        var limbs: [UInt64] = []
        var significand = value.significandBitPattern | 1 << 52
        while significand > 0 { limbs.append(significand % 1_000_000_000); significand /= 1_000_000_000 }
        for _ in 0..<Int(value.exponent) - 52 {
            var carry: UInt64 = 0
            for index in limbs.indices {
                let doubled = limbs[index] * 2 + carry
                limbs[index] = doubled % 1_000_000_000
                carry = doubled / 1_000_000_000
            }
            if carry > 0 { limbs.append(carry) }
        }
        var digits = String(limbs[limbs.count - 1])
        for limb in limbs.dropLast().reversed() {
            let part = String(limb)
            digits += String(repeating: "0", count: 9 - part.utf8.count) + part
        }
        return Array(((value < 0 ? "-" : "") + digits).utf8)
    }
}
