/// Writes Prometheus' text format, version 0.0.4.
struct PrometheusWriter {
    var text: [UInt8] = []

    mutating func family(_ name: String, _ kind: String, _ help: String) {
        text.append(contentsOf: "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n".utf8)
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        text.append(contentsOf: name.utf8)
        if !labels.isEmpty {
            text.append(0x7B)
            for (number, label) in labels.enumerated() {
                if number > 0 { text.append(0x2C) }
                text.append(contentsOf: label.0.utf8)
                text.append(contentsOf: "=\"".utf8)
                for byte in label.1.utf8 {
                    switch byte {
                    case 0x22, 0x5C: text.append(contentsOf: [0x5C, byte])
                    case 0x0A: text.append(contentsOf: [0x5C, 0x6E])
                    default: text.append(byte)
                    }
                }
                text.append(0x22)
            }
            text.append(0x7D)
        }
        text.append(0x20)
        text.append(contentsOf: value.utf8)
        text.append(0x0A)
    }

    /// One histogram; counts are of their buckets alone, the last of what lies beyond all bounds.
    mutating func histogram(_ name: String, _ labels: [(String, String)], _ bounds: [Double], _ counts: [Int64], sum: Double) {
        var seen: Int64 = 0
        for (bound, count) in zip(bounds, counts) {
            seen += count
            sample(name + "_bucket", labels + [("le", Self.number(bound))], String(seen))
        }
        let all = counts.reduce(0, +)
        sample(name + "_bucket", labels + [("le", "+Inf")], String(all))
        sample(name + "_sum", labels, Self.number(sum))
        sample(name + "_count", labels, String(all))
    }

    static func number(_ value: Double) -> String {
        if let whole = Int64(exactly: value), abs(whole) < 1 << 53 { return String(whole) }
        return value.description
    }
}
