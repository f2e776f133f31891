/// Finds what somebody may have meant by a mistyped word.
public enum Suggestion {
    /// The nearest of `words`, when it is near enough to be worth telling: a third of the letters at most differ.
    public static func nearest(to word: String, among words: [String]) -> String? {
        let wanted = Array(word.lowercased().utf8.prefix(64))
        var best: (word: String, distance: Int)?
        for candidate in words {
            let distance = distance(wanted, Array(candidate.lowercased().utf8.prefix(64)))
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        guard let best, best.distance <= max(1, min(wanted.count, best.word.utf8.count) / 3 + (wanted.count > 3 ? 1 : 0)) else { return nil }
        return best.word
    }

    /// `did you mean "x"?`, else all words there are.
    public static func sentence(for word: String, among words: [String]) -> String {
        if let near = nearest(to: word, among: words) { return "did you mean \"\(near)\"?" }
        return "it can be " + list(words)
    }

    /// `a, b or c`.
    public static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }

    /// How many letters must be put in, taken out, replaced or swapped with their neighbour.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var next = [row + 1]
            for column in 0..<right.count {
                var cost = min(last[column + 1] + 1, next[column] + 1, last[column] + (left[row] == right[column] ? 0 : 1))
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                next.append(cost)
            }
            beforeLast = last
            last = next
        }
        return last[right.count]
    }
}
