internal import EventailEvents
internal import EventailJSON
internal import EventailSystem

/// How `check` tells what it found, while it finds it.
protocol CheckReport: AnyObject {
    func begin()
    func refused(_ rejection: Rejection, _ file: String)
    func end(_ totals: LineTotals, _ catalogue: Catalogue)
}

/// `file:line: reason: where in the document: what was expected`, then the totals.
final class TextCheckReport: CheckReport {
    func begin() {}

    func refused(_ rejection: Rejection, _ file: String) {
        let place = rejection.location.isEmpty ? "the line" : rejection.location
        Output.write("\(file):\(rejection.line): \(rejection.reason.name): \(place): \(rejection.message)\n")
    }

    func end(_ totals: LineTotals, _ catalogue: Catalogue) {
        let files = totals.files == 1 ? "1 file" : "\(totals.files) files"
        var text = "\(totals.lines) lines in \(files), \(totals.bytes) bytes: \(totals.valid) valid, \(totals.invalid) invalid, \(totals.blank) blank"
        if totals.unfinishedBytes > 0 { text += ", \(totals.unfinishedBytes) bytes of an unfinished last line" }
        text += "\n"
        text += Self.table("profile", totals.byProfile(catalogue))
        text += Self.table("type", totals.byType(catalogue))
        text += Self.table("reason", totals.byReason)
        Output.write(text)
    }

    private static func table(_ title: String, _ counts: [(name: String, count: Int64)]) -> String {
        counts.map { "  \(title) \($0.name): \($0.count)\n" }.joined()
    }
}

/// One JSON object (CONTRACT section 1); its `errors` come first so that they need not wait in memory.
final class JSONCheckReport: CheckReport {
    private var json = JSONWriter()
    private let started = Timestamp.monotonicNanoseconds()

    func begin() {
        json.beginObject()
        json.key("errors")
        json.beginArray()
    }

    func refused(_ rejection: Rejection, _ file: String) {
        LineChecker.write(rejection, file, &json)
        if json.bytes.count > 32 << 10 { send() }
    }

    func end(_ totals: LineTotals, _ catalogue: Catalogue) {
        json.endArray()
        totals.write(
            &json, catalogue, seconds: Double(Timestamp.monotonicNanoseconds() - started) / 1e9, cpuSeconds: ProcessUsage.cpuSeconds(),
            maximumResidentBytes: ProcessUsage.maximumResidentBytes())
        json.endObject()
        json.newline()
        Output.write(json.bytes)
    }

    private func send() { Output.write(json.takeBytes()) }
}
