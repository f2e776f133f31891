/// A schema's JSON text, parsed, with the memory that its tape lies in.
///
/// *Thread*: any; it never parses again.
final class SchemaDocument: @unchecked Sendable {
    // @unchecked: the parser is used once, in `init`; after that its tape is only read.
    let uri: String
    let document: Document
    private let parser: TapeParser

    init(_ json: [UInt8], uri: String) throws(SchemaError) {
        parser = TapeParser(capacity: max(json.count, 64))
        self.uri = uri
        switch parser.parse(json) {
        case .success(let document): self.document = document
        case .failure(let error):
            throw SchemaError(uri: uri, problem: "the schema \(error.message)", remedy: "write it as one JSON document in UTF-8")
        }
    }

    func element(_ index: Int) -> Element { Element(document: document, index: index) }
}
