"""Pages in a browser: a list of 100,000 executions, the longest history there is, 5,000 bars.

The pages are asked for over HTTP, from an SWF in memory that holds 100,000 open executions, and
from one that holds a single execution of 25,000 events; told is the wall clock, from the request to
the whole page. Beside them boto3 asks for what the page is made of, to dictionaries: the first
hundred open and closed executions, and all pages of the history. A timeline is interactive once
Chromium has drawn it, and then the focus on its last bar; beside it stands a page that holds only
as many bars with a link and a title each.

Left out: filling the SWF. Without a Chromium the timeline is not measured.

    python bench/web_pages.py [--quick] [--json]
"""

from __future__ import annotations

import http.client
import os
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import _given as given
import _served
import _sides
from _sides import Bench, Found, median, row

EXECUTIONS = 100_000
EVENTS = 25_000
BARS = 5_000
ATTEMPTS = 5
"""Bars on each lane."""
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

LIST_MILLISECONDS = 150
HISTORY_MILLISECONDS = 400
MOST_KILOBYTES = 1_000
BARS_MILLISECONDS = 1_000

TIMES = 15
ROUNDS = 3

DRAWN = """async () => {
  const bars = document.querySelectorAll("svg a");
  bars[bars.length - 1].focus();
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  return [performance.now(), bars.length];
}"""


@contextmanager
def served(connection: Any) -> Iterator[str]:
    """Yield host and port at which the pages of a connection are."""
    from swf.server.listening import listen_safely
    from swf.server.serving import Served
    from swf.web import application

    listening = listen_safely("127.0.0.1", 0, keys=None)
    pages: Any = application(connection, token=None)
    with Served(pages, listening, request_seconds=60) as there:
        yield there.url.removeprefix("http://")


def page(address: str, path: str) -> tuple[float, int]:
    """Return how long a page takes, in seconds, and how many bytes it has."""
    client = http.client.HTTPConnection(address, timeout=60)
    began = perf_counter()
    client.request("GET", path)
    answer = client.getresponse()
    body = answer.read()
    took = perf_counter() - began
    client.close()
    if answer.status != http.HTTPStatus.OK:
        raise SystemExit(f"{path}: {answer.status}")
    return took, len(body)


def filled(count: int) -> Any:
    """Return an engine in memory with so many open executions."""
    from swf.engine import Engine

    engine = Engine.open("memory://full")
    given.register(engine.handle)
    for number in range(count):
        engine.handle("StartWorkflowExecution", given.started(f"order-{number}"))
    return engine


def listed(count: int, _folder: Path) -> Found:
    """Ask for the page that lists executions."""
    from swf.testing import connected

    with filled(count) as engine, served(connected(engine)) as address:
        asked = [page(address, f"/ui/{given.DOMAIN}/executions") for _ in range(TIMES)]
    return {
        "seconds": statistics.median(took for took, _ in asked[1:]),
        "first": asked[0][0],
        "kilobytes": asked[0][1] / 1_000,
    }


def listed_raw(count: int, _folder: Path) -> Found:
    """Have boto3 list what the page lists."""
    from swf import server

    since = {"domain": given.DOMAIN, "startTimeFilter": {"oldestDate": 0}, "maximumPageSize": 100}

    def ask(client: Any) -> None:
        client.list_open_workflow_executions(**since)
        client.list_closed_workflow_executions(**since)

    with filled(count) as engine, server.serve(engine) as there:
        return {"seconds": _timed(there.url, ask)}


def _timed(url: str, ask: Callable[[Any], None]) -> float:
    import boto3

    client = boto3.client(
        "swf",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
    took = []
    for _ in range(TIMES):
        began = perf_counter()
        ask(client)
        took.append(perf_counter() - began)
    return statistics.median(took[1:])


def recorded(raw: Any) -> Any:
    """Return an SWF that holds one execution of these events."""
    from swf.insight.recorded import Recorded
    from swf.models.history import History

    return Recorded(History.from_raw(raw), domain="d", workflow_id="w", run_id="r")


TABS = ("", "/timeline", "/history", "/history?view=full", "/history?view=json", "/pending")


def shown(count: int, _folder: Path) -> Found:
    """Ask for the pages about an execution of so many events: each first, and then again."""
    from compile_history import raw_events

    path = "/ui/d/executions/w/r"
    with served(recorded(raw_events(count))) as address:
        first = [page(address, path + tab) for tab in TABS]
        again = [page(address, path) for _ in range(TIMES)]
    return {
        "seconds": statistics.median(took for took, _ in again),
        "first": first[0][0],
        "slowest": max(took for took, _ in first[1:]),
        "kilobytes": max(size for _, size in first) / 1_000,
    }


def shown_raw(count: int, _folder: Path) -> Found:
    """Have boto3 read as many events, a thousand at a time."""
    from compile_history import raw_events

    events = list(raw_events(1_000))[:1_000]
    reply = {"events": events, "nextPageToken": "more"}
    execution = {"workflowId": "w", "runId": "r"}

    def ask(client: Any) -> None:
        for _ in range(count // len(events)):
            client.get_workflow_execution_history(domain="d", execution=execution)

    with _served.canned({"GetWorkflowExecutionHistory": reply}) as server:
        return {"seconds": _timed(server.url, ask)}


def attempts(bars: int) -> Any:
    """Return the events of activities that all were tried as often."""
    from swf.models import HistoryBuilder

    builder = HistoryBuilder(("order", "1"))
    names = [f"charge-{number}" for number in range(bars // ATTEMPTS)]
    for attempt in range(ATTEMPTS):
        builder.decision()
        for name in names:
            builder.activity_task_scheduled(name, ("charge", "1"))
        for name in names:
            builder.advance(0.5).activity_task_started(name)
            if attempt < ATTEMPTS - 1:
                builder.activity_task_failed(name, reason="the bank does not answer")
            else:
                builder.activity_task_completed(name)
    return builder.build().raws


def drawn(bars: int, _folder: Path) -> Found:
    """Have Chromium show the page of a timeline of so many bars."""
    with served(recorded(attempts(bars))) as address:
        return _in_chromium(f"http://{address}/ui/d/executions/w/r/timeline")


def drawn_plain(bars: int, folder: Path) -> Found:
    """Have Chromium show a page of nothing but as many bars."""
    lines = "".join(
        f'<a href="#{number}"><title>charge-{number}</title><rect x="{number % 1000}"'
        f' y="{22 * (number // ATTEMPTS)}" width="12" height="12"/></a>'
        for number in range(bars)
    )
    file = folder / "plain.html"
    high = 22 * bars // ATTEMPTS
    file.write_text(f'<!doctype html><svg width="1200" height="{high}">{lines}</svg>')
    return _in_chromium(file.resolve().as_uri())


def _in_chromium(url: str) -> Found:
    from playwright.sync_api import sync_playwright

    flags = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        sheet = browser.new_page(viewport={"width": 1280, "height": 900})
        sheet.goto(url)  # once before: the server has the history, the browser its files
        sheet.goto("about:blank")
        sheet.goto(url)
        took, count = sheet.evaluate(DRAWN)
        browser.close()
    return {"seconds": took / 1_000, "bars": count}


SIDES = {
    "listed": listed,
    "listed_raw": listed_raw,
    "shown": shown,
    "shown_raw": shown_raw,
    "drawn": drawn,
    "drawn_plain": drawn_plain,
}


def rows(bench: Bench) -> list[dict[str, Any]]:
    """Return how long pages take, and how large they are."""
    counts = {"listed": EXECUTIONS, "listed_raw": EXECUTIONS, "shown": EVENTS, "shown_raw": EVENTS}
    if CHROMIUM is not None:
        counts |= {"drawn": BARS, "drawn_plain": BARS}
    found = bench.rounds(counts, ROUNDS)

    def compared(what: str, ours: str, theirs: str, name: str, most: float) -> dict[str, Any]:
        took, taken = median(found[ours]), median(found[theirs])
        return row(
            what,
            1_000 * took,
            "ms",
            peer=1_000 * taken,
            peer_name=name,
            ratio=_sides.ratio(found[ours], found[theirs]),
            target=f"<= {most:,.0f} ms",
            reached=1_000 * took <= most,
        )

    shown = found["shown"]
    first, size = 1_000 * median(shown, "first"), median(shown, "kilobytes")
    told = [
        compared(
            f"a page of {EXECUTIONS:,} open executions",
            "listed",
            "listed_raw",
            "boto3, listing",
            LIST_MILLISECONDS,
        ),
        compared(
            f"the page of an execution of {EVENTS:,} events",
            "shown",
            "shown_raw",
            "boto3, reading the events",
            HISTORY_MILLISECONDS,
        ),
        row("  its first time, with the events read", first, "ms"),
        row(
            "  the slowest of its other pages, the first time",
            1_000 * median(shown, "slowest"),
            "ms",
        ),
        row(
            "  the largest of its pages",
            size,
            "kB",
            target=f"<= {MOST_KILOBYTES:,} kB",
            reached=size <= MOST_KILOBYTES,
        ),
    ]
    if CHROMIUM is not None:
        links = median(found["drawn"], "bars")
        what = f"a timeline of {BARS:,} bars, interactive in Chromium; {links:,.0f} links on a page"
        told.append(compared(what, "drawn", "drawn_plain", "plain markup", BARS_MILLISECONDS))
    return told


if __name__ == "__main__":
    sys.exit(_sides.main(__doc__ or "", __file__, SIDES, rows))
