"""Cancel a workflow: what it has begun is canceled, what has to be cleaned up is cleaned up.

Prints `copying, copied 3 files, removed` and `CANCELED`.
"""

from __future__ import annotations

from typing import Any, Final

from swf.flow import Canceled, Workflow, activity
from swf.testing import flow

SEEN: Final[list[str]] = []


@activity
def copy(files: int) -> int:
    """Copy files until that is not wanted any more."""
    SEEN.append("copying")
    return files


@activity
def remove(what: str) -> None:
    """Remove what was copied."""
    SEEN.append(what)


class Copying(Workflow):
    """Copies, and takes back what it has done where somebody cancels it."""

    def run(self) -> Any:
        """Copy, then wait for the end of the month."""
        copied = self.submit(copy, 3).result
        try:
            self.sleep(30 * 86_400)
        except Canceled:
            SEEN.append(f"copied {copied} files")
            _ = self.submit(remove, "removed").result
            raise
        return copied


def main() -> None:
    """Start it, and cancel it after a day."""
    SEEN.clear()
    with flow() as stage:
        handle = stage.start(Copying)
        stage.at(86_400, handle.cancel)
        stage.clock.skip(2 * 86_400)
        print(", ".join(SEEN))
        print(handle.status)


if __name__ == "__main__":
    main()
