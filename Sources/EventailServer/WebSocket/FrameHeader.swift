/// The first bytes of an unmasked WebSocket frame (RFC 6455 section 5.2).
enum FrameHeader {
    /// The longest header of a frame that a server sends.
    static let longest = 10

    static func length(payload: Int) -> Int { payload < 126 ? 2 : payload < 65_536 ? 4 : 10 }

    /// Writes the header of a whole text frame at `target`.
    static func write(to target: UnsafeMutableRawPointer, opcode: UInt8, payload: Int) {
        unsafe target.storeBytes(of: 0x80 | opcode, as: UInt8.self)
        if payload < 126 {
            unsafe target.storeBytes(of: UInt8(payload), toByteOffset: 1, as: UInt8.self)
        } else if payload < 65_536 {
            unsafe target.storeBytes(of: 126, toByteOffset: 1, as: UInt8.self)
            unsafe (target + 2).storeBytes(of: UInt16(payload).bigEndian, as: UInt16.self)
        } else {
            unsafe target.storeBytes(of: 127, toByteOffset: 1, as: UInt8.self)
            unsafe (target + 2).storeBytes(of: UInt64(payload).bigEndian, as: UInt64.self)
        }
    }
}
