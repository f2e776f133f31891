#!/usr/bin/env python3
"""Recorded sessions of real agents: tokens by kind, tool calls and errors, sessions, models and cost equal the right totals that come with them, also
when the files grow in random pieces with a restart in between, and when the same bytes appear again under other names.
Method: expected.json was computed by two independent readers."""
import random
from _eventail import *

agents = need_shared() / "agents"
KINDS = {"input": "input", "output": "output", "cache_read": "cache_read", "cache_write": "cache_write", "reasoning": "reasoning"}


def compare(instance, wanted, profile, when):
    answer = instance.get(f"/api/v1/metrics?window=all&profile={profile}")["totals"]
    for ours, theirs in KINDS.items(): equal(answer["tokens"][ours], wanted["tokens"][theirs], f"{when}: tokens {ours}")
    tools = wanted["tools"]
    equal(answer["tool_calls"], tools["calls"], f"{when}: tool calls")
    equal(answer["tool_errors"], tools["errors"], f"{when}: tool errors")
    equal(answer["executions"], wanted["sessions"], f"{when}: sessions")
    cost = wanted.get("cost_usd_reported", wanted.get("cost_usd_estimated"))
    if cost is not None and "cost_usd_reported" not in wanted:
        check(abs(answer["cost_usd"]["estimated"] - cost) < 1e-9, f"{when}: estimated cost: found {answer['cost_usd']['estimated']}, wanted {cost}")
    if "cost_usd_reported" in wanted:
        check(abs(answer["cost_usd"]["reported"] - cost) < 1e-9, f"{when}: reported cost: found {answer['cost_usd']['reported']}, wanted {cost}")
    models = {group["key"]: group["tokens"] for group in instance.get(f"/api/v1/metrics?window=all&profile={profile}&group_by=model")["groups"]}
    for model, tokens in wanted["tokens_by_model"].items():
        for ours, theirs in KINDS.items(): equal(models[model][ours], tokens[theirs], f"{when}: tokens {ours} of {model}")
    calls = {group["key"]: group["tool_calls"] for group in instance.get(f"/api/v1/metrics?window=all&profile={profile}&group_by=tool")["groups"]}
    for tool, count in tools.get("calls_by_tool", {}).items(): equal(calls.get(tool), count, f"{when}: calls of {tool}")


def files_of(set_):
    return sorted((agents / set_).glob("*.jsonl"))


def lines_in(paths):
    """Whole lines: the last of a recorded file may have no line end."""
    return sum(path.read_bytes().count(b"\n") for path in paths)


for set_, profile in (("claude-code/recorded", "claude-code"), ("claude-code/synthetic", "claude-code"), ("codex/recorded", "codex"), ("pi/recorded", "pi")):
    wanted = json.loads((agents / set_ / "expected.json").read_text())["total"]
    place, chance = folder(), random.Random(9)
    (place / "files").mkdir()
    instance = Instance(place / "files/**/*.jsonl", state=place / "state").start()

    # Growing in pieces that end anywhere, restarted in between.
    contents = {path.name: path.read_bytes() for path in files_of(set_)}
    contents = {name: content if content.endswith(b"\n") else content + b"\n" for name, content in contents.items()}
    whole = sum(content.count(b"\n") for content in contents.values())
    marks = dict.fromkeys(contents, 0)
    pieces = 0
    while any(marks[name] < len(content) for name, content in contents.items()):
        for name, content in contents.items():
            step = chance.randint(1, max(2, len(content) // 5))
            with open(place / "files" / name, "ab") as file: file.write(content[marks[name]:marks[name] + step])
            marks[name] += step
        pieces += 1
        if pieces == 3:
            instance.kill()
            instance.start()
    all_in(instance, whole)
    compare(instance, wanted, profile, f"{set_} in pieces")

    # The same bytes under other names: lines are counted, nothing of what was spent.
    (place / "files" / "again").mkdir()
    for name, content in contents.items(): (place / "files" / "again" / f"copy-{name}").write_bytes(content)
    all_in(instance, 2 * whole)
    compare(instance, wanted, profile, f"{set_} again under other names")
    instance.kill()
    instance.start()
    compare(instance, wanted, profile, f"{set_} after a restart")
    instance.stop()
    print(f"note: {set_}: {whole} lines, twice")
