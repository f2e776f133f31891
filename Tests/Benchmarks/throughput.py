#!/usr/bin/env python3
"""`run --exit-at-end` without a sink (parse, recognise, validate, roles, figures), bytes per CPU second as a ratio to simdjson's own parse_many over
the same file in the same run.   throughput.py [SIZE] [ROUNDS]      (see ../README.md)"""
import pathlib, statistics, sys
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Integration"))
from _eventail import *

size, rounds = (sys.argv[1] if len(sys.argv) > 1 else "200M"), int(sys.argv[2]) if len(sys.argv) > 2 else 5
place = folder()
workload = place / "workload.jsonl"
generate(workload, "--bytes", size, "--seed", "1")
bin_path = subprocess.run(["swift", "build", "-c", "release", "--show-bin-path"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
ratios = []
for round_ in range(rounds):
    yardstick = json.loads(subprocess.run(["taskset", "-c", "0", f"{bin_path}/yardstick", str(workload)], capture_output=True, text=True, check=True).stdout)
    done = subprocess.run(["taskset", "-c", "0", PROGRAM, "run", "--exit-at-end", "--no-history", "--set", f"state_dir={place}/state-{round_}", str(workload)],
                          capture_output=True, text=True, check=True)
    ours = json.loads(done.stdout.strip().splitlines()[-1])
    rate = ours["bytes"] / ours["cpu_seconds"]
    ratios.append(rate / yardstick["bytes_per_cpu_second"])
    print(f"round {round_ + 1}: parse_many {yardstick['bytes_per_cpu_second'] / 1e6:.0f} MB per CPU s, eventail {rate / 1e6:.0f} "
          f"({ours['seconds']:.2f} s, {ours['max_rss_bytes'] / 1e6:.0f} MB), ratio {ratios[-1]:.3f}")
print(f"ratio: median {statistics.median(ratios):.3f}, of {rounds}: {min(ratios):.3f} to {max(ratios):.3f}")
