#!/usr/bin/env python3
"""The HTTP answers as the contract says them: shapes, problem details, filters, pages, windows, groups, ranges, explanations, audit, dead letters, Prometheus text, methods,
Host and Origin. Method: events of a profile made for this test, whose every figure is counted here from the lines; the program answers over HTTP."""
import http.client, math, random, re
from datetime import datetime, timezone
from urllib.parse import quote
from _eventail import *

PROFILE = """
profile: demo
about: Events of a test
type: /kind
forms:
  - when: {/kind: string, /at: number}
roles: {time: /at, agent: /who, execution: /run, task: /task, workflow: /flow, model: /model, tool: /tool, call_id: /call, status: /status, severity: /severity, duration_ms: /took,
  latency_ms: /wait, tokens_input: /in, tokens_output: /out, tokens_cache_read: /read, tokens_cache_write: /written, tokens_reasoning: /thought, cost_usd: /cost,
  error_type: /error, memory_tier: /tier, memory_hit: /hit}
types:
  start: {meaning: agent_start}
  end: {meaning: agent_end}
  call: {meaning: model_call}
  tool: {meaning: tool_start}
  result: {meaning: tool_end}
  share: {meaning: collaboration}
  memory: {meaning: memory}
  plain: {schema: {type: object, properties: {n: {type: integer}}}}
"""
START = 1760000000
place = folder()
(place / "demo.yaml").write_text(PROFILE)
chance = random.Random(3)
events = []


def make(kind, **more):
    number = len(events)
    events.append({"kind": kind, "at": START + number * 2, "n": number, "who": f"agent-{number % 3}", "run": f"run-{number % 5}", **more})


for number in range(1000):
    match number % 8:
        case 0: make("start", task=f"t{number % 16}")
        case 1: make("end", status=chance.choice(["success", "success", "failure", "odd"]), took=number + 1, flow="f1")
        case 2: make("call", model=f"model-{number % 2}", wait=number + 1, **{"in": 100, "out": 20, "read": 7, "written": 3, "thought": 5}, cost=0.25)
        case 3: make("call", model="priceless", **{"in": 11, "out": 2})
        case 4: make("tool", tool=f"tool-{number % 3}", call=f"c{number}")
        case 5: make("result", tool=f"tool-{(number - 1) % 3}", call=f"c{number - 1}", status="failure" if number % 5 == 0 else "success", took=10)
        case 6: make("share" if number % 16 == 6 else "memory", **({} if number % 16 == 6 else {"tier": "hot" if number % 32 == 14 else "cold", "hit": number % 3 == 0, "wait": 4}))
        case 7: make("plain", severity=["debug", "warning", "critical"][number % 3], error=f"E{number % 2}", status="failure")
BAD = [b"not json\n", b"[]\n", b'{"kind":"nope","at":1}\n', b'{"kind":"plain","at":1,"n":"x"}\n', b'{"kind":"\xff"}\n', b"\n"]
REASONS = ["not_json", "not_object", "unknown_type", "schema", "invalid_utf8"]
(place / "events.jsonl").write_bytes(b"".join(json.dumps(event).encode() + b"\n" for event in events) + b"".join(BAD))
running = Instance("--profile", place / "demo.yaml", place / "*.jsonl", "--log-level", "info", state=place / "state").start()
host, port = running.address.rsplit(":", 1)


def ask(path, method="GET", headers=None, body=None):
    connection = http.client.HTTPConnection(host, int(port), timeout=20)
    connection.request(method, path, body=body, headers=headers or {})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, {key.lower(): value for key, value in answer.getheaders()}, data


def problem(path, wanted, method="GET", headers=None, body=None):
    """An error is a problem document of RFC 9457."""
    status, found, data = ask(path, method, headers, body)
    equal(status, wanted, f"status of {method} {path} ({data[:200]})")
    equal(found.get("content-type", "").split(";")[0], "application/problem+json", f"content type of {method} {path}")
    document = json.loads(data)
    check({"type", "title", "status"} <= set(document) and document["status"] == wanted, f"{method} {path}: {document}")
    return found


def stamp(seconds): return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_of(text): return datetime.fromisoformat(text[:19]).replace(tzinfo=timezone.utc).timestamp() + float("0" + text[19:-1])


def near(found, wanted, what, part=1e-9):
    if wanted is None or found is None: return equal(found, wanted, what)
    check(abs(found - wanted) <= part * max(1, abs(wanted)), f"{what}: found {found}, wanted {wanted}")


def health():
    for path in ("/livez", "/healthz", "/readyz"): equal(ask(path)[0], 200, path)
    check("degraded" in json.loads(ask("/readyz")[2]), "/readyz does not name what is degraded")
    status, headers, data = ask("/")
    check(status == 200 and headers["content-type"].startswith("text/html") and b"<html" in data.lower(), "/ is no page")


def lists():
    """Shapes of everything that is asked for without a question."""
    keys = {"sources": {"name", "type"}, "files": {"path", "identity", "generation", "size", "profile", "state", "sinks"}, "clients": set(), "profiles": {"name"},
            "sinks": {"name", "type", "state", "last_error", "retries", "events", "bytes"}, "agents": {"key", "state", "first_time", "last_time", "events", "cost_usd"},
            "executions": {"key", "state", "first_time", "last_time", "events", "cost_usd"},
            "events": {"id", "cursor", "time", "type", "profile", "meaning", "roles", "file", "offset", "line", "event"},
            "dead-letters": {"file", "offset", "line", "time", "reason"}}
    for name, wanted in keys.items():
        page = running.get(f"/api/v1/{name}")
        check({"items", "next"} <= set(page), f"/api/v1/{name} is no page: {set(page)}")
        for item in page["items"]: check(wanted <= set(item), f"/api/v1/{name}: an item lacks {wanted - set(item)}")
        if name != "clients": check(page["items"], f"/api/v1/{name} is empty")
    file = running.get("/api/v1/files")["items"][0]
    equal((file["path"], file["size"]), (str(place / "events.jsonl"), (place / "events.jsonl").stat().st_size), "/api/v1/files")
    check(all("position" in sink and "lag_bytes" in sink and "lag_seconds" in sink for sink in file["sinks"]) and file["sinks"], "/api/v1/files: sinks")
    equal(running.get("/api/v1/sinks")["items"][0]["state"], "attached", "the history's state")
    check("demo" in json.dumps(running.get("/api/v1/profiles")), "/api/v1/profiles lacks the user's")
    check("state_dir" in json.dumps(running.get("/api/v1/config")), "/api/v1/config")
    audit = running.get("/api/v1/audit")
    size = (place / "events.jsonl").stat().st_size
    equal((audit["bytes_read"], audit["valid"], audit["lines"], audit["blank"], audit["balanced"]), (size, 1000, 1006, 1, True), "the audit")
    equal(audit["dead_letters"], {reason: 1 for reason in REASONS}, "the audit's dead letters")
    equal(audit["bytes_dead_letter"], sum(map(len, BAD[:-1])), "the audit's bytes of dead letters")
    files = running.get("/api/v1/audit?files=true")["files"]
    equal([part["bytes_read"] for part in files], [size], "the audit by file")
    letters = running.get("/api/v1/dead-letters")["items"]
    equal(sorted(letter["reason"] for letter in letters), sorted(REASONS), "dead letters")
    page, found = running.get("/api/v1/dead-letters?limit=2"), []
    while True:
        found += page["items"]
        if not page["next"]: break
        page = running.get(f"/api/v1/dead-letters?limit=2&cursor={quote(page['next'])}")
    equal(found, letters, "dead letters by pages")
    for name in ("agents", "executions"):
        whole, found, cursor = running.get(f"/api/v1/{name}?limit=1000")["items"], [], None
        while True:
            page = running.get(f"/api/v1/{name}?limit=2" + (f"&cursor={quote(cursor)}" if cursor else ""))
            found += page["items"]
            cursor = page["next"]
            if not cursor: break
        equal(found, whole, f"{name} by pages")
        equal(sum(item["events"] for item in whole), 1000, f"events of all {name}")
    one = running.get("/api/v1/executions/run-3")
    equal((one["key"], one["events"], seconds_of(one["first_time"]), seconds_of(one["last_time"])), ("run-3", 200, START + 6, START + 998 * 2), "/api/v1/executions/run-3")
    equal({item["event"]["run"] for item in running.get("/api/v1/executions/run-3/events")["items"]}, {"run-3"}, "events of an execution")
    equal(len(running.get("/api/v1/executions/run-3/events?limit=1000")["items"]), 200, "events of an execution")


def pages():
    for order in ("asc", "desc"):
        for limit in (1, 7, 333, 1000):
            found, cursor, count = [], None, 0
            while True:
                page = running.get(f"/api/v1/events?order={order}&limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
                check(len(page["items"]) <= limit, "a page is longer than its limit")
                found += [item["event"]["n"] for item in page["items"]]
                cursor, count = page["next"], count + 1
                if not cursor or count == 40: break
            wanted = range(1000) if order == "asc" else range(999, -1, -1)
            equal(found, list(wanted)[:len(found)], f"pages of {limit} {order}")
            check(count == 40 or len(found) == 1000, f"pages of {limit} {order} end after {len(found)}")
    item = running.get("/api/v1/events?order=asc&limit=1")["items"][0]
    equal((item["event"], item["file"], item["offset"], item["line"], item["meaning"], item["profile"]), (events[0], str(place / "events.jsonl"), 0, 1, "agent_start", "demo"), "the first event")
    for query in ("limit=0", "limit=1001", "limit=-1", "limit=many", "order=sideways", "cursor=nonsense", "cursor=aaaaaaaaaaaa-1", "since=yesterday", "min_latency_ms=fast", "colour=red"):
        problem(f"/api/v1/events?{query}", 400)


def event_filters():
    def same(query, test):
        found = [item["event"]["n"] for item in running.get(f"/api/v1/events?order=asc&limit=1000&{query}")["items"]]
        equal(found, [event["n"] for event in events if test(event)], f"events with {query}")

    same("agent=agent-1", lambda event: event["who"] == "agent-1")
    same("type=call", lambda event: event["kind"] == "call")
    same("status=failure", lambda event: event.get("status") == "failure")
    same("severity=critical", lambda event: event.get("severity") == "critical")
    same("execution=run-2", lambda event: event["run"] == "run-2")
    same("task=t8", lambda event: event.get("task") == "t8")
    same("workflow=f1", lambda event: event.get("flow") == "f1")
    same("min_latency_ms=500", lambda event: event.get("wait", 0) >= 500)
    same("agent=nobody", lambda event: False)
    same("agent=agent-1&type=call&execution=run-2", lambda event: event["who"] == "agent-1" and event["kind"] == "call" and event["run"] == "run-2")
    # Ends included.
    same(f"since={stamp(START + 100)}&until={stamp(START + 200)}", lambda event: START + 100 <= event["at"] <= START + 200)
    same(f"since={START + 100}", lambda event: START + 100 <= event["at"])
    # Pages of a filtered list.
    found, cursor = [], None
    while True:
        page = running.get("/api/v1/events?order=asc&limit=10&type=call" + (f"&cursor={cursor}" if cursor else ""))
        found += [item["event"]["n"] for item in page["items"]]
        cursor = page["next"]
        if not cursor: break
    equal(found, [event["n"] for event in events if event["kind"] == "call"], "a filtered list by pages")


def recount(some):
    of = lambda kind: [event for event in some if event["kind"] == kind]
    good, bad = (sum(event.get("status") == word for event in some) for word in ("success", "failure"))
    total = lambda key: sum(event.get(key, 0) for event in some)
    return {"events": len(some), "executions": len({event["run"] for event in some}), "success": good, "failure": bad,
            "success_rate": good / (good + bad) if good + bad else None, "error_rate": bad / (good + bad) if good + bad else None,
            "model_calls": len(of("call")), "tool_errors": sum(event["status"] == "failure" for event in of("result")), "collaborations": len(of("share")),
            "cost": total("cost"), "tokens": {"input": total("in"), "output": total("out"), "cache_read": total("read"), "cache_write": total("written"), "reasoning": total("thought")},
            "unpriced": sum(event["in"] + event["out"] for event in of("call") if event["model"] == "priceless"),
            "duration": [event["took"] for event in some if "took" in event], "wait": [event["wait"] for event in of("call") if "wait" in event]}


def compare(found, some, what):
    wanted = recount(some)
    for key in ("events", "executions", "success", "failure", "model_calls", "collaborations", "tool_errors"): equal(found[key], wanted[key], f"{what} {key}")
    for key in ("success_rate", "error_rate"): near(found[key], wanted[key], f"{what} {key}")
    near(found["cost_usd"]["total"], wanted["cost"], f"{what} cost")
    near(found["cost_usd"]["reported"], wanted["cost"], f"{what} reported cost")
    equal(found["cost_usd"]["estimated"], 0, f"{what} estimated cost")
    for key, value in wanted["tokens"].items(): equal(found["tokens"][key], value, f"{what} tokens {key}")
    equal(found["tokens"]["total"], sum(wanted["tokens"][key] for key in ("input", "output", "cache_read", "cache_write")), f"{what} tokens total")
    equal(found["unpriced_tokens"], wanted["unpriced"], f"{what} unpriced tokens")


KEYS = {"events", "events_per_second", "executions", "success", "failure", "success_rate", "error_rate", "cost_usd", "unpriced_tokens", "tokens", "duplicates_skipped", "model_calls",
        "tool_calls", "tool_errors", "collaborations", "latency_ms", "duration_ms", "errors_by_type", "memory_tiers"}
SIX = {"agent_utilization", "cost_per_feature", "average_retry_count", "critic_rejection_rate", "validation_pass_rate", "time_to_completion"}


def figures():
    answer = running.get("/api/v1/metrics?window=all")
    check({"window", "totals", "groups"} <= set(answer) and {"name", "start", "end", "seconds"} <= set(answer["window"]), f"metrics: {answer.keys()}")
    check(KEYS | SIX <= set(answer["totals"]), f"totals lack {(KEYS | SIX) - set(answer['totals'])}")
    window = answer["window"]
    equal((seconds_of(window["start"]), seconds_of(window["end"]), window["seconds"]), (START, START + 1998, 1998), "the window of all")
    totals = answer["totals"]
    compare(totals, events, "all")
    near(totals["events_per_second"], 1000 / 1998, "events per second")
    equal(totals["tool_calls"], 125, "tool calls")
    equal(totals["errors_by_type"], {f"E{odd}": sum(event.get("error") == f"E{odd}" for event in events) for odd in (0, 1) if any(event.get("error") == f"E{odd}" for event in events)},
          "errors by type")
    for key in ("validation_pass_rate", "time_to_completion", "cost_per_feature"): equal(totals[key], None, f"{key} with nothing to divide by")
    memory = [event for event in events if event["kind"] == "memory"]
    equal({tier: (found["hits"], found["misses"], found["mean_latency_ms"]) for tier, found in totals["memory_tiers"].items()},
          {tier: (sum(event["hit"] for event in memory if event["tier"] == tier), sum(not event["hit"] for event in memory if event["tier"] == tier), 4) for tier in ("hot", "cold")},
          "memory tiers")
    took = sorted(event["took"] for event in events if "took" in event)
    for key, wanted in (("count", len(took)), ("min", took[0]), ("max", took[-1])): equal(totals["duration_ms"][key], wanted, f"duration {key}")
    near(totals["duration_ms"]["mean"], sum(took) / len(took), "mean duration")
    for name, part in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99)):
        low, high = took[math.floor((len(took) - 1) * part)], took[math.ceil(len(took) * part)]
        check(low * 0.99 <= totals["duration_ms"][name] <= high * 1.01, f"{name}: {totals['duration_ms'][name]} is not within 1% of {low}..{high}")
    for group in ("agent", "model", "tool", "type", "status", "profile", "execution"):
        groups = running.get(f"/api/v1/metrics?window=all&group_by={group}")["groups"]
        key = {"agent": "who", "type": "kind", "execution": "run"}.get(group, group)
        for found in groups:
            check(KEYS | {"key"} <= set(found), f"a group by {group} lacks {KEYS - set(found)}")
            if group in ("agent", "type", "execution"): compare(found, [event for event in events if event.get(key) == found["key"]], f"{group} {found['key']}")
        keyed = {found["key"]: found["events"] for found in groups if found["key"] is not None}
        if group not in ("profile", "status"):
            equal(keyed, {name: sum(event.get(key) == name for event in events) for name in {event[key] for event in events if key in event}}, f"groups by {group}")
        equal(sum(found["events"] for found in groups), 1000, f"events of all groups by {group}")
    for query, test in (("agent=agent-1", lambda event: event["who"] == "agent-1"), ("model=priceless", lambda event: event.get("model") == "priceless"),
                        ("type=end", lambda event: event["kind"] == "end"), ("execution=run-1", lambda event: event["run"] == "run-1"), ("profile=demo", lambda event: True),
                        ("tool=tool-1", lambda event: event.get("tool") == "tool-1"), ("agent=agent-1&type=call", lambda event: event["who"] == "agent-1" and event["kind"] == "call"),
                        ("agent=nobody", lambda event: False)):
        compare(running.get(f"/api/v1/metrics?window=all&{query}")["totals"], [event for event in events if test(event)], query)


def windows():
    end = START + 1000.5
    for name, length, grain in (("5m", 300, 1), ("1h", 3600, 1), ("24h", 86400, 60), ("7d", 604800, 60), ("30d", 2592000, 60)):
        for word, moment in (("latest", START + 1998), (str(end), end), (stamp(START + 1000), START + 1000)):
            answer = running.get(f"/api/v1/metrics?window={name}&end={word}")
            start = math.floor((moment - length) / grain) * grain
            equal((answer["window"]["name"], seconds_of(answer["window"]["start"]), seconds_of(answer["window"]["end"])), (name, start, moment), f"window {name} until {word}")
            near(answer["window"]["seconds"], moment - start, f"seconds of {name} until {word}")
            compare(answer["totals"], [event for event in events if start <= event["at"] <= moment], f"window {name} until {word}")
    now = running.get("/api/v1/metrics?window=5m")
    check(abs(seconds_of(now["window"]["end"]) - time.time()) < 30, f"end is not now by default: {now['window']}")
    equal((now["totals"]["events"], now["totals"]["success_rate"], now["totals"]["cost_usd"]["total"]), (0, None, 0), "a window without events")
    for query in ("window=6m", "window=5m&end=sometime", "window=all&group_by=mood", "window=all&colour=red"): problem(f"/api/v1/metrics?{query}", 400)


def ranges():
    path = f"/api/v1/metrics/range?metric=events&start={stamp(START)}&end={stamp(START + 2000)}&step=50s"
    points = running.get(path)["series"][0]["points"]
    inside = [point for point in points if seconds_of(point["time"]) < START + 2000]
    equal([point["value"] for point in inside], [25] * 40, "events a step")
    grouped = running.get(path + "&group_by=agent")["series"]
    equal({one["key"]: sum(point["value"] for point in one["points"]) for one in grouped}, {f"agent-{number}": sum(event["who"] == f"agent-{number}" for event in events) for number in range(3)},
          "events of a range by agent")
    cost = running.get(path.replace("metric=events", "metric=cost_usd.total"))["series"][0]["points"]
    near(sum(point["value"] for point in cost), recount(events)["cost"], "cost of a range")
    for query in ("", "metric=mood", f"metric=events&start={stamp(START)}&end={stamp(START - 1)}&step=5s", "metric=events&step=0s", "metric=events&step=soon"):
        problem(f"/api/v1/metrics/range?{query}", 400)
    failures = running.get("/api/v1/explain?metric=failure&window=all&agent=agent-1")["items"]
    wanted = [event["n"] + 1 for event in events if event.get("status") == "failure" and event["who"] == "agent-1"]
    equal([item["line"] for item in failures], wanted[-len(failures):][::-1], "the newest events behind the failures of an agent")
    for query in ("", "metric=mood"): problem(f"/api/v1/explain?{query}", 400)


def cost_explained():
    """The newest events behind the cost, also those that add tokens of every kind besides."""
    explained = running.get("/api/v1/explain?metric=cost_usd&window=all")["items"]
    check(explained and all({"file", "line", "added"} <= set(item) for item in explained), f"explain: {explained[:1]}")
    newest = [event for event in events if "cost" in event][-len(explained):][::-1]
    equal([(item["line"], item["added"]) for item in explained], [(event["n"] + 1, event["cost"]) for event in newest], "the newest events behind the cost")


def validation():
    status, headers, data = ask("/api/v1/validate", "POST", body=b"".join(BAD) + b'{"kind":"plain","at":1}\n')
    equal((status, headers["content-type"].split(";")[0]), (200, "application/json"), "validate")
    answer = json.loads(data)
    check({"errors", "files", "lines", "bytes", "valid", "dead_letters", "blank", "unfinished_bytes", "profiles", "types"} <= set(answer), f"validate lacks keys: {set(answer)}")
    for error in answer["errors"]: equal(set(error), {"file", "line", "offset", "reason", "profile", "location", "keyword", "message"}, "keys of an error")
    equal((answer["lines"], answer["blank"], answer["valid"] + len(answer["errors"])), (7, 1, 6), "validate")
    equal(running.get("/api/v1/audit")["lines"], 1006, "lines after validate")
    problem("/api/v1/validate", 405)


def validation_profile():
    """An unknown profile is a problem document like every other error."""
    problem("/api/v1/validate?profile=nope", 400, "POST", body=b"{}\n")


NAMES = """eventail_source_lines_total eventail_source_bytes_total eventail_dead_letters_total eventail_events_total eventail_sink_events_total eventail_sink_lag_bytes
eventail_sink_lag_seconds eventail_sink_retries_total eventail_sink_up eventail_files_open eventail_files_watched eventail_bytes_lost_total eventail_websocket_clients
eventail_websocket_dropped_total eventail_usage_duplicates_total eventail_tokens_total eventail_reasoning_tokens_total eventail_cost_usd_total
eventail_unpriced_tokens_total eventail_model_calls_total eventail_tool_calls_total eventail_agent_runs_total eventail_tasks_total eventail_retries_total
eventail_validations_total eventail_escalations_total eventail_task_completion_seconds eventail_human_wait_seconds eventail_executions
gen_ai_client_operation_duration_seconds gen_ai_client_token_usage gen_ai_execute_tool_duration_seconds gen_ai_invoke_agent_duration_seconds""".split()
SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)( \S+)?$')


def parse(text, openmetrics):
    """Families and samples; anything that a scraper would refuse ends the script."""
    families, samples, seen, current = {}, {}, set(), None
    lines = text.split("\n")
    equal(lines[-1], "", "what is behind the last newline")
    if openmetrics: equal(lines[-2], "# EOF", "the last line of OpenMetrics")
    for one in lines[:-2 if openmetrics else -1]:
        if one.startswith("# "):
            _, word, name, *rest = one.split(" ", 3)
            check(word in ("HELP", "TYPE", "UNIT"), f"a comment that OpenMetrics has not: {one}")
            if word == "TYPE":
                check(name not in families, f"{name} is told twice")
                families[name] = rest[0]
                current = name
            continue
        match = SAMPLE.fullmatch(one)
        check(match, f"no sample: {one}")
        name, labels, value = match[1], match[2] or "", match[3]
        float(value.replace("+Inf", "inf"))
        check(current and name.startswith(current), f"a sample outside of its family: {one}")
        allowed = {"counter": ["_total"] if openmetrics else [""], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"], "unknown": [""], "untyped": [""]}[families[current]]
        check(name.removeprefix(current) in allowed, f"a {families[current]} of another name: {one}")
        check((name, labels) not in seen, f"a series told twice: {one}")
        seen.add((name, labels))
        samples.setdefault(name, {})[labels] = float(value.replace("+Inf", "inf"))
    for name, kind in families.items():
        if kind != "histogram": continue
        series = {}
        for labels, value in samples.get(name + "_bucket", {}).items():
            bound = re.search(r'le="([^"]*)"', labels)[1]
            series.setdefault(re.sub(r',?le="[^"]*"', "", labels), []).append((float(bound.replace("+Inf", "inf")), value))
        for labels, buckets in series.items():
            values = [value for _, value in sorted(buckets)]
            check(values == sorted(values) and sorted(buckets)[-1][0] == math.inf, f"buckets of {name}{{{labels}}}")
            equal(values[-1], samples[name + "_count"][labels], f"count of {name}{{{labels}}}")
    return families, samples


def prometheus():
    for accept, wanted in ((None, "text/plain"), ("text/plain", "text/plain"), ("*/*", "text/plain"), ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text"),
                           ("application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "application/openmetrics-text")):
        status, headers, data = ask("/metrics", headers={"Accept": accept} if accept else {})
        equal((status, headers["content-type"].split(";")[0]), (200, wanted), f"/metrics with Accept {accept}")
        openmetrics = wanted != "text/plain"
        families, samples = parse(data.decode(), openmetrics)
        for name in NAMES: check((name.removesuffix("_total") if openmetrics else name) in families, f"/metrics ({wanted}) lacks {name}")
        check(not any(word in labels for series in samples.values() for labels in series for word in ("run-1", 't8"')), "a session or a task in a label")
        equal(samples["eventail_dead_letters_total"], {f'reason="{reason}"': float(reason in REASONS) for reason in (*REASONS, "too_long", "unknown_profile")}, "dead letters by reason")
        equal(sum(samples["eventail_events_total"].values()), 1000, "events")
        equal(sum(samples["eventail_source_lines_total"].values()), 1006, "lines")
        equal(sum(samples["eventail_sink_up"].values()), 1, "sinks that are up")
        tokens = {kind: sum(value for labels, value in samples["eventail_tokens_total"].items() if f'token_type="{kind}"' in labels) for kind in ("input", "output", "cache_read", "cache_write")}
        wanted_tokens = recount(events)["tokens"]
        equal(tokens, {kind: wanted_tokens[kind] for kind in tokens}, "tokens")
        near(sum(samples["eventail_cost_usd_total"].values()), recount(events)["cost"], "cost")
    empty = Instance(place / "absent/*.jsonl", state=place / "empty").start()
    families, samples = parse(urllib.request.urlopen(f"http://{empty.address}/metrics", timeout=5).read().decode(), False)
    for name in NAMES: check(name in families, f"/metrics without events lacks {name}")
    for reason in ("not_json", "not_object", "invalid_utf8", "too_long", "unknown_type", "schema", "unknown_profile"):
        equal(samples["eventail_dead_letters_total"].get(f'reason="{reason}"'), 0, f"dead letters {reason} from the start")
    for name in ("eventail_escalations_total", "eventail_retries_total", "eventail_source_lines_total", "eventail_bytes_lost_total", "eventail_sink_events_total", "eventail_executions"):
        check(name in samples and not any(samples[name].values()), f"{name} is not 0 from the start: {samples.get(name)}")
    totals = empty.get("/api/v1/metrics?window=all")["totals"]
    equal((totals["events"], totals["success_rate"], totals["agent_utilization"]), (0, None, None), "figures without events")
    for name in ("events", "agents", "executions", "dead-letters", "files"): equal(empty.get(f"/api/v1/{name}"), {"items": [], "next": None}, f"/api/v1/{name} without events")
    empty.stop()


def latency_histogram():
    """The time from a line's writing to its delivery, from the start."""
    families, samples = parse(ask("/metrics")[2].decode(), False)
    equal(families.get("eventail_end_to_end_latency_seconds"), "histogram", "eventail_end_to_end_latency_seconds")


def preference():
    """What a scraper likes better it gets."""
    equal(ask("/metrics", headers={"Accept": "application/openmetrics-text;q=0.5,text/plain;version=0.0.4"})[1]["content-type"].split(";")[0], "text/plain", "/metrics by preference")


def unknown_status():
    """Words that no map knows are kept, so they can be asked for."""
    wanted = sum(event.get("status") == "odd" for event in events)
    equal(len(running.get("/api/v1/events?status=odd&limit=1000")["items"]), wanted, "events with an unknown status word")


def unknown_status_group():
    """Such words are groups of their own."""
    wanted = sum(event.get("status") == "odd" for event in events)
    equal({found["key"]: found["events"] for found in running.get("/api/v1/metrics?window=all&group_by=status")["groups"]}.get("odd"), wanted, "the group of an unknown status word")


def requests():
    """Methods, targets, names of the server, pages of others."""
    for path in ("/nope", "/api/v1/nope", "/api/v1/events/nope/more", "/api/v1/executions/nobody"): problem(path, 404)
    for method, path in (("POST", "/api/v1/events"), ("DELETE", "/api/v1/metrics"), ("PUT", "/metrics"), ("POST", "/livez"), ("GET", "/api/v1/validate")):
        check(problem(path, 405, method).get("allow"), f"405 of {method} {path} says not what is allowed")
    for path in ("/livez", "/metrics", "/api/v1/audit", "/"):
        status, headers, data = ask(path, "HEAD")
        equal((status, data), (200, b""), f"HEAD {path}")
        check("content-type" in headers, f"HEAD {path} has no content type")
    for name in (f"{host}:{port}", f"localhost:{port}", "localhost", "127.0.0.1"): equal(ask("/api/v1/audit", headers={"Host": name})[0], 200, f"Host {name}")
    for name in ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}"):
        status, _, data = ask("/api/v1/audit", headers={"Host": name})
        check(status in (400, 403, 421) and b"bytes_read" not in data, f"Host {name} is answered with {status}")
    for origin in ("null", "http://evil.example", f"http://{host}:{port}.evil.example"):
        status, headers, data = ask("/api/v1/audit", headers={"Origin": origin})
        check(status == 403 and b"bytes_read" not in data, f"Origin {origin} is answered with {status}")
    equal(ask("/api/v1/audit", headers={"Origin": f"http://{host}:{port}"})[0], 200, "the origin of the server itself")
    problem("/api/v1/executions/%ZZ", 400)


all_in(running, 1006)
until(lambda: len(running.get("/api/v1/dead-letters")["items"]) == len(REASONS), "dead letters", 5)
for part in (health, lists, pages, event_filters, figures, windows, ranges, validation, validation_profile, prometheus, latency_histogram, preference, unknown_status, unknown_status_group, cost_explained, requests):
    part()
    if len(sys.argv) > 1: print("ok", part.__name__)
running.stop()
