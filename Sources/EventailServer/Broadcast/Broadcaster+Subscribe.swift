internal import EventailEvents
internal import EventailJSON
internal import EventailStore

/// Replay: from where a subscription starts, and how it gets from there to the live events without a gap or a repeat.
///
/// A subscription follows a position of its own through history and the recent events at the client's speed; when the position is the head,
/// it is live. What another subscription of the client has sent, it leaves out.
extension Broadcaster {
    /// Events kept for an execution that is subscribed to without `last`.
    static let usualLast = 100
    static let historyPage = 500
    /// Pages that are counted for `replayed`.
    private static let countedPages = 200

    func subscribe(_ client: Client, _ request: SubscribeRequest) {
        unsubscribe(client, matching: request)
        if client.subscriptions.count >= configuration.subscriptions {
            return refuse(client, request.identifier, "too_many", "a client has at most \(configuration.subscriptions) subscriptions")
        }
        if let policy = request.onSlow { client.onSlow = policy }
        let subscription = Subscription(request, coveredFrom: recent.head + 1)
        client.subscriptions.append(subscription)
        if let since = request.since {
            begin(subscription, of: client, since: since)
        } else {
            beginLast(subscription, of: client)
        }
        index(client)
    }

    /// Ends the subscriptions that have the request's id, or ask for the same when it has none; tells whether there were any.
    @discardableResult
    func unsubscribe(_ client: Client, matching request: SubscribeRequest) -> Bool {
        let ended = client.subscriptions.filter { subscription in
            if let identifier = request.identifier { return subscription.request.identifier == identifier }
            return subscription.request.identifier == nil && subscription.request.isSame(as: request)
        }
        end(ended, of: client)
        return !ended.isEmpty
    }

    func end(_ ended: [Subscription], of client: Client) {
        if ended.isEmpty { return }
        for subscription in ended { subscription.isEnded = true }
        let ids = Set(ended.map { ObjectIdentifier($0) })
        let rest = client.subscriptions.filter { !ids.contains(ObjectIdentifier($0)) }
        // The lists are cleared while the client still names all of its subscriptions.
        forget(client)
        client.subscriptions = rest
        for subscription in rest { subscription.isEnded = false }
        index(client)
    }

    func refuse(_ client: Client, _ identifier: MessageIdentifier?, _ code: String, _ message: String, retryable: Bool = false) {
        send(client) { json in
            json.field("type", "error")
            if let identifier {
                json.key("id")
                identifier.write(into: &json)
            }
            json.field("code", code)
            json.field("message", message)
            json.field("retryable", retryable)
        }
    }

    // MARK: since

    private func begin(_ subscription: Subscription, of client: Client, since: String) {
        guard let sequence = hub.sequence(since) else {
            return reset(subscription, of: client, reason: since.contains("-") ? "epoch" : "malformed", oldest: recent.oldest)
        }
        if sequence > recent.head { return reset(subscription, of: client, reason: "future", oldest: recent.oldest) }
        if sequence + 1 >= recent.oldest {
            return follow(subscription, of: client, from: sequence + 1, beforeRecent: 0, recovered: true)
        }
        guard let history else { return reset(subscription, of: client, reason: "too_old", oldest: recent.oldest) }
        let filter = subscription.filter
        let through = recent.oldest - 1
        let asked = runner.submit { [self] in
            let answer = Self.countHistory(history, filter, after: sequence, through: through)
            return { [self] in
                if subscription.isEnded { return }
                switch answer {
                case .success(.some(let found)):
                    if found.oldest <= sequence + 1 {
                        follow(subscription, of: client, from: sequence + 1, beforeRecent: found.count, recovered: true)
                    } else {
                        reset(subscription, of: client, reason: "too_old", oldest: found.oldest)
                    }
                case .success(.none): reset(subscription, of: client, reason: "too_old", oldest: recent.oldest)
                case .failure(let error):
                    refuse(client, subscription.request.identifier, "unavailable", error.description, retryable: true)
                    end([subscription], of: client)
                    return
                }
                index(client)
            }
        }
        if !asked { busy(subscription, of: client) }
    }

    /// How many events of history match, and where history begins; nil when it is empty.
    private static func countHistory(
        _ history: History, _ filter: EventFilter, after: Int64, through: Int64
    ) -> Result<(oldest: Int64, count: Int)?, StoreError> {
        do throws(StoreError) {
            guard let range = try history.range() else { return .success(nil) }
            if range.lowerBound > after + 1 { return .success((range.lowerBound, 0)) }
            var query = filter.query
            query.after = after
            query.through = through
            query.order = .ascending
            query.limit = EventQuery.mostEvents
            var count = 0
            for _ in 0..<countedPages {
                let page = try history.events(query)
                for event in page.events where filter.matches(event) { count += 1 }
                guard let next = query.next(after: page) else { break }
                query = next
            }
            return .success((range.lowerBound, count))
        } catch {
            return .failure(error)
        }
    }

    private func reset(_ subscription: Subscription, of client: Client, reason: String, oldest: Int64) {
        send(client) { json in
            json.field("type", "reset")
            if let identifier = subscription.request.identifier {
                json.key("id")
                identifier.write(into: &json)
            }
            json.field("reason", reason)
            json.field("oldest", hub.cursor(oldest))
            json.field("head", hub.cursor(recent.head))
        }
        follow(subscription, of: client, from: recent.head + 1, beforeRecent: 0, recovered: false)
    }

    private func busy(_ subscription: Subscription, of client: Client) {
        refuse(client, subscription.request.identifier, "busy", "too many questions wait for history; subscribe again in a second", retryable: true)
        end([subscription], of: client)
    }

    // MARK: last

    private func beginLast(_ subscription: Subscription, of client: Client) {
        let wanted = subscription.request.last ?? (subscription.filter.execution != nil ? Self.usualLast : 0)
        if wanted == 0 { return follow(subscription, of: client, from: recent.head + 1, beforeRecent: 0, recovered: true) }
        let filter = subscription.filter
        let (first, found) = recent.newest(wanted, execution: subscription.executionHash) { event, batch in
            filter.matches(event, of: batch, types: messages.type)
        }
        // Nothing is older than the first event of all.
        guard found < wanted, let history, recent.oldest > 1 else {
            return follow(subscription, of: client, from: first, beforeRecent: 0, recovered: true)
        }
        let before = recent.oldest
        let rest = wanted - found
        let asked = runner.submit { [self] in
            let answer = Self.oldest(rest, in: history, filter, before: before)
            return { [self] in
                if subscription.isEnded { return }
                switch answer {
                case .success(.some(let oldest)):
                    follow(subscription, of: client, from: oldest.first, beforeRecent: oldest.count, before: before, recovered: true)
                case .success(.none): follow(subscription, of: client, from: found > 0 ? first : before, beforeRecent: 0, recovered: true)
                case .failure(let error):
                    // What is in memory is better than nothing, and the client learns that it is not all.
                    refuse(client, subscription.request.identifier, "history_unavailable", error.description, retryable: true)
                    follow(subscription, of: client, from: first, beforeRecent: 0, recovered: false)
                }
                index(client)
            }
        }
        if !asked { busy(subscription, of: client) }
    }

    /// The sequence number of the `count`-th newest event of history that matches, and how many there are up to `count`.
    private static func oldest(
        _ count: Int, in history: History, _ filter: EventFilter, before: Int64
    ) -> Result<(first: Int64, count: Int)?, StoreError> {
        do throws(StoreError) {
            var query = filter.query
            query.before = before
            query.limit = min(count, EventQuery.mostEvents)
            var first: Int64 = 0
            var found = 0
            for _ in 0..<countedPages {
                let page = try history.events(query)
                for event in page.events where filter.matches(event) && found < count {
                    first = event.sequence
                    found += 1
                }
                guard found < count, let next = query.next(after: page) else { break }
                query = next
            }
            return .success(found == 0 ? nil : (first, found))
        } catch {
            return .failure(error)
        }
    }

    // MARK: following

    /// Answers the request and starts at a sequence number. `beforeRecent` events lie before `before` (else the oldest recent one).
    private func follow(
        _ subscription: Subscription, of client: Client, from sequence: Int64, beforeRecent: Int, before: Int64? = nil, recovered: Bool
    ) {
        subscription.coveredFrom = sequence
        subscription.state = .following(sequence)
        if let identifier = subscription.request.identifier {
            var replayed = beforeRecent
            let filter = subscription.filter
            var at = max(sequence, recent.oldest)
            while at <= recent.head {
                at = recent.walk(from: at, execution: subscription.executionHash, budget: .max) { event, batch, _ in
                    if filter.matches(event, of: batch, types: messages.type) { replayed += 1 }
                    return true
                }
            }
            send(client) { json in
                json.field("type", "subscribed")
                json.key("id")
                identifier.write(into: &json)
                json.field("cursor", hub.cursor(recent.head))
                json.field("replayed", replayed)
                json.field("recovered", recovered)
            }
        }
        pump(client, subscription)
    }

    /// Gives clients that follow more of the past, as far as they have room; true when some want more at once.
    func pumpAll() -> Bool {
        if following.isEmpty { return false }
        var more = false
        for client in following {
            for subscription in client.subscriptions { if pump(client, subscription) { more = true } }
            if !client.isFollowing || client.subscriptions.contains(where: { $0.state == .live }) { index(client) }
        }
        return more
    }

    /// True when it stopped only because its turn was over.
    @discardableResult
    private func pump(_ client: Client, _ subscription: Subscription) -> Bool {
        guard case .following(var next) = subscription.state, !subscription.isEnded else { return false }
        if next <= recent.head && next < recent.oldest {
            if client.connection.queue.pending < Self.followBytes { askHistory(client, subscription, from: next) }
            return false
        }
        let connection = client.connection
        if next <= recent.head && connection.queue.pending >= Self.followBytes { return false }
        var isFull = false
        next = recent.walk(from: next, execution: subscription.executionHash, budget: Self.followBudget) { event, batch, sequence in
            if !subscription.filter.matches(event, of: batch, types: messages.type) { return true }
            if client.covers(sequence, besides: subscription, matches: { $0.matches(event, of: batch, types: messages.type) }) { return true }
            let place = messages.writeMessage(event, of: batch, sequence: sequence)
            connection.queue.append(place.chunk, from: place.start, to: place.end)
            client.sentEvents += 1
            isFull = connection.queue.pending >= Self.followBytes
            return !isFull
        }
        connection.touch(&touched)
        if next > recent.head {
            subscription.state = .live
            bookmark(client)
            return false
        }
        subscription.state = .following(next)
        return !isFull
    }

    /// Tells a client of `eventail.v1` how far it has everything.
    func bookmark(_ client: Client) {
        if !client.speaksVersion1 || client.isFollowing || client.bookmarked == recent.head { return }
        client.bookmarked = recent.head
        send(client) { json in
            json.field("type", "bookmark")
            json.field("cursor", hub.cursor(recent.head))
        }
    }

    private func askHistory(_ client: Client, _ subscription: Subscription, from sequence: Int64) {
        guard let history else { return missed(client, subscription, from: sequence, to: recent.oldest - 1) }
        let through = recent.oldest - 1
        let filter = subscription.filter
        let writer = FrameWriter(epoch: hub.epoch, catalogue: hub.catalogue)
        subscription.state = .waiting
        let asked = runner.submit { [self] in
            let answer = Self.page(of: history, filter, from: sequence, through: through, writer)
            return { [self] in
                if subscription.isEnded { return }
                switch answer {
                case .success(let page):
                    for (place, event) in page.places {
                        let covered = client.covers(event.sequence, besides: subscription, matches: { $0.matchesWholly(event) })
                        if covered { continue }
                        client.connection.queue.append(place.chunk, from: place.start, to: place.end)
                        client.sentEvents += 1
                    }
                    subscription.state = .following(page.next)
                    if let until = page.missingThrough { missed(client, subscription, from: page.next, to: until) }
                case .failure: missed(client, subscription, from: sequence, to: through)
                }
                client.connection.touch(&touched)
            }
        }
        // A full queue of questions is asked again in the next turn.
        if !asked { subscription.state = .following(sequence) }
    }

    private struct Page: @unchecked Sendable {
        // @unchecked: made on `query`, then read on `serve` only.
        var places: [(FrameWriter.Place, StoredEvent)] = []
        var next: Int64
        var missingThrough: Int64?
    }

    private static func page(
        of history: History, _ filter: EventFilter, from sequence: Int64, through: Int64, _ writer: FrameWriter
    ) -> Result<Page, StoreError> {
        do throws(StoreError) {
            var query = filter.query
            query.after = sequence - 1
            query.through = through
            query.order = .ascending
            query.limit = historyPage
            let found = try history.events(query)
            var page = Page(next: found.next.map { $0 + 1 } ?? through + 1)
            var bytes = 0
            for event in found.events where filter.matches(event) {
                if bytes > followBytes * 2 {
                    page.next = event.sequence
                    return .success(page)
                }
                let place = writer.writeMessage(event)
                bytes += place.end - place.start
                page.places.append((place, event))
            }
            if found.next == nil, let newest = try history.range()?.upperBound, newest < through {
                page.next = max(newest + 1, sequence)
                page.missingThrough = through
            }
            return .success(page)
        } catch {
            return .failure(error)
        }
    }

    /// Events that are in memory no more and not in history: told, never silent.
    private func missed(_ client: Client, _ subscription: Subscription, from: Int64, to: Int64) {
        subscription.state = .following(to + 1)
        if to < from { return }
        send(client) { json in
            json.field("type", "dropped")
            json.field("count", to - from + 1)
            json.field("from", hub.cursor(from))
            json.field("to", hub.cursor(to))
            json.field("reason", "unavailable")
        }
    }
}
