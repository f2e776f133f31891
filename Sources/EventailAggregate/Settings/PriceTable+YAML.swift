public import EventailEvents

extension PriceTable {
    /// Reads a price file (`Config/prices.yaml` is the form): `version`, and `models` with `input`, `output` and, where they differ from the customary
    /// shares of the input price, `cache_read` (a tenth), `cache_write` (five quarters) and `cache_write_1h` (twice).
    public init(yaml bytes: [UInt8]) throws(YAMLError) {
        let root = try YAMLReader.read(bytes)
        for member in try root.mapping("the price file") where member.key != "version" && member.key != "models" {
            throw YAMLError(line: member.line, column: member.column, message: "\(member.key) is no key of a price file; it has version and models")
        }
        guard let models = root["models"] else { throw YAMLError(root, "a price file must have models") }
        var prices: [String: Price] = [:]
        for model in try models.mapping("models") {
            prices[model.key] = try Self.price(model.value, model.key)
        }
        let version = try root["version"].map { node throws(YAMLError) in try node.text("version") }
        self.init(version: version ?? "", prices: prices)
    }

    private static func price(_ node: YAMLNode, _ model: String) throws(YAMLError) -> Price {
        var found: [String: Double] = [:]
        for member in try node.mapping("the price of \(model)") {
            guard ["input", "output", "cache_read", "cache_write", "cache_write_1h"].contains(member.key) else {
                throw YAMLError(line: member.line, column: member.column, message: "\(member.key) is no price; prices are input, output, cache_read, cache_write and cache_write_1h")
            }
            let value = try member.value.number("\(member.key) of \(model)")
            guard value >= 0, value < 1e6 else { throw YAMLError(member.value, "\(member.key) of \(model) must be from 0 to a million dollars for a million tokens") }
            found[member.key] = value
        }
        guard let input = found["input"], let output = found["output"] else { throw YAMLError(node, "the price of \(model) must have input and output") }
        return Price(
            input: input, output: output, cacheRead: found["cache_read"] ?? input / 10, cacheWrite: found["cache_write"] ?? input * 1.25,
            cacheWriteHour: found["cache_write_1h"] ?? input * 2)
    }
}
