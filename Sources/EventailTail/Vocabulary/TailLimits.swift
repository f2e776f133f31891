/// What bounds the tailer: memory, descriptors and time between looks.
public struct TailLimits: Sendable {
    /// The most bytes of a batch, but for a batch of one line that is longer.
    public var batchBytes = 256 << 10
    /// The most bytes read of one file before the next file has its turn.
    public var turnBytes = 1 << 20
    /// How many files are open at once; the process limit less what sinks and server need.
    public var openFiles = 512
    /// How many files are known at once; further ones are reported, not read.
    public var files = 500_000
    /// The time between looks at everything, which do not depend on events. A look that takes long is made less often, so that looking
    /// costs at most about half a percent of a core.
    public var reconcileInterval = Duration.seconds(2)
    /// How long an unlinked file that nobody appends to stays open after everything was read and acknowledged.
    public var deletedGrace = Duration.seconds(10)

    /// Where files are unpacked, without a name, that were compressed before they were read to their end.
    public var workFolder = "/tmp"

    public init() {}
}
