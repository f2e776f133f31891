#!/usr/bin/env python3
"""Attacks on a server that asks who comes, and what each got; then the same events seen by roles that may see different parts of them."""
import base64, hashlib, hmac, http.client, socket, sys
from _eventail import *
from _websocket import WebSocket

SECRET = "a secret of more than 32 characters, for a test"
place = folder()
(place / "agents").mkdir()
lines = place / "agents/a.jsonl"
lines.write_text("".join(json.dumps({"type": "note", "agent": agent, "session_id": f"s-{number % 2}", "n": number}) + "\n"
                         for number, agent in enumerate(["planner", "coder"] * 10)))
(place / "eventail.yaml").write_text(f"""
sources: [{{name: agents, paths: ["{lines}"], profile: generic}}]
server:
  origins: ["https://ops.example.com"]
  auth:
    jwt: {{algorithms: [HS256], secret: "{SECRET}", issuer: us}}
    tokens: [{{token: "a-fixed-token-for-scrapers-of-32-characters", role: admin}}]
    roles:
      admin: {{}}
      viewer: {{agents: [planner]}}
redact: {{patterns: [email], secret_keys: true}}
""")
instance = Instance("--config", place / "eventail.yaml", state=place / "state").start()
host, port = instance.address.rsplit(":", 1)


def encode(value):
    return base64.urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).rstrip(b"=").decode()


def token(claims={}, header={}, secret=SECRET, digest=hashlib.sha256):
    text = encode({"alg": "HS256", "typ": "JWT", **header}) + "." + encode({"sub": "ann", "iss": "us", "role": "admin", "exp": time.time() + 300, **claims})
    return text + "." + encode(hmac.new(secret.encode(), text.encode(), digest).digest())


def ask(path, headers={}, method="GET"):
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.getheader("WWW-Authenticate") or "", answer.read()


def bearer(value): return {"Authorization": f"Bearer {value}"}


table = []


def refused(attack, found, wanted):
    table.append((attack, found))
    equal(found, wanted, attack)


API = "/api/v1/audit"
right = token()
for attack, headers, wanted in [
    ("no token", {}, 401), ("expired", bearer(token({"exp": time.time() - 1})), 401), ("no exp", bearer(token({"exp": None})), 401),
    ("wrong signature", bearer(token(secret="another")), 401), ("changed claims", bearer(".".join([right.split(".")[0], encode({"role": "admin", "exp": 9e9}), right.split(".")[2]])), 401),
    ("alg none", bearer(encode({"alg": "none"}) + "." + right.split(".")[1] + "."), 401), ("alg not listed", bearer(token(header={"alg": "HS512"}, digest=hashlib.sha512)), 401),
    ("jwk in the header", bearer(token(header={"jwk": {"kty": "oct", "k": encode(b"x")}}, secret="x")), 401),
    ("jku in the header", bearer(token(header={"jku": "https://evil.example/k"})), 401), ("x5u in the header", bearer(token(header={"x5u": "https://evil.example/c"})), 401),
    ("another issuer", bearer(token({"iss": "them"})), 401), ("a role that is none", bearer(token({"role": "root"})), 403),
    ("a role for less", bearer(token({"role": "viewer"})), 403), ("password instead of a token", {"Authorization": "Basic YTpi"}, 401),
    ("foreign origin", {**bearer(right), "Origin": "https://evil.example"}, 403), ("null origin", {**bearer(right), "Origin": "null"}, 403),
    ("rebound host", {**bearer(right), "Host": "evil.example"}, 421), ("path traversal", bearer(right) | {"X": "1"}, 200),
]:
    if attack == "path traversal":
        for path in ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/page/../../state/state.db"]: refused(f"{attack} {path}", ask(path, headers)[0], 404)
        continue
    refused(attack, ask(API, headers)[0], wanted)
refused("token in the address", ask(f"{API}?access_token={right}", {})[0] in (400, 401), True)
check(ask(API)[1].startswith("Bearer"), "401 says how to ask")


def raw(text, seconds=20):
    with socket.create_connection((host, int(port)), timeout=seconds) as connection:
        connection.sendall(text)
        return int((connection.recv(4096).split() or [b"0", b"0"])[1])


refused("header injection", raw(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\x00b\r\n\r\n"), 400)
refused("endless header", raw(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: " + b"a" * 40000 + b"\r\n\r\n"), 431)
refused("slow header", raw(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n"), 408)


def upgrade(headers=(), path="/"):
    client = WebSocket(instance.address, path, headers)
    return client


def closed(client, *messages):
    for message in messages: client.send(message)
    while client.receive(timeout=15) is not None: pass
    return client.closed


refused("WebSocket: wrong token in the header", upgrade([f"Authorization: Bearer {token(secret='x')}"]).status, 401)
refused("WebSocket: bare and without a token", upgrade(path="/raw").status, 401)
refused("WebSocket: wrong token as a subprotocol", closed(upgrade([f"Sec-WebSocket-Protocol: base64url.bearer.authorization.eventail.{token(secret='x')}"])), 4401)
refused("WebSocket: subscribes before it says who it is", closed(upgrade(), {"type": "subscribe", "all": True}), 4401)
refused("WebSocket: says nothing", closed(upgrade()), 4408)
refused("WebSocket: wrong token in a message", closed(upgrade(), {"type": "auth", "token": "x.y.z"}), 4401)
known = [f"Authorization: Bearer {right}"]
refused("WebSocket: oversized frame", closed(upgrade(known), "x" * (70 << 10)), 1009)
flood = upgrade(known)
try:
    for number in range(700): flood.send({"type": "ping"})
except OSError: pass
refused("WebSocket: flood of messages", closed(flood), 4429)

# What is let in, and what it sees.
equal(ask(API, bearer(right))[0], 200, "a right token")
equal(ask("/metrics", bearer("a-fixed-token-for-scrapers-of-32-characters"))[0], 200, "a fixed token")
minted = subprocess.run([PROGRAM, "token", "--role", "viewer", "--config", str(place / "eventail.yaml")], capture_output=True, text=True, check=True).stdout.strip()
until(lambda: len(json.loads(ask("/api/v1/events?limit=50", bearer(right))[2])["items"]) == 20, "all events in history")
seen = json.loads(ask("/api/v1/events?limit=50", bearer(minted))[2])["items"]
equal({item["roles"]["agent"] for item in seen}, {"planner"}, "agents that a viewer sees")
equal(len(seen), 10, "events that a viewer sees")
live = upgrade([f"Authorization: Bearer {minted}"])
live.send({"type": "subscribe", "all": True, "since": json.loads(ask("/api/v1/events?order=asc&limit=1", bearer(right))[2])["items"][0]["cursor"]})
with open(lines, "a") as file:
    file.write(json.dumps({"type": "note", "agent": "coder", "text": "not for viewers"}) + "\n")
    file.write(json.dumps({"type": "note", "agent": "planner", "text": "mail bob@example.com", "password": "hunter22"}) + "\n")
got = [live.receive() for _ in range(10)]
equal([message["event"]["agent"] for message in got], ["planner"] * 10, "what a viewer is replayed and sent")
equal((got[-1]["event"]["text"], got[-1]["event"]["password"]), ("mail [email]", "[secret]"), "the newest event, redacted")
answer = until(lambda: (lambda text: text if b"mail [email]" in text else None)(ask("/api/v1/events?limit=2", bearer(right))[2]), "the event in history")
check(b"hunter22" not in answer and b"bob@" not in answer, "a secret left through the API")
instance.stop()
for name in (place / "state").rglob("*"):
    if name.is_file(): check(b"hunter22" not in name.read_bytes(), f"a secret is kept in {name}")

done = subprocess.run([PROGRAM, "run", "--set", "server.listen=[0.0.0.0:0]", "--set", f"state_dir={place}/other", str(lines)], capture_output=True, text=True, timeout=60)
refused("listening beyond loopback without authentication: exit status", done.returncode, 78)
for attack, found in table: print(f"{attack}: {found}")
