internal import CWslay

/// Cuts a WebSocket's bytes into messages and answers control frames, by wslay: masks, UTF-8, fragments and close codes are checked there.
///
/// *Owns* wslay's context, about 5 KB. *Thread*: `serve`. *Limits*: the longest message; a longer one closes with 1009.
@safe final class MessageReader {
    enum Message {
        case text([UInt8])
        case binary
        case ping
        case pong
        case close(UInt16)
    }

    /// The peer sent what is no frame.
    private var isBroken = false
    private var context: wslay_event_context_ptr?
    private var input = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    /// What came with the last bytes, in order; the owner takes them.
    var messages: [Message] = []
    /// What is to be sent for it (pongs, close frames); the owner takes it.
    var output: [UInt8] = []

    init(longestMessage: Int) {
        var callbacks = wslay_event_callbacks()
        unsafe callbacks.recv_callback = { context, room, count, _, owner in
            let reader = unsafe Unmanaged<MessageReader>.fromOpaque(owner!).takeUnretainedValue()
            let moved = unsafe reader.give(room!, count)
            if moved == 0 {
                unsafe wslay_event_set_error(context, Int32(WSLAY_ERR_WOULDBLOCK.rawValue))
                return -1
            }
            return moved
        }
        unsafe callbacks.send_callback = { _, bytes, count, _, owner in
            let reader = unsafe Unmanaged<MessageReader>.fromOpaque(owner!).takeUnretainedValue()
            unsafe reader.output.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
            return count
        }
        unsafe callbacks.on_msg_recv_callback = { _, message, owner in
            let reader = unsafe Unmanaged<MessageReader>.fromOpaque(owner!).takeUnretainedValue()
            unsafe reader.received(message!)
        }
        let code = unsafe wslay_event_context_server_init(&context, &callbacks, Unmanaged.passUnretained(self).toOpaque())
        precondition(code == 0, "memory for a WebSocket")
        unsafe wslay_event_config_set_max_recv_msg_length(context, UInt64(longestMessage))
    }

    deinit { unsafe wslay_event_context_free(context) }

    /// Reads all of `bytes`. False when memory for an answer ran out and the connection must end at once.
    func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
        unsafe input = bytes
        defer { unsafe input = UnsafeRawBufferPointer(start: nil, count: 0) }
        if unsafe wslay_event_recv(context) != 0 {
            // wslay says goodbye by itself to most broken frames, but not to a control frame that is long or in pieces.
            isBroken = true
            output += [0x88, 2, 0x03, 0xEA]
            return true
        }
        return unsafe wslay_event_send(context) == 0
    }

    /// Puts a close frame into `output`, unless one was sent already.
    func close(_ code: UInt16, _ reason: String) {
        let text = Array(reason.utf8.prefix(123))
        unsafe wslay_event_queue_close(context, code, text, text.count)
        unsafe wslay_event_send(context)
    }

    /// Nothing more will be read: the peer closed, or broke the protocol.
    var hasEnded: Bool { unsafe isBroken || wslay_event_get_read_enabled(context) == 0 }
    var closeSent: Bool { unsafe wslay_event_get_close_sent(context) != 0 }

    private func give(_ room: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        let moved = unsafe min(count, input.count)
        if moved == 0 { return 0 }
        unsafe UnsafeMutableRawPointer(room).copyMemory(from: input.baseAddress!, byteCount: moved)
        unsafe input = UnsafeRawBufferPointer(rebasing: input[moved...])
        return moved
    }

    private func received(_ message: UnsafePointer<wslay_event_on_msg_recv_arg>) {
        if isBroken { return }
        switch unsafe Int32(message.pointee.opcode) {
        case 1: messages.append(.text(unsafe Array(UnsafeBufferPointer(start: message.pointee.msg, count: message.pointee.msg_length))))
        case 8: messages.append(.close(unsafe message.pointee.status_code))
        case 9: messages.append(.ping)
        case 10: messages.append(.pong)
        default: messages.append(.binary)
        }
    }
}
