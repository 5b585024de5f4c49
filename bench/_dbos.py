"""DBOS on SQLite: the same work as durable steps of its workflows."""

from __future__ import annotations

import random
import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from _sides import Found, Timed


@contextmanager
def launched(folder: Path, *, wal: bool) -> Iterator[type]:
    """Yield DBOS, on a file of its own; SQLite keeps it in WAL mode where that was set before."""
    from dbos import DBOS

    path = folder / "dbos.db"
    if wal:
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
    DBOS(
        config={
            "name": "bench",
            "system_database_url": f"sqlite:///{path}",
            "run_admin_server": False,
            "log_level": "ERROR",
        }
    )
    yield DBOS
    DBOS.destroy()


def steps(count: int, folder: Path, *, wal: bool) -> Found:
    """Take steps one after another in one workflow."""
    with launched(folder, wal=wal) as dbos:
        charge = dbos.step()(_charge)

        @dbos.workflow()
        def orders(many: int) -> float:
            with Timed() as timed:
                for number in range(many):
                    charge(number)
            return timed.each(many)

        dbos.launch()
        orders(20)
        return orders(count)


def workflows(count: int, folder: Path, *, wal: bool) -> Found:
    """Start and finish one-step workflows one after another."""
    with launched(folder, wal=wal) as dbos:
        charge = dbos.step()(_charge)

        @dbos.workflow()
        def order(number: int) -> int:
            return charge(number)

        dbos.launch()
        for number in range(10):
            order(number)
        with Timed() as timed:
            for number in range(count):
                order(number)
        return timed.each(count)


def in_flight(count: int, folder: Path, *, wal: bool, workflows: int) -> Found:
    """Take steps in so many workflows at the same time."""
    with launched(folder, wal=wal) as dbos:
        charge = dbos.step()(_charge)

        @dbos.workflow()
        def orders(many: int) -> int:
            return sum(charge(number) for number in range(many))

        dbos.launch()
        orders(5)
        many = count // workflows
        with Timed() as timed:
            handles = [dbos.start_workflow(orders, many) for _ in range(workflows)]
            for handle in handles:
                handle.get_result()
        return timed.each(many * workflows)


def workflows_in_flight(count: int, folder: Path, *, wal: bool, workflows: int) -> Found:
    """Start and finish one-step workflows, so many of them at the same time."""
    with launched(folder, wal=wal) as dbos:
        charge = dbos.step()(_charge)

        @dbos.workflow()
        def order(number: int) -> int:
            return charge(number)

        dbos.launch()
        order(0)
        handles: deque[Any] = deque()
        with Timed() as timed:
            for number in range(count):
                if len(handles) == workflows:
                    handles.popleft().get_result()
                handles.append(dbos.start_workflow(order, number))
            for handle in handles:
                handle.get_result()
        return timed.each(count)


def handover(count: int, folder: Path) -> Found:
    """Enqueue a workflow and wait until it runs, with DBOS as it is shipped."""
    with launched(folder, wal=False) as dbos:
        got: list[float] = []

        @dbos.workflow()
        def order() -> None:
            got.append(time.perf_counter())

        dbos.launch()
        dbos.register_queue("orders")
        dbos.enqueue_workflow("orders", order).get_result()
        got.clear()
        taken = []
        chance = random.Random(1)
        for _ in range(count):
            time.sleep(chance.random())  # at any moment of its polls
            began = time.perf_counter()
            dbos.enqueue_workflow("orders", order).get_result()
            taken.append(got.pop() - began)
        return {"taken": taken}


def _charge(number: int) -> int:
    return number
