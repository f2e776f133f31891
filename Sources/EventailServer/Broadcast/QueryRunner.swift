internal import EventailSystem
internal import Synchronization

/// Does what may take long (questions to history and aggregates) on a thread of its own and brings the answers back to `serve`.
///
/// *Owns* the `query` thread. *Thread*: `submit` and `finish` on `serve`. *Limits*: as many jobs wait as it was made for; more are refused.
final class QueryRunner: @unchecked Sendable {
    // @unchecked: `thread` is touched by start and stop only, which the server calls one after the other.
    /// Runs on `query` and returns what is then to be done on `serve`.
    typealias Job = @Sendable () -> @Sendable () -> Void

    let signal: EventSignal
    private let jobs: BoundedQueue<Job>
    private let done = Mutex<[@Sendable () -> Void]>([])
    private var thread: NamedThread?

    init(capacity: Int) throws(SystemError) {
        jobs = BoundedQueue(capacity: capacity)
        signal = try EventSignal()
    }

    func start() {
        thread = NamedThread("query") { [self] in
            while let job = jobs.pop() {
                let completion = job()
                done.withLock { $0.append(completion) }
                signal.ring()
            }
        }
    }

    /// False when too many jobs wait.
    func submit(_ job: @escaping Job) -> Bool { jobs.tryPush(job) }

    /// Does on `serve` what finished jobs left to do.
    func finish() {
        signal.clear()
        let completions = done.withLock { list in
            defer { list.removeAll() }
            return list
        }
        for completion in completions { completion() }
    }

    /// Ends the thread behind the job that runs.
    func stop() {
        jobs.removeAll()
        jobs.close()
        thread?.join()
        thread = nil
    }
}
