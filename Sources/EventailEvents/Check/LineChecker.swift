public import EventailJSON
internal import EventailSystem

/// Says of each line whether it is right, by profiles or by one bare JSON Schema, and counts.
///
/// The core of `eventail check` and of `POST /api/v1/validate`. *Owns* an extractor or a parser with its runner, reused. *Thread*: one.
public final class LineChecker {
    public private(set) var totals = LineTotals()
    public let catalogue: Catalogue
    private let rule: Rule

    private enum Rule {
        case profiles(Extractor)
        case schema(Schema, SchemaRunner, TapeParser)
    }

    /// Checks lines as `run` would take them.
    public init(profiles: ProfileSet, choice: ProfileChoice = .auto) throws(ProfileError) {
        rule = .profiles(try Extractor(profiles: profiles, choice: choice))
        catalogue = profiles.catalogue
    }

    /// Checks that each line is a JSON value of any kind that keeps `schema`.
    public init(schema: Schema) {
        rule = .schema(schema, SchemaRunner(), TapeParser())
        catalogue = Catalogue()
    }

    /// Checks a batch and hands each refused line to `refused`, in order. A file's batches come in order with the file's own context.
    public func check(_ lines: LineBatch, _ context: FileContext, _ refused: (Rejection) -> Void) {
        switch rule {
        case .profiles(let extractor):
            let batch = extractor.extract(lines, context)
            totals.add(batch)
            for rejection in batch.rejections { refused(rejection) }
        case .schema(let schema, let runner, let parser):
            totals.bytes += lines.end - lines.start
            for (index, line) in lines.lines.enumerated() {
                if Self.isBlank(lines, line) {
                    totals.blank += 1
                    totals.lines += 1
                } else if let (reason, violation) = Self.fault(lines, line, schema, runner, parser) {
                    totals.refused(reason)
                    refused(Self.rejection(lines, index, reason, violation))
                } else {
                    totals.valid += 1
                    totals.lines += 1
                }
            }
        }
    }

    /// Counts a file that was read to its end.
    public func finishedFile(unfinishedBytes: Int64) {
        totals.files += 1
        totals.unfinishedBytes += unfinishedBytes
        totals.bytes += unfinishedBytes
    }

    /// Checks a text that is in memory and answers as `eventail check --format json` does; a last line needs no line end.
    public func report(of text: [UInt8], name: String) -> [UInt8] {
        let started = Timestamp.monotonicNanoseconds()
        var json = JSONWriter(reserving: 4096)
        json.beginObject()
        json.key("errors")
        json.beginArray()
        check(LineBatchReader.batch(of: text, path: name), FileContext()) { rejection in Self.write(rejection, name, &json) }
        json.endArray()
        finishedFile(unfinishedBytes: 0)
        let seconds = Double(Timestamp.monotonicNanoseconds() - started) / 1e9
        totals.write(
            &json, catalogue, seconds: seconds, cpuSeconds: seconds, maximumResidentBytes: ProcessUsage.maximumResidentBytes())
        json.endObject()
        return json.bytes
    }

    /// Writes the entry of one refused line (CONTRACT section 1).
    public static func write(_ rejection: Rejection, _ file: String, _ json: inout JSONWriter) {
        json.object { json in
            json.field("file", file)
            json.field("line", rejection.line)
            json.field("offset", rejection.position)
            json.field("reason", rejection.reason.name)
            json.field("profile", rejection.profile)
            json.field("location", rejection.location)
            json.field("keyword", rejection.keyword)
            json.field("message", rejection.message)
        }
    }

    // MARK: a bare schema

    private static func isBlank(_ lines: LineBatch, _ line: LineBatch.Line) -> Bool {
        for index in 0..<Int(line.length) {
            let byte = unsafe lines.buffer.base.load(fromByteOffset: Int(line.start) + index, as: UInt8.self)
            if byte != 0x20, byte != 0x09, byte != 0x0D { return false }
        }
        return true
    }

    private static func fault(
        _ lines: LineBatch, _ line: LineBatch.Line, _ schema: Schema, _ runner: SchemaRunner, _ parser: TapeParser
    ) -> (RejectionReason, Violation)? {
        func plain(_ message: String) -> Violation { Violation(instanceLocation: "", keyword: "", schemaLocation: "", message: message) }
        if line.tooLongBytes > 0 { return (.tooLong, plain("is \(line.tooLongBytes) bytes long")) }
        switch parser.parse(lines.buffer, Int(line.start)..<Int(line.start) + Int(line.length)) {
        case .failure(let error): return (error == .invalidUTF8 ? .invalidUTF8 : .notJSON, plain(error.message))
        case .success(let document):
            if runner.accepts(document, at: document.root.index, schema) { return nil }
            return (.schema, runner.violations(document, at: document.root.index, schema, limit: 1).first ?? plain("does not keep the schema"))
        }
    }

    private static func rejection(_ lines: LineBatch, _ index: Int, _ reason: RejectionReason, _ violation: Violation) -> Rejection {
        let line = lines.lines[index]
        let next = index + 1 < lines.lines.count ? lines.lines[index + 1].position : lines.end
        return Rejection(
            reason: reason, position: line.position, line: lines.firstLine + Int64(index), start: Int(line.start), length: Int(line.length),
            bytesInFile: next - line.position, location: violation.instanceLocation, keyword: violation.keyword, message: violation.message)
    }
}
