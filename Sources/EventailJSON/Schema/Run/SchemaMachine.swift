/// Runs one program over one document: the inner loop of validation.
///
/// Four words, passed by value; nothing here counts references or allocates, except for marks wider than any before.
/// A node is decided by its two type masks where that is enough, else by its checks, its dispatch and its steps, in that order.
@safe struct SchemaMachine {
    let tables: UnsafePointer<ProgramTables>
    let document: Document
    let state: UnsafeMutablePointer<MachineMemory>

    /// No marks are wanted.
    static let unmarked = -1

    @inline(__always) var program: ProgramTables { unsafe tables.pointee }
    @inline(__always) var memory: MachineMemory {
        unsafeAddress { unsafe UnsafePointer(state) }
        nonmutating unsafeMutableAddress { unsafe state }
    }

    @inline(__always) func type(_ at: Int) -> ValueTypes { program.typeOfTag[Int(document.tag(at).rawValue)] }

    /// Whether the value at `at` keeps the node. `marks`: where to note evaluated members and items of this value.
    @inline(__always) func accepts(_ index: Int32, _ at: Int, _ marks: Int = unmarked) -> Bool {
        if index < 0 { return index == NodeIndex.anything }
        let type = type(at)
        let allowed = program.nodes[index].allowed, deeper = program.nodes[index].deeper
        if allowed.rawValue & type.rawValue == 0 { return false }
        if deeper.rawValue & type.rawValue == 0 { return true }
        return acceptsDeeper(index, at, type, marks)
    }

    private func acceptsDeeper(_ index: Int32, _ at: Int, _ type: ValueTypes, _ marks: Int) -> Bool {
        memory.frames += 1
        if memory.frames > MachineMemory.maximumFrames {
            memory.limit = .frames
            memory.frames -= 1
            return false
        }
        let accepted = program.nodes[index].needsFrame ? acceptsInFrame(index, at, type, marks) : acceptsBody(index, at, type, marks)
        memory.frames -= 1
        return accepted
    }

    @inline(__always) private func acceptsBody(_ index: Int32, _ at: Int, _ type: ValueTypes, _ marks: Int) -> Bool {
        let node = program.nodes[index]
        if type == .object {
            var decided = -1
            if node.object >= 0, !object(node.object, at, marks, &decided) { return false }
            if node.dispatch >= 0, !dispatch(node.dispatch, decided, at, marks) { return false }
        } else if type == .string {
            if node.string >= 0, !string(node.string, at) { return false }
        } else if type == .array {
            if node.array >= 0, !array(node.array, at, marks) { return false }
        } else if ValueTypes.numbers.contains(type) {
            if node.wholeOnly, type == .number, !document.isWhole(at) { return false }
            if node.number >= 0, !number(node.number, at) { return false }
        }
        if node.stepCount == 0 { return true }
        return steps(node.firstStep, node.stepCount, at, type, marks)
    }

    // MARK: frames: marks of one's own, dynamic scope

    private func acceptsInFrame(_ index: Int32, _ at: Int, _ type: ValueTypes, _ marks: Int) -> Bool {
        let top = memory.top, scopes = memory.scopeCount
        defer { memory.top = top; memory.scopeCount = scopes }
        let node = program.nodes[index]
        if program.usesDynamicScope { memory.enter(resource: node.resource) }
        let tracks = type == .object ? node.tracksProperties : type == .array ? node.tracksItems : false
        if !tracks { return acceptsBody(index, at, type, marks) }

        let count = document.count(at)
        let words = (count + 63) >> 6
        let own = memory.allocate(words)
        if !acceptsBody(index, at, type, own) { return false }
        let rest = type == .object ? node.unevaluatedProperties : node.unevaluatedItems
        if rest != NodeIndex.anything, !unmarkedAccepted(rest, at, type, own) { return false }
        // What is left was evaluated by the keyword itself.
        if marks != Self.unmarked { for position in 0..<count { memory.mark(marks, position) } }
        return true
    }

    /// Runs a node but for its `unevaluated…`, leaving marks; to find what they refuse.
    func acceptsWithMarks(_ index: Int32, _ at: Int, _ marks: Int) -> Bool { acceptsBody(index, at, type(at), marks) }

    private func unmarkedAccepted(_ node: Int32, _ at: Int, _ type: ValueTypes, _ marks: Int) -> Bool {
        let end = document.after(at) - 1
        var place = at + 1
        var position = 0
        while place < end {
            if type == .object { place += 1 }
            if !memory.isMarked(marks, position), !accepts(node, place) { return false }
            place = document.after(place)
            position += 1
        }
        return true
    }

    // MARK: steps

    /// Whether the value at `at` keeps one step of a node.
    func accepts(step index: Int32, _ at: Int) -> Bool { steps(index, 1, at, type(at), Self.unmarked) }

    private func steps(_ first: Int32, _ count: Int32, _ at: Int, _ type: ValueTypes, _ marks: Int) -> Bool {
        for index in first..<first + count {
            let step = program.steps[index]
            if step.types.rawValue & type.rawValue == 0 { continue }
            let accepted =
                switch step.kind {
                case Step.call: accepts(step.first, at, marks)
                case Step.anyOf: anyOf(step, at, type, marks)
                case Step.condition: condition(step, at, type, marks)
                case Step.not: !accepts(step.first, at)
                case Step.oneOf: oneOf(step, at, type, marks)
                case Step.constants: constants(step.first, at)
                default: accepts(dynamicTarget(step.first), at, marks)
                }
            if !accepted { return false }
        }
        return true
    }

    private func anyOf(_ step: Step, _ at: Int, _ type: ValueTypes, _ marks: Int) -> Bool {
        var found = false
        for index in step.first..<step.first + step.second {
            // A branch that fails must leave no marks, and one that is enough must not hide the marks of others.
            if marks != Self.unmarked { found = acceptsBranch(program.lists[index], at, type, marks) || found; continue }
            if accepts(program.lists[index], at) { return true }
        }
        return found
    }

    private func oneOf(_ step: Step, _ at: Int, _ type: ValueTypes, _ marks: Int) -> Bool {
        var found = 0
        for index in step.first..<step.first + step.second where acceptsBranch(program.lists[index], at, type, marks) {
            found += 1
            if found > 1 { return false }
        }
        return found == 1
    }

    private func condition(_ step: Step, _ at: Int, _ type: ValueTypes, _ marks: Int) -> Bool {
        accepts(acceptsBranch(step.first, at, type, marks) ? step.second : step.third, at, marks)
    }

    /// Like `accepts`, but a refusal leaves no marks.
    @inline(__always) private func acceptsBranch(_ node: Int32, _ at: Int, _ type: ValueTypes, _ marks: Int) -> Bool {
        if marks == Self.unmarked || type != .object && type != .array { return accepts(node, at) }
        return acceptsMarkedBranch(node, at, marks)
    }

    private func acceptsMarkedBranch(_ node: Int32, _ at: Int, _ marks: Int) -> Bool {
        let top = memory.top
        defer { memory.top = top }
        let words = (document.count(at) + 63) >> 6
        let own = memory.allocate(words)
        if !accepts(node, at, own) { return false }
        memory.merge(own, into: marks, words: words)
        return true
    }

    private func constants(_ index: Int32, _ at: Int) -> Bool {
        let check = program.constantChecks[index]
        for index in check.first..<check.first + check.count {
            let constant = program.constants[index]
            if document.equals(at, program.documents[constant.document].document, Int(constant.index)) { return true }
        }
        return false
    }

    /// The outermost schema resource on the way here that has the anchor decides (core 8.2.3.2).
    func dynamicTarget(_ index: Int32) -> Int32 {
        let reference = program.dynamics[index]
        for scope in 0..<memory.scopeCount {
            let resource = memory.scope(scope)
            for target in reference.firstTarget..<reference.firstTarget + reference.targetCount
            where program.targets[target].resource == resource { return program.targets[target].node }
        }
        return reference.otherwise
    }
}
