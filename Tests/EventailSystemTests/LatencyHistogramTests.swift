import EventailSystem
import Testing

@Suite struct LatencyHistogramTests {
    @Test func bucketsHoldWhatTookAtMostTheirBound() {
        let histogram = LatencyHistogram()
        histogram.record(nanoseconds: 1_000_000, count: 3)
        histogram.record(nanoseconds: 400_000_000)
        histogram.record(nanoseconds: 3_600_000_000_000)
        histogram.record(nanoseconds: -5)
        let found = histogram.current
        #expect(found.count == 6)
        #expect(found.atMost.first == 4 && found.atMost.last == 5)
        #expect(found.atMost[LatencyHistogram.bounds.firstIndex(of: 0.25) ?? 0] == 4)
        #expect(found.atMost[LatencyHistogram.bounds.firstIndex(of: 0.5) ?? 0] == 5)
        #expect(abs(found.sum - 3600.403) < 1e-9)
    }

    @Test func nothingRecordedIsAllZeros() {
        let found = LatencyHistogram().current
        #expect(found.count == 0 && found.sum == 0 && found.atMost.allSatisfy { $0 == 0 } && found.atMost.count == LatencyHistogram.bounds.count)
    }
}
