/// What an `Accept` header says of media types (RFC 9110, section 12.5.1).
///
/// Parameters but `q` are not compared: each type is offered in one version.
struct AcceptedTypes {
    private var ranges: [(type: Substring, quality: Double)] = []

    /// Without a header everything is accepted.
    init(_ header: String?) {
        for range in (header ?? "*/*").split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.trimmed.lowercased() }
            guard let type = parts.first else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            ranges.append((Substring(type), quality))
        }
    }

    /// The offered type that is wanted most; among equals the one that was named, else the first. The first too when none is wanted, since a
    /// scraper has more of that than of an error.
    func preferred(of offered: [String]) -> String {
        var best = (type: offered[0], quality: 0.0, precision: 0)
        for type in offered {
            let (quality, precision) = judge(type)
            if quality > best.quality || (quality == best.quality && quality > 0 && precision > best.precision) { best = (type, quality, precision) }
        }
        return best.type
    }

    /// The quality of the most precise range that holds the type, and how precise that is.
    private func judge(_ type: String) -> (quality: Double, precision: Int) {
        let family = type.prefix { $0 != "/" } + "/*"
        for (precision, wanted) in [(2, Substring(type)), (1, family), (0, "*/*")] {
            if let quality = ranges.filter({ $0.type == wanted }).map(\.quality).max() { return (quality, precision) }
        }
        return (0, 0)
    }
}
