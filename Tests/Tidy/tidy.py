#!/usr/bin/env python3
"""Rules about the code itself that a machine can check: see Sources/README.md, "House rules"."""
import pathlib, re, subprocess, sys

root = pathlib.Path(__file__).resolve().parents[2]
problems = []


def problem(path, line, text):
    problems.append(f"{path.relative_to(root)}:{line}: {text}")


LONGEST = 500
C_OWNERS = {"CLinux": "EventailSystem", "CResources": "EventailSystem", "CSimdJSON": "EventailJSON", "CPCRE2": "EventailJSON",
            "CYAML": "EventailEvents", "CInotifyTools": "EventailTail", "CSQLite": "EventailStore", "CZstd": "EventailCompression", "CZlib": "EventailCompression",
            "CHTTPParser": "EventailServer", "CWslay": "EventailServer", "COpenSSL": "EventailTLS", "CHiredis": "EventailRedis",
            "CRdKafka": "EventailKafka"}
BANNED_TYPE = re.compile(r"^\s*(?:public |final |indirect )*(?:struct|class|enum|protocol|actor) (\w*(?:Manager|Helper|Util|Utils|Info|Impl|Processor))\b")
MARKS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
QUIET = re.compile(r"\btry\?|\btry!|catch\s*\{\s*\}|\b(?:u|nano)?sleep\(|Thread\.sleep")

for path in sorted((root / "Sources").rglob("*.swift")) + sorted((root / "Tests").rglob("*.swift")):
    lines = path.read_text().split("\n")
    if len(lines) > LONGEST and "Generated" not in path.parts: problem(path, len(lines), f"longer than {LONGEST} lines")
    in_sources = path.is_relative_to(root / "Sources")
    module = path.relative_to(root / "Sources").parts[0] if in_sources else None
    for number, line in enumerate(lines, 1):
        code = line.split("//")[0]
        if MARKS.search(line): problem(path, number, "an unfinished mark")
        if QUIET.search(code): problem(path, number, "a swallowed error or a sleep")
        if not in_sources: continue
        if re.match(r"\s*(?:public |internal )?import Foundation", code): problem(path, number, "no Foundation in the product")
        imported = re.match(r"\s*(?:public |internal |private )?import (C[A-Z]\w+)", code)
        if imported and C_OWNERS.get(imported.group(1)) != module: problem(path, number, f"{imported.group(1)} belongs to {C_OWNERS.get(imported.group(1))}")
        if BANNED_TYPE.match(code): problem(path, number, "a name that says nothing (Manager, Helper, Util, Info, Impl, Processor)")
        if "@unchecked Sendable" in code:
            around = lines[max(0, number - 3):number + 3]
            if not any("@unchecked:" in near for near in around): problem(path, number, "@unchecked Sendable without a reason (`// @unchecked: ...`)")

# No circle between the modules' folders: an arrow may only point up the list of Package.swift.
order = re.findall(r'^        swift\("(\w+)"', (root / "Package.swift").read_text(), re.M) + ["eventail"]
for path in (root / "Sources").rglob("*.swift"):
    module = path.relative_to(root / "Sources").parts[0]
    for name in re.findall(r"import (Eventail\w+)", path.read_text()):
        if name in order and module in order and order.index(name) >= order.index(module): problem(path, 1, f"imports {name}, which stands below it")

tracked = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split()
top = {name.split("/")[0] for name in tracked}
for name in sorted(top - {"Package.swift", "Sources", "Tests", "Deploy", "Config", "README.md"}):
    if not name.startswith("."): problems.append(f"{name}: not one of the agreed names at the top level")
for folder in ("Sources", "Tests", "Deploy", "Config"):
    if not (root / folder / "README.md").exists(): problems.append(f"{folder}: has no README.md")

print("\n".join(problems) or "tidy")
sys.exit(1 if problems else 0)
