internal import EventailAggregate
internal import EventailStore
internal import EventailSystem

/// A request that cannot be answered as asked: becomes problem details.
struct ParameterError: Error {
    let response: Response

    init(_ detail: String, status: Int = 400) { response = .problem(status, detail) }

    init(_ error: StoreError) {
        response = .problem(503, "history cannot be read: \(error.description)", headers: [("Retry-After", "1")])
    }

    init(_ error: MetricsQueryError) {
        if case .state = error {
            response = .problem(503, error.description, headers: [("Retry-After", "1")])
        } else {
            response = .problem(400, error.description)
        }
    }
}

extension Route {
    /// An endpoint that may refuse its parameters.
    static func get(
        _ pattern: String, parameters: [String] = [], on place: Place = .query, for access: Access = .whole,
        answer: @escaping @Sendable (Request) throws(ParameterError) -> Response
    ) -> Route {
        Route("GET", pattern, parameters: parameters, on: place, for: access) { request in
            do throws(ParameterError) { return try answer(request) } catch { return error.response }
        }
    }
}

extension Request {
    /// A whole number between bounds.
    func number(_ name: String, in range: ClosedRange<Int>, default value: Int) throws(ParameterError) -> Int {
        guard let text = parameters[name] else { return value }
        guard let number = Int(text), range.contains(number) else {
            throw ParameterError("\(name)=\(text): give a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// One of some words, nil when absent.
    func word<Word: RawRepresentable & CaseIterable>(_ name: String, _ type: Word.Type) throws(ParameterError) -> Word?
    where Word.RawValue == String {
        guard let text = parameters[name] else { return nil }
        guard let word = Word(rawValue: text) else {
            throw ParameterError("\(name)=\(text): give one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return word
    }

    /// A point in time: RFC 3339 or Unix seconds, milliseconds, microseconds or nanoseconds.
    func time(_ name: String) throws(ParameterError) -> Timestamp? {
        guard let text = parameters[name] else { return nil }
        if let time = Self.time(text) { return time }
        throw ParameterError("\(name)=\(text): give a time such as 2026-11-21T06:30:00Z (a + in it is written %2B) or Unix seconds")
    }

    static func time(_ text: String) -> Timestamp? {
        // A plus sign that was not percent-encoded arrives as a space.
        if let time = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text.replacing(" ", with: "+")) { return time }
        guard let number = Double(text), number >= 0, number < 9e18 else { return nil }
        let scale: Double = number < 1e11 ? 1e9 : number < 1e14 ? 1e6 : number < 1e17 ? 1e3 : 1
        if number * scale >= 9.2e18 { return nil }
        if let whole = Int64(text) { return Timestamp(nanoseconds: whole * Int64(scale)) }
        return Timestamp(nanoseconds: Int64(number * scale))
    }

    func isTrue(_ name: String) throws(ParameterError) -> Bool {
        switch parameters[name] {
        case nil, "false", "0": return false
        case "true", "1": return true
        case .some(let text): throw ParameterError("\(name)=\(text): give true or false")
        }
    }
}
