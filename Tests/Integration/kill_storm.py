#!/usr/bin/env python3
"""kill -9 again and again while four files are appended and rotated at 20,000 events a second: the history holds each line exactly once, byte for
byte and in its file's order, and the figures equal a recount.   kill_storm.py [KILLS]

Method: a writer process keeps a manifest of every line it has written (its number is in the line). At the end the set of lines in the history is
compared with the manifest as sequences of each file; events, costs and tokens are summed from the manifest."""
import collections, multiprocessing, random
from _eventail import *

KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 12
FILES, RATE, ROTATE_EVERY = 4, 20_000, 6_000


def line_of(file, number):
    return json.dumps({"event_type": "agent_completed", "timestamp": 1760000000.0 + number / 1000, "payload": {
        "agent": ["scribe", "critic", "runner"][number % 3], "task_id": f"t{file}_{number // 50}", "status": "success" if number % 7 else "failed",
        "duration_ms": number % 900, "cost_usd": (number % 100) / 1000, "n": number}}).encode() + b"\n"


def write(place, stop, counts):
    """Appends at RATE, whatever happens to the reader; rotates by rename; half of the writes end inside a line."""
    outputs = [open(place / f"agent-{file}.jsonl", "ab", buffering=0) for file in range(FILES)]
    numbers, rests, rotations = [0] * FILES, [b""] * FILES, 0
    began, written = time.monotonic(), 0
    while not stop.is_set():
        due = int((time.monotonic() - began) * RATE) - written
        if due < 40:
            stop.wait(0.002)
            continue
        for file in range(FILES):
            lines = b"".join(line_of(file, numbers[file] + step) for step in range(due // FILES))
            numbers[file] += due // FILES
            whole = rests[file] + lines
            cut = len(whole) - (len(whole) % 97 if numbers[file] % 2 else 0)
            outputs[file].write(whole[:cut])
            rests[file] = whole[cut:]
            if numbers[file] // ROTATE_EVERY > (numbers[file] - due // FILES) // ROTATE_EVERY:
                outputs[file].write(rests[file])
                rests[file] = b""
                outputs[file].close()
                rotations += 1
                os.rename(place / f"agent-{file}.jsonl", place / f"agent-{file}.jsonl.{rotations}")
                outputs[file] = open(place / f"agent-{file}.jsonl", "ab", buffering=0)
        written += due // FILES * FILES
    for file in range(FILES): outputs[file].write(rests[file])
    counts.put(numbers)


place, chance = folder(), random.Random(3)
files = place / "files"
files.mkdir()
instance = Instance(files / "*.jsonl*", state=place / "state")
stop, counts = multiprocessing.Event(), multiprocessing.Queue()
writer = multiprocessing.Process(target=write, args=(files, stop, counts))
writer.start()
for kill in range(KILLS):
    # Some deaths come during the start, most in full work.
    instance.start(wait=False)
    time.sleep(chance.uniform(0.005, 0.5))
    instance.kill()
stop.set()
numbers = counts.get()
writer.join()
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
