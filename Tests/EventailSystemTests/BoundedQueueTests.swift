import EventailSystem
import Synchronization
import Testing

@Suite struct BoundedQueueTests {
    @Test func keepsOrderAndItsLimit() {
        let queue = BoundedQueue<Int>(capacity: 3)
        for round in 0..<5 {
            #expect(queue.tryPush(round) && queue.tryPush(round + 1) && queue.push(round + 2) && !queue.tryPush(9))
            #expect(queue.count == 3)
            #expect(queue.pop() == round && queue.tryPop() == round + 1 && queue.pop(within: .zero) == round + 2)
            #expect(queue.tryPop() == nil)
        }
    }

    @Test func leavesWhatIsInsideAfterItsEnd() {
        let queue = BoundedQueue<Int>(capacity: 2)
        queue.push(1)
        queue.close()
        #expect(queue.isClosed && !queue.push(2) && !queue.tryPush(2))
        #expect(queue.pop() == 1 && queue.pop() == nil && queue.pop(within: .seconds(100)) == nil)
    }

    @Test func throwsAwayWhatWaits() {
        let queue = BoundedQueue<Int>(capacity: 4)
        for value in 0..<4 { queue.push(value) }
        #expect(queue.removeAll() == 4 && queue.count == 0 && queue.tryPush(1))
    }

    @Test(arguments: [Duration.zero, .seconds(-1), .nanoseconds(-1), .milliseconds(-1500), .microseconds(1)])
    func aWaitThatIsOverReturns(timeout: Duration) {
        #expect(BoundedQueue<Int>(capacity: 1).pop(within: timeout) == nil)
    }

    @Test func waitsForALongTimeWithoutOverflow() {
        let queue = BoundedQueue<Int>(capacity: 1)
        let thread = NamedThread("pusher") { queue.push(7) }
        #expect(queue.pop(within: .seconds(Int64.max)) == 7)
        thread.join()
    }

    @Test func everythingPushedByManyComesOutOnce() {
        let queue = BoundedQueue<Int>(capacity: 7)
        let producers = (0..<4).map { number in NamedThread("producer") { for value in 0..<5000 { queue.push(number * 5000 + value) } } }
        let sums = Mutex<(count: Int, sum: Int)>((0, 0))
        let consumers = (0..<3).map { _ in
            NamedThread("consumer") {
                while let value = queue.pop() { sums.withLock { $0 = ($0.count + 1, $0.sum + value) } }
            }
        }
        for thread in producers { thread.join() }
        queue.close()
        for thread in consumers { thread.join() }
        #expect(sums.withLock { $0.count } == 20_000 && sums.withLock { $0.sum } == 19_999 * 10_000)
    }

    @Test func aProducerThatWaitsReturnsAtTheEnd() {
        let queue = BoundedQueue<Int>(capacity: 1)
        queue.push(1)
        let answer = Mutex(true)
        let thread = NamedThread("waiting") { answer.withLock { $0 = queue.push(2) } }
        queue.close()
        thread.join()
        #expect(!answer.withLock { $0 })
    }
}

@Suite struct DurationTests {
    @Test func countsNanosecondsAndSaturates() {
        #expect(Duration.milliseconds(1500).nanoseconds == 1_500_000_000 && Duration.milliseconds(-1500).nanoseconds == -1_500_000_000)
        #expect(Duration.seconds(Int64.max).nanoseconds == .max && Duration.seconds(Int64.min).nanoseconds == .min)
        #expect((Duration.seconds(9_223_372_036) + .milliseconds(999)).nanoseconds == .max)
        #expect(Duration.milliseconds(250).seconds == 0.25)
    }
}
