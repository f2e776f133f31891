"""Kafka for the scripts: librdkafka's mock brokers in a process of their own, and a reader that sees what no client library shows: which producer
wrote a batch. It speaks the protocol itself (Metadata 1, Fetch 4, record batches 2), compression none or gzip."""
import struct, threading, zlib
from _eventail import *

PRODUCE, METADATA, INIT_PRODUCER, ADD_PARTITIONS, END_TRANSACTION = 0, 3, 22, 24, 26
CHECKPOINTS = "-checkpoints"


class Cluster:
    """Brokers numbered from 1."""

    def __init__(self, brokers=1, **topics):
        self.process = subprocess.Popen([str(pathlib.Path(PROGRAM).parent / "kafkacluster"), str(brokers)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, bufsize=1)
        atexit.register(self.process.kill)
        self.bootstrap = self.process.stdout.readline().strip()
        for name, partitions in topics.items(): self.topic(name.replace("_", "-"), partitions)

    def topic(self, name, partitions): self("topic", name, partitions, 1)

    def __call__(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        equal(self.process.stdout.readline().strip(), "ok", f"the answer to {words}")

    def fail(self, kind, *codes): self("error", kind, ",".join(map(str, codes)))

    def end(self):
        self.process.kill()
        self.process.wait()


class Bytes:
    """Kafka's primitive types, read one behind the other."""

    def __init__(self, content, at=0): self.content, self.at = content, at

    def take(self, form):
        value = struct.unpack_from(">" + form, self.content, self.at)
        self.at += struct.calcsize(">" + form)
        return value[0] if len(value) == 1 else value

    def raw(self, count):
        if count < 0: return None
        self.at += count
        return bytes(self.content[self.at - count:self.at])

    def text(self): return (self.raw(self.take("h")) or b"").decode()
    def list(self, item): return [item() for _ in range(max(0, self.take("i")))]

    def varint(self):
        shift = value = 0
        while True:
            byte = self.content[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80: return (value >> 1) ^ -(value & 1)


class Connection:
    def __init__(self, host, port):
        import socket
        self.socket = socket.create_connection((host, port), timeout=5)
        self.number = 0

    def ask(self, kind, version, body):
        self.number += 1
        message = struct.pack(">hhi", kind, version, self.number) + text("script") + body
        self.socket.sendall(struct.pack(">i", len(message)) + message)
        length = struct.unpack(">i", self.receive(4))[0]
        return Bytes(self.receive(length), 4)

    def receive(self, count):
        parts = []
        while count:
            part = self.socket.recv(min(count, 1 << 20))
            if not part: raise ConnectionError("the broker hung up")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)


def text(value): return struct.pack(">h", len(value.encode())) + value.encode()


class Record:
    __slots__ = ("topic", "partition", "offset", "producer", "key", "value", "headers")


class Log:
    """Reads topics from their beginning while others write, and keeps every batch: brokers forget them soon."""

    def __init__(self, cluster, *topics):
        self.bootstrap = [address.rsplit(":", 1) for address in cluster.bootstrap.split(",")]
        self.topics, self.batches, self.next, self.problem = topics, [], {}, None
        self.connections, self.leaders, self.stopping = {}, {}, threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def connect(self, host, port):
        if (host, port) not in self.connections: self.connections[host, port] = Connection(host, port)
        return self.connections[host, port]

    def look(self):
        """Finds the leaders of all partitions."""
        for host, port in self.bootstrap:
            try:
                answer = self.connect(host, int(port)).ask(METADATA, 1, struct.pack(">i", len(self.topics)) + b"".join(map(text, self.topics)))
            except OSError:
                self.connections.pop((host, int(port)), None)
                continue
            brokers = {}
            for number, host, port, _ in answer.list(lambda: (answer.take("i"), answer.text(), answer.take("i"), answer.text())): brokers[number] = (host, port)
            answer.take("i")
            for _ in range(answer.take("i")):
                _, name, _ = answer.take("h"), answer.text(), answer.take("b")
                for _ in range(answer.take("i")):
                    _, partition, leader = answer.take("h"), answer.take("i"), answer.take("i")
                    answer.list(lambda: answer.take("i")); answer.list(lambda: answer.take("i"))
                    self.leaders[name, partition] = brokers.get(leader)
                    self.next.setdefault((name, partition), 0)
            return

    def run(self):
        while not self.stopping.is_set():
            try: found = self.fetch()
            except OSError: found = False
            except Exception as problem: self.problem = problem; raise
            if not found:
                if self.stopping.wait(0.02): return

    def fetch(self):
        found = False
        if {name for name, _ in self.next} != set(self.topics) or any(leader is None for leader in self.leaders.values()): self.look()
        by_leader = {}
        for place, leader in self.leaders.items():
            if leader: by_leader.setdefault(leader, []).append(place)
        for leader, places in by_leader.items():
            body = struct.pack(">iiiibi", -1, 0, 1, 32 << 20, 0, len(places))
            for name, partition in places: body += text(name) + struct.pack(">iiqi", 1, partition, self.next[name, partition], 8 << 20)
            try: answer = self.connect(*leader).ask(1, 4, body)
            except OSError:
                self.connections.pop(leader, None)
                self.look()
                continue
            answer.take("i")
            for _ in range(answer.take("i")):
                name = answer.text()
                for _ in range(answer.take("i")):
                    partition, error, _, _ = answer.take("ihqq")
                    for _ in range(max(0, answer.take("i"))): answer.take("qq")
                    records = answer.raw(answer.take("i"))
                    if error == 1: self.problem = f"{name} {partition}: what was not read is gone"
                    if error: self.look()
                    elif records and self.keep(name, partition, records): found = True
        return found

    def keep(self, name, partition, content):
        """Keeps the whole batches of an answer; its last may be cut."""
        at, kept = 0, False
        while at + 61 <= len(content):
            first, length = struct.unpack_from(">qi", content, at)
            if at + 12 + length > len(content): break
            last = struct.unpack_from(">i", content, at + 23)[0]
            if first + last >= self.next[name, partition]:
                self.batches.append((name, partition, content[at:at + 12 + length]))
                self.next[name, partition] = first + last + 1
                kept = True
            at += 12 + length
        return kept

    def stop(self):
        self.stopping.set()
        self.thread.join()
        check(self.problem is None, f"the reader's trouble: {self.problem}")

    def records_of(self, topic): return [record for record in self.records() if record.topic == topic]

    def records(self, start=0):
        """All records that were read, those of the batches from `start` on, in the order of each partition."""
        found = []
        for name, partition, content in list(self.batches)[start:]:
            head = Bytes(content)
            first, _, _, magic, _, attributes, _, _, _, producer, epoch, _, count = head.take("qiibIhiqqqhii")
            equal(magic, 2, "the form of a record batch")
            body = content[head.at:]
            if attributes & 7 == 1: body = zlib.decompress(body, 31)
            else: equal(attributes & 7, 0, "the compression of a record batch")
            rows = Bytes(body)
            for _ in range(count):
                record = Record()
                rows.varint(); rows.take("b"); rows.varint()
                record.topic, record.partition, record.offset, record.producer = name, partition, first + rows.varint(), (producer, epoch)
                record.key, record.value = rows.raw(rows.varint()), rows.raw(rows.varint())
                record.headers = {rows.raw(rows.varint()).decode(): (rows.raw(rows.varint()) or b"").decode() for _ in range(rows.varint())}
                found.append(record)
        return found


def committed(records):
    """The events that count: those that a producer's own checkpoints pass (see kafka.py)."""
    passed = {}
    for record in records:
        if record.topic.endswith(CHECKPOINTS) and record.value:
            identity = record.key.decode().split("/", 1)[1]
            passed[record.producer, identity] = max(json.loads(record.value)["position"], passed.get((record.producer, identity), 0))
    return [record for record in records if not record.topic.endswith(CHECKPOINTS)
            and int(record.headers["offset"]) < passed.get((record.producer, record.headers["eventail-id"].rsplit(":", 1)[0]), 0)]
