import EventailJSON
import EventailSystem
import Testing

@testable import EventailEvents

/// Goal: a line of a known shape becomes the same event as one that goes the long way. Method: the families' samples, then the same with values,
/// keys and members changed at random, are read by an extractor that knows shapes and by one that does not.
@Suite struct ShapeReadingTests {
    private static let samples: [String] =
        [FamilySample.superagent, FamilySample.aladdin, FamilySample.auren, FamilySample.outcome, FamilySample.eremos, FamilySample.generic]
        .flatMap { $0.map(\.line) }

    private func text(_ batch: EventBatch, _ catalogue: Catalogue) -> [String] {
        var lines: [String] = batch.events.map { event in
            var json = JSONWriter()
            let type = catalogue.entry(event.type)
            RolesWriter.write(event, of: batch, type: "\(type.profile)/\(type.type)", into: &json)
            return "\(event.line) \(event.meaning) \(event.usage) \(event.accounting) \(event.timeMissing) \(event.waitsForHuman) \(event.partCount) "
                + batch.values(of: event).map { "\(batch.values[$0].role)" }.joined(separator: ",") + json.string
        }
        lines += batch.rejections.map { "\($0.line) \($0.reason) \($0.profile) \($0.location) \($0.keyword) \($0.message)" }
        return lines
    }

    private func compare(_ lines: [String], _ choice: ProfileChoice) throws {
        let set = try ProfileSet(catalogue: Catalogue())
        let quick = try Extractor(profiles: set, choice: choice)
        let slow = try Extractor(profiles: set, choice: choice, unknownTypes: .reject, learnsShapes: false)
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        for round in 1...3 {
            let one = text(quick.extract(Reading.lines(bytes), FileContext()), set.catalogue)
            let other = text(slow.extract(Reading.lines(bytes), FileContext()), set.catalogue)
            #expect(one.count == other.count)
            for (one, other) in zip(one, other) where one != other { Issue.record("round \(round):\n\(one)\n\(other)") }
        }
    }

    @Test func samplesAreReadAlike() throws {
        try compare(Self.samples, .auto)
        for family in ["superagent", "aladdin", "auren", "outcome", "eremos", "generic"] { try compare(Self.samples, .named(family)) }
    }

    @Test func changedSamplesAreReadAlike() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Random(state: seed)
        var lines: [String] = []
        for _ in 0..<6 { for sample in Self.samples { lines.append(random.changed(sample)) } }
        print("changed samples: seed \(seed), \(lines.count) lines")
        try compare(lines, .auto)
        try compare(lines, .list(["auren", "superagent"]))
    }

    @Test(.enabled(if: Shared.folder != nil, "the shared material is not beside the repository"))
    func recordedAndRefusedLinesAreReadAlike() throws {
        for family in ["superagent", "aladdin", "auren", "outcome", "eremos"] {
            let good = String(decoding: try Shared.bytes("families/\(family).jsonl"), as: UTF8.self)
            let bad = String(decoding: try Shared.bytes("families/\(family).invalid.jsonl"), as: UTF8.self)
            try compare([good, bad], .auto)
            try compare([good, bad], .named(family))
        }
    }

    /// Changes a line here and there; from a seed.
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }

        mutating func changed(_ line: String) -> String {
            var bytes = Array(line.utf8)
            for _ in 0..<Int.random(in: 1...2, using: &self) {
                let values = Self.values(bytes)
                guard let value = values.randomElement(using: &self) else { continue }
                let others = ["1", "-2.5", "\"\"", "\"text\"", "\"success\"", "null", "true", "false", "[]", "{}", "[\"a\",\"b\"]", "1e400", "{\"a\":1}", "0"]
                switch Int.random(in: 0..<8, using: &self) {
                case 0:
                    guard let colon = bytes[..<value.lowerBound].lastIndex(of: 0x3A), colon >= 2 else { continue }
                    bytes[colon - 2] = 0x58
                case 1:
                    guard let colon = bytes[..<value.lowerBound].lastIndex(of: 0x3A) else { continue }
                    let key = Array(bytes[(bytes[..<(colon - 1)].lastIndex(of: 0x22) ?? 0)..<colon])
                    bytes.insert(contentsOf: [0x2C] + key + [0x3A] + Array(bytes[value]), at: value.upperBound)
                default: bytes.replaceSubrange(value, with: Array(others.randomElement(using: &self)!.utf8))
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        /// Where members' scalar values lie.
        private static func values(_ bytes: [UInt8]) -> [Range<Int>] {
            var found: [Range<Int>] = []
            var index = 0
            while index < bytes.count {
                if bytes[index] == 0x22 {
                    index = end(bytes, index)
                    continue
                }
                guard bytes[index] == 0x3A else { index += 1; continue }
                var start = index + 1
                while start < bytes.count, bytes[start] == 0x20 { start += 1 }
                guard start < bytes.count, bytes[start] != 0x7B, bytes[start] != 0x5B else { index += 1; continue }
                var stop = start
                if bytes[start] == 0x22 { stop = end(bytes, start) } else { while stop < bytes.count, ![0x2C, 0x7D, 0x5D].contains(bytes[stop]) { stop += 1 } }
                found.append(start..<stop)
                index = stop
            }
            return found
        }

        /// Behind the string that begins at `start`.
        private static func end(_ bytes: [UInt8], _ start: Int) -> Int {
            var index = start + 1
            while index < bytes.count, bytes[index] != 0x22 { index += bytes[index] == 0x5C ? 2 : 1 }
            return min(index + 1, bytes.count)
        }
    }
}
