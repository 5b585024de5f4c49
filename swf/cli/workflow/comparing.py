"""`swf workflow diff`: two executions side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

import attrs
import click

from swf.cli import executions, options, output
from swf.cli.asked import Asked
from swf.cli.failing import NOT_FOUND, Failure
from swf.cli.names import Verb
from swf.cli.output import Columns
from swf.exceptions import ValidationError
from swf.flow.progress import CAUSES, NAMES
from swf.flow.replay.matching import attributes_of
from swf.flow.submitting import family_of
from swf.insight.tasks import Task, tasks_of
from swf.models import History
from swf.wire import Wire

SAID: Final = ("input", "result", "reason", "details", "cause")
"""What of an event counts beside what it is and of which task."""

TaskKey = tuple[str, str]
"""Kind and id of a task, without what is the execution's own in it."""


@attrs.frozen
class Side:
    """One of two executions: what to call it, its history, how its own ids begin."""

    name: str
    history: History
    family: str = ""

    def execution(self) -> dict[str, Any]:
        """Return what it was started with, and how it ended."""
        compiled = self.history.compiled.execution
        told, kind = compiled.as_dict(), compiled.workflow_type
        return {
            "type": f"{kind.name}:{kind.version}",
            "state": str(compiled.state),
            **{name: told.get(name) for name in SAID},
        }

    def tasks(self) -> dict[TaskKey, list[Task]]:
        """Return the attempts of each task, by its kind and its id within the execution."""
        found: dict[TaskKey, list[Task]] = {}
        for task in tasks_of(self.history, timers=True):
            found.setdefault((task.kind, task.id.removeprefix(self.family)), []).append(task)
        return found

    def events(self) -> Iterator[tuple[int, str]]:
        """Yield what happened, without who took which task when; each with its event id."""
        names: dict[int, str] = {}
        for event in self.history.raws:
            told, kind = attributes_of(event), event["eventType"]
            names[event["eventId"]] = name = self._name(told, names)
            if not kind.startswith("DecisionTask") and not kind.endswith("TaskStarted"):
                said = " ".join(f"{key}={told[key]}" for key in SAID if told.get(key) is not None)
                yield event["eventId"], " ".join(filter(None, (kind, name, said)))

    def _name(self, told: Wire, names: dict[int, str]) -> str:
        for member in NAMES:
            if member in told:
                return str(told[member]).removeprefix(self.family)
        for member in CAUSES:
            if told.get(member) in names:
                return names[told[member]]
        return ""


def differences(a: Side, b: Side, *, times: bool = False) -> Iterator[dict[str, Any]]:
    """Yield what differs: of the executions, of tasks that both have, tasks that one has."""
    yield from _fields("execution", a.execution(), b.execution())
    of_a, of_b = a.tasks(), b.tasks()
    for key in dict.fromkeys((*of_a, *of_b)):
        what = f"{key[0]} {key[1]}"
        if key not in of_a or key not in of_b:
            there = [tasks.get(key) for tasks in (of_a, of_b)]
            told = [None if one is None else one[-1].state for one in there]
            yield {"what": what, "field": "only in one", "a": told[0], "b": told[1]}
        else:
            yield from _fields(what, _task(of_a[key], times), _task(of_b[key], times))


def _task(attempts: list[Task], times: bool) -> dict[str, Any]:
    last = attempts[-1]
    return {
        "state": last.state,
        "attempts": len(attempts),
        "type": f"{last.name}:{last.version}" if last.version else None,
        **{name: last.told.get(name) for name in SAID},
        **({"ran_seconds": last.ran_seconds} if times else {}),
    }


def _fields(what: str, a: dict[str, Any], b: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for field, value in a.items():
        if value != b[field]:
            yield {"what": what, "field": field, "a": value, "b": b[field]}


def parting(a: Side, b: Side) -> dict[str, Any] | None:
    """Return the first events of both that are not the same; None where all are."""
    nothing = (None, None)
    for (id_a, told_a), (id_b, told_b) in zip_longest(a.events(), b.events(), fillvalue=nothing):
        if told_a != told_b:
            return {"a": told_a, "b": told_b, "event_id_a": id_a, "event_id_b": id_b}
    return None


def _of_execution(text: str) -> Side:
    workflow_id, _, run_id = text.partition("/")
    found = executions.found(workflow_id, run_id or None)
    return Side(text, found.history(), family_of(found.workflow_id, found.run_id or ""))


def _of_file(path: Path) -> Side:
    try:
        history = History.from_json(path)
    except FileNotFoundError as error:
        raise Failure(f"{path}: there is no such file", NOT_FOUND) from error
    except (OSError, ValidationError) as error:
        raise click.UsageError(f"--file {path}: {error}") from error
    if history.first is None:
        raise click.UsageError(f"--file {path}: has no event")
    return Side(str(path), history)


def _sides(names: Iterable[str], files: Iterable[Path]) -> list[Side]:
    made: list[Callable[[], Side]] = [
        *(lambda one=one: _of_execution(one) for one in names),
        *(lambda one=one: _of_file(one) for one in files),
    ]
    if len(made) != 2:
        raise click.UsageError(f"say two: workflow ids, or --file; {len(made)} given")
    return [make() for make in made]


@click.command(cls=Verb)
@click.argument(
    "names",
    nargs=-1,
    metavar="[WORKFLOW_ID[/RUN_ID]]...",
    shell_complete=options.complete("workflow_ids"),
)
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A history in a file, instead of an execution.",
)
@click.option("--times", is_flag=True, help="How long tasks ran, too, which is rarely the same.")
@options.common
def diff(asked: Asked, /, names: tuple[str, ...], files: tuple[Path, ...], *, times: bool) -> None:
    """Show where two executions differ: input, result, tasks, and the first event that does.

    The exit code is 0 where nothing does, else 1.

        swf workflow diff basic-example-1438722273 basic-example-1438722999
    """
    a, b = _sides(names, files)
    rows = list(differences(a, b, times=times))
    parted = parting(a, b)
    if asked.output in {"json", "jsonl"} or asked.query:
        told = {"a": a.name, "b": b.name, "differences": rows, "parting": parted}
        output.emit_value(asked, {"equal": not rows and parted is None, **told})
    else:
        titles = {"what": "what", "field": "field", "a": f"a: {a.name}", "b": f"b: {b.name}"}
        last = [] if parted is None else [{"what": "first event", "field": "that differs"} | parted]
        output.emit(asked, [*rows, *last], Columns(titles, id="what"))
    if rows or parted is not None:
        raise click.exceptions.Exit(1)
