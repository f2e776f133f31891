internal import CLinux

/// Finds a byte in memory at the speed of the C library.
public enum ByteSearch {
    /// The index of the first `byte`, -1 when there is none.
    public static func first(_ byte: UInt8, in bytes: UnsafeRawPointer, count: Int) -> Int {
        guard let found = unsafe memchr(bytes, Int32(byte), count) else { return -1 }
        return unsafe UnsafeRawPointer(found) - bytes
    }

    /// The index of the last `byte`, -1 when there is none.
    public static func last(_ byte: UInt8, in bytes: UnsafeRawPointer, count: Int) -> Int {
        guard let found = unsafe CLinux_last_byte(bytes, Int32(byte), count) else { return -1 }
        return unsafe found - bytes
    }

    /// The index of the first byte that is not 0, -1 when all are.
    public static func firstNonZero(in bytes: UnsafeRawPointer, count: Int) -> Int {
        var index = 0
        while index + 8 <= count, unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) == 0 { index += 8 }
        while index < count {
            if unsafe bytes.load(fromByteOffset: index, as: UInt8.self) != 0 { return index }
            index += 1
        }
        return -1
    }
}
