/// How often a sink commits: what a commit costs decides it, so each kind of sink says its own.
public struct SinkCadence: Sendable {
    /// The longest that something written waits for its commit while more comes.
    public var interval: Duration
    /// The longest that it waits when nothing more comes; zero commits as soon as the queue is empty.
    public var linger: Duration
    /// So many bytes of files are committed at once.
    public var bytes: Int64
    /// Of a sink that keeps its checkpoints itself: how often the state is told where to read on. Zero tells it with each commit, after the journal was
    /// made durable; a sink that has none of our sequence numbers needs neither, because its own checkpoints tell what is delivered.
    public var indexInterval: Duration

    public init(
        interval: Duration = .milliseconds(200), linger: Duration = .milliseconds(200), bytes: Int64 = 16 << 20, indexInterval: Duration = .zero
    ) {
        self.interval = interval
        self.linger = linger
        self.bytes = bytes
        self.indexInterval = indexInterval
    }
}
