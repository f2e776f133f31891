#!/usr/bin/env python3
"""SIGHUP: a valid new configuration takes effect without losing or repeating anything, an invalid one is refused with its reason and the old one stays.
reload.py [SECONDS]   how long the storm of reloads lasts

Method: every line carries a number; what the history and a file sink hold is compared with what was written, as a count and as a set. During the storm
the configuration changes ten times a second, every other one is invalid, while files are appended and rotated; at its end descriptors, threads and memory are
what they were after the first reloads."""
import multiprocessing, threading
from _eventail import *
from _websocket import WebSocket

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 12


def line(number):
    return json.dumps({"event_type": "agent_completed", "timestamp": 1760000000.0 + number / 1000, "payload": {
        "agent": "scribe", "task_id": f"t{number // 50}", "status": "success", "duration_ms": 5, "cost_usd": 0.01, "n": number}}).encode() + b"\n"


def lines(first, end): return b"".join(line(number) for number in range(first, end))


def append(path, content):
    with open(path, "ab", buffering=0) as file: file.write(content)


def entries(instance): return [json.loads(text) for text in instance.log.read_text().splitlines() if text.startswith("{")]


def said(instance, word): return sum(word in entry["message"] for entry in entries(instance))


def write(path, text):
    """A configuration appears whole, as editors and deployment tools do it."""
    path.with_suffix(".new").write_text(text)
    os.replace(path.with_suffix(".new"), path)


def reload(instance, path, text, ends="reloaded"):
    """Reloads and waits for the word that says how it ended."""
    write(path, text)
    before = said(instance, ends)
    instance.process.send_signal(signal.SIGHUP)
    until(lambda: said(instance, ends) > before, f"the log to say {ends!r}")


def numbers(instance): return sorted(item["event"]["payload"]["n"] for item in instance.events())


def settled(instance, wanted, what):
    def missing():
        found = numbers(instance)
        return f"{what}: {len(set(wanted) - set(found))} of {len(wanted)} lines are not in the history, {len(found) - len(set(found))} twice"

    until(lambda: numbers(instance) == sorted(wanted), missing, pause=0.1)


def lines_of(path): return sorted(json.loads(text)["payload"]["n"] for text in path.read_text().splitlines()) if path.exists() else []


def steps():
    """What each part of a configuration does when it changes."""
    place = folder()
    for name in ("a", "b"): (place / name).mkdir()
    config = place / "c.yaml"

    def text(sources="ab", start="", file="", server="", rest=""):
        made = "sources:\n" + "".join(f"  - {{name: {name}, type: files, scan_interval: 200ms, paths: ['{place}/{name}/*.jsonl']{start}}}\n" for name in sources)
        made += "sinks:\n  - {name: history, type: history}\n"
        if file: made += f"  - {{name: log, type: file, path: '{place}/{file}'}}\n"
        return made + (f"server: {{{server}}}\n" if server else "") + rest

    write(config, text("a"))
    append(place / "a/1.jsonl", lines(0, 100))
    append(place / "b/1.jsonl", lines(100, 200))
    instance = Instance("--config", config, state=place / "state").start()
    settled(instance, range(100), "before any reload")
    client = WebSocket(instance.address)
    client.send({"type": "subscribe", "all": True, "id": 1})
    equal(client.receive()["type"], "subscribed", "the answer to a subscription")

    # A source more; the client stays connected and gets its events.
    reload(instance, config, text())
    settled(instance, range(200), "with a source more")
    got = [client.receive() for _ in range(100)]
    equal(sorted(message["event"]["payload"]["n"] for message in got), list(range(100, 200)), "what a client gets across a reload")
    equal([source["name"] for source in instance.get("/api/v1/sources")["items"]], ["a", "b"], "sources")

    # A configuration that cannot be: its place is told and nothing changes.
    for wrong, words in [
        (text("a", rest="metrics: {span_expiry: never}\n"), ["c.yaml", "metrics.span_expiry"]),
        (text("a").replace("type: files", "type: fils"), ["sources.a"]),
        ("sources: [", ["c.yaml"]),
        (text("a", rest="metrics: {prices: /nowhere/prices.yaml}\n"), ["/nowhere/prices.yaml"]),
        (text("a").replace("scan_interval: 200ms", "profile: /nowhere/profile.yaml"), ["/nowhere/profile.yaml"]),
        (text("a").replace("/*.jsonl", "/[.jsonl"), ["["]),
    ]:
        mark = len(entries(instance))
        reload(instance, config, wrong, ends="not reloaded, the old configuration stays")
        told = json.dumps(entries(instance)[mark:])
        for word in words: check(word in told, f"{word!r} is not named: {told}")
    problem = next(entry for entry in entries(instance) if entry.get("key", "").endswith("span_expiry"))
    check(problem["line"] and problem["column"] and "never" in problem["message"], f"no place in {problem}")
    append(place / "b/1.jsonl", lines(200, 210))
    settled(instance, range(210), "with the old configuration")

    # A sink more has everything from then on; without it the rest goes on.
    reload(instance, config, text(file="log.jsonl"))
    append(place / "a/1.jsonl", lines(210, 220))
    settled(instance, range(220), "with a sink more")
    until(lambda: set(range(210, 220)) <= set(lines_of(place / "log.jsonl")), "the new sink to have the lines")
    reload(instance, config, text(file="other.jsonl"))
    append(place / "a/1.jsonl", lines(220, 230))
    until(lambda: set(range(220, 230)) <= set(lines_of(place / "other.jsonl")), "the changed sink to have the lines")
    check(not set(range(220, 230)) & set(lines_of(place / "log.jsonl")), "the old file still grows")
    reload(instance, config, text())
    equal([sink["name"] for sink in instance.get("/api/v1/sinks")["items"] if sink["type"] != "websocket"], ["history"], "sinks")

    # A source less is not read; when it is back it goes on where it was.
    reload(instance, config, text("a"))
    append(place / "b/1.jsonl", lines(230, 240))
    append(place / "a/1.jsonl", lines(240, 250))
    settled(instance, [*range(230), *range(240, 250)], "with a source less")
    reload(instance, config, text())
    settled(instance, range(250), "with the source again")

    # A file without a name goes on being read, and one that is new is read from its beginning, also where files are begun at their end.
    with open(place / "a/gone.jsonl", "ab", buffering=0) as gone:
        gone.write(lines(250, 260))
        settled(instance, range(260), "before the file is removed")
        os.remove(place / "a/gone.jsonl")
        gone.write(lines(260, 270))
        reload(instance, config, text(start=", start_at: end"))
        gone.write(lines(270, 280))
        append(place / "a/new.jsonl", lines(280, 290))
        reload(instance, config, text(start=", start_at: end"))
        settled(instance, range(290), "of a file that was removed and a new one")

    # Settings of the server, for clients that are connected too; what is fixed is named.
    reload(instance, config, text(server="hosts: [agents.example], limits: {messages_per_minute: 3}, listen: ['127.0.0.1:1']"))
    request = urllib.request.Request(f"http://{instance.address}/livez", headers={"Host": "agents.example"})
    equal(urllib.request.urlopen(request).status, 200, "status for a name of the new configuration")
    for _ in range(4): client.send({"type": "ping"})
    while client.receive() is not None: pass
    equal(client.closed, 4429, "close code beyond the new limit")
    reload(instance, config, text(rest=f"state_dir: {place}/elsewhere\n"))
    equal(instance.get("/api/v1/config")["metrics"]["span_expiry"], "1h", "a value of the configuration shown")
    reload(instance, config, text(rest="metrics: {span_expiry: 2h}\n"))
    equal(instance.get("/api/v1/config")["metrics"]["span_expiry"], "2h", "a changed value of the configuration shown")
    audit = instance.get("/api/v1/audit")
    check(audit["balanced"] and audit["valid"] == 290 and not any(audit["bytes_lost"].values()), f"the audit: {audit}")
    equal(instance.get("/api/v1/metrics?window=all")["totals"]["events"], 290, "events in the figures")
    instance.stop()
    check(not (place / "elsewhere").exists(), "a folder for state was made that is not used")


def fixed_keys():
    """What cannot change is said, and is still as it was."""
    place = folder()
    (place / "a").mkdir()
    config = place / "c.yaml"
    text = f"state_dir: {place}/state\nsources:\n  - {{name: a, type: files, paths: ['{place}/a/*.jsonl']}}\nserver: {{listen: ['127.0.0.1:0']}}\n"
    write(config, text)
    log = place / "log"
    process = subprocess.Popen([PROGRAM, "run", "--config", config, "--log-format", "json"], stdout=subprocess.DEVNULL, stderr=log.open("wb"))
    try:
        until(lambda: "listening" in log.read_text(), "the server to listen")
        write(config, text.replace("/state", "/elsewhere").replace("127.0.0.1:0", "127.0.0.1:1"))
        process.send_signal(signal.SIGHUP)
        until(lambda: '"reloaded"' in log.read_text(), "the reload")
        warned = [json.loads(entry)["key"] for entry in log.read_text().splitlines() if "cannot change" in entry]
        equal(sorted(warned), ["server.listen", "state_dir"], "keys that are said to be fixed")
        check(not (place / "elsewhere").exists(), "the state went elsewhere")
    finally:
        process.terminate()
        equal(process.wait(timeout=20), 0, "exit status")


def appends(place, stop, count):
    """Two files at 2,000 lines a second, rotated by rename; answers how many lines there are."""
    number, rotations, began = 0, 0, time.monotonic()
    outputs = [open(place / f"{name}.jsonl", "ab", buffering=0) for name in range(2)]
    while not stop.wait(0.01):
        due = int((time.monotonic() - began) * 2000) - number
        for step in range(2): outputs[step].write(lines(number + due * step // 2, number + due * (step + 1) // 2))
        number += due
        if number // 1500 > rotations:
            rotations = number // 1500
            for step in range(2):
                outputs[step].close()
                os.rename(place / f"{step}.jsonl", place / f"{step}.jsonl.{rotations}")
                outputs[step] = open(place / f"{step}.jsonl", "ab", buffering=0)
    count.put(number)


def use(process):
    status = dict(row.split(":", 1) for row in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines())
    return len(os.listdir(f"/proc/{process.pid}/fd")), int(status["Threads"]), int(status["VmRSS"].split()[0]) / 1024


def storm():
    """Reloads ten times a second, every other configuration invalid."""
    place = folder()
    files, config = place / "files", place / "c.yaml"
    files.mkdir()

    def text(turn):
        if turn % 2: return f"sources:\n  - {{name: agents, type: files, paths: 7{turn}, surprise: true}}\n"
        more = f"  - {{name: more, type: files, paths: ['{place}/more/*.jsonl']}}\n" if turn % 4 else ""
        sinks = f"  - {{name: log, type: file, path: '{place}/log.jsonl'}}\n" + ("  - {name: quiet, type: file, path: '%s/quiet.jsonl'}\n" % place if turn % 8 else "")
        return (f"sources:\n  - {{name: agents, type: files, scan_interval: 200ms, paths: ['{files}/*.jsonl*']}}\n{more}sinks:\n"
                f"  - {{name: history, type: history}}\n{sinks}server: {{limits: {{clients: {1000 + turn}}}}}\n")

    write(config, text(0))
    instance = Instance("--config", config, state=place / "state").start()
    stop, count = multiprocessing.Event(), multiprocessing.Queue()
    writer = multiprocessing.Process(target=appends, args=(files, stop, count))
    writer.start()
    client = WebSocket(instance.address)
    client.send({"type": "subscribe", "all": True})
    seen, messages = [], []

    def listen():
        while (message := client.receive(timeout=60)) is not None:
            (seen if message["type"] == "event" else messages).append(message["event"]["payload"]["n"] if message["type"] == "event" else message)

    threading.Thread(target=listen, daemon=True).start()
    began, turn, used = time.monotonic(), 0, []
    while time.monotonic() - began < SECONDS:
        turn += 1
        write(config, text(turn))
        instance.process.send_signal(signal.SIGHUP)
        time.sleep(0.1)
        used.append(use(instance.process))
    stop.set()
    total = count.get()
    writer.join()
    reload(instance, config, text(0))
    settled(instance, range(total), "after the storm")
    until(lambda: len(lines_of(place / "log.jsonl")) >= total, "the file sink to have all")
    equal(lines_of(place / "log.jsonl"), list(range(total)), "the lines of the file sink")
    until(lambda: len(seen) >= total or messages, "the client to have all")
    equal((sorted(seen), messages), (list(range(total)), []), "what a client got across the storm")
    audit = instance.get("/api/v1/audit")
    check(audit["balanced"] and audit["valid"] == total and not any(audit["bytes_lost"].values()), f"the audit: {audit}")
    reloaded, refused = said(instance, "reloaded") - said(instance, "not reloaded"), said(instance, "not reloaded")
    check(reloaded >= 5 and refused >= 5, f"{reloaded} reloads and {refused} refusals in {SECONDS} s")
    half = len(used) // 2
    early, late = [max(values) for values in zip(*used[:half])], [max(values) for values in zip(*used[half:])]
    print(f"note: {reloaded} reloads, {refused} refused; descriptors {early[0]} then {late[0]}, threads {early[1]} then {late[1]}, MiB {early[2]:.0f} then {late[2]:.0f}")
    # Rotated files stay open: that many descriptors more are no leak.
    check(late[0] <= early[0] + 2 * (total // 1500 + 2), "descriptors leak")
    check(late[1] <= early[1] + 2, "threads leak")
    check(late[2] <= early[2] * 1.5 + 40, "memory leaks")
    instance.stop()


if __name__ == "__main__":
    steps()
    fixed_keys()
    storm()
