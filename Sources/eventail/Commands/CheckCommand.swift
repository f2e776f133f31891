internal import EventailConfiguration
internal import EventailEvents
internal import EventailJSON
internal import EventailSystem

/// `eventail check`: validates files by profiles or by a bare JSON Schema; tells every invalid line and the totals.
enum CheckCommand: Command {
    static let syntax = Syntax(
        verb: "check",
        forms: [
            "check FILE|- ... [--profile P] [--format text|json]",
            "check --schema S.json [--schema-base URI=DIR] FILE|- ... [--format text|json]",
        ],
        summary: "Validate files; print what is wrong and the totals.",
        options: [
            Syntax.Option(name: "--profile", value: "NAME", help: "auto (the default), a built-in profile or the path of one"),
            Syntax.Option(name: "--format", value: "text|json", help: "text (the default), or one JSON object with all errors and counts"),
            Syntax.Option(name: "--schema", value: "FILE", help: "a JSON Schema (draft 2020-12) that each line must keep, whatever value it is"),
            Syntax.Option(name: "--schema-base", value: "URI=DIR", help: "reads schemas whose URI begins so from a folder", repeats: true),
        ],
        notes: "Exit status 64 when invalid lines were found. A last line without a line end counts with --schema and from standard input only.")

    private static let standardInput = Descriptor(owning: 0)

    static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        let format = try arguments.choice("--format", ["text", "json"], else: "text")
        if arguments.positionals.isEmpty { throw .usage("no file is named", "name files, or - for standard input") }
        let checker: LineChecker
        if let schema = arguments.value("--schema") {
            if arguments.has("--profile") { throw .usage("--profile and --schema exclude each other", "leave one out") }
            checker = LineChecker(schema: try compile(schema, bases: arguments.values("--schema-base")))
        } else {
            if arguments.has("--schema-base") { throw .usage("--schema-base is for --schema", "add --schema FILE") }
            checker = try profileChecker(arguments.value("--profile") ?? "auto")
        }
        let report: any CheckReport = format == "json" ? JSONCheckReport() : TextCheckReport()
        report.begin()
        for path in arguments.positionals {
            try check(path, checker, report, countsUnfinishedLine: path == "-" || arguments.has("--schema"))
        }
        report.end(checker.totals, checker.catalogue)
        return checker.totals.invalid > 0 ? ExitStatus.invalidLines : ExitStatus.done
    }

    private static func check(_ path: String, _ checker: LineChecker, _ report: any CheckReport, countsUnfinishedLine: Bool) throws(CommandFailure) {
        do throws(SystemError) {
            let stream = path == "-" ? standardInput : try Descriptor.open(path, .read)
            let reader = LineBatchReader(stream, path: path, countsUnfinishedLine: countsUnfinishedLine)
            let context = FileContext()
            while let batch = try reader.next() {
                checker.check(batch, context) { report.refused($0, path) }
                if Output.isClosed { return }
            }
            checker.finishedFile(unfinishedBytes: reader.unfinishedBytes)
        } catch {
            throw .failed("\(error)", "name readable files")
        }
    }

    private static func profileChecker(_ profile: String) throws(CommandFailure) -> LineChecker {
        let isBuiltIn = profile == "auto" || BuiltInProfiles.names.contains(profile)
        if !isBuiltIn, !FileSystem.exists(profile) {
            throw .usage(
                "there is no profile \"\(profile)\"",
                Suggestion.sentence(for: profile, among: ["auto"] + BuiltInProfiles.names) + ", or the path of a profile")
        }
        do throws(ProfileError) {
            let profiles = try ProfileSet(catalogue: Catalogue(), files: isBuiltIn ? [] : [profile])
            return try LineChecker(profiles: profiles, choice: profile == "auto" ? .auto : .named(profile))
        } catch {
            throw .invalid("\(error)")
        }
    }

    private static func compile(_ path: String, bases: [String]) throws(CommandFailure) -> Schema {
        let registry = SchemaRegistry()
        for base in bases {
            guard let equals = base.firstIndex(of: "="), equals != base.startIndex else {
                throw .usage("--schema-base \(base) is not URI=DIR", "write --schema-base https://example.com/schemas/=./schemas")
            }
            let folder = String(base[base.index(after: equals)...])
            if !FileSystem.isFolder(folder) { throw .usage("\(folder) is not a folder", "name the folder that holds the schemas") }
            registry.addBase(uri: String(base[..<equals]), folder: folder)
        }
        let full = FileSystem.realPath(path) ?? path
        let folder = FileSystem.folder(of: full)
        registry.addBase(uri: "file://\(folder)/", folder: folder)
        let bytes = try read(path)
        do throws(SchemaError) {
            try registry.add(bytes, uri: "file://\(full)")
            return try registry.compile("file://\(full)")
        } catch {
            throw .invalid("\(error)")
        }
    }

    private static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        do throws(SystemError) {
            return try FileSystem.read(path)
        } catch {
            throw .failed("\(error)", "name a readable schema")
        }
    }
}
