import EventailSystem
import EventailTestSupport
import Glibc
import Testing

/// Goal: every name has one text, and the text leads to the file.
/// Method: names of random bytes, most of them no UTF-8, some with the characters that stand for bytes.
@Suite struct KernelTextTests {
    private func text(_ bytes: [UInt8]) -> String { unsafe bytes.withUnsafeBytes { unsafe KernelText.text($0) } }

    private func bytes(_ text: String) -> [UInt8] {
        unsafe KernelText.with(text) { pointer in unsafe Array(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))) }
    }

    @Test func everyNameComesBack() {
        var generator = SystemRandomNumberGenerator()
        let pieces: [[UInt8]] = [[0x61], [0xC3, 0xA9], [0xE2, 0x82, 0xAC], [0xF0, 0x9F, 0x98, 0x80], [0xF4, 0x8F, 0x9F, 0xA9], [0xF4], [0x8F], [0xFF], [0xE2], [0xED, 0xA0, 0x80]]
        var texts: [String: [UInt8]] = [:]
        for _ in 0..<20_000 {
            var name: [UInt8] = []
            for _ in 0..<Int.random(in: 0...6, using: &generator) { name += pieces.randomElement(using: &generator) ?? [] }
            let made = text(name)
            #expect(bytes(made) == name)
            #expect(texts.updateValue(name, forKey: made) ?? name == name)
        }
        #expect(text(Array("plain/é".utf8)) == "plain/é")
        #expect(text([0xE9]).unicodeScalars.map(\.value) == [0x10F7E9])
    }

    @Test func theTextLeadsToTheFile() throws {
        let folder = try TemporaryFolder()
        let name = text([0x61, 0xE9, 0x80])
        try FileSystem.makeFolder(folder.file(name))
        try FileSystem.replace(folder.file(name + "/" + name), with: [1])
        #expect(try FileSystem.names(in: folder.path) == [name])
        #expect(try FileSystem.names(in: folder.file(name)) == [name])
        #expect(try FileSystem.read(folder.file(name + "/" + name)) == [1])
        #expect(FileSystem.realPath(folder.file(name))?.hasSuffix(name) == true)
        try FileSystem.rename(folder.file(name + "/" + name), to: folder.file("b"))
        try FileSystem.removeFolder(folder.file(name))
        #expect(try FileGlance(at: folder.file("b")).size == 1)
    }
}
