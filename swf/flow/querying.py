"""Looking into executions: a program is replayed, asked, and given up again; nothing is sent."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, Protocol, TypeVar

import attrs

from swf.exceptions import ValidationError
from swf.flow.errors import NotRegisteredError, QueryError, StuckError
from swf.flow.replay.run import Execution, Run
from swf.flow.replay.strands import Strand
from swf.flow.replay.thread import ReplayThread
from swf.flow.workflow import Workflow
from swf.models import WorkflowExecution
from swf.wire import Wire

T = TypeVar("T")


class Located(Protocol):
    """What knows its execution, and perhaps the workflow of it: a Handle."""

    @property
    def execution(self) -> WorkflowExecution:
        """The execution."""
        ...

    @property
    def workflow(self) -> type[Workflow] | None:
        """The class of the workflow; None where it is not known."""
        ...


@attrs.frozen
class Line:
    """A line of a program's own code, `source` without its indentation."""

    file: str
    line: int
    function: str
    source: str

    def __str__(self) -> str:
        return f'  File "{self.file}", line {self.line}, in {self.function}\n    {self.source}'


@attrs.frozen
class WaitingStrand:
    """Where a strand of a program waits, and for what; `lines` are its calls, the outermost first.

    `waits_for` is None where it has not begun, or was held before a side effect.
    """

    name: str
    waits_for: str | None
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        head = f"{self.name} waits for {self.waits_for or 'its turn'}"
        return "\n".join([head, *map(str, self.lines)])


def query(
    execution: Located | WorkflowExecution,
    name: str,
    /,
    *args: Any,
    workflow: type[Workflow] | None = None,
    **kwargs: Any,
) -> Any:
    """Return what a `@query_handler` method of a workflow answers, of a closed execution as well.

    The program is replayed here along the history as it is now, and what came since the last
    decision is taken into account; side effects are stopped short of
    (GetWorkflowExecutionHistory). `workflow` is needed where a handle does not know it.

    Raises QueryError where the method waits or decides, NotRegisteredError where there is none of
    this name, NonDeterminismError where the program does not follow the history, and what the
    method raises.
    """
    located, cls = _located(execution, workflow)
    attribute = cls.query_handlers.get(name)
    if attribute is None:
        known = ", ".join(sorted(cls.query_handlers)) or "none"
        raise NotRegisteredError(
            f"{cls.__name__} answers no query {name!r}; it has {known}: declare a method with"
            " @query_handler"
        )
    return _looked(
        located, cls, lambda run: _answer(run, name, getattr(run.workflow, attribute), args, kwargs)
    )


def stack(
    execution: Located | WorkflowExecution, workflow: type[Workflow] | None = None
) -> list[WaitingStrand]:
    """Return where each strand of an open execution's program waits; nothing of a closed one.

    See `query` for how that is found out, and for what is raised.
    """
    located, cls = _located(execution, workflow)
    return _looked(located, cls, waiting)


def stuck(execution: Located | WorkflowExecution, workflow: type[Workflow] | None) -> StuckError:
    """Return the error for an execution that can never go on; it says where the program waits."""
    located = execution if isinstance(execution, WorkflowExecution) else execution.execution
    message = "nothing is at work for it, and nothing falls due"
    if workflow is not None:
        strands = stack(located, workflow)
        told = "\n".join(map(str, strands)) or "it has not begun: no decider polls its task list"
        message = f"{message}:\n{told}"
    return StuckError(message, resource=repr(located))


def _located(
    execution: Located | WorkflowExecution, workflow: type[Workflow] | None
) -> tuple[WorkflowExecution, type[Workflow]]:
    if isinstance(execution, WorkflowExecution):
        located, cls = execution, workflow
    else:
        located, cls = execution.execution, workflow or execution.workflow
    if cls is None:
        raise ValidationError(
            f"query: workflow: the class that {located!r} is an execution of must be given"
        )
    return located, cls


def _looked(execution: WorkflowExecution, cls: type[Workflow], look: Callable[[Run], T]) -> T:
    """Return what is seen in a program at the end of its history, in a thread of its own."""
    params = execution._described()
    pages = execution.connection.pages("GetWorkflowExecutionHistory", params)
    events: list[Wire] = [event for page in pages for event in page["events"]]
    replay = ReplayThread()

    def seen() -> T:
        named = Execution(
            domain=execution.domain.name,
            workflow_id=execution.workflow_id,
            run_id=params["execution"]["runId"],
            name=cls.name,
            version=cls.version,
        )
        with replayed(Run(cls(), named), events) as run:
            return look(run)

    try:
        return replay.call(seen)
    finally:
        replay.close()


@contextmanager
def replayed(run: Run, events: Sequence[Wire]) -> Generator[Run]:
    """Within the block, a run stands where these events have taken it; nothing of it is sent."""
    try:
        run.feed(events, None)
        run.peek()
        yield run
    finally:
        run.evict()


def _answer(
    run: Run, name: str, handler: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]
) -> Any:
    before = (len(run.queue), len(run.tasks), run.state_plain)
    strand = run.scheduler.spawn(handler, args, kwargs, run.scope.inner())
    with run.at_work():
        run.scheduler.run()
    if (len(run.queue), len(run.tasks), run.state_plain) != before:
        raise QueryError(f"query {name!r} decides: it may only read", resource=str(run.execution))
    if not strand.future.done:
        raise QueryError(
            f"query {name!r} waits for {_awaited(strand)}: it may read only what is there",
            resource=str(run.execution),
        )
    return strand.future.result


def waiting(run: Run) -> list[WaitingStrand]:
    """Return where the strands of a run wait; nothing of one that is closed."""
    if run.is_closed:
        return []
    return [
        WaitingStrand(strand.name, _awaited(strand), tuple(map(_line, strand.frames())))
        for strand in run.scheduler.strands
    ]


def _awaited(strand: Strand) -> str | None:
    future = strand.waits_for
    if future is None or future._task is None:
        return None
    return f"{future._task!r} ({future.state.lower()})"


def _line(frame: FrameType) -> Line:
    code = frame.f_code
    source = linecache.getline(code.co_filename, frame.f_lineno).strip()
    return Line(code.co_filename, frame.f_lineno, code.co_qualname, source)
