import EventailJSON
import EventailSystem
import EventailTestSupport
import Foundation
import Testing

/// Where the built program lies: beside the tests' own executable.
private enum BuiltProgram {
    static let path: String? = {
        guard let tests = FileSystem.realPath("/proc/self/exe") else { return nil }
        let path = FileSystem.folder(of: tests) + "/eventail"
        return FileSystem.exists(path) && !FileSystem.isFolder(path) ? path : nil
    }()
}

/// The built program, run as its users run it: what it prints and with which status it ends (CONTRACT section 1).
@Suite(.enabled(if: BuiltProgram.path != nil, "the program is not built beside the tests"))
struct CommandLineTests {
    private struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    private let folder: TemporaryFolder
    // Kept, because documents lie in its memory.
    private let parser = TapeParser()

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [
        ([], "Usage"), (["rnu"], "did you mean \"run\"?"), (["run"], "there is nothing to read"), (["run", "--confg", "x"], "did you mean \"--config\"?"),
        (["check"], "no file is named"), (["check", "--format", "yaml", "x"], "it can be text or json"), (["simulate"], "--out is missing"),
        (["config"], "it is not said what to do"), (["profiles", "superagnet"], "did you mean \"superagent\"?"), (["hub"], "--config is missing"), (["replay", "--from", "0"], "--sink is missing"),
        (["state", "rewind", "x"], "the file or the offset is missing"), (["dead-letter", "bury"], "there is no \"dead-letter bury\""),
    ] as [([String], String)])
    func wrongUsageEndsWithTwoAndSaysWhatIsRight(_ words: [String], _ expected: String) throws {
        let outcome = try run(words)
        #expect(outcome.status == 2)
        #expect(words.isEmpty || outcome.errors.contains(expected), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test(arguments: ["run", "check", "config", "profiles", "tap", "simulate", "state", "dead-letter"])
    func everyCommandHasItsHelp(_ verb: String) throws {
        let outcome = try run([verb, "--help"])
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("eventail \(verb)"))
        #expect(try run(["--help"]).output.contains("eventail \(verb)"))
    }

    @Test func anInvalidConfigurationEndsWithSeventyEight() throws {
        let file = folder.file("c.yaml")
        try FileSystem.replace(file, with: Array("state_dir: x\nsinks:\n  - {name: s, type: fil}\n".utf8))
        let checked = try run(["config", "check", file])
        #expect(checked.status == 78)
        #expect(checked.errors == "\(file):3:21: sinks.s.type: there is no sink of type \"fil\"; did you mean \"file\"?\n")
        let ran = try run(["run", "--config", file])
        #expect(ran.status == 78)
        #expect(ran.errors.contains("\"line\":\"3\"") && ran.errors.hasPrefix("{"))
        #expect(!FileSystem.exists(folder.file("x")))
    }

    @Test func whatIsShownIsAConfiguration() throws {
        let shown = try run(["config", "show", "--set", "server.limits.clients=7"])
        #expect(shown.status == 0)
        #expect(shown.output.contains("clients: 7"))
        let file = folder.file("shown.yaml")
        try FileSystem.replace(file, with: Array(shown.output.utf8))
        #expect(try run(["config", "show", file]).output == shown.output)
        #expect(try run(["config", "check", file]).status == 0)
    }

    @Test func simulatedEventsAreAllValidAndTheSameForASeed() throws {
        let first = folder.file("first"), second = folder.file("second")
        for target in [first, second] {
            let outcome = try run(["simulate", "--out", target, "--events", "600", "--rate", "0", "--seed", "42"])
            #expect(outcome.status == 0)
        }
        let names = try FileSystem.names(in: first).sorted()
        #expect(names.count == 9)
        #expect(try FileSystem.names(in: second).sorted() == names)
        for name in names {
            let lines = try [first, second].map { try FileSystem.read("\($0)/\(name)").split(separator: 0x0A).count }
            #expect(lines[0] == lines[1])
        }
        let checked = try run(["check", "--format", "json"] + names.map { "\(first)/\($0)" })
        #expect(checked.status == 0)
        let totals = try parser.parse(Array(checked.output.utf8)).get().root
        #expect(totals["valid"]?.int64 == 600)
        #expect(totals["lines"]?.int64 == 600)
        #expect(totals["errors"]?.items.isEmpty == true)
        #expect(totals["profiles"]?.members.map(\.key).sorted() == ["aladdin", "auren", "eremos", "outcome", "superagent"])
    }

    @Test func checkTellsEveryInvalidLine() throws {
        let file = folder.file("a.jsonl")
        let good = #"{"event_type":"task_queued","timestamp":1.5,"payload":{"task_id":"t"}}"#
        try FileSystem.replace(file, with: Array("\(good)\n{\n\n[1]\n\(good)\n{\"half".utf8))
        let text = try run(["check", file, "--profile", "superagent"])
        #expect(text.status == 64)
        #expect(text.output.hasPrefix("\(file):2: not_json: the line: "), "\(text.output)")
        #expect(text.output.contains("\n\(file):4: not_object: the line: "))
        #expect(text.output.contains("5 lines in 1 file, 155 bytes: 2 valid, 2 invalid, 1 blank, 6 bytes of an unfinished last line"), "\(text.output)")
        let json = try run(["check", "--format=json", file])
        #expect(json.status == 64)
        let root = try parser.parse(Array(json.output.utf8)).get().root
        let errors = try #require(root["errors"]).items
        #expect(errors.map { $0["line"]?.int64 } == [2, 4])
        #expect(errors.map { $0["offset"]?.int64 } == [71, 74])
        #expect(root["dead_letters"]?["not_json"]?.int64 == 1)
        #expect(root["unfinished_bytes"]?.int64 == 6)
        #expect(root["blank"]?.int64 == 1)
        #expect(root["bytes"]?.int64 == 155)
    }

    @Test func linesAreReadFromStandardInputToItsEnd() throws {
        let outcome = try run(["check", "-", "--format", "json"], input: "{\"a\":1}\n{\"b\":2}\n[]")
        let root = try parser.parse(Array(outcome.output.utf8)).get().root
        #expect(root["lines"]?.int64 == 3)
        #expect(root["unfinished_bytes"]?.int64 == 0)
        #expect(outcome.status == 64)
    }

    @Test func aSinkThatIsSetBackGetsTheLinesAgain() throws {
        let events = folder.file("a.jsonl"), configuration = folder.file("c.yaml"), out = folder.file("out.jsonl")
        try FileSystem.replace(events, with: Array("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n".utf8))
        let yaml = """
            state_dir: \(folder.file("state"))
            sources: [{name: a, paths: ["\(events)"], profile: generic}]
            sinks: [{name: out, type: file, path: \(out)}]
            """
        try FileSystem.replace(configuration, with: Array(yaml.utf8))
        #expect(try run(["run", "--exit-at-end", "--config", configuration]).status == 0)
        #expect(try run(["state", "list", "--config", configuration]).output.contains("out\t24\t24\t0\t0\t\(events)\n"))
        #expect(try run(["state", "rewind", events, "9", "--config", configuration]).errors.contains("no line of \(events) begins at 9"))
        let rewound = try run(["state", "rewind", events, "8", "--config", configuration])
        #expect(rewound.status == 0 && rewound.output == "out: goes on at 8, line 2, of \(events)\n", "\(rewound.errors)")
        #expect(try run(["state", "list", "--config", configuration]).output.contains("out\t8\t24\t16\t0\t\(events)\n"))
        #expect(try run(["run", "--exit-at-end", "--config", configuration]).status == 0)
        let lines = String(decoding: try FileSystem.read(out), as: UTF8.self).split(separator: "\n")
        #expect(lines == ["{\"a\":1}", "{\"a\":2}", "{\"a\":3}", "{\"a\":2}", "{\"a\":3}"])
    }

    @Test func aMissingFileIsAFailure() throws {
        let outcome = try run(["check", folder.file("none")])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("No such file"))
    }

    @Test func builtInProfilesArePrinted() throws {
        let names = try run(["profiles"]).output.split(separator: "\n").map(String.init)
        #expect(names.contains("superagent") && names.contains("generic"))
        for name in names { #expect(try run(["profiles", name]).output.contains(name)) }
    }

    @Test func aStateThatIsNotThereIsAFailure() throws {
        let outcome = try run(["state", "list", "--set", "state_dir=\(folder.file("none"))"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("there is no state"))
    }

    /// Runs the program to its end; its output is small enough for the pipes' buffers.
    private func run(_ words: [String], input: String? = nil) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(BuiltProgram.path))
        process.arguments = words
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        let output = Pipe(), errors = Pipe(), entry = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = entry
        try process.run()
        if let input { try entry.fileHandleForWriting.write(contentsOf: Data(input.utf8)) }
        try entry.fileHandleForWriting.close()
        let written = output.fileHandleForReading.readDataToEndOfFile()
        let told = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: String(decoding: written, as: UTF8.self), errors: String(decoding: told, as: UTF8.self))
    }
}
