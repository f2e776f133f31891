#!/usr/bin/env python3
"""What goes wrong on a machine, one fault a function: each is told in the log or by /readyz, loses nothing in silence, and ends when its cause ends.
faults.py [NAME ...]

Method: every line carries a number. After the fault has ended the numbers in the history are compared with those written, as a set and as a count,
and the audit must balance. Faults run in processes of their own, a few at a time; those that need rights this machine refuses say so and are skipped."""
import contextlib, gzip, multiprocessing, shutil, socket, sqlite3, traceback
from _eventail import *

TOGETHER = 4
SKIPPED = 77
NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")


# What the faults share.

def line(number, end=b"\n"):
    return json.dumps({"event_type": "agent_completed", "timestamp": 1760000000.0 + number / 1000, "payload": {
        "agent": "scribe", "task_id": f"t{number // 50}", "status": "success", "duration_ms": 5, "cost_usd": 0.01, "n": number}}).encode() + end


def lines(first, end): return b"".join(line(number) for number in range(first, end))


def append(path, content):
    with open(path, "ab", buffering=0) as file: file.write(content)


def make(place, source="", sinks="", paths="files/*.jsonl", rest="", **options):
    """An instance with a configuration of its own that reads `files`."""
    (place / "files").mkdir(exist_ok=True)
    text = f"sources:\n  - {{name: agents, type: files, scan_interval: 200ms, paths: ['{place}/{paths}']{source}}}\n{rest}"
    if sinks: text += "sinks:\n  - {name: history, type: history}\n" + sinks
    (place / "c.yaml").write_text(text)
    return Instance("--config", place / "c.yaml", state=place / "state", **options)


def numbers(instance): return [item["event"]["payload"]["n"] for item in instance.events()]


def settle(instance, wanted, dead=None, valid=None, seconds=30):
    """Waits until the history holds exactly these numbers, each once; the audit, which must balance."""
    wanted = sorted(wanted)
    until(lambda: instance.get("/api/v1/audit")["lines"] >= len(wanted) + sum((dead or {}).values()), f"{len(wanted)} lines read", seconds)

    def missing():
        found = numbers(instance)
        lost, more = set(wanted) - set(found), len(found) - len(set(found))
        return f"{len(lost)} lines are not in the history (as {sorted(lost)[:5]}), {more} twice, {len(set(found) - set(wanted))} invented"

    until(lambda: sorted(numbers(instance)) == wanted, missing, seconds, 0.1)
    audit = instance.get("/api/v1/audit")
    check(audit["balanced"], f"the audit does not balance: {audit}")
    equal(audit["valid"], len(wanted) if valid is None else valid, "valid in the audit")
    equal(audit["dead_letters"], dead or {}, "dead letters in the audit")
    return audit


def told(instance, *words):
    """Whether one entry of the log has all these words."""
    return any(all(word in entry for word in words) for entry in instance.log.read_text().splitlines())


def hears(instance, *words, seconds=15): until(lambda: told(instance, *words), f"the log to say {words}", seconds)


def readiness(instance):
    try:
        with urllib.request.urlopen(f"http://{instance.address}/readyz", timeout=5) as answer: return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal: return refusal.code, refusal.read().decode()


def metric(instance, name):
    with urllib.request.urlopen(f"http://{instance.address}/metrics", timeout=10) as answer:
        for row in answer.read().decode().splitlines():
            if row.startswith(name + " "): return float(row.rsplit(" ", 1)[1])
    return None


def refused(instance, *words):
    """The start fails with 1 and a message that has these words."""
    instance.start(wait=False)
    equal(instance.process.wait(timeout=20), 1, "exit status of a start that cannot be")
    check(told(instance, *words), f"no message with {words}: {instance.log.read_text()[-1000:]}")


def nobody(place):
    """The program run without rights, in a place that is its own."""
    if os.geteuid() != 0 or not shutil.which("setpriv"): skip("rights cannot be dropped here")
    shutil.copy(PROGRAM, place / "eventail")
    (place / "files").mkdir(exist_ok=True)
    for path in [place, *place.rglob("*")]: os.chown(path, 65534, 65534)
    return (*NOBODY, place / "eventail")


def skip(why):
    print(f"note: skipped, {why}")
    sys.exit(SKIPPED)


@contextlib.contextmanager
def small_disk(folder, size="1m"):
    """A full-disk-to-be; what it yields makes it larger."""
    folder.mkdir(exist_ok=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], capture_output=True).returncode: skip("mounting is refused here")
    try: yield lambda: subprocess.run(["mount", "-o", "remount,size=256m", folder], check=True)
    finally: subprocess.run(["umount", "-l", folder])


@contextlib.contextmanager
def frozen(instance):
    """The instance does not run inside."""
    instance.process.send_signal(signal.SIGSTOP)
    try: yield
    finally: instance.process.send_signal(signal.SIGCONT)


# Files and folders.

def missing_folder(place):
    instance = make(place, paths="later/*/deep/*.jsonl").start()
    (place / "later/x/deep").mkdir(parents=True)
    append(place / "later/x/deep/a.jsonl", lines(0, 50))
    settle(instance, range(50))
    shutil.rmtree(place / "later")
    until(lambda: all(file["state"] == "deleted" for file in instance.get("/api/v1/files")["items"]), "the files to be seen gone")
    (place / "later/x/deep").mkdir(parents=True)
    append(place / "later/x/deep/a.jsonl", lines(50, 100))
    settle(instance, range(100))
    instance.stop()


def unreadable_file(place):
    instance = make(place, program=nobody(place))
    append(place / "files/a.jsonl", lines(0, 50))
    append(place / "files/b.jsonl", lines(50, 60))
    os.chown(place / "files/a.jsonl", 65534, 65534)
    os.chmod(place / "files/a.jsonl", 0)
    instance.start()
    settle(instance, range(50, 60))
    hears(instance, "cannot be read", "a.jsonl", "ermission denied", "remedy")
    until(lambda: "cannot be read" in readiness(instance)[1], "/readyz to name it")
    os.chmod(place / "files/a.jsonl", 0o600)
    settle(instance, range(60))
    until(lambda: json.loads(readiness(instance)[1])["degraded"] == [], "/readyz to forget it")
    instance.stop()


def unreadable_folder(place):
    instance = make(place, program=nobody(place)).start()
    append(place / "files/a.jsonl", lines(0, 10))
    settle(instance, range(10))
    os.chmod(place / "files", 0)
    append(place / "files/a.jsonl", lines(10, 20))
    hears(instance, str(place / "files"), "ermission denied", "remedy")
    until(lambda: str(place / "files") in readiness(instance)[1], "/readyz to name it")
    append(place / "files/b.jsonl", lines(20, 30))
    os.chmod(place / "files", 0o700)
    os.chmod(place / "files/b.jsonl", 0o644)
    audit = settle(instance, range(30))
    equal(audit["bytes_lost"], {}, "bytes lost")
    instance.stop()


def half_line(place):
    instance = make(place).start()
    whole = line(0)
    append(place / "files/a.jsonl", whole[:40])
    until(lambda: instance.get("/api/v1/audit")["bytes_unfinished"] == 40, "the half to be seen")
    # What came after the half was read, so the half was looked at again.
    append(place / "files/b.jsonl", line(1))
    settle(instance, [1])
    append(place / "files/a.jsonl", whole[40:])
    settle(instance, [0, 1])
    instance.stop()


def cut_everywhere(place):
    whole = json.dumps({"event_type": "agent_completed", "timestamp": 1, "payload": {
        "agent": "é漢😀", "task_id": "t", "status": "success", "duration_ms": 1, "cost_usd": 0, "n": 0}}, ensure_ascii=False)
    files = [(cut, whole.replace('"n": 0', f'"n": {cut}').encode() + b"\r\n") for cut in range(len(whole.encode()) + 1)]
    instance = make(place).start()
    for cut, content in files: append(place / f"files/{cut}.jsonl", content[:cut])
    until(lambda: instance.get("/api/v1/audit")["bytes_unfinished"] == sum(cut for cut, _ in files), "all beginnings to be seen")
    for cut, content in files: append(place / f"files/{cut}.jsonl", content[cut:])
    settle(instance, range(len(files)))
    equal({item["event"]["payload"]["agent"] for item in instance.events()}, {"é漢😀"}, "agents")
    instance.stop()


def long_line(place):
    instance = make(place).start()
    path = place / "files/a.jsonl"
    append(path, lines(0, 5))
    for _ in range(20): append(path, b"x" * (1 << 20))
    until(lambda: instance.get("/api/v1/audit")["bytes_unfinished"] == 20 << 20, "the long line to be seen")
    append(path, b"\n" + lines(5, 10))
    settle(instance, range(10), {"too_long": 1})
    rss = next(int(row.split()[1]) for row in open(f"/proc/{instance.process.pid}/status") if row.startswith("VmHWM"))
    check(rss < 200 << 10, f"{rss} KiB of memory for a long line")
    instance.stop()


def odd_kinds(place):
    (place / "files").mkdir()
    os.mkfifo(place / "files/fifo.jsonl")
    (place / "files/folder.jsonl").mkdir()
    plug = socket.socket(socket.AF_UNIX)
    plug.bind(str(place / "files/socket.jsonl"))
    os.symlink(place / "away.jsonl", place / "files/dangling.jsonl")
    os.symlink(place / "files/loop.jsonl", place / "files/loop.jsonl")
    append(place / "files/a.jsonl", lines(0, 10))
    instance = make(place).start()
    settle(instance, range(10))
    equal(readiness(instance)[0], 200, "/readyz")
    append(place / "away.jsonl", lines(10, 20))
    os.unlink(place / "files/fifo.jsonl")
    append(place / "files/fifo.jsonl", lines(20, 30))
    settle(instance, range(30))
    instance.stop()


def odd_names(place):
    """Names that are not UTF-8, in one of whose folders a file is renamed; they are shown with escapes and found again after a start."""
    odd = os.fsencode(place) + b"/files/\xff-\xc3(\xe2\x82"
    os.makedirs(odd)
    instance = make(place, paths="files/**/*.jsonl*").start()
    for number, name in enumerate([b"caf\xe9.jsonl", b"\xe9\xf4\x8f\x9f\xa9.jsonl", "caf\u00e9.jsonl".encode(), "\U0010f7e9.jsonl".encode()]):
        append(odd + b"/" + name, line(number))
    settle(instance, range(4))
    os.rename(odd + b"/caf\xe9.jsonl", odd + b"/caf\xe9.jsonl.1")
    append(odd + b"/caf\xe9.jsonl.1", line(4))
    append(odd + b"/caf\xe9.jsonl", line(5))
    settle(instance, range(6))
    with urllib.request.urlopen(f"http://{instance.address}/api/v1/files") as answer: raw = answer.read()
    check(rb"/\udbfd\udfff-\udbfd\udfc3(\udbfd\udfe2\udbfd\udf82/caf\udbfd\udfe9.jsonl.1" in raw, f"no escaped name in {raw}")
    check("/caf\u00e9.jsonl" in raw.decode(), f"no name that is UTF-8 in {raw}")
    equal(len(json.loads(raw)["items"]), 5, "files")
    instance.kill()
    append(odd + b"/caf\xe9.jsonl", line(6))
    instance.start()
    settle(instance, range(7))
    instance.stop()


def invalid_lines(place):
    good = [line(number) for number in range(13)]
    deep = b'{"event_type":"agent_started","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
    bad = [b"{\n", b"not json\n", b"[1]\n", b'"text"\n', b"7\n", b'{"event_type":"agent_completed","payload":{"agent":"\xff\xfe"}}\n',
           b'{"event_type":"agent_completed"\x00}\n', b'{"a":' + b"9" * 70_000 + b"}\n", b"\xef\xbb\xbf{}x\n", deep,
           b'{"event_type":"never_heard_of","timestamp":1,"payload":{}}\n', b'{"event_type":"agent_completed","timestamp":1,"payload":{}}\n']
    blank = [b"\n", b"  \r\n", b"\t\n"]
    instance = make(place, source=", max_line_bytes: 64KiB, profile: superagent").start()
    for before, worse in zip(good, bad + [b""]): append(place / "files/a.jsonl", before + worse)
    append(place / "files/a.jsonl", b"".join(blank))
    until(lambda: instance.get("/api/v1/audit")["lines"] == len(good) + len(bad) + len(blank), "all lines read")
    audit = instance.get("/api/v1/audit")
    print(audit)
    equal((audit["valid"], sum(audit["dead_letters"].values()), audit["blank"], audit["balanced"]), (len(good), len(bad), len(blank), True), "the audit")
    equal({reason: audit["dead_letters"].get(reason) for reason in ("too_long", "not_object", "invalid_utf8", "unknown_type", "schema")},
          {"too_long": 2, "not_object": 3, "invalid_utf8": 1, "unknown_type": 1, "schema": 1}, "dead letters by reason")
    until(lambda: sorted(numbers(instance)) == list(range(len(good))), "all good lines in the history")
    until(lambda: len(instance.get("/api/v1/dead-letters?limit=100")["items"]) == len(bad), "all bad lines kept")
    offsets = {item["offset"] for item in instance.get("/api/v1/dead-letters?limit=100")["items"]}
    wanted, place_ = set(), 0
    for before, worse in zip(good, bad): wanted.add(place_ + len(before)); place_ += len(before + worse)
    equal(offsets, wanted, "places of the dead letters")
    instance.stop()


def few_descriptors(place):
    if not shutil.which("prlimit"): skip("prlimit is not here")
    (place / "files").mkdir()
    for number in range(500): append(place / f"files/{number}.jsonl", line(number))
    instance = make(place, program=("prlimit", "--nofile=64", PROGRAM)).start()
    settle(instance, range(500))
    for number in range(500): append(place / f"files/{number}.jsonl", line(500 + number))
    settle(instance, range(1000))
    check(len(os.listdir(f"/proc/{instance.process.pid}/fd")) <= 64, "descriptors")
    instance.stop()
    instance.start()
    settle(instance, range(1000))
    instance.stop()


# Truncation, rotation, deletion.

def copy_and_truncate(place):
    instance = make(place).start()
    path = place / "files/a.jsonl"
    written = 0
    for _ in range(5):
        append(path, lines(written, written + 200))
        written += 200
        settle(instance, range(written))
        os.truncate(path, 0)
    half = line(written)[:50]
    append(path, half)
    until(lambda: instance.get("/api/v1/audit")["bytes_unfinished"] == 50, "the half to be seen")
    os.truncate(path, 0)
    append(path, lines(written, written + 10))
    audit = settle(instance, range(written + 10))
    print(audit["bytes_lost"], metric(instance, 'eventail_bytes_lost_total{cause="truncated"}'))
    instance.stop()


def truncate_and_regrow(place):
    """Behind the reader's back past its position, running and stopped."""
    instance = make(place).start()
    path = place / "files/a.jsonl"
    append(path, lines(0, 100))
    settle(instance, range(100))
    with frozen(instance):
        os.truncate(path, 0)
        append(path, lines(100, 300))
    settle(instance, range(300))
    hears(instance, "truncated", "a.jsonl")
    instance.stop()
    os.truncate(path, 0)
    append(path, lines(300, 700))
    instance.start()
    settle(instance, range(700))
    instance.stop()


def rename_chain(place):
    instance = make(place).start()
    written = 0
    for turn in range(15):
        for number in range(4, 0, -1):
            if (place / f"files/a.jsonl.{number}").exists(): os.rename(place / f"files/a.jsonl.{number}", place / f"files/a.jsonl.{number + 1}")
        if turn: os.rename(place / "files/a.jsonl", place / "files/a.jsonl.1")
        append(place / "files/a.jsonl", lines(written, written + 100))
        written += 100
        if turn == 8:
            settle(instance, range(written))
            instance.stop()
            append(place / "files/a.jsonl", lines(written, written + 7))
            written += 7
            instance = make(place)
            os.rename(place / "files/a.jsonl", place / "files/a.jsonl.0")
            append(place / "files/a.jsonl", lines(written, written + 7))
            written += 7
            instance.start()
            settle(instance, range(written))
        else:
            until(lambda: instance.get("/api/v1/audit")["lines"] >= written, "lines read")
    settle(instance, range(written))
    found = numbers(instance)
    check(found == sorted(found), "the lines are not in their order")
    instance.stop()


def deletion_unread(place):
    instance = make(place).start()
    path = place / "files/a.jsonl"
    append(path, lines(0, 10))
    settle(instance, range(10))
    with frozen(instance):
        append(path, lines(10, 5000))
        os.unlink(path)
        append(path, lines(5000, 5100))
    audit = settle(instance, range(5100))
    equal(audit["bytes_lost"], {}, "bytes lost")
    instance.stop()


def half_line_rotated_while_stopped(place):
    """A file that held no whole line is found again under a name that no pattern has."""
    instance = make(place).start()
    append(place / "files/a.jsonl", line(0)[:30])
    until(lambda: instance.get("/api/v1/audit")["bytes_unfinished"] == 30, "the half to be seen")
    instance.stop()
    append(place / "files/a.jsonl", line(0)[30:] + lines(1, 5))
    os.rename(place / "files/a.jsonl", place / "files/a.jsonl.1")
    append(place / "files/a.jsonl", lines(5, 10))
    instance.start()
    settle(instance, range(10))
    instance.stop()


def packed_while_stopped(place, pack, ending):
    """Rotated and compressed while stopped: the rest is read from the compressed file, once, in its order, also by a sink that lacked more."""
    out, other = place / "out.jsonl", place / "other.jsonl"
    both = "".join(f"  - {{name: {name}, type: file, path: '{path}'}}\n" for name, path in (("log", out), ("other", other)))
    instance = make(place, sinks=both)
    # Old archives of the same names, one with the same beginning; a file that was read to its end; one with half a line.
    append(place / "files/a.jsonl.9", lines(0, 30) + lines(5000, 5010))
    append(place / "files/b.jsonl.9", lines(6000, 6010))
    pack(place / "files/a.jsonl.9", place / "files/b.jsonl.9")
    append(place / "files/a.jsonl", lines(0, 100) + line(100)[:20])
    append(place / "files/b.jsonl", lines(1000, 1100))
    append(place / "files/c.jsonl", lines(2000, 2100))
    instance.start()
    settle(instance, [*range(100), *range(1000, 1100), *range(2000, 2100)])
    instance.kill()
    # A sink lost what it had: it lacks what the others have.
    for path in (other, place / "other.jsonl.checkpoints"): path.unlink()
    append(place / "files/a.jsonl", line(100)[20:] + lines(101, 5000 // 10) + line(4999)[:7])
    append(place / "files/b.jsonl", lines(1100, 1300))
    for name in "abc": os.rename(place / f"files/{name}.jsonl", place / f"files/{name}.jsonl.1")
    pack(*(place / f"files/{name}.jsonl.1" for name in "abc"))
    append(place / "files/a.jsonl", lines(500, 600))
    append(place / "files/b.jsonl", lines(1300, 1310))
    wanted = [*range(600), *range(1000, 1310), *range(2000, 2100)]
    for start in range(3):
        instance.log.write_text("")
        instance.start()
        settle(instance, wanted)
        for path in (out, other):
            until(lambda: sorted(json.loads(row)["payload"]["n"] for row in path.read_bytes().splitlines()) == wanted, f"all lines in {path}, each once", 10)
        # After the kill some consumer may want it again.
        if start != 1: equal(told(instance, "compressed before it was read", f"a.jsonl.1{ending}"), start == 0, f"unpacked at start {start + 1}")
        for name in "ab":
            got = [item["event"]["payload"]["n"] for item in instance.events() if item["file"].endswith(f"{name}.jsonl")]
            equal(got, sorted(got), f"the order of {name}")
        instance.kill() if start == 0 else instance.stop()
    # What was looked at once is known.
    with contextlib.closing(sqlite3.connect(place / "state/state.db")) as database:
        known = {row[0] for row in database.execute("SELECT path FROM checkpoints WHERE consumer='found' AND source=''")}
    equal(known, {str(place / f"files/{name}{ending}") for name in ("a.jsonl.9", "b.jsonl.9", "a.jsonl.1", "b.jsonl.1", "c.jsonl.1")}, "compressed files that are known")


def gzipped_while_stopped(place):
    def pack(*paths):
        for path in paths: pathlib.Path(f"{path}.gz").write_bytes(gzip.compress(path.read_bytes())); path.unlink()
    packed_while_stopped(place, pack, ".gz")


def zstd_while_stopped(place):
    if not shutil.which("zstd"): skip("there is no zstd")
    packed_while_stopped(place, lambda *paths: subprocess.run(["zstd", "-q", "--rm", *paths], check=True), ".zst")


def packed_and_damaged(place):
    """A compressed file that is cut is named, and read when it is whole."""
    instance = make(place)
    append(place / "files/a.jsonl", lines(0, 10))
    instance.start()
    settle(instance, range(10))
    instance.stop()
    append(place / "files/a.jsonl", lines(10, 20))
    whole = gzip.compress((place / "files/a.jsonl").read_bytes())
    (place / "files/a.jsonl").unlink()
    (place / "files/a.jsonl.1.gz").write_bytes(whole[:-5])
    instance.start()
    hears(instance, "a.jsonl.1.gz", "cannot be unpacked", "too early")
    settle(instance, range(10))
    instance.stop()
    (place / "files/a.jsonl.1.gz").write_bytes(whole)
    instance.start()
    settle(instance, range(20))
    instance.stop()


def start_at_end(place):
    """The end is that of the first start: what comes while stopped is read."""
    append_to = place / "files/a.jsonl"
    instance = make(place, source=", start_at: end")
    append(append_to, lines(0, 100) + line(100)[:20])
    instance.start()
    until(lambda: instance.get("/api/v1/files")["items"], "the file to be known")
    instance.stop()
    append(append_to, line(100)[20:] + lines(101, 110))
    instance.start()
    settle(instance, range(100, 110))
    instance.stop()


# The disk.

def full_state_disk(place):
    (place / "state").mkdir()
    with small_disk(place / "state") as enlarge:
        instance = make(place).start()
        for part in range(40): append(place / "files/a.jsonl", lines(part * 500, part * 500 + 500))
        until(lambda: "make room" in readiness(instance)[1] or "free space" in readiness(instance)[1], "/readyz to name it and its remedy")
        hears(instance, "state.db", "disk is full", "make room")
        for _ in range(100): check("state.db" in readiness(instance)[1], f"/readyz forgot it: {readiness(instance)}")
        check(instance.process.poll() is None, "it ended")
        told_often = sum("disk is full" in entry for entry in instance.log.read_text().splitlines())
        check(told_often < 10, f"told {told_often} times")
        enlarge()
        settle(instance, range(20_000))
        until(lambda: json.loads(readiness(instance)[1])["degraded"] == [] and readiness(instance)[0] == 200, "/readyz to be well again")
        instance.stop()


def full_state_disk_whole(place):
    """No byte is left: reading waits, /readyz answers 503."""
    with small_disk(place / "state") as enlarge:
        instance = make(place).start()
        append(place / "files/a.jsonl", lines(0, 10))
        settle(instance, range(10))
        with open(place / "state/filler", "wb", buffering=0) as filler:
            with contextlib.suppress(OSError):
                while True: filler.write(bytes(512))
        for part in range(20):
            append(place / "files/a.jsonl", lines(10 + part * 100, 110 + part * 100))
            append(place / f"files/{part}.jsonl", b"bad\n")
        until(lambda: readiness(instance)[0] == 503, "/readyz to answer 503")
        check(any(word in readiness(instance)[1] for word in ("make room", "free space")), f"no remedy in {readiness(instance)}")
        os.unlink(place / "state/filler")
        enlarge()
        settle(instance, range(2010), {"not_json": 20})
        until(lambda: len(instance.get("/api/v1/dead-letters?limit=100")["items"]) == 20, "all dead letters, each once")
        until(lambda: readiness(instance)[0] == 200, "/readyz to be well again")
        instance.stop()


def full_state_disk_and_stop(place):
    """What could not be kept before the stop is there after the next start, once."""
    with small_disk(place / "state") as enlarge:
        instance = make(place).start()
        append(place / "files/a.jsonl", lines(0, 10_000))
        hears(instance, "state.db", "disk is full", "make room")
        instance.process.send_signal(signal.SIGTERM)
        instance.process.wait(timeout=25)
        enlarge()
        instance.start()
        settle(instance, range(10_000))
        instance.stop()


def full_sink_disk(place):
    """The history goes on without it; the agents' file may even be deleted meanwhile."""
    with small_disk(place / "out") as enlarge:
        instance = make(place, sinks=f"  - {{name: log, type: file, path: '{place}/out/events.jsonl'}}\n").start()
        path = place / "files/a.jsonl"
        append(path, lines(0, 10_000))
        settle(instance, range(10_000))
        until(lambda: "sink log" in readiness(instance)[1], "/readyz to name the sink")
        equal(metric(instance, 'eventail_sink_up{sink="log"}'), 0.0, "eventail_sink_up")
        hears(instance, "events.jsonl", "o space left", "make room")
        equal(readiness(instance)[0], 200, "/readyz, which a sink's trouble does not change")
        os.unlink(path)
        append(path, lines(10_000, 10_100))
        settle(instance, range(10_100))
        enlarge()
        wanted = lines(0, 10_100)
        until(lambda: (place / "out/events.jsonl").read_bytes() == wanted, "all lines in the file, each once", 40)
        until(lambda: metric(instance, 'eventail_sink_up{sink="log"}') == 1.0, "the sink to be up")
        instance.stop()


def read_only_state(place):
    program = nobody(place)
    (place / "state").mkdir()
    os.chmod(place / "state", 0o555)
    instance = make(place, program=program)
    append(place / "files/a.jsonl", lines(0, 10))
    refused(instance, str(place / "state"), "ermission denied")
    os.chown(place / "state", 65534, 65534)
    os.chmod(place / "state", 0o755)
    instance.start()
    settle(instance, range(10))
    instance.stop()


# The state.

def broken(place, damage, *words):
    """Stops, damages, starts: every line is there once, also those written later, also after one more start."""
    out = place / "out.jsonl"
    instance = make(place, sinks=f"  - {{name: log, type: file, path: '{out}'}}\n").start()
    for part in range(10):
        append(place / "files/a.jsonl", lines(part * 50, part * 50 + 50))
        until(lambda: instance.get("/api/v1/audit")["lines"] == part * 50 + 50, "lines read")
    settle(instance, range(500))
    instance.stop()
    # All of the state lies in its file then, none in the log beside it, which would repair it.
    with contextlib.closing(sqlite3.connect(place / "state/state.db")) as database: database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damage(place / "state")
    append(place / "files/a.jsonl", lines(500, 600))
    append(place / "files/b.jsonl", lines(600, 700))
    instance.start()
    settle(instance, range(700))
    append(place / "files/b.jsonl", lines(700, 800))
    settle(instance, range(800))
    if words: check(told(instance, *words), f"no message with {words}: {instance.log.read_text()}")
    before, uptime = cpu(instance), metric(instance, "eventail_uptime_seconds")
    until(lambda: metric(instance, "eventail_uptime_seconds") > uptime + 0.5, "half a second to pass", pause=0.2)
    check(cpu(instance) - before < 0.25, "it is busy with nothing")
    until(lambda: sorted(json.loads(row)["payload"]["n"] for row in out.read_bytes().splitlines()) == list(range(800)), "all lines in the file, each once", 10)
    instance.stop()
    instance.start()
    append(place / "files/a.jsonl", lines(800, 900))
    settle(instance, range(900))
    until(lambda: sorted(json.loads(row)["payload"]["n"] for row in out.read_bytes().splitlines()) == list(range(900)), "all lines in the file, each once", 10)
    instance.stop()


def cpu(instance):
    fields = open(f"/proc/{instance.process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def change(path, body):
    content = bytearray(path.read_bytes())
    path.write_bytes(body(content))


def flip(content, at, count=16):
    for index in range(at, min(at + count, len(content))): content[index] ^= 0xFF
    return content


def flip_pages(content):
    for page in range(4096, len(content), 4096): flip(content, page)
    return content


def state_cut(place): broken(place, lambda state: os.truncate(state / "state.db", (state / "state.db").stat().st_size // 2), "state.db", "put aside")
def state_flipped(place): broken(place, lambda state: change(state / "state.db", flip_pages), "state.db", "put aside")
def state_nul(place): broken(place, lambda state: change(state / "state.db", lambda content: bytes(len(content))), "state.db", "put aside")
def state_empty(place): broken(place, lambda state: os.truncate(state / "state.db", 0), "state.db")
def state_gone(place): broken(place, lambda state: os.unlink(state / "state.db"), "state.db")
def segment(state): return sorted((state / "journal").glob("*.log"))[-1]
def journal_cut(place): broken(place, lambda state: os.truncate(segment(state), segment(state).stat().st_size - 7), "journal")
def journal_cut_half(place): broken(place, lambda state: os.truncate(segment(state), segment(state).stat().st_size // 2), "journal")
def journal_flipped(place): broken(place, lambda state: change(segment(state), lambda content: flip(content, len(content) // 2)), "journal")
def journal_header(place): broken(place, lambda state: change(segment(state), lambda content: flip(content, 0)), "journal")
def journal_nul(place): broken(place, lambda state: change(segment(state), lambda content: bytes(len(content))), "journal")
def journal_empty(place): broken(place, lambda state: os.truncate(segment(state), 0), "journal")
def journal_gone(place): broken(place, lambda state: shutil.rmtree(state / "journal"))


def journal_gone_behind_a_sink(place):
    """A sink that was behind when the journal broke gets the rest, or says what it lost."""
    with small_disk(place / "out") as enlarge:
        instance = make(place, sinks=f"  - {{name: log, type: file, path: '{place}/out/events.jsonl'}}\n").start()
        for part in range(20): append(place / "files/a.jsonl", lines(part * 500, part * 500 + 500))
        settle(instance, range(10_000))
        until(lambda: "sink log" in readiness(instance)[1], "/readyz to name the sink")
        instance.process.send_signal(signal.SIGTERM)
        instance.process.wait(timeout=25)
        change(segment(place / "state"), lambda content: flip(content, 0))
        enlarge()
        append(place / "files/a.jsonl", lines(10_000, 10_100))
        instance.start()
        settle(instance, range(10_100))
        until(lambda: sorted(json.loads(row)["payload"]["n"] for row in (place / "out/events.jsonl").read_bytes().splitlines()) == list(range(10_100)),
              "all lines in the file, each once", 10)
        instance.stop()


def dead_letters_cut(place):
    instance = make(place).start()
    path = place / "files/a.jsonl"
    for number in range(10): append(path, line(number) + b"bad\n")
    settle(instance, range(10), {"not_json": 10})
    instance.stop()
    kept = sorted((place / "state/dead-letter").glob("*.jsonl"))[-1]
    os.truncate(kept, kept.stat().st_size - 20)
    instance.start()
    hears(instance, str(kept), "cut")
    append(path, b"worse\n")
    settle(instance, range(10), {"not_json": 11})
    letters = until(lambda: [items for items in [instance.get("/api/v1/dead-letters")["items"]] if len(items) == 10], "letters to be listed")[0]
    equal([letter["data"] for letter in letters], ["worse"] + ["bad"] * 9, "letters")
    instance.stop()


def other_version(place, path, damage):
    """Refused with the file and what helps; nothing is touched, and what the right version made is used again."""
    instance = make(place).start()
    append(place / "files/a.jsonl", lines(0, 10))
    settle(instance, range(10))
    instance.stop()
    path = next((place / "state").glob(path))
    with contextlib.closing(sqlite3.connect(place / "state/state.db")) as database: database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    right = path.read_bytes()
    for version, words in ((99, "run the newer version again"), (0, "run the older version again")):
        path.write_bytes(damage(right, version))
        kept = path.read_bytes()
        instance.log.write_text("")
        refused(instance, path.name, "state_dir of its own", words)
        equal(path.read_bytes(), kept, "what another version made")
    path.write_bytes(right)
    instance.start()
    append(place / "files/a.jsonl", lines(10, 20))
    settle(instance, range(20))
    instance.stop()


# SQLite keeps the version in the four bytes at 60, 0 means a file that is no state.
def state_of_another_version(place): other_version(place, "state.db", lambda content, version: content[:60] + ((version or 2**32 - 1)).to_bytes(4, "big") + content[64:])
def journal_of_another_version(place): other_version(place, "journal/*.log", lambda content, version: content.replace(b"eventail-journal-1", b"eventail-journal-%d" % version, 1))


def locked_state(place):
    instance = make(place).start()
    second = make(place, log=place / "second.log")
    refused(second, "lock", f"process {instance.process.pid}", str(place / "state"))
    append(place / "files/a.jsonl", lines(0, 10))
    settle(instance, range(10))
    instance.kill()
    second.start()
    settle(second, range(10))
    second.stop()


def port_in_use(place):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        instance = make(place)
        instance.arguments += ("--set", f"server.listen=[127.0.0.1:{port}]")
        refused(instance, f"127.0.0.1:{port}", "in use")
    instance.start()
    append(place / "files/a.jsonl", lines(0, 10))
    settle(instance, range(10))
    instance.stop()


# Stopping.

def writing(path, stop, count):
    number = 0
    with open(path, "ab", buffering=0) as file:
        while not stop.is_set():
            file.write(lines(number, number + 100))
            number += 100
            stop.wait(0.005)
    count.put(number)


def stop_under_load(place):
    stop, count = multiprocessing.Event(), multiprocessing.Queue()
    instance = make(place, sinks=f"  - {{name: log, type: file, path: '{place}/out.jsonl'}}\n")
    writer = multiprocessing.Process(target=writing, args=(place / "files/a.jsonl", stop, count))
    writer.start()
    seen = 0
    for _ in range(4):
        instance.start()
        seen = until(lambda: (now := instance.get("/api/v1/audit")["lines"]) > seen + 500 and now, "it to be at work")
        instance.stop()
    stop.set()
    total = count.get()
    writer.join()
    instance.start()
    settle(instance, range(total))
    until(lambda: (place / "out.jsonl").read_bytes() == lines(0, total), "the file to equal what was written")
    instance.stop()


# Running them.

def attempt(name, fault, outcomes):
    place = folder()
    os.chmod(place, 0o755)
    log = open(place / "output", "w")
    os.dup2(log.fileno(), 1)
    os.dup2(log.fileno(), 2)
    began, code = time.monotonic(), 1
    try:
        fault(place)
        code = 0
    except SystemExit as end: code = end.code
    except BaseException: traceback.print_exc()
    sys.stdout.flush()
    for child in subprocess.run(["pgrep", "-P", str(os.getpid())], capture_output=True, text=True).stdout.split():
        with contextlib.suppress(ProcessLookupError, PermissionError): os.kill(int(child), signal.SIGKILL)
    outcomes.put((name, code, time.monotonic() - began, place, (place / "output").read_text()))
    if code in (0, SKIPPED): shutil.rmtree(place, ignore_errors=True)


def main():
    helpers = {"line", "lines", "append", "make", "numbers", "settle", "told", "hears", "readiness", "metric", "refused", "nobody", "skip", "small_disk", "frozen",
               "broken", "packed_while_stopped", "other_version", "cpu", "change", "flip", "flip_pages", "segment", "writing", "attempt", "main"}
    faults = {name: body for name, body in globals().items()
              if callable(body) and getattr(body, "__module__", None) == "__main__" and name not in helpers and not isinstance(body, type)}
    if len(sys.argv) > 1: faults = {name: faults[name] for name in sys.argv[1:]}
    outcomes, waiting, running, failed = multiprocessing.Queue(), list(faults.items()), {}, 0
    while waiting or running:
        while waiting and len(running) < TOGETHER:
            name, body = waiting.pop(0)
            running[name] = multiprocessing.Process(target=attempt, args=(name, body, outcomes))
            running[name].start()
        name, code, seconds, place, output = outcomes.get(timeout=120)
        running.pop(name).join()
        if code == SKIPPED: print(output.strip().replace("note: skipped", f"note: {name} skipped"))
        elif code: failed += 1; print(f"FAILED {name} ({seconds:.1f} s), its files are in {place}\n{output[-3000:]}")
        else: print(f"ok {name} ({seconds:.1f} s)")
        sys.stdout.flush()
    check(failed == 0, f"{failed} of {len(faults)} faults")


main()
