internal import EventailJSON
internal import EventailSystem

/// Eremos: what a watcher of block chains sees: blocks with transactions, waiting ones, contract events and wallets.
final class EremosProducer: Producer {
    let file = "eremos.jsonl"
    private var count = 0
    private var block = 18_000_000
    private var nonce = 100

    func next(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        switch generator.whole(0...99) {
        case 0...4: writeBlock(time, &generator, &json)
        case 5...54: writeTransaction(time, &generator, &json)
        case 55...74: writeWaiting(time, &generator, &json)
        case 75...89: writeContract(time, &generator, &json)
        default: writeWallet(time, &generator, &json)
        }
    }

    private func writeBlock(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        block += 1
        let hash = generator.hex(64), gas = generator.whole(5_000_000...30_000_000)
        let transactions = (0..<generator.whole(0...4)).map { _ in "0x" + generator.hex(64) }
        event("block", "low", time, &json) { [block] json in
            json.field("blockNumber", block)
            json.field("blockHash", "0x" + hash)
            json.field("timestamp", time.seconds)
            json.field("transactions", array: { json in for transaction in transactions { json.value(transaction) } })
            json.field("gasUsed", "\(gas)")
            json.field("gasLimit", "30000000")
        }
    }

    private func writeTransaction(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        nonce += 1
        let value = generator.chance(0.05) ? generator.number(1000...9000) : generator.number(0.01...90)
        let from = generator.hex(40), to = generator.hex(40), hash = generator.hex(64)
        let status = generator.chance(0.96) ? "confirmed" : "failed"
        event("transaction", value > 1000 ? "high" : "medium", time, &json) { [nonce, block] json in
            json.field("hash", "0x" + hash)
            json.field("from", "0x" + from)
            json.field("to", "0x" + to)
            json.field("value", Self.decimal(value))
            json.field("gasPrice", "62.001035824")
            json.field("gasUsed", "133036")
            json.field("status", status)
            json.field("blockNumber", block)
            json.field("input", "0x")
            json.field("nonce", nonce)
        }
    }

    private func writeWaiting(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        let hash = generator.hex(64), price = generator.number(20...200)
        event("mempool", generator.pick(["medium", "high"]), time, &json) { json in
            json.field("transactionHash", "0x" + hash)
            json.field("gasPrice", "\(price)")
            json.field("maxFeePerGas", "\(price)")
            json.field("maxPriorityFeePerGas", "6.312294912")
            json.field("timestamp", time.milliseconds)
            json.field("pending", true)
        }
    }

    private func writeContract(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        let address = generator.hex(40), hash = generator.hex(64), name = generator.pick(["Transfer", "Approval", "Burn", "ContractCreated"])
        let topics = (0..<3).map { _ in "0x" + generator.hex(64) }
        event("contract_event", "medium", time, &json) { json in
            json.field("contractAddress", "0x" + address)
            json.field("eventName", name)
            json.field("eventSignature", "\(name)(address,address,uint256)")
            json.field("topics", array: { json in for topic in topics { json.value(topic) } })
            json.field("data", "0x")
            json.field("transactionHash", "0x" + hash)
            json.field("logIndex", 4)
        }
    }

    private func writeWallet(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        let address = generator.hex(40), change = generator.number(-50...50), score = generator.number(0...1)
        let funding = generator.pick(["cex", "dex", "bridge", "unknown"]), transactions = generator.whole(1...60)
        event("wallet_activity", score > 0.95 ? "critical" : "low", time, &json) { json in
            json.field("address", "0x" + address)
            json.field("balanceChange", Self.decimal(change))
            json.field("transactionCount", transactions)
            json.field("lastActivity", time.milliseconds)
            json.field("fundingSource", funding)
            json.field("anomalyScore", score)
        }
    }

    /// An amount as text with 18 places, as these systems write amounts.
    private static func decimal(_ value: Double) -> String {
        let thousandths = Int((abs(value) * 1000).rounded())
        let fraction = String(thousandths % 1000)
        return (value < 0 ? "-" : "") + "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
            + String(repeating: "0", count: 15)
    }

    private func event(_ type: String, _ priority: String, _ time: Timestamp, _ json: inout JSONWriter, _ body: (inout JSONWriter) -> Void) {
        count += 1
        json.object { json in
            json.field("id", "sim_\(type)_\(count)_\(time.milliseconds)")
            json.field("type", type)
            json.field("chainId", 1)
            json.field("timestamp", time.milliseconds)
            json.field("source", "ethereum")
            json.field("priority", priority)
            json.field("data", object: body)
        }
    }
}
