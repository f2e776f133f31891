/// One mistake in a configuration: where it is, what is wrong and what would be right.
public struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    public let position: SettingPosition
    /// The path of the key, as `--set` names it: `sinks.stream.url`.
    public let key: String
    public let wrong: String
    public let right: String

    /// `FILE:LINE:COLUMN: KEY: what is wrong; what would be right`.
    public var description: String {
        (key.isEmpty ? "\(position): " : "\(position): \(key): ") + wrong + (right.isEmpty ? "" : "; " + right)
    }
}

/// All mistakes of one configuration, told at once.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    public let problems: [ConfigurationProblem]

    public init(_ problems: [ConfigurationProblem]) {
        precondition(!problems.isEmpty, "an error names at least one problem")
        self.problems = problems
    }

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Where a setting was written: a place in a file, or a word of the command line (then `line` is 0).
public struct SettingPosition: Sendable, Equatable, CustomStringConvertible {
    public let file: String
    public let line: Int
    public let column: Int

    public init(file: String, line: Int = 0, column: Int = 0) {
        self.file = file
        self.line = line
        self.column = column
    }

    public var description: String { line == 0 ? file : "\(file):\(line):\(column)" }
}
