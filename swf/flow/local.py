"""Running a workflow to its end within this process: a decider and workers on an SWF of its own."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any, Final, TypeVar, overload

import attrs

from swf.exceptions import ValidationError
from swf.flow.activity_work import Hook
from swf.flow.crew import Crew
from swf.flow.declaration import Ordered
from swf.flow.domain import domain_of
from swf.flow.handle import Handle
from swf.flow.starting import Place, Runs, RunsAsync, RunsSteps, begin, ordered_of
from swf.models import Domain
from swf.transport import Transport, connect
from swf.virtual_clock import VirtualClock
from swf.wire import Wire

logger = logging.getLogger(__name__)

R = TypeVar("R")

LOOK_SECONDS: Final = 1.0
"""How often it is looked whether an execution was closed by other than its decider."""

VIRTUAL: Final = "clock=virtual"


def _check_workers(_: object, __: object, workers: object) -> None:
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise ValidationError(f"Local: workers: must be 1 or more, got {workers!r}")


@attrs.frozen(kw_only=True)
class Local:
    """Where and how `run` runs a workflow: by default in memory, whatever the settings say.

    With `virtual_time` no timer and no pause is waited for: time passes while nothing else does.
    `url` names another embedded SWF, which is closed in the end (`sqlite:///file.db`), `connection`
    one that is left as it is. At most `workers` activities are at work at once; in virtual time
    they take turns, and no time. `before` and `after` are called as by a `Worker`. Those that are
    still at work when all is over have `drain_seconds`. Domain, types, task lists: all is made as
    it is needed.
    """

    virtual_time: bool = False
    url: str | None = None
    connection: Transport | None = None
    domain: Domain | str | None = None
    workers: int = attrs.field(default=16, validator=_check_workers)
    before: Iterable[Hook] = ()
    after: Iterable[Hook] = ()
    drain_seconds: float = 10.0

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.connection is not None and (self.url is not None or self.virtual_time):
            raise ValidationError(
                "Local: connection: url and virtual_time say where to connect; leave one out"
            )

    @overload
    def run(self, workflow: type[RunsAsync[R]], /, *args: Any, **kwargs: Any) -> R: ...

    @overload
    def run(self, workflow: type[RunsSteps[R]], /, *args: Any, **kwargs: Any) -> R: ...

    @overload
    def run(self, workflow: type[Runs[R]], /, *args: Any, **kwargs: Any) -> R: ...

    @overload
    def run(self, workflow: Ordered, /, *args: Any, **kwargs: Any) -> Any: ...

    def run(self, workflow: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Run a workflow with these arguments to its end, and return what it returns.

        `workflow` is a Workflow class, or `W.with_options(workflow_id=…)` of one. Its activities
        and children are whatever it submits, and all run in this process. Raises what
        `Handle.result` raises; SignatureError where it does not take the arguments.
        """
        ordered = ordered_of(workflow)
        cls: Any = ordered.workflow
        cls.check_arguments(args, kwargs)
        with self._connected() as connection:
            place = Place(domain_of(self.domain, connection), connection)
            by_hand = self.connection is None and isinstance(connection.clock, VirtualClock)
            task_list = f"local-{uuid.uuid4().hex[:12]}"
            crew = Crew(
                place,
                cls,
                task_list,
                threads=self.workers,
                by_hand=by_hand,
                before=self.before,
                after=self.after,
            )
            handle = begin(place, ordered.with_options(task_list=task_list), args, kwargs)
            crew.handle = handle
            wait = _by_hand if by_hand else _in_threads
            return handle.result_of(wait(crew, handle, self.drain_seconds))

    @contextmanager
    def _connected(self) -> Generator[Transport]:
        if self.connection is not None:
            yield self.connection
            return
        url = self.url or f"memory://run-{uuid.uuid4().hex[:12]}"
        if self.virtual_time:
            url += ("&" if "?" in url else "?") + VIRTUAL
        connection = connect(url)
        try:
            yield connection
        finally:
            connection.close()


run = Local().run
"""Run a workflow to its end, in memory, and return what it returns: see `Local.run`."""


def _in_threads(crew: Crew, handle: Handle[Any], drain_seconds: float) -> Wire:
    """Return the event that closes an execution, while its crew works in real time."""
    try:
        crew.start()
        clock = crew.place.connection.clock
        if isinstance(clock, VirtualClock):
            return handle.closing_in_virtual_time(clock)
        while True:
            crew.closed.wait(LOOK_SECONDS)
            event = crew.closing or handle.closing()
            if event is not None:
                return event
            crew.check()
    finally:
        crew.stop(drain_seconds)


def _by_hand(crew: Crew, handle: Handle[Any], drain_seconds: float) -> Wire:
    """Return the event that closes an execution; one thread does it all, and moves the clock.

    That is not the caller's: what the caller is interrupted by is no failure of an activity's.
    """
    found: list[Wire] = []
    errors: list[BaseException] = []
    over, done = threading.Event(), threading.Event()

    def drive() -> None:
        try:
            event = _driven(crew, handle, over)
            found.extend([] if event is None else [event])
        except BaseException as error:  # noqa: BLE001  (it is raised where it is waited for)
            errors.append(error)
        finally:
            crew.close()
            done.set()

    thread = threading.Thread(target=drive, name="swf-run", daemon=True)
    crew.place.connection.enlist(thread)  # whoever else has the clock skip waits for it
    try:
        thread.start()
        done.wait()  # an interrupt of `join` would leave the thread taken for one that has ended
    finally:
        over.set()
        if done.wait(drain_seconds):
            thread.join()
    if errors:
        raise errors[0]
    return found[0]


def _driven(crew: Crew, handle: Handle[Any], over: threading.Event) -> Wire | None:
    connection = crew.place.connection
    while not over.is_set():
        worked = crew.work()
        if crew.closing is not None:
            return handle.in_time(crew.closing)
        if not worked and not connection.skip():
            return handle.in_time(handle.closing())
    return None
