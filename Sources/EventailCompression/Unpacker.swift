public import EventailSystem

/// Reads what a compressed file holds, front to back, piece by piece.
///
/// *Owns* the open file and one decoder. *Thread*: one. *Limits*: two rooms of `roomBytes` and what the decoder takes: 32 KiB for gzip, the frame's window for zstd,
/// at most 128 MiB.
@safe public final class Unpacker {
    public enum Form: Sendable { case gzip, zstd }

    /// The form that a file's name tells; nil for what cannot be unpacked here.
    public static func form(of name: String) -> Form? {
        name.hasSuffix(".gz") ? .gzip : name.hasSuffix(".zst") ? .zstd : nil
    }

    private static let roomBytes = 256 << 10

    private let path: String
    private let file: Descriptor
    private let decoder: any Decoder
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: roomBytes, alignment: 16)
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: roomBytes, alignment: 16)
    private var offset: Int64 = 0
    private var used = 0
    private var filled = 0
    private var isOver = false

    public init(_ path: String, _ form: Form) throws(UnpackError) {
        self.path = path
        do throws(SystemError) { file = try Descriptor.open(path, .read) } catch { throw .system(error) }
        switch form {
        case .gzip: decoder = GzipDecoder()
        case .zstd: decoder = ZstdDecoder()
        }
    }

    deinit {
        unsafe input.deallocate()
        unsafe output.deallocate()
    }

    /// The next bytes, which are gone with the next call; none at the end.
    public func next() throws(UnpackError) -> UnsafeRawBufferPointer {
        while !isOver {
            if used == filled { try fill() }
            let isLast = filled == 0
            let step = unsafe decoder.decode(UnsafeRawBufferPointer(rebasing: input[used..<filled]), into: output)
            used += step.taken
            if step.isBroken { throw .damaged(path, reason: "it is not what its name says, or damaged") }
            if step.made > 0 { return unsafe UnsafeRawBufferPointer(rebasing: output[0..<step.made]) }
            if isLast {
                isOver = true
                if !decoder.isAtEnd { throw .damaged(path, reason: "it ends too early") }
            } else if step.taken == 0 {
                throw .damaged(path, reason: "something else stands behind its end")
            }
        }
        return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// All that a small file holds; its name tells the form.
    public static func whole(_ path: String) throws(UnpackError) -> [UInt8] {
        guard let form = form(of: path) else { throw .damaged(path, reason: "its name tells no form that can be unpacked") }
        let unpacker = try Unpacker(path, form)
        var bytes: [UInt8] = []
        while true {
            let piece = try unsafe unpacker.next()
            if unsafe piece.isEmpty { return bytes }
            unsafe bytes.append(contentsOf: piece)
        }
    }

    private func fill() throws(UnpackError) {
        do throws(SystemError) { filled = try unsafe file.read(into: input.baseAddress!, count: Self.roomBytes, at: offset) } catch { throw .system(error) }
        offset += Int64(filled)
        used = 0
    }
}

/// What a decoder did in one call.
struct DecodedStep {
    var taken = 0
    var made = 0
    var isBroken = false
}

/// One form of compressed bytes.
protocol Decoder: AnyObject {
    /// Takes bytes, which are none at the end of the file, and makes others.
    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> DecodedStep
    /// Whether the bytes may end here.
    var isAtEnd: Bool { get }
}

/// Why a compressed file cannot be read.
public enum UnpackError: Error, Sendable, CustomStringConvertible {
    case system(SystemError)
    case damaged(String, reason: String)

    public var description: String {
        switch self {
        case .system(let error): error.description
        case .damaged(let path, let reason): "\(path): \(reason)"
        }
    }
}
