#!/usr/bin/env python3
"""`run --exit-at-end` over a mixed workload with every kind of bad line, split over several files: totals, types and reasons equal what the
generator says, and the audit balances. Method: the generator counts while it writes; the program's summary is compared with that."""
import sys
from _eventail import *

size = sys.argv[1] if len(sys.argv) > 1 else "60M"
shared = need_shared()
place = folder()
whole = place / "whole.jsonl"
expected = generate(whole, "--bytes", size, "--bad", "0.01", "--seed", "7", expect=place / "expected.json")

# Split over seven files at line ends, of unequal size, one with a line not yet ended.
parts = [open(place / f"agents-{index}.jsonl", "wb") for index in range(7)]
with open(whole, "rb") as lines:
    for number, line in enumerate(lines): parts[(number // 997) % 7 if number % 3 else 0].write(line)
unfinished = b'{"type":"agent-start","unfinished'
parts[3].write(unfinished)
for part in parts: part.close()
whole.unlink()

summary = run_to_end(place / "agents-*.jsonl", cwd=place)
equal(summary["files"], 7, "files")
equal(summary["lines"], expected["lines"], "lines")
equal(summary["bytes"], expected["bytes"] + len(unfinished), "bytes")
equal(summary["valid"], expected["valid"], "valid")
equal(summary["types"], expected["types"], "types")
equal(summary["profiles"], expected["families"], "profiles")
equal(summary["unfinished_bytes"], len(unfinished), "unfinished bytes")
bad = expected["bad"]
equal(summary["dead_letters"], {
    "not_json": bad["truncated"] + bad["not_json"], "not_object": bad["not_object"], "invalid_utf8": bad["bad_utf8"],
    "unknown_type": bad["unknown_type"], "schema": bad["missing_field"] + bad["wrong_type"]}, "reasons")
print(f"note: {summary['lines']} lines, {summary['bytes_per_second'] / 1e6:.0f} MB/s, {summary['cpu_seconds']:.1f} CPU s, {summary['max_rss_bytes'] / 1e6:.0f} MB")

# The same state again: nothing is new, and the audit of the first run is still there to the byte.
again = Instance(place / "agents-*.jsonl", state=place / ".eventail").start()
audit = again.get("/api/v1/audit")
check(audit["balanced"], f"the audit does not balance: {audit}")
equal(audit["bytes_read"], expected["bytes"] + len(unfinished), "bytes read")
equal(audit["bytes_read"], audit["bytes_valid"] + audit["bytes_dead_letter"] + audit["bytes_blank"] + audit["bytes_unfinished"], "sum of bytes")
equal(audit["valid"], expected["valid"], "valid after a restart")
again.stop()
