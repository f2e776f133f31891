/// How long to wait before the next try: doubling with full jitter, so that many sinks do not knock together.
public struct Backoff: Sendable {
    public let first: Duration
    public let most: Duration
    private var tries = 0

    public init(first: Duration = .milliseconds(100), most: Duration = .seconds(30)) {
        self.first = first
        self.most = most
    }

    /// The wait after one more failure: between half and all of the doubled one.
    public mutating func failed() -> Duration {
        let doubled = first * Double(1 << min(tries, 20))
        tries += 1
        let wait = doubled < most ? doubled : most
        return wait * Double.random(in: 0.5...1)
    }

    public mutating func succeeded() { tries = 0 }
}
