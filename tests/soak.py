"""Work for a long time, and see that nothing grows: memory, descriptors, the write-ahead log.

A server on a file, durable in full, is driven over HTTP by a decider and a worker of this process;
a number of workflows is always in flight, and another is started as one ends. Again and again it is
noted what both processes hold. After a while of warming up the second half of the notes must not be
above the first by more than a little.

    python -m soak [--minutes 30]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import attrs
from embedded import server_process

import swf
from swf.exceptions import SWFError
from swf.flow import Decider, Worker, Workflow, activity, start
from swf.transport import Transport

DOMAIN = "soak"
IN_FLIGHT = 16
STEPS = 5
NOTES = 200
"""How often it is noted what is held."""
WARMING = 0.3
"""The share of the time after which everything has been done often enough to be at its size."""
END_SECONDS = 60

SLACK = {"server memory": 8 << 20, "our memory": 12 << 20, "server files": 4, "our files": 4}
GROWTH = 1.1
MOST_LOG = 32 << 20
"""What the write-ahead log may be at any moment."""


@activity.with_attributes(task_list="soak", start_to_close_timeout=60)
def increment(value: int) -> int:
    """Return one more."""
    return value + 1


class Increments(Workflow):
    """Increments some times, one after the other."""

    name = "Increments"
    version = "1"
    task_list = "soak"

    def run(self, value: int) -> int:
        """Return what it has come to."""
        for _ in range(STEPS):
            value = self.submit(increment, value).result
        return value


@attrs.frozen
class Note:
    """What is held at a moment: bytes, and numbers of files."""

    server_memory: int
    server_files: int
    our_memory: int
    our_files: int
    log: int


def held(process: int | str) -> tuple[int, int]:
    """Return the resident bytes of a process and how many files it has open."""
    told = Path(f"/proc/{process}/status").read_text()
    resident = int(told.split("VmRSS:")[1].split()[0]) * 1024
    return resident, len(list(Path(f"/proc/{process}/fd").iterdir()))


def grown(notes: Sequence[Note]) -> list[str]:
    """Return a sentence for each thing that is held more of at the end than before."""
    steady = notes[int(len(notes) * WARMING) :]
    half = len(steady) // 2
    found = []
    for name, slack in SLACK.items():
        values = [getattr(note, name.replace(" ", "_")) for note in steady]
        before, after = statistics.median(values[:half]), statistics.median(values[half:])
        if after > before * GROWTH + slack:
            found.append(f"{name}: {before:,.0f} grew to {after:,.0f}")
    longest = max(note.log for note in notes)
    if longest > MOST_LOG:
        found.append(f"write-ahead log: {longest:,} bytes, at most {MOST_LOG:,}")
    return found


class Crew:
    """A decider and a worker at work, which always have as many workflows in flight."""

    def __init__(self, connection: Transport) -> None:
        self.ended = 0
        self.failures: list[str] = []
        self._connection = connection
        self._closed = threading.Semaphore(0)
        self._stopping = threading.Event()
        crew = self

        class Telling(Decider):
            """A decider that tells at once what it has closed."""

            def on_closed(self, *_: str) -> None:
                crew._closed.release()

        self._decider = Telling([Increments], domain=DOMAIN, connection=connection)
        self._worker = Worker([increment], domain=DOMAIN, connection=connection)
        self._starter = threading.Thread(target=self._start_them)

    def __enter__(self) -> Self:
        self._decider.start(threads=2, block=False)
        self._worker.start(threads=4, block=False)
        self._starter.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._closed.release()
        self._starter.join(END_SECONDS)
        for actor in (self._decider, self._worker):
            actor.stop()
        for actor in (self._decider, self._worker):
            actor.join()
        self._decider.close()

    def _start_them(self) -> None:
        begun = 0
        try:
            while not self._stopping.is_set():
                if begun >= IN_FLIGHT:
                    self._closed.acquire()
                    self.ended += 1
                workflow_id = f"soak-{begun}"
                start(
                    Increments,
                    begun,
                    workflow_id=workflow_id,
                    domain=DOMAIN,
                    connection=self._connection,
                )
                begun += 1
        except SWFError as error:
            self.failures.append(f"starting the workflow {begun} failed: {error}")


def soaked(seconds: float, folder: Path) -> tuple[list[Note], int, list[str]]:
    """Work for so long; return what was held when, how many workflows ended, and what failed."""
    path = folder / "soak.db"
    log = path.with_name("soak.db-wal")
    notes: list[Note] = []
    with server_process("--db", str(path), "--port", "0", "--poll-seconds", "2") as server:
        connection = swf.connect(server.url)
        with Crew(connection) as crew:
            for _ in range(NOTES):
                time.sleep(seconds / NOTES)
                size = log.stat().st_size if log.exists() else 0
                notes.append(Note(*held(server.process.pid), *held("self"), size))
        connection.close()
    return notes, crew.ended, crew.failures


def main(arguments: Sequence[str] | None = None) -> int:
    """Soak, and tell what was held; the status is 1 where something grew or failed."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="swf-soak-") as folder:
        notes, ended, failures = soaked(given.minutes * 60, Path(folder))
    for told in (notes[int(len(notes) * WARMING)], notes[-1]):
        print(told)
    wrong = [*grown(notes), *failures]
    print(f"{ended} workflows ended in {given.minutes:g} minutes; {len(wrong)} things wrong")
    for one in wrong:
        print(f"  {one}")
    return int(bool(wrong) or not ended)


if __name__ == "__main__":
    sys.exit(main())
