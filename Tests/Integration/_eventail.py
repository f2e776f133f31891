"""What the integration scripts share: running the built program, asking it over HTTP, waiting for conditions."""
import atexit, json, os, pathlib, signal, subprocess, sys, tempfile, time, urllib.error, urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("EVENTAIL") or str(ROOT / ".build/release/eventail")
SHARED = os.environ.get("EVENTAIL_SHARED") or (str(ROOT.parent / "shared") if (ROOT.parent / "shared").is_dir() else "")


def need_shared():
    """Ends the script, saying so, when the shared material is absent."""
    if not SHARED:
        print("note: skipped, the shared test material is absent")
        sys.exit(0)
    return pathlib.Path(SHARED)


def check(condition, message):
    if not condition:
        print("WRONG: " + message)
        sys.exit(1)


def equal(found, wanted, what):
    check(found == wanted, f"{what}: found {found!r}, wanted {wanted!r}")


def folder():
    return pathlib.Path(tempfile.mkdtemp(prefix="eventail-it-"))


def generate(out, *arguments, expect=None):
    """Writes a workload and returns its expected totals."""
    command = [sys.executable, str(need_shared() / "workload/generate.py"), "--out", str(out), *map(str, arguments)]
    if expect: command += ["--expect", str(expect)]
    subprocess.run(command, check=True)
    return json.loads(pathlib.Path(expect).read_text()) if expect else None


def run_to_end(*arguments, cwd=None, timeout=600):
    """`eventail run --exit-at-end`: its summary."""
    done = subprocess.run([PROGRAM, "run", "--exit-at-end", *map(str, arguments)], capture_output=True, text=True, cwd=cwd, timeout=timeout)
    check(done.returncode == 0, f"run --exit-at-end ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def until(condition, what, seconds=30, pause=0.05):
    """Waits for a condition; what it answers, or the end of the script when the deadline passes. `what` may be a function that says what is missing."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer: return answer
        if time.monotonic() >= deadline: check(False, f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(pause)


class Instance:
    """A running `eventail run` with its server on a port of its own."""

    def __init__(self, *arguments, state, cwd=None, log=None, program=(PROGRAM,), verb="run"):
        self.program, self.verb = program, verb
        self.state = str(state)
        self.log = log or pathlib.Path(state).with_suffix(".log")
        self.arguments = arguments
        self.cwd = cwd
        self.process = None
        atexit.register(self._end)

    def _end(self):
        """A script that ends with something wrong leaves nothing running."""
        if self.process and self.process.poll() is None: self.kill()

    def start(self, wait=True):
        self.output = open(self.log, "ab")
        self.mark = self.output.tell()
        self.process = subprocess.Popen(
            [*map(str, self.program), self.verb, "--set", f"state_dir={self.state}", "--set", "server.listen=[127.0.0.1:0]", "--log-format", "json", *map(str, self.arguments)],
            stdout=subprocess.DEVNULL, stderr=self.output, cwd=self.cwd)
        if wait:
            self.address = until(self._address, f"the server of {self.log} to listen")
            until(lambda: self.ready(), "readiness")
        return self

    def _address(self):
        check(self.process.poll() is None, f"eventail ended with {self.process.poll()}: {self.log.read_text()[-2000:]}")
        with open(self.log, "rb") as log:
            log.seek(self.mark)
            for line in log.read().splitlines():
                try: entry = json.loads(line)
                except ValueError: continue
                if entry.get("message") == "listening": return entry["address"]
        return None

    def ready(self):
        try: return urllib.request.urlopen(f"http://{self.address}/readyz", timeout=5).status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError): return False

    def get(self, path):
        with urllib.request.urlopen(f"http://{self.address}{path}", timeout=60) as answer:
            return json.loads(answer.read())

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds=30):
        """SIGTERM: drains and exits 0."""
        self.process.send_signal(signal.SIGTERM)
        try: code = self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            check(False, f"not stopped within {seconds} s: {self.log.read_text()[-2000:]}")
        equal(code, 0, "exit status after SIGTERM")

    def events(self):
        """All events of the history, oldest first."""
        items, cursor = [], None
        while True:
            page = self.get("/api/v1/events?order=asc&limit=1000" + (f"&cursor={cursor}" if cursor else ""))
            items += page["items"]
            cursor = page["next"]
            if not cursor: return items


def all_in(instance, lines, seconds=60):
    """Waits until that many lines were read since the state began and the history has all their events."""
    def done():
        audit = instance.get("/api/v1/audit")
        if audit["lines"] < lines: return False
        newest = instance.get("/api/v1/events?limit=1")["items"]
        # Sequence numbers count valid events from 1.
        return audit["valid"] == (int(newest[0]["cursor"].rsplit("-", 1)[1]) if newest else 0)
    until(done, f"{lines} lines in", seconds)
