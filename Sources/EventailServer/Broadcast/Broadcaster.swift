internal import EventailEvents
internal import EventailJSON
internal import EventailStore
internal import EventailSystem

/// Sends events to the clients that want them: each is encoded once, clients share the bytes.
///
/// *Owns* the recent events, the subscriptions and the chunk being filled. *Thread*: `serve`. *Limits*: `sendBuffer` bytes wait for a client;
/// beyond that its policy says what it is not sent, and it is told.
final class Broadcaster: @unchecked Sendable {
    // @unchecked: touched on the serve thread only; completions of jobs run there too.
    let hub: Hub
    private let background: Background
    let runner: QueryRunner
    var configuration: ServerConfiguration
    let telemetry: ServerTelemetry
    let messages: FrameWriter
    private let lines: FrameWriter
    var recent: RecentEvents
    /// Clients for whose queues there is something new.
    var touched: [Connection] = []
    /// Clients with a subscription that is not live yet.
    var following: [Client] = []

    private var takingAll: [Client] = []
    private var raw: [Client] = []
    private var filtered: [(client: Client, subscription: Subscription)] = []
    private var byExecution: [UInt64: [(client: Client, subscription: Subscription)]] = [:]
    private let gatherer = Gatherer()
    /// When the batches were read whose events wait for `sent`, and how many of them somebody wants.
    private var unsent: [(readTime: Int64, events: Int64)] = []

    /// Bytes that may wait for a client that follows before it is given more of the past.
    static let followBytes = 512 << 10
    /// Events looked at for one client in one turn of the loop.
    static let followBudget = 20_000

    var history: History? { background.history }

    init(hub: Hub, background: Background, runner: QueryRunner, configuration: ServerConfiguration, telemetry: ServerTelemetry) {
        self.hub = hub
        self.background = background
        self.runner = runner
        self.configuration = configuration
        self.telemetry = telemetry
        messages = FrameWriter(epoch: hub.epoch, catalogue: hub.catalogue)
        lines = FrameWriter(epoch: hub.epoch, catalogue: hub.catalogue)
        recent = RecentEvents(bytes: configuration.recentBytes, head: hub.firstHead)
    }

    // MARK: live

    /// Takes what the pipeline published; true when more waits.
    func takePublished() -> Bool {
        hub.listen()
        var bytes = 0
        while let batch = hub.take() {
            if batch.firstSequence > recent.head + 1 { skipped(from: recent.head + 1, to: batch.firstSequence - 1) }
            process(batch)
            bytes += batch.buffer.count
            // Clients are served in between, so that what waits for them stays small.
            if bytes > 1 << 20 { return true }
        }
        let newest = hub.newest
        // Checked again: a batch may have come between the last look and this one.
        if newest > recent.head {
            if let batch = hub.take() {
                if batch.firstSequence > recent.head + 1 { skipped(from: recent.head + 1, to: batch.firstSequence - 1) }
                process(batch)
                return true
            }
            skipped(from: recent.head + 1, to: newest)
        }
        return false
    }

    /// Events that the queue from the pipeline had no room for.
    private func skipped(from: Int64, to: Int64) {
        recent.skip(through: to)
        let count = to - from + 1
        telemetry.droppedOverload.add(count)
        let chunk = FrameChunk(text: droppedMessage(Loss(count: count, from: from, to: to), reason: "overload"))
        var told: [Client] = []
        for client in takingAll { told.append(client) }
        for (client, _) in filtered { told.append(client) }
        for (_, entries) in byExecution { for (client, _) in entries { told.append(client) } }
        for client in told where client.lastSequence != to {
            client.lastSequence = to
            client.dropped += count
            enqueue(chunk, to: client)
        }
    }

    private func process(_ batch: EventBatch) {
        recent.append(batch)
        if takingAll.isEmpty && raw.isEmpty && filtered.isEmpty && byExecution.isEmpty { return }
        var spans: [FrameWriter.Place] = []
        var rawSpans: [FrameWriter.Place] = []
        var wanted: Int64 = 0
        for index in batch.events.indices {
            let event = batch.events[index]
            let sequence = batch.firstSequence + Int64(index)
            var place: FrameWriter.Place?
            if !takingAll.isEmpty {
                let made = messages.writeMessage(event, of: batch, sequence: sequence)
                place = made
                Self.extend(&spans, made)
            }
            if !raw.isEmpty { Self.extend(&rawSpans, lines.writeBare(event, of: batch, sequence: sequence)) }
            for (client, subscription) in filtered { offer(event, batch, sequence, to: client, subscription, &place) }
            if !byExecution.isEmpty {
                RecentEvents.forEachExecution(event, batch) { hash in
                    guard let entries = byExecution[hash] else { return }
                    for (client, subscription) in entries { offer(event, batch, sequence, to: client, subscription, &place) }
                }
            }
            if place != nil || !raw.isEmpty { wanted += 1 }
        }
        for client in takingAll { append(spans, count: batch.events.count, last: recent.head, to: client) }
        for client in raw { append(rawSpans, count: batch.events.count, last: recent.head, to: client) }
        if wanted > 0 { unsent.append((batch.readTime, wanted)) }
    }

    /// Called when the clients' sockets were offered what `takePublished` made.
    func sent() {
        if unsent.isEmpty { return }
        let now = Timestamp.now().nanoseconds
        for (time, events) in unsent { telemetry.latency.record(nanoseconds: now - time, count: events) }
        unsent.removeAll(keepingCapacity: true)
    }

    private static func extend(_ spans: inout [FrameWriter.Place], _ place: FrameWriter.Place) {
        if let last = spans.last, last.chunk === place.chunk, last.end == place.start {
            spans[spans.count - 1] = FrameWriter.Place(chunk: last.chunk, start: last.start, end: place.end)
        } else {
            spans.append(place)
        }
    }

    private func append(_ spans: [FrameWriter.Place], count: Int, last: Int64, to client: Client) {
        for span in spans { client.connection.queue.append(span.chunk, from: span.start, to: span.end) }
        client.sentEvents += Int64(count)
        client.lastSequence = last
        touch(client)
        keepBound(client)
    }

    private func offer(
        _ event: Event, _ batch: EventBatch, _ sequence: Int64, to client: Client, _ subscription: Subscription,
        _ place: inout FrameWriter.Place?
    ) {
        if client.lastSequence == sequence || client.takesAll { return }
        if !subscription.filter.matches(event, of: batch, types: messages.type) { return }
        let made = place ?? messages.writeMessage(event, of: batch, sequence: sequence)
        place = made
        client.connection.queue.append(made.chunk, from: made.start, to: made.end)
        client.lastSequence = sequence
        client.sentEvents += 1
        touch(client)
        keepBound(client)
    }

    // MARK: the bound of a client

    private func touch(_ client: Client) { client.connection.touch(&touched) }

    func enqueue(_ chunk: FrameChunk, to client: Client) {
        client.connection.queue.append(chunk)
        touch(client)
    }

    func send(_ client: Client, _ write: (inout JSONWriter) -> Void) {
        var json = JSONWriter()
        json.object(write)
        enqueue(FrameChunk(text: json.bytes), to: client)
    }

    private func keepBound(_ client: Client) {
        let limit = configuration.sendBuffer
        let connection = client.connection
        if connection.queue.pending <= limit { return }
        // What the kernel still takes need not be shed.
        if !connection.isBlocked { connection.flush(gatherer) }
        if connection.queue.pending <= limit { return }
        switch client.onSlow {
        case .close:
            telemetry.closedSlow.add(1)
            close(client, 1013, "too slow: \(limit) bytes wait")
        case .drop: shed(client, to: limit / 4 * 3, oldestFirst: false)
        case .latest: shed(client, to: limit / 16, oldestFirst: true)
        }
    }

    private func shed(_ client: Client, to target: Int, oldestFirst: Bool) {
        var told: Int64 = 0
        let loss = client.connection.queue.shed(to: target, oldestFirst: oldestFirst, told: &told)
        if loss.count == 0 { return }
        telemetry.droppedSlow.add(loss.count - told)
        client.dropped += loss.count - told
        // A client of bare lines has no words for it.
        if client.isRaw { return }
        let chunk = FrameChunk(text: droppedMessage(loss, reason: "slow"))
        chunk.loss = loss
        client.connection.queue.insertNext(chunk)
    }

    private func droppedMessage(_ loss: Loss, reason: String) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field("type", "dropped")
            json.field("count", loss.count)
            json.field("from", hub.cursor(loss.from))
            json.field("to", hub.cursor(loss.to))
            json.field("reason", reason)
        }
        return json.bytes
    }

    /// Ends a client's connection with a close frame; what was not begun is not sent.
    func close(_ client: Client, _ code: UInt16, _ reason: String) {
        forget(client)
        client.subscriptions.removeAll()
        client.connection.closeWebSocket(code, reason, discarding: true)
        touch(client)
    }

    // MARK: who gets what

    /// Makes the lists say what the client's live subscriptions say.
    func index(_ client: Client) {
        unlist(client)
        if client.isRaw {
            raw.append(client)
            client.isIndexed = true
            return
        }
        let live = client.subscriptions.filter { $0.state == .live }
        client.takesAll = live.contains { $0.filter.isAll }
        if client.takesAll {
            takingAll.append(client)
        } else {
            for subscription in live {
                if let hash = subscription.executionHash {
                    byExecution[hash, default: []].append((client, subscription))
                } else {
                    filtered.append((client, subscription))
                }
            }
        }
        client.isIndexed = !live.isEmpty
        following.removeAll { $0 === client }
        if client.isFollowing { following.append(client) }
    }

    /// The client is gone.
    func forget(_ client: Client) {
        unlist(client)
        following.removeAll { $0 === client }
        for subscription in client.subscriptions { subscription.isEnded = true }
    }

    private func unlist(_ client: Client) {
        if !client.isIndexed { return }
        client.isIndexed = false
        takingAll.removeAll { $0 === client }
        raw.removeAll { $0 === client }
        filtered.removeAll { $0.client === client }
        for hash in Set(client.subscriptions.compactMap(\.executionHash)) {
            byExecution[hash]?.removeAll { $0.client === client }
            if byExecution[hash]?.isEmpty == true { byExecution[hash] = nil }
        }
    }
}
