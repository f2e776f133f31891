/// The price of one token of each kind, in millionths of a millionth of a US dollar.
struct UnitPrice {
    var input: Int64, output: Int64, cacheRead: Int64, cacheWrite: Int64, cacheWriteHour: Int64
    init(_ price: PriceTable.Price) {
        func unit(_ dollars: Double) -> Int64 { dollars >= 0 && dollars < 1e6 ? Int64((dollars * 1e6).rounded()) : 0 }
        input = unit(price.input)
        output = unit(price.output)
        cacheRead = unit(price.cacheRead)
        cacheWrite = unit(price.cacheWrite)
        cacheWriteHour = unit(price.cacheWriteHour)
    }
}
