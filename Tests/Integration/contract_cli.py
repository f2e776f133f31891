#!/usr/bin/env python3
"""The command line as the contract says it: what is printed, where, in which form and with which exit status. Method: small files whose every count is
known beforehand; the built program is run as a script would run it."""
import re
from _eventail import *

place = folder()
GOOD = [{"event_type": "task_queued", "timestamp": 1760000000.5, "payload": {"task_id": "t1", "feature": "f1", "est_cost": 0.5}},
        {"event_type": "agent_started", "timestamp": 1760000001, "payload": {"agent": "scribe", "task_id": "t1", "model": "m", "tools": ["a"]}},
        {"event_type": "agent_completed", "timestamp": 1760000003, "payload": {"agent": "scribe", "task_id": "t1", "status": "success", "duration_ms": 2000, "cost_usd": 0.1}}]
WRONG_TYPE = {"event_type": "agent_completed", "timestamp": 1, "payload": {"agent": "scribe", "task_id": "t1", "status": "success", "duration_ms": "x", "cost_usd": 0.1}}


def line(value): return json.dumps(value).encode() + b"\n"


# Number, reason and bytes of each bad line; the third of the whole file is blank.
LINES = [line(GOOD[0]), line(GOOD[1]), b"\n", b"not json\n", b"[1,2]\n", line({"event_type": "nope", "timestamp": 1, "payload": {}}), line(WRONG_TYPE),
         line({"foo": 1}), b'{"event_type":"caf\xff"}\n', line(GOOD[2])]
REASONS = {4: "not_json", 5: "not_object", 6: "unknown_type", 7: "schema", 8: "unknown_profile", 9: "invalid_utf8"}
UNFINISHED = b'{"unfinished'
mixed = place / "mixed.jsonl"
mixed.write_bytes(b"".join(LINES) + UNFINISHED)
clean = place / "clean.jsonl"
clean.write_bytes(b"".join(map(line, GOOD)))


def call(*arguments, stdin=None, env=None, cwd=None):
    done = subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, timeout=30, cwd=cwd or place, env={**os.environ, **(env or {})})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def exits(wanted, *arguments, **options):
    code, out, error = call(*arguments, **options)
    equal(code, wanted, f"exit status of {' '.join(map(str, arguments))} ({error[-300:]})")
    check(code == 0 or (out + error).strip(), f"{arguments} failed and said nothing")
    return out, error


COUNTS = {"files", "lines", "bytes", "valid", "dead_letters", "blank", "unfinished_bytes", "profiles", "types", "seconds", "cpu_seconds", "events_per_second",
          "bytes_per_second", "max_rss_bytes"}


def has_counts(summary, what):
    check(COUNTS <= set(summary), f"{what} lacks {COUNTS - set(summary)}")
    equal(summary["files"], 1, f"{what} files")
    equal(summary["lines"], 10, f"{what} lines")
    equal(summary["bytes"], len(b"".join(LINES)) + len(UNFINISHED), f"{what} bytes")
    equal(summary["valid"], 3, f"{what} valid")
    equal(summary["dead_letters"], {reason: 1 for reason in REASONS.values()}, f"{what} dead letters")
    equal(summary["blank"], 1, f"{what} blank")
    equal(summary["unfinished_bytes"], len(UNFINISHED), f"{what} unfinished bytes")
    equal(summary["profiles"], {"superagent": 3}, f"{what} profiles")
    equal(summary["types"], {"superagent/task_queued": 1, "superagent/agent_started": 1, "superagent/agent_completed": 1}, f"{what} types")


def exit_at_end():
    out, error = exits(0, "run", "--exit-at-end", mixed, "--set", f"state_dir={place / 'state'}")
    equal(len(out.splitlines()), 1, "lines on standard output")
    has_counts(json.loads(out), "run --exit-at-end")
    for entry in error.splitlines(): json.loads(entry)
    letters = [json.loads(entry) for path in sorted((place / "state/dead-letter").glob("*.jsonl")) for entry in path.read_text().splitlines()]
    equal({letter["line"]: letter["reason"] for letter in letters}, REASONS, "dead letters kept")
    for letter in letters:
        equal(letter["file"], str(mixed), "a dead letter's file")
        equal(letter["offset"], len(b"".join(LINES[:letter["line"] - 1])), "a dead letter's offset")
        check(letter["time"], "a dead letter has no time")
        text = LINES[letter["line"] - 1].rstrip(b"\n")
        if letter["reason"] == "invalid_utf8":
            import base64
            check(base64.b64encode(text).decode() in letter.values(), "a dead letter that is not UTF-8 is not kept in base64")
        else: check(text.decode() in letter.values(), f"a dead letter does not hold its line: {letter}")
    schema = next(letter for letter in letters if letter["reason"] == "schema")
    equal((schema["location"], schema["keyword"]), ("/payload/duration_ms", "type"), "where the schema is broken")
    out, _ = exits(0, "dead-letter", "list", "--set", f"state_dir={place / 'state'}")
    equal([json.loads(entry)["line"] for entry in out.splitlines()], sorted(REASONS), "dead-letter list")
    out, _ = exits(0, "state", "list", "--set", f"state_dir={place / 'state'}")
    check(str(mixed) in out, f"state list does not name the file: {out}")
    exits(0, "state", "verify", "--set", f"state_dir={place / 'state'}")
    # A second run appends nothing and loses nothing; what was appended is read then.
    with open(mixed, "ab") as more: more.write(b"\n" + line(GOOD[0]))
    again = run_to_end(mixed, "--set", f"state_dir={place / 'state'}")
    equal(again["unfinished_bytes"], 0, "unfinished bytes when the line was ended")
    # It tells of itself: the line that was unfinished, one more, and no byte of what was counted before.
    equal((again["lines"], again["valid"], again["profiles"], again["types"]), (2, 1, {"superagent": 1}, {"superagent/task_queued": 1}), "what the second run counted")
    equal((again["bytes"], sum(again["dead_letters"].values()), again["blank"]), (len(UNFINISHED) + 1 + len(line(GOOD[0])), 1, 0), "bytes and dead letters of the second run")
    letters = sum(1 for path in (place / "state/dead-letter").glob("*.jsonl") for _ in path.read_text().splitlines())
    equal(letters, 7, "dead letters after the line was ended badly")
    mixed.write_bytes(b"".join(LINES) + UNFINISHED)


def check_text():
    out, _ = exits(64, "check", mixed)
    for number, reason in REASONS.items():
        check(re.search(rf"(?m)^{re.escape(str(mixed))}:{number}: {reason}: .+: .+$", out), f"check does not tell of line {number} as FILE:LINE: REASON: WHERE: WHAT:\n{out}")
    equal(len(re.findall(rf"(?m)^{re.escape(str(mixed))}:", out)), len(REASONS), "lines about invalid lines")
    check("/payload/duration_ms" in out, "check does not say where in the document")
    tail = out[out.rindex(str(mixed)):]
    for word in ("superagent", "agent_started", *REASONS.values()): check(word in tail, f"check's totals lack {word}:\n{tail}")
    out, _ = exits(0, "check", clean)
    check("3" in out and "superagent" in out, f"check's totals: {out}")
    # Standard input, named as such.
    out, _ = exits(64, "check", "-", stdin=b"".join(LINES))
    equal(len(re.findall(r"(?m)^-:\d+: ", out)), len(REASONS), "lines about invalid lines of standard input")
    exits(0, "check", "-", stdin=b"")
    exits(64, "check", clean, mixed)
    exits(64, "check", clean, "--profile", "aladdin")
    exits(0, "check", "--profile", "generic", "-", stdin=b'{"foo":1}\r\n\r\n{}\r\n')


def check_json():
    out, _ = exits(64, "check", "--format", "json", mixed)
    answer = json.loads(out)
    has_counts(answer, "check --format json")
    equal({error["line"]: error["reason"] for error in answer["errors"]}, REASONS, "errors")
    for error in answer["errors"]:
        equal(set(error), {"file", "line", "offset", "reason", "profile", "location", "keyword", "message"}, "keys of an error")
        equal(error["offset"], len(b"".join(LINES[:error["line"] - 1])), "an error's offset")
    equal(json.loads(exits(0, "check", "--format", "json", clean)[0])["errors"], [], "errors of a clean file")
    # All of them, not only the first.
    many = place / "many.txt"
    many.write_bytes(b"x\n" * 5000)
    equal(len(json.loads(exits(64, "check", "--format", "json", many)[0])["errors"]), 5000, "errors of 5000 bad lines")


def check_schema():
    (place / "base").mkdir()
    (place / "base/int.json").write_text('{"type":"integer","minimum":3}')
    schema = place / "schema.txt"
    schema.write_text('{"$schema":"https://json-schema.org/draft/2020-12/schema","type":["object","integer"],"properties":{"a":{"$ref":"http://x.test/s/int.json"}}}')
    lines = b'{"a":3}\n{"a":"x"}\n[1]\n5\n{"a":1}\nnot\nnull\n'
    out, _ = exits(64, "check", "--schema", schema, "--schema-base", f"http://x.test/s/={place / 'base'}", "--format", "json", "-", stdin=lines)
    answer = json.loads(out)
    equal(answer["valid"], 2, "valid against a schema")
    equal([(error["line"], error["reason"], error["location"], error["keyword"]) for error in answer["errors"]],
          [(2, "schema", "/a", "type"), (3, "schema", "", "type"), (5, "schema", "/a", "minimum"), (6, "not_json", "", ""), (7, "schema", "", "type")], "errors against a schema")
    (place / "true.txt").write_text("true")
    exits(0, "check", "--schema", place / "true.txt", "-", stdin=b'5\n"x"\nnull\n[]\n')
    code, _, error = call("check", "--schema", schema, "-", stdin=lines)
    check(code not in (0, 64) and "http://x.test/s/int.json" in error, f"a reference that leads nowhere: {code} {error}")


def wrong_usage():
    for arguments in ((), ("frob",), ("run", "--nope"), ("run",), ("check",), ("check", clean, "--format", "xml"), ("check", clean, "--profile", "nope"), ("config",),
                      ("config", "frob"), ("config", "check"), ("profiles", "nope"), ("state", "frob"), ("run", "--log-format", "xml", clean), ("run", "--log-level", "loud", clean)):
        exits(2, *arguments)
    for arguments in (("--help",), ("run", "--help"), ("check", "--help")): exits(0, *arguments)
    exits(1, "check", place / "absent.jsonl")


def configuration_errors():
    path = place / "wrong.yaml"

    def wrong(text, where, key, *words, env=None):
        path.write_text(text)
        for arguments in (("config", "check", path), ("run", "--config", path)):
            out, error = exits(78, *arguments, env=env)
            told = out + error
            if arguments[0] == "config":
                check(f"{path}:{where}: " in told, f"not at {where}: {told}")
            for word in (key, *words): check(word in told, f"{word!r} is not told: {told}")

    source = 'sources:\n  - name: agents\n    paths: ["/x/*.jsonl"]\n    '
    wrong(source + "profle: auto\n", "4:5", "profle", "profile")
    wrong(source + "start_at: middle\n", "4:15", "start_at", "middle", "beginning", "end")
    wrong(source + "max_line_bytes: 1 parsec\n", "4:21", "max_line_bytes", "parsec", "16MiB")
    wrong(source + "profile: nope\n", "4:14", "profile", "nope", "superagent")
    wrong("bogus: 1\n", "1:1", "bogus", "sources")
    wrong("sinks:\n  - {name: a, type: carrier_pigeon}\n", "2:21", "type", "carrier_pigeon", "history")
    wrong('server: {listen: ["0.0.0.0:8765"]}\n', "1:19", "server.listen", "0.0.0.0:8765", "insecure")
    wrong("server: {heartbeat: {interval: -3s}}\n", "1:32", "server.heartbeat.interval", "-3s", "30s")
    wrong('state_dir: "${EVENTAIL_TEST_ABSENT}"\n', "1:12", "state_dir", "EVENTAIL_TEST_ABSENT")
    wrong('state_dir: "${file:/absent/secret}"\n', "1:12", "state_dir", "/absent/secret")
    wrong("state_dir: a\nstate_dir: b\n", "2:1", "state_dir")
    wrong("- a\n", "1:1", "mapping")
    path.write_text("state_dir: [a\n")
    check(re.search(rf"{re.escape(str(path))}:\d+:\d+: ", "".join(exits(78, "config", "check", path))), "broken YAML is not told with its place")
    exits(78, "config", "check", place / "absent.yaml")
    exits(78, "run", "--config", place / "absent.yaml")
    exits(78, "run", "--set", "nope.x=1", clean)
    exits(78, "run", "--set", "server.listen=9", clean)


def configuration_values():
    path = place / "right.yaml"
    (place / "secret.txt").write_text("host.example\n")
    path.write_text('state_dir: "${EVENTAIL_TEST_STATE}"\nsources:\n  - {name: a, paths: ["${EVENTAIL_TEST_ABSENT:-/default}/*.jsonl"], max_line_bytes: 2MiB}\n'
                    'sinks:\n  - {name: log, type: file, path: "/x/events.jsonl", rotate: {size: 1MiB, keep: 2, compress: none}}\n'
                    f'server: {{hosts: ["${{file:{place}/secret.txt}}"]}}\n')
    env = {"EVENTAIL_TEST_STATE": "/somewhere"}
    exits(0, "config", "check", path, env=env)
    shown, _ = exits(0, "config", "show", path, env=env)
    for word in ("/somewhere", "/default/*.jsonl", "host.example", "2MiB", "beginning", "history", "127.0.0.1:8765"): check(word in shown, f"config show lacks {word}:\n{shown}")
    # What is shown is a configuration itself, and showing it changes nothing.
    (place / "shown.yaml").write_text(shown)
    equal(exits(0, "config", "show", place / "shown.yaml")[0], shown, "config show of what config show printed")
    for key in ("state_dir", "sources", "sinks", "server", "metrics", "redact", "rules"): check(key + ":" in exits(0, "config", "show")[0], f"config show lacks {key}")
    schema = json.loads(exits(0, "config", "schema")[0])
    check("properties" in schema and "state_dir" in schema["properties"], "config schema is no schema of the configuration")
    # --set stands above the file, also deep in lists.
    out, _ = exits(0, "run", "--exit-at-end", "--config", path, "--set", f"sources.0.paths=[{clean}]", "--set", f"sinks.0.path={place}/events.out", "--set",
                   f"state_dir={place / 'set-state'}", env=env)
    equal(json.loads(out)["valid"], 3, "valid with --set")
    check((place / "set-state").is_dir(), "--set state_dir was not obeyed")
    equal((place / "events.out").read_bytes(), clean.read_bytes(), "the file sink's lines")


def profiles():
    names = {"superagent", "aladdin", "auren", "outcome", "eremos", "claude-code", "codex", "pi", "gemini-cli", "generic"}
    listed = exits(0, "profiles")[0]
    check(names <= set(re.findall(r"(?m)^\s*([a-z0-9-]+)", listed)), f"profiles lacks some: {listed}")
    for name in names:
        text = exits(0, "profiles", name)[0]
        check(f"profile: {name}" in text, f"profiles {name} does not print it")
    # A printed profile is a user's profile, by its path.
    mine = place / "mine.yaml"
    mine.write_text(exits(0, "profiles", "superagent")[0].replace("profile: superagent", "profile: mine"))
    out, _ = exits(0, "check", "--profile", mine, "--format", "json", clean)
    equal(json.loads(out)["profiles"], {"mine": 3}, "profiles by path")
    mine.write_text("profile: mine\nforms: 5\n")
    told = "".join(exits(2, "check", "--profile", mine, clean) if call("check", "--profile", mine, clean)[0] == 2 else exits(78, "check", "--profile", mine, clean))
    check(re.search(r"mine\.yaml:2:\d+", told), f"a mistake in a profile is not told with its place: {told}")


def diagnostics():
    for form in ("json", "text"):
        _, error = exits(0, "run", "--exit-at-end", clean, "--log-format", form, "--set", f"state_dir={place / ('log-' + form)}")
        check(error.strip(), "nothing on standard error")
        for entry in error.splitlines():
            if form == "json": check({"time", "level", "message"} <= set(json.loads(entry)), f"a diagnostic lacks keys: {entry}")
            else: check(not entry.startswith("{"), f"a diagnostic is JSON: {entry}")
    _, error = exits(0, "run", "--exit-at-end", clean, "--log-level", "error", "--set", f"state_dir={place / 'log-error'}")
    equal(error, "", "diagnostics at level error")


def zero_configuration():
    home = place / "zero"
    (home / "logs/deep/er").mkdir(parents=True)
    for path in ("logs/a.jsonl", "logs/deep/b.jsonl", "logs/deep/er/c.jsonl"): (home / path).write_bytes(clean.read_bytes())
    (home / "logs/d.txt").write_bytes(clean.read_bytes())
    out, _ = exits(0, "run", "--exit-at-end", "logs/**/*.jsonl", cwd=home)
    equal((json.loads(out)["files"], json.loads(out)["valid"]), (3, 9), "files and valid of logs/**/*.jsonl")
    check((home / ".eventail").is_dir(), "the state is not in ./.eventail")
    out, _ = exits(0, "run", "--exit-at-end", "logs/*.jsonl", "logs/d.txt", "--set", "state_dir=other", cwd=home)
    equal((json.loads(out)["files"], json.loads(out)["valid"]), (2, 6), "files and valid of a glob and a path")
    # Nothing matches: nothing is read, nothing is wrong.
    out, _ = exits(0, "run", "--exit-at-end", "none/*.jsonl", "--set", "state_dir=third", cwd=home)
    equal((json.loads(out)["files"], json.loads(out)["lines"]), (0, 0), "files and lines of no match")
    # An address that cannot be bound is a failed start.
    import socket
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        exits(1, "run", "logs/*.jsonl", "--set", f"server.listen=127.0.0.1:{taken.getsockname()[1]}", "--set", "state_dir=fourth", cwd=home)
    # One instance a state.
    first = Instance("logs/*.jsonl", state=home / "fifth", cwd=home).start()
    exits(1, "run", "--exit-at-end", "logs/*.jsonl", "--set", f"state_dir={home / 'fifth'}", cwd=home)
    first.stop()


for part in (exit_at_end, check_text, check_json, check_schema, wrong_usage, configuration_errors, configuration_values, profiles, diagnostics, zero_configuration):
    part()
    if len(sys.argv) > 1: print("ok", part.__name__)
