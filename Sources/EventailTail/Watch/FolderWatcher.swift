internal import CInotifyTools
internal import EventailSystem
internal import Synchronization

/// What happened in a watched folder: a hint where to look, never the truth.
enum FolderEvent {
    /// A file's content grew or changed.
    case modified(path: String)
    /// A name came, by creation or by the end of a move with this cookie (0: no move).
    case appeared(path: String, isFolder: Bool, cookie: UInt32)
    /// A name went, by deletion or by the start of a move with this cookie (0: no move).
    case vanished(path: String, isFolder: Bool, cookie: UInt32)
    /// Rights or the number of names changed.
    case attributes(path: String)
    /// The folder itself moved, went or was unmounted.
    case folderGone(path: String)
    /// Events were lost: everything must be looked at.
    case overflow
}

/// Watches folders through libinotifytools and says which ones nobody gets events of.
///
/// *Owns* the library, whose state is global: one watcher of a process has it, a second one only reports every folder as polled.
/// *Thread*: one. *Limits*: the kernel's watches and instances; what is refused is polled and tried again.
@safe final class FolderWatcher {
    /// In an epoll set; nil while there are no events at all.
    private(set) var descriptor: Int32?
    /// Folders without events and the reason.
    private(set) var polled: [String: String] = [:]

    private var watches: [FileGlance.Key: Watch] = [:]
    /// Paths by the library's watch number.
    private var paths: [Int32: [String]] = [:]
    private var keys: [String: FileGlance.Key] = [:]
    private var highest: Int32 = 0
    private var unavailable: String?
    private var hasLibrary = false

    private static let isTaken = Mutex(false)
    private static let mask =
        IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | Int32(IN_ONLYDIR)

    private struct Watch {
        let number: Int32
    }

    var watchedFolders: Int { paths.count }

    /// Takes the library if it is free; without it every folder is polled.
    init() {
        let isFree = Self.isTaken.withLock { taken in
            defer { taken = true }
            return !taken
        }
        if isFree { hasLibrary = true } else { unavailable = "another tailer of this process has the events" }
    }

    deinit {
        if !hasLibrary { return }
        if descriptor != nil {
            // The library remembers a half-read buffer beyond its end.
            while unsafe inotifytools_next_events(0, 1) != nil {}
            inotifytools_cleanup()
        }
        Self.isTaken.withLock { $0 = false }
    }

    /// Initialises the library, also after an earlier refusal; true when its descriptor is new.
    func start() -> Bool {
        if !hasLibrary || descriptor != nil { return false }
        do throws(SystemError) {
            let target = "anon_inode:inotify"
            let before = try FileSystem.descriptors(of: target)
            if inotifytools_initialize() == 0 {
                let code = inotifytools_error()
                unavailable = SystemError(code: code, operation: "inotify").description
                return false
            }
            let numbers = try FileSystem.descriptors(of: target).subtracting(before)
            // select(2), which the library uses, knows only numbers below 1024.
            guard let number = numbers.min(), number < 1024 else {
                unavailable = "the library's descriptor cannot be used"
                inotifytools_cleanup()
                return false
            }
            try Descriptor.set(closeOnExec: number)
            descriptor = number
            unavailable = nil
            return true
        } catch {
            unavailable = error.description
            return false
        }
    }

    /// Watches a folder, or remembers why it must be polled. Cheap when it is watched already.
    func watch(_ folder: String) {
        let glance: FileGlance
        do throws(SystemError) { glance = try FileGlance(at: folder) } catch {
            forget(folder)
            return
        }
        if let key = keys[folder] {
            if key == glance.key, watches[key] != nil { return }
            forget(folder)
        }
        if let unavailable {
            polled[folder] = unavailable
            return
        }
        do throws(SystemError) {
            if let kind = try FileSystem.remoteKind(at: folder) {
                polled[folder] = "\(kind) tells nothing of changes made elsewhere"
                return
            }
        } catch {
            polled[folder] = error.description
            return
        }
        if let known = watches[glance.key] {
            paths[known.number, default: []].append(folder)
            keys[folder] = glance.key
            polled[folder] = nil
            return
        }
        guard unsafe KernelText.with(folder, { unsafe inotifytools_watch_file($0, Self.mask) }) == 1 else {
            let code = inotifytools_error()
            polled[folder] = SystemError(code: code, operation: "inotify_add_watch").description
            return
        }
        guard let number = numberOfNewWatch(folder) else {
            polled[folder] = "the library does not say which watch this is"
            return
        }
        watches[glance.key] = Watch(number: number)
        paths[number] = [folder]
        keys[folder] = glance.key
        polled[folder] = nil
    }

    /// Stops watching all but these.
    func keep(_ folders: Set<String>) {
        for folder in Array(keys.keys) where !folders.contains(folder) { forget(folder) }
        for folder in Array(polled.keys) where !folders.contains(folder) { polled[folder] = nil }
    }

    /// Takes the events that have come so far, at most a turn's worth; false when more may wait.
    func drain(_ body: (FolderEvent) -> Void) -> Bool {
        if descriptor == nil { return true }
        for _ in 0..<4096 {
            guard let event = unsafe inotifytools_next_events(0, 1) else { return true }
            let mask = unsafe Int32(bitPattern: event.pointee.mask)
            let number = unsafe event.pointee.wd
            if number < 0 || mask & IN_Q_OVERFLOW != 0 {
                body(.overflow)
                continue
            }
            guard let folders = paths[number] else { continue }
            if mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT) != 0 {
                release(number, kernelHasIt: mask & IN_MOVE_SELF != 0)
                for folder in folders { body(.folderGone(path: folder)) }
                continue
            }
            if unsafe event.pointee.len == 0 { continue }
            let cookie = unsafe event.pointee.cookie
            let name = unsafe KernelText.text(UnsafeRawPointer(event).advanced(by: MemoryLayout<inotify_event>.size).assumingMemoryBound(to: CChar.self))
            let isFolder = mask & IN_ISDIR != 0
            for folder in folders {
                let path = Glob.Alternative.join(folder, name)
                if mask & IN_MODIFY != 0 {
                    body(.modified(path: path))
                } else if mask & (IN_CREATE | IN_MOVED_TO) != 0 {
                    body(.appeared(path: path, isFolder: isFolder, cookie: cookie))
                } else if mask & (IN_DELETE | IN_MOVED_FROM) != 0 {
                    body(.vanished(path: path, isFolder: isFolder, cookie: cookie))
                } else if mask & IN_ATTRIB != 0 {
                    body(.attributes(path: path))
                }
            }
        }
        return false
    }

    /// The kernel counts watch numbers up. The library finds one by path only if it never knew that path before, so the next number is asked about first.
    private func numberOfNewWatch(_ folder: String) -> Int32? {
        let name = folder.hasSuffix("/") ? folder : folder + "/"
        for candidate in [highest + 1, highest + 2] {
            if let known = unsafe inotifytools_filename_from_wd(candidate), unsafe KernelText.text(known) == name {
                highest = candidate
                return candidate
            }
        }
        let number = unsafe KernelText.with(name) { unsafe inotifytools_wd_from_filename($0) }
        if number <= 0 || paths[number] != nil { return nil }
        highest = max(highest, number)
        return number
    }

    private func forget(_ folder: String) {
        polled[folder] = nil
        guard let key = keys.removeValue(forKey: folder), let watch = watches[key] else { return }
        paths[watch.number]?.removeAll { $0 == folder }
        if paths[watch.number]?.isEmpty ?? false { release(watch.number, kernelHasIt: true) }
    }

    /// The library complains when asked to remove what the kernel has dropped by itself.
    private func release(_ number: Int32, kernelHasIt: Bool) {
        for folder in paths.removeValue(forKey: number) ?? [] { keys[folder] = nil }
        for (key, watch) in watches where watch.number == number { watches[key] = nil }
        if kernelHasIt { inotifytools_remove_watch_by_wd(number) }
    }
}
