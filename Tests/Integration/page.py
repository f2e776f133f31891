#!/usr/bin/env python3
"""The page at `/` in a real browser: totals, figures, tables, the live feed, pausing, filtering, coming back after a restart, hostile text.
page.py [FOLDER]   with a folder, pictures of the page in light and dark are put there.

Method: headless Chromium opens the page of an instance whose files are appended to; what the page shows is asked of its document and compared with
what was written. Skipped when Chromium is not installed."""
import shutil, socket
from _eventail import *

if not (shutil.which("chromium")):
    print("note: skipped, chromium is not installed")
    sys.exit(0)
from _browser import Browser

PICTURES = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None
HOSTILE = "<img src=x onerror=window.owned=1>"
written = 0


def write(path, agent, count, status="success", severity=None):
    """Agent runs that ended just now, each with a number of its own in its task."""
    global written
    with open(path, "ab", buffering=0) as file:
        for _ in range(count):
            event = {"event_type": "agent_completed", "timestamp": time.time(), "payload": {
                "agent": agent, "task_id": f"task-{written}", "status": status, "duration_ms": 20 + written % 80, "cost_usd": 0.0123, "model": "claude-sonnet"}}
            file.write(json.dumps(event).encode() + b"\n")
            written += 1


def write_run(path, execution):
    """A line of any producer's that names its execution."""
    append_line(path, {"type": "agent_completed", "agent": "walker", "execution_id": execution, "status": "success", "time": time.time()})


def append_line(path, event):
    global written
    with open(path, "ab", buffering=0) as file: file.write(json.dumps(event).encode() + b"\n")
    written += 1


def text(selector): return browser.ask(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")


def shows(selector, *words, seconds=20):
    until(lambda: all(word in text(selector) for word in words), f"{selector} to show {words}; it shows {text(selector)[:300]!r}", seconds, 0.1)


def rows(selector): return browser.ask(f"document.querySelectorAll({json.dumps(selector)}).length")


def picture(name, dark=False):
    if not PICTURES: return
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
    until(lambda: browser.ask("matchMedia('(prefers-color-scheme: dark)').matches") is dark, "the page to take the colours")
    browser.picture(PICTURES / f"{name}.png")


def set_value(selector, value, event):
    browser.ask(f"(() => {{ const node = document.querySelector({json.dumps(selector)}); node.value = {json.dumps(value)};"
                f" node.dispatchEvent(new Event({json.dumps(event)})); }})()")


with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
place = folder()
(place / "files").mkdir()
path, runs = place / "files/a.jsonl", place / "files/runs.jsonl"
(place / "c.yaml").write_text(f"sources:\n  - {{name: agents, type: files, paths: ['{path}']}}\n  - {{name: runs, type: files, paths: ['{runs}'], profile: generic}}\n")
instance = Instance("--config", place / "c.yaml", "--set", f"server.listen=[127.0.0.1:{port}]", state=place / "state").start()
browser = Browser()
try:
    browser.open(f"http://127.0.0.1:{port}/")
    until(lambda: browser.ask("document.title") == "Eventail", "the page")
    shows("#state", "live")
    shows("#feed", "waiting for events")
    picture("empty")
    for agent, status in (("scribe", "success"), ("critic", "rejected"), ("critic", "approved"), ("runner", "failed")): write(path, agent, 10, status)

    # Totals, the six figures, the tables: asked again every few seconds.
    shows("#totals", "Events", "40", "Cost", "$0.49", "Tokens", "Latency p50")
    shows("#figures", "Agent utilization", "Cost per feature", "Average retries", "Critic rejections", "50.0 %", "Validations passed", "Time to completion")
    equal(rows("#figures > div"), 6, "figures")
    shows("#agents", "scribe", "critic", "runner")
    browser.ask("document.querySelector('[data-window=\"5m\"]').click()")
    shows("#totals", "40")
    equal(browser.ask("document.querySelector('[data-window=\"5m\"]').getAttribute('aria-pressed')"), "true", "the chosen window")

    # The feed moves, newest first; pausing holds it, going on shows what came.
    until(lambda: rows("#feed tr") == 40, "40 rows in the feed")
    write(path, "newcomer", 1)
    shows("#feed tr:first-child", "newcomer")
    browser.ask("document.querySelector('#pause').click()")
    write(path, "paused", 1)
    shows("#agents", "paused")
    check("paused" not in text("#feed"), "the feed moves while paused")
    browser.ask("document.querySelector('#pause').click()")
    shows("#feed tr:first-child", "paused")

    # The filters.
    set_value("#filter", "newcomer", "input")
    until(lambda: rows("#feed tr") == 1, "one row with the filter")
    shows("#feed", "newcomer")
    set_value("#filter", "nothing like it", "input")
    until(lambda: "task-" not in text("#feed"), "no row with that filter")
    set_value("#filter", "", "input")
    set_value("#severity", "error", "change")
    until(lambda: 0 < rows("#feed tr") < 42, "fewer rows from errors on")
    check("scribe" not in text("#feed"), "a success among the errors")
    set_value("#severity", "debug", "change")
    until(lambda: rows("#feed tr") == 42, "all rows again")

    # Hostile text is text.
    write_run(runs, "run-17")
    shows("#executions", "run-17")
    write_run(runs, HOSTILE)
    shows("#executions", HOSTILE)
    write(path, HOSTILE, 1)
    shows("#feed tr:first-child", HOSTILE)
    shows("#agents", HOSTILE)
    equal(browser.ask("document.querySelectorAll('main img').length"), 0, "images made by an event")
    equal(browser.ask("String(window.owned)"), "undefined", "what hostile text did")

    picture("light")
    picture("dark", dark=True)
    if PICTURES:
        browser.call("Emulation.setDeviceMetricsOverride", width=420, height=900, deviceScaleFactor=1, mobile=True)
        picture("narrow")
        browser.call("Emulation.clearDeviceMetricsOverride")
    wide = browser.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    check(wide <= 0, f"the page is {wide} pixels wider than its window")
    equal(browser.problems, [], "problems in the browser's console")

    # A restart: said, then over; nothing missing, nothing twice.
    before = rows("#feed tr")
    instance.stop()
    shows("#state", "lost")
    picture("lost")
    write(path, "while-away", 3)
    instance.start()
    shows("#state", "live")
    shows("#feed tr:first-child", "while-away")
    until(lambda: rows("#feed tr") == before + 3, f"{before + 3} rows after the restart; there are {rows('#feed tr')}")
    write(path, "after", 1)
    shows("#feed tr:first-child", "after")
    shows("#totals", str(written))
    check(not browser.ask("!document.querySelector('#problem').hidden"), "the page still tells of a problem: " + text("#problem"))
    odd = [problem for problem in browser.problems if "ERR_CONNECTION_REFUSED" not in problem and "ERR_CONNECTION_RESET" not in problem and "ERR_EMPTY_RESPONSE" not in problem and "503" not in problem]
    equal(odd, [], "problems in the browser's console")
finally:
    browser.close()
instance.stop()
