public import EventailEvents
public import EventailPipeline
public import EventailSystem

/// Shows events to people on standard output, one block each.
///
/// Shown once, best effort: its checkpoints are the runner's, so a restart does not show old events again. When standard output closes, the
/// sink ends, not the process. *Thread*: its runner's. *Limits*: `bufferBytes` in memory.
public final class ConsoleSink: Sink, @unchecked Sendable {
    // @unchecked: all calls come from the runner's thread, one after the other.
    public let name: String
    public let kind = "console"
    private let catalogue: Catalogue
    private let level: Severity
    private let block: ConsoleBlock
    private let output: Descriptor
    private var types: [String] = []
    private var text = ""

    /// Text gathered before it is shown.
    public static let bufferBytes = 64 << 10
    /// Standard output, which stays open for the whole run.
    private static let standardOutput = Descriptor(owning: 1)

    /// When words are coloured.
    public enum Colour: String, Sendable, CaseIterable { case auto, always, never }

    /// `output` is standard output unless given; events below `level` are not shown.
    public init(name: String, catalogue: Catalogue, level: Severity = .info, colour: Colour = .auto, output: Descriptor? = nil) {
        self.name = name
        self.catalogue = catalogue
        self.level = level
        self.output = output ?? Self.standardOutput
        let colours: Bool
        switch colour {
        case .always: colours = true
        case .never: colours = false
        case .auto:
            // https://no-color.org: any value but the empty one turns colours off.
            let refused = !(ProcessUsage.environment("NO_COLOR") ?? "").isEmpty || ProcessUsage.environment("TERM") == "dumb"
            colours = ProcessUsage.isTerminal(self.output.number) && !refused
        }
        block = ConsoleBlock(colours: colours)
    }

    public func open() throws(SinkError) { text = "" }

    public func write(_ batch: EventBatch, from position: Int64) throws(SinkError) {
        for event in batch.events where event.position >= position && event.severity >= level {
            if Int(event.type) >= types.count { types = catalogue.entries.map(\.type) }
            block.append(event, of: batch, type: types[Int(event.type)], to: &text)
            if text.utf8.count >= Self.bufferBytes { try show() }
        }
    }

    public func commit(_ checkpoints: [FileCheckpoint]) throws(SinkError) -> Bool {
        try show()
        return false
    }

    public func close() {}

    private func show() throws(SinkError) {
        if text.isEmpty { return }
        do throws(SystemError) { try output.writeAll(Array(text.utf8)) } catch {
            throw .misconfigured("standard output cannot be written: \(error.description)", remedy: "start again with standard output open, or without this sink")
        }
        text = ""
    }
}
