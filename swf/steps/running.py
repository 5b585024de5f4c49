"""A definition as a workflow of the flow layer: one type for each id and version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, TypeVar

from swf.exceptions import PayloadTooLargeError
from swf.flow.activities import Activity
from swf.flow.declaration import signal_handler
from swf.flow.errors import FailExecution, TaskCanceled
from swf.flow.future import Future
from swf.flow.workflow import Workflow
from swf.steps.body import ErrorBehavior, WorkflowStatus
from swf.steps.data import data_from
from swf.steps.definition import Definition, OnError, RunStep
from swf.steps.events import hub_id
from swf.steps.failing import (
    FOR_EVER,
    KEPT,
    ExecutionError,
    Failures,
    NoEventError,
    StepFailedError,
    TerminatedError,
    message_of,
)
from swf.steps.interpreter import Interpreter
from swf.steps.position import Had, Line, Place, path_from
from swf.steps.waiting import Waits
from swf.wire import epoch

T = TypeVar("T")

SUSPEND: Final = "swf.suspend"
RESUME: Final = "swf.resume"

RUNNABLE, SUSPENDED = WorkflowStatus.RUNNABLE, WorkflowStatus.SUSPENDED

SMALL: Final = 8_000
"""Characters of data that an open workflow tells of; what is longer it tells when it is closed."""

LONG: Final = 12_000
"""Characters of what is told beside the data: of what is longer only a part is told."""

MOST_TOLD: Final = 50
"""Nodes at work, and waits, that are told of."""

FEW: Final = 10
"""Errors, and nodes at work, that are told of where there is little room."""

ANOTHER_TRY: Final = 500
"""Events until another run is tried again where what it had to be given was too long."""

FOR_SIGNALS: Final = 2_000
"""Characters that are left, in the input of another run, for signals that nobody has taken."""

PASSED: Final = (StepFailedError, NoEventError, TaskCanceled)
"""What is no failure to try again after."""


class StepsRun(Workflow):
    """Does what its definition says, from the beginning or from where the run before has come.

    `state` is a dict: `status`, `at` (the ids of nodes at work), `errors` (the newest), `waits`
    (the ids of subscriptions and of their hubs), and `data` where that is not long.
    """

    name: ClassVar[str] = "swf.steps"
    child_policy: ClassVar[str] = "ABANDON"
    continue_as_new_at: ClassVar[int] = 5_000
    definition: ClassVar[Definition]
    activities: ClassVar[Mapping[str, Activity[..., Any]]]
    start_hub: ClassVar[Activity[..., Any]]

    def prepare(self) -> None:
        """Have what the signals need that come before `run`."""
        self.carried: dict[str, Any] = {}
        self._resumed: Future[None] | None = None
        self._try_at = 0
        super().prepare()

    def run(
        self, data: Mapping[str, Any] | None = None, carried: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Do it all, and return the data as it is then."""
        # What comes while this is about to continue changes it still: it is sent at the very end.
        self.carried.update({**(carried or {}), **self.carried})
        self.data = data_from(data)
        self.waits = Waits(self, self.carried.setdefault("began", epoch(self.now())))
        self.interpreter = Interpreter(self)
        line = Line(had=Had.from_value(self.carried.pop("had", ())))
        try:
            at = path_from(self.carried.pop("path", ()))
            self.interpreter.sequence(self.definition.body, line, at)
            self.interpreter.beside.join_scheduled()
            self.gate()
        except StepFailedError as failed:
            raise self.ended_by(failed) from failed
        return dict(vars(self.data))

    def line_ended(self, line: Future[Any]) -> None:
        """Have the workflow end where a line has failed that nobody waits for."""
        if isinstance(line.exception, StepFailedError):
            self._run.fail(self.ended_by(line.exception))

    def ended_by(self, failed: StepFailedError) -> FailExecution:
        """Return what ends the run; the hubs of events are told that it waits no more."""
        self.waits.give_up()
        return FailExecution(failed.message, {"step": failed.node_id})

    # Suspended, and going on

    @signal_handler(SUSPEND)
    def suspend(self) -> None:
        """Begin nothing more; what is at work is brought to its end."""
        self.carried["suspended"] = True

    @signal_handler(RESUME)
    def resume(self) -> None:
        """Go on."""
        self.carried["suspended"] = False
        resumed, self._resumed = self._resumed, None
        if resumed is not None:
            resumed._resolve(None)

    def gate(self) -> None:
        """Return when this is not suspended."""
        while self.carried.get("suspended"):
            if self._resumed is None:
                self._resumed = Future(self._run.scheduler)
            _ = self._resumed.result

    @property
    def wants_renewal(self) -> bool:
        """Whether it is time for another run, and this one has done something."""
        if not self.should_continue_as_new or self._run.started_id < self._try_at:
            return False
        return self.interpreter.passages.any

    def breathe(self, line: Line, place: Place) -> None:
        """Wait while this is suspended; when it is time, have another run go on from here."""
        self.gate()
        if line.path is None or self.interpreter.beside.others or not self.wants_renewal:
            return
        self.waits.drop_late()
        self.carried["path"] = [one.as_value() for one in (*line.path, place)]
        self.carried["had"] = line.had.as_value()
        self.carried["passages"] = self.interpreter.passages.highest
        data = dict(vars(self.data))
        if self._has_room(data) or self._has_room(data, without_news=True):
            self.continue_as_new(data, self.carried)
        self._try_at = self._run.started_id + ANOTHER_TRY
        self.logger.warning(
            "%s: its data and where it is are too long for another run, and SWF ends this one at"
            " 25,000 events: give the hosts payloads with a store, or codecs that compress",
            self.context.workflow_id,
        )

    def _has_room(self, data: Mapping[str, Any], *, without_news: bool = False) -> bool:
        """Tell whether all fits into the input of another run, but for what is of least use."""
        if without_news:
            self.carried["errors"] = self.carried.get("errors", [])[-FEW:]
            self.carried["had"] = self.carried["had"][-FEW:]
        payloads = self.payloads
        if payloads.store is not None:
            return True
        try:
            sealed = payloads.seal(payloads.plain_call((data, self.carried), {})) or ""
        except PayloadTooLargeError:
            return False
        return len(sealed) <= payloads.limit - FOR_SIGNALS

    def keep(self, fields: Mapping[str, Any]) -> None:
        """Have these fields in the data."""
        for name, value in fields.items():
            self.data[name] = value

    # Failures

    def attempts(
        self,
        node_id: str,
        on_error: OnError | None,
        failures: Failures,
        function: Callable[[], T],
        breathe: Callable[[], None],
    ) -> T:
        """Return what a function returns; where it fails, call it again as `on_error` says.

        `breathe` is called before each further attempt. Raises StepFailedError where there is none.
        """
        while True:
            try:
                return function()
            except PASSED:
                raise
            except Exception as error:  # noqa: BLE001  (whatever a step raises, it says what follows)
                self._note(node_id, error, failures)
                self.failed(node_id, on_error, failures, error)
            breathe()

    def failed(
        self, node_id: str, on_error: OnError | None, failures: Failures, error: Exception
    ) -> None:
        """Return when it is time for another attempt; raise StepFailedError where there is none."""
        on_error = on_error or FOR_EVER
        cause = error.error if isinstance(error, StepFailedError) else error
        seconds = failures.pause(
            on_error.retry, cause, now=epoch(self.now()), lot=self._run.lot_of(node_id)
        )
        if seconds is not None:
            if seconds:
                _ = self.start_timer(seconds).result
        elif on_error.then is ErrorBehavior.SUSPEND:
            failures.forget()
            self.suspend()
            self.gate()
        elif on_error.then is ErrorBehavior.COMPENSATE:
            raise StepFailedError(node_id, cause) from cause
        else:
            raise TerminatedError(node_id, cause) from cause

    def _note(self, node_id: str, error: Exception, failures: Failures) -> None:
        self.logger.warning("%s: %s failed: %r", self.context.workflow_id, node_id, error)
        noted = ExecutionError(node_id, message_of(error), self.now(), failures.total)
        errors = self.carried.setdefault("errors", [])
        errors.append(noted.as_value())
        del errors[:-KEPT]

    # What is told

    def after_replay(self) -> None:
        """Tell of this run what has changed."""
        if hasattr(self, "interpreter"):
            self.state = self.told()

    def told(self) -> dict[str, Any]:
        """Return what there is to tell."""
        suspended = self.carried.get("suspended")
        waits = [[one.id, hub_id(one.name, one.key)] for one in self.waits.open.values()]
        at, errors = list(self.interpreter.passages.at.values()), self.carried.get("errors", [])
        told: dict[str, Any] = {
            "status": (SUSPENDED if suspended else RUNNABLE).value,
            "at": at[:MOST_TOLD],
            "began": self.carried["began"],
            "errors": list(errors),
            "waits": waits[:MOST_TOLD],
        }
        if self._length(told) > LONG:
            told.update(at=at[:FEW], errors=errors[-FEW:])
        data = dict(vars(self.data))
        if self._length(data) <= SMALL:
            told["data"] = data
        return told

    def _length(self, value: Any) -> int:
        return len(self.payloads.plain(value) or "")

    def activity_of(self, node: RunStep) -> Activity[..., Any]:
        """Return the activity that calls a step."""
        return self.activities[node.id]
