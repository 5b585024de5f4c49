"""What a schedule says: when it is due, what it starts then, and how."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

import attrs

from swf.constants import ChildPolicy
from swf.exceptions import ValidationError
from swf.flow.workflow import Workflow
from swf.nearest import nearest
from swf.payload import Payloads
from swf.schedules import occurrences
from swf.schedules.errors import ScheduleSpecError
from swf.schedules.overlap import Due, Overlap
from swf.validation import violations
from swf.wire import DurationLike, duration, duration_text

CATCH_UP_SECONDS: Final = 600
"""How late a run may be started: longer than a deployment takes, shorter than people wait."""

MOST_CHARACTERS: Final = 16_000
"""How long a schedule may be as JSON: it travels with all that is noted of its runs."""

PATTERN: Final = "{schedule}-{due}"

STAMP: Final = "%Y%m%dT%H%M%SZ"
"""How a due time stands in a workflow id: in UTC, so that each has its own."""


def call(*args: Any, **kwargs: Any) -> str | None:
    """Return the input that calls a workflow with these arguments, as `flow.start` would."""
    payloads = Payloads()
    return payloads.seal(payloads.plain_call(args, kwargs))


_YEARS: Final = range(1970, 3000)
"""A moment elsewhere is no time of a schedule: there may be none after it."""


def _texts(value: str | Iterable[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, Iterable):
        raise ScheduleSpecError(f"must be a text, or a list of texts, got {value!r:.60}")
    return tuple(value)


def _type(value: str | type[Workflow]) -> str:
    if isinstance(value, type) and issubclass(value, Workflow):
        return ":".join(value.key())
    return value


def _seconds(value: DurationLike | None) -> str | None:
    try:
        return duration_text(duration(value, "a time-out"))
    except ValidationError as error:
        raise ScheduleSpecError(f"{error}; say seconds") from error


def _moment(value: datetime | str | None) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise ScheduleSpecError(
                f"{value!r} is no time; say 2026-01-31T10:00:00+00:00"
            ) from error
    if value is not None and not isinstance(value, datetime):
        raise ScheduleSpecError(f"{value!r:.60} is no time; say 2026-01-31T10:00:00+00:00")
    if value is not None and value.tzinfo is None:
        raise ScheduleSpecError(f"{value.isoformat()} has no time zone; say it with +00:00")
    if value is not None and value.year not in _YEARS:
        raise ScheduleSpecError(f"{value.isoformat()}: say a year from 1970 to 2999")
    return None if value is None else value.astimezone(UTC).replace(microsecond=0)


def _overlap(value: Overlap | str) -> Overlap:
    try:
        return Overlap(value)
    except ValueError as error:
        rules = ", ".join(Overlap)
        raise ScheduleSpecError(f"overlap: there is no {value!r}; there are {rules}") from error


@attrs.frozen(kw_only=True)
class ScheduleSpec:
    """What a schedule says. Nothing of it is `None` in SWF: what is not told is the type's.

    `cron` is one expression or several, in `timezone`; due times from `start` to `end` count.
    `workflow` is NAME:VERSION, NAME where there is only one version, or a Workflow class; it is
    started with `input`, the text that SWF has: see `call`. `workflow_id` is made of `{schedule}`
    and `{due}`, the due time in UTC. `overlap` says what becomes of a due time while a run goes on,
    `catch_up_seconds` how late a run may be started where nobody decided in time. Raises
    ScheduleSpecError, naming the field.
    """

    cron: tuple[str, ...] = attrs.field(converter=_texts)
    workflow: str = attrs.field(converter=_type)
    timezone: str = "UTC"
    input: str | None = None
    workflow_id: str = PATTERN
    overlap: Overlap = attrs.field(default=Overlap.SKIP, converter=_overlap)
    catch_up_seconds: int = CATCH_UP_SECONDS
    start: datetime | None = attrs.field(default=None, converter=_moment)
    end: datetime | None = attrs.field(default=None, converter=_moment)
    paused: bool = False
    note: str | None = None
    task_list: str | None = None
    task_priority: int | None = None
    tag_list: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    execution_start_to_close_timeout: str | None = attrs.field(default=None, converter=_seconds)
    task_start_to_close_timeout: str | None = attrs.field(default=None, converter=_seconds)
    child_policy: str | None = None
    lambda_role: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what could not be followed when the time has come."""
        _check_kinds(self)
        _check_times(self)
        _check_start(self)
        if len(json.dumps(self.to_json())) > MOST_CHARACTERS:
            raise ScheduleSpecError(
                f"input: the schedule has more than {MOST_CHARACTERS} characters; give a"
                " reference to what is long"
            )

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the expressions."""
        return zone_named(self.timezone)

    def due_after(self, moment: datetime) -> Iterator[datetime]:
        """Yield the due times after a moment, in UTC, ascending."""
        return occurrences.occurrences(self.cron, self.zone, moment, start=self.start, end=self.end)

    def id_of(self, schedule: str, due: Due) -> str:
        """Return the workflow id of a run: another for each due time, and each trigger."""
        at = datetime.fromtimestamp(due.at, UTC).strftime(STAMP)
        made = self.workflow_id.replace("{due}", at).replace("{schedule}", schedule)
        return f"{made}-trigger-{due.trigger}" if due.trigger else made

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON has it; what is as by default is left out."""
        told: dict[str, Any] = {}
        for field in attrs.fields(type(self)):
            value = getattr(self, field.name)
            if value == field.default:
                continue
            told[field.name] = _plain(value)
        return told

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> ScheduleSpec:
        """Return what JSON tells; raise ScheduleSpecError for what is no field of a schedule."""
        if not isinstance(told, Mapping):
            raise ScheduleSpecError(f"a schedule is an object of JSON, not {told!r:.60}")
        names = [field.name for field in attrs.fields(cls)]
        for name in told:
            if name not in names:
                meant = nearest(str(name), names) or f"; there are {', '.join(names)}"
                raise ScheduleSpecError(f"{name!r} is no field of a schedule{meant}")
        for name in ("cron", "workflow"):
            if name not in told:
                raise ScheduleSpecError(f"{name}: must be said")
        return cls(**dict(told))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Overlap) else value


def _check_times(spec: ScheduleSpec) -> None:
    if not spec.cron:
        raise ScheduleSpecError("cron: must be said, as in '0 3 * * *'")
    for expression in spec.cron:
        if not isinstance(expression, str):
            raise ScheduleSpecError(f"cron: must be a text, got {expression!r}")
        occurrences.check(expression)
    zone_named(spec.timezone)
    if isinstance(spec.catch_up_seconds, bool) or not isinstance(spec.catch_up_seconds, int):
        raise ScheduleSpecError(f"catch_up_seconds: must be seconds, got {spec.catch_up_seconds!r}")
    if not 1 <= spec.catch_up_seconds <= 86_400 * 365:
        raise ScheduleSpecError(
            f"catch_up_seconds: must be 1 to 31536000, got {spec.catch_up_seconds}"
        )
    if spec.start is not None and spec.end is not None and spec.end < spec.start:
        raise ScheduleSpecError(f"end: {spec.end.isoformat()} is before the start")


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone; raise ScheduleSpecError, naming the nearest, where there is none."""
    known = _zones()
    if name not in known:
        meant = nearest(str(name), known) or "; say one as in 'Europe/Berlin'"
        raise ScheduleSpecError(f"timezone: there is no {name!r}{meant}")
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _check_kinds(spec: ScheduleSpec) -> None:
    """Refuse what JSON may tell, and a type checker would not let through."""
    for field, kind, words in (
        ("workflow", str, "a text, NAME:VERSION"),
        ("timezone", str, "a text"),
        ("workflow_id", str, "a text"),
        ("input", str | None, "a text, as `call` returns it"),
        ("note", str | None, "a text"),
        ("paused", bool, "true or false"),
    ):
        value = getattr(spec, field)
        if not isinstance(value, kind):
            raise ScheduleSpecError(f"{field}: must be {words}, got {value!r:.60}")


def _check_start(spec: ScheduleSpec) -> None:
    name, _, version = spec.workflow.partition(":")
    rest = spec.workflow_id.replace("{schedule}", "").replace("{due}", "")
    if "{due}" not in spec.workflow_id or "{" in rest or "}" in rest:
        raise ScheduleSpecError(
            f"workflow_id: {spec.workflow_id!r} must be made of {{schedule}} and {{due}}, and has"
            f" to have {{due}}, as in {PATTERN!r}"
        )
    if spec.child_policy is not None and spec.child_policy not in [*ChildPolicy]:
        raise ScheduleSpecError(
            f"child_policy: there is no {spec.child_policy!r}; there are {', '.join(ChildPolicy)}"
        )
    told: dict[str, Any] = {
        "domain": "-",
        "workflowId": "-",
        "workflowType": {"name": name, "version": version or "-"},
        "tagList": list(spec.tag_list),
    }
    told |= {
        member: value
        for member, value in (
            ("executionStartToCloseTimeout", spec.execution_start_to_close_timeout),
            ("taskStartToCloseTimeout", spec.task_start_to_close_timeout),
            ("input", spec.input),
            ("lambdaRole", spec.lambda_role),
            ("taskList", spec.task_list and {"name": spec.task_list}),
            ("taskPriority", None if spec.task_priority is None else str(spec.task_priority)),
        )
        if value is not None
    }
    for found in violations("StartWorkflowExecutionInput", told):
        raise ScheduleSpecError(str(found))
