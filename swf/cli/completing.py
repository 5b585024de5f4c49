"""Names that complete what was typed, asked for in the SWF that is in effect."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

import click
from click.shell_completion import CompletionItem

from swf import settings
from swf.cli.asked import TYPED
from swf.models import Domain
from swf.querysets import DomainQuerySet

BUDGET_SECONDS: Final = 0.5
"""How long somebody who pressed a key waits, at most."""

MOST: Final = 100


def names(what: str, ctx: click.Context, typed: str) -> list[CompletionItem]:
    """Return the names that begin with what was typed; none where they do not come in time."""
    found: list[str] = []
    with settings.override(**ctx.meta.get(TYPED, {})):
        asking = threading.Thread(target=_ask, args=(what, found), daemon=True)
        asking.start()
        asking.join(BUDGET_SECONDS)
    return [CompletionItem(name) for name in dict.fromkeys(found) if name.startswith(typed)]


def _ask(what: str, found: list[str]) -> None:
    with suppress(Exception):  # who presses a key is not told of errors
        found.extend(_ASKED[what](settings.get().get("domain")))


def _domains(_domain: str | None) -> Iterable[str]:
    return [one.name for one in DomainQuerySet()[:MOST]]


def _workflow_ids(domain: str | None) -> Iterable[str]:
    return [] if domain is None else [one.workflow_id for one in Domain(domain).executions()[:MOST]]


def _workflow_types(domain: str | None) -> Iterable[str]:
    if domain is None:
        return []
    return [f"{one.name}:{one.version}" for one in Domain(domain).workflows()[:MOST]]


_ASKED: Final[dict[str, Callable[[str | None], Iterable[str]]]] = {
    "domains": _domains,
    "workflow_ids": _workflow_ids,
    "workflow_types": _workflow_types,
}
