import EventailConfiguration
import EventailJSON
import EventailSystem
import Testing

/// What is in Config/ is right and says what the field tables say.
@Suite struct ConfigurationFilesTests {
    private static let folder = FileSystem.folder(of: FileSystem.folder(of: FileSystem.folder(of: #filePath))) + "/Config"

    @Test func everyConfigurationIsRightWithoutAnyEnvironment() throws {
        let names = try FileSystem.names(in: Self.folder).filter { $0.hasSuffix(".yaml") && $0 != "prices.yaml" }
        #expect(names.contains("quickstart.yaml"))
        for name in names {
            _ = try ConfigurationReader { $0 == "HOME" ? "/home/u" : nil }.read(file: "\(Self.folder)/\(name)")
        }
    }

    @Test func theReferenceIsMadeFromTheTables() throws {
        let text = String(decoding: try FileSystem.read(Self.folder + "/REFERENCE.md"), as: UTF8.self)
        if text == ConfigurationReference.markdown { return }
        if ProcessUsage.environment("EVENTAIL_WRITE_REFERENCE") != nil {
            try FileSystem.replace(Self.folder + "/REFERENCE.md", with: Array(ConfigurationReference.markdown.utf8), mode: 0o644)
        } else {
            Issue.record("run: eventail config reference > Config/REFERENCE.md")
        }
    }

    @Test func theSchemaIsJSONAndNamesEveryKeyOfTheRoot() throws {
        let parser = TapeParser()
        let schema = try parser.parse(ConfigurationSchema.json).get().root
        let keys = try #require(schema["properties"]).members.map(\.key)
        #expect(keys == ["state_dir", "sources", "sinks", "server", "metrics", "dead_letter", "redact", "rules"])
    }
}
