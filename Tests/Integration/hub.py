#!/usr/bin/env python3
"""A hub above many sidecars: figures, groups, history and every client's stream equal those of one process that reads all files.

    hub.py            all of it
    hub.py NAME ...   those parts (a function's name)

Method: three sidecars with files of all families and of recorded sessions write into one Redis; one process reads all files and is what the hubs are
compared with. Hubs are killed while they receive, at random and at each named step. Lines without a time of their own are left out: they get the
time at which they were read, which differs from process to process."""
import random
from _redis import *
from _websocket import WebSocket

STREAM = "eventail:events"
POINTS = ["before-inbox", "mid-inbox", "after-inbox"]
SHARED_POINTS = ["after-stage", "after-decision", "mid-inbox", "after-settle"]


class World:
    """Files of three machines, a Redis, and what one process makes of all files."""

    def __init__(self, events=1200):
        self.place = folder()
        self.redis = Redis(self.place / "redis").start()
        self.client = self.redis.client()
        self.contents = {}
        for machine in range(3):
            (self.place / f"m{machine}").mkdir()
            out = self.place / f"w{machine}.jsonl"
            generate(out, "--family", "mixed", "--events", events, "--seed", 40 + machine, "--tasks", 3, "--step", 0.05)
            # Each generated workload counts its tasks from 1; here they are of three machines.
            lines = out.read_bytes().replace(b'"t_0', b'"t_%d' % (machine + 1)).splitlines(keepends=True)
            self.contents[f"m{machine}/tasks.jsonl"] = [line for line in lines if b'"event_type"' in line]
            self.contents[f"m{machine}/others.jsonl"] = [line for line in lines if b'"event_type"' not in line]
        agents = need_shared() / "agents"
        # One session of each agent: of sessions that copy each other the one that is read first counts.
        for number, set_ in enumerate(("claude-code/recorded", "codex/recorded", "pi/recorded")):
            path = max((agents / set_).glob("*.jsonl"), key=lambda path: path.stat().st_size)
            lines = [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n") and b'"timestamp"' in line]
            self.contents[f"m{number}/{path.name}"] = lines
        self.lines = sum(map(len, self.contents.values()))

    def instance(self, name, sources, sinks=(), verb="run", history=True):
        path = self.place / f"{name}.yaml"
        path.write_text(json.dumps({"sources": sources, "sinks": list(sinks)}))
        return Instance("--config", path, *([] if history else ["--no-history"]), state=self.place / name, verb=verb)

    def sidecar(self, machine):
        return self.instance(
            f"sidecar{machine}", [{"name": "agents", "paths": [f"{self.place}/m{machine}/*.jsonl"]}],
            [{"name": "stream", "type": "redis_streams", "url": self.redis.url, "maxlen": 0}], history=False)

    def hub(self, name, **keys):
        return self.instance(name, [{"name": "sidecars", "type": "redis_streams", "url": self.redis.url} | keys], verb="hub")

    def write(self, chance, meanwhile=lambda: None, rounds=8):
        """Appends everything in pieces that end anywhere."""
        rest = {name: b"".join(lines) for name, lines in self.contents.items()}
        for turn in range(rounds):
            for name in rest:
                step = len(rest[name]) if turn == rounds - 1 else chance.randint(0, 1 + 2 * len(rest[name]) // (rounds - turn))
                with open(self.place / name, "ab") as file: file.write(rest[name][:step])
                rest[name] = rest[name][step:]
            meanwhile()

    def one(self):
        """One process that has read all files."""
        one = self.instance("one", [{"name": "agents", "paths": [f"{self.place}/m*/*.jsonl"]}]).start()
        all_in(one, self.lines)
        return one


def equal_figures(found, wanted, what):
    """Equal but for the last bit of what is divided."""
    if isinstance(wanted, float) or isinstance(found, float):
        check(wanted is not None and found is not None and abs(found - wanted) <= 1e-9 * max(1, abs(wanted)), f"{what}: found {found!r}, wanted {wanted!r}")
    elif isinstance(wanted, dict):
        equal(sorted(found), sorted(wanted), f"{what}: keys")
        for key in wanted: equal_figures(found[key], wanted[key], f"{what}.{key}")
    elif isinstance(wanted, list):
        equal(len(found), len(wanted), f"{what}: length")
        for index, (left, right) in enumerate(zip(found, wanted)): equal_figures(left, right, f"{what}[{index}]")
    else:
        equal(found, wanted, what)


def metrics(instance, query):
    answer = instance.get("/api/v1/metrics?" + query)
    for group in answer.get("groups") or []: group.pop("state", None)
    if answer.get("groups"): answer["groups"].sort(key=lambda group: str(group["key"]))
    return answer


def compare(hub, one, what):
    """Figures in all and by group, and every event with its roles, file and place."""
    groups = ("agent", "model", "tool", "type", "status", "profile", "execution")
    for query in ("window=all", "window=1h&end=latest", "window=5m&end=latest", *(f"window=all&group_by={group}" for group in groups)):
        equal_figures(metrics(hub, query), metrics(one, query), f"{what}: {query}")
    left, right = events(hub), events(one)
    equal(sorted(left), sorted(right), f"{what}: events")
    for (name, lines) in by_file(hub).items(): check(lines == sorted(lines), f"{what}: the lines of {name} are not in its order")
    audit = hub.get("/api/v1/audit")
    check(audit["balanced"], f"{what}: the audit balances: {audit}")
    equal((audit["valid"], audit["dead_letters"]), (len(right), {}), f"{what}: the audit")


def events(instance):
    keys = ("id", "time", "type", "profile", "meaning", "roles", "file", "offset", "event")
    return [json.dumps({key: item[key] for key in keys}, sort_keys=True) for item in instance.events()]


def by_file(instance):
    found = collections.defaultdict(list)
    for item in instance.events(): found[item["file"]].append(item["offset"])
    return found


class Watcher:
    """A client that takes every event of an instance."""

    def __init__(self, instance):
        self.socket = WebSocket(instance.address)
        self.socket.send({"type": "subscribe", "all": True, "id": "all"})
        equal(self.socket.receive()["type"], "subscribed", "the subscription")
        self.frames = []
        self.thread = threading.Thread(target=self._take, daemon=True)
        self.thread.start()

    def _take(self):
        try:
            while (message := self.socket.receive(timeout=120)) is not None: self.frames.append(message)
        except OSError: pass

    def events(self, count):
        until(lambda: len(self.frames) >= count, f"{count} frames, there are {len(self.frames)}")
        return sorted(json.dumps({key: frame.get(key) for key in ("type", "executionId", "event", "roles")}, sort_keys=True) for frame in self.frames)


def dies(instance, point, count=1):
    """Runs an instance until it dies at a named step; whether it got there."""
    os.environ["EVENTAIL_CRASH_AT"] = f"{point}:{count}"
    try: instance.start(wait=False)
    finally: del os.environ["EVENTAIL_CRASH_AT"]


def has(instance, valid, seconds=60):
    until(lambda: instance.get("/api/v1/audit")["valid"] >= valid, f"{valid} events in {instance.state}", seconds)
    all_in(instance, 0, seconds)


def each_sees_all():
    world, chance = World(), random.Random(5)
    sidecars = [world.sidecar(machine).start() for machine in range(3)]
    steady, restless = world.hub("steady").start(), world.hub("restless").start()
    watcher = Watcher(steady)
    points = iter(POINTS * 2)

    def disturb():
        restless.kill()
        if point := next(points, None):
            dies(restless, point, chance.randint(1, 3))
            try: restless.process.wait(timeout=1)
            except subprocess.TimeoutExpired: restless.kill()
        restless.start()
    world.write(chance, disturb)
    one = world.one()
    reference = one.get("/api/v1/audit")
    equal(reference["dead_letters"], {}, "dead letters of one process")
    for hub, name in ((steady, "the steady hub"), (restless, "the hub that was killed")):
        has(hub, reference["valid"])
        compare(hub, one, name)
    # The same stream at every client.
    stream = [json.dumps({"type": "event", "executionId": item["roles"].get("execution"), "event": item["event"], "roles": item["roles"]}, sort_keys=True)
              for item in one.events()]
    equal(watcher.events(reference["valid"]), sorted(stream), "what a client of the hub saw")
    # A late hub reads it all from the stream.
    late = world.hub("late").start()
    has(late, reference["valid"])
    compare(late, one, "a late hub")
    source = late.get("/api/v1/sources")["items"][0]
    equal((source["type"], source["state"], source["entries"]), ("redis_streams", "receiving", reference["valid"]), "the source")
    for instance in (*sidecars, steady, restless, late, one): instance.stop()


def shared():
    """Two hubs of one group: each event is in one of them, whatever dies; what a dead one left goes to the other, and it drops that when it comes back."""
    world, chance = World(events=900), random.Random(6)
    keys = {"group": "g", "claim_after": "1s"}
    sidecars = [world.sidecar(machine).start() for machine in range(3)]
    left, right = world.hub("left", **keys).start(), world.hub("right", **keys).start()
    points = iter(SHARED_POINTS * 2)

    def disturb():
        hub = chance.choice([left, right])
        hub.kill()
        if point := next(points, None):
            dies(hub, point, chance.randint(1, 2))
            try: hub.process.wait(timeout=1)
            except subprocess.TimeoutExpired: hub.kill()
        hub.start()
    world.write(chance, disturb)
    one = world.one()
    total = one.get("/api/v1/audit")["valid"]
    share = lambda hub: hub.get("/api/v1/audit")["valid"]
    until(lambda: share(left) + share(right) >= total, "both to have it all", 60)
    for hub in (left, right): all_in(hub, 0)
    check(share(left) > 0 and share(right) > 0, "both have a share")
    equal(sorted(events(left) + events(right)), sorted(events(one)), "the events of both")
    shares, whole = [metrics(hub, "window=all")["totals"] for hub in (left, right)], metrics(one, "window=all")["totals"]
    for figure in ("events", "success", "failure", "collaborations"): equal(sum(share[figure] for share in shares), whole[figure], f"{figure} of both")
    equal(world.client.xpending(STREAM, "g")["pending"], 0, "entries that nobody decided")

    # A hub dies with a batch that it staged; the other claims it; the dead one comes back and drops it.
    right.stop()
    left.stop()
    dies(left, "after-stage")
    lines = world.contents["m0/tasks.jsonl"][:50]
    with open(world.place / "m0/tasks.jsonl", "ab") as file: file.writelines(lines)
    equal(left.process.wait(timeout=20), -signal.SIGKILL, "the hub that dies with a staged batch")
    pending = world.client.xpending(STREAM, "g")["pending"]
    check(pending > 0, "the dead hub holds entries")
    right.start()
    until(lambda: share(right) + stored(left) >= total + len(lines), "the other to claim what was left", 30)
    left.start()
    until(lambda: has_settled(left), "the dead hub to settle")
    all_in(left, 0)
    all_in(right, 0)
    equal(share(left) + share(right), total + len(lines), "events of both after the claim")
    equal(world.client.xpending(STREAM, "g")["pending"], 0, "entries that nobody decided after the claim")
    for instance in (*sidecars, left, right, one): instance.stop()


def stored(hub):
    """How many events a hub that does not run has in its history."""
    import sqlite3
    with sqlite3.connect(f"file:{hub.state}/state.db?mode=ro", uri=True) as state: return state.execute("SELECT count(*) FROM events").fetchone()[0]


def has_settled(hub):
    """Whether a hub that came back receives and has nothing left of which it is not decided whose it is."""
    return hub.get("/api/v1/sources")["items"][0]["state"] == "receiving" and not (pathlib.Path(hub.state) / "inbox/from-sidecars/staged").exists()


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


for name in sys.argv[1:] or ("each_sees_all", "shared", "trouble"):
    began = time.monotonic()
    globals()[name]()
    print(f"{name}: ok in {time.monotonic() - began:.1f} s")
