import EventailSystem
import Testing

@Suite struct Base64Tests {
    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
    func theExamplesOfTheStandardHold(_ pair: (String, String)) {
        #expect(Base64.encode(Array(pair.0.utf8)) == pair.1)
        #expect(Base64.decode(pair.1) == Array(pair.0.utf8))
    }

    @Test func everyByteComesBackInBothAlphabets() {
        let bytes = (0...255).map { UInt8($0) } + [0xFB, 0xFF]
        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        #expect(Base64.decode(Base64.encode(bytes, .addresses)) == bytes)
        #expect(!Base64.encode(bytes, .addresses).contains("="))
    }

    @Test(arguments: ["A", "AB=", "A===", "Zh==", "Zg==Zg==", "Z g=", "é"])
    func anythingElseIsRefused(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
