/// Why a profile cannot be used: which file, where in it, what is wrong.
public struct ProfileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A path, or the name of a built-in profile.
    public let file: String
    /// From 1; 0 when the file as a whole is meant.
    public let line: Int
    public let column: Int
    public let message: String

    public init(file: String, line: Int = 0, column: Int = 0, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    init(_ file: String, _ error: YAMLError) {
        self.init(file: file, line: error.line, column: error.column, message: error.message)
    }

    public var description: String { line == 0 ? "\(file): \(message)" : "\(file):\(line):\(column): \(message)" }
}
