/// The table of rules (CONTRACT section 9).
enum RuleFields {
    static let rule = SettingPart(
        name: "a rule",
        fields: [
            Field("name", .name, .required, "The rule's name in its signals; unique."),
            Field("when", .text, .unset, "A figure compared with a number, e.g. error_rate > 0.10."),
            Field("window", .duration(.seconds(1)...(.seconds(365 * 86_400))), .unset, "Over how long the figure is taken."),
            Field("group_by", .choice(["agent", "model", "tool", "type", "status", "profile", "execution"]), .unset, "Looks at each group by itself."),
            Field("severity", .choice(["debug", "info", "warning", "error", "critical"]), .unset, "The severity of its signals."),
            Field("every", .duration(.seconds(1)...(.seconds(365 * 86_400))), .unset, "At most one signal in this time."),
            Field("warn_at", .number(0...1), .unset, "Warns at this part of the limit."),
            Field("frequency", .free, .unset, "Fires on many matching events in a short time."),
            Field("sequence", .free, .unset, "Fires on events that follow each other."),
            Field("within", .duration(.milliseconds(1)...(.seconds(365 * 86_400))), .unset, "In how long a sequence must happen."),
            Field("distinct", .free, .unset, "Fires on many different values."),
            Field("absence", .free, .unset, "Fires when what should follow does not."),
            Field("anomaly", .free, .unset, "Fires on values far from the usual."),
            Field("notify", .free, .unset, "Who is told."),
        ])
}
