internal import CYAML
internal import EventailSystem

/// One step of a YAML document with its place, both counted from 1.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd
        case alias(String)
        case scalar(String, plain: Bool)
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd
    }
    let kind: Kind
    let anchor: String?
    let line: Int
    let column: Int
}

/// libyaml's parser: hands out the events of a text one by one.
///
/// *Owns* the parser and a copy of the text. *Thread*: one.
@safe final class YAMLEventReader {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: ByteBuffer

    init(_ bytes: [UInt8]) {
        text = ByteBuffer(bytes)
        unsafe parser = .allocate(capacity: 1)
        precondition(unsafe yaml_parser_initialize(parser) == 1, "memory for a YAML parser")
        unsafe yaml_parser_set_input_string(parser, text.base.assumingMemoryBound(to: UInt8.self), text.count)
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
    }

    /// The next event; after `streamEnd` there is none.
    func next() throws(YAMLError) -> YAMLEvent {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw problem() }
        let made = unsafe Self.read(event)
        unsafe yaml_event_delete(&event)
        switch made {
        case .success(let event): return event
        case .failure(let error): throw error
        }
    }

    private static func read(_ event: yaml_event_t) -> Result<YAMLEvent, YAMLError> {
        let line = unsafe Int(event.start_mark.line) + 1
        let column = unsafe Int(event.start_mark.column) + 1
        func made(_ kind: YAMLEvent.Kind, anchor: String? = nil) -> Result<YAMLEvent, YAMLError> {
            .success(YAMLEvent(kind: kind, anchor: anchor, line: line, column: column))
        }
        switch unsafe event.type {
        case YAML_STREAM_START_EVENT: return made(.streamStart)
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return made(.streamEnd)
        case YAML_DOCUMENT_START_EVENT: return made(.documentStart)
        case YAML_DOCUMENT_END_EVENT: return made(.documentEnd)
        case YAML_SEQUENCE_END_EVENT: return made(.sequenceEnd)
        case YAML_MAPPING_END_EVENT: return made(.mappingEnd)
        case YAML_ALIAS_EVENT: return made(.alias(unsafe string(event.data.alias.anchor) ?? ""))
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            if let tag = unsafe string(start.tag), tag != "\(core)seq" { return unknown(tag, line, column) }
            return made(.sequenceStart, anchor: unsafe string(start.anchor))
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            if let tag = unsafe string(start.tag), tag != "\(core)map" { return unknown(tag, line, column) }
            return made(.mappingStart, anchor: unsafe string(start.anchor))
        default:
            let scalar = unsafe event.data.scalar
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let text = unsafe String(decoding: bytes, as: UTF8.self)
            var plain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
            if let tag = unsafe string(scalar.tag) {
                switch tag {
                case "!", "\(core)str": plain = false
                case "\(core)int", "\(core)float", "\(core)bool", "\(core)null": plain = true
                default: return unknown(tag, line, column)
                }
            }
            return made(.scalar(text, plain: plain), anchor: unsafe string(scalar.anchor))
        }
    }

    private static let core = "tag:yaml.org,2002:"

    private static func unknown(_ tag: String, _ line: Int, _ column: Int) -> Result<YAMLEvent, YAMLError> {
        .failure(YAMLError(line: line, column: column, message: "the tag \(tag) is not known here; leave it out"))
    }

    private static func string(_ text: UnsafeMutablePointer<UInt8>?) -> String? {
        guard let text = unsafe text else { return nil }
        return unsafe String(cString: text)
    }

    /// What libyaml stumbled over. The place of a bad byte it knows only as an offset.
    private func problem() -> YAMLError {
        let mark = unsafe parser.pointee.problem_mark
        var line = Int(mark.line) + 1, column = Int(mark.column) + 1
        if unsafe parser.pointee.error == YAML_READER_ERROR {
            line = 1
            column = 1
            for byte in text.bytes(0..<min(unsafe parser.pointee.problem_offset, text.count)) {
                if byte == 0x0A { (line, column) = (line + 1, 1) } else if byte & 0xC0 != 0x80 { column += 1 }
            }
        }
        var message = "the YAML cannot be read"
        if let problem = unsafe parser.pointee.problem { message = unsafe String(cString: problem) }
        if let context = unsafe parser.pointee.context { message += unsafe " (\(String(cString: context)))" }
        return YAMLError(line: line, column: column, message: message)
    }
}
