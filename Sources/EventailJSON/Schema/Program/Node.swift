/// The kinds of value a bit stands for: `integer` numbers written so, `number` the others (which may be whole too).
struct ValueTypes: OptionSet, BitwiseCopyable {
    var rawValue: UInt8
    static let null = ValueTypes(rawValue: 1)
    static let no = ValueTypes(rawValue: 2)
    static let yes = ValueTypes(rawValue: 4)
    static let integer = ValueTypes(rawValue: 8)
    static let number = ValueTypes(rawValue: 16)
    static let string = ValueTypes(rawValue: 32)
    static let array = ValueTypes(rawValue: 64)
    static let object = ValueTypes(rawValue: 128)
    static let all = ValueTypes(rawValue: 255)
    static let numbers: ValueTypes = [.integer, .number]
    static let booleans: ValueTypes = [.no, .yes]
}

/// The index of a node, or one of two that need none.
enum NodeIndex {
    /// The schema that accepts everything.
    static let anything: Int32 = -1
    /// The schema that accepts nothing.
    static let nothing: Int32 = -2
}

/// One compiled schema. Most are decided by the two masks alone; -1 means a check that is not there.
struct Node: BitwiseCopyable {
    /// Types that can be accepted.
    var allowed = ValueTypes.all
    /// Types of which more than the type must be looked at.
    var deeper = ValueTypes()
    /// True when it opens a set of marks for `unevaluatedProperties` or `unevaluatedItems`, or enters another resource.
    var needsFrame = false
    /// True when a double must be whole.
    var wholeOnly = false
    var tracksProperties = false
    var tracksItems = false
    var number: Int32 = -1
    var string: Int32 = -1
    var object: Int32 = -1
    var array: Int32 = -1
    var firstStep: Int32 = 0
    var stepCount: Int32 = 0
    /// The dispatch table of the member that decides which schemas apply; its value is noted in the object's one pass.
    var dispatch: Int32 = -1
    var unevaluatedProperties = NodeIndex.anything
    var unevaluatedItems = NodeIndex.anything
    var resource: Int32 = 0
    /// Index into the program's sources: where it was written.
    var source: Int32 = 0
}

/// A keyword that applies other schemas to the same value, or compares it as a whole.
struct Step: BitwiseCopyable {
    static let call: UInt8 = 0, dynamic: UInt8 = 1, anyOf: UInt8 = 2, oneOf: UInt8 = 3, not: UInt8 = 4, condition: UInt8 = 5, constants: UInt8 = 6
    var kind: UInt8
    /// The types that need this step at all.
    var types = ValueTypes.all
    var first: Int32 = 0
    var second: Int32 = 0
    var third: Int32 = 0
}

/// Numbers within bounds. The bounds are computed for each way the tape holds a number, all inclusive, so that running compares once.
struct NumberCheck: BitwiseCopyable {
    var lowSigned = Int64.min
    var highSigned = Int64.max
    var lowUnsigned = UInt64.min
    var highUnsigned = UInt64.max
    var lowDouble = -Double.infinity
    var highDouble = Double.infinity
    /// Bounds as decimal text in the program's bytes, for numbers kept as text.
    var low = TextRange()
    var high = TextRange()
    var lowExcludes = false
    var highExcludes = false
    /// The divisor as whole number and power of ten; 0 when there is none.
    var divisor: UInt64 = 0
    var divisorExponent: Int32 = 0
}

/// Part of a program's bytes.
struct TextRange: BitwiseCopyable {
    var start: Int32 = 0
    var count: Int32 = -1
}

struct StringCheck: BitwiseCopyable {
    var minimum: Int32 = 0
    var maximum = Int32.max
    var firstPattern: Int32 = 0
    var patternCount: Int32 = 0
    var format: UInt8 = 0
    var hasTable = false
    /// The strings allowed.
    var table = KeyTable()
}

struct ObjectCheck: BitwiseCopyable {
    var table = KeyTable()
    /// The bits of members that must be there.
    var required: UInt64 = 0
    /// Nothing but `required` is asked: stop when all were seen.
    var onlyRequired = false
    /// No patterns, names, or additional members to look at.
    var simple = true
    var additionalIsSaid = false
    var additional = NodeIndex.anything
    var names = NodeIndex.anything
    var minimum: Int32 = 0
    var maximum = Int32.max
    var firstPattern: Int32 = 0
    var patternCount: Int32 = 0
    var firstDependent: Int32 = 0
    var dependentCount: Int32 = 0
}

/// `patternProperties`: members whose name matches must keep `node`.
struct MemberPattern: BitwiseCopyable {
    var expression: Int32
    var node: Int32
}

/// `dependentRequired` and `dependentSchemas`: what the presence of one member asks for.
struct Dependent: BitwiseCopyable {
    var bit: UInt64
    var required: UInt64
    var node: Int32
}

struct ArrayCheck: BitwiseCopyable {
    var firstPrefix: Int32 = 0
    var prefixCount: Int32 = 0
    var items = NodeIndex.anything
    var itemsIsSaid = false
    var unique = false
    var hasContains = false
    var contains = NodeIndex.anything
    var minimumContains: Int32 = 1
    var maximumContains = Int32.max
    var minimum: Int32 = 0
    var maximum = Int32.max
}

/// Constants of `enum` or `const` that are not all strings.
struct ConstantsCheck: BitwiseCopyable {
    var first: Int32 = 0
    var count: Int32 = 0
}

/// A value in one of the schema documents.
struct Constant: BitwiseCopyable {
    var document: Int32
    var index: Int32
}

/// The schemas that the string value of one member calls for.
struct Dispatch: BitwiseCopyable {
    /// From the member's value to an index into `lists`, kept in the slots' `node`.
    var table = KeyTable()
    var otherwise = NodeList()
}

/// Part of a program's list of node indices.
struct NodeList: BitwiseCopyable {
    var first: Int32 = 0
    var count: Int32 = 0
}

/// `$dynamicRef`: the targets by resource, and the one without a dynamic scope.
struct DynamicReference: BitwiseCopyable {
    var firstTarget: Int32 = 0
    var targetCount: Int32 = 0
    var otherwise: Int32 = NodeIndex.anything
}

struct DynamicTarget: BitwiseCopyable {
    var resource: Int32
    var node: Int32
}
