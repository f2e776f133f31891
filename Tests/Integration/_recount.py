"""The figures of superagent files, counted the slow way from their definitions: every event in a list, one pass for each figure.

Times are whole nanoseconds and costs exact decimals, so that sums do not depend on order."""
import json
from collections import defaultdict
from decimal import Decimal

SECOND = 10**9
WINDOWS = {"5m": (300, 1), "1h": (3600, 1), "24h": (86_400, 60), "7d": (604_800, 60), "30d": (2_592_000, 60)}
SPAN_EXPIRY = 3600 * SECOND


class Event:
    def __init__(self, line):
        self.raw = json.loads(line, parse_float=Decimal)
        payload = self.raw["payload"]
        self.type = self.raw["event_type"]
        self.time = int(self.raw["timestamp"] * SECOND)
        self.agent = payload.get("agent")
        self.task = payload.get("task_id")
        self.feature = payload.get("feature")
        self.model = payload.get("model")
        self.status = payload.get("status")
        self.attempts = payload.get("attempts")
        self.cost = None
        self.duration = None
        if self.type == "agent_completed":
            self.cost = Decimal(payload["cost_usd"])
            self.duration = int(Decimal(payload["duration_ms"]) * 10**6)
        if self.type == "validation_complete":
            result = payload["result"]
            self.passed = result["browser_launched"] and result["test_executed"] and result["test_passed"]
            self.cost = Decimal(payload["cost"]) if "cost" in payload else None
            self.status = "success" if self.passed else "failed"


def mean(values):
    values = list(values)
    return float(sum(values) / len(values)) if values else None


def ratio(part, whole):
    return float(Decimal(part) / Decimal(whole)) if whole else None


def window_of(events, name):
    end = max(event.time for event in events)
    if name == "all": return min(event.time for event in events), end
    seconds, grain = WINDOWS[name]
    start = end - seconds * SECOND
    return start // (grain * SECOND) * grain * SECOND, end


def totals(events):
    success = sum(event.status in ("success", "approved", "completed") for event in events)
    failure = sum(event.status in ("failed", "rejected") for event in events)
    return {"events": len(events), "success": success, "failure": failure, "success_rate": ratio(success, success + failure),
            "error_rate": ratio(failure, success + failure), "cost": float(sum(event.cost or 0 for event in events))}


def spans(events, start, end):
    """Active nanoseconds of each agent in the window."""
    pieces, opened = defaultdict(list), {}
    for event in sorted(events, key=lambda event: event.time):
        key = (event.agent, event.task)
        if event.type == "agent_started": opened[key] = event.time
        if event.type == "agent_completed":
            opened.pop(key, None)
            pieces[event.agent].append((event.time - event.duration, event.time))
    for (agent, _), began in opened.items(): pieces[agent].append((began, min(end, began + SPAN_EXPIRY)))
    active = {}
    for agent, list_ in pieces.items():
        total, until = 0, start
        for low, high in sorted(list_):
            low, high = max(low, until), min(high, end)
            if high > low: total += high - low; until = high
        active[agent] = total
    return active


def six(events, start, end):
    inside = [event for event in events if start <= event.time <= end]
    agents = {event.agent for event in inside if event.agent}
    active = spans([event for event in events if event.time <= end], start, end)
    features, queued, first_validation = {}, {}, {}
    for event in sorted(events, key=lambda event: event.time):
        if event.type == "task_queued":
            features[event.task] = event.feature
            queued[event.task] = event.time
        if event.type == "validation_complete": first_validation.setdefault(event.task, event.time)
    feature_of = lambda task: features.get(task) or ("task", task)
    completed = {feature_of(event.task) for event in inside if event.type == "validation_complete" and event.passed}
    cost = sum(event.cost for event in inside if event.cost and event.task and feature_of(event.task) in completed)
    tasks, starts, attempts = set(), defaultdict(lambda: defaultdict(int)), defaultdict(int)
    for event in inside:
        if not event.task: continue
        tasks.add(event.task)
        if event.type == "agent_started": starts[event.task][event.agent] += 1
        if event.attempts is not None: attempts[event.task] = max(attempts[event.task], event.attempts)
    retries = [max(attempts[task], max(starts[task].values(), default=1) - 1) for task in tasks]
    ends = [event.status for event in inside if event.type == "agent_completed"]
    validations = [event.passed for event in inside if event.type == "validation_complete"]
    times = [Decimal(first_validation[task] - queued[task]) / SECOND for task in first_validation
             if task in queued and start <= first_validation[task] <= end]
    return {"agent_utilization": ratio(sum(active.get(agent, 0) for agent in agents), (end - start) * len(agents)),
            "cost_per_feature": ratio(cost, len(completed)),
            "average_retry_count": mean(retries),
            "critic_rejection_rate": ratio(ends.count("rejected"), ends.count("rejected") + ends.count("approved")),
            "validation_pass_rate": ratio(sum(validations), len(validations)),
            "time_to_completion": mean(times)}
