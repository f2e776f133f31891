internal import EventailConfiguration
internal import EventailSystem

/// What the process's exit status means (CONTRACT section 1).
enum ExitStatus {
    static let done: Int32 = 0
    static let failed: Int32 = 1
    static let usage: Int32 = 2
    static let invalidLines: Int32 = 64
    static let configuration: Int32 = 78
}

/// Why a command did not do what it was asked.
enum CommandFailure: Error {
    /// The words are wrong: what is wrong, and what would be right.
    case usage(String, String)
    case configuration(ConfigurationError)
    /// The world is wrong: what is wrong, and what to do.
    case failed(String, String)
    /// A profile or schema is wrong.
    case invalid(String)
    /// Told already; ends with this status.
    case logged(Int32)
}

/// One verb of the command line.
protocol Command {
    static var syntax: Syntax { get }
    /// Does the work and answers the exit status.
    static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32
}
