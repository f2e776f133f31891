internal import EventailTail

/// What a pipeline that was stopped leaves to the next one of the same process, so that a reload loses nothing: open files, counts, and sinks that have
/// not returned. Everything else is in the state and the journal, from which the next one goes on as after a restart.
///
/// *Thread*: any. *Limits*: those of the tailer's open files and of the sinks that have not returned.
public struct Handover: Sendable {
    let files: TailHandover
    let lostBytes: [String: Int64]
    let sinks: [SinkRemains]
}
