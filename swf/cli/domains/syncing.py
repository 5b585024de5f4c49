"""`swf workflow-type diff`, `sync`, and those of activity types: what code declares, registered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import click

from swf.cli import failing, options, output
from swf.cli.asked import Asked
from swf.cli.code import activities_named, workflows_named
from swf.cli.domains import activity_type, workflow_type
from swf.cli.domains.registered import Kind
from swf.cli.names import Verb
from swf.cli.output import Columns
from swf.constants import DEPRECATED
from swf.flow.registering import activity_defaults, workflow_defaults
from swf.wire import Wire, snake_case

LIST: Final = Columns(
    {
        "type": "type",
        "state": "state",
        "field": "field",
        "declared": "declared",
        "registered": "registered",
    },
    id="type",
)

Declared = Callable[[Iterable[str]], Iterator[Wire]]
"""Returns what types are registered with, of all that names of code mean."""


def _workflows(code: Iterable[str]) -> Iterator[Wire]:
    return map(workflow_defaults, workflows_named(code))


def _activities(code: Iterable[str]) -> Iterator[Wire]:
    return map(activity_defaults, activities_named(code))


def model_of(kind: Kind, domain: Any, defaults: Wire) -> Any:
    """Return the type of a domain that is registered with these defaults."""
    fields = {}
    for key, value in defaults.items():
        name = snake_case(key).removeprefix("default_")
        fields[name] = value["name"] if name == "task_list" else value
    return kind.model(domain, fields.pop("name"), fields.pop("version"), **fields)


def compared(model: Any) -> list[dict[str, Any]]:
    """Return how a declared type is registered: a row for it, or for each field that differs.

    Its `state` is same, differs, deprecated or missing.
    """
    of = f"{model.name}:{model.version}"
    try:
        upstream = model.upstream()
    except model.DoesNotExist:
        return [{"type": of, "state": "missing"}]
    rows = [
        {"type": of, "state": "differs", "field": one.attr}
        | {"declared": one.local, "registered": one.upstream}
        for one in model.changes
        if one.attr != "status"
    ]
    if upstream.status == DEPRECATED:
        rows.insert(0, {"type": of, "state": "deprecated"})
    return rows or [{"type": of, "state": "same"}]


def _diff(kind: Kind, declared: Declared) -> click.Command:
    @click.command("diff", cls=Verb)
    @click.argument("code", nargs=-1, required=True, metavar="MODULE[.NAME]...")
    @options.common
    def diff(asked: Asked, /, code: tuple[str, ...]) -> None:
        domain = options.domain()
        rows = [row for one in declared(code) for row in compared(model_of(kind, domain, one))]
        output.emit(asked, rows, LIST)
        if any(row["state"] != "same" for row in rows):
            raise click.exceptions.Exit(1)

    diff.help = f"""Show how the {kind.words}s that code declares are registered.

    The exit code is 1 where one is not, is deprecated, or has other defaults.

        swf {kind.noun} diff examples.flow.basic
    """
    return diff


def _sync(kind: Kind, declared: Declared) -> click.Command:
    @click.command("sync", cls=Verb)
    @click.argument("code", nargs=-1, required=True, metavar="MODULE[.NAME]...")
    @options.common
    def sync(asked: Asked, /, code: tuple[str, ...]) -> None:
        domain = options.domain()
        rows: list[dict[str, Any]] = []
        for one in declared(code):
            model = model_of(kind, domain, one)
            found = compared(model)
            if found[0]["state"] == "missing":
                model.save()
                found = [{**found[0], "state": "registered"}]
            rows += found
        output.emit(asked, rows, LIST)
        wrong = {row["type"]: row["state"] for row in rows if row["state"] in _WAYS_OUT}
        if wrong:
            told = ", ".join(f"{type_} {_WAYS_OUT[state]}" for type_, state in wrong.items())
            raise failing.Failure(told)

    sync.help = f"""Register the {kind.words}s that code declares; show how the others differ.

    A type that is registered never changes: the exit code is 1 where one has other defaults than
    the code, or is deprecated.

        swf {kind.noun} sync examples.flow.basic
    """
    return sync


_WAYS_OUT: Final = {
    "differs": "is registered otherwise: have the code say another version",
    "deprecated": "is deprecated: undeprecate it, or have the code say another version",
}

workflow_diff: Final = _diff(workflow_type.KIND, _workflows)
workflow_sync: Final = _sync(workflow_type.KIND, _workflows)
activity_diff: Final = _diff(activity_type.KIND, _activities)
activity_sync: Final = _sync(activity_type.KIND, _activities)
