"""Names that complete what was typed, asked for in the SWF that is in effect."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice
from typing import Final

import click
from click.shell_completion import CompletionItem

from swf import schedules, settings
from swf.cli.asked import TYPED
from swf.models import Domain, WorkflowExecution
from swf.querysets import DomainQuerySet

BUDGET_SECONDS: Final = 1.5
"""How long somebody who pressed a key waits, at most; what has come by then is what there is."""

MOST: Final = 1000

_PLAIN: Final = re.compile(r"[\w@%+=:,./-]+")
"""Names that a shell reads as they are: what is completed is not run by it, whatever it is."""


def names(what: str, ctx: click.Context, typed: str) -> list[CompletionItem]:
    """Return the names that begin with what was typed; none where they do not come in time."""
    found: list[str] = []
    with settings.override(**ctx.meta.get(TYPED, {})):
        asking = threading.Thread(
            target=_ask, args=(what, ctx.params.get("workflow_id"), found), daemon=True
        )
        asking.start()
        asking.join(BUDGET_SECONDS)
    return [
        CompletionItem(name)
        for name in dict.fromkeys(tuple(found))  # more may come still
        if name.startswith(typed) and _PLAIN.fullmatch(name)
    ]


def _ask(what: str, workflow_id: str | None, found: list[str]) -> None:
    with suppress(Exception):  # who presses a key is not told of errors
        domain = settings.get().get("domain")
        if what == "activity_ids":
            found.extend(_activity_ids(domain, workflow_id))
        else:
            found.extend(_ASKED[what](domain))


def _domains(_domain: str | None) -> Iterable[str]:
    return (one.name for one in DomainQuerySet()[:MOST])


def _workflow_ids(domain: str | None) -> Iterable[str]:
    if domain is None:
        return ()
    return (one.workflow_id for one in Domain(domain).executions()[:MOST])


def _workflow_types(domain: str | None) -> Iterable[str]:
    if domain is None:
        return ()
    return (f"{one.name}:{one.version}" for one in Domain(domain).workflows()[:MOST])


def _activity_types(domain: str | None) -> Iterable[str]:
    if domain is None:
        return ()
    return (f"{one.name}:{one.version}" for one in Domain(domain).activities()[:MOST])


def _schedules(domain: str | None) -> Iterable[str]:
    return () if domain is None else (one.name for one in islice(schedules.all(domain), MOST))


def _activity_ids(domain: str | None, workflow_id: str | None) -> Iterable[str]:
    if domain is None or workflow_id is None:
        return ()
    history = WorkflowExecution(Domain(domain), workflow_id).upstream().history()
    return [str(one.id) for one in history.compiled.activities]


_ASKED: Final[dict[str, Callable[[str | None], Iterable[str]]]] = {
    "activity_types": _activity_types,
    "domains": _domains,
    "schedules": _schedules,
    "workflow_ids": _workflow_ids,
    "workflow_types": _workflow_types,
}
