#!/usr/bin/env python3
"""Kafka as a sink: exactly once through kill -9, rotation and whatever brokers do; each trouble told with its remedy.
kafka.py [NAME ...]    kafka.py storm KILLS [RATE]

The brokers are librdkafka's mock cluster in a process of its own. It differs from real brokers in what this promise hangs on:
- it shows aborted messages to readers of committed ones, and writes no markers from which a reader could tell;
- it gives every start of a producer a new producer id, and so fences nobody.
So the claim is proved another way. The sink writes a transaction's checkpoint records behind its acknowledged events, with the same producer. Real
brokers show both or neither. Here a reader of the protocol itself looks at which producer (id and epoch) wrote each batch, and an event counts when
a checkpoint record of its own producer passes it: what a producer wrote behind its last checkpoint is the transaction that its death left open, which
real brokers would have aborted. Counted so, every line must be there once, in its file's order for each key, byte for byte. A transaction that died
between checkpoint and commit counts here, for this reader and for the sink alike; real brokers abort it for both alike.
Fencing is answered as real brokers would: the error is injected where the older producer asks next."""
import collections, random
from _kafka import *
from _storm import *


def line(number, text="", end=b"\n"):
    return json.dumps({"event_type": "agent_completed", "timestamp": 1760000000.0 + number / 1000, "payload": {
        "agent": "scribe", "task_id": f"t{number // 50}", "status": "success", "duration_ms": 5, "cost_usd": 0.01, "n": number, "text": text}}).encode() + end


def lines(first, end): return b"".join(line(number) for number in range(first, end))


def append(path, content):
    with open(path, "ab", buffering=0) as file: file.write(content)


def make(place, bootstrap, more="", paths="files/*.jsonl*", rest="", name="c", compression="none", history=False, **options):
    """An instance with one Kafka sink that reads `files`."""
    (place / "files").mkdir(exist_ok=True)
    (place / f"{name}.yaml").write_text(
        f"sources:\n  - {{name: agents, type: files, scan_interval: 200ms, paths: ['{place}/{paths}']}}\n"
        f"sinks:\n  - {{name: history, type: history, enabled: {str(history).lower()}}}\n  - {{name: bus, type: kafka, brokers: '{bootstrap}', compression: {compression}{more}}}\n{rest}")
    return Instance("--config", place / f"{name}.yaml", state=place / "state", **options)


def cluster_with_topics(brokers=1, partitions=1):
    return Cluster(brokers, **{"agent_events": partitions, "agent_events_checkpoints": 1})


def log_of(cluster): return Log(cluster, "agent-events", "agent-events" + CHECKPOINTS)
def sink(instance): return next(item for item in instance.get("/api/v1/sinks")["items"] if item["name"] == "bus")


def delivered(instance, count, seconds=40):
    """Waits until so many lines were read and the sink has all of them."""
    until(lambda: instance.get("/api/v1/audit")["lines"] >= count, f"{count} lines read", seconds)
    until(lambda: sink(instance)["state"] == "attached" and sink(instance)["lag_bytes"] == 0, "the sink to have everything", seconds)


def readiness(instance):
    with urllib.request.urlopen(f"http://{instance.address}/readyz", timeout=5) as answer: return answer.read().decode()


def metric(instance, name):
    with urllib.request.urlopen(f"http://{instance.address}/metrics", timeout=10) as answer:
        for row in answer.read().decode().splitlines():
            if row.startswith(name + " "): return float(row.rsplit(" ", 1)[1])
    return None


def told(instance, *words): return any(all(word in entry for word in words) for entry in instance.log.read_text().splitlines())


def trouble(instance, *words, seconds=20):
    """The trouble is named in /readyz, the log and the metric."""
    until(lambda: all(word in readiness(instance) for word in words), f"/readyz to say {words}; it says {readiness(instance)}", seconds)
    check(told(instance, *(word for word in words if word != "sink bus")), f"the log does not say {words}")
    equal(metric(instance, 'eventail_sink_up{sink="bus"}'), 0.0, "eventail_sink_up")


def numbers_of(records): return [json.loads(record.value)["payload"]["n"] for record in records]


def settled(log, count, seconds=20):
    """The events that count, when there are so many."""
    until(lambda: len(committed(log.records())) >= count, f"{count} events in the topic", seconds)
    return committed(log.records())


# What a user sees.

# For Debian's Python, which has Debian's package of confluent-kafka.
READER = """
import sys, time, confluent_kafka
reader = confluent_kafka.Consumer({"bootstrap.servers": sys.argv[1], "group.id": "users", "auto.offset.reset": "earliest", "isolation.level": "read_committed"})
reader.subscribe(["agent-events"])
found, deadline = 0, time.monotonic() + 30
while found < 30 and time.monotonic() < deadline:
    message = reader.poll(0.2)
    if message and not message.error(): print(message.value().hex()); found += 1
reader.close()
"""


def entries(place):
    """kcat and a consumer group of Python's see what CONTRACT section 6 says."""
    cluster = Cluster(1, agent_events=3, agent_events_checkpoints=1, agent_outcomes=1)
    instance = make(place, cluster.bootstrap, ", topics: {outcome: agent-outcomes}", paths="files/*.jsonl", compression="zstd").start()
    path = place / "files/a.jsonl"
    content = [line(number, "ü" * (number % 5))[:-1] for number in range(30)]
    append(path, b"\n".join(content) + b"\n")
    # What an outcome event looks like, the shared material tells.
    outcome = (pathlib.Path(SHARED) / "families/outcome.jsonl").read_bytes().splitlines()[0] + b"\n" if SHARED else b""
    append(path, outcome)
    delivered(instance, 31 if SHARED else 30)
    printed = subprocess.run(["kcat", "-b", cluster.bootstrap, "-C", "-t", "agent-events", "-o", "beginning", "-e", "-q", "-f", "%k\t%h\t%s\n"],
                             capture_output=True, timeout=30, check=True).stdout.splitlines()
    equal(len(printed), 30, "entries that kcat prints")
    position = {text: sum(len(before) + 1 for before in content[:index]) for index, text in enumerate(content)}
    for row in printed:
        key, headers, value = row.split(b"\t", 2)
        found = dict(pair.split("=", 1) for pair in headers.decode().split(","))
        equal(key, b"scribe", "the key, the agent")
        check(found.pop("eventail-id").endswith(f":{position[value]}"), f"the id of {row}")
        equal(found, {"type": "agent_completed", "profile": "superagent", "agent": "scribe", "file": str(path), "offset": str(position[value])}, "headers")
    other = subprocess.run(["kcat", "-b", cluster.bootstrap, "-C", "-t", "agent-outcomes", "-o", "beginning", "-e", "-q", "-f", "%s\n"],
                           capture_output=True, timeout=30, check=True).stdout
    equal(other, outcome, "the topic of outcome events")

    done = subprocess.run(["/usr/bin/python3", "-c", READER, cluster.bootstrap], capture_output=True, text=True, timeout=60)
    equal(done.returncode, 0, f"status of a consumer group's member: {done.stderr}")
    found = [bytes.fromhex(row) for row in done.stdout.split()]
    equal(found, content, "what a consumer group reads, in order since the key is one")
    instance.stop()


# Exactly once.

def storm(place, kills=8, rate=20_000):
    """kill -9 of the sidecar while four files are appended and rotated and brokers go down and up, move leaders and coordinators and answer errors."""
    cluster, chance = cluster_with_topics(3, 4), random.Random(7)
    log = log_of(cluster)
    instance = make(place, cluster.bootstrap, ", transactional_id: storm")
    writer = Writer(place / "files", rate)
    faults, stop = collections.Counter(), threading.Event()

    def disturb():
        while not stop.wait(chance.uniform(0.05, 0.4)):
            kind = chance.choice(["down", "leader", "coordinator", "replicas", "timeout", "loading", "moved", "busy"])
            faults[kind] += 1
            if kind == "down":
                broker = chance.randint(1, 3)
                cluster("down", broker)
                stop.wait(chance.uniform(0.05, 0.5))
                cluster("up", broker)
            elif kind == "leader": cluster("leader", "agent-events", chance.randint(0, 3), chance.randint(1, 3))
            elif kind == "coordinator": cluster("coordinator", "storm", chance.randint(1, 3))
            elif kind == "replicas": cluster.fail(PRODUCE, *[19] * chance.randint(1, 4))
            elif kind == "timeout": cluster.fail(PRODUCE, 7)
            elif kind == "loading": cluster.fail(chance.choice([INIT_PRODUCER, END_TRANSACTION, ADD_PARTITIONS]), 14)
            elif kind == "moved": cluster.fail(chance.choice([INIT_PRODUCER, END_TRANSACTION, ADD_PARTITIONS]), 16)
            elif kind == "busy": cluster.fail(chance.choice([END_TRANSACTION, ADD_PARTITIONS]), 51)

    disturber = threading.Thread(target=disturb, daemon=True)
    disturber.start()
    for kill in range(kills):
        instance.start(wait=False)
        time.sleep(chance.uniform(0.05, 1.5))
        instance.kill()
    stop.set()
    disturber.join()
    numbers = writer.stop()
    instance.start()
    delivered(instance, sum(numbers), 90)
    found = settled(log, sum(numbers), 30)
    log.stop()
    everything = log.records()
    by_file, places = collections.defaultdict(list), collections.defaultdict(list)
    for record in found:
        payload = json.loads(record.value)["payload"]
        file = int(payload["task_id"][1:].split("_")[0])
        by_file[file].append(payload["n"])
        equal(record.value + b"\n", line_of(file, payload["n"]), "a line")
        places[record.partition, record.headers["eventail-id"].rsplit(":", 1)[0]].append((record.offset, int(record.headers["offset"])))
    for file in range(FILES):
        twice = [number for number, times in collections.Counter(by_file[file]).items() if times > 1]
        check(not twice, f"file {file}: {len(twice)} lines twice, as {twice[:5]}")
        equal(len(by_file[file]), numbers[file], f"lines of file {file}")
        equal(sorted(by_file[file]), list(range(numbers[file])), f"the lines of file {file}, each once")
    for place_, pairs in places.items(): check([at for _, at in sorted(pairs)] == sorted(at for _, at in pairs), f"the lines of {place_} are not in its file's order")
    events = [record for record in everything if not record.topic.endswith(CHECKPOINTS)]
    producers = {record.producer for record in everything}
    instance.stop()
    print(f"note: {kills} kills, {sum(numbers)} lines, each once; {len(events) - len(found)} events in transactions left open, {len(producers)} producers, "
          f"faults {dict(faults)}, {metric_total(instance, 'works again')} recoveries")


def metric_total(instance, words): return sum(words in entry for entry in instance.log.read_text().splitlines())


def outage(place):
    """All brokers down under load, then up: named while it lasts, nothing lost or twice, caught up within 10 s."""
    cluster = cluster_with_topics(2, 2)
    log = log_of(cluster)
    instance = make(place, cluster.bootstrap).start()
    path = place / "files/a.jsonl"
    append(path, lines(0, 2000))
    delivered(instance, 2000)
    for broker in (1, 2): cluster("down", broker)
    append(path, lines(2000, 6000))
    trouble(instance, "sink bus", "brokers")
    equal(instance.get("/api/v1/audit")["lines"], 6000, "lines read meanwhile")
    for broker in (1, 2): cluster("up", broker)
    began = time.monotonic()
    delivered(instance, 6000)
    check(time.monotonic() - began < 10, f"caught up only after {time.monotonic() - began:.1f} s")
    equal(sorted(numbers_of(settled(log, 6000))), list(range(6000)), "lines in the topic, each once")
    until(lambda: metric(instance, 'eventail_sink_up{sink="bus"}') == 1.0, "the sink to be up")
    instance.stop()


def slow(place):
    """A broker that answers after 200 ms: all arrives, a stop waits for what is under way."""
    cluster = cluster_with_topics(1, 2)
    log = log_of(cluster)
    instance = make(place, cluster.bootstrap).start()
    cluster("rtt", 1, 200)
    append(place / "files/a.jsonl", lines(0, 5000))
    until(lambda: instance.get("/api/v1/audit")["lines"] == 5000, "lines read")
    instance.stop()
    cluster("rtt", 1, 0)
    instance.start()
    delivered(instance, 5000)
    equal(sorted(numbers_of(settled(log, 5000))), list(range(5000)), "lines in the topic, each once")
    instance.stop()


def at_least_once(place):
    """Without transactions nothing is lost by a death either, and nothing comes twice without one."""
    cluster = cluster_with_topics(1, 2)
    log = Log(cluster, "agent-events")
    instance = make(place, cluster.bootstrap, ", delivery: at_least_once").start()
    append(place / "files/a.jsonl", lines(0, 3000))
    delivered(instance, 3000)
    until(lambda: len(log.records()) >= 3000, "3000 events")
    equal(sorted(numbers_of(log.records())), list(range(3000)), "lines in the topic, each once")
    append(place / "files/a.jsonl", lines(3000, 4000))
    instance.kill()
    instance.start()
    delivered(instance, 4000)
    until(lambda: set(numbers_of(log.records())) == set(range(4000)), "every line")
    instance.stop()


def crashes(place):
    """Dies at each named step of a commit, twice: what was open then is sent again, what was committed is not."""
    cluster = cluster_with_topics(1, 2)
    log = log_of(cluster)
    instance, count = make(place, cluster.bootstrap), 0
    for step in ("before-send", "after-send", "after-acknowledge"):
        for times in (1, 3):
            os.environ["EVENTAIL_CRASH_AT"] = f"{step}:{times}"
            instance.start(wait=False)
            del os.environ["EVENTAIL_CRASH_AT"]
            deadline = time.monotonic() + 20
            while instance.process.poll() is None:
                check(time.monotonic() < deadline, f"{step}:{times} was not reached")
                append(place / "files/a.jsonl", lines(count, count + 50))
                count += 50
                time.sleep(0.05)
            equal(instance.process.returncode, -signal.SIGKILL, f"end at {step}:{times}")
    instance.start()
    delivered(instance, count)
    equal(sorted(numbers_of(settled(log, count))), list(range(count)), "lines in the topic, each once")
    instance.stop()


def sent_again(place):
    """On purpose: `state rewind` has the brokers' checkpoint set back, `replay` sends from history without touching it."""
    cluster = cluster_with_topics(1, 1)
    log = Log(cluster, "agent-events")
    instance = make(place, cluster.bootstrap, history=True).start()
    path = place / "files/a.jsonl"
    append(path, lines(0, 100))
    until(lambda: len(log.records()) == 100, "100 events")
    instance.stop()
    common = ["--config", str(place / "c.yaml"), "--set", f"state_dir={place}/state"]

    def run(*arguments):
        done = subprocess.run([PROGRAM, *arguments, *common], capture_output=True, text=True, timeout=60)
        equal(done.returncode, 0, f"status of {arguments}: {done.stderr}")
        return done.stdout
    offset = len(lines(0, 60))
    check("bus" in run("state", "rewind", str(path), str(offset)), "the sink is set back")
    instance.start()
    until(lambda: len(log.records()) >= 140, "the last 40 again")
    append(path, lines(100, 110))
    until(lambda: len(log.records()) >= 150, "new ones")
    equal(numbers_of(log.records()), [*range(100), *range(60, 110)], "lines in the topic")
    until(lambda: len(instance.events()) == 110, "history to have all")
    equal(json.loads(run("replay", "--from", "2020-01-01T00:00:00Z", "--sink", "bus"))["events"], 110, "events replayed")
    until(lambda: len(log.records()) >= 260, "all again")
    equal(numbers_of(log.records())[150:], list(range(110)), "what was replayed")
    check(sink(instance)["state"] == "attached", "the running sink is not disturbed")
    append(path, lines(110, 120))
    until(lambda: len(log.records()) >= 270, "new ones")
    instance.stop()


# What brokers refuse.

def too_large(place):
    """An event larger than the client may send is a dead letter, what is behind it goes on."""
    cluster = cluster_with_topics(1, 1)
    log = log_of(cluster)
    instance = make(place, cluster.bootstrap, ", batch_bytes: 10000, options: {message.max.bytes: '20000'}").start()
    append(place / "files/a.jsonl", lines(0, 10) + line(10, "x" * 30_000) + lines(11, 20))
    delivered(instance, 20)
    equal(numbers_of(settled(log, 19)), [number for number in range(20) if number != 10], "lines in the topic")
    letters = instance.get("/api/v1/dead-letters")["items"]
    equal([(letter["reason"], letter["line"], json.loads(letter["data"])["payload"]["n"]) for letter in letters], [("undeliverable", 11, 10)], "dead letters")
    check("bus" in letters[0]["message"] and "max.message.bytes" in letters[0]["message"], f"the letter's message {letters[0]['message']}")
    equal(metric(instance, 'eventail_sink_undeliverable_total{sink="bus"}'), 1.0, "eventail_sink_undeliverable_total")
    check(instance.get("/api/v1/audit")["balanced"], "the audit balances")
    instance.stop()


def refused(place):
    """A broker refuses a request with several events, then one of them alone: that one is a dead letter, the others arrive, once."""
    for delivery in ("exactly_once", "at_least_once"):
        here = place / delivery
        here.mkdir()
        cluster = cluster_with_topics(1, 1)
        log = log_of(cluster)
        instance = make(here, cluster.bootstrap, f", delivery: {delivery}").start()
        append(here / "files/a.jsonl", lines(0, 100))
        events = (lambda: committed(log.records())) if delivery == "exactly_once" else (lambda: log.records_of("agent-events"))
        until(lambda: len(events()) == 100 and sink(instance)["events"] == 100, "100 events delivered")
        # The request, then its first half, the half's first half, and so on down to one event.
        cluster.fail(PRODUCE, 10, 10, 10, 10, 10)
        append(here / "files/a.jsonl", lines(100, 120))
        until(lambda: len(instance.get("/api/v1/dead-letters")["items"]) == 1, "a dead letter")
        append(here / "files/a.jsonl", lines(120, 150))
        delivered(instance, 150)
        letters = instance.get("/api/v1/dead-letters")["items"]
        equal([letter["reason"] for letter in letters], ["undeliverable"], "dead letters")
        lost = json.loads(letters[0]["data"])["payload"]["n"]
        equal(lost, 100, "the dead letter's number")
        wanted = [number for number in range(150) if number != lost]
        until(lambda: len(events()) >= len(wanted), "the lines in the topic")
        equal(sorted(numbers_of(events())), wanted, "lines in the topic, each once")
        instance.stop()
        log.stop()
        cluster.end()


def errors(place):
    """What a broker answers for a while is got over without anybody noticing, or told and got over; nothing is lost or twice."""
    cluster = cluster_with_topics(2, 2)
    log = log_of(cluster)
    instance = make(place, cluster.bootstrap, ", transactional_id: t").start()
    count = 0
    for kind, codes in [(PRODUCE, [19, 19, 19]), (PRODUCE, [20]), (PRODUCE, [7, 7]), (PRODUCE, [6]), (PRODUCE, [56]), (ADD_PARTITIONS, [14, 51, 51]),
                        (ADD_PARTITIONS, [16, 15]), (END_TRANSACTION, [14, 14, 51]), (END_TRANSACTION, [16]), (END_TRANSACTION, [15]), (PRODUCE, [29]),
                        (ADD_PARTITIONS, [48]), (END_TRANSACTION, [48])]:
        cluster.fail(kind, *codes)
        append(place / "files/a.jsonl", lines(count, count + 200))
        count += 200
        delivered(instance, count, 30)
        check(not told(instance, "stopped:"), f"the sink stopped after {codes} to requests of kind {kind}: {readiness(instance)}")
    cluster("coordinator", "t", 2)
    append(place / "files/a.jsonl", lines(count, count + 200))
    count += 200
    delivered(instance, count)
    cluster("leader", "agent-events", 0, 1), cluster("leader", "agent-events", 1, 1)
    append(place / "files/a.jsonl", lines(count, count + 200))
    count += 200
    delivered(instance, count)
    equal(sorted(numbers_of(settled(log, count))), list(range(count)), "lines in the topic, each once")
    instance.stop()


def fenced(place):
    """Two sidecars with the same state: the older one is fenced, says so and stops sending; the newer one goes on."""
    cluster = cluster_with_topics(1, 1)
    log = log_of(cluster)
    older = make(place, cluster.bootstrap).start()
    path = place / "files/a.jsonl"
    append(path, lines(0, 500))
    delivered(older, 500)
    import shutil
    shutil.copytree(place / "state", place / "copy", ignore=shutil.ignore_patterns("lock"))
    newer = Instance("--config", place / "c.yaml", state=place / "copy").start()
    until(lambda: sink(newer)["state"] == "attached", "the newer one to be attached")
    # The answer that real brokers give the older one from now on; the newer one rests meanwhile.
    newer.process.send_signal(signal.SIGSTOP)
    cluster.fail(ADD_PARTITIONS, 90)
    append(path, lines(500, 700))
    trouble(older, "another instance", "transactional_id")
    newer.process.send_signal(signal.SIGCONT)
    delivered(newer, 700)
    append(path, lines(700, 900))
    delivered(newer, 900)
    equal(sorted(numbers_of(settled(log, 900))), list(range(900)), "lines in the topic, each once")
    check("another instance" in readiness(older), "the older one still says so")
    older.stop()
    newer.stop()


def lost_state(place):
    """What the brokers committed is the truth: a damaged state does not send again, nor does a lost one with a transactional_id."""
    cluster = cluster_with_topics(1, 1)
    log = log_of(cluster)
    instance = make(place, cluster.bootstrap, ", transactional_id: mine").start()
    path = place / "files/a.jsonl"
    append(path, lines(0, 500))
    delivered(instance, 500)
    instance.stop()
    import shutil
    shutil.rmtree(place / "state")
    append(path, lines(500, 600))
    instance.start()
    delivered(instance, 600)
    instance.stop()
    equal(numbers_of(settled(log, 600)), list(range(600)), "lines in the topic, each once")


# Wrong configurations and worlds.

def no_broker(place):
    instance = make(place, "127.0.0.1:1").start()
    append(place / "files/a.jsonl", lines(0, 10))
    trouble(instance, "sink bus", "127.0.0.1:1", "Connection refused", "see that the brokers run")
    instance.kill()


def unknown_host(place):
    instance = make(place, "no.such.host.invalid:9092").start()
    trouble(instance, "sink bus", "no.such.host.invalid", "check the host names")
    instance.kill()


def missing_topic(place):
    cluster = cluster_with_topics()
    log = log_of(cluster)
    cluster("topicerror", "agent-events", 3)
    instance = make(place, cluster.bootstrap).start()
    append(place / "files/a.jsonl", lines(0, 10))
    trouble(instance, "sink bus", "agent-events", "create the topic")
    cluster("topicerror", "agent-events", 0)
    delivered(instance, 10)
    equal(numbers_of(settled(log, 10)), list(range(10)), "lines in the topic")
    instance.stop()


def forbidden_topic(place):
    cluster = cluster_with_topics()
    cluster("topicerror", "agent-events", 29)
    instance = make(place, cluster.bootstrap).start()
    trouble(instance, "sink bus", "agent-events", "give this user the right")
    instance.kill()


def wrong_password(place):
    """The mock brokers know no SASL: they answer as brokers do that refuse it."""
    cluster = cluster_with_topics()
    instance = make(place, cluster.bootstrap, ", username: u, password: s3cr3t").start()
    trouble(instance, "sink bus", "SASL", "username, password and sasl_mechanism")
    check("s3cr3t" not in instance.log.read_text() + readiness(instance) + json.dumps(instance.get("/api/v1/config")), "the password is shown")
    instance.kill()


def wrong_settings(place):
    """A configuration that cannot be is refused before anything starts, with place, key and what would be right."""
    def problem(more, *words):
        make(place, "localhost:9092", more)
        done = subprocess.run([PROGRAM, "config", "check", str(place / "c.yaml")], capture_output=True, text=True)
        equal(done.returncode, 78, f"exit status with {more}: {done.stderr}")
        for word in words: check(word in done.stdout + done.stderr, f"with {more} not told {word!r}: {done.stdout}{done.stderr}")
    problem(", options: {linger.mss: '5'}", "options.linger.mss", "No such configuration property", "c.yaml:5")
    problem(", options: {socket.keepalive.enable: maybe}", "socket.keepalive.enable", "librdkafka says")
    problem(", options: {enable.idempotence: 'false'}", "set by Eventail itself")
    problem(", options: {transactional.id: x}", "transactional_id")
    problem(", options: {sasl.password: x}", "use the key password")
    problem(", topic: 'a b'", "a b", "no name of a topic")
    problem(", password: x", "username")
    problem(", tls_key: /k.pem", "tls_certificate")
    problem(", delivery: at_least_once, transactional_id: x", "at_least_once")
    make(place, "localhost:9092", ", topics: {outcomes: x}")
    done = subprocess.run([PROGRAM, "run", "--config", str(place / "c.yaml"), "--set", f"state_dir={place}/state"], capture_output=True, text=True, timeout=20)
    equal(done.returncode, 1, "exit status")
    check("outcomes" in done.stderr and "outcome" in done.stderr, f"the wrong profile is not named: {done.stderr}")


def statistics(place):
    cluster = cluster_with_topics()
    instance = make(place, cluster.bootstrap, ", options: {statistics.interval.ms: '200'}").start()
    append(place / "files/a.jsonl", lines(0, 100))
    delivered(instance, 100)
    until(lambda: (metric(instance, 'eventail_kafka_messages_total{sink="bus"}') or 0) >= 101, "librdkafka's statistics in /metrics")
    check(metric(instance, 'eventail_kafka_transactions_committed_total{sink="bus"}') >= 1, "transactions counted")
    equal(metric(instance, 'eventail_kafka_brokers_up{sink="bus"}'), 1.0, "brokers up")
    instance.stop()


TESTS = [entries, wrong_settings, too_large, refused, errors, fenced, lost_state, at_least_once, crashes, sent_again, outage, slow, no_broker, unknown_host, missing_topic,
         forbidden_topic, wrong_password, statistics, storm]

if sys.argv[1:2] == ["storm"] and len(sys.argv) > 2:
    storm(folder(), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 5000)
else:
    wanted = [test for test in TESTS if test.__name__ in sys.argv[1:]] if len(sys.argv) > 1 else TESTS
    for test in wanted:
        began = time.monotonic()
        test(folder())
        print(f"ok {test.__name__} ({time.monotonic() - began:.1f} s)")
        sys.stdout.flush()
