#!/usr/bin/env python3
"""Exactly once into Redis, in events per second, as a ratio to a bare client of the same library that sends the same entries, written before, by pipelined
XADD to the same server in the same run.   redis.py [SIZE] [ROUNDS]      (see README.md)

Both wait for all replies. The bare client neither reads files nor parses, validates, counts or keeps checkpoints."""
import pathlib, statistics, sys
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Integration"))
sys.path = [place for place in sys.path if pathlib.Path(place or ".").resolve() != pathlib.Path(__file__).resolve().parent]
from _redis import *

size, rounds = (sys.argv[1] if len(sys.argv) > 1 else "200M"), int(sys.argv[2]) if len(sys.argv) > 2 else 5
place = folder()
workload = place / "workload.jsonl"
generate(workload, "--bytes", size, "--seed", "1")
bin_path = subprocess.run(["swift", "build", "-c", "release", "--show-bin-path"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
server = Redis(place / "redis", "--unixsocket", place / "socket", durable=False).start()
client = server.client()
url = f"unix://{place}/socket"
configuration = place / "c.yaml"


def cpu(): return sum(client.info("cpu")[name] for name in ("used_cpu_user", "used_cpu_sys"))


def run(number, delivery="exactly_once"):
    client.flushall()
    configuration.write_text(json.dumps({"sources": [{"name": "w", "paths": [str(workload)]}],
                                         "sinks": [{"name": "stream", "type": "redis_streams", "url": url, "maxlen": 1000000, "delivery": delivery}]}))
    before = cpu()
    done = subprocess.run([PROGRAM, "run", "--exit-at-end", "--no-history", "--set", f"state_dir={place}/state-{delivery}-{number}", "--config", configuration],
                          capture_output=True, text=True)
    check(done.returncode == 0, done.stderr[-2000:])
    ours = json.loads(done.stdout.strip().splitlines()[-1])
    equal(client.xinfo_stream("eventail:events")["entries-added"] if "entries-added" in client.xinfo_stream("eventail:events") else ours["valid"], ours["valid"], "entries")
    return ours["valid"] / ours["seconds"], cpu() - before, ours


def bare(commands, count):
    client.flushall()
    before = cpu()
    done = json.loads(subprocess.run([f"{bin_path}/redisyardstick", url, str(commands), str(count)], capture_output=True, text=True, check=True).stdout)
    return count / done["seconds"], cpu() - before, done


run(0)
count = 0
with open(place / "commands", "wb") as output:
    for fields in entries(client):
        words = [b"XADD", b"eventail:events", b"MAXLEN", b"~", b"1000000", b"*"] + [word for field in fields.items() for word in field]
        output.write(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
        count += 1
ratios = []
for number in range(1, rounds + 1):
    (plain, plain_cpu, client_side), (exact_rate, exact_cpu, ours), (loose, loose_cpu, _) = bare(place / "commands", count), run(number), run(number, "at_least_once")
    ratios.append(exact_rate / plain)
    print(f"round {number}: bare client {plain / 1e3:.0f} k/s (server {plain_cpu:.2f} CPU s, client {client_side['cpu_seconds']:.2f}), exactly once {exact_rate / 1e3:.0f} k/s "
          f"(server {exact_cpu:.2f}, eventail {ours['cpu_seconds']:.2f}), ratio {ratios[-1]:.3f}; at least once {loose / 1e3:.0f} k/s (server {loose_cpu:.2f})")
print(f"ratio: median {statistics.median(ratios):.3f}, of {rounds}: {min(ratios):.3f} to {max(ratios):.3f}; {count} events")
