#!/usr/bin/env python3
"""Resident memory and CPU time of an idle instance with many files.   idle.py [FILES] [SECONDS]"""
import pathlib, sys
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Integration"))
from _eventail import *

count, seconds = (int(sys.argv[1]) if len(sys.argv) > 1 else 1000), float(sys.argv[2]) if len(sys.argv) > 2 else 60
place = folder()
(place / "files").mkdir()
for number in range(count):
    (place / "files" / f"agent-{number}.jsonl").write_bytes(
        b'{"event_type":"task_queued","timestamp":1760000000.0,"payload":{"task_id":"t%d","feature":"f"}}\n' % number)
instance = Instance(place / "files/*.jsonl", state=place / "state").start()
all_in(instance, count)


def usage():
    fields = (pathlib.Path("/proc") / str(instance.process.pid) / "stat").read_text().rsplit(")", 1)[1].split()
    status = (pathlib.Path("/proc") / str(instance.process.pid) / "status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), resident


before, _ = usage()
time.sleep(seconds)
after, resident = usage()
print(f"{count} files, idle for {seconds:.0f} s: {resident / 1000:.1f} MB resident, {after - before:.2f} CPU s")
instance.stop()
