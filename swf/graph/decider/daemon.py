"""The daemon: a decider whose execution starts a child for each spec that a signal brings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import attrs

from swf.flow.future import Future
from swf.flow.workflow import Workflow
from swf.graph.converter import PAYLOADS
from swf.graph.decider.decider import GraphDecider, GraphWorkflows
from swf.graph.errors import GraphError
from swf.graph.reading import SPEC_MEMBER
from swf.graph.scheduling import child_type
from swf.graph.specs.decider_spec import DeciderSpec
from swf.graph.walk import told_of
from swf.graph.workflow import graph_workflow
from swf.models import Domain
from swf.payload import Payloads
from swf.transport import Transport
from swf.wire import shortened

SIGNAL: Final = "startChildWorkflowExecution"

CHILD_TYPE: Final = ("child_workflow", "v1")
"""Name and version of the workflow type of the daemon's children."""

KEPT: Final = 20
"""So many children that have ended, and so many refused signals, the daemon's state tells of."""

SHOWN: Final = 200
"""Characters of a result, or of an error, that the daemon's state tells: there is room for so many
in any script."""

LONGEST: Final = 2
"""So many times as long as a long history one may be while children are waited for."""


class Daemon(GraphDecider):
    """Decides for the daemon's execution, and for all the children that it starts.

    A signal `startChildWorkflowExecution` with `{"decider_spec": …}` starts a child, of the type
    `child_workflow`, version `v1`; what else the signal has is the child's input. Which children
    there are, how they ended, and which signals were refused and why, is in the execution's `state`
    and in the log; nothing of that ends the daemon. Where its history has grown long it continues
    as new, if it can at a time when no child runs; how those end that run even so is not told.
    """

    def __init__(
        self,
        domain: Domain | str | None = None,
        task_list: str = "floto_daemon",
        identity: str | None = None,
        *,
        connection: Transport | None = None,
        payloads: Payloads | None = None,
    ) -> None:
        super().__init__(
            _DaemonWorkflows(DeciderSpec(), payloads),
            task_list,
            domain=domain,
            connection=connection,
            identity=identity,
        )


class _DaemonWorkflows(GraphWorkflows):
    """The daemon's workflows: its children, and, by whatever type it was started, itself."""

    def made(self, name: str, version: str) -> type[Workflow]:
        """Return the workflow class for a type that comes for the first time."""
        if (name, version) == CHILD_TYPE:
            return graph_workflow(None, name, version, payloads=self._payloads)
        told = {"name": name, "version": version, "payloads": self._payloads}
        return type("Daemon", (DaemonWorkflow,), {**told, "__module__": __name__})


@attrs.define
class _Told:
    """What the daemon tells of itself."""

    running: dict[str, None] = attrs.field(factory=dict)
    ended: list[dict[str, Any]] = attrs.field(factory=list)
    refused: list[str] = attrs.field(factory=list)
    left: list[str] = attrs.field(factory=list)

    def as_value(self) -> dict[str, Any]:
        running = list(self.running)
        return {
            "running": len(running),
            "latest": running[-KEPT:],
            "ended": self.ended[-KEPT:],
            "refused": self.refused[-KEPT:],
            "left": self.left[-KEPT:],
        }

    def carried(self) -> dict[str, Any]:
        """Return what the next run is told: it hears nothing of the children that run now."""
        return {**self.as_value(), "left": [*self.left, *self.running][-KEPT:]}


class DaemonWorkflow(Workflow):
    """Starts a child for each signal that brings a spec, until somebody ends it."""

    name = "floto_daemon_type"
    version = "v1"
    payloads = PAYLOADS

    def run(self, told: Any = None) -> None:
        """Take signals for ever; `told` is what the run before has told of itself."""
        self._told = _Told()
        if self.context.continued_execution_run_id is not None:
            self._told = _Told(ended=told["ended"], refused=told["refused"], left=told["left"])
        self._publish()
        self._is_long: Future[None] = Future(self._run.scheduler)
        self.on_signal(SIGNAL, self._take)
        self.spawn(self._refuse_others)
        _ = self._is_long.result
        self.continue_as_new(self._told.carried())

    def _take(self, /, *args: Any, **kwargs: Any) -> None:
        value = kwargs or (args[0] if len(args) == 1 else args)
        try:
            self._start(value)
        except GraphError as error:
            self._refuse(str(error), value)
        self._end_if_long()

    def _refuse_others(self) -> None:
        while True:
            self._refuse(f"it is no {SIGNAL!r}", self.wait_signal().result)
            self._end_if_long()

    def _end_if_long(self) -> None:
        """Have the run continue as new where its history is long, and no child runs or it must."""
        length = self._run.started_id
        is_long, is_too_long = (length >= n * self.continue_as_new_at for n in (1, LONGEST))
        if is_too_long or (is_long and not self._told.running):
            self._is_long._resolve(None)

    def _start(self, value: Any) -> None:
        if not isinstance(value, Mapping) or SPEC_MEMBER not in value:
            raise GraphError(f"it has no {SPEC_MEMBER!r}")
        spec = DeciderSpec.from_json(value[SPEC_MEMBER])
        domain = self.context.domain
        if not spec.activity_tasks:
            raise GraphError(f"{SPEC_MEMBER}: has no activity_tasks")
        if spec.domain not in (None, domain):
            raise GraphError(
                f"{SPEC_MEMBER}.domain: is {spec.domain!r}, and children are in {domain!r}"
            )
        workflow_id = f"{CHILD_TYPE[0]}-{self.uuid4()}"
        child = child_type(*CHILD_TYPE).with_options(
            workflow_id=workflow_id,
            task_list=str(self.context.task_list),
            payloads=self.payloads,
        )
        self._told.running[workflow_id] = None
        self._publish()
        self.submit(child, dict(value))._when_done(partial(self._ended, workflow_id))

    def _ended(self, workflow_id: str, future: Future[Any]) -> None:
        """Take note of how a child has ended."""
        self._told.running.pop(workflow_id, None)
        error = future.exception
        if error is None:
            outcome = {"result": _shown(future.result)}
            self.logger.info("child %s completed: %s", workflow_id, outcome["result"])
        else:
            outcome = {"error": _shown(told_of(error, self.payloads))}
            self.logger.warning("child %s failed: %s", workflow_id, outcome["error"])
        self._told.ended.append({"workflow_id": workflow_id, **outcome})
        del self._told.ended[:-KEPT]
        self._publish()
        self._end_if_long()

    def _refuse(self, why: str, value: Any) -> None:
        """Take note of a signal that starts nothing."""
        told = f"a signal was refused: {why}: {value!r:.100}"
        self.logger.warning("%s", told)
        self._told.refused.append(_shown(told))
        del self._told.refused[:-KEPT]
        self._publish()

    def _publish(self) -> None:
        self.state = self._told.as_value()


def _shown(value: Any) -> Any:
    """Return a value that is short as it is, of a long one what it begins with."""
    text = str(value)
    return value if len(text) <= SHOWN else shortened(text, SHOWN)
