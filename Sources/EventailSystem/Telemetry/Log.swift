internal import CLinux
internal import Synchronization

/// Diagnostics of the sidecar itself: one line each on standard error, text or JSON.
///
/// error: something is lost or refused; warning: something works worse; info: start, stop and changes of state; debug: for its developers.
public enum Log {
    public enum Level: Int, Comparable, Sendable, CaseIterable {
        case debug, info, warning, error
        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
        public var name: String { "\(self)" }
        public init?(name: String) {
            guard let level = Level.allCases.first(where: { $0.name == name }) else { return nil }
            self = level
        }
    }

    public enum Format: String, Sendable { case text, json }

    private struct Settings { var level = Level.info; var format = Format.text }
    private static let settings = Mutex(Settings())

    /// Called once at start, before threads.
    public static func configure(level: Level, format: Format) {
        settings.withLock { $0 = Settings(level: level, format: format) }
    }

    public static func debug(_ component: String, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.debug, component, message, fields)
    }
    public static func info(_ component: String, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.info, component, message, fields)
    }
    public static func warning(_ component: String, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.warning, component, message, fields)
    }
    public static func error(_ component: String, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.error, component, message, fields)
    }

    private static func write(
        _ level: Level, _ component: String, _ message: () -> String, _ fields: KeyValuePairs<String, String>
    ) {
        let settings = settings.withLock { $0 }
        if level < settings.level { return }
        let time = Timestamp.now().rfc3339
        var line: String
        switch settings.format {
        case .text:
            line = "\(time) \(level.name) \(component): \(oneLine(message()))"
            for (key, value) in fields { line += " \(key)=\(isPlain(value) ? value : quoted(value))" }
        case .json:
            line = "{\"time\":\"\(time)\",\"level\":\"\(level.name)\",\"component\":\(quoted(component)),\"message\":\(quoted(message()))"
            for (key, value) in fields { line += ",\(quoted(key)):\(quoted(value))" }
            line += "}"
        }
        let bytes = Array((line + "\n").utf8)
        // One write a line keeps lines of several threads whole. A closed standard error leaves nobody to tell.
        unsafe bytes.withUnsafeBytes { pointer in _ = unsafe CLinux.write(2, pointer.baseAddress, pointer.count) }
    }

    /// Whether a value can stand in a line of text as it is.
    private static func isPlain(_ value: String) -> Bool {
        !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3D && $0 != 0x7F }
    }

    /// A message never makes a second line.
    private static func oneLine(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 }) { return text }
        return String(quoted(text).dropFirst().dropLast())
    }

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            default:
                if scalar.value < 0x20 {
                    let hex = String(scalar.value, radix: 16)
                    out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out + "\""
    }
}
