#!/usr/bin/env python3
"""A hub above many sidecars, through Redis: figures, groups, history and every client's stream equal those of one process that reads all files.

    hub.py            all of it
    hub.py NAME ...   those parts (a function's name)"""
from _hub import *


def alone():
    each_sees_all(World(), rounds=8)


def shared():
    """Two hubs of one group: each event is in one of them, whatever dies; what a dead one left goes to the other, and it drops that when it comes back."""
    world = World(events=900)
    sidecars, left, right, one, total = share_out(world, 8, {"group": "g", "claim_after": "1s"})
    equal(world.client.xpending(STREAM, "g")["pending"], 0, "entries that nobody decided")
    take_over(world, left, right, total)
    equal(world.client.xpending(STREAM, "g")["pending"], 0, "entries that nobody decided after the claim")
    for instance in (*sidecars, left, right, one): instance.stop()


def trouble():
    """What is wrong with the stream is named with its remedy, and what is not ours becomes a dead letter."""
    place = folder()
    redis = Redis(place / "redis", "--requirepass", "secret").start()
    client = redis.client(password="secret")
    configuration = place / "hub.yaml"

    def hub(url, **keys):
        configuration.write_text(json.dumps({"sources": [{"name": "sidecars", "type": "redis_streams", "url": url} | keys]}))
        return Instance("--config", configuration, state=place / "hub", verb="hub")

    def degraded(instance, words):
        def told():
            with urllib.request.urlopen(f"http://{instance.address}/readyz", timeout=5) as answer: return words in answer.read().decode()
        until(told, f"/readyz to say {words!r}")

    def metric(instance, line):
        with urllib.request.urlopen(f"http://{instance.address}/metrics", timeout=5) as answer: check(line in answer.read().decode(), f"/metrics has no {line}")

    instance = hub("redis://:wrong@127.0.0.1:%d" % redis.port).start()
    degraded(instance, "WRONGPASS")
    degraded(instance, "mend the user or the password")
    metric(instance, 'eventail_source_up{source="sidecars"} 0')
    check("WRONGPASS" in instance.log.read_text(), "the log names it")
    instance.stop()
    client.rpush(STREAM, "a list")
    url = "redis://:secret@127.0.0.1:%d" % redis.port
    instance = hub(url).start()
    degraded(instance, "is a list, not a stream")
    client.delete(STREAM)
    degraded(instance, "does not exist yet")
    metric(instance, 'eventail_source_up{source="sidecars"} 1')
    good = {"id": "x:0", "type": "agent_completed", "profile": "superagent", "time": "2026-01-01T00:00:00Z", "file": "/a.jsonl", "offset": "0",
            "data": json.dumps({"event_type": "agent_completed", "timestamp": 1760000000, "payload": {"agent": "a", "task_id": "t", "status": "success",
                                                                                                     "duration_ms": 5, "cost_usd": 0.01}})}
    for entry in ({"not": "ours"}, good | {"profile": "nobody's"}, good | {"data": "{"}, {key: good[key] for key in good if key != "file"}, good | {"data": "{}"}, good):
        client.xadd(STREAM, entry)
    until(lambda: instance.get("/api/v1/audit")["lines"] == 6, "all entries")
    audit = instance.get("/api/v1/audit")
    equal((audit["valid"], audit["balanced"], sum(audit["dead_letters"].values())), (1, True, 5), "what became of the entries")
    check(audit["dead_letters"]["unknown_profile"] == 1 and audit["dead_letters"]["not_json"] == 2, f"the reasons: {audit['dead_letters']}")
    until(lambda: len(instance.get("/api/v1/dead-letters")["items"]) == 5, "the dead letters")
    letters = {letter["message"]: letter for letter in instance.get("/api/v1/dead-letters")["items"]}
    equal(json.loads(letters["the entry has no data"]["data"]), {"not": "ours"}, "what was not ours")
    # Redis goes away and comes back.
    redis.kill()
    degraded(instance, "source sidecars")
    redis.start()
    client.xadd(STREAM, good | {"offset": "300", "id": "x:300"})
    until(lambda: instance.get("/api/v1/audit")["valid"] == 2, "what came after Redis was back")
    instance.stop()
    for words, status, said in ((["run"], 78, "is what a hub reads"), (["hub", "--set", "sources=[{name: f, paths: [x]}]"], 78, "none is of type redis_streams")):
        done = subprocess.run([PROGRAM, *words, "--config", configuration], capture_output=True, text=True, timeout=60)
        equal(done.returncode, status, f"exit status of {words}")
        check(said in done.stderr, f"{words} says {said}: {done.stderr}")


run([alone, shared, trouble])
