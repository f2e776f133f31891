// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: see HouseRules in Sources/README.md for the reason of each.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    // What the compiler cannot prove exclusive is watched in debug builds, which the tests run; in release builds that watching costs a seventh of the time.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

/// A system library of Debian: one folder with a module map and a header that names it.
func library(_ name: String) -> Target {
    .systemLibrary(name: name, path: "Sources/\(name)")
}

func swift(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil, exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "eventail",
    products: [.executable(name: "eventail", targets: ["eventail"])],
    targets: [
        // C and C++: each is imported by exactly one Swift target.
        library("CInotifyTools"), library("CSQLite"), library("CYAML"), library("CPCRE2"), library("CZstd"), library("CZlib"),
        library("CHTTPParser"), library("CWslay"), library("COpenSSL"), library("CHiredis"), library("CRdKafka"),
        .target(name: "CLinux", cSettings: [.unsafeFlags(["-Wall", "-Werror"])]),
        .target(name: "CResources", exclude: ["profiles", "page", "schemas"], cSettings: [.unsafeFlags(["-Wno-c23-extensions"])]),
        .target(
            name: "CSimdJSON", cxxSettings: [.unsafeFlags(["-std=c++17", "-O3"])],
            linkerSettings: [.linkedLibrary("simdjson")]),

        // Swift, lowest first: an arrow may only point up this list.
        swift("EventailSystem", ["CLinux", "CResources"]),
        swift("EventailCompression", ["CZlib", "CZstd", "EventailSystem"]),
        swift("EventailTLS", ["COpenSSL", "EventailSystem"]),
        swift("EventailRedis", ["CHiredis", "EventailSystem", "EventailTLS"]),
        swift("EventailJSON", ["CSimdJSON", "CPCRE2", "EventailSystem"]),
        swift("EventailKafka", ["CRdKafka", "EventailJSON", "EventailSystem"]),
        swift("EventailEvents", ["CYAML", "EventailJSON", "EventailSystem"]),
        swift("EventailRedact", ["EventailEvents", "EventailJSON", "EventailSystem"], exclude: ["README.md"]),
        swift("EventailConfiguration", ["EventailEvents", "EventailJSON", "EventailKafka", "EventailRedact", "EventailRedis", "EventailSystem", "EventailTLS"]),
        swift("EventailInbox", ["EventailEvents", "EventailSystem"]),
        swift("EventailTail", ["CInotifyTools", "EventailCompression", "EventailEvents", "EventailSystem"]),
        swift("EventailStore", ["CSQLite", "EventailEvents", "EventailJSON", "EventailSystem"]),
        swift("EventailAggregate", ["EventailEvents", "EventailJSON", "EventailSystem"], exclude: ["README.md"]),
        swift("EventailPipeline", ["EventailAggregate", "EventailEvents", "EventailInbox", "EventailJSON", "EventailRedact", "EventailStore", "EventailSystem", "EventailTail"]),
        swift("EventailSinks", ["EventailCompression", "EventailEvents", "EventailJSON", "EventailKafka", "EventailPipeline", "EventailRedis", "EventailStore", "EventailSystem"]),
        swift("EventailReceive", ["EventailEvents", "EventailInbox", "EventailJSON", "EventailKafka", "EventailRedis", "EventailSystem"], exclude: ["README.md"]),
        swift("EventailServer", [
            "CHTTPParser", "CWslay", "EventailAggregate", "EventailEvents", "EventailJSON", "EventailPipeline", "EventailStore", "EventailSystem",
            "EventailTLS",
        ], exclude: ["README.md"]),
        .executableTarget(
            name: "eventail",
            dependencies: [
                "EventailAggregate", "EventailConfiguration", "EventailEvents", "EventailInbox", "EventailJSON", "EventailPipeline", "EventailReceive",
                "EventailRedis", "EventailServer", "EventailSinks",
                "EventailStore",
                "EventailSystem", "EventailTLS", "EventailTail",
            ],
            swiftSettings: strict),

        .executableTarget(
            name: "yardstick", dependencies: ["EventailJSON", "EventailRedact", "EventailSystem"], path: "Tests/Benchmarks/yardstick", swiftSettings: strict),
        .executableTarget(
            name: "extractbench", dependencies: ["EventailEvents", "EventailJSON", "EventailSystem"], path: "Tests/Benchmarks/extractbench", swiftSettings: strict),
        .executableTarget(
            name: "foldbench", dependencies: ["EventailAggregate", "EventailEvents", "EventailJSON", "EventailSystem"], path: "Tests/Benchmarks/foldbench",
            swiftSettings: strict),
        .executableTarget(
            name: "redisyardstick", dependencies: ["EventailJSON", "EventailRedis", "EventailSystem"], path: "Tests/Benchmarks/redisyardstick",
            swiftSettings: strict),

        .executableTarget(
            name: "kafkabare", dependencies: ["EventailJSON", "EventailKafka", "EventailSystem"], path: "Tests/Benchmarks/kafkabare", swiftSettings: strict),
        .executableTarget(
            name: "kafkacluster", dependencies: ["EventailTestSupport"], path: "Tests/Integration/kafkacluster", swiftSettings: strict),

        // Tests: one target for each module above, then what crosses modules.
        swift("EventailTestSupport", ["CRdKafka", "EventailEvents", "EventailJSON", "EventailSystem"], path: "Tests/EventailTestSupport"),
        tests("EventailCompressionTests", ["EventailTestSupport", "EventailSystem", "EventailCompression"]),
        tests("EventailSystemTests", ["EventailTestSupport", "EventailSystem"]),
        tests("EventailRedisTests", ["EventailTestSupport", "EventailSystem", "EventailRedis"]),
        tests("EventailJSONTests", ["EventailTestSupport", "EventailSystem", "EventailJSON"]),
        tests("EventailKafkaTests", ["EventailTestSupport", "EventailSystem", "EventailKafka", "CRdKafka"]),
        tests("EventailEventsTests", ["EventailTestSupport", "EventailSystem", "EventailJSON", "EventailEvents"]),
        tests("EventailRedactTests", ["EventailTestSupport", "EventailRedact", "EventailSystem", "EventailJSON", "EventailEvents"]),
        tests("EventailConfigurationTests", ["EventailTestSupport", "EventailConfiguration", "EventailRedact", "EventailSystem", "EventailJSON", "EventailEvents"]),
        tests("EventailTailTests", ["EventailCompression", "EventailTestSupport", "EventailSystem", "EventailJSON", "EventailEvents", "EventailTail"]),
        tests("EventailInboxTests", ["EventailTestSupport", "EventailSystem", "EventailEvents", "EventailInbox", "EventailTail"]),
        tests("EventailReceiveTests", ["EventailTestSupport", "EventailSystem", "EventailEvents", "EventailInbox", "EventailReceive"]),
        tests("EventailStoreTests", ["EventailTestSupport", "EventailSystem", "EventailJSON", "EventailEvents", "EventailTail", "EventailStore"]),
        tests("EventailAggregateTests", ["EventailTestSupport", "EventailSystem", "EventailJSON", "EventailEvents", "EventailTail", "EventailStore", "EventailAggregate"]),
        tests("EventailPipelineTests", ["EventailTestSupport", "EventailSystem", "EventailJSON", "EventailEvents", "EventailInbox", "EventailTail", "EventailStore", "EventailAggregate", "EventailPipeline"]),
        tests("EventailSinksTests", ["EventailCompression", "EventailRedis", "EventailTestSupport", "EventailSystem", "EventailKafka", "EventailJSON", "EventailEvents", "EventailTail", "EventailStore", "EventailAggregate", "EventailPipeline", "EventailSinks"]),
        tests("EventailServerTests", ["EventailTestSupport", "EventailSystem", "EventailTLS", "EventailJSON", "EventailEvents", "EventailTail", "EventailStore", "EventailAggregate", "EventailPipeline", "EventailSinks", "EventailServer"]),
    ]
)
