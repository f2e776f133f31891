"""Headless Chromium, driven over its DevTools protocol: opening a page, asking it, taking a picture."""
import base64, json, pathlib, shutil, subprocess, tempfile, time, urllib.request
from _websocket import WebSocket


class Browser:
    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="eventail-chromium-")
        self.process = subprocess.Popen(
            [shutil.which("chromium") or "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-port=0",
             "--window-size=1400,1000", f"--user-data-dir={self.profile}", "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port_file = pathlib.Path(self.profile) / "DevToolsActivePort"
        deadline = time.monotonic() + 60
        while not (port_file.exists() and port_file.read_text().strip()):
            if time.monotonic() > deadline or self.process.poll() is not None: raise RuntimeError("chromium did not start")
            time.sleep(0.05)
        self.address = f"127.0.0.1:{port_file.read_text().split()[0]}"
        targets = json.loads(urllib.request.urlopen(f"http://{self.address}/json").read())
        page = next(target for target in targets if target["type"] == "page")
        self.socket = WebSocket(self.address, page["webSocketDebuggerUrl"].split(self.address, 1)[1])
        self.number, self.problems = 0, []
        for domain in ("Page", "Runtime", "Log"): self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        self.number += 1
        self.socket.send({"id": self.number, "method": method, "params": parameters})
        while True:
            message = self.socket.receive(timeout=30)
            if message is None: raise RuntimeError("chromium closed the connection")
            if message.get("method") == "Runtime.exceptionThrown": self.problems.append(message["params"]["exceptionDetails"].get("exception", {}).get("description", "an exception"))
            if message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] == "error": self.problems.append(message["params"]["entry"]["text"])
            if message.get("id") == self.number:
                if "error" in message: raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    def open(self, url): self.call("Page.navigate", url=url)

    def ask(self, expression):
        """The value of a JavaScript expression in the page."""
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)["result"].get("value")

    def picture(self, path): pathlib.Path(path).write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)
