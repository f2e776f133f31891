internal import EventailCompression
internal import EventailSystem

/// Walks the folders that the sources' patterns name and says what is there.
///
/// Follows symbolic links; a folder is entered once for each place in a pattern, so a loop ends. *Thread*: any, it keeps no state.
struct FileFinder: Sendable {
    private let sources: [Source]

    private struct Source: Sendable {
        let paths: [Glob]
        let exclude: [Glob]
        /// Patterns without a slash: of a name at any depth.
        let excludedNames: [Glob]
    }

    init(_ sources: [TailSource]) throws(TailError) {
        var made: [Source] = []
        for source in sources {
            var paths: [Glob] = [], exclude: [Glob] = [], names: [Glob] = []
            for text in source.paths { paths.append(try Glob(text)) }
            for text in source.exclude {
                if text.contains("/") { exclude.append(try Glob(text)) } else { names.append(try Glob(text)) }
            }
            made.append(Source(paths: paths, exclude: exclude, excludedNames: names))
        }
        self.sources = made
    }

    /// The first source that the path of a file belongs to.
    func source(of path: String) -> Int? {
        if Unpacker.form(of: path) != nil { return nil }
        return sources.indices.first { index in
            sources[index].paths.contains { $0.matches(path) } && !isExcluded(path, index)
        }
    }

    /// Whether files of some source may lie below this folder.
    func mayMatchBelow(_ folder: String) -> Bool {
        sources.indices.contains { index in
            sources[index].paths.contains { $0.mayMatchBelow(folder) } && !isExcluded(folder, index)
        }
    }

    /// Goes through all folders. `enter` is called with each before it is listed, so that nothing made between listing and watching is missed.
    func find(enter: (String) -> Void) -> Finding {
        var finding = Finding()
        for index in sources.indices {
            for glob in sources[index].paths {
                for alternative in glob.alternatives {
                    var walk = Walk(alternative: alternative, source: index)
                    let (folder, part) = alternative.start
                    walkFolder(folder, part, &walk, &finding, enter)
                }
            }
        }
        return finding
    }

    private struct Walk {
        let alternative: Glob.Alternative
        let source: Int
        var entered: Set<Place> = []

        struct Place: Hashable {
            let folder: FileGlance.Key
            let part: Int
        }
    }

    private func walkFolder(_ folder: String, _ part: Int, _ walk: inout Walk, _ finding: inout Finding, _ enter: (String) -> Void) {
        let glance: FileGlance
        do throws(SystemError) { glance = try FileGlance(at: folder) } catch {
            if error.isMissing { finding.missing.insert(folder) } else { finding.failures[folder] = error }
            return
        }
        guard glance.kind == .folder, walk.entered.insert(Walk.Place(folder: glance.key, part: part)).inserted else { return }
        if finding.folders.insert(folder).inserted { enter(folder) }
        let parts = walk.alternative.parts
        // A literal name needs no listing.
        if case .literal(let name) = parts[part] {
            let path = Glob.Alternative.join(folder, name)
            if part == parts.count - 1 { take(path, walk.source, &finding) } else { walkFolder(path, part + 1, &walk, &finding, enter) }
            return
        }
        let names: [String]
        if let known = finding.listings[folder] { names = known } else {
            do throws(SystemError) { names = try FileSystem.names(in: folder) } catch {
                if !error.isMissing { finding.failures[folder] = error }
                return
            }
            finding.listings[folder] = names
        }
        if parts[part] == .anyDepth {
            // No folder at all, then one folder more.
            walkNames(names, folder, part + 1, &walk, &finding, enter)
            for name in names {
                let path = Glob.Alternative.join(folder, name)
                if isFolder(path, finding), !isExcluded(path, walk.source) { walkFolder(path, part, &walk, &finding, enter) }
            }
        } else {
            walkNames(names, folder, part, &walk, &finding, enter)
        }
    }

    private func walkNames(
        _ names: [String], _ folder: String, _ part: Int, _ walk: inout Walk, _ finding: inout Finding, _ enter: (String) -> Void
    ) {
        let parts = walk.alternative.parts
        for name in names where parts[part].matches(name[...]) {
            let path = Glob.Alternative.join(folder, name)
            if part == parts.count - 1 {
                take(path, walk.source, &finding)
            } else if isFolder(path, finding), !isExcluded(path, walk.source) {
                walkFolder(path, part + 1, &walk, &finding, enter)
            }
        }
    }

    private func take(_ path: String, _ source: Int, _ finding: inout Finding) {
        // What is compressed is no text: it is looked into when a followed file is missing.
        if finding.files[path] != nil || Unpacker.form(of: path) != nil || isExcluded(path, source) { return }
        do throws(SystemError) {
            let glance = try FileGlance(at: path)
            // A FIFO or a socket would block or answer nonsense, a folder is no file.
            if glance.kind == .file { finding.files[path] = Finding.Sighting(glance: glance, source: source) }
        } catch {
            // A dangling link or a file just removed is not there. Anything else is a file that cannot be looked at now.
            if !error.isMissing { finding.failures[path] = error }
        }
    }

    private func isFolder(_ path: String, _ finding: Finding) -> Bool {
        if finding.files[path] != nil { return false }
        do throws(SystemError) { return try FileGlance(at: path).kind == .folder } catch { return false }
    }

    private func isExcluded(_ path: String, _ source: Int) -> Bool {
        let source = sources[source]
        if source.exclude.isEmpty && source.excludedNames.isEmpty { return false }
        if source.exclude.contains(where: { $0.matches(path) }) { return true }
        if source.excludedNames.isEmpty { return false }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return source.excludedNames.contains { $0.matches(name) }
    }
}

/// What a walk through the folders saw.
struct Finding {
    /// By path, in no order.
    var files: [String: Sighting] = [:]
    /// All that were entered.
    var folders: Set<String> = []
    /// Folders a pattern names that are not there.
    var missing: Set<String> = []
    /// What could not be looked at: never taken for deleted.
    var failures: [String: SystemError] = [:]
    /// The names in each folder, listed once a walk.
    var listings: [String: [String]] = [:]

    struct Sighting {
        let glance: FileGlance
        let source: Int
    }
}
