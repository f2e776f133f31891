#!/usr/bin/env python3
"""Totals and the six figures over superagent files equal an independent recount, for several windows, by agent and by model, also after a kill -9
in the middle. Method: _recount.py computes them from their definitions out of all lines; the program answers over HTTP."""
import random
from _eventail import *
from _recount import *

place = folder()
state = place / "state"
files = []
for number, arguments in enumerate((["--tasks", "3", "--step", "0.05"], ["--tasks", "3", "--step", "0.25"])):
    path = place / f"whole-{number}.jsonl"
    generate(path, "--family", "superagent", "--events", "20000", "--seed", 11 + number, *arguments)
    # Different tasks in different files.
    files.append(path.read_bytes().replace(b'"t_', b'"t%d_' % number).splitlines(keepends=True))
    path.unlink()
events = [Event(line) for lines in files for line in lines]
count = len(events)

instance = Instance(place / "agents-*.jsonl", state=state).start()
outputs = [open(place / f"agents-{number}.jsonl", "ab") for number in range(2)]
chance = random.Random(5)
marks = [0, 0]
killed = False
while any(mark < len(lines) for mark, lines in zip(marks, files)):
    for number, lines in enumerate(files):
        step = chance.randint(1, 3000)
        outputs[number].write(b"".join(lines[marks[number]:marks[number] + step]))
        outputs[number].flush()
        marks[number] += step
    if not killed and marks[0] > 10_000:
        until(lambda: instance.get("/api/v1/audit")["lines"] > 5000, "some lines in")
        instance.kill()
        killed = True
        instance.start()
all_in(instance, count)


def close(found, wanted, what):
    if wanted is None or found is None: return equal(found, wanted, what)
    check(abs(found - wanted) <= 1e-9 * max(1, abs(wanted)), f"{what}: found {found!r}, wanted {wanted!r}")


def compare(answer, wanted, what):
    for key in ("events", "success", "failure"): equal(answer[key], wanted[key], f"{what} {key}")
    for key in ("success_rate", "error_rate"): close(answer[key], wanted[key], f"{what} {key}")
    close(answer["cost_usd"]["total"], wanted["cost"], f"{what} cost")


def compare_all(when):
    for window in ("5m", "1h", "24h", "all"):
        start, end = window_of(events, window)
        inside = [event for event in events if start <= event.time <= end]
        answer = instance.get(f"/api/v1/metrics?window={window}&end=latest")
        compare(answer["totals"], totals(inside), f"{when}, {window}, totals:")
        for name, wanted in six(events, start, end).items(): close(answer["totals"][name], wanted, f"{when}, {window}, {name}")
        for by in ("agent", "model"):
            groups = {group["key"]: group for group in instance.get(f"/api/v1/metrics?window={window}&end=latest&group_by={by}")["groups"] if group["key"] is not None}
            names = {getattr(event, by) for event in inside if getattr(event, by)}
            equal(set(groups), names, f"{when}, {window}, groups by {by}")
            for name in names: compare(groups[name], totals([event for event in inside if getattr(event, by) == name]), f"{when}, {window}, {by} {name}")


compare_all("live")
instance.kill()
instance.start()
all_in(instance, count)
compare_all("after kill -9")
equal([item["line"] for item in instance.events() if item["file"].endswith("-0.jsonl")], list(range(1, len(files[0]) + 1)), "lines of the first file in the history")
instance.stop()
