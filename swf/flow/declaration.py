"""What a workflow class says of its type: the attributes, and what SWF is told by them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, ClassVar, Final, TypeVar, overload

import attrs

from swf.exceptions import ValidationError, ValidationTypeError
from swf.flow.activities import (
    DEFAULT_TASK_LIST,
    DEFAULT_VERSION,
    arity,
    default_name,
    timeout_text,
)
from swf.flow.errors import SignatureError
from swf.flow.replay.ids import fitted
from swf.flow.retry import RetryPolicy
from swf.payload import Payloads, register_annotations
from swf.validation import check_count, check_value
from swf.wire import DurationLike, Wire

F = TypeVar("F", bound=Callable[..., Any])

INHERIT_TAG_LIST: Final = "INHERIT_TAG_LIST"
"""As a child's `tag_list`: its parent's."""

_SIGNAL: Final = "__swf_signal__"
_QUERY: Final = "__swf_query__"

CHILD_OPTIONS: Final = frozenset(
    {
        "child_policy",
        "execution_start_to_close_timeout",
        "idempotent",
        "lambda_role",
        "payloads",
        "raises_on_failure",
        "retry",
        "tag_list",
        "task_list",
        "task_priority",
        "task_start_to_close_timeout",
        "workflow_id",
    }
)


@overload
def signal_handler(target: F, /) -> F: ...


@overload
def signal_handler(
    target: str | None = None, /, *, name: str | None = None
) -> Callable[[F], F]: ...


def signal_handler(
    target: Callable[..., Any] | str | None = None, /, *, name: str | None = None
) -> Any:
    """Declare a method that is called for each signal of its name, or of the name given.

    Written `@signal_handler` or `@signal_handler("order changed")`. Each call is a strand of its
    own, in the order in which the signals came; what it raises fails the workflow.
    """
    return _marked(_SIGNAL, target, name)


@overload
def query_handler(target: F, /) -> F: ...


@overload
def query_handler(target: str | None = None, /, *, name: str | None = None) -> Callable[[F], F]: ...


def query_handler(
    target: Callable[..., Any] | str | None = None, /, *, name: str | None = None
) -> Any:
    """Declare a method that `swf.flow.query` calls, on a program that was replayed for it.

    It may read everything, wait for nothing, and decide nothing.
    """
    return _marked(_QUERY, target, name)


def _marked(mark: str, target: Any, name: str | None) -> Any:
    if target is None or isinstance(target, str):
        return partial(_mark, mark, name or target)
    return _mark(mark, name, target)


def _mark(mark: str, name: str | None, target: Any) -> Any:
    setattr(target, mark, name or target.__name__)
    return target


@attrs.frozen
class Ordered:
    """A workflow class and what is otherwise in one call of it; `submit` and `start` take it."""

    workflow: type[Declaration]
    options: Mapping[str, Any]

    def with_options(self, **options: Any) -> Ordered:
        """Return the same with more options."""
        return Ordered(self.workflow, {**self.options, **_checked(self.workflow, options)})


class Declaration:
    """The class attributes of a workflow; what is not told here is told nowhere.

    `name` and `version` are those of the workflow type; the name is the module's and the class's
    where none is given. Time-outs are seconds, timedeltas or 'NONE'; `execution_timeout` and
    `decision_tasks_timeout` are other spellings of two of them. Activities without a task list of
    their own go to `activity_task_list`. One that `is_elsewhere` has no code here: it is started as
    a child, and neither registered nor decided for by those who start it.
    """

    name: ClassVar[str] = ""
    version: ClassVar[str] = DEFAULT_VERSION
    task_list: ClassVar[str] = DEFAULT_TASK_LIST
    activity_task_list: ClassVar[str | None] = None
    task_priority: int | None = None
    tag_list: ClassVar[Sequence[str] | str] = ()
    execution_start_to_close_timeout: ClassVar[DurationLike] = 31_536_000
    task_start_to_close_timeout: ClassVar[DurationLike] = 30
    child_policy: ClassVar[str] = "TERMINATE"
    lambda_role: ClassVar[str | None] = None
    retry: ClassVar[RetryPolicy | int | None] = None
    raises_on_failure: ClassVar[bool] = True
    idempotent: ClassVar[bool] = False
    is_elsewhere: ClassVar[bool] = False
    payloads: ClassVar[Payloads] = Payloads()
    description: ClassVar[str | None] = None
    max_open_activities: ClassVar[int] = 1_000
    max_open_children: ClassVar[int] = 1_000
    max_open_timers: ClassVar[int] = 990
    continue_as_new_at: ClassVar[int] = 10_000
    cancel_grace: ClassVar[int] = 60

    run: Callable[..., Any]
    """What happens: every workflow has its own, a `def` or an `async def`."""

    signal_handlers: ClassVar[dict[str, str]] = {}
    query_handlers: ClassVar[dict[str, str]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        told = cls.__dict__
        for given, meant in (
            ("execution_timeout", "execution_start_to_close_timeout"),
            ("decision_tasks_timeout", "task_start_to_close_timeout"),
            ("max_open_activity_count", "max_open_activities"),
        ):
            if given in told and meant not in told:
                setattr(cls, meant, told[given])
        if not told.get("name"):
            cls.name = default_name(cls)
        cls.signal_handlers = {**cls.signal_handlers, **_named(cls, _SIGNAL)}
        cls.query_handlers = {**cls.query_handlers, **_named(cls, _QUERY)}
        _check_declaration(cls)
        run = told.get("run")
        if run is not None:
            register_annotations(run)

    @classmethod
    def with_options(cls, **options: Any) -> Ordered:
        """Return the workflow with other attributes for one call: see `Ordered`.

        Raises ValidationTypeError, naming it, for what is no option.
        """
        return Ordered(cls, _checked(cls, options))

    @classmethod
    def key(cls) -> tuple[str, str]:
        """Name and version: what a registry knows it by."""
        return (cls.name, cls.version)

    @classmethod
    def run_signature(cls) -> inspect.Signature:
        """Return what `run` takes, without its `self`; raises ValidationError without a `run`."""
        if not hasattr(cls, "run"):
            raise ValidationError(f"{cls.__name__} has no `run`: it is a base of workflows only")
        return _signature(cls.run)

    @classmethod
    def check_arguments(cls, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Return where `run` takes these; raises SignatureError where it does not."""
        signature = cls.run_signature()
        least, most = _arity(cls.run)
        if not kwargs and least <= len(args) <= most:
            return  # to bind them would tell no more, and take ten times as long
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            raise SignatureError(f"{cls.__name__}.run takes {signature}: {error}") from None

    @classmethod
    def asked(
        cls, options: Mapping[str, Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the options of a call, with what the class says for these arguments.

        `get_workflow_id`, `get_task_list` and `get_tag_list`, where the class has them, are called
        on the class with the arguments of `run`; an option goes over what they return.
        """
        told = dict(options)
        for option in ("workflow_id", "task_list", "tag_list"):
            hook = getattr(cls, f"get_{option}", None)
            found = None if option in told or hook is None else hook(*args, **kwargs)
            if found:
                told[option] = fitted(str(found)) if option == "workflow_id" else found
        return told

    @classmethod
    def attributes(cls, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a start tells of this workflow beside its id and input, as on the wire.

        Raises ValidationError, or ValidationTypeError, for an option that cannot be told.
        """
        told = {name: options.get(name, getattr(cls, name, None)) for name in CHILD_OPTIONS}
        role, priority, tags = told["lambda_role"], told["task_priority"], told["tag_list"]
        if isinstance(priority, property):
            priority = None
        if isinstance(tags, str) and tags != INHERIT_TAG_LIST:
            raise ValidationTypeError(f"{cls.__name__}: tag_list: must be a list, got {tags!r}")
        wire = {
            "workflowType": {"name": cls.name, "version": cls.version},
            "taskList": {"name": told["task_list"]},
            "executionStartToCloseTimeout": timeout_text(told["execution_start_to_close_timeout"]),
            "taskStartToCloseTimeout": timeout_text(told["task_start_to_close_timeout"]),
            "childPolicy": told["child_policy"],
            "taskPriority": None if priority is None else str(priority),
            "lambdaRole": role,
            "tagList": None if isinstance(tags, str) else list(tags or ()) or None,
        }
        return {name: value for name, value in wire.items() if value is not None}


def _named(cls: type, mark: str) -> dict[str, str]:
    found = {}
    for attribute, value in vars(cls).items():
        name = getattr(value, mark, None)
        if isinstance(name, str):
            found[name] = attribute
    return found


def _checked(cls: type[Declaration], options: Mapping[str, Any]) -> dict[str, Any]:
    for name in options:
        if name not in CHILD_OPTIONS:
            raise ValidationTypeError(
                f"{cls.__name__}.with_options: {name!r} is none; there are"
                f" {', '.join(sorted(CHILD_OPTIONS))}"
            )
    return dict(options)


_LEAST: Final = {
    "max_open_activities": 1,
    "max_open_children": 1,
    "max_open_timers": 1,
    "continue_as_new_at": 1,
    "cancel_grace": 0,
}
"""The attributes that are plain numbers, and the least that each may be."""


def _check_declaration(cls: type[Declaration]) -> None:
    """Refuse what SWF would refuse of each execution; an instance may compute the rest."""
    computed: dict[str, Any] = {
        name: None for name in CHILD_OPTIONS if isinstance(getattr(cls, name, None), property)
    }
    if "task_list" in computed:
        computed["task_list"] = DEFAULT_TASK_LIST
    started = {"workflowId": "-", **cls.attributes(computed)}
    check_value(cls.__name__, "StartChildWorkflowExecutionDecisionAttributes", started)
    if cls.activity_task_list is not None:
        check_value(cls.__name__, "Name", cls.activity_task_list, "activity_task_list")
    for name, least in _LEAST.items():
        check_count(f"{cls.__name__}: {name}", getattr(cls, name), least)
    if not isinstance(cls.payloads, Payloads):
        raise ValidationTypeError(
            f"{cls.__name__}: payloads: must be Payloads, got {cls.payloads!r}"
        )
    if hasattr(cls, "run") and not callable(cls.run):
        raise ValidationTypeError(f"{cls.__name__}: run: must be a function, got {cls.run!r}")
    RetryPolicy.of(cls.retry)


def with_told(attributes: Wire, **told: Any) -> dict[str, Any]:
    """Return attributes of the API with more of them; None is left out."""
    return {**attributes, **{name: value for name, value in told.items() if value is not None}}


@lru_cache(maxsize=1_000)
def _signature(run: Callable[..., Any]) -> inspect.Signature:
    """Return what a method takes, without its `self`; every start asks it."""
    signature = inspect.signature(run)
    return signature.replace(parameters=list(signature.parameters.values())[1:])


@lru_cache(maxsize=1_000)
def _arity(run: Callable[..., Any]) -> tuple[int, float]:
    return arity(_signature(run))
