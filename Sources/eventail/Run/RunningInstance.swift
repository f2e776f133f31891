internal import EventailAggregate
internal import EventailConfiguration
internal import EventailPipeline
internal import EventailReceive
internal import EventailServer
internal import EventailStore
internal import EventailSystem
internal import Synchronization

/// One instance from start to stop: state first, then the server's sockets, then reading; the other way round at the end.
///
/// *Thread*: `main`.
final class RunningInstance {
    /// Time for sinks and clients at a stop, each.
    static let stopTime: Duration = .seconds(10)
    /// How long serving waits for history after a crash.
    static let catchUpTime: Duration = .seconds(5)

    private var plan: Assembly.Plan
    private var parts: Assembly.Parts
    let view: InstanceView
    private let signals: SignalReceiver
    private var server: Server?
    private var hub: Hub?
    private var receiving: [NamedThread] = []

    /// Before any thread starts: signals are taken over here.
    init(_ configuration: Configuration) throws {
        ProcessUsage.ignoreBrokenPipes()
        signals = try SignalReceiver()
        plan = try Assembly.plan(configuration)
        parts = try Assembly.make(plan, on: try Assembly.store(plan))
        view = InstanceView(parts)
    }

    /// Serves and tails until SIGTERM or SIGINT; reads its configuration again, with `read`, on SIGHUP.
    func runUntilStopped(rereading read: () throws(ConfigurationError) -> Configuration) throws {
        try bindServer()
        start(untilEnd: false)
        if let server { serve(server) }
        try waitForStop(or: nil) { try reload(read) }
        view.became(.draining)
        Log.info("eventail", "stopping")
        stopReceiving()
        let all = parts.pipeline.stop(within: Self.stopTime)
        server?.stop(deadline: .seconds(2))
        if !all { Log.warning("eventail", "a sink has not taken everything; the rest follows after the next start") }
        Log.info("eventail", "stopped")
    }

    /// Replaces everything but the state, the sockets and their clients by what the configuration says now. One that cannot be used changes nothing: it is told
    /// why and the old one stays. What is replaced ends as at a stop and goes on as after a start, so nothing is lost or repeated.
    private func reload(_ read: () throws(ConfigurationError) -> Configuration) throws {
        guard let next = usable(read) else { return }
        stopReceiving()
        let readsOtherwise = Assembly.readsOtherwise(next, than: plan)
        // Lines that a sink lacks are read again by what the new configuration says: where that may differ, sinks first have the time to take them.
        if !parts.pipeline.stop(within: readsOtherwise ? Self.stopTime : .zero) && readsOtherwise {
            Log.warning("configuration", "a sink lags; the lines that it lacks are read with the profiles of the new configuration")
        }
        let handover = parts.pipeline.handOver()
        var isNew = true
        do { parts = try Assembly.make(next, on: parts.store, after: handover) } catch {
            isNew = false
            Log.error("configuration", "not reloaded, the old configuration stays: \(error)")
            parts = try Assembly.make(plan, on: parts.store, after: handover)
        }
        if isNew { plan = next }
        view.show(parts)
        start(untilEnd: false)
        server?.change(to: Assembly.server(plan.configuration.server), aggregator: parts.aggregator, history: try history())
        if isNew { Log.info("configuration", "reloaded", ["sources": "\(plan.sources.count)", "sinks": "\(plan.configuration.sinks.count)"]) }
    }

    /// The plan of the configuration as it is written now; nil, and the reason in the log, when it cannot be used.
    private func usable(_ read: () throws(ConfigurationError) -> Configuration) -> Assembly.Plan? {
        do {
            let (configuration, ignored) = try read().keepingFixedKeys(of: plan.configuration)
            let next = try Assembly.plan(configuration, after: plan)
            for key in ignored {
                Log.warning("configuration", "\(key) cannot change while the program runs; stop and start it to use the new value", ["key": key])
            }
            return next
        } catch let error as ConfigurationError {
            for problem in error.problems { problem.log() }
            Log.error("configuration", "not reloaded, the old configuration stays", ["problems": "\(error.problems.count)"])
        } catch {
            Log.error("configuration", "not reloaded, the old configuration stays: \(error)")
        }
        return nil
    }

    /// Reads what is there, waits until every sink has it, prints the totals. False when it was interrupted or a sink could not take all.
    func runToEnd() throws -> Bool {
        let began = Timestamp.monotonicNanoseconds()
        start(untilEnd: true)
        let ended = try EventSignal()
        let outcome = Outcome()
        let pipeline = parts.pipeline
        let waiter = NamedThread("end") {
            outcome.set(pipeline.waitUntilEnd())
            ended.ring()
        }
        let refuse = { Log.warning("eventail", "SIGHUP: nothing is reloaded while it runs to the end of what there is") }
        if try waitForStop(or: ended, reload: refuse) {
            _ = pipeline.stop(within: Self.stopTime)
            waiter.join()
            return false
        }
        waiter.join()
        Output.write(ExitSummary.write(pipeline, seconds: Double(Timestamp.monotonicNanoseconds() - began) / 1e9) + "\n")
        Output.flush()
        return outcome.isComplete
    }

    private func start(untilEnd: Bool) {
        let (view, configuration, hub) = (view, parts.configuration, hub)
        let recovered: @Sendable () -> Void = {
            view.became(.running)
            Log.info("eventail", "reading", ["sources": "\(configuration.sources.count)", "state": configuration.stateFolder])
        }
        parts.pipeline.start(untilEnd: untilEnd, recovered: recovered) { hub?.publish($0) }
        receiving = parts.receivers.map { receiver in NamedThread("receive-\(receiver.name)") { receiver.run() } }
    }

    private func stopReceiving() {
        for receiver in parts.receivers { receiver.stop() }
        for thread in receiving { thread.join() }
        receiving = []
    }

    /// Clients that resume after a crash ask at once for events that only the agents' files still have: history first takes those again. A history that lags far is not
    /// waited for; what it lacks is then told as `dropped`.
    private func serve(_ server: Server) {
        if !parts.pipeline.waitUntilCaughtUp(kind: "history", within: Self.catchUpTime) {
            Log.warning("server", "history lags behind an earlier run; older events follow", ["waited": "\(Self.catchUpTime)"])
        }
        server.start()
        for address in server.addresses { Log.info("server", "listening", ["address": address.description]) }
    }

    /// Binds all addresses; clients may connect and wait from then on.
    private func bindServer() throws {
        if parts.configuration.server.listen.isEmpty { return }
        let hub = try Hub(epoch: parts.store.epoch, head: parts.pipeline.journal.nextSequence - 1, catalogue: parts.catalogue)
        server = try Server(
            configuration: Assembly.server(parts.configuration.server), hub: hub, aggregator: parts.aggregator, history: try history(), status: view)
        self.hub = hub
    }

    private func history() throws -> History? { parts.configuration.history == nil ? nil : try parts.store.history() }

    /// Waits for a signal that asks to stop, or for `ended`; true when it was a signal.
    @discardableResult
    private func waitForStop(or ended: EventSignal?, reload: () throws -> Void) throws -> Bool {
        let poller = try Poller()
        try poller.add(signals.descriptor.number, .readable, token: 0)
        if let ended { try poller.add(ended.descriptor.number, .readable, token: 1) }
        while true {
            var isOver = false
            try poller.wait(nil) { token, _ in if token == 1 { isOver = true } }
            if isOver { return false }
            while let request = signals.next() {
                switch request {
                case .stop: return true
                case .reload: try reload()
                }
            }
        }
    }

    /// What the waiting thread found.
    private final class Outcome: Sendable {
        private let complete = Atomic<Bool>(false)
        func set(_ all: Bool) { complete.store(all, ordering: .sequentiallyConsistent) }
        var isComplete: Bool { complete.load(ordering: .sequentiallyConsistent) }
    }
}
