internal import EventailJSON

/// What librdkafka counts about one client (`statistics.interval.ms`), the part that tells how it does.
public struct KafkaStatistics: Sendable, Equatable {
    /// Messages and bytes that wait in the client.
    public var queuedMessages: Int64 = 0
    public var queuedBytes: Int64 = 0
    /// Since the client began, over all brokers.
    public var requests: Int64 = 0
    public var sentBytes: Int64 = 0
    public var receivedBytes: Int64 = 0
    public var messages: Int64 = 0
    public var messageBytes: Int64 = 0
    public var retries: Int64 = 0
    public var requestErrors: Int64 = 0
    public var timeouts: Int64 = 0
    public var connects: Int64 = 0
    public var disconnects: Int64 = 0
    /// Brokers that are connected now.
    public var brokersUp: Int64 = 0
    /// The slowest broker's, the mean over the last interval, in seconds.
    public var roundTripSeconds = 0.0

    public init() {}

    /// From librdkafka's own JSON; nil when it is none.
    init?(json: [UInt8]) {
        let parser = TapeParser(capacity: json.count)
        guard case .success(let document) = parser.parse(json) else { return nil }
        let root = document.root
        queuedMessages = root["msg_cnt"]?.int64 ?? 0
        queuedBytes = root["msg_size"]?.int64 ?? 0
        requests = root["tx"]?.int64 ?? 0
        sentBytes = root["tx_bytes"]?.int64 ?? 0
        receivedBytes = root["rx_bytes"]?.int64 ?? 0
        messages = root["txmsgs"]?.int64 ?? 0
        messageBytes = root["txmsg_bytes"]?.int64 ?? 0
        // The coordinator of transactions is counted under its own name, too; below 0 is an address that only served to find the brokers.
        var up: Set<Int64> = []
        for (_, broker) in root["brokers"]?.members ?? [] {
            retries += broker["txretries"]?.int64 ?? 0
            requestErrors += broker["txerrs"]?.int64 ?? 0
            timeouts += broker["req_timeouts"]?.int64 ?? 0
            connects += broker["connects"]?.int64 ?? 0
            disconnects += broker["disconnects"]?.int64 ?? 0
            if broker["state"]?.string == "UP", let number = broker["nodeid"]?.int64, number >= 0 { up.insert(number) }
            roundTripSeconds = max(roundTripSeconds, Double(broker["rtt"]?["avg"]?.int64 ?? 0) / 1e6)
        }
        brokersUp = Int64(up.count)
    }
}
