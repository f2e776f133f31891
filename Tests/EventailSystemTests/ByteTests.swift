import EventailSystem
import Testing

@Suite struct ByteTests {
    @Test func findsFirstLastAndOtherBytes() {
        for length in 0..<40 {
            for place in 0..<length {
                var bytes = [UInt8](repeating: 0, count: length)
                bytes[place] = 0x0A
                let buffer = ByteBuffer(bytes)
                #expect(unsafe ByteSearch.first(0x0A, in: buffer.base, count: length) == place)
                #expect(unsafe ByteSearch.last(0x0A, in: buffer.base, count: length) == place)
                #expect(unsafe ByteSearch.firstNonZero(in: buffer.base, count: length) == place)
                #expect(unsafe ByteSearch.first(0x0A, in: buffer.base, count: place) == -1)
                #expect(unsafe ByteSearch.last(0x0A, in: buffer.base, count: place) == -1)
                #expect(unsafe ByteSearch.firstNonZero(in: buffer.base, count: place) == -1)
            }
        }
    }

    /// The value is stored in checkpoints, so it must never change: XXH3 of its own specification.
    @Test func hashesAsEver() {
        #expect(Hash.xxh3([]) == 0x2D06_8005_38D3_94C2)
        #expect(Hash.xxh3(Array("a".utf8)) != Hash.xxh3(Array("b".utf8)))
    }

    @Test func aBufferHasReadablePadding() {
        let buffer = ByteBuffer([1, 2, 3])
        #expect(buffer.bytes(0..<3) == [1, 2, 3] && buffer.bytes(1..<1) == [] && buffer.count == 3)
        #expect(unsafe buffer.base.load(fromByteOffset: buffer.capacity + ByteBuffer.padding - 1, as: UInt8.self) == 0)
        #expect(ByteBuffer([]).count == 0)
    }

    @Test func countersCountFromAllThreads() {
        let counter = Counter(), gauge = Gauge()
        let threads = (0..<4).map { _ in
            NamedThread("counting") {
                for _ in 0..<1000 { counter.add() }
                gauge.add(-2)
            }
        }
        for thread in threads { thread.join() }
        #expect(counter.current == 4000 && gauge.current == -8)
        gauge.set(5)
        #expect(gauge.current == 5)
    }
}
