"""A workflow that fails until a file `mended` is there, for what repairs executions.

What it does is counted in files of the current folder.
"""

from __future__ import annotations

from pathlib import Path

from swf.flow import Workflow, activity


@activity
def count(name: str) -> str:
    with Path(name).open("a") as file:
        file.write(".")
    return name


@activity
def fail_once() -> None:
    if not Path("mended").exists():
        raise ValueError("not mended")


class Counts(Workflow):
    name = "counts"

    def run(self, *names: str) -> list[str]:
        for name in names:
            _ = self.submit(count, name).result
        _ = self.submit(fail_once).result
        return list(names)
