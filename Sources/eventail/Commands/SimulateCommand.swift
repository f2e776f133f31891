internal import EventailConfiguration
internal import EventailSystem

/// `eventail simulate`: writes realistic agent files, at a steady rate, until it is stopped or has written enough.
enum SimulateCommand: Command {
    static let syntax = Syntax(
        verb: "simulate", forms: ["simulate --out DIR [--family F] [--rate N] [--seed S] [--events N]"],
        summary: "Write realistic agent files.",
        options: [
            Syntax.Option(name: "--out", value: "DIR", help: "the folder of the files; made when it is missing"),
            Syntax.Option(name: "--family", value: "NAME", help: "superagent, auren, aladdin, eremos or outcome; all when absent", repeats: true),
            Syntax.Option(name: "--rate", value: "N", help: "events a second over all files (10); 0: as fast as it can"),
            Syntax.Option(name: "--seed", value: "S", help: "a number; the same seed gives the same events but for their times (1)"),
            Syntax.Option(name: "--events", value: "N", help: "how many events in all; absent or 0: until SIGINT or SIGTERM"),
        ],
        notes: "The files are appended to. Events have the time at which they are written.")

    static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        try arguments.requireNoMore(than: 0)
        let folder = try arguments.required("--out", "DIR")
        let rate = try arguments.number("--rate", 0...1_000_000, else: 10)
        let seed = try arguments.number("--seed", 0...Int.max, else: 1)
        let events = try arguments.number("--events", 0...Int.max, else: 0)
        var families: [Family] = []
        for name in arguments.values("--family") {
            guard let family = Family(rawValue: name) else {
                throw .usage("there is no family \"\(name)\"", Suggestion.sentence(for: name, among: Family.allCases.map(\.rawValue)))
            }
            families.append(family)
        }
        do throws(SystemError) {
            let simulation = try Simulation(
                folder: folder, producers: (families.isEmpty ? Family.allCases : families).flatMap { $0.producers() }, seed: UInt64(seed))
            let written = try simulation.run(events: events == 0 ? nil : events, rate: rate, signals: SignalReceiver())
            Output.write("wrote \(written) events to \(folder)\n")
        } catch {
            throw .failed("\(error)", "name a folder that can be written")
        }
        return ExitStatus.done
    }
}
