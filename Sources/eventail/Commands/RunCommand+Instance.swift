internal import EventailConfiguration
internal import EventailSystem

extension RunCommand {
    /// Builds what `configuration` describes and runs it to its end; answers the exit status. `read` reads the configuration again.
    static func run(
        configuration: Configuration, exitAtEnd: Bool, rereading read: () throws(ConfigurationError) -> Configuration
    ) throws(CommandFailure) -> Int32 {
        do {
            let instance = try RunningInstance(configuration)
            if exitAtEnd { return try instance.runToEnd() ? ExitStatus.done : ExitStatus.failed }
            try instance.runUntilStopped(rereading: read)
            return ExitStatus.done
        } catch {
            throw .failed("\(error)", "")
        }
    }
}
