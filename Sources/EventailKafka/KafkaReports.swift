internal import CRdKafka
internal import EventailSystem
internal import Synchronization

/// What librdkafka tells besides the answers to calls: errors, messages it could not deliver, statistics, log lines.
///
/// *Thread*: written by librdkafka's threads, read by any. *Limits*: the newest error and statistics; at most as many failures as messages wait in
/// the client; a log line of each kind once in `quietTime`.
final class KafkaReports: Sendable {
    static let quietTime: Duration = .seconds(10)
    /// The kind of the log line that alone tells why a transaction cannot be committed.
    private static let transactionTrouble = "TXNERR"

    /// For log lines.
    private let label: String
    private let state = Mutex(State())

    private struct State {
        var error: KafkaError?
        var transaction: String?
        var failures: [KafkaFailure] = []
        var statistics = KafkaStatistics()
        var logged: [String: Int64] = [:]
    }

    init(label: String) { self.label = label }

    /// What went wrong last on the way to the brokers; forgotten with `works`.
    var lastError: KafkaError? { state.withLock { $0.error } }
    /// What a transaction could not be committed for last.
    var transactionProblem: String? { state.withLock { $0.transaction } }
    var statistics: KafkaStatistics { state.withLock { $0.statistics } }

    /// A call went through: older errors explain nothing any more.
    func works() { state.withLock { $0.error = nil } }

    func takeFailures() -> [KafkaFailure] {
        state.withLock { state in
            defer { state.failures = [] }
            return state.failures
        }
    }

    func note(_ error: KafkaError) {
        state.withLock { state in
            // That all are down says less than why one is.
            if error.code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN.rawValue && state.error != nil { return }
            state.error = error
        }
    }

    // MARK: called by librdkafka

    /// Hands these reports to librdkafka as the opaque pointer of a client; taken back with `release`.
    func retained() -> UnsafeMutableRawPointer { unsafe Unmanaged.passRetained(self).toOpaque() }
    static func release(_ opaque: UnsafeMutableRawPointer) { unsafe Unmanaged<KafkaReports>.fromOpaque(opaque).release() }

    static let onEvent: @convention(c) (OpaquePointer?, OpaquePointer?, UnsafeMutableRawPointer?) -> Void = { _, event, opaque in
        guard let event = unsafe event, let opaque = unsafe opaque else { return }
        let reports = unsafe Unmanaged<KafkaReports>.fromOpaque(opaque).takeUnretainedValue()
        unsafe reports.take(event)
        unsafe rd_kafka_event_destroy(event)
    }

    static let onLog: @convention(c) (OpaquePointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Void = { client, level, kind, text in
        guard let opaque = unsafe rd_kafka_opaque(client), let kind = unsafe kind, let text = unsafe text else { return }
        let reports = unsafe Unmanaged<KafkaReports>.fromOpaque(opaque).takeUnretainedValue()
        unsafe reports.log(level, String(cString: kind), String(cString: text))
    }

    private func take(_ event: OpaquePointer) {
        switch unsafe rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_DR:
            var failures: [KafkaFailure] = []
            while let message = unsafe rd_kafka_event_message_next(event) {
                let code = unsafe message.pointee.err
                if code == RD_KAFKA_RESP_ERR_NO_ERROR { continue }
                failures.append(KafkaFailure(token: Int(bitPattern: unsafe message.pointee._private), error: KafkaError(code)))
            }
            state.withLock { $0.failures += failures }
        case RD_KAFKA_EVENT_ERROR:
            let words = unsafe String(cString: rd_kafka_event_error_string(event))
            let error = KafkaError(unsafe rd_kafka_event_error(event), words)
            // What is fatal, the client itself tells.
            if unsafe rd_kafka_event_error_is_fatal(event) == 0 { note(error) }
        case RD_KAFKA_EVENT_STATS:
            guard let text = unsafe rd_kafka_event_stats(event) else { return }
            let bytes = unsafe Array(UnsafeBufferPointer(start: text, count: String(cString: text).utf8.count)).map { UInt8(bitPattern: $0) }
            if let statistics = KafkaStatistics(json: bytes) { state.withLock { $0.statistics = statistics } }
        default: break
        }
    }

    /// librdkafka's levels are syslog's. Nothing is lost by what it logs, so nothing is an error of ours.
    private func log(_ level: Int32, _ kind: String, _ text: String) {
        let now = Timestamp.monotonicNanoseconds()
        let isNew = state.withLock { state in
            if kind == Self.transactionTrouble { state.transaction = text }
            if level > 6 { return true }
            if let last = state.logged[kind], now - last < Self.quietTime.nanoseconds { return false }
            state.logged[kind] = now
            return true
        }
        if !isNew { return }
        switch level {
        case ...4: Log.warning("kafka", text, ["client": label, "kind": kind])
        case 5: Log.info("kafka", text, ["client": label, "kind": kind])
        default: Log.debug("kafka", text, ["client": label, "kind": kind])
        }
    }
}
