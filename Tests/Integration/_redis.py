"""A redis-server of a script's own, a door in front of it that can be shut or moved, and what its streams hold."""
import collections, random, shutil, socket, threading
from _eventail import *

# Debian's package, also for a Python that is not Debian's.
sys.path.append("/usr/lib/python3/dist-packages")
# A script of this folder has the package's name.
here = sys.path.pop(0)
try:
    import redis as redis_py
except ImportError:
    print("note: skipped, python3-redis is absent")
    sys.exit(0)
sys.path.insert(0, here)
if not shutil.which("redis-server"):
    print("note: skipped, redis-server is absent")
    sys.exit(0)


def free_port():
    """A port that nobody has, below those that the kernel gives out; a cluster's node also takes the one 10,000 above."""
    while True:
        port = random.randrange(12_000, 22_000)
        with socket.socket() as found, socket.socket() as above:
            try:
                found.bind(("127.0.0.1", port))
                above.bind(("127.0.0.1", port + 10_000))
                return port
            except OSError: continue


class Redis:
    """A server in a folder; every write is on disk before it is acknowledged unless `durable` is off."""

    def __init__(self, place, *arguments, durable=True, port=None, program="redis-server"):
        self.place = pathlib.Path(place)
        self.place.mkdir(exist_ok=True)
        self.port = port or free_port()
        self.arguments = [*map(str, arguments)]
        if durable: self.arguments += ["--appendonly", "yes", "--appendfsync", "always"]
        self.program = program
        self.process = None
        atexit.register(self.kill)

    url = property(lambda self: f"redis://127.0.0.1:{self.port}")

    def start(self, wait=True):
        self.process = subprocess.Popen(
            [self.program, "--port", str(self.port), "--dir", str(self.place), "--save", "", "--logfile", str(self.place / "log"), *self.arguments])
        if wait: until(self.answers, "redis-server to answer", pause=0.01)
        return self

    def answers(self):
        try: return self.client(password=None).ping()
        except redis_py.AuthenticationError: return True
        except redis_py.RedisError: return False

    def client(self, **options):
        return redis_py.Redis(host="127.0.0.1", port=self.port, socket_timeout=10, **options)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


class Door:
    """A TCP proxy: can be shut, can lead elsewhere, and can cut the next connections after a reply was made and before it is passed on."""

    def __init__(self, target):
        self.target, self.cuts, self.open = target, 0, True
        self.pairs, self.lock = [], threading.Lock()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    url = property(lambda self: f"redis://127.0.0.1:{self.port}")

    def _accept(self):
        while True:
            inside, _ = self.socket.accept()
            if not self.open:
                inside.close()
                continue
            try: outside = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                inside.close()
                continue
            with self.lock: self.pairs.append((inside, outside))
            state = {"exec": False}
            threading.Thread(target=self._copy, args=(inside, outside, state, True), daemon=True).start()
            threading.Thread(target=self._copy, args=(outside, inside, state, False), daemon=True).start()

    def _copy(self, source, sink, state, forward):
        try:
            while data := source.recv(1 << 16):
                if forward and b"EXEC" in data: state["exec"] = True
                # A reply to a transaction comes as an array of many; what was done stays done.
                if not forward and state["exec"] and self.cuts > 0:
                    self.cuts -= 1
                    break
                sink.sendall(data)
        except OSError: pass
        for end in (source, sink):
            try: end.shutdown(socket.SHUT_RDWR)
            except OSError: pass

    def cut_all(self):
        with self.lock:
            for pair in self.pairs:
                for end in pair:
                    try: end.shutdown(socket.SHUT_RDWR)
                    except OSError: pass
            self.pairs = []

    def shut(self):
        self.open = False
        self.cut_all()


def entries(client, stream="eventail:events"):
    """All entries of a stream, oldest first, as dictionaries of bytes."""
    found, first = [], "-"
    while True:
        page = client.xrange(stream, min=first, count=20_000)
        if not page: return found
        found += [fields for _, fields in page]
        first = b"(" + page[-1][0]


def sink_of(instance, name="stream"):
    return next(sink for sink in instance.get("/api/v1/sinks")["items"] if sink["name"] == name)


def in_trouble(instance, words, name="stream", seconds=20):
    """Waits until a sink names its trouble in /api/v1/sinks, /readyz and /metrics."""
    def told():
        sink = sink_of(instance, name)
        return sink["state"] == "failing" and words in (sink["last_error"] or "")
    until(told, f"sink {name} to be failing with {words!r}: {sink_of(instance, name)}", seconds)
    with urllib.request.urlopen(f"http://{instance.address}/readyz", timeout=5) as answer: ready = answer.read().decode()
    check(name in ready, f"/readyz does not name {name}: {ready}")
    with urllib.request.urlopen(f"http://{instance.address}/metrics", timeout=5) as answer: metrics = answer.read().decode()
    check(f'eventail_sink_up{{sink="{name}"}} 0' in metrics, "eventail_sink_up is not 0")


def exact(client, files, stream="eventail:events", what=""):
    """Whether the stream holds each line of the files once, in each file's order, byte for byte; the lines differ from each other."""
    found, order = collections.Counter(), collections.defaultdict(list)
    for fields in entries(client, stream):
        found[fields[b"data"]] += 1
        # These events have no id of their own: theirs is made of the file's identity and the offset.
        order[fields[b"id"].rsplit(b":", 1)[0]].append(int(fields[b"offset"]))
    wanted = 0
    for path in files:
        lines = path.read_bytes().split(b"\n")[:-1]
        wanted += len(lines)
        for line in lines: check(found[line] == 1, f"{what}: {found[line]} times in the stream: {line[:120]!r}")
    equal(sum(found.values()), wanted, f"{what}: entries")
    for identity, offsets in order.items(): check(offsets == sorted(offsets), f"{what}: the lines of {identity.decode()} are not in its order")
