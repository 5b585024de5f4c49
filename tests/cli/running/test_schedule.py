"""`swf schedule`: workflows that are started by cron."""

from __future__ import annotations

import doctest
import json
import re
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from cli_scene import Scene
from scheduled_jobs import Job, took
from terminals import ROOT, terminal, typed

import swf
from swf import schedules
from swf.cli.running.schedule import rows
from swf.flow import Decider, Workflow
from swf.flow.registering import Registrar
from swf.models import Domain

PAGE = ROOT / "docs" / "howto" / "schedules.md"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
DAY = 86_400
WORDS = ("--cron", "@hourly", "--workflow", "job")


class Report(Workflow):
    """What the guide has started."""

    name = "report"
    version = "1"
    task_list = "reports"

    def run(self, city: str) -> str:
        return f"all is well in {city}"


class Served:
    """The scene, with somebody who serves schedules and decides for what they start."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.serving = schedules.serving(domain=scene.domain, connection=scene.connection)
        self.deciders = [
            self.serving.decider,
            *(
                Decider(one, domain=scene.domain, connection=scene.connection)
                for one in (Job, Report)
            ),
        ]
        Registrar(self.deciders[0]).workflows([Job, Report])

    def work(self) -> None:
        while sum(took(one) for one in self.deciders):
            pass

    def skip(self, seconds: int, step: int) -> None:
        for _ in range(seconds // step):
            self.scene.clock.advance(step)
            self.work()

    def close(self) -> None:
        for one in self.deciders:
            one.close()


@pytest.fixture
def served(scene: Scene) -> Iterator[Served]:
    """Who serves schedules, by hand."""
    made = Served(scene)
    yield made
    made.close()


def told(*words: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(typed("schedule", *words, "-o", "json").stdout)
    return found


def steps(page: str) -> Iterator[tuple[str, str]]:
    """Yield the commands of the page with what they print, and what happens between them."""
    for between, block in re.findall(
        r"^% (\w+)$|```console\n(.*?)```", page, re.DOTALL | re.MULTILINE
    ):
        if between:
            yield between, ""
        for one in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = one.partition("\n")
            yield command, printed


def test_a_list_has_no_schedule_that_is_gone(served: Served) -> None:
    """One that is deleted while it is listed, or that SWF lists for a while still, is left out."""
    for name in ("stays", "goes"):
        typed("schedule", "create", name, *WORDS)
    listed = list(schedules.all(served.scene.domain))
    assert len(listed) == 2

    typed("schedule", "delete", "goes")

    assert [one["name"] for one in rows(listed)] == ["stays"]


def test_a_schedule_in_utc_is_updated(served: Served) -> None:
    """What a schedule says by default need not be said again to change something else."""
    typed("schedule", "create", "s", *WORDS)

    ran = typed("schedule", "update", "s", "--cron", "@daily")
    served.work()

    assert ran.exit_code == 0, ran.output
    assert told("describe", "s")["cron"] == ["@daily"]


def test_the_guide_shows_what_is_printed(served: Served) -> None:
    """Each command of the guide prints, word for word, what stands below it there."""
    happens = {"report": served.work, "night": lambda: served.skip(2 * DAY, 1800)}
    checker, count = doctest.OutputChecker(), 0

    for command, expected in steps(PAGE.read_text(encoding="utf-8")):
        if command in happens:
            happens[command]()
            continue
        printed = click.unstyle(typed(*shlex.split(command)[1:]).output)
        served.work()
        assert checker.check_output(expected, printed, FLAGS), f"$ {command}\n{printed}"
        count += 1
    assert count == 10


def test_what_is_said_is_what_is_scheduled(served: Served) -> None:
    """Each option of `create` says a field of the schedule; `update` changes what it names."""
    given = [
        *("--cron", "0 3 * * *", "--cron", "@hourly", "--tz", "Asia/Tokyo", "--workflow", "job:1"),
        *("--input", "[5]", "--overlap", "buffer_one", "--catch-up", "60", "--tag", "a"),
        *("--start", "2015-01-01T00:00:00Z", "--end", "2016-01-01T00:00:00Z", "--tag", "b"),
        *("--workflow-id", "{due}", "--task-list", "others", "--task-priority", "3"),
        *("--execution-timeout", "60", "--task-timeout", "10", "--child-policy", "ABANDON"),
        *("--paused", "--note", "not yet"),
    ]
    assert typed("schedule", "create", "s", *given).exit_code == 0
    served.work()
    said = {
        "cron": ["0 3 * * *", "@hourly"],
        "timezone": "Asia/Tokyo",
        "workflow": "job:1",
        "input": '{"args":[5],"kwargs":{}}',
        "overlap": "buffer_one",
        "catch_up_seconds": 60,
        "tag_list": ["a", "b"],
        "task_list": "others",
        "task_priority": 3,
        "execution_start_to_close_timeout": "60",
        "task_start_to_close_timeout": "10",
        "child_policy": "ABANDON",
        "paused": True,
        "note": "not yet",
        "start": "2015-01-01T00:00:00+00:00",
        "end": "2016-01-01T00:00:00+00:00",
        "workflow_id": "{due}",
    }
    shown = told("describe", "s")
    assert {name: shown.get(name) for name in said} == said

    assert typed("schedule", "update", "s", "--tz", "UTC").exit_code == 0
    served.work()
    shown = told("describe", "s")
    assert {name: shown.get(name) for name in said} == {**said, "timezone": "UTC"}


def test_a_schedule_is_listed_with_its_state(served: Served) -> None:
    """A list tells of a schedule whether it is served, paused, or active, and when it is due."""
    assert typed("schedule", "create", "s", *WORDS).exit_code == 0
    assert "not served" in typed("schedule", "list").stdout
    served.work()
    assert "active  2015-08-05 00:00:00Z" in typed("schedule", "list", "-o", "wide").stdout
    typed("schedule", "pause", "s")
    typed("schedule", "create", "t", *WORDS)
    served.work()
    listed = typed("schedule", "list", "--limit", "1")
    assert listed.stderr == "Note: there are more; --limit 10 shows more\n"
    assert sorted(typed("schedule", "list", "-o", "id").stdout.split()) == ["s", "t"]
    states = json.loads(typed("schedule", "list", "-o", "json").stdout)
    assert {one["name"]: one["state"] for one in states} == {"s": "paused", "t": "active"}


def test_what_goes_wrong_is_shown(served: Served) -> None:
    """A description tells what runs and waits, and why a run or a change was not made."""
    words = [*WORDS, "--overlap", "buffer_one", "--input", "[9000]"]
    typed("schedule", "create", "s", *words)
    served.work()
    served.skip(3 * 3600, 60)
    schedules.get("s", domain=served.scene.domain)._change("stop")
    served.work()
    shown = typed("schedule", "describe", "s").stdout

    assert re.search(r"^running +s-20150805T000000Z$", shown, re.MULTILINE)
    assert re.search(r"^waiting +2015-08-05 01:00:00Z$", shown, re.MULTILINE)
    assert re.search(r"^skipped +1$", shown, re.MULTILINE)
    assert re.search(r"^refused +no change 'stop'; ", shown, re.MULTILINE)
    typed("schedule", "create", "t", "--cron", "@hourly", "--workflow", "basic", "--tag", "x")
    typed("workflow-type", "deprecate", "basic")
    served.work()
    served.skip(3600, 60)
    shown = typed("schedule", "describe", "t").stdout
    assert "NOT_STARTED: WORKFLOW_TYPE_DEPRECATED" in shown
    assert re.search(r"^tag_list +x$", shown, re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("describe", "nihgtly"), 10, "no schedule 'nihgtly' in domain 'TestDomain' (did you"),
        (("delete", "x"), 10, "`swf schedule list` shows those there are"),
        (("pause", "x"), 10, "no schedule 'x'"),
        (("create", "nightly", *WORDS), 11, "update it, or delete it first"),
        (("create", "x", "--cron", "@hourly"), 2, "--workflow: must be said"),
        (("create", "x", "--workflow", "job"), 2, "--cron: must be said"),
        (("create", "x", "--cron", "? * *", "--workflow", "job"), 2, "has not five fields"),
        (("create", "x", "--cron", "@daily", "--workflow", "jbo"), 2, "did you mean 'job'?"),
        (("create", "x", *WORDS, "--input", "nonsense"), 2, "not JSON"),
        (("update", "nightly"), 2, "nothing to change was said"),
        (("update", "nightly", "--tz", "Mars"), 2, "there is no 'Mars'"),
        (("preview", "61 * * * *"), 2, "Bad minute"),
        (("preview", "@daily", "--after", "now"), 2, "is no time"),
        (("lst",), 2, "(did you mean 'list'?)"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    served: Served, words: tuple[str, ...], code: int, says: str
) -> None:
    """Errors are one line with the way out, and their exit codes those of other commands."""
    typed("schedule", "create", "nightly", *WORDS)
    found = typed("schedule", *words)

    assert (found.exit_code, found.stdout) == (code, "")
    assert found.stderr.count("\n") == 1
    assert says in found.stderr


def test_a_time_without_a_zone_is_one_of_the_schedules(served: Served) -> None:
    """A date or a time that is typed without a zone is meant where the schedule is."""
    berlin = ("--tz", "Europe/Berlin")
    shown = typed("schedule", "preview", "30 2 * * *", *berlin, "--after", "2027-03-27", "-n", "3")
    assert [line.split("  ")[1] for line in shown.stdout.splitlines()[1:]] == [
        "2027-03-27 02:30:00+01:00",
        "2027-03-28 03:00:00+02:00",
        "2027-03-29 02:30:00+02:00",
    ]
    typed("schedule", "create", "s", *WORDS, *berlin, "--start", "2027-01-01")
    spec = schedules.get("s", domain=served.scene.domain).describe().spec
    assert str(spec.start) == "2026-12-31 23:00:00+00:00"
    served.work()
    assert typed("schedule", "update", "s", "--end", "2027-07-01T12:00").exit_code == 0
    served.work()
    spec = schedules.get("s", domain=served.scene.domain).describe().spec
    assert str(spec.end) == "2027-07-01 10:00:00+00:00"


def test_a_preview_of_intervals_is_what_a_schedule_does() -> None:
    """Intervals are counted as a schedule counts them, not from the time that is looked from."""
    words = ("@every 15m", "--after", "2027-01-01T00:07", "-n", "1", "-o", "id")
    assert typed("schedule", "preview", *words).stdout == "2027-01-01 00:15:00Z\n"


def test_a_schedule_that_is_served_no_more_is_listed_so(served: Served) -> None:
    """Where a due time went by and nothing was done, nobody serves the schedule any more."""
    typed("schedule", "create", "s", *WORDS)
    served.work()
    assert typed("schedule", "list", "--query", "[].state", "-o", "csv").stdout == "active\n"
    served.scene.clock.advance(2 * 3600)
    assert typed("schedule", "list", "--query", "[].state", "-o", "csv").stdout == "not served\n"


def test_a_preview_asks_no_swf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Due times are shown without endpoint or domain; ten from now on where nothing is said."""
    monkeypatch.setenv("SWF_ENDPOINT_URL", "http://127.0.0.1:1")

    assert len(typed("schedule", "preview", "@hourly", "-o", "id").stdout.split("\n")) == 11


def test_it_is_served_from_a_terminal(folder: Path, swf_url: str) -> None:
    """`serve` says what it polls, has runs started, and ends well when it is told to."""
    where = ("--endpoint-url", swf_url, "-d", "shop")
    domain = Domain("shop", connection=swf.connect(swf_url))
    domain.save()
    jobs = Decider(Job, domain=domain, connection=domain.connection)
    Registrar(jobs).workflows([Job])
    jobs.close()
    with terminal("schedule", "serve", *where, cwd=folder) as server:
        server.await_text("decider: polls task list 'swf.schedules' of domain 'shop' for ")
        spec = schedules.ScheduleSpec(cron="@every 1s", workflow=Job, overlap="buffer_all")
        schedules.create("s", spec, domain=domain)
        typed("schedule", "trigger", "s", *where)
        server.await_text("task answered")

        assert server.interrupt(signal.SIGTERM) == 0
    assert "Traceback" not in server.text


def test_a_schedule_that_nobody_serves_is_found(served: Served) -> None:
    """The doctor finds schedules that nobody serves, and says what to type."""
    typed("schedule", "create", "s", *WORDS)
    served.scene.clock.advance(60)
    found = typed("doctor")

    assert "task list 'swf.schedules'" in found.output
    assert "swf schedule serve -d TestDomain" in found.output
