#!/usr/bin/env python3
"""A Redis stream and Kafka at once, each exactly once: one that is down, slow or flapping costs the other nothing and follows when it answers again.

Method: lines are appended all the time. While one side is hindered every line must reach the other within a second of its being written, and the
hindered side alone is named as degraded. At the end each side holds each line once (Kafka's as kafka.py counts them)."""
from _redis import *
from _kafka import *

PROMPT = 1.0


def line(number):
    return json.dumps({"event_type": "agent_completed", "timestamp": 1760000000.0 + number / 1000, "payload": {
        "agent": "scribe", "task_id": f"t{number // 50}", "status": "success", "duration_ms": 5, "cost_usd": 0.01, "n": number}}).encode() + b"\n"


place = folder()
(place / "files").mkdir()
path = place / "files/a.jsonl"
redis, cluster = Redis(place / "redis", durable=False).start(), Cluster(1, agent_events=2, agent_events_checkpoints=1)
log = Log(cluster, "agent-events", "agent-events" + CHECKPOINTS)
(place / "c.yaml").write_text(f"""sources:
  - {{name: agents, type: files, paths: ['{place}/files/*.jsonl']}}
sinks:
  - {{name: history, type: history, enabled: false}}
  - {{name: stream, type: redis_streams, url: '{redis.url}'}}
  - {{name: bus, type: kafka, brokers: '{cluster.bootstrap}', compression: none}}
""")
instance = Instance("--config", place / "c.yaml", state=place / "state").start()
written = 0


def write(count):
    global written
    with open(path, "ab", buffering=0) as file: file.write(b"".join(line(number) for number in range(written, written + count)))
    written += count


def in_stream(): return redis.client().xlen("eventail:events")
def in_topic(): return len(committed(log.records()))


def prompt(reached, name, during):
    """Lines written now are there soon; how long the slowest took."""
    slowest = 0.0
    for _ in range(20):
        write(50)
        began = time.monotonic()
        until(lambda: reached() >= written, f"{name} to have {written} lines while {during}", 10, pause=0.01)
        slowest = max(slowest, time.monotonic() - began)
    check(slowest < PROMPT, f"{name} took {slowest:.2f} s while {during}")
    return slowest


def degraded():
    with urllib.request.urlopen(f"http://{instance.address}/readyz", timeout=5) as answer: return json.loads(answer.read()).get("degraded", [])


def only(name):
    """Only that sink is told as degraded."""
    until(lambda: any(name in trouble for trouble in degraded()), f"/readyz to name {name}")
    check(all(name in trouble for trouble in degraded()), f"more than {name} is degraded: {degraded()}")


def both():
    until(lambda: in_stream() == written and in_topic() == written, f"both to have {written} lines; they have {in_stream()} and {in_topic()}", 20)


both_well = max(prompt(in_stream, "the stream", "both are well"), prompt(in_topic, "the topic", "both are well"))
both()
redis.process.send_signal(signal.SIGSTOP)
redis_stuck = prompt(in_topic, "the topic", "Redis does not answer")
only("stream")
redis.process.send_signal(signal.SIGCONT)
both()
cluster("down", 1)
kafka_down = prompt(in_stream, "the stream", "Kafka is down")
only("bus")
cluster("up", 1)
both()
for _ in range(5):
    cluster("down", 1)
    prompt(in_stream, "the stream", "Kafka flaps")
    cluster("up", 1)
both()
cluster("rtt", 1, 300)
kafka_slow = prompt(in_stream, "the stream", "Kafka is slow")
cluster("rtt", 1, 0)
both()
instance.kill()
write(500)
instance.start()
both()
instance.stop()
log.stop()
exact(redis.client(), [path], what="the stream")
equal(sorted(json.loads(record.value)["payload"]["n"] for record in committed(log.records())), list(range(written)), "lines in the topic, each once")
print(f"note: the slowest line took {both_well:.3f} s with both well, {redis_stuck:.3f} s into Kafka with Redis stuck, {kafka_down:.3f} s and {kafka_slow:.3f} s "
      "into Redis with Kafka down and slow")
