/// What is wrong in a YAML file, and where; lines and columns count from 1.
public struct YAMLError: Error, Sendable, Equatable, CustomStringConvertible {
    public let line: Int
    public let column: Int
    /// What is wrong and what would be right, one sentence.
    public let message: String

    public init(line: Int, column: Int, message: String) {
        self.line = line
        self.column = column
        self.message = message
    }

    /// An error at the place of a node.
    public init(_ node: YAMLNode, _ message: String) {
        self.init(line: node.line, column: node.column, message: message)
    }

    public var description: String { "\(line):\(column): \(message)" }
}
