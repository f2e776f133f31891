internal import EventailConfiguration

extension RunCommand {
    /// Builds the pipeline that `configuration` describes and runs it to its end; answers the exit status.
    static func run(configuration: Configuration, exitAtEnd: Bool) throws(CommandFailure) -> Int32 {
        throw .failed("the pipeline is not assembled yet", "")
    }
}
