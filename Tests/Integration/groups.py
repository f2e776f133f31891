#!/usr/bin/env python3
"""Groups by execution, tool, agent and model over files of three families equal a recount from the lines, for the windows 5m, 1h and all, also after a
kill -9 in the middle. Method: each family's lines are read here by rules of their own, one pass for each window and grouping."""
import datetime, random
from collections import defaultdict
from decimal import Decimal
from _eventail import *
from _recount import window_of

# An answer has the largest groups.
MOST_GROUPS = 1000
GROUPINGS = ("execution", "tool", "agent", "model")
COUNTS = ("events", "success", "failure", "model_calls", "tool_calls", "tool_errors", "tokens", "cost")


class Event:
    """What one line of aladdin, auren or outcome says."""

    def __init__(self, line):
        raw = json.loads(line, parse_float=Decimal)
        for name in (*COUNTS, "agent", "model", "tool", "execution"): setattr(self, name, 0 if name in COUNTS else None)
        self.events = 1
        if "run_id" in raw: self.outcome(raw)
        elif "event_id" in raw: self.auren(raw)
        else: self.aladdin(raw)
        moment = datetime.datetime.fromisoformat(raw["timestamp"].replace("Z", "+00:00"))
        if moment.tzinfo is None: moment = moment.replace(tzinfo=datetime.timezone.utc)
        since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        self.time = (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1000

    def ended(self, well):
        self.success, self.failure = int(well), int(not well)

    def outcome(self, raw):
        self.execution, self.agent, self.model = raw["run_id"], raw["agent_name"], raw["metadata"]["model"]
        # A partial outcome is neither.
        if raw["status"] != "partial": self.ended(raw["status"] == "success")
        self.tokens = raw["tokens_used"]

    def auren(self, raw):
        payload = raw["payload"]
        self.execution, self.agent, self.model = raw["trace_id"], raw["source_agent"]["id"], payload.get("model")
        if raw["event_type"] == "llm_call":
            self.ended(payload["success"])
            self.model_calls, self.tokens, self.cost = 1, payload["tokens_used"], payload["cost"]
        if raw["event_type"] == "tool_usage":
            self.ended(payload["success"])
            self.tool, self.tool_calls, self.tool_errors = payload["tool_name"], 1, self.failure
        # Its cost and tokens repeat those of its calls.
        if raw["event_type"] == "agent_execution_completed": self.ended(raw["performance_metrics"]["success"])

    def aladdin(self, raw):
        kind = raw["type"]
        self.execution, self.agent = raw["executionId"], raw.get("agentId")
        if kind == "agent-complete":
            self.ended(True)
            self.tokens = raw["tokenUsage"]["totalTokens"]
        if kind == "tool-call": self.tool, self.tool_calls = raw["toolName"], 1
        if kind == "tool-result":
            self.ended(raw["success"])
            self.tool, self.tool_errors = raw["toolName"], self.failure
        if kind == "quality-check": self.ended(raw["passed"])
        if kind == "review-status":
            self.agent = raw["reviewedBy"]
            if raw["decision"] != "revision-needed": self.ended(raw["decision"] == "approved")


place = folder()
state = place / "state"
files = []
for number, family in enumerate(("aladdin", "auren", "outcome")):
    path = place / "whole.jsonl"
    generate(path, "--family", family, "--events", "6000", "--seed", 21 + number, "--step", "0.9")
    files.append(path.read_bytes().splitlines(keepends=True))
    path.unlink()
events = [Event(line) for lines in files for line in lines]

instance = Instance(place / "agents-*.jsonl", state=state).start()
chance = random.Random(3)
marks = [0] * len(files)
killed = False
while any(mark < len(lines) for mark, lines in zip(marks, files)):
    for number, lines in enumerate(files):
        step = chance.randint(1, 900)
        with open(place / f"agents-{number}.jsonl", "ab") as output: output.write(b"".join(lines[marks[number]:marks[number] + step]))
        marks[number] += step
    if not killed and marks[0] > 3000:
        until(lambda: instance.get("/api/v1/audit")["lines"] > 1500, "some lines in")
        instance.kill()
        killed = True
        instance.start()
all_in(instance, len(events))


def figures(group):
    """The compared figures of an answer; cost to a billionth of a dollar."""
    return {"events": group["events"], "success": group["success"], "failure": group["failure"], "model_calls": group["model_calls"],
            "tool_calls": group["tool_calls"], "tool_errors": group["tool_errors"], "tokens": group["tokens"]["total"], "cost": round(group["cost_usd"]["total"], 9)}


def recount(inside, by):
    sums = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    for event in inside:
        key = getattr(event, by)
        if key is None: continue
        for name in COUNTS: sums[key][name] += getattr(event, name)
    return {key: {**counts, "cost": round(float(counts["cost"]), 9)} for key, counts in sums.items()}


def compare_all(when):
    for window in ("5m", "1h", "all"):
        start, end = window_of(events, window)
        inside = [event for event in events if start <= event.time <= end]
        for by in GROUPINGS:
            answer = instance.get(f"/api/v1/metrics?window={window}&end=latest&group_by={by}")
            found = {group["key"]: figures(group) for group in answer["groups"] if group["key"] is not None}
            wanted = recount(inside, by)
            check(set(found) <= set(wanted), f"{when}, {window}, by {by}: too many groups: {sorted(set(found) - set(wanted))[:3]}")
            equal(len(found), min(len(wanted), MOST_GROUPS), f"{when}, {window}, number of groups by {by}")
            for key in found: equal(found[key], wanted[key], f"{when}, {window}, {by} {key}")
            left_out = max((counts["events"] for key, counts in wanted.items() if key not in found), default=0)
            check(left_out <= min(group["events"] for group in found.values()), f"{when}, {window}, by {by}: a group of {left_out} events is left out")
            print(f"{when}, {window}: {len(wanted)} groups by {by} of {len(inside)} events")


compare_all("live")
instance.kill()
instance.start()
all_in(instance, len(events))
compare_all("after kill -9")
instance.stop()
