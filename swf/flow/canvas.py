"""Groups and chains: several tasks that a workflow submits as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from swf.exceptions import ValidationError, ValidationTypeError
from swf.flow.errors import AggregateError, Canceled
from swf.flow.future import Future
from swf.flow.futures import FIRST_COMPLETED, wait

if TYPE_CHECKING:
    from swf.flow.replay.run import Run
    from swf.flow.workflow import Workflow


class Call:
    """A task and its arguments, to be submitted later; a tuple `(task, *args)` is one, too."""

    def __init__(self, task: Any, /, *args: Any, **kwargs: Any) -> None:
        self.task = task
        self.args = args
        self.kwargs = kwargs

    @classmethod
    def of(cls, task: Any, args: tuple[Any, ...] = (), kwargs: Any = None) -> Call:
        """Return a task, a tuple or a call as a call; raises ValidationError for an empty tuple."""
        if isinstance(task, cls):
            return task
        if isinstance(task, tuple):
            if not task:
                raise ValidationError("a task given as a tuple needs the task itself")
            return cls(*task)
        return cls(task, *args, **(kwargs or {}))

    def submitted_by(self, workflow: Workflow, *more: Any) -> Future[Any]:
        """Have a workflow submit it, with more arguments after its own."""
        future: Future[Any] = workflow.submit(self.task, *self.args, *more, **self.kwargs)
        return future

    def __repr__(self) -> str:
        return f"Call({self.task!r})"


class GroupFuture(Future[list[Any]]):
    """The results of a group or a chain, in order; `futures` are those of what was submitted."""

    __slots__ = ("_size", "futures")

    def __init__(self, scheduler: Any, size: int) -> None:
        super().__init__(scheduler)
        self.futures: list[Future[Any]] = []
        self._size = size

    @property
    def count_finished_activities(self) -> int:
        """How many of the tasks have ended, in whatever way; those of inner groups one by one."""
        return sum(
            one.count_finished_activities if isinstance(one, GroupFuture) else one.done
            for one in self.futures
        )

    def cancel(self) -> bool:
        """Cancel what was submitted and has not ended; nothing more of it is submitted.

        The group is canceled at once; activities and children end as they see fit.
        """
        if self.done or self._task is None:
            return False
        for future in self.futures:
            future.cancel()
        return self._task.cancel()


class _Several:
    """What groups and chains have in common: their tasks, and how a failure of one counts."""

    future_class: type[GroupFuture] = GroupFuture

    def __init__(
        self,
        *tasks: Any,
        raises_on_failure: bool | None = None,
        bubbles_exception_on_failure: bool = True,
    ) -> None:
        self.tasks: list[Call] = []
        self.raises_on_failure = raises_on_failure
        self.bubbles_exception_on_failure = bubbles_exception_on_failure
        self.extend(tasks)

    def append(self, task: Any, /, *args: Any, **kwargs: Any) -> None:
        """Put one more task, with its arguments, at the end."""
        self.tasks.append(Call.of(task, args, kwargs))

    def extend(self, tasks: Iterable[Any]) -> None:
        """Put more tasks at the end: tasks, tuples of a task and its arguments, groups, chains."""
        for task in tasks:
            self.append(task)

    def __iadd__(self, tasks: Iterable[Any]) -> Any:
        self.extend(tasks)
        return self

    def __len__(self) -> int:
        return len(self.tasks)

    def submitted_by(self, workflow: Workflow, *more: Any) -> GroupFuture:
        """Have a workflow submit the tasks, with ids of their own; return the future of all."""
        run = workflow._run
        future = self.future_class(run.scheduler, len(self.tasks))
        if self.raises_on_failure is not None:
            future._raises = self.raises_on_failure
        strand = run.scheduler.spawn(
            self._submit_all, (workflow, future, more), {}, run.current_scope.inner()
        )
        future._task = strand
        ends_as(run, strand.future, future)
        return future

    def _submit_all(self, workflow: Workflow, future: GroupFuture, more: tuple[Any, ...]) -> Any:
        raise NotImplementedError

    def _submit(
        self, workflow: Workflow, future: GroupFuture, task: Call, more: Any
    ) -> Future[Any]:
        submitted = task.submitted_by(workflow, *more)
        if self.raises_on_failure is not None:
            submitted._raises = self.raises_on_failure
        future.futures.append(submitted)
        return submitted

    def _results(self, future: GroupFuture) -> list[Any]:
        """Return the results; raise AggregateError where tasks failed and that is to be told."""
        failed = [one._error for one in future.futures if one._error is not None]
        for one in future.futures:
            one._looked_at = True
        raises = any(one._error is not None and one._is_raised for one in future.futures)
        results = [one._value for one in future.futures]
        if failed and (raises or self.bubbles_exception_on_failure):
            future._value = results
            future._raises = raises
            raise AggregateError(f"{len(failed)} of {len(self.tasks)} tasks failed", failed)
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__} of {len(self.tasks)} tasks"


def ends_as(run: Run, source: Future[Any], promised: Future[Any]) -> None:
    """Have a future end as another one does; where that fails, the value it has is kept."""

    def ended(_: Future[Any]) -> None:
        if source._error is not None:
            source._looked_at = True
            run.failures.append(promised)
            promised._fail(source._error, promised._value)
        else:
            promised._resolve(source._value)

    source._when_done(ended)


class Group(_Several):
    """Tasks that run side by side, at most `max_parallel` at a time; the result is their list.

    Where some fail, the others go on, and the group fails in the end with AggregateError. With
    `raises_on_failure=False` the results of those are None instead, and the error is the future's
    `exception`, unless `bubbles_exception_on_failure` is False. A task is an activity, a workflow,
    a tuple of one and its arguments, a Call, a group or a chain.
    """

    def __init__(
        self,
        *tasks: Any,
        max_parallel: int | None = None,
        raises_on_failure: bool | None = None,
        bubbles_exception_on_failure: bool = True,
    ) -> None:
        super().__init__(
            *tasks,
            raises_on_failure=raises_on_failure,
            bubbles_exception_on_failure=bubbles_exception_on_failure,
        )
        if max_parallel is not None and (isinstance(max_parallel, bool) or max_parallel < 1):
            raise ValidationError(f"Group: max_parallel: must be at least 1, got {max_parallel!r}")
        self.max_parallel = max_parallel

    def _submit_all(self, workflow: Workflow, future: GroupFuture, more: tuple[Any, ...]) -> Any:
        going: list[Future[Any]] = []
        for task in self.tasks:
            if self.max_parallel is not None:
                going = [one for one in going if not one.done]
                if len(going) >= self.max_parallel:
                    going = wait(going, return_when=FIRST_COMPLETED).not_done
            going.append(self._submit(workflow, future, task, more))
        wait(future.futures)
        return self._results(future)


class Chain(_Several):
    """Tasks that run one after the other; the result is the list of theirs.

    With `send_result` each gets the result of the one before as its last argument. Where one fails,
    the rest is left out and the chain fails with the same error; with `raises_on_failure=False` it
    ends with the results so far. With `break_on_failure=False` it goes on.
    """

    def __init__(
        self,
        *tasks: Any,
        send_result: bool = False,
        break_on_failure: bool = True,
        raises_on_failure: bool | None = None,
        bubbles_exception_on_failure: bool = True,
    ) -> None:
        super().__init__(
            *tasks,
            raises_on_failure=raises_on_failure,
            bubbles_exception_on_failure=bubbles_exception_on_failure,
        )
        if send_result and not break_on_failure:
            raise ValidationError(
                "Chain: send_result needs break_on_failure: a task that failed has no result"
            )
        self.send_result = send_result
        self.break_on_failure = break_on_failure

    def _submit_all(self, workflow: Workflow, future: GroupFuture, more: tuple[Any, ...]) -> Any:
        for task in self.tasks:
            submitted = self._submit(workflow, future, task, more)
            wait(submitted)
            error = submitted._error
            if error is not None and self.break_on_failure:
                return self._broken(future, submitted, error)
            more = (submitted._value,) if self.send_result else ()
        return self._results(future)

    def _broken(self, future: GroupFuture, last: Future[Any], error: BaseException) -> list[Any]:
        """Return the results so far; raise the error of the last where that is to be told."""
        last._looked_at = True
        results = [one._value for one in future.futures]
        if not (last._is_raised or self.bubbles_exception_on_failure):
            return results
        future._value, future._raises = results, last._is_raised
        raise error


class FuncGroup:
    """A group or a chain that a function makes once its arguments are there.

    The function gets the results of the futures among its arguments, and returns a group, a chain,
    or a list of tasks, which is a group.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        /,
        *args: Any,
        raises_on_failure: bool | None = None,
        allow_none: bool = False,
        **kwargs: Any,
    ) -> None:
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.raises_on_failure = raises_on_failure
        self.allow_none = allow_none

    def submitted_by(self, workflow: Workflow, *more: Any) -> Future[Any]:
        """Have a workflow call the function and submit what it returns."""
        run = workflow._run

        def begin(*args: Any, **kwargs: Any) -> Any:
            made = self._made(workflow.resolved(args), workflow.resolved(kwargs))
            if made is None:
                return None
            submitted = made.submitted_by(workflow)
            try:
                wait(submitted)
            except Canceled:
                submitted.cancel()
                raise
            promised._raises = submitted._raises
            if submitted._error is not None:
                promised._value = submitted._value
                raise submitted._error
            return submitted._value

        promised: Future[Any] = Future(run.scheduler)
        strand = run.scheduler.spawn(
            begin, (*self.args, *more), self.kwargs, run.current_scope.inner()
        )

        promised._task = strand
        ends_as(run, strand.future, promised)
        return promised

    def _made(self, args: Any, kwargs: Any) -> Group | Chain | None:
        made = self.function(*args, **kwargs)
        if made is None and self.allow_none:
            return None
        if isinstance(made, list | tuple):
            made = Group(*made)
        if not isinstance(made, Group | Chain):
            raise ValidationTypeError(
                f"FuncGroup: {self.function!r} must return a Group, a Chain or a list of tasks,"
                f" got {made!r:.80}"
            )
        if self.raises_on_failure is not None:
            made.raises_on_failure = self.raises_on_failure
        return made

    def __repr__(self) -> str:
        return f"FuncGroup of {self.function!r}"
