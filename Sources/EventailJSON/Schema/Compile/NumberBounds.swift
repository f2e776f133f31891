/// Collects the bounds of one schema and computes what they mean for each way the tape holds a number.
struct NumberBounds {
    var check = NumberCheck()
    private(set) var low: [UInt8]?
    private(set) var high: [UInt8]?

    mutating func raiseLow(_ bound: Element, excludes: Bool) {
        let text = Self.text(bound)
        if let low, !Self.isTighter(text, low, check.lowExcludes, upwards: true) { return }
        low = text
        check.lowExcludes = excludes
        check.lowDouble = Self.lowest(bound, text, excludes)
        (check.lowSigned, check.lowUnsigned) = (Int64.min, UInt64.min)
        switch bound.tag {
        case .signed:
            let value = bound.document.signed(bound.index)
            if excludes && value == Int64.max { noSigned() } else { check.lowSigned = excludes ? value + 1 : value }
        case .unsigned:
            let value = bound.document.unsigned(bound.index)
            noSigned()
            if excludes && value == UInt64.max { noUnsigned() } else { check.lowUnsigned = excludes ? value + 1 : value }
        case .double:
            let double = bound.document.double(bound.index)
            let first = excludes ? double.rounded(.down) + 1 : double.rounded(.up)
            if first >= 0x1p63 { noSigned() } else if first > -0x1p63 { check.lowSigned = Int64(first) }
            if first >= 0x1p64 { noUnsigned() } else if first >= 0x1p63 { check.lowUnsigned = UInt64(first) + (excludes && first == double ? 1 : 0) }
        default: if text.first != 0x2D { noSigned(); noUnsigned() }
        }
    }

    mutating func lowerHigh(_ bound: Element, excludes: Bool) {
        let text = Self.text(bound)
        if let high, !Self.isTighter(text, high, check.highExcludes, upwards: false) { return }
        high = text
        check.highExcludes = excludes
        check.highDouble = Self.highest(bound, text, excludes)
        (check.highSigned, check.highUnsigned) = (Int64.max, UInt64.max)
        switch bound.tag {
        case .signed:
            let value = bound.document.signed(bound.index)
            noUnsigned()
            if excludes && value == Int64.min { noSigned() } else { check.highSigned = excludes ? value - 1 : value }
        case .unsigned:
            let value = bound.document.unsigned(bound.index)
            check.highUnsigned = excludes ? value - 1 : value
        case .double:
            let double = bound.document.double(bound.index)
            let last = excludes ? double.rounded(.up) - 1 : double.rounded(.down)
            if last < -0x1p63 { noSigned() } else if last < 0x1p63 { check.highSigned = Int64(last) }
            if last < 0x1p63 { noUnsigned() } else if last < 0x1p64 { check.highUnsigned = UInt64(last) - (excludes && last == double ? 1 : 0) }
        default: if text.first == 0x2D { noSigned(); noUnsigned() }
        }
    }

    private mutating func noSigned() { (check.lowSigned, check.highSigned) = (Int64.max, Int64.min) }
    private mutating func noUnsigned() { (check.lowUnsigned, check.highUnsigned) = (UInt64.max, UInt64.min) }

    /// Sets the divisor; false when it has more digits than are kept.
    mutating func setDivisor(_ value: Element) -> Bool {
        switch value.tag {
        case .signed: check.divisor = value.document.signed(value.index).magnitude
        case .unsigned: check.divisor = value.document.unsigned(value.index)
        case .double:
            let (digits, power) = DecimalDivision.decimal(value.document.double(value.index))
            check.divisor = digits
            check.divisorExponent = Int32(power)
        default: return false
        }
        while check.divisorExponent > 0 {
            let (larger, overflow) = check.divisor.multipliedReportingOverflow(by: 10)
            if overflow { break }
            check.divisor = larger
            check.divisorExponent -= 1
        }
        return check.divisor > 0
    }

    private static func text(_ bound: Element) -> [UInt8] {
        switch bound.tag {
        case .signed: Array(bound.document.signed(bound.index).description.utf8)
        case .unsigned: Array(bound.document.unsigned(bound.index).description.utf8)
        case .double: DecimalText.exact(bound.document.double(bound.index))
        default: unsafe Array(bound.document.utf8(bound.index))
        }
    }

    private static func order(_ left: [UInt8], _ right: [UInt8]) -> Int {
        unsafe left.withUnsafeBufferPointer { left in
            unsafe right.withUnsafeBufferPointer { right in unsafe DecimalText(left).compared(to: DecimalText(right)) }
        }
    }

    private static func isTighter(_ text: [UInt8], _ other: [UInt8], _ otherExcludes: Bool, upwards: Bool) -> Bool {
        let order = order(text, other)
        return order == 0 ? !otherExcludes : (order > 0) == upwards
    }

    /// The least double that is at the bound or above it.
    private static func lowest(_ bound: Element, _ text: [UInt8], _ excludes: Bool) -> Double {
        let nearest = bound.double ?? -.infinity
        let order = bound.tag == .double ? 0 : order(DecimalText.exact(nearest), text)
        return order < 0 || order == 0 && excludes ? nearest.nextUp : nearest
    }

    private static func highest(_ bound: Element, _ text: [UInt8], _ excludes: Bool) -> Double {
        let nearest = bound.double ?? .infinity
        let order = bound.tag == .double ? 0 : order(DecimalText.exact(nearest), text)
        return order > 0 || order == 0 && excludes ? nearest.nextDown : nearest
    }
}
