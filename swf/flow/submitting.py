"""How a workflow submits: whatever it is given becomes a task of its run, and a future of that."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from threading import get_ident
from typing import TYPE_CHECKING, Any

from swf.exceptions import ValidationTypeError
from swf.flow.activities import DEFAULT_TASK_LIST, OPTIONS, Activity, as_activity
from swf.flow.declaration import CHILD_OPTIONS, INHERIT_TAG_LIST, Declaration, Ordered
from swf.flow.errors import OutsideWorkflowError
from swf.flow.future import Future
from swf.flow.replay.activity_task import ActivityCall
from swf.flow.replay.arguments import futures_in, substituted
from swf.flow.replay.child_workflow_execution import ChildCall
from swf.flow.replay.ids import digest, fitted
from swf.flow.retry import RetryPolicy

if TYPE_CHECKING:
    from swf.flow.replay.run import Run

Args = tuple[Any, ...]
Kwargs = Mapping[str, Any]


def submit(run: Run, task: Any, args: Args, kwargs: Kwargs) -> Future[Any]:
    """Have a task begin as soon as its arguments are there; return its future.

    Raises OutsideWorkflowError in a thread that is not the program's: it would not replay alike.
    """
    if run.thread != get_ident():
        raise OutsideWorkflowError(
            f"submit: {task!r:.80}: a workflow is one thread; for lines beside each other use"
            " `self.spawn(function)`"
        )
    if isinstance(task, Activity):
        return submit_activity(run, task, args, kwargs)
    if isinstance(task, Future):
        return task
    submitted = getattr(task, "submitted_by", None)
    if submitted is not None:
        future: Future[Any] = submitted(run.workflow, *args, **kwargs)
        return future
    if isinstance(task, type) and issubclass(task, Declaration):
        return submit_child(run, Ordered(task, {}), args, kwargs)
    if isinstance(task, Ordered):
        return submit_child(run, task, args, kwargs)
    activity = as_activity(task)
    if activity is None:
        raise ValidationTypeError(
            f"submit: {task!r:.80} is no activity, workflow, group, chain or future; declare a"
            " function with @activity"
        )
    return submit_activity(run, activity, args, kwargs)


def submit_activity(
    run: Run, activity: Activity[..., Any], args: Args, kwargs: Kwargs
) -> Future[Any]:
    """Have an activity scheduled as soon as its arguments are there; return its future."""
    strand = run.scheduler.current
    if strand is not None and strand.options:
        told = {name: strand.options[name] for name in OPTIONS if name in strand.options}
        own = {name: getattr(activity, name) for name in activity.overridden}
        activity = activity.with_options(**{**told, **own})
    activity.bind(args, kwargs)
    by_content = activity.idempotent or activity.get_task_id is not None
    if by_content and activity.activity_id is None:
        return _by_content(
            run, args, kwargs, lambda args, kwargs: _shared_activity(run, activity, args, kwargs)
        )
    scope = run.scope if strand is None else strand.scope
    task_id = activity.activity_id or scope.number(f"activity-{activity.name}")
    return _activity_call(run, activity, task_id, args, kwargs).submit()


def _activity_call(
    run: Run, activity: Activity[..., Any], task_id: str, args: Args, kwargs: Kwargs
) -> ActivityCall:
    workflow = run.workflow
    return ActivityCall(
        run,
        activity,
        task_id,
        args,
        kwargs,
        payloads=activity.payloads or run.payloads,
        task_list=run.activity_task_list
        or activity.task_list
        or workflow.activity_task_list
        or DEFAULT_TASK_LIST,
        overridden=bool(activity.overridden),
        priority=workflow.task_priority
        if activity.task_priority is None
        else activity.task_priority,
    )


def _shared_activity(
    run: Run, activity: Activity[..., Any], args: Args, kwargs: Kwargs
) -> Future[Any]:
    """Return the future of the one task that all calls with these arguments share."""
    if activity.get_task_id is not None:
        ending = activity.get_task_id(run.workflow, *args, **kwargs)
        task_id = fitted(f"activity-{activity.name}-{ending}")
    else:
        plain = (activity.payloads or run.payloads).plain_call(args, kwargs)
        task_id = fitted(f"activity-{activity.name}-{digest(plain or '')}")
    found = run.shared.get(task_id)
    if found is None:
        call = _activity_call(run, activity, task_id, args, kwargs)
        found = run.shared[task_id] = call.submit()
    return found


def _by_content(
    run: Run, args: Args, kwargs: Kwargs, begin: Callable[[Args, Kwargs], Future[Any]]
) -> Future[Any]:
    """Begin once all futures in the arguments are done: what begins depends on their results."""
    awaited = futures_in((args, kwargs))
    if not awaited:
        return begin(args, kwargs)
    promised: Future[Any] = Future(run.scheduler)
    left = len(awaited)

    def ended(_: Future[Any]) -> None:
        nonlocal left
        left -= 1
        if left:
            return
        for future in awaited:
            if future._error is not None and future._is_raised:
                promised._fail(future._error)
                return
        try:
            begun = begin(*substituted("submit", args, kwargs))
        except Exception as error:  # noqa: BLE001  (it is of the program's values, or of its hook)
            promised._fail(error)
            return
        follow(begun, promised)

    for future in awaited:
        future._when_done(ended)
    return promised


def follow(source: Future[Any], promised: Future[Any]) -> None:
    """Have a future end as another one does."""
    promised._task, promised._raises = source._task, source._raises

    def ended(_: Future[Any]) -> None:
        if source._error is not None:
            promised._fail(source._error, source._value)
        else:
            promised._resolve(source._value)

    source._when_done(ended)


def submit_child(run: Run, ordered: Ordered, args: Args, kwargs: Kwargs) -> Future[Any]:
    """Have a child workflow started as soon as its arguments are there; return its future."""
    cls = ordered.workflow
    cls.check_arguments(args, kwargs)
    around = {name: value for name, value in run.options.items() if name in CHILD_OPTIONS}
    options = {**around, **ordered.options}
    idempotent = options.get("idempotent", cls.idempotent)
    if idempotent and "workflow_id" not in options:
        return _by_content(
            run, args, kwargs, lambda args, kwargs: _shared_child(run, cls, options, args, kwargs)
        )
    family = family_of(run.execution.workflow_id, run.execution.run_id)
    task_id = options.get("workflow_id") or run.current_scope.number(f"{family}{cls.name}")
    return _child_call(run, cls, options, task_id, args, kwargs).submit()


def _shared_child(
    run: Run, cls: type[Declaration], options: Kwargs, args: Args, kwargs: Kwargs
) -> Future[Any]:
    payloads = options.get("payloads") or cls.payloads
    told = digest(payloads.plain_call(args, kwargs) or "")
    family = family_of(run.execution.workflow_id, run.execution.run_id)
    task_id = fitted(f"{family}{cls.name}-{told}")
    found = run.shared.get(task_id)
    if found is None:
        call = _child_call(run, cls, options, task_id, args, kwargs)
        found = run.shared[task_id] = call.submit()
    return found


def family_of(workflow_id: str, run_id: str) -> str:
    """Return how the ids of a run's children begin: another run's children are others."""
    short = hashlib.sha256(run_id.encode()).hexdigest()[:8]
    return f"{workflow_id}--{short}--"


def _child_call(
    run: Run,
    cls: type[Declaration],
    options: Kwargs,
    workflow_id: str,
    args: Args,
    kwargs: Kwargs,
) -> ChildCall:
    def described(args: Args, kwargs: Kwargs) -> dict[str, Any]:
        told = cls.asked(options, args, kwargs)
        attributes = {**cls.attributes(told), "workflowId": told.get("workflow_id") or workflow_id}
        if run.child_task_list is not None:
            attributes["taskList"] = {"name": run.child_task_list}
        if told.get("tag_list", cls.tag_list) == INHERIT_TAG_LIST and run.started.get("tagList"):
            attributes["tagList"] = list(run.started["tagList"])
        return attributes

    return ChildCall(
        run,
        cls,
        workflow_id,
        args,
        kwargs,
        described=described,
        payloads=options.get("payloads") or cls.payloads,
        retry=RetryPolicy.of(options.get("retry", cls.retry)),
        raises=options.get("raises_on_failure", cls.raises_on_failure),
    )
