/// Which command a configuration is read for: not every one takes every kind of source.
public enum ConfigurationRole: Sendable {
    /// One that starts nothing.
    case any
    /// `eventail run`.
    case sidecar
    /// `eventail hub`.
    case hub
}
