#!/usr/bin/env python3
"""Goal: `eventail replay` writes what history has to a sink again and moves nothing; `eventail dead-letter replay` delivers each letter once that is
accepted now.
Method: events with known times and executions into history and a file; replays of parts of them, compared as lists; a profile that is mended between."""
import json, pathlib, subprocess
from _eventail import *

base = folder()
configuration = base / "eventail.yaml"
profile = base / "mine.yaml"


def write(types):
    profile.write_text("profile: mine\ntype: /kind\nforms: [{when: {/kind: string}}]\nroles: {time: /at, execution: /run, agent: =me}\n"
                       "types: {%s}\n" % ", ".join(f"{name}: {{}}" for name in types))


def command(*words, status=0):
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=60)
    equal(done.returncode, status, f"exit status of {words[:2]}: {done.stderr}")
    return done.stdout if status == 0 else done.stderr


configuration.write_text(f"""
state_dir: {base}/state
sources: [{{name: mine, paths: ["{base}/*.jsonl"], profile: "{profile}"}}]
sinks:
  - {{name: log, type: file, path: "{base}/out/log.txt"}}
  - {{name: screen, type: console, level: debug}}
server: {{listen: []}}
""")
write(["good"])
lines = [json.dumps({"kind": "late" if n % 10 == 7 else "good", "at": f"2026-01-01T00:{n:02}:00Z", "run": f"r{n % 2}", "n": n}) for n in range(60)]
(base / "a.jsonl").write_text("\n".join(lines) + "\n")
good = [line for line in lines if '"good"' in line]
late = [line for line in lines if '"late"' in line]
run_to_end("--config", configuration)
log = base / "out/log.txt"
equal(log.read_text().splitlines(), good, "the file after the run")

# The last half hour of one execution, into the file.
totals = json.loads(command("replay", "--from", "2026-01-01T00:30:00Z", "--execution", "r1", "--sink", "log", "--config", configuration))
wanted = [line for line in good if json.loads(line)["n"] >= 30 and json.loads(line)["run"] == "r1"]
equal(totals["events"], len(wanted), "events replayed")
equal(totals["bytes"], sum(len(line) + 1 for line in wanted), "bytes replayed")
equal(log.read_text().splitlines(), good + wanted, "the file after the replay")
# Nothing moved: a run finds nothing new, and appends behind what was replayed.
run_to_end("--config", configuration)
equal(log.read_text().splitlines(), good + wanted, "the file after another run")
with open(base / "a.jsonl", "a") as file: file.write(good[0] + "\n")
run_to_end("--config", configuration)
equal(log.read_text().splitlines(), good + wanted + good[:1], "the file after a line more")

# Beside a running instance: the screen, but not its file.
running = Instance("--config", configuration, state=base / "state").start()
shown = command("replay", "--from", "2026-01-01T00:10:00Z", "--to", "1767226200", "--sink", "screen", "--config", configuration)
equal(json.loads(shown.splitlines()[-1])["events"], sum(10 <= json.loads(line)["n"] <= 10 for line in good), "events shown")
check("works with this state folder" in command("replay", "--from", "0", "--sink", "log", "--config", configuration, status=1), "the owner of the file is named")

# Dead letters: refused as long as the profile refuses them, then delivered once, to the running instance and all its sinks.
replay = lambda: json.loads(command("dead-letter", "replay", "--config", configuration))
equal(replay(), {"delivered": 0, "refused": len(late), "skipped": 0}, "letters while the profile refuses them")
write(["good", "late"])
running.process.send_signal(signal.SIGHUP)
until(lambda: "reloaded" in running.log.read_text(), "the reload")
equal(replay(), {"delivered": len(late), "refused": 0, "skipped": 0}, "letters that are accepted now")
until(lambda: running.get("/api/v1/events?limit=1")["items"][0]["event"]["kind"] == "late", "the letters in history")
until(lambda: log.read_text().splitlines() == good + wanted + good[:1] + late, "the letters in the file")
items = [item for item in running.events() if item["type"] == "late"]
equal([item["event"] for item in items], [json.loads(line) for line in late], "events of letters")
offsets = [len("\n".join(lines[:json.loads(line)["n"]])) + (json.loads(line)["n"] > 0) for line in late]
equal([(item["file"], item["offset"]) for item in items], [(str(base / "a.jsonl"), offset) for offset in offsets], "where the letters were written")
equal(replay(), {"delivered": 0, "refused": 0, "skipped": len(late)}, "letters that went")
audit = running.get("/api/v1/audit")
check(audit["balanced"], "the audit balances")
equal((audit["valid"], audit["dead_letters"]), (len(good) + 1 + len(late), {"unknown_type": len(late)}), "the audit")
running.kill()
equal(replay()["delivered"], 0, "letters that went before a kill")
running.start()
until(lambda: running.get("/api/v1/metrics?window=all")["totals"]["events"] == len(good) + 1 + len(late), "the figures after a kill")
running.stop()

for words, said in [(["--from", "yesterday", "--sink", "log"], "RFC 3339"), (["--from", "0", "--sink", "lag"], "log"), (["--from", "0", "--sink", "history"], "taken from"),
                    (["--from", "9", "--to", "8", "--sink", "log"], "before")]:
    check(said in command("replay", *words, "--config", configuration, status=2), f"replay {words} says {said}")
print("replay: ok")
