"""The deciders of graphs: they decide for whatever execution arrives on their task list."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from swf import flow
from swf.actors.loop import Loop
from swf.flow.registry import Workflows
from swf.flow.replay.answer import Answer
from swf.flow.workflow import Workflow
from swf.graph.converter import graph_payloads
from swf.graph.errors import GraphError
from swf.graph.specs.decider_spec import DeciderSpec
from swf.graph.workflow import as_spec, graph_workflow
from swf.models import Domain
from swf.payload import Payloads
from swf.transport import Transport

COMPLETIONS: Final = frozenset(
    {"CancelWorkflowExecution", "CompleteWorkflowExecution", "FailWorkflowExecution"}
)
"""The decisions after which a decider has nothing more to do that ends with its execution."""


class GraphDecider:
    """A decider that was told in floto's words: `run()` decides until `stop()`."""

    def __init__(
        self,
        workflows: GraphWorkflows,
        task_list: str,
        *,
        domain: Domain | str | None,
        connection: Transport | None,
        identity: str | None,
        terminates: bool = False,
    ) -> None:
        self.decider = _Polling(
            workflows, task_list, domain=domain, connection=connection, identity=identity
        )
        self.decider.terminates = terminates

    @property
    def domain(self) -> str:
        """The name of the domain that it decides in."""
        return self.decider.domain.name

    @property
    def task_list(self) -> str:
        """The task list that it polls."""
        return self.decider.task_list

    def run(self, separate_process: bool = False, *, threads: int = 1) -> None:
        """Poll and decide until `stop()`, or until its spec says.

        With `separate_process` it returns at once, and deciding goes on beside the program, in
        threads of this process: an embedded SWF is reached from there as well, and `join()` waits.
        """
        self.decider.start(threads=threads, block=not separate_process)

    def run_once(self) -> None:
        """Poll once, decide and answer; raises PollTimeout where there was no task."""
        self.decider.run_once()

    def stop(self) -> None:
        """Poll no more; what is being decided is answered, and `run` returns then."""
        self.decider.stop()

    def join(self, timeout: float | None = None) -> bool:
        """Wait until deciding has ended, at most `timeout` seconds; return whether it has."""
        return self.decider.join(timeout)

    def close(self) -> None:
        """End what is held in memory of executions; `run` does so when it returns."""
        self.decider.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.domain!r}, {self.task_list!r})"


class Decider(GraphDecider):
    """Decides for executions of any type by the graph of a spec, given as such or as its JSON.

    `domain` and `task_list` go over those of the spec. `payloads` has the store and the codecs that
    the workers have too. Raises GraphError for a spec with a flaw, before anything is polled.
    """

    _is_dynamic: ClassVar[bool] = False

    def __init__(
        self,
        decider_spec: DeciderSpec | str | Mapping[str, Any] | None = None,
        identity: str | None = None,
        *,
        connection: Transport | None = None,
        domain: Domain | str | None = None,
        task_list: str | None = None,
        payloads: Payloads | None = None,
    ) -> None:
        kind = type(self).__name__
        self.decider_spec = spec = as_spec(decider_spec)
        if self._is_dynamic == bool(spec.activity_tasks):
            way_out = (
                "has activity_tasks, and each input brings its own; use a Decider"
                if self._is_dynamic
                else "has no activity_tasks; give some, or use a DynamicDecider"
            )
            raise GraphError(f"{kind}: decider_spec: {way_out}")
        polled = task_list or spec.task_list
        if polled is None:
            raise GraphError(
                f"{kind}: task_list: must be given, in the spec or beside it: the one that it polls"
            )
        super().__init__(
            GraphWorkflows(spec, payloads),
            polled,
            domain=domain or spec.domain,
            connection=connection,
            identity=identity,
            terminates=spec.terminate_decider_after_completion,
        )


class DynamicDecider(Decider):
    """Decides for each execution by the tasks that its input has, as `activity_tasks`.

    They are nowhere trusted: a list with a flaw fails its execution. The spec says the rest.
    """

    _is_dynamic = True


class GraphWorkflows(Workflows):
    """The workflows of a graph's decider: whatever type comes goes through the same graph."""

    def __init__(self, spec: DeciderSpec, payloads: Payloads | None) -> None:
        super().__init__()
        self._spec = spec
        self._payloads = graph_payloads(payloads)

    def get(self, name: str, version: str) -> type[Workflow]:
        """Return the workflow of this name and version, whatever they are."""
        found = self._found.get((name, version))
        if found is None:
            found = self.made(name, version)
            self._found[name, version] = found
        return found

    def made(self, name: str, version: str) -> type[Workflow]:
        """Return the workflow class for a type that comes for the first time."""
        return graph_workflow(self._spec, name, version, payloads=self._payloads)


class _Polling(flow.Decider):
    """Decides as any decider of the flow layer; its domain is there before it polls."""

    terminates: bool = False

    def _equip(self) -> None:
        super()._equip()
        self._closing = threading.local()  # by which decision the answer of this thread closes

    def start(
        self,
        *,
        threads: int = 1,
        processes: int = 0,
        tasks: int | None = None,
        block: bool = True,
    ) -> None:
        """Poll and decide until `stop()` is called: see `Actor.start`."""
        self._registrar.domain()
        super().start(threads=threads, processes=processes, tasks=tasks, block=block)

    def _prepare(self, loop: Loop, threads: int) -> None:
        super()._prepare(loop, threads)
        loop.ending.append(self.close)

    def on_answer(self, made: Answer) -> None:
        """Keep how it closes an execution."""
        self._closing.decision = made.closes

    def on_closed(self, workflow_id: str, run_id: str) -> None:  # noqa: ARG002
        """Stop where this was all that it had to do."""
        if self.terminates and self._closing.decision in COMPLETIONS:
            self.stop()
