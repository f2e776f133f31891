/// A JSON Pointer (RFC 6901): the steps from a value to one within it.
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    public let steps: [String]

    public init(steps: [String]) { self.steps = steps }

    /// Reads `/a/b~1c`; nil when it neither is empty nor begins with a slash, or has a tilde before anything but 0 or 1.
    public init?(_ text: String) {
        var steps: [String] = []
        var step: [UInt8] = []
        var isFirst = true, afterTilde = false
        for byte in text.utf8 {
            if isFirst {
                guard byte == 0x2F else { return nil }
                isFirst = false
            } else if afterTilde {
                guard byte == 0x30 || byte == 0x31 else { return nil }
                step.append(byte == 0x30 ? 0x7E : 0x2F)
                afterTilde = false
            } else if byte == 0x2F {
                steps.append(String(decoding: step, as: UTF8.self))
                step.removeAll()
            } else if byte == 0x7E {
                afterTilde = true
            } else {
                step.append(byte)
            }
        }
        if afterTilde { return nil }
        if !isFirst { steps.append(String(decoding: step, as: UTF8.self)) }
        self.steps = steps
    }

    public var description: String {
        steps.map { "/" + Self.escaped($0) }.joined()
    }

    /// The index of an array's entry that a step means; nil when it can only be a key.
    static func index(_ step: String) -> Int? {
        guard step == "0" || (step.first != "0" && step.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int(step)
    }

    /// The value that the pointer leads to from `element`; nil when there is none. Slow; of equal keys the last counts.
    public func find(from element: Element) -> Element? {
        var at = element
        for step in steps {
            if at.isArray {
                let items = at.items
                guard let index = Self.index(step), index < items.count else { return nil }
                at = items[index]
            } else {
                guard let value = at[step] else { return nil }
                at = value
            }
        }
        return at
    }
}
