#!/usr/bin/env python3
"""Events a second into Kafka, as a ratio to a client with nothing around it (`kafkabare`: the same library, calls, lines, headers and transactions) in the
same run, against librdkafka's mock cluster on the same machine.   kafka.py [SIZE] [ROUNDS]      (see ../README.md)

Of the sidecar everything counts: start, recognising and validating each line, the journal, figures, reading its checkpoints at the start. The brokers
take CPU of the same machine, so the time is theirs and the clients' together."""
import pathlib, statistics, sys
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Integration"))
from _kafka import *

size, rounds = (sys.argv[1] if len(sys.argv) > 1 else "100M"), int(sys.argv[2]) if len(sys.argv) > 2 else 5
place = folder()
workload = place / "workload.jsonl"
generate(workload, "--bytes", size, "--seed", "1")
programs = pathlib.Path(PROGRAM).parent
TRANSACTION = 16 << 20
ratios = {}


def cluster_with_topics(): return Cluster(1, agent_events=4, agent_events_checkpoints=1)


def bare(mode, compression):
    cluster = cluster_with_topics()
    done = subprocess.run([programs / "kafkabare", workload, cluster.bootstrap, "agent-events", mode, str(TRANSACTION), "5", compression],
                          capture_output=True, text=True, check=True)
    cluster.end()
    return json.loads(done.stdout)


def ours(delivery, compression, number):
    cluster = cluster_with_topics()
    (place / "c.yaml").write_text(
        f"sources:\n  - {{name: agents, type: files, paths: ['{workload}']}}\nsinks:\n  - {{name: history, type: history, enabled: false}}\n"
        f"  - {{name: bus, type: kafka, brokers: '{cluster.bootstrap}', delivery: {delivery}, compression: {compression}}}\n")
    found = run_to_end("--config", place / "c.yaml", "--set", f"state_dir={place}/state-{delivery}-{compression}-{number}")
    cluster.end()
    return found


for round_ in range(rounds):
    for delivery, mode in [("exactly_once", "transactions"), ("at_least_once", "idempotent")]:
        for compression in ("none", "lz4"):
            one, other = bare(mode, compression), ours(delivery, compression, round_)
            rate = other["valid"] / other["seconds"]
            ratios.setdefault((delivery, compression), []).append(rate / one["events_per_second"])
            print(f"round {round_ + 1}, {delivery}, {compression}: bare {one['events_per_second'] / 1e3:.0f} thousand events/s ({one['cpu_seconds']:.2f} CPU s), "
                  f"eventail {rate / 1e3:.0f} ({other['cpu_seconds']:.2f} CPU s, {other['seconds']:.2f} s, {other['max_rss_bytes'] / 1e6:.0f} MB), ratio {ratios[delivery, compression][-1]:.3f}")
            sys.stdout.flush()
for (delivery, compression), found in ratios.items():
    print(f"{delivery}, {compression}: ratio median {statistics.median(found):.3f}, of {rounds}: {min(found):.3f} to {max(found):.3f}")
