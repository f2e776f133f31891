#!/usr/bin/env python3
"""The same as hub.py through Kafka. librdkafka's mock brokers show aborted messages, so no sidecar is killed; they keep about 5 MB a partition.

    hub_kafka.py            all of it
    hub_kafka.py NAME ...   those parts (a function's name)"""
from _hub import *


def alone():
    """One partition, so that the order is that of the files."""
    each_sees_all(World(partitions=1), rounds=4)


def shared():
    """The same with the partitions of a topic."""
    world = World(events=900, partitions=4)
    sidecars, left, right, one, total = share_out(world, 2, {"group": "g", "claim_after": "6s"})
    take_over(world, left, right, total)
    for instance in (*sidecars, left, right, one): instance.stop()


def trouble():
    """Brokers that cannot be reached are named with the remedy."""
    place = folder()
    (place / "hub.yaml").write_text(json.dumps({"sources": [{"name": "sidecars", "type": "kafka", "brokers": "127.0.0.1:1"}]}))
    instance = Instance("--config", place / "hub.yaml", state=place / "hub", verb="hub").start()
    def told():
        with urllib.request.urlopen(f"http://{instance.address}/readyz", timeout=5) as answer: return "source sidecars: topic agent-events" in answer.read().decode()
    until(told, "/readyz to name the source")
    source = instance.get("/api/v1/sources")["items"][0]
    check(source["state"] == "failing" and "brokers" in source["last_error"], f"the source says what to do: {source}")
    instance.stop()


run([alone, shared, trouble])
