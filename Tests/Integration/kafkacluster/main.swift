import EventailTestSupport
import Glibc

/// Kafka brokers for scripts, in a process of their own: prints their addresses, then obeys one command a line and answers each with `ok` or `refused`.
///
///     topic NAME PARTITIONS [REPLICAS]    error KIND CODE[,CODE ...]    clear KIND        down BROKER    up BROKER
///     rtt BROKER MILLISECONDS             leader TOPIC PARTITION BROKER                   coordinator KEY BROKER
///     topicerror TOPIC CODE
///
/// KIND is Kafka's number of a kind of request (0 Produce, 3 Metadata, 22 InitProducerId, 24 AddPartitionsToTxn, 26 EndTxn), CODE one of its errors.
/// It ends with its input.
let brokers = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1
let cluster = KafkaMockCluster(brokers: brokers)

func answer(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    unsafe bytes.withUnsafeBytes { pointer in _ = unsafe write(1, pointer.baseAddress, pointer.count) }
}

func obey(_ words: [String]) -> Bool {
    func number(_ index: Int) -> Int { words.indices.contains(index) ? Int(words[index]) ?? -1 : -1 }
    switch (words.first, words.count) {
    case ("topic", 3...): return cluster.makeTopic(words[1], partitions: number(2), replicas: words.count > 3 ? number(3) : 1)
    case ("error", 3):
        cluster.fail(requests: Int16(number(1)), with: words[2].split(separator: ",").compactMap { Int32($0) })
        return true
    case ("clear", 2):
        cluster.clearFailures(requests: Int16(number(1)))
        return true
    case ("topicerror", 3):
        cluster.setError(ofTopic: words[1], Int32(number(2)))
        return true
    case ("down", 2): return cluster.down(number(1))
    case ("up", 2): return cluster.up(number(1))
    case ("rtt", 3): return cluster.setRoundTrip(number(1), milliseconds: number(2))
    case ("leader", 4): return cluster.setLeader(number(3), of: words[1], partition: number(2))
    case ("coordinator", 3): return cluster.setCoordinator(number(2), of: words[1])
    default: return false
    }
}

answer(cluster.bootstrap)
while let line = readLine() { answer(obey(line.split(separator: " ").map(String.init)) ? "ok" : "refused") }
