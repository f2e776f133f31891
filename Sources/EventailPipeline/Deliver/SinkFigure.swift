/// A figure that one kind of sink counts about itself, shown by `/metrics` with the sink's name as label.
public struct SinkFigure: Sendable {
    public enum Kind: Sendable { case counter, gauge }

    /// A counter's ends in `_total`.
    public let name: String
    public let kind: Kind
    /// One sentence.
    public let help: String
    public let value: Double

    public init(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        self.name = name
        self.kind = kind
        self.help = help
        self.value = value
    }
}
