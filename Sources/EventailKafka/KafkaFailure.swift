/// A message that was not delivered.
public struct KafkaFailure: Sendable {
    /// What `KafkaProducer.produce` was called with.
    public let token: Int
    public let error: KafkaError
}
