internal import CSimdJSON
public import EventailSystem

/// simdjson's own `parse_many`: what the speed of everything built on it is measured against. Serves Tests/Benchmarks only.
public enum Yardstick {
    /// How many documents of the buffer simdjson parsed, in batches of 1 MB, nil at an error.
    public static func parseMany(_ buffer: ByteBuffer) -> Int64? {
        let documents = unsafe CSimdJSON_parse_many(buffer.base.assumingMemoryBound(to: UInt8.self), buffer.count, 1_000_000)
        return documents < 0 ? nil : documents
    }
}
