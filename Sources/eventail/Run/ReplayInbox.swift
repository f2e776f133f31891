/// The inbox through which `eventail dead-letter replay` hands lines to the instance that owns the state.
enum ReplayInbox {
    /// The source under which the pipeline reads replayed lines.
    static let source = "dead-letters"

    static func folder(in stateFolder: String) -> String { "\(stateFolder)/inbox/\(source)" }
}
