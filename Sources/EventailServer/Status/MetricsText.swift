/// Telemetry as text for a scraper: Prometheus 0.0.4 or OpenMetrics 1.0.
///
///     metrics.family("eventail_sink_up", .gauge, "Whether the sink takes events.")
///     metrics.sample([("sink", "stream")], 1)
///
/// *Limits*: what callers add; they bound their labels.
public struct MetricsText {
    public enum Form: Sendable { case prometheus, openMetrics }
    public enum Kind: String, Sendable { case counter, gauge, histogram }

    public let form: Form
    public private(set) var bytes: [UInt8] = []
    private var name = ""
    private var kind = Kind.gauge

    public init(_ form: Form) {
        self.form = form
        bytes.reserveCapacity(16 << 10)
    }

    /// The media type of the text.
    public var contentType: String {
        form == .prometheus ? "text/plain; version=0.0.4; charset=utf-8" : "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }

    /// Begins a family; a counter's name ends in `_total`.
    public mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        self.kind = kind
        // OpenMetrics names a counter's family without the ending that its samples have.
        let shown = form == .openMetrics && kind == .counter && name.hasSuffix("_total") ? String(name.dropLast(6)) : name
        append("# HELP \(shown) ")
        append(escape(help, quotes: false))
        append("\n# TYPE \(shown) \(kind.rawValue)\n")
    }

    /// A sample of the family begun last.
    public mutating func sample(_ labels: [(String, String)] = [], _ value: Double) { line(name, labels, value) }
    public mutating func sample(_ labels: [(String, String)] = [], count value: Int64) { line(name, labels, Double(value)) }

    /// A histogram's samples: `buckets` are (upper bound, how many are at most that), rising.
    public mutating func histogram(_ labels: [(String, String)] = [], buckets: [(Double, Int64)], sum: Double, count: Int64) {
        for (bound, total) in buckets { line(name + "_bucket", labels + [("le", number(bound))], Double(total)) }
        line(name + "_bucket", labels + [("le", "+Inf")], Double(count))
        line(name + "_sum", labels, sum)
        line(name + "_count", labels, Double(count))
    }

    /// Whole families in the Prometheus form that somebody else made.
    public mutating func raw(_ text: [UInt8]) {
        if form == .prometheus { return bytes.append(contentsOf: text) }
        // The families of counters lose the ending of their samples.
        for line in text.split(separator: 0x0A) {
            var words = line.split(separator: 0x20, maxSplits: 3, omittingEmptySubsequences: false)
            if words.count == 4 && words[0].elementsEqual("#".utf8) && words[2].suffix(6).elementsEqual("_total".utf8) {
                words[2] = words[2].dropLast(6)
                bytes.append(contentsOf: words.joined(separator: [0x20]))
            } else {
                bytes.append(contentsOf: line)
            }
            bytes.append(0x0A)
        }
    }

    /// Called once, behind everything.
    public mutating func finish() { if form == .openMetrics { append("# EOF\n") } }

    private mutating func line(_ name: String, _ labels: [(String, String)], _ value: Double) {
        append(name)
        if !labels.isEmpty {
            append("{")
            for (index, label) in labels.enumerated() {
                append(index == 0 ? "\(label.0)=\"" : ",\(label.0)=\"")
                append(escape(label.1, quotes: true))
                append("\"")
            }
            append("}")
        }
        append(" \(number(value))\n")
    }

    private func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        // OpenMetrics wants bounds of buckets as floats; whole numbers of samples read better without a fraction.
        if let whole = Int64(exactly: value), abs(whole) < 1 << 53 { return String(whole) }
        return value.description
    }

    private func escape(_ text: String, quotes: Bool) -> String {
        var out = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\"" where quotes: out += "\\\""
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
