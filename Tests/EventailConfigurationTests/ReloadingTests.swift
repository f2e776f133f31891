import EventailConfiguration
import Testing

@Suite struct ReloadingTests {
    private let reader = ConfigurationReader { _ in nil }

    @Test func fixedKeysKeepTheirValuesAndAreNamed() throws {
        let running = try reader.read(Array("state_dir: /a\nserver: {listen: ['127.0.0.1:1'], hosts: [x]}".utf8), name: "old")
        let written = try reader.read(Array("state_dir: /b\nserver: {listen: ['127.0.0.1:2'], hosts: [y]}".utf8), name: "new")
        let (next, ignored) = written.keepingFixedKeys(of: running)
        #expect(ignored == ["state_dir", "server.listen"])
        #expect(next.stateFolder == "/a")
        #expect(next.server.listen == running.server.listen)
        #expect(next.server.hosts == ["y"])
    }

    @Test func nothingIsNamedWhenNothingFixedDiffers() throws {
        let running = try reader.read(Array("state_dir: /a".utf8), name: "old")
        let written = try reader.read(Array("state_dir: /a\nmetrics: {span_expiry: 2h}".utf8), name: "new")
        let (next, ignored) = written.keepingFixedKeys(of: running)
        #expect(ignored.isEmpty)
        #expect(next == written)
    }
}
