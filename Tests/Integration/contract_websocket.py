#!/usr/bin/env python3
"""The WebSocket protocol as the contract says it. Method: a file of numbered events of which it is known who must get which; clients that behave well, badly
and slowly; the program is killed in between and started again on the same state."""
import socket
from _eventail import *
from _websocket import *

place = folder()
output = open(place / "events.jsonl", "ab", buffering=0)
made = 0


def put(count=1, **more):
    """Appends events numbered on from the last: agent A or B, execution e0, e1 or e2."""
    global made
    lines = []
    for _ in range(count):
        lines.append(json.dumps({"type": "step", "timestamp": 1760000000 + made, "agent": "AB"[made % 2], "execution_id": f"e{made % 3}", "n": made, **more}) + "\n")
        made += 1
    output.write("".join(lines).encode())


def instance(name, *arguments):
    return Instance("--profile", "generic", place / "*.jsonl", *arguments, state=place / name)


def connect(*messages, path="/", headers=()):
    client = WebSocket(running.address, path, headers)
    equal(client.status, 101, f"status of the upgrade of {path}")
    for message in messages: client.send(message)
    return client


def missing(wanted, messages):
    if wanted is None: return ""
    return f"; missing {sorted(set(wanted) - {message['event']['n'] for message in messages if 'event' in message})}"


def take(client, count, what, seconds=10):
    """That many messages, all of them events when `count` is a range of numbers to come."""
    wanted = list(count) if not isinstance(count, int) else None
    messages = []
    for _ in range(count if wanted is None else len(wanted)):
        try: message = client.receive(seconds)
        except TimeoutError: message = "nothing"
        check(message not in (None, "nothing"), f"{what}: after {len(messages)} messages there is {'an end' if message is None else 'nothing'}: {messages[-1:]}{missing(wanted, messages)}")
        messages.append(message)
    if wanted is not None:
        for message in messages: equal(message["type"], "event", f"{what}: type of {message}")
        equal([message["event"]["n"] for message in messages], wanted, what)
    return messages


def silent(client, what):
    """Nothing more comes: what the server sends before its pong is all there is."""
    client.send({"type": "ping"})
    equal(client.receive()["type"], "pong", f"{what}: what comes instead of a pong")


def ends(client, code, what):
    while (message := client.receive()) is not None: check(message["type"] != "event", f"{what}: an event instead of a close")
    equal(client.closed, code, f"{what}: close code")


def subscriptions():
    # The first message of a bare subscription is an event, oldest first; an execution gets its newest 100.
    client = connect({"type": "subscribe", "executionId": "e1"})
    first = take(client, range(1, 50, 3), "a bare execution")[0]
    check({"type", "executionId", "event", "cursor", "roles"} <= set(first), f"an event's frame lacks a key: {first}")
    equal((first["executionId"], first["roles"]["execution"], first["roles"]["agent"], first["event"]["agent"]), ("e1", "e1", "B", "B"), "an event's frame")
    check("id" not in first, "an event's frame tells of the subscription")
    epoch, sequence = first["cursor"].rsplit("-", 1)
    check(epoch and sequence.isdigit(), f"a cursor is EPOCH-SEQUENCE: {first['cursor']}")
    silent(client, "after the replay")
    # With an id `subscribed` comes first.
    client = connect({"type": "subscribe", "executionId": "e1", "last": 2, "id": "k"})
    answer = take(client, 1, "subscribed")[0]
    equal((answer["type"], answer["id"], answer["replayed"], answer["recovered"]), ("subscribed", "k", 2, True), "subscribed")
    equal(answer["cursor"].rsplit("-", 1)[0], epoch, "the epoch")
    take(client, (46, 49), "last 2 of an execution")
    client = connect({"type": "subscribe", "all": True, "last": 3})
    take(client, (47, 48, 49), "last 3 of all")
    client = connect({"type": "subscribe", "executionId": "e1", "last": 0})
    silent(client, "last 0")
    client = connect({"type": "subscribe", "all": True})
    silent(client, "all without last")
    # An event that two subscriptions match comes once.
    client = connect({"type": "subscribe", "executionId": "e1", "last": 0}, {"type": "subscribe", "filter": {"agents": ["A"]}})
    conversation = connect({"type": "subscribe", "conversationId": "c1"})
    both = connect({"type": "subscribe", "executionId": "e1", "last": 0, "filter": {"agents": ["A"]}})
    left = connect({"type": "subscribe", "executionId": "e1", "last": 0}, {"type": "unsubscribe", "executionId": "e1"})
    named = connect({"type": "subscribe", "all": True, "id": 7}, {"type": "unsubscribe", "id": 7})
    equal([message["type"] for message in take(named, 2, "subscribed and unsubscribed")], ["subscribed", "unsubscribed"], "types")
    raw = connect(path="/raw")
    anywhere = connect({"type": "subscribe", "all": True}, path="/agent-events")
    for one in (client, conversation, both, anywhere): silent(one, "before anything is written")
    while (message := left.receive())["type"] != "unsubscribed": check(message["type"] != "event", "an event before unsubscribed")
    before = made
    put(6, conversation_id="c1")
    new = range(before, made)
    take(client, [n for n in new if n % 3 == 1 or n % 2 == 0], "two subscriptions")
    take(both, [n for n in new if n % 3 == 1 and n % 2 == 0], "an execution and a filter")
    take(conversation, new, "a conversation")
    take(anywhere, new, "another path")
    bare = take(raw, 6, "/raw")
    equal([message["n"] for message in bare], list(new), "/raw")
    check(all(set(message) == {"type", "timestamp", "agent", "execution_id", "n", "conversation_id"} for message in bare), f"/raw is not the line as written: {bare[0]}")
    for one in (client, both, left, named): silent(one, "after what was written")


def filters():
    put(1, model="m1", tool="T1", status="failure", latency_ms=600, cost_usd=0.5, priority="high")
    put(1, model="m2", tool="T2", status="success", latency_ms=500, priority="critical")
    put(1, model="m2", tool="T1", severity="warning", latency_ms=10, cost_usd=0.1)
    put(1, severity="critical")
    all_in(running, made)
    a, b, c, d = range(made - 4, made)
    for given, wanted in (({"models": ["m2"]}, (b, c)), ({"models": ["m1", "m2"]}, (a, b, c)), ({"tools": ["T1"]}, (a, c)), ({"tools": ["T1"], "models": ["m2"]}, (c,)),
                          ({"status": ["failure"]}, (a,)), ({"status": ["failure", "success"]}, (a, b)), ({"minSeverity": "warning"}, (a, c, d)), ({"minSeverity": "critical"}, (d,)),
                          ({"minPriority": "high"}, (a, b)), ({"minPriority": "critical"}, (b,)), ({"minLatencyMs": 500}, (a, b)), ({"minLatencyMs": 500.5}, (a,)),
                          ({"minCostUsd": 0.1}, (a, c)), ({"minCostUsd": 0}, (a, c)), ({"minLatencyMs": 1, "minCostUsd": 0.2}, (a,)),
                          ({"types": ["step"], "profiles": ["generic"], "agents": ["A", "B"], "models": ["m1"]}, (a,)), ({"types": ["other"]}, ()), ({"profiles": ["superagent"]}, ())):
        client = connect({"type": "subscribe", "filter": given, "last": 100, "id": "f"})
        answer = take(client, 1, "subscribed")[0]
        equal(answer["type"], "subscribed", f"answer to {given}: {answer}")
        take(client, wanted, f"filter {given}")
        silent(client, f"filter {given}")
        client.close()


def unknown_status():
    """Words that no map knows are kept, so they can be asked for."""
    put(1, status="paused")
    client = connect({"type": "subscribe", "filter": {"status": ["paused"]}, "last": 1})
    take(client, (made - 1,), "an unknown status word")


def errors():
    client = connect()
    for message, code in (({"type": "subscribe", "id": 1}, None), ({"type": "frob", "id": 1}, None), ({"type": "subscribe", "id": 1, "filter": {"agentz": ["A"]}}, None),
                          ({"type": "subscribe", "id": 1, "filter": {"minSeverity": "loud"}}, None), ({"type": "subscribe", "id": 1, "all": True, "last": "x"}, None),
                          ({"type": "subscribe", "id": 1, "all": True, "onSlow": "cry"}, None), ({"type": "unsubscribe", "id": 1}, None)):
        client.send(message)
        answer = client.receive()
        equal(answer["type"], "error", f"answer to {message}")
        equal(answer["id"] if message["type"] != "frob" else 1, 1, f"id of the answer to {message}")
        check({"code", "message", "retryable"} <= set(answer) and answer["retryable"] is False, f"an error lacks keys: {answer}")
    silent(client, "after errors")
    client.send({"type": "subscribe", "executionId": "nobody", "id": "q"})
    client.send({"type": "list"})
    client.send({"type": "unsubscribe", "id": "q"})
    equal(client.receive()["type"], "subscribed", "subscribed")
    check("nobody" in json.dumps(client.receive()), "list does not tell of the subscription")
    equal(client.receive(), {"type": "unsubscribed", "id": "q"}, "unsubscribed")
    for bad in ("{nope", "[1]", "5", ""): ends(connect(bad), 4400, f"the message {bad!r}")
    ends(connect(json.dumps({"type": "subscribe", "all": True, "id": "a" * 70_000})), 1009, "a message of 70 kB")
    client = connect()
    for _ in range(600): client.send({"type": "ping"})
    take(client, 600, "600 pings in a minute")
    client.send({"type": "ping"})
    ends(client, 4429, "the 601st message in a minute")
    for headers, wanted in ((["Origin: http://evil.example"], 403), (["Origin: null"], 403)):
        equal(WebSocket(running.address, "/", headers).status, wanted, f"an upgrade with {headers}")


def subprotocol():
    client = connect({"type": "subscribe", "all": True}, headers=["Sec-WebSocket-Protocol: chat, eventail.v1"])
    check("eventail.v1" in client.head, "the subprotocol is not confirmed")
    hello = client.receive()
    equal((hello["type"], hello["heartbeat"]), ("connected", 30), "the first message of eventail.v1")
    check(hello["clientId"], "connected without clientId")
    put()
    types = []
    while "event" not in types or "bookmark" not in types: types.append(client.receive(40)["type"])
    equal(set(types), {"event", "bookmark"}, "types of what follows")
    listed = running.get("/api/v1/clients")["items"]
    check(any(hello["clientId"] in json.dumps(one) for one in listed), f"/api/v1/clients lacks it: {listed}")


def resume():
    """One cursor resumes any subscription, also across a kill; one that cannot be honoured is told and live goes on."""
    global running
    all_in(running, made)
    cursors = {item["event"]["n"]: item["cursor"] for item in running.events()}
    epoch = cursors[0].rsplit("-", 1)[0]
    take(connect({"type": "subscribe", "all": True, "since": cursors[9]}), range(10, made), "since")
    take(connect({"type": "subscribe", "executionId": "e2", "since": cursors[9]}), [n for n in range(10, made) if n % 3 == 2], "since, of an execution")
    answer = take(connect({"type": "subscribe", "all": True, "since": cursors[made - 1], "id": 1}), 1, "since the head")[0]
    equal((answer["replayed"], answer["recovered"]), (0, True), "subscribed since the head")
    lost = [connect({"type": "subscribe", "all": True, "since": since}) for since in ("aaaaaaaaaaaa-1", f"{epoch}-99999999", "nonsense")]
    for client in lost:
        answer = client.receive()
        equal(answer["type"], "reset", "answer to a cursor of another epoch")
        check({"reason", "oldest", "head"} <= set(answer) and answer["head"] == cursors[made - 1], f"reset: {answer}")
    before = made
    put(3)
    for client in lost: take(client, range(before, made), "live after reset")
    # A client reads half of what there is, the program dies, more is written, the client comes back.
    client = connect({"type": "subscribe", "all": True, "since": cursors[0]})
    half = take(client, range(1, made // 2), "the first half")[-1]
    all_in(running, made)
    running.kill()
    put(200)
    running.start()
    client = connect({"type": "subscribe", "all": True, "since": half["cursor"], "id": 1})
    equal(client.receive()["recovered"], True, "recovered after a kill")
    put(50)
    take(client, range(half["event"]["n"] + 1, made), "after a kill, without gap or repeat")
    silent(client, "after everything")
    after = {item["event"]["n"]: item["cursor"] for item in running.events()}
    equal({n: after[n] for n in cursors}, cursors, "cursors after a kill")
    # The same cursors page the events.
    page = running.get(f"/api/v1/events?order=asc&after={after[9]}&until={after[12]}")
    equal([item["event"]["n"] for item in page["items"]], [10, 11, 12], "/api/v1/events between two cursors")


def resume_just_killed():
    """What went out live a moment before the kill is replayed after it, whether or not the history had it."""
    all_in(running, made)
    client = connect({"type": "subscribe", "all": True, "id": 1})
    client.receive()
    first = made
    put(3)
    seen = take(client, range(first, made), "live before a kill")
    running.kill()
    put(5)
    running.start()
    client = connect({"type": "subscribe", "all": True, "since": seen[0]["cursor"]})
    take(client, range(first + 1, made), "straight after a kill")


def slow():
    """A slow client is told what it missed, and costs nobody else anything."""
    reader = connect({"type": "subscribe", "all": True, "id": 1})
    late = connect({"type": "subscribe", "all": True, "id": 1})
    late.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    equal((reader.receive()["type"], late.receive()["type"]), ("subscribed", "subscribed"), "answers")
    before = made
    text = "x" * 1000
    for _ in range(24):
        first = made
        put(500, text=text)
        take(reader, range(first, made), "a quick client beside a slow one")
    all_in(running, made)
    last = running.get("/api/v1/events?limit=1")["items"][0]
    equal(last["event"]["n"], made - 1, "the newest event")
    late.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    got, missed, told = [], set(), 0
    head = int(last["cursor"].rsplit("-", 1)[1])
    while True:
        message = late.receive()
        check(message is not None, f"a slow client was closed with {late.closed}")
        number = lambda key: int(message[key].rsplit("-", 1)[1])
        if message["type"] == "event": got.append(number("cursor"))
        elif message["type"] == "dropped":
            equal(message["reason"], "slow", "why")
            told += message["count"]
            missed |= set(range(number("from"), number("to") + 1))
        if (got and got[-1] == head) or head in missed: break
    equal(got, sorted(set(got)), "order of what a slow client gets")
    check(missed, "nothing was dropped for a client that does not read")
    equal(set(range(head - (made - before) + 1, head + 1)) - set(got) - missed, set(), "events that were neither sent nor told as dropped")
    equal(told + len(got), made - before, "events sent and told as dropped")


def stopping():
    clients = [connect(), connect({"type": "subscribe", "all": True}), connect(path="/raw")]
    running.process.send_signal(signal.SIGTERM)
    for client in clients:
        while client.receive() is not None: pass
        check(client.closed in (1001, 1012), f"close code when the server stops: {client.closed}")
    equal(running.process.wait(timeout=30), 0, "exit status after SIGTERM")


put(50)
running = instance("state", "--set", "server.limits.send_buffer=64KiB").start()
all_in(running, made)
for part in (subscriptions, filters, unknown_status, errors, subprotocol, resume, resume_just_killed, slow, stopping):
    part()
    if len(sys.argv) > 1: print("ok", part.__name__)
