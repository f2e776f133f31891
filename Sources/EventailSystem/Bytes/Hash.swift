internal import CLinux

/// A fast hash of bytes (XXH3, 64 bits): the same in every run, not safe against somebody who chooses the bytes.
public enum Hash {
    public static func xxh3(_ bytes: UnsafeRawPointer, count: Int) -> UInt64 { unsafe CLinux_hash(bytes, count) }

    public static func xxh3(_ bytes: [UInt8]) -> UInt64 {
        unsafe bytes.withUnsafeBytes { pointer in unsafe CLinux_hash(pointer.baseAddress, pointer.count) }
    }
}
