internal import EventailEvents
internal import EventailSystem

/// What a tailer that has ended leaves to the next one of the same process: its open files, which may have no name any more, and which files it followed.
///
/// *Owns* a share of the descriptors. *Limits*: as many as the tailer had open.
public struct TailHandover: Sendable {
    struct OpenFile: Sendable {
        let descriptor: Descriptor
        let reference: FileReference
        let glance: FileGlance
        let size: Int64
        /// Where it begins, of a file of which nothing was delivered.
        let start: FileCheckpoint?
    }

    let files: [FileIdentity: OpenFile]
    /// What was followed: a file there is no newcomer that may be begun at its end.
    let ground: FileFinder
}
