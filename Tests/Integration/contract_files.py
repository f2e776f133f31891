#!/usr/bin/env python3
"""Files as the contract says it: appends, renames, truncation, deletion, links, folders and files that come later, start_at, exclude, long lines, line ends; and how
`time` is read. Method: numbered events written in every such way to one running instance; each number must be seen exactly once, what is excluded never."""
import shutil
from datetime import datetime, timezone
from _eventail import *

place = folder()
logs, later, passing, outside = (place / name for name in ("logs", "later", "passing", "outside"))
for one in (later, passing, outside): one.mkdir()


def line(number, **more): return (json.dumps({"type": "step", "timestamp": 1760000000 + number, "n": number, **more}) + "\n").encode()


def append(path, content):
    with open(path, "ab") as file: file.write(content)


def numbers(): return [item["event"].get("n") for item in running.events()]


def seen(*wanted, what):
    """Each of these comes, and comes once."""
    until(lambda: set(wanted) <= set(numbers()), what, 10)
    found = numbers()
    for number in wanted: equal(found.count(number), 1, f"{what}: times of event {number}")


def coming():
    append(later / "new.log", line(903))
    append(later / "old.log", line(902))
    seen(902, 903, what="start_at: end, appended and new")
    logs.mkdir()
    append(logs / "a.jsonl", line(1) + line(2))
    seen(1, 2, what="a folder that appears later")
    (logs / "x/y").mkdir(parents=True)
    append(logs / "x/y/b.jsonl", line(3))
    append(logs / "skip-me.jsonl", line(800))
    (logs / "private/deep").mkdir(parents=True)
    append(logs / "private/deep/z.jsonl", line(801))
    append(logs / "other.txt", line(802))
    seen(3, what="a deep folder that appears later")


def lines():
    with open(logs / "a.jsonl", "ab", buffering=0) as file:
        file.write(line(6)[:10])
        append(logs / "marker.jsonl", line(5))
        seen(5, what="a line beside half a line")
        check(6 not in numbers(), "half a line counted")
        file.write(line(6)[10:] + b"\r\n \t\n\n" + line(7)[:-1] + b"\r\n")
        seen(6, 7, what="a line in two parts, blank lines, CR LF")
        file.write(line(8, text="p" * 3000) + line(9) + b"z" * 100_000)
        seen(9, what="the line behind one too long")
        file.write(b"z" * 100_000 + b"\n" + line(10))
        seen(10, what="the line behind one far too long")
        # The greatest length is still right: 2 KiB of line and its newline.
        file.write(line(11, text="p" * (2048 - len(line(11, text="")) + 1)) + line(12, text="p" * (2048 - len(line(12, text="")) + 2)) + line(13))
        seen(11, 13, what="lines about the greatest length")
        # Renamed away and made again, the old name still written to.
        os.rename(logs / "a.jsonl", logs / "a.jsonl.1")
        file.write(line(14))
        append(logs / "a.jsonl", line(15))
        seen(14, 15, what="rename and create")
        file.write(line(16))
        seen(16, what="appended to a renamed file")
    letters = until(lambda: [letter for letter in running.get("/api/v1/dead-letters")["items"] if letter["reason"] == "too_long"][2:], "three too long lines") and \
        [letter for letter in running.get("/api/v1/dead-letters")["items"] if letter["reason"] == "too_long"]
    equal(len(letters), 3, "lines too long")


def changes():
    os.rename(logs / "a.jsonl", logs / "a2.jsonl")
    append(logs / "a2.jsonl", line(17))
    seen(15, 17, what="rename within the pattern")
    append(logs / "c.jsonl", line(20) + line(21))
    seen(20, 21, what="before truncation")
    os.truncate(logs / "c.jsonl", 0)
    append(logs / "c.jsonl", line(22))
    seen(20, 21, 22, what="copy and truncate")
    (logs / "c.jsonl").write_bytes(line(23) + line(24) + line(25))
    seen(23, 24, 25, what="written anew and longer")
    (logs / "c.jsonl").write_bytes(line(26) + line(27) + line(28))
    seen(26, 27, 28, what="written anew and as long")
    with open(logs / "d.jsonl", "ab", buffering=0) as file:
        file.write(line(30))
        seen(30, what="before deletion")
        file.write(line(31))
        os.unlink(logs / "d.jsonl")
        file.write(line(32))
    seen(31, 32, what="deleted with unread data")
    append(logs / "d.jsonl", line(33))
    seen(33, what="made again")
    append(logs / "e.tmp", line(35))
    append(logs / "e.jsonl", line(34))
    seen(34, what="before replacement")
    os.rename(logs / "e.tmp", logs / "e.jsonl")
    seen(34, 35, what="replaced by rename")
    shutil.rmtree(logs / "x")
    (logs / "x/y").mkdir(parents=True)
    append(logs / "x/y/b.jsonl", line(36))
    seen(3, 36, what="a folder deleted and made again")
    os.rename(logs / "x", logs / "x2")
    append(logs / "x2/y/b.jsonl", line(37))
    seen(36, 37, what="a folder renamed")


def links():
    append(outside / "t.txt", line(40))
    os.symlink(outside / "t.txt", logs / "s.jsonl")
    seen(40, what="a symbolic link")
    append(outside / "t.txt", line(41))
    seen(41, what="appended behind a symbolic link")
    append(outside / "t2.txt", line(42))
    os.unlink(logs / "s.jsonl")
    os.symlink(outside / "t2.txt", logs / "s.jsonl")
    os.symlink(logs / "c.jsonl", logs / "same.jsonl")
    os.link(logs / "c.jsonl", logs / "hard.jsonl")
    os.symlink(place / "nowhere", logs / "dangling.jsonl")
    (outside / "folder").mkdir()
    append(outside / "folder/q.jsonl", line(43))
    os.symlink(outside / "folder", logs / "linked")
    os.symlink(logs, logs / "loop")
    append(logs / "f.jsonl", line(44))
    seen(42, 43, 44, what="links moved, to folders and in a circle")


def sorted_audit():
    audit = running.get("/api/v1/audit?files=true")
    return {**audit, "files": sorted(audit["files"], key=lambda part: (part["path"], part["bytes_read"]))}


def totals():
    """The audit balances to the byte, per file too, and a kill changes nothing."""
    append(logs / "g.jsonl", line(49) + line(50)[:-1])
    until(lambda: running.get("/api/v1/audit")["bytes_unfinished"] == len(line(50)) - 1, "the unfinished line in the audit")
    seen(49, what="the line before an unfinished one")
    found = numbers()
    for number in (8, 12, 50, 800, 801, 802, 900, 901): check(number not in found, f"event {number} must not be there")
    numbered = [number for number in found if number is not None]
    equal(len(set(numbered)), len(numbered), "events seen more than once")
    audit = sorted_audit()
    for part in (audit, *audit["files"]):
        check(part["balanced"], f"not balanced: {part}")
        equal(part["bytes_read"], part["bytes_valid"] + part["bytes_dead_letter"] + part["bytes_blank"] + part["bytes_unfinished"], f"bytes of {part.get('path', 'all')}")
        equal(part["lines"], part["valid"] + sum(part["dead_letters"].values()) + part["blank"], f"lines of {part.get('path', 'all')}")
    for key in ("bytes_read", "lines", "valid", "blank"): equal(sum(part[key] for part in audit["files"]), audit[key], f"sum of {key} over the files")
    equal(audit["bytes_lost"], {}, "bytes lost")
    running.kill()
    running.start()
    until(lambda: sorted_audit() == audit, "the same audit after a kill")
    until(lambda: sorted(map(str, numbers())) == sorted(map(str, found)), "the same events after a kill")
    append(logs / "g.jsonl", b"\n")
    seen(50, what="the line ended after a restart")


def unfinished_alone():
    """A file of which no line is finished yet has its part of the audit too."""
    append(logs / "h.jsonl", b'{"unfinished')
    until(lambda: running.get("/api/v1/audit")["bytes_unfinished"] == 12, "the unfinished line in the audit")
    equal([part["bytes_unfinished"] for part in running.get("/api/v1/audit?files=true")["files"] if part["path"].endswith("h.jsonl")], [12], "its part of the audit")


def passed():
    """unknown_types: pass lets unknown types through and nothing else."""
    append(passing / "p.log", b'{"event_type":"brand_new","timestamp":1760000000,"payload":{"agent":"Z"}}\n{"event_type":"agent_started","timestamp":1,"payload":{}}\n')
    until(lambda: any(item["type"] == "brand_new" and item["profile"] == "superagent" for item in running.events()), "an unknown type passed")
    until(lambda: any(letter["reason"] == "schema" and letter["file"].endswith("p.log") for letter in running.get("/api/v1/dead-letters")["items"]), "a known type refused")


def times():
    """Unix seconds, milliseconds, microseconds, nanoseconds and RFC 3339; without a time the time of reading, counted."""
    cases = [("1760000000", "2025-10-09T08:53:20Z"), ("1760000000.25", "2025-10-09T08:53:20.25Z"), ("1760000000250", "2025-10-09T08:53:20.25Z"),
             ("1760000000250001", "2025-10-09T08:53:20.250001Z"), ("1760000000250001002", "2025-10-09T08:53:20.250001002Z"),
             ('"2025-10-09T08:53:20Z"', "2025-10-09T08:53:20Z"), ('"2025-10-09T10:53:20.250+02:00"', "2025-10-09T08:53:20.25Z"),
             ('"2025-10-09T03:23:20.123456789-05:30"', "2025-10-09T08:53:20.123456789Z"), ('"2025-10-09t08:53:20z"', "2025-10-09T08:53:20Z"),
             ("null", None), ('"yesterday"', None), ('"2025-13-41T00:00:00Z"', None), ("{}", None)]
    append(later / "times.log", b"".join(b'{"type":"time-%d","timestamp":%s}\n' % (number, text.encode()) for number, (text, _) in enumerate(cases)) + b'{"type":"time-none"}\n')
    until(lambda: running.get("/api/v1/events?type=time-none")["items"], "events with times")

    def nanoseconds(text):
        whole, _, fraction = text.rstrip("Z").partition(".")
        return int(datetime.fromisoformat(whole).replace(tzinfo=timezone.utc).timestamp()) * 10**9 + int((fraction + "0" * 9)[:9])

    missing = 0
    for number, (text, wanted) in enumerate([*cases, ("absent", None)]):
        kind = "none" if text == "absent" else number
        found = running.get(f"/api/v1/events?type=time-{kind}")["items"][0]["time"]
        if wanted: equal(nanoseconds(found), nanoseconds(wanted), f"time {text}: {found}")
        else:
            missing += 1
            check(abs(nanoseconds(found) / 1e9 - time.time()) < 60, f"time {text}: {found} is not when it was read")
    text = urllib.request.urlopen(f"http://{running.address}/metrics", timeout=5).read().decode()
    equal([float(one.split()[-1]) for one in text.splitlines() if "time_missing" in one and not one.startswith("#")], [missing], "events counted as time_missing")


append(later / "old.log", line(900) + line(901))
configuration = place / "eventail.yaml"
configuration.write_text(f"""
sources:
  - {{name: logs, paths: ["{logs}/**/*.jsonl"], exclude: ["{logs}/**/skip*.jsonl", "{logs}/private/**"], profile: generic, max_line_bytes: 2KiB, scan_interval: 1s}}
  - {{name: later, paths: ["{later}/*.log"], profile: generic, start_at: end}}
  - {{name: passing, paths: ["{passing}/*.log"], profile: superagent, unknown_types: pass}}
""")
running = Instance("--config", configuration, state=place / "state").start()
for part in (coming, lines, changes, links, times, passed, totals, unfinished_alone):
    part()
    if len(sys.argv) > 1: print("ok", part.__name__)
running.stop()
