#!/usr/bin/env python3
"""kill -9 again and again while four files are appended and rotated at 20,000 events a second: the history holds each line exactly once, byte for
byte and in its file's order, and the figures equal a recount.   kill_storm.py [KILLS]

Method: a writer process keeps a manifest of every line it has written (its number is in the line). At the end the set of lines in the history is
compared with the manifest as sequences of each file; events, costs and tokens are summed from the manifest."""
import collections, random
from _storm import *

KILLS, RATE = int(sys.argv[1]) if len(sys.argv) > 1 else 12, 20_000

place, chance = folder(), random.Random(3)
files = place / "files"
files.mkdir()
instance = Instance(files / "*.jsonl*", state=place / "state")
writer = Writer(files, RATE)
for kill in range(KILLS):
    # Some deaths come during the start, most in full work.
    instance.start(wait=False)
    time.sleep(chance.uniform(0.005, 0.5))
    instance.kill()
numbers = writer.stop()
total = sum(numbers)
instance.start()
all_in(instance, total, seconds=120)

found, places = collections.defaultdict(list), collections.defaultdict(list)
for item in instance.events():
    payload = item["event"]["payload"]
    found[int(payload["task_id"][1:].split("_")[0])].append(payload["n"])
    # These events have no id of their own: theirs is made of the file's identity and the offset.
    places[item["id"].rsplit(":", 1)[0]].append(item["offset"])
for file in range(FILES):
    lines = found[file]
    equal(len(lines), numbers[file], f"lines of file {file} in the history")
    equal(sorted(lines), list(range(numbers[file])), f"the lines of file {file}, each once")
for identity, offsets in places.items(): check(offsets == sorted(offsets), f"the lines of {identity} are not in its order")

totals = instance.get("/api/v1/metrics?window=all")["totals"]
every = [number for count in numbers for number in range(count)]
equal(totals["events"], total, "events")
equal(totals["success"], sum(1 for number in every if number % 7), "success")
equal(totals["failure"], sum(1 for number in every if number % 7 == 0), "failure")
wanted = sum(number % 100 for number in every) / 1000
check(abs(totals["cost_usd"]["total"] - wanted) < 1e-6, f"cost: found {totals['cost_usd']['total']}, wanted {wanted}")
audit = instance.get("/api/v1/audit")
check(audit["balanced"], f"the audit does not balance: {audit}")
equal(audit["valid"], total, "valid in the audit")
instance.stop()
print(f"note: {KILLS} kills, {total} lines, each once")
