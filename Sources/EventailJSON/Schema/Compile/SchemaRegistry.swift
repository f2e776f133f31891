internal import EventailSystem

/// The schema documents that references may lead to, by URI, and the way to compile one of them.
///
/// Knows the official metaschemas of draft 2020-12; never uses the network. *Thread*: one.
public final class SchemaRegistry {
    private var folders: [(uri: String, folder: String)] = []
    private(set) var documents: [SchemaDocument] = []
    private(set) var resources: [SchemaResource] = []
    private var resourceOfURI: [String: Int32] = [:]
    private var indexed: [SchemaPlace: Indexed] = [:]
    /// Where references lead that were followed before.
    private var located: [Reference: SchemaPlace] = [:]

    /// A schema's resource, and the way to it from there: a pointer to another schema and one or two steps more.
    private struct Indexed {
        var resource: Int32
        var way: Way
    }
    private enum Way {
        case pointer(String)
        case below(SchemaPlace, String, String?)
    }

    private struct Reference: Hashable {
        let text: String
        let base: String
    }

    public init() {}

    /// Adds a schema document under `uri` and under the `$id`s in it.
    public func add(_ json: [UInt8], uri: String) throws(SchemaError) {
        let document = try SchemaDocument(json, uri: uri)
        let number = Int32(documents.count)
        documents.append(document)
        located.removeAll()
        let absolute = URIReference.resolved("", base: uri).uri
        let place = SchemaPlace(document: number, index: 1)
        let resource = Int32(resources.count)
        resources.append(SchemaResource(place: place, uri: absolute))
        try name(resource, absolute, place)
        try index(place, resource, .pointer(""))
    }

    /// Lets URIs that begin with `uri` be read from files below `folder` when a reference needs them.
    public func addBase(uri: String, folder: String) { folders.append((uri, folder)) }

    /// Compiles the schema at `uri`, which may end in `#/json/pointer` or `#anchor`.
    ///
    /// `format` is an annotation unless `assertFormats` or the schema's own metaschema makes it an assertion.
    public func compile(_ uri: String, assertFormats: Bool = false) throws(SchemaError) -> Schema {
        try compile(together: [uri], assertFormats: assertFormats)[0]
    }

    /// Compiles several schemas into one program, so that what they share is compiled once.
    ///
    /// `explainsLater` leaves the programs that tell of refusals until they are asked for: for schemas that are known to be right. The registry
    /// must not be used any more then.
    public func compile(together uris: [String], assertFormats: Bool = false, explainsLater: Bool = false) throws(SchemaError) -> [Schema] {
        var places: [SchemaPlace] = []
        for uri in uris { places.append(try locate(uri, base: "", from: uri, at: "")) }
        var explanations: [SchemaExplanation] = []
        let workshop = SchemaWorkshop(self, assertFormats: assertFormats)
        for place in places {
            explanations.append(explainsLater ? workshop.explanation(of: place) : SchemaExplanation(try workshop.telling(place)))
        }
        let (answering, roots) = try SchemaCompiler.program(self, places, assertFormats: assertFormats, isTelling: false)
        return uris.indices.map { Schema(uri: uris[$0], answering: answering, root: roots[$0], explanation: explanations[$0]) }
    }

    // MARK: what the compiler asks

    func element(_ place: SchemaPlace) -> Element { documents[Int(place.document)].element(place.index.asInt) }

    func resource(of place: SchemaPlace) -> Int32 { indexed[place]?.resource ?? 0 }

    /// The pointer to a schema from the root of its resource; put together when it is asked for.
    func pointer(of place: SchemaPlace) -> String {
        switch indexed[place]?.way {
        case nil: return ""
        case .pointer(let pointer): return pointer
        case .below(let parent, let keyword, let name):
            return pointer(of: parent) + "/" + JSONPointer.escaped(keyword) + (name.map { "/" + JSONPointer.escaped($0) } ?? "")
        }
    }

    /// The schema that a reference written in a resource of `base` leads to.
    func locate(_ reference: String, base: String, from uri: String, at location: String) throws(SchemaError) -> SchemaPlace {
        let key = Reference(text: reference, base: base)
        if let known = located[key] { return known }
        let place = try locateAnew(reference, base: base, from: uri, at: location)
        located[key] = place
        return place
    }

    private func locateAnew(_ reference: String, base: String, from uri: String, at location: String) throws(SchemaError) -> SchemaPlace {
        // Most references stay in their document, whose URI is resolved already.
        let staysHere = reference.utf8.first == 0x23 && resourceOfURI[base] != nil
        let target = staysHere ? (uri: base, fragment: String(reference.dropFirst())) : URIReference.resolved(reference, base: base)
        guard let fragment = URIReference.decoded(target.fragment) else {
            throw SchemaError(uri: uri, location: location, problem: "\(reference) has a percent sign that encodes nothing", remedy: "write it as %25")
        }
        let resource = try resource(target.uri, reference, from: uri, at: location)
        if fragment.isEmpty { return resources[Int(resource)].place }
        if fragment.first != "/" {
            let anchors = resources[Int(resource)]
            if let place = anchors.anchors[fragment] ?? anchors.dynamicAnchors[fragment] { return place }
            throw SchemaError(uri: uri, location: location, problem: "\(reference) names an anchor that is not in \(target.uri)",
                remedy: "give a schema there \"$anchor\": \"\(fragment)\"")
        }
        guard let place = try follow(fragment, resource) else {
            throw SchemaError(uri: uri, location: location, problem: "\(reference) leads to nothing in \(target.uri)", remedy: "correct the pointer or add the schema")
        }
        return place
    }

    private func resource(_ target: String, _ reference: String, from uri: String, at location: String) throws(SchemaError) -> Int32 {
        if let known = resourceOfURI[target] { return known }
        if let json = MetaSchemas.json(target) {
            try add(json, uri: target)
        } else if let json = try file(target, uri, location) {
            try add(json, uri: target)
        }
        guard let found = resourceOfURI[target] else {
            throw SchemaError(uri: uri, location: location, problem: "\(reference) leads to \(target), which is not known",
                remedy: "add that schema, or name the folder that its URI stands for")
        }
        return found
    }

    /// Reads the file that a URI below one of the bases stands for.
    private func file(_ target: String, _ uri: String, _ location: String) throws(SchemaError) -> [UInt8]? {
        for base in folders where target.hasPrefix(base.uri) {
            guard let rest = URIReference.decoded(String(target.dropFirst(base.uri.count))), !rest.split(separator: "/").contains("..") else { continue }
            let path = base.folder + (base.folder.hasSuffix("/") || rest.hasPrefix("/") ? "" : "/") + rest
            if !FileSystem.exists(path) { continue }
            do throws(SystemError) { return try FileSystem.read(path) } catch {
                throw SchemaError(uri: uri, location: location, problem: "\(target) cannot be read: \(error.description)", remedy: "make the file readable")
            }
        }
        return nil
    }

    /// Follows a JSON Pointer from a resource's root; the schema found is indexed if no known keyword led to it.
    private func follow(_ pointer: String, _ start: Int32) throws(SchemaError) -> SchemaPlace? {
        guard let steps = JSONPointer(pointer)?.steps else { return nil }
        var place = resources[Int(start)].place
        var resource = start
        var path = ""
        for step in steps {
            guard let next = element(place).child(step) else { return nil }
            place.index = Int32(next.index)
            path += "/" + JSONPointer.escaped(step)
            if let inside = indexed[place]?.resource {
                if inside != resource { path = self.pointer(of: place) }
                resource = inside
            }
        }
        if indexed[place] == nil { try index(place, resource, .pointer(path)) }
        return place
    }

    // MARK: finding resources and anchors

    private func name(_ resource: Int32, _ uri: String, _ place: SchemaPlace) throws(SchemaError) {
        if let other = resourceOfURI[uri], resources[Int(other)].place != place {
            throw SchemaError(uri: documents[Int(place.document)].uri, location: pointer(of: place),
                problem: "two schemas have the URI \(uri)", remedy: "give each its own $id, and add each once")
        }
        resourceOfURI[uri] = resource
    }

    /// Visits a schema and those below it, where keywords have schemas, and notes their resource, anchors and place.
    private func index(_ place: SchemaPlace, _ enclosing: Int32, _ way: Way) throws(SchemaError) {
        var resource = enclosing
        let schema = element(place)
        let uri = documents[Int(place.document)].uri
        indexed[place] = Indexed(resource: indexed[place]?.resource ?? 0, way: way)
        if let id = schema["$id"] {
            let location = pointer(of: place) + "/$id"
            guard let text = id.string else { throw SchemaError(uri: uri, location: location, problem: "$id is no text", remedy: "write a URI") }
            let named = URIReference.resolved(text, base: resources[Int(enclosing)].uri)
            if !named.fragment.isEmpty {
                throw SchemaError(uri: uri, location: location, problem: "$id has a fragment", remedy: "use $anchor for a name inside a document")
            }
            let isRoot = resources[Int(enclosing)].place == place
            if !isRoot {
                resource = Int32(resources.count)
                resources.append(SchemaResource(place: place, uri: named.uri, metaSchema: resources[Int(enclosing)].metaSchema))
                indexed[place]?.way = .pointer("")
            } else {
                resources[Int(resource)].uri = named.uri
            }
            try name(resource, named.uri, place)
        }
        indexed[place]?.resource = resource
        if !schema.isObject { return }
        for (keyword, value) in schema.members {
            if keyword.utf8.first == 0x24 { note(keyword, value, place, resource) }
            switch SchemaKeyword.shapes[keyword] {
            case .schema: try index(SchemaPlace(place.document, value), resource, .below(place, keyword, nil))
            case .schemas:
                for (position, item) in value.items.enumerated() {
                    try index(SchemaPlace(place.document, item), resource, .below(place, keyword, String(position)))
                }
            case .schemaMap:
                for (name, member) in value.members { try index(SchemaPlace(place.document, member), resource, .below(place, keyword, name)) }
            default: continue
            }
        }
    }

    /// Notes what a keyword says of the resource that it stands in.
    private func note(_ keyword: String, _ value: Element, _ place: SchemaPlace, _ resource: Int32) {
        guard let text = value.string else { return }
        switch keyword {
        case "$schema": resources[Int(resource)].metaSchema = URIReference.resolved(text, base: "").uri
        case "$anchor": resources[Int(resource)].anchors[text] = place
        case "$dynamicAnchor": resources[Int(resource)].dynamicAnchors[text] = place
        default: return
        }
    }
}

/// A schema with a URI of its own and what is named in it.
struct SchemaResource {
    var place: SchemaPlace
    var uri: String
    /// The URI that `$schema` gives; nil for the official one.
    var metaSchema: String?
    var anchors: [String: SchemaPlace] = [:]
    var dynamicAnchors: [String: SchemaPlace] = [:]
}

extension SchemaPlace {
    init(_ document: Int32, _ element: Element) { self.init(document: document, index: Int32(element.index)) }
}

extension Int32 {
    var asInt: Int { Int(self) }
}

/// The metaschemas that are part of the program.
enum MetaSchemas {
    static let official = "https://json-schema.org/draft/2020-12/schema"

    static func json(_ uri: String) -> [UInt8]? {
        let base = "https://json-schema.org/draft/2020-12/"
        guard uri.hasPrefix(base) else { return nil }
        let name = uri.dropFirst(base.count)
        return Resource.bytes("schemas/" + name.replacing("/", with: "-") + ".json")
    }
}
