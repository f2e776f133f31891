/// Facts as the state holds them, in the order in which they were folded: a cell for each event or part.
///
/// A row is one chunk or several, one behind the other:
///
///     length of all that follows
///     facts   second that offsets are from   first and last second
///     shapes       number, then each: type status agent model tool   mask of fields over marks   fields that are 1
///     executions   number, number of the first named one, then each: marks   name, or hash and number   meaning   first   last   what is open
///     tasks        number, then each: mark   hash   feature
///     facts        shape   second's difference to the fact before   execution   task   values   sides
///
/// Executions and tasks are named by their place in the chunk's list plus one; 0 is the next one not named before. Heads of executions say all that was known
/// of them when the chunk was sealed: of several the newest counts.
struct FactChunk {
    /// Marks of an execution.
    static let hasHead: UInt8 = 1, hasName: UInt8 = 2, isSingle: UInt8 = 4, isOpen: UInt8 = 8, isWhole: UInt8 = 16

    var number: UInt64
    var facts: Int
    /// The first and last second that facts lie in.
    var first: Int64
    var last: Int64
    var bytes: [UInt8]

    func touches(_ from: Int64, _ to: Int64) -> Bool { first < to && last >= from }

    // MARK: reading

    /// What a chunk knows of an execution.
    struct Execution {
        var hash: UInt64 = 0
        /// Nil when the chunk only refers to it.
        var head: ExecutionTable.Head?
        /// Of those first seen in the chunk.
        var name: [UInt8]?
    }
    struct Task {
        var hash: UInt64
        var feature: UInt64
    }
    private struct Shape {
        var dimensions: Dimensions
        var mask: UInt64
        var ones: UInt64
        var marks: UInt64
    }

    /// Hands every fact of the row that lies in `from..<to` to `body`, with its task. False when the row is broken; what was whole before has been handed over.
    func forEach(from: Int64 = .min, to: Int64 = .max, _ body: (inout CellRow.Cell, Task) -> Void) -> Bool {
        var reader = ByteReader(bytes)
        var cell = CellRow.Cell()
        while !reader.isAtEnd {
            let end = Self.end(&reader)
            if reader.isBroken { return false }
            let facts = reader.count()
            let base = reader.signed(), first = reader.signed(), last = reader.signed()
            if first >= to || last < from {
                reader.at = end
                continue
            }
            let shapes = Self.shapes(&reader)
            let executions = Self.executions(&reader)
            let tasks = Self.tasks(&reader)
            var newExecution = 0, newTask = 0
            var second = base
            for _ in 0..<facts {
                let shapeNumber = Int(truncatingIfNeeded: reader.number())
                if shapeNumber >= shapes.count || shapeNumber < 0 { return false }
                let shape = shapes[shapeNumber]
                second &+= reader.signed()
                cell.entity = 0
                var task = Task(hash: 0, feature: 0)
                if shape.marks & ShapeTable.hasExecution != 0 {
                    let place = Self.place(&reader, &newExecution)
                    if place < 0 || place >= executions.count { return false }
                    cell.entity = executions[place].hash
                }
                if shape.marks & ShapeTable.hasTask != 0 {
                    let place = Self.place(&reader, &newTask)
                    if place < 0 || place >= tasks.count { return false }
                    task = tasks[place]
                }
                cell.slot = second
                cell.dimensions = shape.dimensions
                Self.readFields(&reader, shape, &cell)
                if reader.isBroken { return false }
                if second >= from && second < to { body(&cell, task) }
            }
            if reader.at != end { return false }
        }
        return true
    }

    /// Hands every execution that the row knows to `body`.
    func forEachExecution(_ body: (Execution) -> Void) {
        var reader = ByteReader(bytes)
        while !reader.isAtEnd && !reader.isBroken {
            let end = Self.end(&reader)
            if reader.isBroken { return }
            _ = (reader.count(), reader.signed(), reader.signed(), reader.signed())
            _ = Self.shapes(&reader)
            for execution in Self.executions(&reader) { body(execution) }
            reader.at = end
        }
    }

    private static func end(_ reader: inout ByteReader) -> Int {
        let length = reader.count()
        if reader.at + length > reader.bytes.count { reader.isBroken = true }
        return reader.at + length
    }

    @inline(__always)
    private static func place(_ reader: inout ByteReader, _ new: inout Int) -> Int {
        let told = Int(truncatingIfNeeded: reader.number())
        if told != 0 { return told - 1 }
        new += 1
        return new - 1
    }

    private static func shapes(_ reader: inout ByteReader) -> [Shape] {
        let count = reader.count()
        var shapes: [Shape] = []
        shapes.reserveCapacity(count)
        for _ in 0..<count where !reader.isBroken {
            let dimensions = reader.dimensions()
            let mask = reader.number(), ones = reader.number()
            if mask >> (ShapeTable.markBits + UInt64(Field.count)) != 0 { reader.isBroken = true }
            shapes.append(Shape(
                dimensions: dimensions,
                mask: mask >> ShapeTable.markBits, ones: ones, marks: mask & (1 << ShapeTable.markBits - 1)))
        }
        return shapes
    }

    private static func executions(_ reader: inout ByteReader) -> [Execution] {
        let count = reader.count()
        var number = reader.signed()
        var last: Int64 = 0
        var found: [Execution] = []
        found.reserveCapacity(count)
        for _ in 0..<count where !reader.isBroken {
            let marks = reader.byte()
            var execution = Execution()
            if marks & hasHead == 0 {
                execution.hash = reader.fixed()
            } else {
                var head = ExecutionTable.Head(hash: 0, number: number)
                if marks & hasName != 0 {
                    let name = ExecutionName.read(&reader)
                    execution.name = name
                    head.hash = TextHash.hash(name.span, 0, name.count)
                    number &+= 1
                } else {
                    head.hash = reader.fixed()
                    head.number = reader.signed()
                }
                execution.hash = head.hash
                head.meaning = reader.byte()
                let unit: Int64 = marks & isWhole != 0 ? 1_000_000 : 1
                head.first = last &+ reader.signed() &* unit
                head.last = marks & isSingle != 0 ? head.first : head.first &+ reader.signed() &* unit
                last = head.first
                if marks & isOpen != 0 {
                    head.agents = Int32(truncatingIfNeeded: reader.number())
                    head.tools = Int32(truncatingIfNeeded: reader.number())
                    head.humans = Int32(truncatingIfNeeded: reader.number())
                }
                execution.head = head
            }
            found.append(execution)
        }
        return found
    }

    private static func tasks(_ reader: inout ByteReader) -> [Task] {
        let count = reader.count()
        var tasks: [Task] = []
        tasks.reserveCapacity(count)
        for _ in 0..<count where !reader.isBroken {
            let hasFeature = reader.byte() != 0
            tasks.append(Task(hash: reader.fixed(), feature: hasFeature ? reader.fixed() : 0))
        }
        return tasks
    }

    @inline(__always)
    private static func readFields(_ reader: inout ByteReader, _ shape: Shape, _ cell: inout CellRow.Cell) {
        cell.fields.removeAll(keepingCapacity: true)
        cell.sides.removeAll(keepingCapacity: true)
        var rest = shape.mask
        var duration: Int64 = 0
        while rest != 0 {
            let field = rest.trailingZeroBitCount
            var value: Int64 = 1
            if field == Field.latencySum && shape.marks & ShapeTable.sameLatency != 0 {
                value = duration
            } else if shape.ones >> UInt64(field) & 1 == 0 {
                value = Field.value(field, &reader)
            }
            cell.fields.append((field, value))
            if field == Field.durationSum {
                duration = value
                if shape.marks & ShapeTable.oneDuration != 0 {
                    cell.sides.append((Side.duration, Sketch.bucket(value), 1))
                    cell.fields.append((Field.durationMinimum, value &+ 1))
                    cell.fields.append((Field.durationMaximum, value &+ 1))
                }
            } else if field == Field.latencySum, shape.marks & ShapeTable.oneLatency != 0 {
                cell.sides.append((Side.latency, Sketch.bucket(value), 1))
                cell.fields.append((Field.latencyMinimum, value &+ 1))
                cell.fields.append((Field.latencyMaximum, value &+ 1))
            }
            rest &= rest &- 1
        }
        if shape.marks & ShapeTable.hasSides == 0 { return }
        for _ in 0..<reader.count() where !reader.isBroken {
            let kind = reader.byte(), item = reader.number()
            if kind >= Side.execution || item > UInt64(LevelTable.mostItem) { reader.isBroken = true }
            cell.sides.append((kind, item, reader.signed()))
        }
    }
}
