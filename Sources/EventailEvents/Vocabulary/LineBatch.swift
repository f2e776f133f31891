public import EventailSystem

/// Whole lines of one file, read together: a buffer and where each line lies in it.
///
/// *Owns* its buffer. Filled by the reader, then read by one extractor. *Limits*: below 4 GiB.
public final class LineBatch: @unchecked Sendable {
    // @unchecked: the reader fills it, hands it over and keeps nothing.
    public let file: FileReference
    public let buffer: ByteBuffer
    /// The file's position of the first byte and of the first byte after the last line end.
    public var start: Int64
    public var end: Int64
    /// The number of the first line, from 1.
    public var firstLine: Int64
    public var lines: [Line] = []
    /// Of the bytes before `end`.
    public var fingerprint = Fingerprint.none
    /// When the bytes were read, nanoseconds since 1970.
    public var readTime: Int64

    public init(file: FileReference, buffer: ByteBuffer, start: Int64, firstLine: Int64, readTime: Int64) {
        self.file = file
        self.buffer = buffer
        self.start = start
        end = start
        self.firstLine = firstLine
        self.readTime = readTime
    }

    /// Where a line lies, without its line end (`\n` or `\r\n`).
    public struct Line: Sendable {
        /// In the buffer.
        public var start: UInt32
        public var length: UInt32
        /// In the file.
        public var position: Int64
        /// Set when the line is longer than allowed: `length` bytes are only its beginning, this many bytes it takes in the file, line end included.
        public var tooLongBytes: Int64

        @inlinable public init(start: UInt32, length: UInt32, position: Int64, tooLongBytes: Int64 = 0) {
            self.start = start
            self.length = length
            self.position = position
            self.tooLongBytes = tooLongBytes
        }
    }
}
