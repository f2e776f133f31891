import Testing

@testable import EventailServer

@Suite struct AcceptedTypesTests {
    @Test(arguments: [
        (nil, "text/plain"), ("*/*", "text/plain"), ("", "text/plain"), ("image/png", "text/plain"), ("text/*", "text/plain"),
        ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text"),
        ("application/openmetrics-text;q=0.5, text/plain;version=0.0.4", "text/plain"),
        ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         "application/openmetrics-text"),
        ("application/openmetrics-text, */*", "application/openmetrics-text"), ("Text/Plain;Q=0.9, application/*;q=0.8", "text/plain"),
        ("text/plain;q=0, */*;q=0.1", "application/openmetrics-text"),
    ] as [(String?, String)])
    func theTypeWantedMostIsAnswered(header: String?, wanted: String) {
        #expect(AcceptedTypes(header).preferred(of: ["text/plain", "application/openmetrics-text"]) == wanted)
    }
}
