import EventailConfiguration
import Testing

@Suite struct SuggestionTests {
    @Test(arguments: [("sorces", "sources"), ("lsiten", "listen"), ("Server", "server"), ("sink", "sinks")])
    func theNearWordIsFound(_ word: String, _ expected: String) {
        #expect(Suggestion.nearest(to: word, among: ["sources", "sinks", "server", "listen"]) == expected)
    }

    @Test func aFarWordIsNotSuggested() {
        #expect(Suggestion.nearest(to: "xyz", among: ["sources", "sinks"]) == nil)
        #expect(Suggestion.sentence(for: "xyz", among: ["a", "b", "c"]) == "it can be a, b or c")
    }
}
