internal import EventailEvents
internal import EventailJSON
internal import EventailSystem

/// `/api/v1/explain`: the newest events behind a figure, of those that the ring still holds.
extension Engine {
    func explain(metric: String, query: MetricsQuery, limit: Int, cursor: String?, into json: inout JSONWriter) throws(MetricsQueryError) {
        guard let fields = MetricName.fields(metric) else { throw .unknownMetric(metric) }
        let before = try number(cursor)
        let window = resolve(query.window, query.end)
        let limit = max(1, limit)
        let filter = FigureFilter(query.filter, self)
        let unit: Double = MetricName.costs[metric] != nil || metric == "cost_per_feature" ? 1e12 : fields.contains(Field.latencySum) || fields.contains(Field.durationSum) ? 1e6 : 1
        // One more than asked for tells whether there is a next page.
        let found = filter.matchesNothing ? [] : facts.contributions.newestFirst(before: before).lazy.compactMap { number, place -> Contribution? in
            let entry = self.facts.contributions.entries[place]
            if entry.time < window.start || entry.time > window.end || !filter.matches(Dimensions(bits: entry.dimensions)) { return nil }
            if let execution = filter.execution, entry.execution != execution { return nil }
            var added: Int64 = 0
            var isBehind = false
            for (field, amount) in self.facts.contributions.added(place) where fields.contains(field) {
                added = added.addingSaturated(amount)
                isBehind = true
            }
            return isBehind ? Contribution(number: number, entry: entry, added: Double(added) / unit) : nil
        }.prefix(limit + 1).map { $0 }
        let names = try executionNames(of: found.prefix(limit).map(\.entry.execution))
        json.object { json in
            json.field("metric", metric)
            json.field("items", array: { json in
                for contribution in found.prefix(limit) {
                    let entry = contribution.entry, dimensions = Dimensions(bits: entry.dimensions)
                    json.object { json in
                        json.field("file", facts.contributions.files[entry.file]?.path)
                        json.field("line", entry.line == 0 ? nil : entry.line)
                        json.field("offset", entry.position)
                        json.field("time", Timestamp(nanoseconds: entry.time).rfc3339)
                        json.field("profile", profileName(dimensions.type))
                        json.field("type", typeName(dimensions.type))
                        json.field("agent", dimensions.agent == 0 ? nil : agents.names[dimensions.agent])
                        json.field("model", dimensions.model == 0 ? nil : modelName(dimensions.model))
                        json.field("execution", names[entry.execution])
                        json.field("added", contribution.added)
                    }
                }
            })
            json.field("next", found.count > limit ? "\(found[limit - 1].number)" : nil)
        }
    }

    /// What one event added to the figure.
    private struct Contribution {
        let number: Int64
        let entry: ContributionRing.Entry
        let added: Double
    }
}
