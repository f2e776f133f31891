extension Document {
    /// How many members or items the container at `index` has; the tape's own count ends at 2^24.
    func count(_ index: Int) -> Int {
        let said = Int(payload(index) >> 32)
        if said < 0xFF_FFFF { return said }
        let isObject = tag(index) == .object
        let end = after(index) - 1
        var found = 0
        var at = index + 1
        while at < end {
            at = after(isObject ? at + 1 : at)
            found += 1
        }
        return found
    }

    /// Whether the number at `index` has no fraction.
    func isWhole(_ index: Int) -> Bool {
        switch tag(index) {
        case .double:
            let value = double(index)
            return value == value.rounded(.towardZero)
        case .number: return unsafe DecimalText(utf8(index)).isWhole
        default: return true
        }
    }

    // MARK: equality as JSON Schema has it: 1 is 1.0, members have no order

    func equals(_ index: Int, _ other: Document, _ otherIndex: Int) -> Bool {
        let tag = tag(index), otherTag = other.tag(otherIndex)
        switch tag {
        case .string: return unsafe otherTag == .string && Self.same(utf8(index), other.utf8(otherIndex))
        case .signed, .unsigned, .double, .number: return numberEquals(index, other, otherIndex)
        case .array: return otherTag == .array && itemsEqual(index, other, otherIndex)
        case .object: return otherTag == .object && membersEqual(index, other, otherIndex)
        default: return tag == otherTag
        }
    }

    private static func same(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        if left.count != right.count { return false }
        for index in 0..<left.count where unsafe left[index] != right[index] { return false }
        return true
    }

    private func numberEquals(_ index: Int, _ other: Document, _ otherIndex: Int) -> Bool {
        switch (tag(index), other.tag(otherIndex)) {
        case (.signed, .signed): return signed(index) == other.signed(otherIndex)
        case (.unsigned, .unsigned): return unsigned(index) == other.unsigned(otherIndex)
        case (.double, .double): return double(index) == other.double(otherIndex)
        case (.signed, .double): return Int64(exactly: other.double(otherIndex)) == signed(index)
        case (.unsigned, .double): return UInt64(exactly: other.double(otherIndex)) == unsigned(index)
        case (.double, .signed), (.double, .unsigned), (.double, .number): return other.numberEquals(otherIndex, self, index)
        case (.number, .number): return unsafe DecimalText(utf8(index)).compared(to: DecimalText(other.utf8(otherIndex))) == 0
        case (.number, .double):
            let exact = DecimalText.exact(other.double(otherIndex))
            return unsafe exact.withUnsafeBufferPointer { unsafe DecimalText(utf8(index)).compared(to: DecimalText($0)) == 0 }
        default: return false
        }
    }

    private func itemsEqual(_ index: Int, _ other: Document, _ otherIndex: Int) -> Bool {
        let end = after(index) - 1, otherEnd = other.after(otherIndex) - 1
        var at = index + 1, otherAt = otherIndex + 1
        while at < end && otherAt < otherEnd {
            if !equals(at, other, otherAt) { return false }
            at = after(at)
            otherAt = other.after(otherAt)
        }
        return at == end && otherAt == otherEnd
    }

    private func membersEqual(_ index: Int, _ other: Document, _ otherIndex: Int) -> Bool {
        if count(index) != other.count(otherIndex) { return false }
        let end = after(index) - 1
        var at = index + 1
        var expected = otherIndex + 1
        while at < end {
            // Most often the order is the same; else the name is looked for.
            let name = unsafe utf8(at)
            if unsafe !Self.same(name, other.utf8(expected)) {
                guard let found = unsafe other.member(otherIndex, name) else { return false }
                expected = found
            }
            if !equals(at + 1, other, expected + 1) { return false }
            at = after(at + 1)
            expected = other.after(expected + 1)
            if other.tag(expected) == .objectEnd { expected = otherIndex + 1 }
        }
        return true
    }

    /// The index of a member's name.
    private func member(_ index: Int, _ name: UnsafeBufferPointer<UInt8>) -> Int? {
        let end = after(index) - 1
        var at = index + 1
        while at < end {
            if unsafe Self.same(name, utf8(at)) { return at }
            at = after(at + 1)
        }
        return nil
    }

    // MARK: hashes: equal values have equal ones

    func hash(_ index: Int) -> UInt64 {
        switch tag(index) {
        case .string: return unsafe Self.hash(utf8(index))
        case .signed: return Self.mixed(Double(signed(index)).bitPattern, 3)
        case .unsigned: return Self.mixed(Double(unsigned(index)).bitPattern, 3)
        case .double: return Self.mixed((double(index) + 0).bitPattern, 3)
        case .number: return Self.mixed(unsafe DecimalText(utf8(index)).nearestDouble.bitPattern, 3)
        case .array:
            var hash: UInt64 = 5
            let end = after(index) - 1
            var at = index + 1
            while at < end {
                hash = Self.mixed(hash, self.hash(at))
                at = after(at)
            }
            return hash
        case .object:
            var hash: UInt64 = 7
            let end = after(index) - 1
            var at = index + 1
            while at < end {
                hash &+= Self.mixed(unsafe Self.hash(utf8(at)), self.hash(at + 1))
                at = after(at + 1)
            }
            return hash
        default: return Self.mixed(UInt64(tag(index).rawValue), 11)
        }
    }

    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash = mixed(UInt64(text.count), 13)
        for index in 0..<text.count { hash = (hash ^ UInt64(unsafe text[index])) &* 0x100_0000_01B3 }
        return mixed(hash, 17)
    }

    private static func mixed(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = (left ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: (right &* 0xD6E8_FEB8_6659_FD93) | 1)
        return product.high ^ product.low
    }
}
