/// One line, and what its profile must find in it: the built-in profiles' promises, one or more for every type.
///
/// `told` is type, meaning, accounting, status, severity and priority, then the roles in the order of `Role` (the time is not among them).
struct FamilySample: Sendable, CustomStringConvertible {
    enum Family: String, CaseIterable, Sendable { case superagent, aladdin, auren, outcome, eremos, generic }

    let family: Family
    let line: String
    let told: String

    init(_ family: Family, _ line: String, _ told: String) {
        self.family = family
        self.line = line
        self.told = told
    }

    var description: String { "\(family): \(line)" }
}
