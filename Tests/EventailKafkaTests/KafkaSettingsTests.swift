import EventailKafka
import Testing

@Suite struct KafkaSettingsTests {
    @Test func anUnknownNameIsToldInLibrdkafkasWords() {
        #expect(KafkaSettings.problem("linger.mss", "5")?.contains("linger.mss") == true)
        #expect(KafkaSettings.problem("linger.ms", "5") == nil)
        #expect(KafkaSettings.problem("partitioner", "murmur2_random") == nil)
    }

    @Test func aWrongValueIsTold() {
        #expect(KafkaSettings.problem("compression.codec", "zip")?.contains("zip") == true)
        #expect(KafkaSettings.problem("linger.ms", "soon") != nil)
    }

    @Test func theLastOfEqualNamesWins() {
        var settings = KafkaSettings([("acks", "1")])
        settings.set("acks", "all")
        #expect(settings["acks"] == "all")
        #expect(settings.values.count == 1)
        #expect(settings["linger.ms"] == nil)
    }

    @Test func settingsThatDoNotFitEachOtherMakeNoClient() {
        let error = #expect(throws: KafkaError.self) {
            _ = try KafkaProducer(KafkaSettings([("enable.idempotence", "true"), ("acks", "1")]), headers: [], label: "test")
        }
        #expect(error?.kind == .misconfigured)
        #expect(error?.reason.contains("acks") == true)
    }
}
