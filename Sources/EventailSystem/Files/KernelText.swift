internal import CLinux

/// Names of files as text and back, also those that are not UTF-8.
///
/// A byte that belongs to no UTF-8 sequence becomes one private character, U+10F700 and the byte; the kernel gets the byte back. A name that holds such a
/// character itself is turned byte by byte too, so that every name has one text and every text one name. Outside, the character stands as it is in text and as
/// an escape (`\udbfd\udfe9` for the byte E9) in JSON. *Thread*: any.
public enum KernelText {
    private static let base: UInt32 = 0x10F700
    /// The first byte of those characters in UTF-8, and of no others that anybody uses.
    private static let lead: UInt8 = 0xF4

    /// What the kernel calls a file, as text.
    public static func text(_ bytes: UnsafePointer<CChar>) -> String {
        let count = unsafe strlen(bytes)
        return unsafe text(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    public static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        let known = unsafe bytes.contains(lead) ? nil : String(validating: bytes, as: UTF8.self)
        if let known { return known }
        var scalars = String.UnicodeScalarView()
        var at = 0
        while at < bytes.count {
            let length = unsafe length(of: bytes, at: at)
            let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[at..<at + max(1, length)])
            if length > 0, let character = unsafe String(validating: part, as: UTF8.self), let scalar = character.unicodeScalars.first, byte(of: scalar) == nil {
                scalars.append(scalar)
            } else {
                for place in at..<at + max(1, length) { scalars.append(mark(unsafe bytes[place])) }
            }
            at += max(1, length)
        }
        return String(scalars)
    }

    /// Hands the text to the kernel as what it stands for.
    public static func with<Answer>(_ text: String, _ body: (UnsafePointer<CChar>) -> Answer) -> Answer {
        if !text.utf8.contains(lead) { return unsafe text.withCString { unsafe body($0) } }
        var bytes: [CChar] = []
        for scalar in text.unicodeScalars {
            if let byte = byte(of: scalar) { bytes.append(CChar(bitPattern: byte)) } else { bytes += UTF8.encode(scalar)!.map { CChar(bitPattern: $0) } }
        }
        bytes.append(0)
        return unsafe bytes.withUnsafeBufferPointer { unsafe body($0.baseAddress!) }
    }

    private static func mark(_ byte: UInt8) -> Unicode.Scalar {
        guard let scalar = Unicode.Scalar(base + UInt32(byte)) else { preconditionFailure("these numbers are characters") }
        return scalar
    }

    private static func byte(of scalar: Unicode.Scalar) -> UInt8? {
        scalar.value >= base + 0x80 && scalar.value <= base + 0xFF ? UInt8(scalar.value - base) : nil
    }

    /// How long the sequence is that a byte begins, as far as it is there; 0 for a byte that begins none.
    private static func length(of bytes: UnsafeRawBufferPointer, at: Int) -> Int {
        let first = unsafe bytes[at]
        let length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
        if length == 0 || at + length > bytes.count { return 0 }
        // A broken sequence ends at its first byte: what follows may begin another.
        for next in at + 1..<at + length {
            if unsafe bytes[next] & 0xC0 != 0x80 { return 0 }
        }
        return length
    }
}
