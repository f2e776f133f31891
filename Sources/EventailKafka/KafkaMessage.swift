internal import CRdKafka

/// A message that was read. Valid inside the call that gave it.
@safe public struct KafkaMessage {
    private let message: UnsafeMutablePointer<rd_kafka_message_t>

    init(_ message: UnsafeMutablePointer<rd_kafka_message_t>) { unsafe self.message = message }

    public var topic: String { unsafe String(cString: rd_kafka_topic_name(message.pointee.rkt)) }
    public var partition: Int32 { unsafe message.pointee.partition }
    public var offset: Int64 { unsafe message.pointee.offset }
    public var valueCount: Int { unsafe message.pointee.len }
    /// Absent in a tombstone.
    public var value: [UInt8]? { unsafe Self.bytes(message.pointee.payload, message.pointee.len) }
    public var key: [UInt8]? { unsafe Self.bytes(message.pointee.key, message.pointee.key_len) }

    /// Milliseconds since 1970, nil when the broker keeps none.
    public var timeMilliseconds: Int64? {
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let time = unsafe rd_kafka_message_timestamp(message, &kind)
        return kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : time
    }

    /// The last value of a header, nil when the message has none of that name.
    public func header(_ name: String) -> [UInt8]? {
        var headers: OpaquePointer?
        guard unsafe rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        var value: UnsafeRawPointer?
        var count = 0
        guard unsafe rd_kafka_header_get_last(headers, name, &value, &count) == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return unsafe Self.bytes(value, count) ?? []
    }

    private static func bytes(_ start: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
        guard let start = unsafe start else { return nil }
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}

/// A place in a topic: the next message to read or to give.
public struct KafkaPlace: Sendable, Hashable {
    public let topic: String
    public let partition: Int32
    public var offset: Int64

    public init(topic: String, partition: Int32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }
}
