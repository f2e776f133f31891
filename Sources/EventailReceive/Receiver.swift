public import EventailInbox
internal import EventailSystem
internal import Synchronization

/// Receives one stream of a hub: entries go from it into an inbox, from which the pipeline takes them.
///
/// Whatever goes wrong it begins again with what the inbox itself tells, so nothing is received twice and nothing is left out. *Owns* its inbox and its
/// stream. *Thread*: `run` is the body of the thread `receive-NAME`; the rest any. *Limits*: the inbox's; when it is full the stream keeps what follows.
public final class Receiver: Sendable {
    static let mostWait: Duration = .seconds(5)
    /// How often it looks which segments were delivered.
    static let cleanInterval: Duration = .seconds(1)
    /// How long a full inbox waits before it looks again.
    static let fullInterval: Duration = .milliseconds(50)

    public let name: String
    private let folder: String
    private let limits: Inbox.Limits
    private let makeStream: @Sendable () -> any EntryStream
    private let isDelivered: @Sendable () -> (String, Int64) -> Bool
    private let state: Mutex<ReceiverStatus>
    /// Closed when the receiver must stop.
    private let stopping = BoundedQueue<Bool>(capacity: 1)

    /// `isDelivered` makes a function that answers of a segment's path and size whether every consumer has all of it.
    public init(
        name: String, folder: String, limits: Inbox.Limits = Inbox.Limits(), isDelivered: @escaping @Sendable () -> (String, Int64) -> Bool,
        makeStream: @escaping @Sendable () -> any EntryStream
    ) {
        self.name = name
        self.folder = folder
        self.limits = limits
        self.isDelivered = isDelivered
        self.makeStream = makeStream
        state = Mutex(ReceiverStatus(name: name))
    }

    /// How it stands. Any thread.
    public var status: ReceiverStatus { state.withLock { $0 } }

    /// Makes `run` return after what it is at: about a second, longer only where an answer is waited for. Any thread.
    public func stop() { stopping.close() }

    /// The body of the thread.
    public func run() {
        var backoff = Backoff()
        while !stopping.isClosed {
            do throws(ReceiveError) {
                let inbox = try opened()
                let stream = makeStream()
                try stream.open(inbox)
                try receive(stream, inbox, &backoff)
            } catch {
                failed(error)
                _ = stopping.pop(within: backoff.failed())
            }
        }
    }

    private func opened() throws(ReceiveError) -> Inbox {
        let inbox: Inbox
        do throws(SystemError) { inbox = try Inbox(folder: folder, limits: limits) } catch { throw ReceiveError(inbox: error) }
        tell(inbox)
        return inbox
    }

    private func receive(_ stream: any EntryStream, _ inbox: Inbox, _ backoff: inout Backoff) throws(ReceiveError) {
        var nextClean = Timestamp.monotonicNanoseconds()
        while !stopping.isClosed {
            if Timestamp.monotonicNanoseconds() >= nextClean {
                do throws(SystemError) { try inbox.clean(isDelivered()) } catch { throw ReceiveError(inbox: error) }
                nextClean = Timestamp.monotonicNanoseconds() + Self.cleanInterval.nanoseconds
                tell(inbox)
            }
            if inbox.isFull {
                state.withLock { $0.state = .full }
                _ = stopping.pop(within: Self.fullInterval)
                nextClean = 0
                continue
            }
            let received = try stream.receive(into: inbox)
            backoff = Backoff()
            works(received, inbox)
        }
    }

    private func tell(_ inbox: Inbox) {
        state.withLock { state in
            state.inboxBytes = inbox.bytes
            state.positions = inbox.positions
        }
    }

    private func works(_ received: Received, _ inbox: Inbox) {
        let recovered = state.withLock { state in
            defer { state.lastError = nil }
            state.state = received.isMissing ? .waiting : .receiving
            state.entries += Int64(received.entries)
            state.bytes += received.bytes
            state.dropped += Int64(received.dropped)
            state.inboxBytes = inbox.bytes
            state.positions = inbox.positions
            return state.lastError != nil
        }
        if recovered { Log.info("source", "receives again", ["source": name]) }
    }

    private func failed(_ error: ReceiveError) {
        let isNews = state.withLock { state in
            defer { state.lastError = error.description }
            state.state = .failing
            state.retries += 1
            return state.lastError != error.description
        }
        if isNews { Log.warning("source", error.description, ["source": name, "retry": "at least every \(Self.mostWait)"]) }
    }

    /// How long until the next try: doubled each time, with jitter.
    private struct Backoff {
        private var tries = 0

        mutating func failed() -> Duration {
            let doubled = Duration.milliseconds(100) * (1 << min(tries, 16))
            tries += 1
            return (doubled < Receiver.mostWait ? doubled : Receiver.mostWait) * Double.random(in: 0.5...1)
        }
    }
}
