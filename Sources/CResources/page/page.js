"use strict";
// Everything that comes from events is put on the page as text, never as markup.

const byId = id => document.getElementById(id);
const make = (tag, text, kind) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (kind) node.className = kind;
  return node;
};

// Figures. One that cannot be told is a dash, never a zero.
const dash = "–";
const known = value => value !== null && value !== undefined;
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const number = value => !known(value) ? dash : Math.abs(value) >= 100000 ? compact.format(value) : plain.format(value);
const percent = value => !known(value) ? dash : (value * 100).toFixed(value > 0.1 || value === 0 ? 1 : 2) + " %";
const money = value => !known(value) ? dash : "$" + (value >= 100 ? plain.format(value) : value.toFixed(value >= 1 || value === 0 ? 2 : 4));
const duration = ms => !known(ms) ? dash : ms < 1000 ? plain.format(ms) + " ms" : ms < 120000 ? (ms / 1000).toFixed(1) + " s" : (ms / 60000).toFixed(1) + " min";
const seconds = value => known(value) ? duration(value * 1000) : dash;
const clock = text => known(text) ? new Date(text).toLocaleTimeString([], { hour12: false }) : dash;
const at = (object, path) => path.split(".").reduce((value, key) => known(value) ? value[key] : undefined, object);

const totalsShown = [
  ["Events", "events", number], ["Events / s", "events_per_second", number], ["Success", "success_rate", percent],
  ["Cost", "cost_usd.total", money], ["Tokens", "tokens.total", number], ["Latency p50", "latency_ms.p50", duration],
  ["Latency p99", "latency_ms.p99", duration],
];
const figuresShown = [
  ["Agent utilization", "agent_utilization", percent], ["Cost per feature", "cost_per_feature", money],
  ["Average retries", "average_retry_count", number], ["Critic rejections", "critic_rejection_rate", percent],
  ["Validations passed", "validation_pass_rate", percent], ["Time to completion", "time_to_completion", seconds],
];
const groupColumns = [
  ["Events", "events", number], ["Success", "success_rate", percent], ["Cost", "cost_usd.total", money], ["Tokens", "tokens.total", number],
  ["p50", "latency_ms.p50", duration], ["p99", "latency_ms.p99", duration],
];

function showList(list, shown, totals) {
  list.replaceChildren(...shown.map(([label, path, write]) => {
    const box = make("div");
    box.append(make("dt", label), make("dd", write(at(totals, path))));
    return box;
  }));
}

function showTable(table, first, items, columns, nothing) {
  const head = make("tr");
  head.append(make("th", first, "text"), ...columns.map(([label, , , kind]) => make("th", label, kind)));
  const rows = items.map(item => {
    const row = make("tr");
    const name = make("td", String(item.key ?? item.id ?? dash), "text name");
    name.title = name.textContent;
    row.append(name, ...columns.map(([, path, write, kind]) => {
      const value = at(item, path);
      return make("td", write(value), kind && known(value) ? kind + " " + String(value).replace(/[^a-z_]/g, "") : kind);
    }));
    return row;
  });
  if (rows.length === 0) {
    const cell = make("td", nothing, "empty");
    cell.colSpan = columns.length + 1;
    rows.push(make("tr"));
    rows[0].append(cell);
  }
  const header = make("thead");
  header.append(head);
  const body = make("tbody");
  body.append(...rows);
  table.replaceChildren(header, body);
}

let chosen = "all";
let asking = null;

async function ask(path) {
  const response = await fetch("api/v1/" + path, { signal: asking.signal });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail || response.statusText);
  return answer;
}

async function refresh() {
  if (asking) asking.abort();
  const mine = asking = new AbortController();
  const query = "metrics?window=" + chosen;
  try {
    const [agents, executions] = await Promise.all([ask(query + "&group_by=agent"), ask("executions?limit=50")]);
    if (mine !== asking) return;
    showList(byId("totals"), totalsShown, agents.totals);
    showList(byId("figures"), figuresShown, agents.totals);
    const busiest = agents.groups.sort((left, right) => right.events - left.events).slice(0, 100);
    showTable(byId("agents"), "Agent", busiest, groupColumns, "no agents in this time");
    const text = value => known(value) ? String(value) : dash;
    showTable(byId("executions"), "Execution", executions.items,
      [["State", "state", text, "text"], ...groupColumns.slice(0, 4), ["Last", "last_time", clock]], "no executions yet");
    byId("problem").hidden = true;
  } catch (problem) {
    if (problem.name === "AbortError" || mine !== asking) return;
    byId("problem").textContent = "The figures cannot be read: " + problem.message;
    byId("problem").hidden = false;
  }
}

for (const button of byId("windows").children) {
  button.addEventListener("click", () => {
    chosen = button.dataset.window;
    for (const other of byId("windows").children) other.setAttribute("aria-pressed", String(other === button));
    refresh();
  });
}

// The live feed. It goes on from the newest cursor when the connection comes back.
const severities = ["debug", "info", "warning", "error", "critical"];
const kept = [];
const mostKept = 1000;
const mostShown = 200;
let cursor = null;
let paused = false;
let missed = 0;
let wait = 500;
let drawn = true;

function tell(text, kind) {
  byId("state").textContent = text;
  byId("state").className = "state " + kind;
}

function connect() {
  const socket = new WebSocket(new URL("./", location.href).href.replace(/^http/, "ws"), "eventail.v1");
  socket.addEventListener("open", () => {
    wait = 500;
    tell("live", "live");
    const wish = { type: "subscribe", id: "page", all: true, onSlow: "latest" };
    if (cursor) wish.since = cursor; else wish.last = 50;
    socket.send(JSON.stringify(wish));
  });
  socket.addEventListener("message", message => {
    const told = JSON.parse(message.data);
    if (told.cursor) cursor = told.cursor;
    if (told.type === "event") {
      kept.push({ roles: told.roles, line: JSON.stringify(told.event) });
      if (kept.length > mostKept * 1.5) kept.splice(0, kept.length - mostKept);
    } else if (told.type === "dropped") {
      missed += told.count;
    } else if (told.type === "reset") {
      cursor = told.head;
    }
    drawn = false;
  });
  socket.addEventListener("close", () => {
    tell("connection lost; trying again", "lost");
    setTimeout(connect, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, 15000);
  });
}

function draw() {
  requestAnimationFrame(draw);
  if (drawn || paused) return;
  drawn = true;
  const words = byId("filter").value.toLowerCase().split(" ").filter(word => word !== "");
  const least = severities.indexOf(byId("severity").value);
  const rows = [];
  for (let index = kept.length - 1; index >= 0 && rows.length < mostShown; index--) {
    const { roles, line } = kept[index];
    if (severities.indexOf(roles.severity) < least) continue;
    const text = line.toLowerCase();
    if (!words.every(word => text.includes(word))) continue;
    kept[index].row ??= feedRow(roles, line);
    rows.push(kept[index].row);
  }
  if (rows.length === 0) {
    const row = make("tr");
    row.append(make("td", "waiting for events", "empty"));
    rows.push(row);
  }
  byId("feed").replaceChildren(...rows);
  byId("count").textContent = missed > 0 ? number(missed) + " events not shown: they came faster than this page takes them" : "";
}

function feedRow(roles, line) {
  const row = make("tr");
  const outcome = roles.status ?? roles.severity;
  row.append(make("td", clock(roles.time), "quiet"), make("td", roles.agent ?? dash), make("td", roles.type),
    make("td", outcome, severities.includes(outcome) || /^[a-z]+$/.test(outcome) ? outcome : ""));
  const text = make("td", line, "line");
  text.addEventListener("click", () => row.classList.toggle("open"));
  row.append(text);
  return row;
}

byId("pause").addEventListener("click", () => {
  paused = !paused;
  byId("pause").textContent = paused ? "Go on" : "Pause";
  byId("pause").setAttribute("aria-pressed", String(paused));
});
byId("filter").addEventListener("input", () => { drawn = false; });
byId("severity").addEventListener("change", () => { drawn = false; });

refresh();
setInterval(() => { if (!document.hidden) refresh(); }, 5000);
connect();
draw();
