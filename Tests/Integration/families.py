#!/usr/bin/env python3
"""Every example line of the five families is accepted under its own profile and recognised under `auto`; every invalid one is refused, and the line
behind it is fine. Method: `eventail check` against the example files and their list of reasons."""
from _eventail import *

families = need_shared() / "families"
CLASSES = {"json": {"not_json", "not_object", "invalid_utf8"}, "schema": {"schema", "unknown_type", "unknown_profile"}}


def run_check(path, profile):
    done = subprocess.run([PROGRAM, "check", str(path), "--profile", profile, "--format", "json"], capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)


for name in ("superagent", "aladdin", "auren", "outcome", "eremos"):
    good = families / f"{name}.jsonl"
    count = sum(1 for line in good.read_bytes().splitlines() if line.strip())
    for profile in (name, "auto"):
        code, answer = run_check(good, profile)
        equal((code, answer["valid"], answer["errors"]), (0, count, []), f"{name} under {profile}")
        equal(answer["profiles"], {name: count}, f"{name} under {profile}: profiles")
    bad = families / f"{name}.invalid.jsonl"
    reasons = json.loads((families / f"{name}.invalid.reasons.json").read_text())
    code, answer = run_check(bad, name)
    equal(code, 64, f"exit status for invalid lines of {name}")
    equal(answer["valid"], 0, f"{name}: invalid lines that were accepted")
    found = {error["line"]: error["reason"] for error in answer["errors"]}
    for reason in reasons:
        check(found.get(reason["line"]) in CLASSES[reason["level"]], f"{name} line {reason['line']} ({reason['reason']}): found {found.get(reason['line'])}")
    # Bad and good lines in turn: each good one counts.
    place = folder()
    mixed = place / "mixed.jsonl"
    goods, bads = good.read_bytes().splitlines(), bad.read_bytes().splitlines()
    mixed.write_bytes(b"".join(bads[index % len(bads)] + b"\n" + line + b"\n" for index, line in enumerate(goods)))
    code, answer = run_check(mixed, name)
    equal((answer["valid"], len(answer["errors"])), (count, len(goods)), f"{name} mixed")
