public import EventailSystem

/// Why the tailer cannot go on at all, or a file cannot be read now. Trouble of single files is a state in their report, no error.
public enum TailError: Error, Sendable, CustomStringConvertible {
    /// The kernel refused what nothing works without.
    case system(SystemError)
    /// A pattern of the configuration cannot be understood.
    case pattern(String, reason: String)

    public var description: String {
        switch self {
        case .system(let error): error.description
        case .pattern(let pattern, let reason): "path pattern `\(pattern)`: \(reason)"
        }
    }
}
