internal import EventailConfiguration
internal import EventailSystem

extension ConfigurationProblem {
    /// Logs the mistake with its place.
    func log() {
        if position.line == 0 {
            Log.error("configuration", description, ["file": position.file, "key": key])
        } else {
            Log.error(
                "configuration", description,
                ["file": position.file, "line": "\(position.line)", "column": "\(position.column)", "key": key])
        }
    }
}
