"""What went wrong, in words, with the way out."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import Any, Final

import attrs

from swf import exceptions
from swf.exceptions import SWFError
from swf.models import Domain
from swf.querysets import DomainQuerySet
from swf.transport import Transport
from swf.web import paths

_LOOKED_THROUGH: Final = 200

_FORGOTTEN: Final = "SWF forgets closed executions when the domain's retention period is over."


@attrs.frozen
class Problem:
    """Why a page cannot be shown: an HTTP status, a title, what happened, and what helps.

    `links` are (words, path) of pages that may be the ones that were meant.
    """

    status: int
    title: str
    told: str = ""
    way_out: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    links: tuple[tuple[str, str], ...] = attrs.field(default=(), kw_only=True)


@attrs.frozen
class Sought:
    """What a page was to show, and where what is near it is looked for."""

    connection: Transport
    domain: str | None = None
    workflow_id: str | None = None


_Of = Callable[[SWFError, Sought], Problem]


def problem_of(error: SWFError, sought: Sought) -> Problem:
    """Return what an error is in words, with what is near to what is not there."""
    for kind, told in _PROBLEMS:
        if isinstance(error, kind):
            return told(error, sought)
    return Problem(502, "SWF could not do that", str(error))


def broken() -> Problem:
    """Return the problem of a page with a bug in it."""
    return Problem(
        500,
        "This page is broken",
        "That is a bug. The log of the program that serves these pages tells more.",
    )


def busy() -> Problem:
    """Return the problem of too many pages at the same time."""
    return Problem(
        503,
        "Too many pages wait for SWF",
        "SWF answers slowly, and many pages wait for it.",
        way_out=("Try again in a moment.",),
    )


def most_like(name: str, known: list[str]) -> list[str]:
    """Return those of the known names that are most like a name, at most three."""
    return difflib.get_close_matches(name, known, n=3, cutoff=0.5)


def _no_domain(error: SWFError, sought: Sought) -> Problem:
    try:
        domains = DomainQuerySet(connection=sought.connection)
        known = [one.name for one in domains[:_LOOKED_THROUGH]]
    except SWFError:
        known = []
    near = most_like(sought.domain or "", known) or known[:3]
    return Problem(
        404,
        "There is no such domain",
        str(error),
        way_out=("`swf domain register NAME` makes one.",),
        links=tuple((name, paths.url(name)) for name in near if name != sought.domain),
    )


def _no_execution(error: SWFError, sought: Sought) -> Problem:
    return Problem(
        404,
        "There is no such execution",
        str(error),
        way_out=(_FORGOTTEN,),
        links=tuple(_near_executions(sought)),
    )


def _near_executions(sought: Sought) -> Iterator[tuple[str, str]]:
    """Yield the other runs of a workflow id, or else what has an id like it."""
    domain, wanted = sought.domain, sought.workflow_id
    if domain is None or wanted is None:
        return
    found = Domain(domain, connection=sought.connection).executions()
    try:
        runs = list(found.filter(workflow_id=wanted)[:3])
        latest = {} if runs else {one.workflow_id: one for one in found[:_LOOKED_THROUGH]}
    except SWFError:
        return
    for one in [*runs, *(latest[name] for name in most_like(wanted, list(latest)))]:
        words = one.workflow_id if latest else f"{one.workflow_id}, run {one.run_id}"
        yield words, paths.url(domain, "executions", one.workflow_id, one.run_id or "")


def _not_found(error: SWFError, _sought: Sought) -> Problem:
    return Problem(
        404,
        "There is no such thing",
        str(error),
    )


def _unreachable(error: SWFError, _sought: Sought) -> Problem:
    return Problem(
        502,
        "SWF cannot be reached",
        str(error),
        way_out=(
            "Is it running, and is the endpoint right?",
            "`swf config show` shows the endpoint in effect, `swf doctor` looks for the cause.",
        ),
    )


def _too_slow(error: SWFError, _sought: Sought) -> Problem:
    return Problem(504, "SWF did not answer in time", str(error), way_out=("Try again.",))


def _denied(error: SWFError, _sought: Sought) -> Problem:
    return Problem(
        403,
        "SWF does not allow that",
        str(error),
        way_out=(
            "The credentials that these pages ask with may not do it.",
            "`swf config show` shows which are in effect; AWS has to allow what is named above.",
        ),
    )


def _no_credentials(error: SWFError, _sought: Sought) -> Problem:
    return Problem(
        502,
        "There are no usable credentials",
        str(error),
        way_out=("`swf config show` shows where they are looked for.",),
    )


def _throttled(error: SWFError, _sought: Sought) -> Problem:
    return Problem(
        503,
        "SWF is asked too often",
        str(error),
        way_out=("The account makes more calls than SWF allows. Wait a moment, and reload.",),
    )


def _invalid(error: SWFError, _sought: Sought) -> Problem:
    return Problem(400, "That cannot be asked", str(error))


def _in_the_way(error: SWFError, _sought: Sought) -> Problem:
    return Problem(409, "That is not possible as things are", str(error))


def _limited(error: SWFError, _sought: Sought) -> Problem:
    return Problem(
        429,
        "A limit of SWF is reached",
        str(error),
        way_out=("AWS raises some limits of an account when it is asked to.",),
    )


def _database(error: SWFError, _sought: Sought) -> Problem:
    return Problem(
        502,
        "The database cannot be used",
        str(error),
        way_out=("`swf server check` looks for what is wrong with it.",),
    )


_PROBLEMS: Final[tuple[tuple[type[Any], _Of], ...]] = (
    (exceptions.DomainDoesNotExist, _no_domain),
    (exceptions.WorkflowExecutionDoesNotExist, _no_execution),
    (exceptions.DoesNotExistError, _not_found),
    (exceptions.ReadTimeout, _too_slow),
    (exceptions.ConnectionFailedError, _unreachable),
    (exceptions.CredentialsError, _no_credentials),
    (PermissionError, _denied),
    (exceptions.ThrottlingFault, _throttled),
    (exceptions.LimitExceededFault, _limited),
    (exceptions.AlreadyExistsError, _in_the_way),
    (exceptions.DeprecatedError, _in_the_way),
    (exceptions.DefaultUndefinedFault, _invalid),
    (exceptions.EngineError, _database),
    (exceptions.SettingsError, _unreachable),
    (exceptions.ValidationError, _invalid),
)
