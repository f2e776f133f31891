"""A writer that appends numbered lines to rotated files whatever happens to their reader, in a process of its own."""
import multiprocessing
from _eventail import *

FILES, ROTATE_EVERY = 4, 6_000


def line_of(file, number):
    return json.dumps({"event_type": "agent_completed", "timestamp": 1760000000.0 + number / 1000, "payload": {
        "agent": ["scribe", "critic", "runner"][number % 3], "task_id": f"t{file}_{number // 50}", "status": "success" if number % 7 else "failed",
        "duration_ms": number % 900, "cost_usd": (number % 100) / 1000, "n": number}}).encode() + b"\n"


class Writer:
    """Writes from its making on; `stop` answers how many lines each file got."""

    def __init__(self, place, rate):
        self.stopping, self.counts = multiprocessing.Event(), multiprocessing.Queue()
        self.process = multiprocessing.Process(target=self.write, args=(place, rate), daemon=True)
        self.process.start()

    def stop(self):
        self.stopping.set()
        numbers = self.counts.get()
        self.process.join()
        return numbers

    def write(self, place, rate):
        """Rotates by rename; half of the writes end inside a line."""
        outputs = [open(place / f"agent-{file}.jsonl", "ab", buffering=0) for file in range(FILES)]
        numbers, rests, rotations = [0] * FILES, [b""] * FILES, 0
        began, written = time.monotonic(), 0
        while not self.stopping.is_set():
            due = int((time.monotonic() - began) * rate) - written
            if due < 40:
                self.stopping.wait(0.002)
                continue
            for file in range(FILES):
                lines = b"".join(line_of(file, numbers[file] + step) for step in range(due // FILES))
                numbers[file] += due // FILES
                whole = rests[file] + lines
                cut = len(whole) - (len(whole) % 97 if numbers[file] % 2 else 0)
                outputs[file].write(whole[:cut])
                rests[file] = whole[cut:]
                if numbers[file] // ROTATE_EVERY > (numbers[file] - due // FILES) // ROTATE_EVERY:
                    outputs[file].write(rests[file])
                    rests[file] = b""
                    outputs[file].close()
                    rotations += 1
                    os.rename(place / f"agent-{file}.jsonl", place / f"agent-{file}.jsonl.{rotations}")
                    outputs[file] = open(place / f"agent-{file}.jsonl", "ab", buffering=0)
            written += due // FILES * FILES
        for file in range(FILES): outputs[file].write(rests[file])
        self.counts.put(numbers)
