/// Files that wait for their turn, first come, first served.
struct TurnQueue {
    private var files: [TailedFile] = []
    private var head = 0

    var isEmpty: Bool { head == files.count }

    mutating func append(_ file: TailedFile) { files.append(file) }

    mutating func popFirst() -> TailedFile? {
        if isEmpty { return nil }
        let file = files[head]
        head += 1
        // What was taken is let go when it is most of the room.
        if head > 64 && head * 2 > files.count {
            files.removeFirst(head)
            head = 0
        }
        return file
    }
}
