"""A database of this version, with something of every kind in it, to be opened by later ones.

    python -m stored_file FOLDER

makes `vN.db.gz` and `vN.json`, N being the newest format: the file, and what must be read from it.
Once a format is landed its file is not made again.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from embedded_harness import Service, child, complete, marker, schedule, timer

from swf.engine.store.migration import newest

FOLDER = Path(__file__).parent / "engine" / "store" / "files"


def told(service: Service) -> list[dict[str, Any]]:
    """Return every execution, as it is described, with its history."""
    return [{"description": run.describe(), "events": run.raw()} for run in service.runs()]


def furnished(service: Service) -> None:
    """Have executions that are closed, that wait for each kind of thing, and that are at work."""
    closed = service.start("closed", taskList={"name": "closed"})
    closed.decide(marker(details="half way"), schedule("a"), task_list="closed")
    service.work(result="done")
    closed.decide(complete(result="ünïcode ☃"), task_list="closed")
    waiting = service.start("waiting", taskList={"name": "waiting"}, tagList=["gold"])
    waiting.decide(
        schedule("later"),
        timer("t", 600),
        child("kid", taskList={"name": "kids"}),
        task_list="waiting",
    )
    waiting.signal("paid")
    working = service.start("working", taskList={"name": "working"})
    working.decide(schedule("begun", taskList={"name": "lathe"}), task_list="working")
    # Held by another process: what one in the engine's own holds ends with the engine.
    lathe = service.known(taskList={"name": "lathe"})
    assert service.begin("PollForActivityTask", inside=False, **lathe).wait()["taskToken"]
    service.start("untouched", taskList={"name": "untouched"})
    service.call(
        "TagResource",
        resourceArn=service.call("DescribeDomain", name="shop")["domainInfo"]["arn"],
        tags=[{"key": "team", "value": "checkout"}],
    )


def made(folder: Path) -> Path:
    """Make the file of the newest format, and what must be read from it."""
    version = newest()
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "engine.db"
        service = Service(f"sqlite:///{path}?poll_seconds=0")
        furnished(service)
        read = told(service)
        service.close()
        kept = folder / f"v{version}.db.gz"
        kept.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    text = json.dumps(read, indent=1, ensure_ascii=False, default=str)
    (folder / f"v{version}.json").write_text(f"{text}\n", encoding="utf-8")
    return kept


if __name__ == "__main__":
    print(made(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
