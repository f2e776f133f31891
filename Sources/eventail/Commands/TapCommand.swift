internal import EventailJSON
internal import EventailSystem

/// `eventail tap`: follows a running Eventail's events on the terminal until SIGINT.
enum TapCommand: Command {
    static let syntax = Syntax(
        verb: "tap", forms: ["tap [URL] [--filter KEY=VALUE] [--format pretty|json]"],
        summary: "Follow a running Eventail's events on the terminal.",
        options: [
            Syntax.Option(name: "--filter", value: "KEY=VALUE", help: "agents=a,b, minSeverity=warning, execution=ID ...", repeats: true),
            Syntax.Option(name: "--format", value: "pretty|json", help: "a line for people (on a terminal), or the server's message"),
            Syntax.Option(name: "--last", value: "N", help: "begins with the newest N events (0)"),
        ],
        notes: """
            The URL is ws://127.0.0.1:8765/ unless given. Filters: \(TapRequest.keys.joined(separator: ", ")); all must hold.
            A server that asks who comes gets the token in the environment variable EVENTAIL_TOKEN.
            When the connection is lost it is made again, and goes on behind the last event seen.
            """)

    static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        try arguments.requireNoMore(than: 1)
        let url = arguments.positionals.first ?? "ws://127.0.0.1:8765/"
        guard let address = TapAddress(url) else { throw .usage("\(url) is not such a URL", "write ws://HOST:PORT/, TLS is not available in this version") }
        let format = try arguments.choice("--format", ["pretty", "json"], else: Output.isTerminal ? "pretty" : "json")
        let request = try TapRequest(filters: arguments.values("--filter"), last: try arguments.number("--last", 0...100_000, else: 0))
        let tap = Tap(address: address, request: request, isPretty: format == "pretty")
        do throws(SystemError) {
            let signals = try SignalReceiver()
            let poller = try Poller()
            try poller.add(signals.descriptor.number, .readable, token: Tap.signalToken)
            return try tap.follow(poller, signals)
        } catch {
            throw .failed("\(error)", "")
        }
    }
}

/// A tap at work: connection after connection until it is stopped.
///
/// *Thread*: one.
private final class Tap {
    static let signalToken: UInt64 = 0
    private static let socketToken: UInt64 = 1
    /// How long to wait before another connection is tried.
    private static let pause = Duration.seconds(1)

    private let address: TapAddress
    private let request: TapRequest
    private let isPretty: Bool
    private let parser = TapeParser()
    private var cursor: String?
    private var wasConnected = false
    private var isRefused = false

    init(address: TapAddress, request: TapRequest, isPretty: Bool) {
        self.address = address
        self.request = request
        self.isPretty = isPretty
    }

    func follow(_ poller: Poller, _ signals: SignalReceiver) throws(SystemError) -> Int32 {
        while true {
            do throws(WebSocketClient.Failure) {
                let client = try WebSocketClient(to: address, token: ProcessUsage.environment("EVENTAIL_TOKEN"))
                if wasConnected { Output.error("eventail tap: connected again\n") }
                wasConnected = true
                try client.send(text: request.message(after: cursor))
                if try listen(client, poller, signals) { return isRefused ? ExitStatus.failed : ExitStatus.done }
            } catch {
                var isFinal = false
                if case .closed(let code, _) = error { isFinal = [4400, 4401, 4403].contains(code) }
                let next = isFinal ? "" : wasConnected ? "; trying again" : "; is eventail running at \(address.authority)?"
                Output.error("eventail tap: \(error)\(next)\n")
                if isFinal || !wasConnected { return ExitStatus.failed }
            }
            try poller.wait(Self.pause) { _, _ in }
            if signals.next() == .stop { return ExitStatus.done }
        }
    }

    /// Takes messages until the connection is lost (thrown) or the tap is to stop (true).
    private func listen(_ client: WebSocketClient, _ poller: Poller, _ signals: SignalReceiver) throws(WebSocketClient.Failure) -> Bool {
        do throws(SystemError) { try poller.add(client.socket.number, [.readable, .ended], token: Self.socketToken) } catch { throw .system(error) }
        while true {
            var isReadable = false
            do throws(SystemError) { try poller.wait(nil) { token, _ in isReadable = isReadable || token == Self.socketToken } } catch { throw .system(error) }
            if signals.next() == .stop { return true }
            if isReadable { try client.receiveMessages(show) }
            if !Output.flush() || isRefused { return true }
        }
    }

    private func show(_ message: [UInt8]) {
        guard case .success(let document) = parser.parse(message) else { return }
        let root = document.root
        switch root["type"]?.string {
        case "event", "signal", "dropped", "reset": break
        case "error":
            Output.error("eventail tap: \(root["message"]?.string ?? "the server refused")\n")
            isRefused = root["retryable"]?.bool != true
            return
        default: return
        }
        if let seen = root["cursor"]?.string { cursor = seen }
        if isPretty {
            if let line = TapLine.pretty(root, color: Output.isTerminal) { Output.write(line + "\n") }
        } else {
            Output.write(message + [0x0A])
        }
    }
}
