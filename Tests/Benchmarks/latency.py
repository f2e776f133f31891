#!/usr/bin/env python3
"""From an agent's append to the WebSocket frame at a client, at 1,000 events a second.   latency.py [SECONDS] [RATE]
The client reads raw frames; each line carries the monotonic time at which it was written."""
import base64, pathlib, socket, sys, threading
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Integration"))
from _eventail import *

seconds, rate = (float(sys.argv[1]) if len(sys.argv) > 1 else 20), int(sys.argv[2]) if len(sys.argv) > 2 else 1000
place = folder()
log = place / "agent.jsonl"
log.touch()
instance = Instance(log, state=place / "state").start()
host, port = instance.address.rsplit(":", 1)
client = socket.create_connection((host, int(port)))
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
client.sendall(f"GET /raw HTTP/1.1\r\nHost: {instance.address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
               f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n".encode())
head = b""
while b"\r\n\r\n" not in head: head += client.recv(1)
check(head.startswith(b"HTTP/1.1 101"), f"no upgrade: {head!r}")
total = int(seconds * rate)
delays = []


def read():
    rest = b""
    while len(delays) < total:
        got = client.recv(1 << 20)
        now = time.monotonic_ns()
        if not got: return
        rest += got
        while len(rest) >= 4:
            length, at = rest[1] & 127, 2
            if length == 126: length, at = int.from_bytes(rest[2:4], "big"), 4
            if length == 127: length, at = int.from_bytes(rest[2:10], "big"), 10
            if len(rest) < at + length: break
            if rest[0] & 15 == 1: delays.append(now - json.loads(rest[at:at + length])["payload"]["sent"])
            rest = rest[at + length:]


reader = threading.Thread(target=read)
reader.start()
with open(log, "ab", buffering=0) as out:
    began = time.monotonic()
    for number in range(total):
        wait = began + number / rate - time.monotonic()
        if wait > 0: time.sleep(wait)
        out.write(b'{"event_type":"task_queued","timestamp":%.3f,"payload":{"task_id":"t%d","feature":"f","sent":%d}}\n'
                  % (time.time(), number, time.monotonic_ns()))
reader.join(timeout=10)
equal(len(delays), total, "frames received")
delays.sort()
print(f"append to client, {rate} events/s, {total} events: median {delays[total // 2] / 1e3:.0f} us, p99 {delays[total * 99 // 100] / 1e3:.0f} us, "
      f"max {delays[-1] / 1e3:.0f} us")
instance.stop()
