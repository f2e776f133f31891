"""A small WebSocket client for scripts: text messages, nothing else; standard library only."""
import base64, json, os, socket, time


class WebSocket:
    def __init__(self, address, path="/", headers=(), timeout=30):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {address}", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                 f"Sec-WebSocket-Key: {key}", *headers]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = b""
        while b"\r\n\r\n" not in head:
            got = self.socket.recv(1)
            if not got: raise ConnectionError(f"closed during the handshake: {head!r}")
            head += got
        self.status = int(head.split()[1])
        self.head = head.decode()
        self.rest, self.parts, self.closed = b"", b"", None

    def send(self, message):
        self._frame(1, json.dumps(message).encode() if not isinstance(message, (str, bytes)) else message.encode() if isinstance(message, str) else message)

    def _frame(self, opcode, payload):
        mask = os.urandom(4)
        head = bytes([0x80 | opcode])
        if len(payload) < 126: head += bytes([0x80 | len(payload)])
        elif len(payload) < 65536: head += b"\xfe" + len(payload).to_bytes(2, "big")
        else: head += b"\xff" + len(payload).to_bytes(8, "big")
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes((mask * (len(payload) // 4 + 1))[:len(payload)], "big")).to_bytes(len(payload), "big") if payload else b""
        self.socket.sendall(head + mask + masked)

    def receive(self, timeout=10):
        """The next message as JSON; None when the server closed (its code is in `closed`)."""
        deadline = time.monotonic() + timeout
        while True:
            while (frame := self._next_frame()) is None:
                self.socket.settimeout(max(0.001, deadline - time.monotonic()))
                got = self.socket.recv(1 << 20)
                if not got: return None
                self.rest += got
            final, opcode, payload = frame
            if opcode == 8:
                self.closed = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005
                return None
            if opcode == 9: self._frame(10, payload)
            if opcode in (0, 1, 2):
                self.parts += payload
                if final:
                    text, self.parts = self.parts, b""
                    return json.loads(text)

    def _next_frame(self):
        rest = self.rest
        if len(rest) < 2: return None
        length, at = rest[1] & 127, 2
        if length == 126:
            if len(rest) < 4: return None
            length, at = int.from_bytes(rest[2:4], "big"), 4
        elif length == 127:
            if len(rest) < 10: return None
            length, at = int.from_bytes(rest[2:10], "big"), 10
        if len(rest) < at + length: return None
        self.rest = rest[at + length:]
        return bool(rest[0] & 0x80), rest[0] & 15, rest[at:at + length]

    def close(self):
        self.socket.close()
