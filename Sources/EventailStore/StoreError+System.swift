internal import EventailSystem

extension StoreError {
    /// The store's view of a refused system call.
    init(_ error: SystemError, file: String) {
        let kind: Kind = error.isFull ? .full : error.isDenied ? .denied : .io
        self.init(kind, file: file, reason: error.description)
    }

    /// Runs file work and turns what the kernel refuses into the store's error.
    static func wrapping<Answer>(_ file: String, _ body: () throws(SystemError) -> Answer) throws(StoreError) -> Answer {
        do throws(SystemError) { return try body() } catch { throw StoreError(error, file: file) }
    }
}
