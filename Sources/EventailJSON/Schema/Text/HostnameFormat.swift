/// Host names (RFC 1123 section 2.1) and international ones (RFC 5890 to 5892, without the bidirectional rule).
enum HostnameFormat {
    static func isHostname(_ bytes: ArraySlice<UInt8>) -> Bool {
        let labels = bytes.split(separator: 0x2E, omittingEmptySubsequences: false)
        return !bytes.isEmpty && bytes.count <= 253 && labels.allSatisfy(isLabel)
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        guard (1...63).contains(label.count), label.first != 0x2D, label.last != 0x2D else { return false }
        guard label.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || $0 == 0x2D }) else { return false }
        let text = Array(label)
        if text.count < 4 || text[2] != 0x2D || text[3] != 0x2D { return true }
        guard text[0] | 0x20 == 0x78, text[1] | 0x20 == 0x6E else { return false }
        // `xn--` is for what Punycode decodes to an international label, no other use of `--` there is allowed.
        guard let decoded = Punycode.decoded(text[4...]), decoded.contains(where: { !$0.isASCII }) else { return false }
        return isInternationalLabel(decoded)
    }

    static func isInternational(_ bytes: [UInt8]) -> Bool {
        let scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
        let labels = scalars.split(omittingEmptySubsequences: false) { [0x2E, 0x3002, 0xFF0E, 0xFF61].contains($0.value) }
        if scalars.isEmpty { return false }
        var length = labels.count - 1
        for label in labels {
            if label.allSatisfy(\.isASCII) {
                let ascii = label.map { UInt8($0.value) }
                if !isLabel(ascii[...]) { return false }
                length += ascii.count
            } else {
                let encoded = Punycode.encodedCount(Array(label)) + 4
                if encoded > 63 || !isInternationalLabel(Array(label)) { return false }
                length += encoded
            }
        }
        return length <= 253
    }

    private static func isInternationalLabel(_ label: [Unicode.Scalar]) -> Bool {
        guard let first = label.first, first != "-", label.last != "-" else { return false }
        if label.count >= 4, label[2] == "-", label[3] == "-" { return false }
        switch first.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: return false
        default: break
        }
        for (index, scalar) in label.enumerated() where !isAllowed(scalar, index, label) { return false }
        let hasArabic = label.contains { (0x660...0x669).contains($0.value) }
        return !(hasArabic && label.contains { (0x6F0...0x6F9).contains($0.value) })
    }

    /// RFC 5892: its exceptions, its rules about neighbours, then by category.
    private static func isAllowed(_ scalar: Unicode.Scalar, _ index: Int, _ label: [Unicode.Scalar]) -> Bool {
        let before = index > 0 ? label[index - 1] : nil
        let after = index + 1 < label.count ? label[index + 1] : nil
        switch scalar.value {
        case 0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007: return true
        case 0x640, 0x7FA, 0x302E, 0x302F, 0x3031...0x3035, 0x303B: return false
        case 0xB7: return before == "l" && after == "l"
        case 0x375: return after.map { (0x370...0x3FF).contains($0.value) || (0x1F00...0x1FFF).contains($0.value) } ?? false
        case 0x5F3, 0x5F4: return before.map { (0x591...0x5F4).contains($0.value) } ?? false
        case 0x30FB: return label.contains { $0.value != 0x30FB && ((0x3040...0x30FF).contains($0.value) || $0.properties.isIdeographic) }
        case 0x200C, 0x200D: return before.map { $0.properties.canonicalCombiningClass.rawValue == 9 } ?? false
        default: break
        }
        if scalar.isASCII { return scalar == "-" || ("0"..."9").contains(scalar) || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) }
        switch scalar.properties.generalCategory {
        case .lowercaseLetter, .modifierLetter, .otherLetter, .nonspacingMark, .spacingMark, .decimalNumber: return true
        default: return false
        }
    }
}

/// RFC 3492, as far as checking names needs it.
enum Punycode {
    static func decoded(_ text: ArraySlice<UInt8>) -> [Unicode.Scalar]? {
        var output: [UInt32] = []
        var input = text
        if let dash = text.lastIndex(of: 0x2D) {
            output = text[..<dash].map { UInt32($0) }
            input = text[(dash + 1)...]
        }
        var code = 128, position = 0, bias = 72
        while !input.isEmpty {
            let start = position
            var weight = 1
            var step = 36
            while true {
                guard let byte = input.popFirst() else { return nil }
                let digit = byte <= 0x39 ? Int(byte) - 0x30 + 26 : Int(byte | 0x20) - 0x61
                guard (0..<36).contains(digit), weight < 1 << 30 else { return nil }
                position += digit * weight
                let threshold = min(max(step - bias, 1), 26)
                if digit < threshold { break }
                weight *= 36 - threshold
                step += 36
            }
            bias = adapted(position - start, output.count + 1, start == 0)
            code += position / (output.count + 1)
            position %= output.count + 1
            guard code <= 0x10FFFF else { return nil }
            output.insert(UInt32(code), at: position)
            position += 1
        }
        var scalars: [Unicode.Scalar] = []
        for value in output {
            guard let scalar = Unicode.Scalar(value) else { return nil }
            scalars.append(scalar)
        }
        return scalars
    }

    /// How many bytes the encoding of a label has, without `xn--`.
    static func encodedCount(_ label: [Unicode.Scalar]) -> Int {
        let basic = label.filter(\.isASCII).count
        var count = basic > 0 ? basic + 1 : 0
        var handled = basic, code = 128, delta = 0, bias = 72
        while handled < label.count {
            let next = label.map { Int($0.value) }.filter { $0 >= code }.min() ?? code
            delta += (next - code) * (handled + 1)
            code = next
            for scalar in label {
                if Int(scalar.value) < code { delta += 1 }
                if Int(scalar.value) != code { continue }
                var rest = delta
                var step = 36
                while true {
                    count += 1
                    let threshold = min(max(step - bias, 1), 26)
                    if rest < threshold { break }
                    rest = (rest - threshold) / (36 - threshold)
                    step += 36
                }
                bias = adapted(delta, handled + 1, handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            code += 1
        }
        return count
    }

    private static func adapted(_ delta: Int, _ count: Int, _ isFirst: Bool) -> Int {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var step = 0
        while delta > 455 { delta /= 35; step += 36 }
        return step + 36 * delta / (delta + 38)
    }
}
