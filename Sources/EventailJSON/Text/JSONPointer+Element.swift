extension JSONPointer {
    /// One step as it is written in a pointer.
    public static func escaped(_ step: String) -> String {
        if !step.utf8.contains(where: { $0 == 0x7E || $0 == 0x2F }) { return step }
        var bytes: [UInt8] = []
        for byte in step.utf8 {
            switch byte {
            case 0x7E: bytes += [0x7E, 0x30]
            case 0x2F: bytes += [0x7E, 0x31]
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Element {
    /// The value at a pointer below this one; nil when there is none.
    public subscript(pointer: JSONPointer) -> Element? { pointer.find(from: self) }

    /// The member of that name or the item at that position.
    func child(_ step: String) -> Element? { JSONPointer(steps: [step]).find(from: self) }
}
