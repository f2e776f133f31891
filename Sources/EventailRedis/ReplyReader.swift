internal import CHiredis

/// Bytes of the server into replies, by hiredis' reader.
///
/// *Owns* the C reader and the tape that it fills. *Thread*: the connection's. *Limits*: hiredis' own: arrays nested 7 deep.
@safe final class ReplyReader {
    let tape = ReplyTape()
    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    private var isWhole = true

    init() {
        unsafe functions = .allocate(capacity: 1)
        // hiredis wants something that is not null for each object and gives it back to nobody: the tape holds all of it.
        unsafe functions.initialize(
            to: redisReplyObjectFunctions(
                createString: { task, text, length in
                    guard let task = unsafe task, let text = unsafe text, let tape = unsafe ReplyReader.tape(task) else { return nil }
                    let start = tape.bytes.count
                    unsafe tape.bytes.append(contentsOf: UnsafeRawBufferPointer(start: text, count: length))
                    let kind: Reply.Kind =
                        switch unsafe task.pointee.type {
                        case REDIS_REPLY_STATUS: .status
                        case REDIS_REPLY_ERROR: .error
                        default: .bytes
                        }
                    tape.add(kind, value: Int64(start), length: length)
                    return unsafe ReplyReader.something
                },
                createArray: { task, count in
                    guard let task = unsafe task, let tape = unsafe ReplyReader.tape(task) else { return nil }
                    tape.add(.array, value: Int64(count))
                    return unsafe ReplyReader.something
                },
                createInteger: { task, value in
                    guard let task = unsafe task, let tape = unsafe ReplyReader.tape(task) else { return nil }
                    tape.add(.integer, value: value)
                    return unsafe ReplyReader.something
                },
                createNil: { task in
                    guard let task = unsafe task, let tape = unsafe ReplyReader.tape(task) else { return nil }
                    tape.add(.null)
                    return unsafe ReplyReader.something
                },
                freeObject: nil))
        guard let made = unsafe redisReaderCreateWithFunctions(functions) else { preconditionFailure("there is memory for a reader") }
        unsafe reader = made
        unsafe reader.pointee.privdata = unsafe Unmanaged.passUnretained(tape).toOpaque()
        // Keeps its buffer instead of giving it back whenever it is empty.
        unsafe reader.pointee.maxbuf = 0
    }

    deinit {
        unsafe redisReaderFree(reader)
        unsafe functions.deallocate()
    }

    /// Takes what came.
    func feed(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
        let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        if unsafe redisReaderFeed(reader, start, bytes.count) != REDIS_OK { throw failure() }
    }

    /// The next reply, nil when it has not come whole.
    func next() throws(RedisError) -> Reply? {
        if isWhole { tape.removeAll() }
        isWhole = false
        var object: UnsafeMutableRawPointer?
        if unsafe redisReaderGetReply(reader, &object) != REDIS_OK { throw failure() }
        if unsafe object == nil { return nil }
        isWhole = true
        tape.close()
        return Reply(tape: tape, index: 0)
    }

    private func failure() -> RedisError {
        let text = unsafe withUnsafePointer(to: &reader.pointee.errstr) { pointer in
            unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 128) { unsafe String(cString: $0) }
        }
        return .notRedis("the answer is not of the Redis protocol: \(text)")
    }

    private static func tape(_ task: UnsafePointer<redisReadTask>) -> ReplyTape? {
        unsafe task.pointee.privdata.map { unsafe Unmanaged<ReplyTape>.fromOpaque($0).takeUnretainedValue() }
    }

    private static var something: UnsafeMutableRawPointer? { unsafe UnsafeMutableRawPointer(bitPattern: 1) }
}
