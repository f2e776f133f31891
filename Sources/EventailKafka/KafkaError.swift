internal import CRdKafka

/// What librdkafka or a broker answered, and what its user must do.
public struct KafkaError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// It may work later: a broker is down, slow or busy, or a topic is not there yet.
        case temporary
        /// Another producer with the same transactional id has taken over; this one must not go on.
        case fenced
        /// A setting is wrong.
        case misconfigured
        /// This message will never be taken; others may be.
        case refused
    }

    public let kind: Kind
    /// librdkafka's number: below zero its own, above a broker's.
    public let code: Int32
    /// librdkafka's name of it, e.g. `MSG_SIZE_TOO_LARGE`.
    public let name: String
    public let reason: String
    public let remedy: String

    public var description: String { "\(reason) (\(name)); \(remedy)" }

    public init(kind: Kind, code: Int32, name: String, reason: String, remedy: String) {
        self.kind = kind
        self.code = code
        self.name = name
        self.reason = reason
        self.remedy = remedy
    }

    /// From a code, with the words at hand; what it means follows from the code alone.
    init(_ code: rd_kafka_resp_err_t, _ words: String = "") {
        let name = unsafe String(cString: rd_kafka_err2name(code))
        let text = unsafe String(cString: rd_kafka_err2str(code))
        let (kind, remedy) = Self.meaning(code)
        self.init(kind: kind, code: code.rawValue, name: name, reason: words.isEmpty ? text : words, remedy: remedy)
    }

    /// Takes over librdkafka's error object.
    init(taking error: OpaquePointer) {
        self.init(unsafe rd_kafka_error_code(error), unsafe String(cString: rd_kafka_error_string(error)))
        unsafe rd_kafka_error_destroy(error)
    }

    /// The broker does not have the topic.
    public var isMissingTopic: Bool {
        code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART.rawValue || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC.rawValue
    }
    /// A broker answered it, so what was asked for was not done; else nobody knows.
    public var isAnswer: Bool { code > 0 && code != RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT.rawValue }
    /// The transaction takes no more messages, because of one before.
    public var isInterruption: Bool { code == RD_KAFKA_RESP_ERR__STATE.rawValue }
    /// The message was dropped because of another one.
    public var isPurge: Bool { code == RD_KAFKA_RESP_ERR__PURGE_QUEUE.rawValue || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT.rawValue }

    /// The same error, told with what led to it.
    func because(_ cause: KafkaError?) -> KafkaError {
        guard let cause, cause.reason != reason else { return self }
        return KafkaError(
            kind: kind, code: cause.code, name: cause.name, reason: "\(reason): \(cause.reason)", remedy: cause.remedy)
    }

    private static func meaning(_ code: rd_kafka_resp_err_t) -> (Kind, String) {
        switch code {
        case RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
            (.fenced, "another instance with the same transactional id took over; stop one of the two, or give each its own state_dir or transactional_id")
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
            (.refused, "raise the topic's max.message.bytes, and message.max.bytes in options")
        case RD_KAFKA_RESP_ERR_INVALID_RECORD, RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
            (.refused, "see why the broker's rules of this topic refuse the message")
        case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
            (.temporary, "check username, password and sasl_mechanism; it is tried again")
        case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
            (.temporary, "name a sasl_mechanism that the broker offers; it is tried again")
        case RD_KAFKA_RESP_ERR__SSL:
            (.temporary, "check tls_ca, tls_certificate and tls_key, and that the broker speaks TLS on this port; it is tried again")
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
            (.temporary, "give this user the right on the broker; it is tried again")
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            (.temporary, "create the topic; it is looked for again")
        case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, RD_KAFKA_RESP_ERR__INVALID_ARG, RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
            (.misconfigured, "mend the setting")
        case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
            (.misconfigured, "the broker is too old for this; use brokers from 0.11 on")
        case RD_KAFKA_RESP_ERR__RESOLVE:
            (.temporary, "check the host names in brokers; it is tried again")
        case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
            (.temporary, "see which replicas are down; it is tried again")
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
            (.temporary, "see that the brokers run and can be reached; it is tried again")
        default:
            (.temporary, "it is tried again")
        }
    }
}
