"""Activities: functions, coroutines, classes and methods that workers run and workflows submit."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, ParamSpec, Protocol, TypeVar, overload

import attrs

from swf.exceptions import NotPicklableError, ValidationError, ValidationTypeError
from swf.flow.activity_context import ActivityContext, current
from swf.flow.errors import SignatureError
from swf.flow.retry import RetryPolicy
from swf.payload import Payloads, register_annotations
from swf.validation import check_value
from swf.wire import DurationLike, duration, duration_text

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
E = TypeVar("E", bound="Executes[Any]")

DEFAULT_VERSION: Final = "1.0"
DEFAULT_TASK_LIST: Final = "default"


class Executes(Protocol[R_co]):
    """What an activity that is a class has: it is made with the arguments, and does the work."""

    def execute(self) -> R_co:
        """Do the work and return its result."""
        ...


def _policy(value: RetryPolicy | int | None) -> RetryPolicy | None:
    return RetryPolicy.of(value)


def timeout_text(value: DurationLike | None) -> str | None:
    """Return a time-out as the wire spells it; None stays None.

    Raises ValidationError, or ValidationTypeError, for what is no duration.
    """
    return duration_text(duration(value, "timeout"))


@attrs.frozen(eq=False, repr=False, slots=False)
class Activity(Generic[P, R]):
    """An activity type and the code that does its work; called, it is the code.

    `start_to_close_timeout` and the other time-outs are seconds, a timedelta or 'NONE'; without a
    `heartbeat_timeout` of its own, a worker that died is noticed after a minute. `retry` is a
    RetryPolicy, or how many further attempts follow at once. `retry_in_worker`, likewise, has the
    worker itself call the code again: the history knows of the last failure only, and the time-outs
    are for all these attempts together. With `raises_on_failure=False` the future of one that
    failed has None for its result, and the error for its `exception`.

    An `idempotent` activity is scheduled once for the same arguments, whoever submits it;
    `get_task_id(workflow, *args, **kwargs)` gives the end of the activity id, and `activity_id`, of
    a single call, all of it. `payloads` is how arguments and result travel, the workflow's own
    where it is None. `meta` is the program's.
    """

    callable: Callable[P, R]
    name: str = attrs.field(kw_only=True)
    version: str = attrs.field(default=DEFAULT_VERSION, kw_only=True)
    task_list: str | None = attrs.field(default=None, kw_only=True)
    task_priority: int | None = attrs.field(default=None, kw_only=True)
    retry: RetryPolicy | None = attrs.field(default=None, kw_only=True, converter=_policy)
    retry_in_worker: RetryPolicy | None = attrs.field(default=None, kw_only=True, converter=_policy)
    raises_on_failure: bool = attrs.field(default=True, kw_only=True)
    start_to_close_timeout: str | None = attrs.field(
        default="3600", converter=timeout_text, kw_only=True
    )
    schedule_to_start_timeout: str | None = attrs.field(
        default="NONE", converter=timeout_text, kw_only=True
    )
    schedule_to_close_timeout: str | None = attrs.field(
        default="NONE", converter=timeout_text, kw_only=True
    )
    heartbeat_timeout: str | None = attrs.field(default="60", converter=timeout_text, kw_only=True)
    idempotent: bool = attrs.field(default=False, kw_only=True)
    get_task_id: Callable[..., str] | None = attrs.field(default=None, kw_only=True)
    activity_id: str | None = attrs.field(default=None, kw_only=True)
    payloads: Payloads | None = attrs.field(default=None, kw_only=True)
    meta: Mapping[str, Any] = attrs.field(factory=dict, kw_only=True)
    description: str | None = attrs.field(default=None, kw_only=True)
    is_method: bool = attrs.field(default=False, kw_only=True)
    overridden: frozenset[str] = attrs.field(default=frozenset(), kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse a name, version or task list that SWF would refuse."""
        for shape, argument in (("Name", "name"), ("Version", "version")):
            check_value("activity", shape, getattr(self, argument), argument)
        if self.task_list is not None:
            check_value("activity", "Name", self.task_list, "task_list")
        if self.activity_id is not None:
            check_value("activity", "ActivityId", self.activity_id, "activity_id")
        check_priority("activity", self.task_priority)
        told = ("__module__", "__name__", "__qualname__", "__doc__")
        self.__dict__.update({name: getattr(self.callable, name, None) for name in told})
        self.__dict__["__wrapped__"] = self.callable
        if not self.overridden and not hasattr(self.callable, "__self__"):
            register_annotations(self.callable)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do the work here and now, as the plain code would."""
        return self.callable(*args, **kwargs)

    if TYPE_CHECKING:  # for checkers of types: what `submit` takes, and what comes of it

        def _submitted(self, *args: P.args, **kwargs: P.kwargs) -> R: ...

    def __get__(self, instance: Any, owner: Any = None) -> Activity[..., R]:
        """Return the activity bound to an instance, as a method would be."""
        if instance is None or not self.is_method:
            return self
        return attrs.evolve(self, callable=self.callable.__get__(instance), is_method=False)

    def with_options(self, **options: Any) -> Activity[P, R]:
        """Return the same activity with other attributes; its name and version stay as they are.

        Raises ValidationTypeError, naming it, for what is no option.
        """
        for name in options:
            if name not in OPTIONS:
                raise ValidationTypeError(
                    f"{self!r}.with_options: {name!r} is none; there are {', '.join(OPTIONS)}"
                )
        return attrs.evolve(self, **options, overridden=self.overridden.union(options))

    @property
    def context(self) -> ActivityContext:
        """The context of the activity at work here; raises OutsideWorkflowError without one."""
        return current()

    @property
    def key(self) -> tuple[str, str]:
        """Name and version: what a registry knows it by."""
        return (self.name, self.version)

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Return where the code takes these arguments; raises SignatureError where it does not."""
        least, most = self._arity
        if not kwargs and least <= len(args) <= most:
            return
        try:
            self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise SignatureError(f"{self!r} takes {self.signature}: {error}") from None

    @functools.cached_property
    def signature(self) -> inspect.Signature:
        """What the code takes; of a method without its `self`."""
        signature = inspect.signature(self.callable)
        if self.is_method:
            signature = signature.replace(parameters=list(signature.parameters.values())[1:])
        return signature

    @functools.cached_property
    def on_wire(self) -> dict[str, Any]:
        """What every decision to schedule it tells: its type and its time-outs."""
        told = {member: getattr(self, field) for field, member in _LIMITS}
        limits = {member: value for member, value in told.items() if value is not None}
        return {"activityType": {"name": self.name, "version": self.version}, **limits}

    @functools.cached_property
    def _arity(self) -> tuple[int, float]:
        return arity(self.signature)

    def __repr__(self) -> str:
        return f"Activity({self.name!r}, {self.version!r})"

    def __reduce__(self) -> str | tuple[Any, ...]:
        options = {name: getattr(self, name) for name in sorted(self.overridden)}
        if inspect.ismethod(self.callable):
            return _bound, (self.callable.__self__, self.callable.__name__, options)
        declared = self._declared()
        if options:
            return _overridden, (declared, options)
        if isinstance(self.callable, type):
            return as_activity, (self.callable,)
        return str(self.__dict__["__qualname__"])

    def _declared(self) -> Activity[..., Any]:
        """Return what its module has by this name; raises NotPicklableError where it is another."""
        qualname = self.__dict__["__qualname__"]
        found: Any = sys.modules.get(self.__module__)
        for part in qualname.split("."):
            found = getattr(found, part, None)
        declared = as_activity(found)
        if declared is None or (declared is not self and not self.overridden):
            raise NotPicklableError(
                f"{self!r} cannot be handed to another process, which would not find it as"
                f" {self.__module__}.{qualname}: declare it there, at the top of a module"
            )
        return declared


def arity(signature: inspect.Signature) -> tuple[int, float]:
    """Return how few and how many arguments do by position alone; (1, 0) where they never do."""
    least, most = 0, 0.0
    for one in signature.parameters.values():
        if one.kind is one.VAR_POSITIONAL:
            most = float("inf")
        elif one.kind is one.KEYWORD_ONLY and one.default is one.empty:
            return (1, 0)
        elif one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD):
            most += 1
            least += one.default is one.empty
    return least, most


if TYPE_CHECKING:

    class AsyncActivity(Activity[P, R]):
        """An activity whose code is an `async def`: called, it is to be awaited."""

        def __call__(  # type: ignore[override]
            self, *args: P.args, **kwargs: P.kwargs
        ) -> Coroutine[Any, Any, R]:
            """Return the coroutine that does the work."""
            ...


_LIMITS: Final = (
    ("start_to_close_timeout", "startToCloseTimeout"),
    ("schedule_to_start_timeout", "scheduleToStartTimeout"),
    ("schedule_to_close_timeout", "scheduleToCloseTimeout"),
    ("heartbeat_timeout", "heartbeatTimeout"),
)

OPTIONS: Final = tuple(
    field.name
    for field in attrs.fields(Activity)
    if field.name
    not in (
        "callable",
        "name",
        "version",
        "is_method",
        "description",
        "overridden",
        "retry_in_worker",  # a worker is not told of it
    )
)
"""What a single call may have otherwise."""

_OF_CLASSES: Final = "__swf_activity__"


class ActivityDecorator:
    """Declares activities: `@activity`, `@activity(retry=3)` or `@activity.with_attributes(…)`.

    A function, an `async def`, or a method becomes an Activity, which is called as before; a class
    with `execute()` stays the class it is.
    """

    @property
    def context(self) -> ActivityContext:
        """The context of the activity at work here; raises OutsideWorkflowError without one."""
        return current()

    @overload
    def __call__(self, target: type[E], /) -> type[E]: ...  # type: ignore[overload-overlap]  # callable

    @overload
    def __call__(self, target: Callable[P, Coroutine[Any, Any, R]], /) -> AsyncActivity[P, R]: ...

    @overload
    def __call__(self, target: Callable[P, R], /) -> Activity[P, R]: ...

    @overload
    def __call__(self, target: None = None, /, **attributes: Any) -> Declares: ...

    def __call__(self, target: Any = None, /, **attributes: Any) -> Any:
        """Declare an activity; with attributes, return what declares one."""
        if target is None:
            return self.with_attributes(**attributes)
        return _declared(target, attributes)

    def with_attributes(
        self,
        name: str | None = None,
        version: str = DEFAULT_VERSION,
        *,
        task_list: str | None = None,
        task_priority: int | None = None,
        retry: RetryPolicy | int | None = None,
        retry_in_worker: RetryPolicy | int | None = None,
        raises_on_failure: bool = True,
        start_to_close_timeout: DurationLike | None = 3600,
        schedule_to_start_timeout: DurationLike | None = "NONE",
        schedule_to_close_timeout: DurationLike | None = "NONE",
        heartbeat_timeout: DurationLike | None = 60,
        idempotent: bool | None = False,
        get_task_id: Callable[..., str] | None = None,
        payloads: Payloads | None = None,
        meta: Mapping[str, Any] | None = None,
        description: str | None = None,
    ) -> Declares:
        """Return what declares an activity with these attributes; see `Activity`."""
        return Declares(
            {
                "name": name,
                "version": version,
                "task_list": task_list,
                "task_priority": task_priority,
                "retry": retry,
                "retry_in_worker": retry_in_worker,
                "raises_on_failure": raises_on_failure,
                "start_to_close_timeout": start_to_close_timeout,
                "schedule_to_start_timeout": schedule_to_start_timeout,
                "schedule_to_close_timeout": schedule_to_close_timeout,
                "heartbeat_timeout": heartbeat_timeout,
                "idempotent": bool(idempotent),
                "get_task_id": get_task_id,
                "payloads": payloads,
                "meta": dict(meta or {}),
                "description": description,
            }
        )


class Declares:
    """Declares an activity with the attributes that it was made with."""

    def __init__(self, attributes: Mapping[str, Any]) -> None:
        self._attributes = attributes

    @overload
    def __call__(self, target: type[E], /) -> type[E]: ...  # type: ignore[overload-overlap]  # callable

    @overload
    def __call__(self, target: Callable[P, Coroutine[Any, Any, R]], /) -> AsyncActivity[P, R]: ...

    @overload
    def __call__(self, target: Callable[P, R], /) -> Activity[P, R]: ...

    def __call__(self, target: Any, /) -> Any:
        """Declare it."""
        return _declared(target, self._attributes)


activity: Final = ActivityDecorator()


def _declared(target: Any, attributes: Mapping[str, Any]) -> Any:
    told = {name: value for name, value in attributes.items() if value is not None}
    if isinstance(target, Activity):
        raise ValidationTypeError(f"{target!r} is an activity already")
    if isinstance(target, staticmethod | classmethod):
        raise ValidationTypeError(f"activity: put @{type(target).__name__} around the activity")
    if not callable(target):
        raise ValidationTypeError(f"activity: must be a function or a class, got {target!r}")
    if "name" not in told:
        told["name"] = default_name(target)
    told.setdefault("description", inspect.getdoc(target) and str(inspect.getdoc(target))[:1024])
    if isinstance(target, type):
        if not callable(getattr(target, "execute", None)):
            raise ValidationTypeError(f"activity: class {target.__name__} has no execute()")
        setattr(target, _OF_CLASSES, Activity(target, **told))
        return target
    return Activity(target, is_method=_is_method(target), **told)


def as_activity(target: Any) -> Activity[..., Any] | None:
    """Return the activity that something is or declares; None where it is none."""
    if isinstance(target, Activity):
        return target
    if isinstance(target, type):
        found = target.__dict__.get(_OF_CLASSES)
        return found if isinstance(found, Activity) else None
    return None


def default_name(target: Any) -> str:
    """Return `module.qualified.name`; a program's own module goes by the name of its file.

    Raises ValidationError for what has no name.
    """
    module, qualname = (getattr(target, name, None) for name in ("__module__", "__qualname__"))
    if module is None or qualname is None:
        raise ValidationError(f"{target!r} has no name: tell one, name=…")
    if module in ("__main__", "__mp_main__"):  # as which a child process has it
        main = sys.modules[module]
        spec = getattr(main, "__spec__", None)
        module = spec.name if spec else Path(getattr(main, "__file__", "main")).stem
    return f"{module}.{qualname}"


def check_priority(where: str, priority: object) -> None:
    """Raise ValidationError for what SWF would not take as a task priority; None is none."""
    if priority is None:
        return
    if isinstance(priority, bool) or not isinstance(priority, int):
        raise ValidationTypeError(f"{where}: task_priority: must be an int, got {priority!r}")
    check_value(where, "TaskPriority", str(priority), "task_priority")


def _is_method(target: Any) -> bool:
    owner, _, _ = getattr(target, "__qualname__", "").rpartition(".")
    parameters = list(inspect.signature(target).parameters)
    return bool(owner) and not owner.endswith("<locals>") and parameters[:1] == ["self"]


def _overridden(declared: Activity[..., Any], options: Mapping[str, Any]) -> Activity[..., Any]:
    return declared.with_options(**options)


def _bound(instance: Any, method: str, options: Mapping[str, Any]) -> Activity[..., Any]:
    bound: Activity[..., Any] = getattr(instance, method)
    return bound.with_options(**options) if options else bound
