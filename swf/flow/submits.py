"""How a workflow submits tasks, and runs several lines of its own side by side."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar, overload

from swf.exceptions import ValidationTypeError
from swf.flow.activities import OPTIONS, Activity, Executes
from swf.flow.declaration import CHILD_OPTIONS, Declaration, Ordered
from swf.flow.errors import OutsideWorkflowError
from swf.flow.future import Future
from swf.flow.replay.arguments import futures_in, resolved
from swf.flow.replay.child_workflow_execution import ChildFuture
from swf.flow.submitting import submit

if TYPE_CHECKING:
    from swf.flow.replay.run import Run
    from swf.flow.workflow import Workflow

P = ParamSpec("P")
R = TypeVar("R")
A_contra = TypeVar("A_contra", contravariant=True)
B_contra = TypeVar("B_contra", contravariant=True)
C_contra = TypeVar("C_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")


class OfOne(Protocol[A_contra, R_co]):
    """An activity that takes one argument, which may be a future of it."""

    def _submitted(self, one: A_contra, /) -> R_co:
        """Be of these arguments, and of this result."""
        ...


class OfTwo(Protocol[A_contra, B_contra, R_co]):
    """An activity that takes two arguments, which may be futures of them."""

    def _submitted(self, one: A_contra, two: B_contra, /) -> R_co:
        """Be of these arguments, and of this result."""
        ...


class OfThree(Protocol[A_contra, B_contra, C_contra, R_co]):
    """An activity that takes three arguments, which may be futures of them."""

    def _submitted(self, one: A_contra, two: B_contra, three: C_contra, /) -> R_co:
        """Be of these arguments, and of this result."""
        ...


class Submittable(Protocol[R_co]):
    """What knows by itself how a workflow submits it: groups, chains, and what a program makes."""

    def submitted_by(self, workflow: Workflow) -> Future[R_co]:
        """Have the workflow submit it."""
        ...


class Submits(Declaration):
    """What can submit tasks, while a decider runs it."""

    _run: Run

    if not TYPE_CHECKING:  # a checker shall refuse unknown names

        def __getattr__(self, name: str) -> Any:
            if name == "_run":
                raise OutsideWorkflowError(
                    f"{type(self).__name__} is not run by a decider: use `run` or `start` of"
                    " swf.flow"
                )
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    # Futures may stand for the first arguments, as far as types can say it: at run time for any.

    @overload
    def submit(self, task: OfOne[A, R], one: A | Future[A], /) -> Future[R]: ...

    @overload
    def submit(
        self, task: OfTwo[A, B, R], one: A | Future[A], two: B | Future[B], /
    ) -> Future[R]: ...

    @overload
    def submit(
        self,
        task: OfThree[A, B, C, R],
        one: A | Future[A],
        two: B | Future[B],
        three: C | Future[C],
        /,
    ) -> Future[R]: ...

    @overload
    def submit(self, task: Activity[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]: ...

    @overload
    def submit(self, task: type[Executes[R]], /, *args: Any, **kwargs: Any) -> Future[R]: ...

    @overload
    def submit(
        self, task: type[Declaration] | Ordered, /, *args: Any, **kwargs: Any
    ) -> ChildFuture: ...

    @overload
    def submit(self, task: Future[R], /) -> Future[R]: ...

    @overload
    def submit(self, task: Submittable[R], /, *args: Any, **kwargs: Any) -> Future[R]: ...

    def submit(self, task: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have an activity, a child workflow, a group or a chain begin; return its future.

        It begins once the futures in its arguments, at any depth, are done. Raises SignatureError
        where it does not take these arguments.
        """
        return submit(self._run, task, args, kwargs)

    def resolved(self, value: Any) -> Any:
        """Return a value with the results of all futures in it in their place, waited for."""
        for future in futures_in(value):
            _ = future.result
        return resolved(value)

    def map(self, task: Any, iterable: Iterable[Any]) -> list[Future[Any]]:
        """Submit a task once for each item; return the futures in order."""
        return [submit(self._run, task, (one,), {}) for one in iterable]

    def starmap(self, task: Any, iterable: Iterable[Iterable[Any]]) -> list[Future[Any]]:
        """Submit a task once for each item, which holds its arguments; return the futures."""
        return [submit(self._run, task, tuple(several), {}) for several in iterable]

    def spawn(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[Any]:
        """Have a function of the workflow run beside this one; return the future of its result.

        A plain one waits in the middle of itself, as `run` does; an `async def` does as well.
        """
        run = self._run
        return run.scheduler.spawn(function, args, kwargs, run.current_scope.inner()).future

    @contextmanager
    def options(self, **options: Any) -> Generator[None]:
        """Within the block, all that is submitted has these attributes, over those declared.

        What a call says of itself, by `with_options`, goes over them.

        Raises ValidationTypeError, naming it, for what is none of an activity or a workflow.
        """
        for name in options:
            if name not in OPTIONS and name not in CHILD_OPTIONS:
                raise ValidationTypeError(f"options: {name!r} is none of an activity or a workflow")
        strand = self._run.scheduler.current
        if strand is None:
            raise OutsideWorkflowError("options: only while the workflow runs")
        before = strand.options
        strand.options = {**before, **options}
        try:
            yield
        finally:
            strand.options = before
