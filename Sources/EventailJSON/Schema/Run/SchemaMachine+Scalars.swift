extension SchemaMachine {
    // MARK: strings

    func string(_ index: Int32, _ at: Int) -> Bool {
        let check = program.strings[index]
        if check.hasTable, find(check.table, at) < 0 { return false }
        let text = unsafe document.utf8(at)
        if check.minimum > 0 || check.maximum < Int32.max {
            // A code point has one to four bytes, so the length in bytes often tells already.
            let bytes = text.count
            let few = (bytes + 3) / 4
            if bytes < check.minimum || few > check.maximum { return false }
            if few < check.minimum || bytes > check.maximum {
                let count = unsafe Self.codePoints(text)
                if count < check.minimum || count > check.maximum { return false }
            }
        }
        for index in check.firstPattern..<check.firstPattern + check.patternCount where !matches(program.lists[index], at) { return false }
        return unsafe check.format == 0 || StringFormat.accepts(check.format, text)
    }

    /// Whether a string is one of a check's words, of which nothing else is asked.
    @inline(__always) func isWord(_ index: Int32, _ at: Int) -> Bool { find(program.strings[index].table, at) >= 0 }

    static func codePoints(_ text: UnsafeBufferPointer<UInt8>) -> Int {
        var count = 0
        for index in 0..<text.count where unsafe text[index] & 0xC0 != 0x80 { count += 1 }
        return count
    }

    /// Whether an expression matches the string at `at`; a match given up at a limit is none, and is noted.
    func matches(_ expression: Int32, _ at: Int) -> Bool {
        switch unsafe memory.matcher.match(program.expressions[expression], document.utf8(at)) {
        case .yes: return true
        case .no: return false
        case .limit:
            memory.limit = .pattern
            return false
        }
    }

    // MARK: numbers

    func number(_ index: Int32, _ at: Int) -> Bool {
        let check = program.numbers[index]
        switch document.tag(at) {
        case .signed:
            let value = document.signed(at)
            if value < check.lowSigned || value > check.highSigned { return false }
            return check.divisor == 0 || DecimalDivision.divides(check.divisor, check.divisorExponent, value.magnitude, 0)
        case .unsigned:
            let value = document.unsigned(at)
            if value < check.lowUnsigned || value > check.highUnsigned { return false }
            return check.divisor == 0 || DecimalDivision.divides(check.divisor, check.divisorExponent, value, 0)
        case .double:
            let value = document.double(at)
            if value < check.lowDouble || value > check.highDouble { return false }
            return check.divisor == 0 || DecimalDivision.divides(check.divisor, check.divisorExponent, value)
        default: return keptNumber(check, at)
        }
    }

    private func keptNumber(_ check: NumberCheck, _ at: Int) -> Bool {
        let value = unsafe DecimalText(document.utf8(at))
        if check.low.count >= 0 {
            let order = unsafe value.compared(to: DecimalText(text(check.low)))
            if order < 0 || order == 0 && check.lowExcludes { return false }
        }
        if check.high.count >= 0 {
            let order = unsafe value.compared(to: DecimalText(text(check.high)))
            if order > 0 || order == 0 && check.highExcludes { return false }
        }
        return check.divisor == 0 || value.isMultiple(of: check.divisor, check.divisorExponent)
    }

    private func text(_ range: TextRange) -> UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(start: program.bytes.address(range.start), count: Int(range.count))
    }
}
