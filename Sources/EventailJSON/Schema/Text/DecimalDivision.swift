/// Whether decimal numbers divide each other without a rest, as they were written: 19.99 is a multiple of 0.01.
enum DecimalDivision {
    /// Whether `value` times ten to the power of `power` is a multiple of `divisor` times ten to the power of `exponent`.
    static func divides(_ divisor: UInt64, _ exponent: Int32, _ value: UInt64, _ power: Int) -> Bool {
        if value == 0 { return true }
        var modulus = divisor
        var rest = power - Int(exponent)
        while rest < 0 {
            let (larger, overflow) = modulus.multipliedReportingOverflow(by: 10)
            if overflow { return false }
            modulus = larger
            rest += 1
        }
        if rest == 0 { return value % modulus == 0 }
        return product(value % modulus, self.power(of: 10, rest, modulus), modulus) == 0
    }

    static func divides(_ divisor: UInt64, _ exponent: Int32, _ value: Double) -> Bool {
        if let whole = Int64(exactly: value) { return divides(divisor, exponent, whole.magnitude, 0) }
        // Shift the point behind the divisor's last digit. When the shifted number, rounded, leads back to `value`,
        // its digits are the ones that were written; when not, `value` has more places than the divisor.
        if exponent < 0, exponent >= -15 {
            var scale = 1.0
            for _ in 0..<(-exponent) { scale *= 10 }
            let shifted = (value * scale).rounded()
            if shifted.magnitude < 1e15 { return shifted / scale == value && UInt64(shifted.magnitude) % divisor == 0 }
        }
        let (digits, power) = decimal(value)
        return divides(divisor, exponent, digits, power)
    }

    /// The shortest decimal digits that mean a double, as whole number and power of ten.
    static func decimal(_ value: Double) -> (digits: UInt64, power: Int) {
        var digits: UInt64 = 0
        var power = 0
        var sawPoint = false
        var exponent = 0
        var parts = value.magnitude.description.utf8[...]
        while let byte = parts.popFirst() {
            if byte == 0x2E { sawPoint = true; continue }
            if byte < 0x30 || byte > 0x39 {
                let sign = parts.first == 0x2D ? -1 : 1
                for digit in parts where digit >= 0x30 { exponent = exponent * 10 + Int(digit) - 0x30 }
                exponent *= sign
                break
            }
            digits = digits &* 10 &+ UInt64(byte - 0x30)
            if sawPoint { power -= 1 }
        }
        power += exponent
        while digits > 0 && digits % 10 == 0 { digits /= 10; power += 1 }
        return (digits, power)
    }

    // MARK: arithmetic modulo

    static func product(_ left: UInt64, _ right: UInt64, _ modulus: UInt64) -> UInt64 {
        let full = left.multipliedFullWidth(by: right)
        return modulus.dividingFullWidth((full.high % modulus, full.low)).remainder
    }

    static func sum(_ left: UInt64, _ right: UInt64, _ modulus: UInt64) -> UInt64 {
        let (sum, overflow) = (left % modulus).addingReportingOverflow(right % modulus)
        return overflow || sum >= modulus ? sum &- modulus : sum
    }

    static func power(of base: UInt64, _ exponent: Int, _ modulus: UInt64) -> UInt64 {
        var result: UInt64 = 1 % modulus
        var square = base % modulus
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result = product(result, square, modulus) }
            square = product(square, square, modulus)
            rest >>= 1
        }
        return result
    }
}
