/// Operating trouble of the state folder: what happened to which file, and what its owner can do.
///
/// Nothing was changed when it is thrown: the same call may be made again.
public struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What the caller must do about it.
    public enum Kind: Sendable, Equatable {
        /// Try again later: there is no room.
        case full
        /// Try again later: another process is in the way.
        case locked
        /// Try again later: the disk or its driver failed.
        case io
        /// Stop: the state must be quarantined at the next start.
        case corrupt
        /// Stop: the folder is not ours to write.
        case denied
        /// Stop: a newer Eventail made this state.
        case newer
        /// Stop: an older Eventail made this state.
        case older
        /// Stop: a mistake in this program.
        case defect
    }

    public let kind: Kind
    public let file: String
    /// What failed, in words.
    public let reason: String

    public init(_ kind: Kind, file: String, reason: String) {
        self.kind = kind
        self.file = file
        self.reason = reason
    }

    /// Whether the same call may succeed later without anybody stopping the program.
    public var isTemporary: Bool { kind == .full || kind == .locked || kind == .io }

    /// What helps, one sentence without its full stop.
    public var remedy: String {
        switch kind {
        case .full: "make room on the file system of \(file); nothing is lost and writing goes on by itself"
        case .locked: "stop the other process, or give this one a state_dir of its own"
        case .io: "look at the kernel's log for the disk under \(file); writing is tried again"
        case .corrupt: "start again: the file is put aside as .broken and a new one is made"
        case .denied: "give this user the right to write \(file)"
        case .newer: "run the newer version again, or give this one a state_dir of its own"
        case .older:
            "run the older version again, or give this one a state_dir of its own: it then reads every file from its beginning, and sinks that know themselves what they "
                + "have get nothing twice"
        case .defect: "report it with this line"
        }
    }

    public var description: String { "\(file): \(reason); \(remedy)" }
}
