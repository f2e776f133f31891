import EventailSystem
import Testing

@testable import EventailJSON

@Suite struct LineShapesTests {
    private let parser = TapeParser()
    private let plan = FieldPlan(
        ["", "/type", "/payload", "/payload/agent", "/payload/inner/deep", "/list", "/an_extremely_long_key"].compactMap { JSONPointer($0) })

    private func document(_ text: String) throws -> Document { try parser.parse(Array(text.utf8)).get() }

    /// Learns the first text, then expects the second to have the same shape and the fields where the plan finds them.
    private func expectSame(_ first: String, _ second: String) throws {
        let shapes = LineShapes(plan)
        let shape = shapes.learn(try document(first))
        #expect(shape == 0, "\(first)")
        let next = try document(second)
        #expect(shapes.find(next) == 0, "\(second)")
        let expected = FieldSlots(plan), filled = FieldSlots(plan)
        plan.fill(expected, next, at: 1)
        shapes.fill(filled, shape: 0)
        for slot in 0..<7 { #expect(expected[slot] == filled[slot], "slot \(slot) in \(second)") }
    }

    @Test func linesWithEqualKeysAndKindsHaveOneShape() throws {
        try expectSame(#"{"type":"a","payload":{"agent":"x","n":1}}"#, #"{"type":"longer text \u00e4","payload":{"agent":"","n":2.5}}"#)
        try expectSame(#"{"list":[1,2,{"a":1}],"other":{"x":1},"type":"t"}"#, #"{"list":[],"other":{"y":[1],"z":{}},"type":"u"}"#)
        try expectSame(#"{"payload":{"inner":{"deep":true},"agent":null},"b":"1"}"#, #"{"payload":{"inner":{"deep":false},"agent":null},"b":"2"}"#)
        try expectSame(#"{"an_extremely_long_key":1,"seventeen_letters":2}"#, #"{"an_extremely_long_key":-3,"seventeen_letters":18446744073709551615}"#)
        try expectSame("{}", "{}")
        try expectSame(#"{"payload":{},"type":"a"}"#, #"{"payload":{},"type":"b"}"#)
    }

    @Test(arguments: [
        #"{"type":"a","payload":{"agent":"x"}}"#, #"{"type":"a","payload":{"agent":1,"n":1}}"#, #"{"type":"a","payload":{"agent":"x","n":1},"z":1}"#,
        #"{"type":"a","payload":{"agenT":"x","n":1}}"#, #"{"type":"a","payload":{"n":1,"agent":"x"}}"#, #"{"type":"a","payload":null}"#,
        #"{"type":"a"}"#, #"{"Type":"a","payload":{"agent":"x","n":1}}"#, #"{"type":"a","payload":{"agent":"x","n":1e999}}"#, "[1]", "{}",
    ])
    func otherKeysOrKindsAreAnotherShape(_ text: String) throws {
        let shapes = LineShapes(plan)
        _ = shapes.learn(try document(#"{"type":"a","payload":{"agent":"x","n":1}}"#))
        let other = try document(text)
        #expect(shapes.find(other) == -1)
        let learned = shapes.learn(other)
        #expect(shapes.find(try document(text)) == learned)
        #expect(shapes.find(try document(#"{"type":"a","payload":{"agent":"x","n":1}}"#)) == 0)
    }

    @Test func longKeysAreComparedWhole() throws {
        let shapes = LineShapes(FieldPlan([]))
        _ = shapes.learn(try document(#"{"abcdefghijklmnopqrstuvwxyz012345":1}"#))
        #expect(shapes.find(try document(#"{"abcdefghijklmnopqrstuvwxyz012345":2}"#)) == 0)
        #expect(shapes.find(try document(#"{"abcdefghijklXnopqrstuvwxyz012345":2}"#)) == -1)
        #expect(shapes.find(try document(#"{"abcdefghijklmnopqrsXuvwxyz012345":2}"#)) == -1)
    }

    @Test func whatIsBeyondTheLimitsHasNoShape() throws {
        let shapes = LineShapes(plan)
        #expect(shapes.learn(try document(#"{"a":1,"a":2}"#)) == -1)
        #expect(shapes.learn(try document(#"{"a":1e999}"#)) == -1)
        #expect(shapes.learn(try document("{\"\(String(repeating: "k", count: 33))\":1}")) == -1)
        let many = (0..<300).map { "\"k\($0)\":1" }.joined(separator: ",")
        #expect(shapes.learn(try document("{\(many)}")) == -1)
        #expect(shapes.learn(try document("[]")) == -1)
        #expect(shapes.count == 0)
    }

    @Test func itTakesNoMoreThanItHasRoomFor() throws {
        let shapes = LineShapes(plan)
        var number = 0
        while !shapes.isFull, number < 100_000 {
            _ = shapes.learn(try document("{\"k\(number)\":1,\"payload\":{\"x\(number)\":2}}"))
            number += 1
        }
        #expect(shapes.isFull)
        #expect(shapes.learn(try document(#"{"new":1}"#)) == -1)
        shapes.removeAll()
        #expect(shapes.find(try document("{\"k1\":1,\"payload\":{\"x1\":2}}")) == -1)
        #expect(shapes.learn(try document(#"{"new":1}"#)) == 0)
    }
}
