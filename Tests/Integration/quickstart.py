#!/usr/bin/env python3
"""`Deploy/quickstart` ends cleanly on Ctrl-C and leaves nothing running. Method: it is started as a user would, asked over HTTP until simulated events
have arrived, interrupted, and the process table is searched for what it started. Skipped when port 8765 is in use."""
import socket
from _eventail import *

with socket.socket() as probe:
    if probe.connect_ex(("127.0.0.1", 8765)) == 0:
        print("note: skipped, port 8765 is in use")
        sys.exit(0)
place = folder()
home = place / "home"
(home / ".claude/projects/demo").mkdir(parents=True)
log = open(place / "log", "wb")
process = subprocess.Popen([str(ROOT / "Deploy/quickstart"), str(place / "state")], stdout=log, stderr=log, start_new_session=True,
                           env={**os.environ, "HOME": str(home)})


def events():
    check(process.poll() is None, "quickstart ended by itself: " + (place / "log").read_text()[-2000:])
    try: return json.loads(urllib.request.urlopen("http://127.0.0.1:8765/api/v1/metrics?window=all", timeout=5).read())["totals"]["events"]
    except (urllib.error.URLError, ConnectionError, TimeoutError): return 0


until(lambda: events() >= 20, "simulated events", seconds=900, pause=0.5)
with urllib.request.urlopen("http://127.0.0.1:8765/", timeout=5) as page: check(b"<html" in page.read().lower(), "the page is no HTML")
check("http://127.0.0.1:8765/" in (place / "log").read_text(), "the address is not printed")
os.killpg(process.pid, signal.SIGINT)
process.wait(timeout=30)
left = subprocess.run(["pgrep", "-f", str(place / "state")], capture_output=True, text=True).stdout.split()
equal(left, [], "processes left running")
