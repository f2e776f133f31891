/// Finds the places where something may have to be hidden: 16 bytes at a time, without a branch for each byte.
///
/// Each pattern has a short sequence that no text with it lacks and that other text rarely has; a place where one begins is a candidate, which the
/// matchers then look at. The sequence is often not the pattern's beginning: of an address with dots it is a dot, a digit and another dot nearby.
/// *Limits*: reads up to `ScannedText.padding` bytes behind the text's end.
struct CandidateScanner {
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
        var keys = false
        var digits = false
        var names = false
    }

    private let text: ScannedText
    private let wanted: Wanted
    private var at = -16
    /// Candidates of the block not yet told: a byte of ones each.
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    init(_ text: ScannedText, _ wanted: Wanted) {
        self.text = text
        self.wanted = wanted
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
            if wanted.keys { mask = unsafe mask .| Self.keys(block) }
            if wanted.digits { mask = unsafe mask .| Self.digits(block) }
            if wanted.names { mask = unsafe mask .| Self.names(block) }
            let halves = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
            if halves[0] | halves[1] != 0 {
                (at, low, high) = (place, halves[0], halves[1])
                return true
            }
        }
    }

    @inline(__always) private static func load(_ block: UnsafeRawPointer, _ offset: Int) -> Block {
        unsafe block.loadUnaligned(fromByteOffset: offset, as: Block.self)
    }

    @inline(__always) private static func equal(_ block: UnsafeRawPointer, _ offset: Int, _ byte: UInt8) -> Mask {
        unsafe load(block, offset) .== Block(repeating: byte)
    }

    /// The same for a letter of either case.
    @inline(__always) private static func letter(_ block: UnsafeRawPointer, _ offset: Int, _ byte: UInt8) -> Mask {
        unsafe (load(block, offset) | Block(repeating: 0x20)) .== Block(repeating: byte)
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

    /// Beginnings of providers' keys, of JSON web tokens, and `rer ` of `Bearer `.
    @inline(__always) private static func keys(_ block: UnsafeRawPointer) -> Mask {
        let zero = unsafe Lanes(load(block, 0))
        let one = unsafe Lanes(load(block, 1))
        let two = unsafe Lanes(load(block, 2))
        let three = unsafe Lanes(load(block, 3))
        let dashed = two(0x2D) .| two(0x5F)
        // yJ of eyJ is told at the e.
        var mask = zero(0x65) .& one(0x79) .& two(0x4A)
        // sk- sk_ rk_
        mask = mask .| (zero(0x73) .| zero(0x72)) .& one(0x6B) .& dashed
        // gh?_ glpat hf_ npm_ b_p (of github_pat_)
        mask = mask .| zero(0x67) .& (one(0x68) .& three(0x5F) .| one(0x6C) .& two(0x70) .& three(0x61))
        mask = mask .| zero(0x68) .& one(0x66) .& two(0x5F)
        mask = mask .| zero(0x6E) .& one(0x70) .& two(0x6D) .& three(0x5F)
        mask = mask .| zero(0x62) .& one(0x5F) .& two(0x70)
        // AKIA ASIA AIza
        mask = mask .| zero(0x41) .& (two(0x49) .& three(0x41) .| one(0x49) .& two(0x7A))
        // xox xap xai
        mask = mask .| zero(0x78) .& (one(0x6F) .& two(0x78) .| one(0x61) .& (two(0x70) .| two(0x69)))
        // SG. ya29 whs(ec) -BE(GIN) pplx pypi- shpa(t) dop_
        mask = mask .| zero(0x53) .& one(0x47) .& two(0x2E)
        mask = mask .| zero(0x79) .& one(0x61) .& two(0x32)
        mask = mask .| zero(0x77) .& one(0x68) .& two(0x73)
        mask = mask .| zero(0x2D) .& one(0x42) .& two(0x45)
        mask = mask .| zero(0x70) .& (one(0x70) .& two(0x6C) .& three(0x78) .| one(0x79) .& two(0x70) .& three(0x69))
        mask = mask .| zero(0x73) .& one(0x68) .& two(0x70) .& three(0x61)
        mask = mask .| zero(0x64) .& one(0x6F) .& two(0x70) .& three(0x5F)
        // rer_
        mask = mask .| (zero(0x72) .| zero(0x52)) .& (one(0x65) .| one(0x45)) .& (two(0x72) .| two(0x52)) .& three(0x20)
        return mask
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

    /// Pieces of the words that `SecretName` knows, in either case.
    @inline(__always) private static func names(_ block: UnsafeRawPointer) -> Mask {
        let lower = Block(repeating: 0x20)
        let zero = unsafe Lanes(load(block, 0) | lower)
        let one = unsafe Lanes(load(block, 1) | lower)
        let two = unsafe Lanes(load(block, 2) | lower)
        let three = unsafe Lanes(load(block, 3) | lower)
        // A quote, or the backslash of an escaped one.
        let threeIsQuote = three(0x22) .| three(0x7C)
        // ssw ssp ssc: password, passphrase, passcode
        var mask = zero(0x73) .& one(0x73) .& (two(0x77) .| two(0x70) .| two(0x63))
        mask = mask .| zero(0x70) .& one(0x77) .& two(0x64)
        // cret, oken without an s, utho or auth", key", reden(tial), ooki(e), cvv or cvc
        mask = mask .| zero(0x63) .& (one(0x72) .& two(0x65) .& three(0x74) .| one(0x76) .& (two(0x76) .| two(0x63)) .& threeIsQuote)
        mask = unsafe mask .| zero(0x6F) .& one(0x6B) .& two(0x65) .& three(0x6E) .& .!(letter(block, 4, 0x73))
        mask = mask .| zero(0x75) .& one(0x74) .& two(0x68) .& (three(0x6F) .| threeIsQuote)
        mask = mask .| zero(0x6B) .& one(0x65) .& two(0x79) .& threeIsQuote
        mask = mask .| zero(0x72) .& one(0x65) .& two(0x64) .& three(0x65)
        return mask .| zero(0x6F) .& one(0x6F) .& two(0x6B) .& three(0x69)
    }
}
