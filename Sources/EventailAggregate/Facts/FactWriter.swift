internal import EventailEvents

/// What was folded and not yet sealed: a fact for each event or part, written once, one behind the other, in the form that the state keeps.
///
/// A fact that is open is a few numbers that are added to (`add`, `observe`, `addSide`); `close` writes all open facts. Only dictionaries are looked into:
/// of shapes, executions and tasks. `chunk` makes a chunk of it (`FactChunk` tells its form). *Owns* its bytes. *Thread*: the engine's.
/// *Limits*: `isFull` after `mostFacts`; its owner seals it then.
struct FactWriter: ~Copyable {
    static let mostFacts = 65_536
    /// Numbers of an open fact's fields.
    private static let stride = 48
    private static let mostKept = 4 << 20

    private var arena = ByteArena(capacity: 65_536)
    /// What the newest events added; noted here because here it is known.
    var contributions = ContributionRing(capacity: 1)
    private(set) var count = 0
    private var firstSecond = Int64.max
    private var lastSecond = Int64.min
    private var previousSecond: Int64 = 0
    /// The second that the first fact's offset is from.
    private var base: Int64 = 0

    // Open facts.
    struct Open: BitwiseCopyable {
        var second: Int64
        var dimensions: UInt64
        var execution: UInt64
        /// Where the execution's head lies; negative when that is not known.
        var place: Int
        var task: UInt64
        var feature: UInt64
        var mask: UInt64
        var marks: UInt64
    }
    private var open = Column<Open>()
    private var values = Column<Int64>(repeating: 0, count: FactWriter.stride)
    struct OpenSide: BitwiseCopyable {
        var fact: Int
        var kind: UInt8
        var item: UInt64
        var value: Int64
    }
    private var sides = Column<OpenSide>()

    // Dictionaries of the chunk.
    private var shapes = ShapeTable()
    /// Counts chunks, so that an execution's head knows whether its number is this chunk's.
    private var serial: UInt32 = 1
    struct Named: BitwiseCopyable {
        var hash: UInt64
        /// Where the head lies; negative when there is none at hand.
        var place: Int
    }
    private var executions = Column<Named>()
    private var strangers: [UInt64: Int] = [:]
    private var names = ByteArena(capacity: 4096)
    /// The number of the first execution that has its name here.
    private var firstNumber: Int64 = 0
    struct Task: BitwiseCopyable {
        var hash: UInt64
        var feature: UInt64
    }
    private var tasks = Column<Task>()
    private var taskIndex = HashIndex()

    init() {}

    var isEmpty: Bool { count == 0 && executions.isEmpty }
    var isFull: Bool { count >= Self.mostFacts }

    // MARK: open facts

    /// Opens a fact; its number is good until `close`.
    @inline(__always)
    mutating func cell(_ second: Int64, _ dimensions: UInt64, _ execution: UInt64, place: Int = -1) -> Int {
        open.append(Open(second: second, dimensions: dimensions, execution: execution, place: place, task: 0, feature: 0, mask: 0, marks: 0))
        if values.count < open.count * Self.stride { values.stretch(to: open.count * Self.stride, filling: 0) }
        return open.count - 1
    }

    @inline(__always)
    mutating func add(_ fact: Int, _ field: Int, _ amount: Int64) {
        let at = fact * Self.stride + field
        values[at] = values[at].addingSaturated(amount)
        open[fact].mask |= 1 &<< UInt64(field)
    }

    @inline(__always)
    mutating func merge(_ fact: Int, _ field: Int, _ amount: Int64) {
        let at = fact * Self.stride + field
        values[at] = Field.merge(field, values[at], amount)
        open[fact].mask |= 1 &<< UInt64(field)
    }

    /// Adds one duration to its count, sum, extremes and buckets.
    @inline(__always)
    mutating func observe(duration nanoseconds: Int64, _ fact: Int) {
        observe(
            fact, Field.durationCount, Field.durationSum, Field.durationMinimum, Field.durationMaximum, Side.duration, ShapeTable.oneDuration, nanoseconds)
    }
    @inline(__always)
    mutating func observe(latency nanoseconds: Int64, _ fact: Int) {
        observe(fact, Field.latencyCount, Field.latencySum, Field.latencyMinimum, Field.latencyMaximum, Side.latency, ShapeTable.oneLatency, nanoseconds)
    }

    @inline(__always)
    private mutating func observe(
        _ fact: Int, _ count: Int, _ sum: Int, _ minimum: Int, _ maximum: Int, _ sketch: UInt8, _ one: UInt64, _ nanoseconds: Int64
    ) {
        let isFirst = open[fact].mask >> UInt64(count) & 1 == 0
        if !isFirst && open[fact].marks & one != 0 {
            // What followed from the sum no longer does.
            open[fact].marks &= ~one
            let before = values[fact * Self.stride + sum]
            merge(fact, minimum, before + 1)
            merge(fact, maximum, before + 1)
            addSide(fact, sketch, Sketch.bucket(before), 1)
        }
        add(fact, count, 1)
        add(fact, sum, nanoseconds)
        if isFirst {
            open[fact].marks |= one
        } else {
            merge(fact, minimum, nanoseconds + 1)
            merge(fact, maximum, nanoseconds + 1)
            addSide(fact, sketch, Sketch.bucket(nanoseconds), 1)
        }
    }

    @inline(__always)
    mutating func addSide(_ fact: Int, _ kind: UInt8, _ item: UInt64, _ value: Int64) { sides.append(OpenSide(fact: fact, kind: kind, item: item, value: value)) }

    /// Says which task a fact is of, and that task's feature when it is known.
    @inline(__always)
    mutating func set(task: UInt64, feature: UInt64, _ fact: Int) {
        open[fact].task = task
        open[fact].feature = feature
    }

    /// Notes an execution that was never seen before; numbers come without gaps.
    mutating func name(_ number: Int64, _ text: Span<UInt8>, _ start: Int, _ length: Int) {
        if names.count == 0 { firstNumber = number }
        ExecutionName.write(text, start, length, to: &names)
    }

    // MARK: writing

    /// Writes the open facts.
    @inline(__always)
    mutating func close(_ heads: inout ExecutionTable) {
        for fact in 0..<open.count { write(fact, &heads) }
        open.removeAll()
        if !sides.isEmpty { sides.removeAll() }
    }

    private mutating func write(_ fact: Int, _ heads: inout ExecutionTable) {
        let head = open[fact]
        let from = fact * Self.stride
        var mask: UInt64 = 0, ones: UInt64 = 0, rest = head.mask
        while rest != 0 {
            let value = values[from + rest.trailingZeroBitCount]
            let bit = rest & (0 &- rest)
            mask |= value != 0 ? bit : 0
            ones |= value == 1 ? bit : 0
            rest &= rest &- 1
        }
        contributions.add(values, from, mask, ones)
        var marks = head.marks
        // A sum of 0 is told, because all else of the duration follows from it.
        if marks & ShapeTable.oneDuration != 0 { mask |= 1 &<< UInt64(Field.durationSum) }
        if marks & ShapeTable.oneLatency != 0 { mask |= 1 &<< UInt64(Field.latencySum) }
        var told = mask & ~ones
        if marks & (ShapeTable.oneDuration | ShapeTable.oneLatency) == ShapeTable.oneDuration | ShapeTable.oneLatency,
            values[from + Field.durationSum] == values[from + Field.latencySum] {
            marks |= ShapeTable.sameLatency
            told &= ~(1 &<< UInt64(Field.latencySum))
            ones &= ~(1 &<< UInt64(Field.latencySum))
        }
        var sideCount = 0
        if !sides.isEmpty { for side in 0..<sides.count where sides[side].fact == fact { sideCount += 1 } }
        if sideCount > 0 { marks |= ShapeTable.hasSides }
        if mask != 0 || sideCount > 0 {
            if head.execution != 0 { marks |= ShapeTable.hasExecution }
            if head.task != 0 { marks |= ShapeTable.hasTask }
            arena.reserve(CellRow.mostCell + CellRow.mostSide * (sideCount + 1))
            arena.number(UInt64(shapes.number(head.dimensions, mask << ShapeTable.markBits | marks, ones)))
            firstSecond = min(firstSecond, head.second)
            lastSecond = max(lastSecond, head.second)
            if count == 0 {
                previousSecond = head.second
                base = head.second
            }
            arena.signed(head.second &- previousSecond)
            previousSecond = head.second
            if head.execution != 0 { arena.number(number(of: head, &heads)) }
            if head.task != 0 { arena.number(number(ofTask: head)) }
            while told != 0 {
                let field = told.trailingZeroBitCount
                Field.write(values[from + field], field, to: &arena)
                told &= told &- 1
            }
            if sideCount > 0 { write(sidesOf: fact, sideCount) }
            count += 1
        }
        rest = head.mask
        while rest != 0 {
            values[from + rest.trailingZeroBitCount] = 0
            rest &= rest &- 1
        }
    }

    private mutating func write(sidesOf fact: Int, _ sideCount: Int) {
        arena.number(UInt64(sideCount))
        for number in 0..<sides.count where sides[number].fact == fact {
            arena.byte(sides[number].kind)
            arena.number(sides[number].item)
            arena.signed(sides[number].value)
        }
    }

    /// An execution's number in the chunk plus one; 0 for the next new one.
    @inline(__always)
    private mutating func number(of fact: Open, _ heads: inout ExecutionTable) -> UInt64 {
        let found = fact.place >= 0 ? fact.place : heads.find(fact.execution) ?? -1
        if found >= 0 {
            if heads[found].chunk == serial { return UInt64(heads[found].place) + 1 }
            heads[found].chunk = serial
            heads[found].place = UInt32(truncatingIfNeeded: executions.count)
        } else {
            if let known = strangers[fact.execution] { return UInt64(known) + 1 }
            strangers[fact.execution] = executions.count
        }
        executions.append(Named(hash: fact.execution, place: found))
        return 0
    }

    @inline(__always)
    private mutating func number(ofTask fact: Open) -> UInt64 {
        let hash = TextHash.spread(fact.task)
        if let known = taskIndex.find(hash, { tasks[$0].hash == fact.task }) {
            if fact.feature != 0 { tasks[known].feature = fact.feature }
            return UInt64(known) + 1
        }
        taskIndex.insert(hash, tasks.count)
        tasks.append(Task(hash: fact.task, feature: fact.feature))
        return 0
    }

    // MARK: sealing

    /// What was written as a chunk. The writer goes on with it: `removeAll` begins another.
    func chunk(_ heads: borrowing ExecutionTable) -> FactChunk {
        var head = ByteArena(capacity: 65_536 + executions.count * 40)
        head.reserve(80)
        head.number(UInt64(count))
        head.signed(base)
        head.signed(firstSecond)
        head.signed(lastSecond)
        head.number(UInt64(shapes.count))
        for number in 0..<shapes.count {
            let shape = shapes.shapes[number]
            head.reserve(80)
            head.dimensions(shape.dimensions)
            head.number(shape.mask)
            head.number(shape.ones)
        }
        head.reserve(40)
        head.number(UInt64(executions.count))
        head.signed(firstNumber)
        var nameAt = 0, last: Int64 = 0
        for number in 0..<executions.count {
            let execution = executions[number]
            head.reserve(128)
            guard execution.place >= 0 else {
                head.byte(0)
                head.fixed(execution.hash)
                continue
            }
            let found = heads[execution.place]
            let isNamed = names.count > 0 && found.number >= firstNumber
            let isOpen = found.agents != 0 || found.tools != 0 || found.humans != 0
            let isWhole = found.first % 1_000_000 == 0 && found.last % 1_000_000 == 0 && last % 1_000_000 == 0
            head.byte(
                FactChunk.hasHead | (isNamed ? FactChunk.hasName : 0) | (found.first == found.last ? FactChunk.isSingle : 0)
                    | (isOpen ? FactChunk.isOpen : 0) | (isWhole ? FactChunk.isWhole : 0))
            if isNamed {
                let length = ExecutionName.length(names, nameAt)
                head.append(names, nameAt, length)
                nameAt += length
                head.reserve(96)
            } else {
                head.fixed(execution.hash)
                head.signed(found.number)
            }
            head.byte(found.meaning)
            let unit: Int64 = isWhole ? 1_000_000 : 1
            head.signed((found.first &- last) / unit)
            if found.first != found.last { head.signed((found.last &- found.first) / unit) }
            last = found.first
            if isOpen {
                head.number(UInt64(found.agents))
                head.number(UInt64(found.tools))
                head.number(UInt64(found.humans))
            }
        }
        head.reserve(10)
        head.number(UInt64(tasks.count))
        for number in 0..<tasks.count {
            head.reserve(20)
            head.byte(tasks[number].feature == 0 ? 0 : 1)
            head.fixed(tasks[number].hash)
            if tasks[number].feature != 0 { head.fixed(tasks[number].feature) }
        }
        return FactChunk(number: 0, facts: count, first: firstSecond, last: lastSecond, bytes: ByteArena.joined(head, arena))
    }

    /// Begins another chunk.
    mutating func removeAll() {
        arena.removeAll(keeping: Self.mostKept)
        count = 0
        firstSecond = .max
        lastSecond = .min
        open.removeAll()
        sides.removeAll()
        shapes.removeAll()
        serial &+= 1
        executions.removeAll(keeping: 1 << 16)
        strangers = [:]
        names.removeAll(keeping: 1 << 20)
        tasks.removeAll(keeping: 1 << 16)
        taskIndex.removeAll()
    }

    /// Forgets also what is open.
    mutating func forget() {
        values.fill(0)
        removeAll()
    }
}
