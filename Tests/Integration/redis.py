#!/usr/bin/env python3
"""Events into Redis: each line once in the stream, whatever dies, refuses or forgets.

    redis.py                    all of it, small
    redis.py NAME ...           those parts (a function's name)
    redis.py storm KILLS REDIS  kill -9 of the sidecar KILLS times and of Redis REDIS times
    redis.py outage SECONDS     the sink down for so long under 10,000 events a second

Method: a real redis-server of the script's own. Lines differ from each other, so the stream is compared with the files as sets and, per file, as
sequences."""
import random, re
from _redis import *
from _storm import FILES, Writer


def numbered(number, text="x"):
    return json.dumps({"event_type": "agent_completed", "timestamp": 1760000000 + number, "payload": {
        "agent": "critic", "task_id": f"t{number}", "status": "success", "duration_ms": 5, "cost_usd": 0.01, "note": text, "n": number}}).encode() + b"\n"


class Agent:
    """One file that grows."""

    def __init__(self, place):
        place.mkdir(exist_ok=True)
        self.path, self.count = place / "agent.jsonl", 0

    def write(self, lines=100):
        with open(self.path, "ab") as output:
            for _ in range(lines):
                output.write(numbered(self.count))
                self.count += 1
        return self


def sidecar(place, url, *more, name="state", files="files/*.jsonl", **keys):
    """An instance with one Redis sink and the history."""
    sink = {"name": "stream", "type": "redis_streams", "url": url, "maxlen": 0} | keys
    path = place / f"{name}.yaml"
    path.write_text(json.dumps({"sources": [{"name": "agents", "paths": [str(place / files)]}], "sinks": [sink, *more]}))
    return Instance("--config", path, state=place / name)


def all_there(client, count, stream="eventail:events", seconds=30):
    until(lambda: (client.xlen(stream) if client.exists(stream) else 0) >= count, f"{count} entries in {stream}", seconds)


def begun(*arguments, durable=True, through_door=False, lines=100):
    place = folder()
    server = Redis(place / "redis", *arguments, durable=durable).start()
    door = Door(server.port) if through_door else None
    agent = Agent(place / "files").write(lines)
    instance = sidecar(place, (door or server).url)
    return place, server, agent, instance, door


# What a user sees.

def form():
    """Entries as CONTRACT section 5 shows them, by redis-cli and by a consumer group."""
    place, server, agent, instance, _ = begun(lines=10)
    with open(agent.path, "ab") as output:
        output.write(b'{"event_type":"task_queued","timestamp":1760000000.5,"payload":{"task_id":"t","feature":"login","est_cost":0.1,"timestamp":1760000000.5}}\n')
    instance.start()
    all_there(server.client(), 11, seconds=8)
    printed = subprocess.run(
        ["redis-cli", "-p", str(server.port), "XRANGE", "eventail:events", "-", "+", "COUNT", "1"], capture_output=True, text=True, check=True).stdout.split("\n")
    equal(printed[1::2][:6], ["id", "type", "profile", "agent", "time", "file"], "fields that redis-cli prints")
    first = agent.path.read_bytes().split(b"\n")[0]
    client = server.client()
    fields = entries(client)[0]
    equal(list(fields), [b"id", b"type", b"profile", b"agent", b"time", b"file", b"offset", b"data"], "fields")
    equal(fields[b"data"], first, "data")
    equal((fields[b"type"], fields[b"profile"], fields[b"agent"]), (b"agent_completed", b"superagent", b"critic"), "roles")
    equal((fields[b"time"], fields[b"file"], fields[b"offset"]), (b"2025-10-09T08:53:20.000Z", str(agent.path).encode(), b"0"), "place and time")
    last = entries(client)[10]
    check(b"agent" not in last, "an absent role is in an entry")
    client.xgroup_create("eventail:events", "readers", id="0")
    read = client.xreadgroup("readers", "one", {"eventail:events": ">"}, count=100)[0][1]
    equal([entry[b"offset"] for _, entry in read], [entry[b"offset"] for entry in entries(client)], "entries of a consumer group")
    equal(client.xack("eventail:events", "readers", *(name for name, _ in read)), 11, "acknowledged")
    equal(client.type("eventail:events:checkpoint"), b"hash", "the checkpoints' type")
    agent.write(20_000)
    all_there(client, 20_011)
    exact(client, [agent.path], what="form")
    instance.stop()


def channels():
    """Messages on the channel and on those of executions and conversations."""
    place = folder()
    server = Redis(place / "redis", durable=False).start()
    listener = server.client().pubsub()
    listener.psubscribe("agent:events*")
    listener.get_message(timeout=5)
    (place / "files").mkdir()
    lines = ['{"type":"orchestration-start","executionId":"e7","conversationId":"c9","timestamp":"2026-11-21T06:31:27.838Z",'
             '"context":{"projectId":"p","episodeId":"e","userPrompt":"u","complexity":"low"}}',
             '{"event_type":"agent_completed","timestamp":1,"payload":{"agent":"a","task_id":"t","status":"success","duration_ms":1,"cost_usd":0}}']
    (place / "files/a.jsonl").write_text("\n".join(lines) + "\n")
    path = place / "c.yaml"
    path.write_text(json.dumps({"sources": [{"name": "a", "paths": [str(place / "files/*")]}],
                                "sinks": [{"name": "live", "type": "redis_pubsub", "url": server.url}]}))
    instance = Instance("--config", path, state=place / "state").start()
    found = []
    def heard():
        message = listener.get_message(timeout=1)
        if message and message["type"] == "pmessage": found.append((message["channel"].decode(), message["data"].decode()))
        return len(found) >= 4
    until(heard, f"four messages, not {found}")
    equal(found, [("agent:events", lines[0]), ("agent:events:execution:e7", lines[0]), ("agent:events:conversation:c9", lines[0]), ("agent:events", lines[1])],
          "messages")
    instance.stop()


# What may die.

def storm(kills=12, redis_kills=3):
    """kill -9 of both sides while four files are appended and rotated at 20,000 events a second."""
    place, chance = folder(), random.Random(5)
    server = Redis(place / "redis").start()
    (place / "files").mkdir()
    instance = sidecar(place, server.url, files="files/*.jsonl*")
    writer = Writer(place / "files", 20_000)
    reader = Drain(server, FILES)
    began = time.monotonic()
    at = set(chance.sample(range(kills), redis_kills))
    for kill in range(kills):
        instance.start(wait=False)
        if kill in at:
            time.sleep(chance.uniform(0.05, 0.3))
            server.kill()
            server.start(wait=False)
        time.sleep(chance.uniform(0.005, 0.5))
        instance.kill()
    numbers = writer.stop()
    written = time.monotonic() - began
    until(server.answers, "redis-server to be back")
    instance.start()
    reader.all(numbers, 120 + kills)
    instance.stop()
    print(f"note: storm: {kills} kills, {redis_kills} of Redis, {sum(numbers)} lines in {written:.0f} s, each once and in order")


class Drain:
    """Reads the stream all the time, counts each line of each file, and lets go what was read. It looks at the replies' bytes, because it must keep up."""

    ENTRY = re.compile(rb'\r\n(\d+-\d+)\r\n\*\d+\r\n\$2\r\nid\r\n\$\d+\r\n([^\r]*):(\d+)\r\n.*?"task_id": "t(\d+)_.*?"n": (\d+)\}\}', re.S)
    END = b"$4\r\nDONE\r\n"

    def __init__(self, server, files):
        self.server, self.counts, self.last, self.wrong, self.order = server, [bytearray() for _ in range(files)], b"0-0", [], {}
        self.stopping = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.stopping:
            try:
                with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as connection:
                    while not self.stopping: self._read(connection)
            except OSError: time.sleep(0.01)

    def _read(self, connection):
        connection.sendall(b"XRANGE eventail:events (%s + COUNT 5000\r\nECHO DONE\r\n" % self.last)
        reply = bytearray()
        while not reply.endswith(self.END):
            piece = connection.recv(1 << 20)
            if not piece: raise OSError("closed")
            reply += piece
        found = 0
        for name, identity, offset, file, number in self.ENTRY.findall(reply):
            self._take(identity, int(offset), self.counts[int(file)], int(number))
            self.last = name
            found += 1
        if found == 0: return time.sleep(0.02)
        connection.sendall(b"XTRIM eventail:events MINID %s\r\n" % self.last)
        connection.recv(1 << 10)

    def _take(self, identity, offset, counts, number):
        if number >= len(counts): counts.extend(bytes(number + 1 - len(counts)))
        counts[number] += 1
        if offset <= self.order.get(identity, -1): self.wrong.append(f"{identity.decode()}:{offset} behind {self.order[identity]}")
        self.order[identity] = offset

    def all(self, numbers, seconds=120):
        until(lambda: self.wrong or [len(counts) for counts in self.counts] == numbers and all(min(counts, default=1) for counts in self.counts),
              f"all lines in the stream: {[len(counts) for counts in self.counts]} of {numbers}", seconds)
        # Whatever comes late comes now.
        time.sleep(0.5)
        self.stopping = True
        self.thread.join()
        equal(self.wrong[:3], [], "lines out of order")
        for file, counts in enumerate(self.counts):
            equal((len(counts), max(counts), min(counts)), (numbers[file], 1, 1), f"lines of file {file}, most and least often")


def crash_points():
    """A death at each named step on the way."""
    place, server, agent, instance, _ = begun(lines=2000)
    for point in ["after-read", "after-journal", "before-send", "after-send", "after-acknowledge", "mid-state-commit"]:
        for count in (1, 2):
            os.environ["EVENTAIL_CRASH_AT"] = f"{point}:{count}"
            instance.start(wait=False)
            del os.environ["EVENTAIL_CRASH_AT"]
            deadline = time.monotonic() + 20
            while instance.process.poll() is None:
                agent.write(50)
                check(time.monotonic() < deadline, f"{point}:{count} was not reached")
                time.sleep(0.05)
            equal(instance.process.returncode, -signal.SIGKILL, f"how {point} ended it")
    instance.start()
    all_there(server.client(), agent.count)
    instance.stop()
    exact(server.client(), [agent.path], what="crash points")


def reply_cut():
    """The transaction is done and its reply never comes."""
    place, server, agent, instance, door = begun(through_door=True)
    instance.start()
    for _ in range(4):
        door.cuts = 1
        agent.write(500)
        until(lambda: door.cuts == 0, "a reply to be cut")
    all_there(server.client(), agent.count)
    until(lambda: sink_of(instance)["state"] == "attached", "the sink to work")
    instance.stop()
    exact(server.client(), [agent.path], what="cut replies")


def state_lost():
    """Without the state the hash is the truth."""
    place, server, agent, instance, _ = begun()
    instance.start()
    all_there(server.client(), agent.count)
    instance.kill()
    shutil.rmtree(place / "state")
    agent.write()
    instance.start()
    all_there(server.client(), agent.count)
    agent.write()
    all_there(server.client(), agent.count)
    instance.stop()
    exact(server.client(), [agent.path], what="state lost")


def fenced():
    """A second process with the same state takes over, the first says so and stays out."""
    place, server, agent, first, _ = begun()
    first.start()
    all_there(server.client(), agent.count)
    first.stop()
    shutil.copytree(place / "state", place / "copy")
    first.start()
    agent.write()
    all_there(server.client(), agent.count)
    second = sidecar(place, server.url, name="copy")
    second.start()
    agent.write()
    in_trouble(first, "fenced")
    all_there(server.client(), agent.count)
    agent.write()
    all_there(server.client(), agent.count)
    first.stop()
    second.stop()
    exact(server.client(), [agent.path], what="fenced")


def replica_promoted():
    """The replica that takes over lacks the newest entries; the checkpoints went back with them."""
    place, server, agent, instance, door = begun(through_door=True)
    replica = Redis(place / "replica", "--replicaof", "127.0.0.1", server.port).start()
    instance.start()
    all_there(replica.client(), agent.count)
    replica.client().replicaof("NO", "ONE")
    agent.write(3000)
    all_there(server.client(), agent.count)
    check(replica.client().xlen("eventail:events") < agent.count, "the replica should lack something")
    server.kill()
    door.target = replica.port
    door.cut_all()
    agent.write()
    all_there(replica.client(), agent.count)
    instance.stop()
    exact(replica.client(), [agent.path], what="replica promoted")


def flushed():
    """FLUSHALL takes stream and checkpoints: all lines are sent again."""
    place, server, agent, instance, _ = begun()
    instance.start()
    all_there(server.client(), agent.count)
    server.client().flushall()
    agent.write()
    all_there(server.client(), agent.count)
    server.client().script_flush()
    agent.write()
    all_there(server.client(), agent.count)
    instance.stop()
    exact(server.client(), [agent.path], what="flushed")


# What may refuse.

def refusals():
    """OOM, READONLY, MISCONF, a type that changes under us: named, and over as soon as the cause is."""
    place, server, agent, instance, _ = begun("--enable-protected-configs", "yes")
    client = server.client()
    instance.start()
    all_there(client, agent.count)

    def trouble(code, begin, end):
        begin()
        agent.write()
        in_trouble(instance, code)
        end()
        all_there(client, agent.count)
        until(lambda: sink_of(instance)["state"] == "attached", f"the sink to work after {code}")

    trouble("OOM", lambda: client.config_set("maxmemory", "1"), lambda: client.config_set("maxmemory", "0"))
    trouble("READONLY", lambda: client.replicaof("127.0.0.1", 1), lambda: client.replicaof("NO", "ONE"))
    trouble("NOAUTH", lambda: (client.config_set("requirepass", "new"), client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")),
            lambda: client.config_set("requirepass", ""))
    trouble("NOPERM", lambda: client.execute_command("ACL", "SETUSER", "default", "-xadd"), lambda: client.execute_command("ACL", "SETUSER", "default", "+xadd"))

    def break_saving():
        gone = folder()
        client.config_set("save", "3600 1")
        client.config_set("dir", str(gone))
        gone.rmdir()
        client.bgsave()
        until(lambda: client.info("persistence")["rdb_last_bgsave_status"] == "err", "a failed save")

    def mend_saving():
        client.config_set("dir", str(place / "redis"))
        client.config_set("save", "")
    trouble("MISCONF", break_saving, mend_saving)

    # A key that was taken over by somebody else, and given back.
    kept = client.dump("eventail:events")
    client.pipeline().delete("eventail:events").set("eventail:events", "text").execute()
    agent.write()
    in_trouble(instance, "WRONGTYPE")
    client.restore("eventail:events", 0, kept, replace=True)
    all_there(client, agent.count)
    instance.stop()
    exact(client, [agent.path], what="refusals")


def wrong_at_start():
    """A wrong type, password, place, or database: named with the remedy, and the rest works."""
    place, server, agent, instance, _ = begun()
    client = server.client()
    client.set("eventail:events", "text")
    instance.start()
    in_trouble(instance, "not a stream")
    agent.write()
    client.delete("eventail:events")
    all_there(client, agent.count)
    instance.stop()
    exact(client, [agent.path], what="wrong type at start")
    for url, words in [(f"redis://:wrong@127.0.0.1:{server.port}", "AUTH"), ("redis://127.0.0.1:1", "Connection refused"),
                       (f"redis://127.0.0.1:{server.port}/99", "DB index"), (f"rediss://127.0.0.1:{server.port}", "TLS")]:
        other = sidecar(place, url, name="other").start()
        in_trouble(other, words)
        until(lambda: len(other.events()) == agent.count, "the history to have all although the sink has nothing")
        # A sink that has nothing would be waited for.
        other.kill()
        shutil.rmtree(place / "other")
    loading = Loading()
    other = sidecar(place, f"redis://127.0.0.1:{loading.port}", name="other").start()
    in_trouble(other, "LOADING")
    loading.end()
    second = Redis(place / "second", durable=False, port=loading.port).start()
    all_there(second.client(), agent.count)
    other.stop()


class Loading:
    """A server that reads its data and answers nothing else."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.connections = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try: connection, _ = self.socket.accept()
            except OSError: return
            self.connections.append(connection)
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        try:
            while data := connection.recv(1 << 16):
                for _ in range(data.count(b"*")): connection.sendall(b"-LOADING Redis is loading the dataset in memory\r\n")
        except OSError: pass

    def end(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for connection in self.connections: connection.close()


# Where a server may be.

def elsewhere():
    """A Unix socket with a user and a database; TLS; a cluster; a master that sentinels name."""
    place = folder()
    agent = Agent(place / "files").write()

    def delivered(client, url, name, stream="eventail:events", **keys):
        instance = sidecar(place, url, name=name, stream=stream, **keys).start()
        all_there(client, agent.count, stream)
        instance.stop()
        exact(client, [agent.path], stream, name)

    path = place / "unix/socket"
    unix = Redis(place / "unix", "--unixsocket", path, "--user", "ann", "on", ">p@ss", "~*", "&*", "+@all", durable=False).start()
    delivered(unix.client(db=3), f"unix://ann:p%40ss@{path}?db=3", "unix")
    delivered(unix.client(db=0), unix.url, "loose", delivery="at_least_once", stream="loose")

    secure_port = free_port()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", place / "key.pem", "-out", place / "ca.pem", "-days", "2", "-subj",
                    "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    secure = Redis(place / "tls", "--tls-port", secure_port, "--tls-cert-file", place / "ca.pem", "--tls-key-file", place / "key.pem", "--tls-ca-cert-file",
                   place / "ca.pem", durable=False).start()
    delivered(secure.client(), f"rediss://127.0.0.1:{secure_port}", "tls", tls_ca=str(place / "ca.pem"), tls_certificate=str(place / "ca.pem"),
              tls_key=str(place / "key.pem"))
    stranger = sidecar(place, f"rediss://127.0.0.1:{secure_port}", name="stranger").start()
    in_trouble(stranger, "not believed")
    stranger.kill()

    nodes = [Redis(place / f"node{number}", "--cluster-enabled", "yes", durable=False).start() for number in range(2)]
    for node, slots in zip(nodes, [(0, 8191), (8192, 16383)]): node.client().execute_command("CLUSTER", "ADDSLOTSRANGE", *slots)
    nodes[0].client().execute_command("CLUSTER", "MEET", "127.0.0.1", nodes[1].port)
    for node in nodes: until(lambda: b"cluster_state:ok" in node.client().execute_command("CLUSTER INFO").encode() if isinstance(node.client().execute_command("CLUSTER INFO"), str)
                             else node.client().execute_command("CLUSTER INFO").get("cluster_state") == "ok", "the cluster")
    for stream in ("{a}:events", "{b}:events", "{c}:events"):
        owner = nodes[0 if nodes[0].client().cluster("KEYSLOT", stream) < 8192 else 1]
        for node in nodes: delivered(owner.client(), node.url, f"cluster-{stream[1]}-{node.port}", stream) if node is nodes[0] else None
    plain = sidecar(place, nodes[0].url, name="untagged").start()
    in_trouble(plain, "cluster")
    plain.kill()

    master = Redis(place / "master", durable=False).start()
    configuration = place / "sentinel.conf"
    configuration.write_text(f"sentinel monitor mine 127.0.0.1 {master.port} 1\n")
    sentinel = Redis(place / "sentinel", durable=False)
    sentinel.process = subprocess.Popen(["redis-server", str(configuration), "--sentinel", "--port", str(sentinel.port), "--logfile", str(place / "sentinel.log")])
    until(sentinel.answers, "the sentinel")
    delivered(master.client(), f"redis-sentinel://127.0.0.1:{sentinel.port}/mine", "sentinel")


def outage(seconds=3):
    """The sink down: memory is flat, the others are as fast as before, lag is told, and it has caught up soon after."""
    place, server, agent, instance, door = begun(through_door=True, lines=1)
    instance.start()
    writer = Writer(place / "files", 10_000)

    def resident():
        for line in pathlib.Path(f"/proc/{instance.process.pid}/status").read_text().split("\n"):
            if line.startswith("VmRSS"): return int(line.split()[1]) / 1024

    def history_latency():
        sink = sink_of(instance, "history")
        return sink["lag_seconds"], sink["lag_bytes"]

    time.sleep(min(3, seconds))
    before, lags_before = resident(), [history_latency()[0] for _ in range(20)]
    door.shut()
    peak, lags = before, []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(0.25)
        peak = max(peak, resident())
        lags.append(history_latency()[0])
    lag = sink_of(instance)
    check(lag["state"] == "failing" and lag["lag_bytes"] > 0 and lag["lag_seconds"] > 0, f"the lag is not told: {lag}")
    door.open = True
    began = time.monotonic()
    until(lambda: sink_of(instance)["lag_seconds"] < 1 and sink_of(instance)["state"] == "attached", "the sink to catch up", 60 + seconds)
    caught_up = time.monotonic() - began
    total = sum(writer.stop()) + 1
    all_there(server.client(), total)
    check(peak < before + 64, f"memory grew from {before:.0f} to {peak:.0f} MiB")
    check(caught_up < 10 + seconds / 20, f"caught up only after {caught_up:.1f} s")
    instance.stop()
    print(f"note: outage of {seconds} s at 10,000 events/s: lag {lag['lag_bytes'] / 1e6:.0f} MB and {lag['lag_seconds']:.0f} s told; resident {before:.0f} MiB "
          f"before, {peak:.0f} at most; history's lag at most {max(lags_before):.2f} s before, {max(lags):.2f} during; caught up in {caught_up:.1f} s")


PARTS = [form, channels, storm, crash_points, reply_cut, state_lost, fenced, replica_promoted, flushed, refusals, wrong_at_start, elsewhere, outage]
if sys.argv[1:2] == ["storm"] and len(sys.argv) == 4:
    storm(int(sys.argv[2]), int(sys.argv[3]))
elif sys.argv[1:2] == ["outage"] and len(sys.argv) == 3:
    outage(int(sys.argv[2]))
else:
    for part in PARTS:
        if sys.argv[1:] and part.__name__ not in sys.argv[1:]: continue
        began = time.monotonic()
        part()
        if os.environ.get("EVENTAIL_VERBOSE"): print(f"note: {part.__name__}: {time.monotonic() - began:.1f} s", flush=True)
