extension SchemaMachine {
    // MARK: objects

    /// One pass over the members: names, values, what is required, what others depend on. `decided` is the member that a dispatch asks for.
    @inline(__always)
    func object(_ index: Int32, _ at: Int, _ marks: Int, _ decided: inout Int) -> Bool {
        let check = program.objects[index]
        return check.simple && marks == Self.unmarked ? simpleObject(index, at, &decided) : fullObject(check, at, marks, &decided)
    }

    private func simpleObject(_ index: Int32, _ at: Int, _ decided: inout Int) -> Bool {
        let table = program.objects[index].table
        let required = program.objects[index].required
        let onlyRequired = program.objects[index].onlyRequired
        let end = document.after(at) - 1
        var member = at + 1
        var seen: UInt64 = 0
        while member < end {
            let value = member + 1
            let place = find(table, member)
            if place >= 0 {
                let node = program.slots[place].node
                seen |= program.slots[place].bit
                if onlyRequired, seen == required { return true }
                if program.slots[place].flags & KeySlot.decides != 0 { decided = value }
                if node != NodeIndex.anything, !accepts(node, value) { return false }
            }
            member = document.after(value)
        }
        return seen & required == required
    }

    private func fullObject(_ check: ObjectCheck, _ at: Int, _ marks: Int, _ decided: inout Int) -> Bool {
        let end = document.after(at) - 1
        var member = at + 1
        var seen: UInt64 = 0
        var count: Int32 = 0
        while member < end {
            let value = member + 1
            var evaluated = false
            let place = check.table.count > 0 ? find(check.table, member) : -1
            if place >= 0 {
                let slot = program.slots[place]
                seen |= slot.bit
                if slot.flags & KeySlot.decides != 0 { decided = value }
                if slot.flags & KeySlot.isProperty != 0 {
                    evaluated = true
                    if !accepts(slot.node, value) { return false }
                }
            }
            for index in check.firstPattern..<check.firstPattern + check.patternCount {
                let pattern = program.patterns[index]
                if !matches(pattern.expression, member) { continue }
                evaluated = true
                if !accepts(pattern.node, value) { return false }
            }
            if !evaluated, check.additionalIsSaid {
                evaluated = true
                if !accepts(check.additional, value) { return false }
            }
            if evaluated, marks != Self.unmarked { memory.mark(marks, Int(count)) }
            if check.names != NodeIndex.anything, !accepts(check.names, member) { return false }
            count += 1
            member = document.after(value)
        }
        if seen & check.required != check.required || count < check.minimum || count > check.maximum { return false }
        for index in check.firstDependent..<check.firstDependent + check.dependentCount {
            let dependent = program.dependents[index]
            if seen & dependent.bit == 0 { continue }
            if seen & dependent.required != dependent.required || !accepts(dependent.node, at, marks) { return false }
        }
        return true
    }

    /// The slot of the string at `at` in a table, or -1.
    @inline(__always) func find(_ table: KeyTable, _ at: Int) -> Int {
        let text = unsafe document.utf8(at)
        let start = text.baseAddress!
        let words = unsafe KeyWords(start, text.count)
        var place = KeyTable.place(words.hash(table.multiplier), table.mask)
        while true {
            let index = Int(table.first) + place
            let length = program.slots[index].length
            if length == words.length, program.slots[index].first == words.first, program.slots[index].last == words.last {
                if length <= 16 { return index }
                if unsafe sameBytes(start, program.bytes.address(program.slots[index].text), Int(length)) { return index }
            }
            if length == KeySlot.vacant { return -1 }
            place = (place + 1) & Int(table.mask)
        }
    }

    /// Whether bytes are the same; word by word, the rest by a last word that overlaps. For at least eight bytes.
    private func sameBytes(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        let left = unsafe UnsafeRawPointer(left), right = unsafe UnsafeRawPointer(right)
        var offset = 8
        while offset < count - 8 {
            if unsafe (left + offset).loadUnaligned(as: UInt64.self) != (right + offset).loadUnaligned(as: UInt64.self) { return false }
            offset += 8
        }
        return true
    }

    /// The schemas that the value of the deciding member calls for.
    func dispatch(_ index: Int32, _ decided: Int, _ at: Int, _ marks: Int) -> Bool {
        let dispatch = program.dispatches[index]
        var list = dispatch.otherwise
        if decided >= 0, document.tag(decided) == .string {
            let place = find(dispatch.table, decided)
            if place >= 0 { list = program.nodeLists[program.slots[place].node] }
        }
        for index in list.first..<list.first + list.count where !accepts(program.lists[index], at, marks) { return false }
        return true
    }

    // MARK: arrays

    func array(_ index: Int32, _ at: Int, _ marks: Int) -> Bool {
        let check = program.arrays[index]
        let end = document.after(at) - 1
        var item = at + 1
        var count: Int32 = 0
        var contained: Int32 = 0
        while item < end {
            let node = count < check.prefixCount ? program.lists[check.firstPrefix + count] : check.items
            if !accepts(node, item) { return false }
            if marks != Self.unmarked, count < check.prefixCount || check.itemsIsSaid { memory.mark(marks, Int(count)) }
            if check.hasContains, accepts(check.contains, item) {
                contained += 1
                if marks != Self.unmarked { memory.mark(marks, Int(count)) }
            }
            count += 1
            item = document.after(item)
        }
        if count < check.minimum || count > check.maximum { return false }
        if check.hasContains, contained < check.minimumContains || contained > check.maximumContains { return false }
        return !check.unique || isUnique(at, Int(count))
    }

    /// Whether no two items are equal: a hash set of item places in the marks' memory.
    private func isUnique(_ at: Int, _ count: Int) -> Bool {
        if count < 2 { return true }
        let top = memory.top
        defer { memory.top = top }
        var size = 4
        while size < count * 2 { size *= 2 }
        let set = memory.allocate(size * 2)
        var item = at + 1
        for _ in 0..<count {
            let hash = document.hash(item)
            var place = Int(truncatingIfNeeded: hash &>> 32) & (size - 1)
            while memory[set + place * 2] != 0 {
                if memory[set + place * 2 + 1] == hash, document.equals(item, document, Int(memory[set + place * 2])) { return false }
                place = (place + 1) & (size - 1)
            }
            memory[set + place * 2] = UInt64(item)
            memory[set + place * 2 + 1] = hash
            item = document.after(item)
        }
        return true
    }
}
