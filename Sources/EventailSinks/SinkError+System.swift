internal import EventailPipeline
internal import EventailSystem

extension SinkError {
    /// A sink's view of a refused system call on its file: all of it can heal without a change of the configuration.
    init(_ error: SystemError, file: String) {
        let remedy: String
        if error.isFull {
            remedy = "make room on the file system of \(file); nothing is lost and writing goes on by itself"
        } else if error.isDenied {
            remedy = "give this user the right to write \(file)"
        } else {
            remedy = "see why \(file) cannot be written; it is tried again"
        }
        self = .unavailable("\(file): \(error.description)", remedy: remedy)
    }

    /// Runs file work and turns what the kernel refuses into the sink's error.
    static func wrapping<Answer>(_ file: String, _ body: () throws(SystemError) -> Answer) throws(SinkError) -> Answer {
        do throws(SystemError) { return try body() } catch { throw SinkError(error, file: file) }
    }
}
