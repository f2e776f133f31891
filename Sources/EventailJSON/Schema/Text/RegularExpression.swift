internal import CPCRE2
internal import Synchronization

/// An ECMA-262 expression compiled by PCRE2 to machine code, and a plain one to a table of states, which is faster.
///
/// *Owns* PCRE2's code and the table. *Thread*: any: matching only reads it.
@safe final class RegularExpression: @unchecked Sendable {
    // @unchecked: PCRE2's code does not change after it was compiled.
    let compiled: CompiledExpression

    /// Why a pattern is none: one sentence.
    struct Refusal: Error { let reason: String }

    private static let known = Mutex<[String: RegularExpression]>([:])
    /// How many patterns are kept for further schemas that use them.
    private static let mostKnown = 256

    /// The expression of a pattern, made once for all schemas of the process.
    static func shared(_ pattern: String) throws(Refusal) -> RegularExpression {
        if let known = known.withLock({ $0[pattern] }) { return known }
        let made = try RegularExpression(pattern)
        known.withLock { if $0.count < mostKnown { $0[pattern] = made } }
        return made
    }

    init(_ pattern: String) throws(Refusal) {
        var translated: [UInt8]
        do throws(ECMAPattern.Refusal) { translated = Array(try ECMAPattern.translated(pattern).utf8) } catch { throw Refusal(reason: error.reason) }
        let options = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C
        var number: Int32 = 0
        var offset = 0
        translated.append(0)
        guard let code = unsafe pcre2_compile_8(translated, translated.count - 1, UInt32(options), &number, &offset, nil) else {
            var text = [UInt8](repeating: 0, count: 256)
            unsafe pcre2_get_error_message_8(number, &text, text.count)
            throw Refusal(reason: String(decoding: text.prefix { $0 != 0 }, as: UTF8.self))
        }
        let hasMachineCode = unsafe pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE)) == 0
        var plain: PlainExpression?
        if let automaton = PatternAutomaton(pattern) { plain = PlainExpression(automaton) }
        compiled = unsafe CompiledExpression(code: code, hasMachineCode: hasMachineCode, plain: plain)
    }

    deinit {
        unsafe pcre2_code_free_8(compiled.code)
        compiled.plain?.free()
    }
}

/// An expression as a plain value.
@safe struct CompiledExpression: BitwiseCopyable {
    let code: OpaquePointer
    let hasMachineCode: Bool
    let plain: PlainExpression?
}

/// A `PatternAutomaton` as a plain value.
@safe struct PlainExpression: BitwiseCopyable {
    private let bytes: UnsafeMutablePointer<UInt8>
    private let prefix: Int
    private let start: Int
    private let row: Int

    init(_ automaton: PatternAutomaton) {
        unsafe bytes = .allocate(capacity: automaton.bytes.count)
        for (index, byte) in automaton.bytes.enumerated() { unsafe (bytes + index).initialize(to: byte) }
        prefix = automaton.prefix
        start = Int(automaton.start)
        row = automaton.classes + 1
    }

    func free() { unsafe bytes.deallocate() }

    /// Whether the pattern takes a text, behind whose start 32 bytes are readable.
    @inline(__always)
    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count >= prefix, let start = text.baseAddress else { return false }
        let raw = unsafe UnsafeRawPointer(start)
        if prefix > 0, unsafe !areWithin(raw, 0) { return false }
        if prefix > 16, unsafe !areWithin(raw, 16) { return false }
        let rows = unsafe bytes + PatternAutomaton.Layout.rows
        var state = self.start
        var index = prefix
        while index < text.count {
            unsafe state = Int(rows[state &* row &+ Int(bytes[Int(text[index])])])
            if state == Int(PatternAutomaton.dead) { return false }
            index &+= 1
        }
        return unsafe rows[state &* row &+ row &- 1] != 0
    }

    /// Whether sixteen characters lie within their ranges. Those beyond the prefix have the range of all.
    @inline(__always)
    private func areWithin(_ text: UnsafeRawPointer, _ offset: Int) -> Bool {
        let found = unsafe (text + offset).loadUnaligned(as: SIMD16<UInt8>.self)
        let lowest = unsafe UnsafeRawPointer(bytes + PatternAutomaton.Layout.lowest + offset).loadUnaligned(as: SIMD16<UInt8>.self)
        let highest = unsafe UnsafeRawPointer(bytes + PatternAutomaton.Layout.highest + offset).loadUnaligned(as: SIMD16<UInt8>.self)
        let outside = unsafe unsafeBitCast((found .< lowest) .| (found .> highest), to: SIMD2<UInt64>.self)
        return outside[0] | outside[1] == 0
    }
}

/// Memory that matching needs, for one thread at a time.
///
/// *Limits*: `matchLimit` steps and `stackLimit` bytes of stack a match.
@safe struct ExpressionMatcher {
    static let matchLimit: UInt32 = 1_000_000
    static let stackLimit = 1 << 20
    enum Outcome { case yes, no, limit }

    private let result: OpaquePointer
    private let context: OpaquePointer
    private let stack: OpaquePointer

    init() {
        guard let result = unsafe pcre2_match_data_create_8(1, nil), let context = unsafe pcre2_match_context_create_8(nil),
            let stack = unsafe pcre2_jit_stack_create_8(32 << 10, Self.stackLimit, nil)
        else { preconditionFailure("memory for matching expressions") }
        unsafe self.result = result
        unsafe self.context = context
        unsafe self.stack = stack
        unsafe pcre2_set_match_limit_8(context, Self.matchLimit)
        unsafe pcre2_set_depth_limit_8(context, Self.matchLimit)
        unsafe pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack))
    }

    func free() {
        unsafe pcre2_match_data_free_8(result)
        unsafe pcre2_match_context_free_8(context)
        unsafe pcre2_jit_stack_free_8(stack)
    }

    /// Whether the expression matches anywhere in `text`, which is valid UTF-8.
    @inline(__always)
    func match(_ expression: CompiledExpression, _ text: UnsafeBufferPointer<UInt8>) -> Outcome {
        if let plain = expression.plain { return unsafe plain.matches(text) ? .yes : .no }
        return unsafe matchAny(expression, text)
    }

    private func matchAny(_ expression: CompiledExpression, _ text: UnsafeBufferPointer<UInt8>) -> Outcome {
        let found = unsafe expression.hasMachineCode
            ? pcre2_jit_match_8(expression.code, text.baseAddress, text.count, 0, 0, result, context)
            : pcre2_match_8(expression.code, text.baseAddress, text.count, 0, UInt32(PCRE2_NO_UTF_CHECK), result, context)
        if found >= 0 { return .yes }
        return found == PCRE2_ERROR_NOMATCH ? .no : .limit
    }
}
