/// Which profiles may read a source's lines.
public enum ProfileChoice: Sendable, Equatable {
    /// Each line by the first profile that recognises it.
    case auto
    /// Always this one, by name or path.
    case named(String)
    /// Like `auto`, among these only, in this order.
    case list([String])
}

/// What becomes of a line whose type its profile does not know.
public enum UnknownTypes: Sendable, Equatable {
    /// What the profile says: mostly a dead letter.
    case reject
    /// It counts as a note.
    case pass
}
