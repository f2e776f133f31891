import EventailRedis
import EventailSystem
import EventailTestSupport
import Glibc

/// A redis-server of a test's own on a socket of its own; killed with the test.
final class RunningRedis {
    static let program = ["/usr/bin/redis-server", "/usr/local/bin/redis-server"].first { FileSystem.exists($0) }
    let folder: TemporaryFolder
    let path: String
    private var process: pid_t = 0

    init(_ arguments: [String] = []) throws {
        folder = try TemporaryFolder()
        path = folder.file("s")
        let words = [Self.program ?? "", "--port", "0", "--unixsocket", path, "--save", "", "--dir", folder.path, "--logfile", folder.file("log")] + arguments
        var list: [UnsafeMutablePointer<CChar>?] = unsafe []
        for word in words { unsafe list.append(strdup(word)) }
        unsafe list.append(nil)
        var nobody: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
        let code = unsafe posix_spawn(&process, words[0], nil, nil, list, &nobody)
        for unsafe word in unsafe list { unsafe free(word) }
        if code != 0 { throw SystemError(code: code, operation: "spawn \(words[0])") }
        let deadline = Timestamp.monotonicNanoseconds() + 10_000_000_000
        while true {
            do throws(RedisError) {
                try RedisConnection(try named()).open()
                return
            } catch {
                if case .refused = error { return }
                if Timestamp.monotonicNanoseconds() > deadline { throw error }
                sched_yield()
            }
        }
    }

    private func named() throws(RedisError) -> RedisServer {
        var server = RedisServer()
        server.path = path
        return server
    }

    func server(_ change: (inout RedisServer) -> Void = { _ in }) throws -> RedisServer {
        var server = try named()
        change(&server)
        return server
    }

    func connection(_ change: (inout RedisServer) -> Void = { _ in }) throws -> RedisConnection {
        let connection = RedisConnection(try server(change))
        try connection.open()
        return connection
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }
}
