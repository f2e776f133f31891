internal import EventailSystem

/// A window with its times fixed: both ends are part of it.
struct ResolvedWindow {
    let name: String
    /// Nanoseconds.
    let start: Int64
    let end: Int64
    /// The seconds that are counted: from the start's up to, without, the second behind the end's.
    let from: Int64
    let to: Int64
    let isAll: Bool

    /// `newest` is the newest event's time, `oldest` the oldest's; nil before the first event.
    ///
    /// An end that lies within a second counts that whole second, for figures are kept by seconds.
    init(_ window: MetricsWindow, _ end: WindowEnd, oldest: Int64?, newest: Int64?) {
        name = window.rawValue
        isAll = window == .all
        let now = Timestamp.now().nanoseconds
        if isAll {
            start = oldest ?? now
            self.end = newest ?? now
        } else {
            switch end {
            case .now: self.end = now
            case .latest: self.end = newest ?? now
            case .time(let time): self.end = time.nanoseconds
            }
            start = (self.end - window.seconds * 1_000_000_000).floored(to: window.startStep * 1_000_000_000)
        }
        from = start.floored(to: 1_000_000_000) / 1_000_000_000
        let behind = self.end.floored(to: 1_000_000_000) / 1_000_000_000 + 1
        // Behind the newest event there is nothing, so that the last day may be taken whole.
        if let newest, self.end >= newest { to = (behind + 86_399).floored(to: 86_400) } else { to = behind }
    }

    init(from: Int64, to: Int64) {
        name = ""
        isAll = false
        start = from * 1_000_000_000
        end = to * 1_000_000_000
        self.from = from
        self.to = to
    }

    var seconds: Double { Double(end - start) / 1e9 }
}
