"""Waiting for several futures: `futures.wait(…)`, `gather`, `as_completed`, `any_of`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, NamedTuple, TypeVar

from swf.exceptions import ValidationError, ValidationTypeError
from swf.flow.future import CANCELLED, FINISHED, PENDING, RUNNING, Future, Several, either, every
from swf.flow.replay.caller import awaits

T = TypeVar("T")

FIRST_COMPLETED: Final = "FIRST_COMPLETED"
FIRST_EXCEPTION: Final = "FIRST_EXCEPTION"
ALL_COMPLETED: Final = "ALL_COMPLETED"

When = Literal["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"]

__all__ = [
    "ALL_COMPLETED",
    "CANCELLED",
    "FINISHED",
    "FIRST_COMPLETED",
    "FIRST_EXCEPTION",
    "PENDING",
    "RUNNING",
    "DoneAndNotDone",
    "Future",
    "any_of",
    "as_completed",
    "gather",
    "wait",
]


class DoneAndNotDone(NamedTuple):
    """Which futures have ended, and which have not, each in the order given."""

    done: list[Future[Any]]
    not_done: list[Future[Any]]

    def __await__(self) -> Any:
        return self
        yield  # type: ignore[unreachable]  # what makes this a generator: it is here already


def wait(
    *futures: Future[Any] | Iterable[Future[Any]], return_when: When = ALL_COMPLETED
) -> DoneAndNotDone:
    """Wait until all futures are done, or the first one, or the first that failed.

    Return those that are done and those that are not; no error is raised, ask each future. May be
    awaited, too.
    """
    given = _flat(futures)
    if return_when not in (FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED):
        raise ValidationError(f"wait: return_when: there is no {return_when!r}")
    if given:
        _wait_until(given, return_when)
    return DoneAndNotDone(
        [future for future in given if future.done],
        [future for future in given if not future.done],
    )


def _wait_until(futures: list[Future[Any]], return_when: When) -> None:
    enough: Future[None] = Future(futures[0]._scheduler, Several(futures))
    left = len(futures)

    def ended(future: Future[Any]) -> None:
        nonlocal left
        left -= 1
        failed = return_when == FIRST_EXCEPTION and future._error is not None
        if not left or failed or return_when == FIRST_COMPLETED:
            enough._resolve(None)

    for future in futures:
        future._when_done(ended)
    try:
        _ = enough.result
    finally:
        for future in futures:
            future._forget(ended)  # what goes on may be waited for again and again


def gather(*futures: Future[Any] | Iterable[Future[Any]], return_exceptions: bool = False) -> Any:
    """Return the results of all, in order, once they are done; raise the first failure at once.

    With `return_exceptions` errors are among the results instead. In `async def` and generators it
    returns a future of them, to be awaited.
    """
    given = _flat(futures)
    if not given:
        return _Nothing() if awaits() else []
    together = _settled(given) if return_exceptions else every(given)
    return together if awaits() else together.result


class _Nothing:
    """Stands for a future of no results: to be awaited."""

    def __await__(self) -> Any:
        return []
        yield  # type: ignore[unreachable]  # what makes this a generator: it is here already


def _settled(futures: list[Future[Any]]) -> Future[list[Any]]:
    together: Future[list[Any]] = Future(futures[0]._scheduler, Several(futures))
    left = len(futures)

    def ended(_: Future[Any]) -> None:
        nonlocal left
        left -= 1
        if not left:
            for future in futures:
                future._looked_at = True
            together._resolve([one._value if one._error is None else one._error for one in futures])

    for future in futures:
        future._when_done(ended)
    return together


def any_of(*futures: Future[Any] | Iterable[Future[Any]]) -> Future[Any]:
    """Return a future that ends as the first of these that ends.

    Raises ValidationError where none is given.
    """
    given = _flat(futures)
    if not given:
        raise ValidationError("any_of: there is nothing to wait for")
    return either(given)


def as_completed(*futures: Future[T] | Iterable[Future[T]]) -> Iterator[Future[T]]:
    """Yield the futures as they are done, the first first, each waited for when it is asked for."""
    given = _flat(futures)
    order: deque[Future[T]] = deque()
    awaited: list[Future[None]] = []

    def ended(future: Future[T]) -> None:
        order.append(future)
        if awaited:
            awaited.pop()._resolve(None)

    for future in given:
        future._when_done(ended)
    for future in given:
        if not order:
            news: Future[None] = Future(future._scheduler, Several(given))
            awaited[:] = [news]
            _ = news.result
        yield order.popleft()


def _flat(futures: Iterable[Any]) -> list[Future[Any]]:
    found: list[Future[Any]] = []
    for one in futures:
        if isinstance(one, Future):
            found.append(one)
        elif isinstance(one, Iterable) and not isinstance(one, str | bytes):
            found.extend(_flat(one))
        else:
            raise ValidationTypeError(f"must be futures, got {one!r:.80}")
    return found
