internal import EventailConfiguration
internal import EventailServer
internal import EventailSystem
internal import EventailTLS

/// `eventail token`: mints a JSON web token that the server of a configuration takes.
enum TokenCommand: Command {
    static let syntax = Syntax(
        verb: "token", forms: ["token --role R [--agents A,B] [--executions E] [--ttl 1h] --config FILE"],
        summary: "Mint a token signed with the configured secret.",
        options: [
            Syntax.Option(name: "--role", value: "R", help: "its role, one of server.auth.roles when there are any"),
            Syntax.Option(name: "--agents", value: "A,B", help: "agents whose events it lets through, of those that the role sees"),
            Syntax.Option(name: "--executions", value: "E,F", help: "the same for executions"),
            Syntax.Option(name: "--types", value: "T,U", help: "the same for types"),
            Syntax.Option(name: "--subject", value: "WHO", help: "whom it names"),
            Syntax.Option(name: "--ttl", value: "1h", help: "how long it is valid"),
            Syntax.Option(name: "--config", value: "FILE", help: "the configuration whose server.auth.jwt.secret signs"),
            Syntax.Option(name: "--set", value: "KEY=VALUE", help: "overrides a configuration value", repeats: true),
        ],
        notes: "Only HS256, HS384 and HS512 have a secret; tokens of the other algorithms come from whoever has the private key.")

    static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        try arguments.requireNoMore(than: 0)
        let role = try arguments.required("--role", "R")
        _ = try arguments.required("--config", "FILE")
        let text = arguments.value("--ttl") ?? "1h"
        guard let time = Units.duration(text), time > .zero, time <= .seconds(3650 * 86_400) else {
            throw .usage("--ttl \(text) is no duration", "write \(Units.durationForm)")
        }
        let configuration = try StateLocation.read(arguments)
        guard let settings = configuration.server.authentication, let secret = settings.secret,
            let algorithm = settings.algorithms.compactMap(SignatureAlgorithm.init(rawValue:)).first(where: \.isSymmetric)
        else { throw .failed("the configuration has no server.auth.jwt.secret that signs tokens", "set it and one of HS256, HS384 and HS512") }
        let roles = settings.roles.map(\.name)
        if !roles.isEmpty && !roles.contains(role) { throw .usage("\"\(role)\" is none of the roles", Suggestion.sentence(for: role, among: roles)) }
        func list(_ name: String) -> [String]? { arguments.value(name).map { $0.split(separator: ",").map(String.init) } }
        let now = Timestamp.now()
        let identity = Identity(
            subject: arguments.value("--subject") ?? role, role: role,
            scope: Identity.Scope(agents: list("--agents"), executions: list("--executions"), types: list("--types")),
            expires: now.nanoseconds + time.nanoseconds)
        let minter = TokenMinter(secret: Array(secret.utf8), algorithm: algorithm)
        Output.write(minter.token(for: identity, issuer: settings.issuer, audience: settings.audience, now: now) + "\n")
        return ExitStatus.done
    }
}
