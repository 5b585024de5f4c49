"""The functions of this program that are activities of graphs, by name and version."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final, TypeVar

import attrs

from swf.exceptions import ValidationTypeError
from swf.flow.activities import Activity
from swf.flow.errors import NotRegisteredError
from swf.flow.registry import Activities
from swf.graph.errors import GraphTypeError
from swf.graph.specs.plain import of_shape, of_shape_or_none
from swf.graph.specs.task import Task
from swf.wire import DurationLike

logger = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., Any])

START_TO_CLOSE_SECONDS: Final = 21_600
"""How long an activity may take where its type is registered by whoever needs it first."""

HEARTBEAT_TIMEOUT_SECONDS: Final = 300
"""After which silence a worker is taken for dead, of such a type."""


@attrs.frozen
class Declared:
    """A function that is an activity; it has a parameter `context`, or takes nothing.

    What a generator returns is a list of tasks, and travels as their JSON.
    """

    function: Callable[..., Any]
    name: str
    version: str
    domain: str | None
    is_generator: bool
    wants_context: bool

    def perform(self, context: Any = None) -> Any:
        """Return what the function returns; of a generator the JSON of its tasks.

        Raises GraphTypeError where a generator returns anything else than a list of tasks, and
        GraphError where these have a flaw.
        """
        given = {} if context is None else context
        result = self.function(context=given) if self.wants_context else self.function()
        if not self.is_generator:
            return result
        return self._awaited(result) if inspect.iscoroutine(result) else self._told(result)

    async def _awaited(self, result: Coroutine[Any, Any, Any]) -> Any:
        return self._told(await result)

    def _told(self, result: Any) -> list[dict[str, Any]]:
        where = f"generator {self.name!r}, version {self.version!r}"
        if not isinstance(result, list | tuple):
            raise GraphTypeError(
                f"{where}: must return a list of tasks, got a {type(result).__name__}"
            )
        for at, one in enumerate(result):
            if not isinstance(one, Task):
                raise GraphTypeError(
                    f"{where}: must return a list of tasks; [{at}] is a {type(one).__name__}"
                )
        return [one.to_dict() for one in result]

    def activity(self, heartbeat_timeout: DurationLike) -> Activity[..., Any]:
        """Return it as an activity of the flow layer; it beats within this time-out."""
        return Activity(
            self.perform,
            name=self.name,
            version=self.version,
            start_to_close_timeout=START_TO_CLOSE_SECONDS,
            heartbeat_timeout=heartbeat_timeout,
            description=inspect.getdoc(self.function),
        )


_DECLARED: Final[dict[tuple[str | None, str, str], Declared]] = {}
_EVER: Final[list[Declared]] = []
"""Those too whose name is another's now: a worker that is given them knows them still."""


def activity(name: str, version: str, domain: str | None = None) -> Callable[[F], F]:
    """Declare a function as the activity of this name and version; it stays what it is.

    It may have a parameter `context`. With `domain` it is one of that domain alone. Declared again,
    the later one counts.
    """
    return _declaring(name, version, domain, is_generator=False)


def generator(name: str, version: str, domain: str | None = None) -> Callable[[F], F]:
    """Declare a function as a generator: an activity that returns a list of further tasks."""
    return _declaring(name, version, domain, is_generator=True)


def _declaring(
    name: str, version: str, domain: str | None, *, is_generator: bool
) -> Callable[[F], F]:
    where = "generator" if is_generator else "activity"
    of_shape(name, "Name", f"{where}.name")
    of_shape(version, "Version", f"{where}.version")
    of_shape_or_none(domain, "DomainName", f"{where}.domain")

    def declare(function: F) -> F:
        if not callable(function) or isinstance(function, type | Activity):
            raise GraphTypeError(f"@{where}: must be put on a function, got {function!r:.80}")
        made = Declared(
            function, name, version, domain, is_generator, wants_context=_wants_context(function)
        )
        known = _DECLARED.get((domain, name, version))
        if known is not None and _place(known.function) != _place(function):
            logger.warning(
                "%s %s %s is declared again: %s instead of %s",
                *(where, name, version, _place(function), _place(known.function)),
            )
        _DECLARED[domain, name, version] = made
        _EVER.append(made)
        return function

    return declare


def _wants_context(function: Callable[..., Any]) -> bool:
    parameters = inspect.signature(function).parameters
    others = [
        one.name
        for one in parameters.values()
        if one.name != "context"
        and one.default is one.empty
        and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
    ]
    if others:
        raise GraphTypeError(
            f"{_place(function)}: an activity of a graph is given `context` or nothing; it takes"
            f" {others[0]!r}: read it from the context"
        )
    return "context" in parameters


def _place(function: Callable[..., Any]) -> str:
    module, name = (getattr(function, one, "?") for one in ("__module__", "__qualname__"))
    return f"{module}.{name}"


def declared(name: str, version: str, domain: str | None = None) -> Declared:
    """Return what was declared by this name and version, for this domain or for all.

    Raises NotRegisteredError where nothing was.
    """
    found = _DECLARED.get((domain, name, version)) or _DECLARED.get((None, name, version))
    if found is None:
        known = sorted(f"{one.name} {one.version}" for one in _DECLARED.values())
        raise NotRegisteredError(
            f"no activity {name!r}, version {version!r}, is declared in this program; it knows"
            f" {', '.join(known[:10]) or 'none'}: put @activity(name=…, version=…) on a function,"
            " and import its module where the worker runs"
        )
    return found


def all_declared(domain: str) -> list[Declared]:
    """Return what was declared for a domain: its own, and those of all domains that it has not."""
    own = {(one.name, one.version): one for one in _DECLARED.values() if one.domain == domain}
    general = [one for one in _DECLARED.values() if one.domain is None]
    return [*own.values(), *(one for one in general if (one.name, one.version) not in own)]


def declared_of(function: Any) -> list[Declared]:
    """Return what a function was declared as."""
    found = [one for one in _EVER if one.function is function]
    return list({(one.domain, one.name, one.version): one for one in found}.values())


class GraphActivities(Activities):
    """The activities of a graph's worker: declared functions, and activities of the flow layer."""

    def __init__(self, given: Iterable[Any], heartbeat_timeout: DurationLike) -> None:
        self._heartbeat_timeout = heartbeat_timeout
        super().__init__(given)

    def add(self, given: Any) -> None:
        """Know a declared function, or what the flow layer knows as activities.

        Raises GraphTypeError for anything else.
        """
        found = declared_of(given) if callable(given) else []
        for one in found:
            super().add(one.activity(self._heartbeat_timeout))
        if not found:
            try:
                super().add(given)
            except ValidationTypeError as error:
                raise GraphTypeError(
                    f"{given!r:.80} is no activity; put @activity(name=…, version=…) on a function"
                ) from error

    def know_declared(self, domain: str) -> None:
        """Know all that was declared in this program for a domain."""
        self.know(one.activity(self._heartbeat_timeout) for one in all_declared(domain))

    def get(self, name: str, version: str) -> Activity[..., Any]:
        """Return the activity of this name and version; raises NotRegisteredError."""
        try:
            return super().get(name, version)
        except NotRegisteredError:
            known = ", ".join(sorted(f"{one.name} {one.version}" for one in self)[:10]) or "none"
            raise NotRegisteredError(
                f"no activity {name!r}, version {version!r}, is known to this worker, which knows"
                f" {known}: put @activity(name=…, version=…) on a function, and import its module"
                " where the worker runs"
            ) from None
