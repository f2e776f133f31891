/// A canonical field that a profile finds in an event (CONTRACT section 3). The raw value is only for memory, never stored.
public enum Role: UInt8, CaseIterable, Sendable {
    // Texts.
    case id, agent, execution, conversation, task, workflow, feature, user, parent, model, provider, tool
    case usageKey, errorType, errorMessage, memoryTier
    /// Pairs a tool call with its result; not shown outside.
    case callID
    /// The producer's own status word when it is none of ours; the canonical one is `Event.status`.
    case status
    /// Several texts, one entry each.
    case targets
    // Numbers.
    case durationMilliseconds, latencyMilliseconds
    case tokensInput, tokensOutput, tokensCacheRead, tokensCacheWrite
    /// The part of `tokensCacheWrite` that is kept for an hour and priced higher; not shown outside.
    case tokensCacheWriteHour
    case tokensReasoning, tokensTotal
    case costUSD, attempts, score
    /// 1 for a hit, 0 for a miss of a memory tier; not shown outside.
    case memoryHit

    /// The name outside, in snake case.
    public var name: String { Self.names[Int(rawValue)] }

    // Made once: the text of a case is found by reflection, which takes thousands of times as long as a look-up.
    private static let names = allCases.map(\.madeName)
    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })

    private var madeName: String {
        switch self {
        case .usageKey: "usage_key"
        case .errorType: "error_type"
        case .errorMessage: "error_message"
        case .memoryTier: "memory_tier"
        case .callID: "call_id"
        case .durationMilliseconds: "duration_ms"
        case .latencyMilliseconds: "latency_ms"
        case .tokensInput: "tokens_input"
        case .tokensOutput: "tokens_output"
        case .tokensCacheRead: "tokens_cache_read"
        case .tokensCacheWrite: "tokens_cache_write"
        case .tokensCacheWriteHour: "tokens_cache_write_1h"
        case .tokensReasoning: "tokens_reasoning"
        case .tokensTotal: "tokens_total"
        case .costUSD: "cost_usd"
        case .memoryHit: "memory_hit"
        default: "\(self)"
        }
    }

    public init?(name: String) {
        guard let role = Self.byName[name] else { return nil }
        self = role
    }

    @inlinable public var isNumber: Bool { rawValue >= Role.durationMilliseconds.rawValue }
    /// Whether the role is part of what the outside sees.
    public var isShown: Bool { self != .callID && self != .tokensCacheWriteHour && self != .memoryHit }
}
