internal import EventailJSON
internal import EventailSystem

/// Lets producers take turns at writing events to their files, at a steady rate.
///
/// *Owns* the open files. *Thread*: one. Each line goes out in one write, so a reader never sees half of it unless the disk is full.
final class Simulation {
    private let producers: [any Producer]
    private let files: [Descriptor]
    private var generator: SeededGenerator
    private var json = JSONWriter(reserving: 4096)

    /// Opens (and makes) one file a producer.
    init(folder: String, producers: [any Producer], seed: UInt64) throws(SystemError) {
        self.producers = producers
        generator = SeededGenerator(seed: seed)
        try FileSystem.makeFolder(folder)
        var files: [Descriptor] = []
        for producer in producers { files.append(try Descriptor.open("\(folder)/\(producer.file)", [.write, .create, .append], mode: 0o644)) }
        self.files = files
    }

    /// Writes `events` events (nil: until a signal), `rate` a second (0: as fast as it can); answers how many were written.
    ///
    /// Paced by what is due at a time rather than by waits between events, so that lost time is made up and nothing drifts.
    func run(events: Int?, rate: Int, signals: SignalReceiver) throws(SystemError) -> Int {
        let poller = try Poller()
        try poller.add(signals.descriptor.number, .readable, token: 0)
        let started = Timestamp.monotonicNanoseconds()
        var written = 0
        while events.map({ written < $0 }) ?? true {
            let elapsed = Timestamp.monotonicNanoseconds() - started
            let due = rate == 0 ? written + 1000 : 1 + Int(Double(elapsed) / 1e9 * Double(rate))
            let target = min(due, events ?? Int.max)
            while written < target {
                try writeOne()
                written += 1
            }
            var wait = Duration.zero
            if rate > 0 { wait = .nanoseconds(max(0, Int64(Double(written) / Double(rate) * 1e9) - elapsed)) }
            if let events, written >= events { break }
            try poller.wait(wait) { _, _ in }
            if signals.next() == .stop { break }
        }
        return written
    }

    private func writeOne() throws(SystemError) {
        let index = generator.whole(0...producers.count - 1)
        json.removeAll()
        producers[index].next(Timestamp.now(), &generator, &json)
        json.newline()
        try files[index].writeAll(json.bytes)
    }
}
