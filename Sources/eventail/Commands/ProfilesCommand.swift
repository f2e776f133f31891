internal import EventailConfiguration
internal import EventailSystem

/// `eventail profiles`: lists the built-in profiles, or prints one as a start for an own one.
enum ProfilesCommand: Command {
    static let syntax = Syntax(
        verb: "profiles", forms: ["profiles [NAME]"], summary: "List the built-in profiles, or print one.", options: [],
        notes: "A profile is a YAML file; name your own with sources.NAME.profile or --profile.")

    static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        try arguments.requireNoMore(than: 1)
        let names = BuiltInProfiles.names
        guard let name = arguments.positionals.first else {
            for name in names { Output.write(name + "\n") }
            return ExitStatus.done
        }
        guard let bytes = BuiltInProfiles.bytes(name) else {
            throw .usage("there is no built-in profile \"\(name)\"", Suggestion.sentence(for: name, among: names))
        }
        Output.write(bytes)
        return ExitStatus.done
    }
}

/// The profiles that are part of the program, as files.
enum BuiltInProfiles {
    static var names: [String] {
        Resource.names.filter { $0.hasPrefix("profiles/") && $0.hasSuffix(".yaml") }.map { String($0.dropFirst(9).dropLast(5)) }
    }

    static func bytes(_ name: String) -> [UInt8]? { Resource.bytes("profiles/\(name).yaml") }
}
