import Testing

@testable import EventailAggregate

/// Goal: every name comes back as it was, whether it is kept as text or as a UUID's sixteen bytes.
@Suite struct ExecutionNameTests {
    @Test(arguments: [
        ("0bd48f3a-1c9e-4f7a-b2d6-90e1c5a7f8bd", 17), ("00000000-0000-0000-0000-000000000000", 17), ("ffffffff-ffff-ffff-ffff-ffffffffffff", 17),
        // None of these is a UUID in its usual form.
        ("0BD48F3A-1C9E-4F7A-B2D6-90E1C5A7F8BD", 38), ("0bd48f3a-1c9e-4f7a-b2d6-90e1c5a7f8bg", 38), ("0bd48f3a-1c9e-4f7a-b2d6_90e1c5a7f8bd", 38),
        ("0bd48f3a-1c9e-4f7a-b2d6-90e1c5a7f8b`", 38), ("0bd48f3a-1c9e-4f7a-b2d6-90e1c5a7f8b:", 38), ("exec-254", 10), ("é", 4),
    ])
    func comesBackAsItWas(name: String, bytes: Int) {
        let text = Array(name.utf8)
        var arena = ByteArena()
        ExecutionName.write(text.span, 0, text.count, to: &arena)
        #expect(arena.count == bytes)
        #expect(ExecutionName.length(arena, 0) == bytes)
        var reader = ByteReader(arena.bytes)
        #expect(ExecutionName.read(&reader) == text)
        #expect(reader.isAtEnd && !reader.isBroken)
    }
}
