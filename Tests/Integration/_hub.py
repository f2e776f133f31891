"""What the scripts of hubs share: three sidecars with files of all families and of recorded sessions write into one Redis or Kafka; one process reads
all files and is what hubs above are compared with. Hubs are killed while they receive, at random and at each named step. Lines without a time of
their own are left out: they get the time at which they were read, which differs from process to process."""
import random
from _redis import *
from _kafka import Cluster
from _websocket import WebSocket

STREAM = "eventail:events"
TOPIC = "agent-events"
POINTS = ["before-inbox", "mid-inbox", "after-inbox"]
SHARED_POINTS = ["after-stage", "after-decision", "mid-inbox", "after-settle"]


class World:
    """Files of three machines, what carries their events, and what one process makes of all files."""

    def __init__(self, events=1200, partitions=0):
        self.place = folder()
        if partitions:
            self.cluster = Cluster(1, **{"agent_events": partitions, "agent_events_checkpoints": 1})
            self.sink = {"type": "kafka", "brokers": self.cluster.bootstrap, "topic": TOPIC, "compression": "none"}
            self.source = {"type": "kafka", "brokers": self.cluster.bootstrap, "topic": TOPIC}
        else:
            self.redis = Redis(self.place / "redis").start()
            self.client = self.redis.client()
            self.sink = {"type": "redis_streams", "url": self.redis.url, "maxlen": 0}
            self.source = {"type": "redis_streams", "url": self.redis.url}
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
            [{"name": "stream"} | self.sink], history=False)

    def hub(self, name, **keys):
        return self.instance(name, [{"name": "sidecars"} | self.source | keys], verb="hub")

    def write(self, chance, rounds, meanwhile=lambda: None):
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
        self.instance = instance
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
        """What it saw; what it was told to have missed in an overload it gets from history, as a client would."""
        until(lambda: sum(frame.get("count", 1) for frame in self.frames) >= count, f"{count} events or word of them")
        numbers = {number for frame in self.frames if frame["type"] == "dropped" for number in range(number_of(frame["from"]), number_of(frame["to"]) + 1)}
        numbers -= {number_of(frame["cursor"]) for frame in self.frames if frame["type"] == "event"}
        missed = [frame_of(item) for item in self.instance.events() if number_of(item["cursor"]) in numbers] if numbers else []
        return sorted(missed + [as_text(frame) for frame in self.frames if frame["type"] == "event"])


def number_of(cursor): return int(cursor.rsplit("-", 1)[1])
def as_text(frame): return json.dumps({key: frame.get(key) for key in ("type", "executionId", "event", "roles")}, sort_keys=True)
def frame_of(item): return as_text({"type": "event", "executionId": item["roles"].get("execution"), "event": item["event"], "roles": item["roles"]})


def dies(instance, point, count=1):
    """Runs an instance until it dies at a named step; whether it got there."""
    os.environ["EVENTAIL_CRASH_AT"] = f"{point}:{count}"
    try: instance.start(wait=False)
    finally: del os.environ["EVENTAIL_CRASH_AT"]


def has(instance, valid, seconds=60):
    until(lambda: instance.get("/api/v1/audit")["valid"] >= valid, f"{valid} events in {instance.state}", seconds)
    all_in(instance, 0, seconds)


def each_sees_all(world, rounds):
    """Hubs without a group, one of which is killed meanwhile, and one that comes when all is over."""
    chance = random.Random(5)
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
    world.write(chance, rounds, disturb)
    one = world.one()
    reference = one.get("/api/v1/audit")
    equal(reference["dead_letters"], {}, "dead letters of one process")
    for hub, name in ((steady, "the steady hub"), (restless, "the hub that was killed")):
        has(hub, reference["valid"])
        compare(hub, one, name)
    # The same stream at every client.
    equal(watcher.events(reference["valid"]), sorted(map(frame_of, one.events())), "what a client of the hub saw")
    # A late hub reads it all from the stream.
    late = world.hub("late").start()
    has(late, reference["valid"])
    compare(late, one, "a late hub")
    source = late.get("/api/v1/sources")["items"][0]
    equal((source["type"], source["state"], source["entries"]), (world.source["type"], "receiving", reference["valid"]), "the source")
    for instance in (*sidecars, steady, restless, late, one): instance.stop()


def valid(hub): return hub.get("/api/v1/audit")["valid"]


def share_out(world, rounds, keys):
    """Two hubs share what three sidecars send and are killed meanwhile."""
    chance = random.Random(6)
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
    world.write(chance, rounds, disturb)
    one = world.one()
    total = one.get("/api/v1/audit")["valid"]
    until(lambda: valid(left) + valid(right) >= total, f"both to have all of {total}", 60)
    for hub in (left, right): all_in(hub, 0)
    check(valid(left) > 0 and valid(right) > 0, "both have a share")
    equal(sorted(events(left) + events(right)), sorted(events(one)), "the events of both")
    shares, whole = [metrics(hub, "window=all")["totals"] for hub in (left, right)], metrics(one, "window=all")["totals"]
    for figure in ("events", "success", "failure", "collaborations"): equal(sum(share[figure] for share in shares), whole[figure], f"{figure} of both")
    return sidecars, left, right, one, total


def take_over(world, left, right, total):
    """A hub dies with a batch that it staged; the other takes it over; the dead one comes back and drops it."""
    right.stop()
    left.stop()
    dies(left, "after-stage")
    lines = world.contents["m0/tasks.jsonl"][:50]
    with open(world.place / "m0/tasks.jsonl", "ab") as file: file.writelines(lines)
    equal(left.process.wait(timeout=30), -signal.SIGKILL, "the hub that dies with a staged batch")
    check((pathlib.Path(left.state) / "inbox/from-sidecars/staged").exists(), "a batch is staged")
    right.start()
    until(lambda: valid(right) + stored(left) >= total + len(lines), "the other to take over what was left", 40)
    left.start()
    until(lambda: has_settled(left), "the dead hub to settle")
    all_in(left, 0)
    all_in(right, 0)
    equal(valid(left) + valid(right), total + len(lines), "events of both after that")


def stored(hub):
    """How many events a hub that does not run has in its history."""
    import sqlite3
    with sqlite3.connect(f"file:{hub.state}/state.db?mode=ro", uri=True) as state: return state.execute("SELECT count(*) FROM events").fetchone()[0]


def has_settled(hub):
    """Whether a hub that came back receives and has nothing left of which it is not decided whose it is."""
    return hub.get("/api/v1/sources")["items"][0]["state"] == "receiving" and not (pathlib.Path(hub.state) / "inbox/from-sidecars/staged").exists()


def run(functions):
    """Runs those that the command line names, else all."""
    for function in functions:
        if sys.argv[1:] and function.__name__ not in sys.argv[1:]: continue
        began = time.monotonic()
        function()
        print(f"{function.__name__}: ok in {time.monotonic() - began:.1f} s")
