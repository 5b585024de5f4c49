"""huey: a queue of tasks on SQLite, which keeps no history and replays nothing."""

from __future__ import annotations

from pathlib import Path

from _sides import Found, Timed


def tasks(count: int, folder: Path) -> Found:
    """Enqueue, hand out, do and keep the result of one task after another, commits synced."""
    from huey import SqliteHuey

    huey = SqliteHuey(filename=f"{folder}/huey.db", fsync=True)

    @huey.task()
    def charge(number: int) -> int:
        return number

    with Timed() as timed:
        for number in range(count):
            result = charge(number)
            huey.execute(huey.dequeue())
            assert result.get(preserve=True) == number
    return timed.each(count)
