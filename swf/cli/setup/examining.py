"""What usually goes wrong, looked for from the machine to the executions."""

from __future__ import annotations

import os
import platform
import stat
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import attrs

from swf import settings
from swf._version import __version__
from swf.cli.serving import database
from swf.cli.setup.config import origin_of
from swf.engine import Engine
from swf.exceptions import DomainDoesNotExist, SWFError
from swf.insight import pollers, stuck
from swf.insight.finding import Finding, problem, sound, warning
from swf.models import Domain, WorkflowExecution
from swf.nearest import nearest
from swf.querysets import DomainQuerySet
from swf.transport import Transport, default_connection

MOST: Final = 100
"""Open executions that are looked at: those that were started first."""

SKEW_SECONDS: Final = 240
"""How wrong a clock may be: AWS refuses what was signed five minutes ago."""
WARNED_SECONDS: Final = 10

_ANOTHER_FILE: Final = "name another file: `--endpoint-url sqlite:///FILE`"


class Stop(Exception):
    """What follows cannot be looked at."""


@attrs.frozen
class Examined:
    """What is in effect: the settings, the connection that they describe, and the domain."""

    values: dict[str, settings.Setting]
    patience: float

    @property
    def endpoint(self) -> str:
        """The URL of the SWF; empty for Amazon's."""
        found = self.values.get("endpoint_url")
        return "" if found is None else found.value

    @property
    def address(self) -> str:
        """The URL of the SWF, of Amazon's as well; empty where no region is told."""
        region = self.values.get("region")
        if self.endpoint or region is None:
            return self.endpoint
        return f"https://swf.{region.value}.amazonaws.com"

    @property
    def domain_name(self) -> str | None:
        """The name of the domain."""
        found = self.values.get("domain")
        return None if found is None else found.value

    @property
    def domain(self) -> Domain:
        """The domain."""
        return Domain(self.domain_name or "", connection=self.connection)

    @property
    def connection(self) -> Transport:
        """The connection that everything else uses, too."""
        return default_connection()


def everything(patience: float) -> Iterator[Finding]:
    """Yield what is found: all that follows is left out where it cannot be looked at.

    Tasks that have not waited for `patience` seconds are no news where somebody may take them.
    """
    yield from _of_machine()
    found, values = _of_settings()
    yield from found
    if values is None:
        return
    examined = Examined(values, patience)
    looks: Mapping[str, Callable[[Examined], Iterator[Finding]]] = {
        "database": _of_file,
        "clock": _of_clock,
        "endpoint": _of_endpoint,
        "domain": _of_domain,
        "types": _of_types,
        "executions": _of_executions,
    }
    for about, look in looks.items():
        try:
            yield from look(examined)
        except Stop:
            return
        except SWFError as error:
            yield problem(about, str(error), _way_in(examined, error))
            return


def one(execution: WorkflowExecution, patience: float = 0.0) -> Iterator[Finding]:
    """Yield what keeps one execution from going on, or that nothing does."""
    found = execution.upstream()
    about = found.workflow_id
    if found.close_status is not None:
        reason = found.history().compiled.execution.reason
        told = f" ({reason})" if reason else ""
        yield sound(about, f"is closed: {found.close_status}{told}")
        return
    lists = pollers.task_lists(found.connection, found.domain.name)
    yield from _stuck(found, lists, patience)


def _stuck(
    execution: WorkflowExecution, lists: list[dict[str, Any]] | None, patience: float
) -> Iterator[Finding]:
    yield from stuck.findings(
        execution.workflow_id,
        execution.history().raws,
        now=execution.connection.clock.now(),
        domain=execution.domain.name,
        task_lists=lists,
        patience=patience,
    )


def _of_machine() -> Iterator[Finding]:
    python = platform.python_version()
    try:
        with Engine.open("memory://doctor") as engine, engine.reading() as connection:
            (sqlite,) = connection.execute("SELECT sqlite_version()").fetchone()
    except SWFError as error:
        yield problem(
            "installation",
            f"the embedded SWF does not open: {error}",
            f"install a Python with a newer SQLite than that of {sys.executable}",
        )
        return
    if find_spec("uvicorn") is None or find_spec("starlette") is None:
        yield warning(
            "installation",
            "the extra `server` is missing, which `swf server start` needs",
            "pip install 'swf[server]'",
        )
    yield sound("installation", f"swf {__version__}, Python {python}, SQLite {sqlite}")


def _of_settings() -> tuple[list[Finding], dict[str, settings.Setting] | None]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            values = settings.resolve()
        except SWFError as error:
            return [problem("settings", str(error), "`swf config show`")], None
    found = [warning("settings", str(one.message)) for one in caught]
    told = values.get("endpoint_url")
    if told is None:
        found.append(sound("settings", "the endpoint is Amazon's"))
    else:
        found.append(sound("settings", f"the endpoint is {told.value} ({origin_of(told)})"))
    return found, values


def _of_file(examined: Examined) -> Iterator[Finding]:
    if examined.endpoint.startswith("memory:"):
        yield warning(
            "database",
            f"{examined.endpoint} is within this command, and gone with it",
            "name a file: `--endpoint-url sqlite:///swf.db`",
        )
    if not examined.endpoint.startswith("sqlite:"):
        return
    try:
        path = database.path_of(examined.endpoint)
        if path.is_dir():
            yield problem("database", f"{path}: is a directory", _ANOTHER_FILE)
            raise Stop
        standing = database.standing(path)
    except SWFError as error:
        yield problem("database", str(error))
        raise Stop from error
    if standing.state == "missing":
        yield from _of_missing_file(path)
        return
    if standing.state == "in use":
        yield problem(
            "database",
            f"{path}: is in use by process {standing.pid}, which does not serve it",
            f"stop process {standing.pid}, then `swf server start --db {path}`",
        )
        raise Stop
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield warning("database", f"{path}: others may read it", f"chmod 600 {path}")
    served = f"served at {standing.address}" if standing.address else "not served"
    yield sound("database", f"{path}: {served}")


def _of_missing_file(path: Path) -> Iterator[Finding]:
    effective = os.access in os.supports_effective_ids
    if not os.access(path.parent, os.W_OK | os.X_OK, effective_ids=effective):
        yield problem(
            "database",
            f"{path}: is not there, and its folder cannot be written to",
            _ANOTHER_FILE,
        )
        raise Stop
    yield warning("database", f"{path}: is not there", f"`swf server start --db {path}` makes it")
    raise Stop  # to look further would make it


def _of_clock(examined: Examined) -> Iterator[Finding]:
    reply = pollers.answered(examined.address, "/health")
    date = None if reply is None else reply[1].get("date")
    if date is None:
        return
    try:
        skew = (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return
    told = f"differs by {abs(skew):.0f} s from that of {examined.address}"
    if abs(skew) > SKEW_SECONDS:
        yield problem("clock", told, "set the clock: `timedatectl set-ntp true`")
    elif abs(skew) > WARNED_SECONDS:
        yield warning("clock", told, "set the clock: `timedatectl set-ntp true`")
    else:
        yield sound("clock", "is right")


def _of_endpoint(examined: Examined) -> Iterator[Finding]:
    request = {"registrationStatus": "REGISTERED", "maximumPageSize": 1}
    try:
        examined.connection.call("ListDomains", request)
    except SWFError as error:
        yield problem("endpoint", str(error), _way_in(examined, error))
        raise Stop from error
    yield sound("endpoint", "answers")


def _way_in(examined: Examined, error: SWFError) -> str:
    if isinstance(error, PermissionError):
        return "`swf config show` tells which credentials are in effect"
    if isinstance(error, ConnectionError) and examined.endpoint:
        return f"does it run? `swf server start`, or another endpoint than {examined.endpoint}"
    return "`swf config show`"


def _of_domain(examined: Examined) -> Iterator[Finding]:
    name = examined.domain_name
    if name is None:
        known = [one.name for one in DomainQuerySet()[:3]]
        there = f"; there are {', '.join(known)}" if known else ""
        yield problem(
            "domain",
            f"none is told{there}",
            f"-d {known[0]}, or `export SWF_DOMAIN={known[0]}`"
            if known
            else "`swf domain register NAME`, then -d NAME or `export SWF_DOMAIN=NAME`",
        )
        raise Stop
    try:
        status = examined.domain.upstream().status
    except DomainDoesNotExist as error:
        known = [one.name for one in DomainQuerySet()[:MOST]]
        yield problem(
            "domain",
            f"{name!r} is not there{nearest(name, known)}",
            f"`swf domain register {name}`",
        )
        raise Stop from error
    if status == "DEPRECATED":
        yield problem("domain", f"{name!r} is deprecated", f"`swf domain undeprecate {name}`")
    else:
        yield sound("domain", f"{name!r} is registered")


def _of_types(examined: Examined) -> Iterator[Finding]:
    kinds = (
        ("workflow", "decider", examined.domain.workflows()),
        ("activity", "worker", examined.domain.activities()),
    )
    for kind, actor, types in kinds:
        if types.exists():
            yield sound(f"{kind} types", "some are registered")
        else:
            yield warning(
                f"{kind} types",
                f"none is registered in domain {examined.domain_name!r}",
                f"`swf {actor} start MODULE -d {examined.domain_name}` registers its own",
            )


def _of_executions(examined: Examined) -> Iterator[Finding]:
    lists = pollers.task_lists(examined.connection, examined.domain_name or "")
    opened = examined.domain.executions().filter(status="OPEN").order_by("start_timestamp")
    number, held = 0, 0
    for execution in opened[:MOST]:
        number += 1
        found = [one for one in _stuck(execution, lists, examined.patience) if one.state != "ok"]
        held += bool(found)
        yield from found
    if not held:
        yield sound("executions", f"{number} open, none of them stuck")
