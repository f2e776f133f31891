/// Finds the places where something may have to be hidden: 16 bytes at a time, without a branch for each byte.
///
/// Each pattern has a short sequence that no text with it lacks and that other text rarely has; a place where one begins is a candidate, which the
/// matchers then look at. The sequence is often not the pattern's beginning: of an address with dots it is a dot, a digit and another dot nearby.
/// Those of numbers are found by comparing 16 places at once, those of words by looking up four bytes at each place (`GramTable`).
/// *Limits*: reads up to `ScannedText.padding` bytes behind the text's end.
@safe struct CandidateScanner {
    private typealias Block = SIMD16<UInt8>
    private typealias Mask = SIMDMask<SIMD16<Int8>>

    /// Bytes side by side, each compared with the same one.
    private struct Lanes {
        let block: Block
        @inline(__always) init(_ block: Block) { self.block = block }
        @inline(__always) func callAsFunction(_ byte: UInt8) -> Mask { block .== Block(repeating: byte) }
    }

    /// What to look for besides escapes.
    struct Wanted {
        var email = false
        var digits = false
    }

    private let text: ScannedText
    private let wanted: Wanted
    private let grams: UnsafePointer<UInt8>?
    private var at = -16
    /// Candidates of the block not yet told: a byte of ones each.
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// `grams` must live as long as the scanner is used.
    init(_ text: ScannedText, _ wanted: Wanted, _ grams: GramTable?) {
        self.text = text
        self.wanted = wanted
        unsafe self.grams = grams.map { unsafe UnsafePointer($0.base) }
    }

    /// The next candidate, -1 behind the last.
    @inline(__always) mutating func next() -> Int {
        while true {
            if low != 0 {
                let lane = low.trailingZeroBitCount >> 3
                low &= ~(0xFF << UInt64(lane << 3))
                if at + lane < text.count { return at + lane }
            } else if high != 0 {
                let lane = high.trailingZeroBitCount >> 3
                high &= ~(0xFF << UInt64(lane << 3))
                if at + 8 + lane < text.count { return at + 8 + lane }
            } else if !advance() {
                return -1
            }
        }
    }

    /// Goes to the next block with a candidate; false when there is none.
    private mutating func advance() -> Bool {
        let count = text.count
        var place = at
        while true {
            place += 16
            if place >= count {
                at = place
                return false
            }
            let block = unsafe text.base + place
            var mask = unsafe Self.escapes(block)
            if wanted.email { mask = unsafe mask .| Self.equal(block, 0, 0x40) }
            if wanted.digits { mask = unsafe mask .| Self.digits(block) }
            var halves = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
            if let grams = unsafe grams, unsafe Self.hasGram(block, grams) { unsafe Self.addGrams(block, grams, to: &halves) }
            if halves[0] | halves[1] != 0 {
                (at, low, high) = (place, halves[0], halves[1])
                return true
            }
        }
    }

    /// Whether one of the 16 places may begin a gram.
    @inline(__always) private static func hasGram(_ block: UnsafeRawPointer, _ grams: UnsafePointer<UInt8>) -> Bool {
        var seen: UInt8 = 0
        for lane in 0..<16 {
            let word = unsafe block.loadUnaligned(fromByteOffset: lane, as: UInt32.self)
            seen |= unsafe grams[GramTable.first(word)]
        }
        return seen & GramTable.firstBit != 0
    }

    /// Marks the places that do by both hashes.
    private static func addGrams(_ block: UnsafeRawPointer, _ grams: UnsafePointer<UInt8>, to halves: inout SIMD2<UInt64>) {
        for lane in 0..<16 {
            let word = unsafe block.loadUnaligned(fromByteOffset: lane, as: UInt32.self)
            if unsafe grams[GramTable.first(word)] & GramTable.firstBit != 0 && grams[GramTable.second(word)] & GramTable.secondBit != 0 {
                halves[lane >> 3] |= 0xFF << UInt64((lane & 7) << 3)
            }
        }
    }

    @inline(__always) private static func load(_ block: UnsafeRawPointer, _ offset: Int) -> Block {
        unsafe block.loadUnaligned(fromByteOffset: offset, as: Block.self)
    }

    @inline(__always) private static func equal(_ block: UnsafeRawPointer, _ offset: Int, _ byte: UInt8) -> Mask {
        unsafe load(block, offset) .== Block(repeating: byte)
    }

    /// Digits and the few characters behind them: the matchers look closer.
    @inline(__always) private static func digit(_ block: UnsafeRawPointer, _ offset: Int) -> Mask {
        unsafe (load(block, offset) & Block(repeating: 0xF0)) .== Block(repeating: 0x30)
    }

    /// `\u00` and a digit from 2 to 7: a character that could have been written plainly, and may hide a pattern.
    @inline(__always) private static func escapes(_ block: UnsafeRawPointer) -> Mask {
        unsafe equal(block, 0, 0x5C) .& equal(block, 1, 0x75) .& equal(block, 2, 0x30) .& equal(block, 3, 0x30)
            .& digit(block, 4) .& (load(block, 4) .>= Block(repeating: 0x32))
    }

    /// Phone numbers, social security numbers, cards and addresses of the Internet.
    @inline(__always) private static func digits(_ block: UnsafeRawPointer) -> Mask {
        let zero = unsafe Lanes(load(block, 0))
        let dash = zero(0x2D)
        let space = zero(0x20)
        let dot = zero(0x2E)
        let first = unsafe digit(block, 1)
        let third = unsafe digit(block, 3)
        let fifth = unsafe digit(block, 5)
        let four = unsafe Lanes(load(block, 4))
        let fourIsGap = four(0x2D) .| four(0x20)
        let sixth = unsafe digit(block, 6)
        let eighth = unsafe digit(block, 8)
        // -dd-dddd
        var mask = unsafe (dash .| space) .& first .& (equal(block, 3, 0x2D) .| equal(block, 3, 0x20)) .& digit(block, 4) .& sixth .& digit(block, 7)
        // -ddd-dddd, also behind a bracket, also with dots
        mask = mask .| (dash .| space .| dot .| zero(0x29)) .& first .& third
            .& (fourIsGap .| four(0x2E)) .& fifth .& eighth
        // +d
        mask = mask .| zero(0x2B) .& first
        // Cards begin with 2 to 6: thirteen digits, or four, a gap and more.
        let leads = (zero.block .>= Block(repeating: 0x32)) .& (zero.block .<= Block(repeating: 0x36)) .& third
        mask = unsafe mask .| leads .& sixth .& digit(block, 9) .& digit(block, 12) .& first
        mask = unsafe mask .| leads .& first .& fourIsGap .& fifth .& digit(block, 7) .& eighth
        // .d. with up to three digits; :: and a group of four behind it
        mask = unsafe mask .| dot .& first .& (equal(block, 2, 0x2E) .| equal(block, 3, 0x2E) .| four(0x2E))
        let colon = zero(0x3A)
        return unsafe mask .| colon
            .& (equal(block, 1, 0x3A) .| equal(block, 2, 0x3A) .| four(0x3A) .| equal(block, 5, 0x3A))
    }
}
