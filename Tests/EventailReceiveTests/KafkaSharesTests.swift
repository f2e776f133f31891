import Testing

@testable import EventailReceive

@Suite struct KafkaSharesTests {
    @Test func sharesComeBackFromTheirText() {
        var shares = KafkaShares("")
        #expect(shares.end(of: "a") == 0)
        shares.took("a", to: 7)
        shares.took("b", to: 9)
        shares.took("a", to: 5)
        #expect(shares.text == "b=9 a=7")
        let again = KafkaShares(shares.text)
        #expect(again.end(of: "a") == 7 && again.end(of: "b") == 9 && again.end(of: "c") == 0)
    }

    @Test func whatOthersWroteThereIsLeftOut() {
        #expect(KafkaShares("x y=z =1 a=3").text == "a=3")
    }

    @Test func theTextStaysBelowWhatBrokersTake() {
        var shares = KafkaShares("")
        for number in 0..<1000 { shares.took("member-number-\(number)", to: Int64.max - Int64(number)) }
        #expect(shares.text.utf8.count < 4096)
    }
}
