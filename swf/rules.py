"""What SWF's texts ask of a request beside its shapes, in words for its sender and in SWF's own.

The rules are data: whoever checks requests, before they are sent or when they arrive, reads them
here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sized
from typing import Any, Final, NamedTuple

from swf.constants import (
    MAX_DOMAIN_TAGS,
    MAX_EXECUTION_SECONDS,
    MAX_LAMBDA_SECONDS,
    MAX_RETENTION_DAYS,
    NONE,
)
from swf.shapes import SHAPES
from swf.wire import snake_case

Path = tuple[str | int, ...]


class Violation(NamedTuple):
    """One value that breaks a rule: where it is, what it is, what the rule says."""

    path: Path
    value: Any
    rule: str
    wrong_type: bool = False
    told: bool = False
    """Whether the rule says by itself what the value is."""
    constraint: str = ""
    """What SWF says of it, `Member must ...`; empty where SWF does not mind."""
    fault: str = ""
    """The fault by which SWF refuses it, with the constraint as its whole message; empty where
    it is told among others, in a ValidationException."""

    @property
    def argument(self) -> str:
        """The place in the words of the Python API: `decisions[0].timer_id`."""
        text = ""
        for step in self.path:
            if isinstance(step, int):
                text += f"[{step}]"
            elif not step.endswith("DecisionAttributes"):
                text += f".{snake_case(step)}"
        return text.removeprefix(".")

    def __str__(self) -> str:
        argument = self.argument
        where = f"{argument}: " if argument else ""
        if self.told:
            return f"{where}{self.rule}"
        return f"{where}{self.rule}, got {shown(self.value)}"


def shown(value: object) -> str:
    """Return what a message tells of a value that breaks a rule: at most 80 characters of it."""
    try:
        got = repr(value)
    except (RecursionError, ValueError):  # nested too deep, or an int of too many digits
        got = f"<{type(value).__name__} that is too large to show>"
    return got if len(got) <= 80 else f"{got[:77]}..."


IDENTIFIERS: Final = frozenset(
    {"ActivityId", "DomainName", "Name", "TimerId", "Version", "WorkflowId"}
)
"""Shapes whose values name something within SWF and so obey the identifier rule."""

_FORBIDDEN: Final = re.compile(r"[:/|\x00-\x1f\x7f-\x9f]")
AS_IDENTIFIER: Final = "must not contain ':', '/', '|' or a control character, nor be 'arn'"
_DURATION: Final = re.compile(r"[0-9]{1,8}")
_PRIORITY: Final = re.compile(r"-?[0-9]{1,10}")
_TAG_CHARACTERS: Final = re.compile(r"[\w\s.:/=+\-@]*")

BEGINNING_OF_TIME: Final = -62_135_596_800
"""Seconds from the epoch back to the year 1, where a datetime begins."""

END_OF_TIME: Final = 253_402_300_800
"""Seconds from the epoch to the year 10000, where a datetime ends."""

NOT_NULL: Final = "Member must not be null"

_TOLD_ORDER: Final = {
    "DecisionType": (
        "CompleteWorkflowExecution",
        "StartTimer",
        "RequestCancelExternalWorkflowExecution",
        "SignalExternalWorkflowExecution",
        "CancelTimer",
        "RecordMarker",
        "ScheduleActivityTask",
        "ContinueAsNewWorkflowExecution",
        "ScheduleLambdaFunction",
        "FailWorkflowExecution",
        "RequestCancelActivityTask",
        "StartChildWorkflowExecution",
        "CancelWorkflowExecution",
    )
}
"""The order in which SWF's refusals tell the words of a set, where it is not the model's."""


def one_of(shape: str) -> str:
    """Return the constraint of a text that must be a word of a set."""
    words = _TOLD_ORDER.get(shape, SHAPES[shape].get("enum", ()))
    return f"Member must satisfy enum value set: [{', '.join(words)}]"


def longer(least: int) -> str:
    """Return the constraint of what must not be shorter than that."""
    return f"Member must have length greater than or equal to {least}"


def shorter(most: int) -> str:
    """Return the constraint of what must not be longer than that."""
    return f"Member must have length less than or equal to {most}"


def _pattern(pattern: str) -> str:
    return f"Member must satisfy regular expression pattern: {pattern}"


def without_forbidden(text: str, put: str) -> str:
    """Return a text with `put` for each character that no identifier may have."""
    return _FORBIDDEN.sub(put, text)


def is_identifier(value: str) -> bool:
    """Tell whether a text may name something within SWF."""
    return value != "arn" and _FORBIDDEN.search(value) is None


_WITHIN_A_YEAR: Final = frozenset(
    {
        ("StartWorkflowExecutionInput", "executionStartToCloseTimeout"),
        ("RegisterWorkflowTypeInput", "defaultExecutionStartToCloseTimeout"),
    }
)
"""Durations of whole executions, none of which may take longer."""


def _within_a_year(value: str) -> bool:
    return not value or (value != NONE and int(value) <= MAX_EXECUTION_SECONDS)


def _is_duration(value: str) -> bool:
    return value == NONE or _DURATION.fullmatch(value) is not None


def _is_priority(value: str) -> bool:
    return _PRIORITY.fullmatch(value) is not None and -(2**31) <= int(value) < 2**31


def _is_retention(value: str) -> bool:
    return value == NONE or (
        value.isascii() and value.isdigit() and int(value) <= MAX_RETENTION_DAYS
    )


def _is_optional_duration(value: str) -> bool:
    return not value or _is_duration(value)


def _is_not_none(value: str) -> bool:
    return value != NONE


def _within_fifteen_minutes(value: str) -> bool:
    return not value or (value != NONE and 1 <= int(value) <= MAX_LAMBDA_SECONDS)


def _is_trimmed(value: str) -> bool:
    return value == value.strip()


def _is_tag_text(value: str) -> bool:
    return _TAG_CHARACTERS.fullmatch(value) is not None


def _are_few(tags: Sized) -> bool:
    return len(tags) <= MAX_DOMAIN_TAGS


class Rule(NamedTuple):
    """What a value must obey beside its shape, in words for its sender and in SWF's own."""

    holds: Callable[[Any], bool]
    words: str
    constraint: str
    fault: str = ""

    def broken(self, value: Any, path: Path) -> Violation:
        """Return the violation by a value that does not obey."""
        return Violation(path, value, self.words, constraint=self.constraint, fault=self.fault)


def _rule(holds: Callable[[Any], bool], words: str) -> Rule:
    return Rule(holds, words, f"Member {words}")


_TAG_TEXT: Final = Rule(
    _is_tag_text,
    "takes letters, digits, white space and _ . : / = + - @",
    _pattern(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*"),
)

STRING_RULES: Final[dict[str, Rule]] = {
    "DurationInDays": Rule(
        _is_retention,
        f"must be 0 to {MAX_RETENTION_DAYS} days or 'NONE'",
        f"Member must be NONE or a number of days from 0 to {MAX_RETENTION_DAYS}",
    ),
    "DurationInSeconds": Rule(
        _is_duration, "must be seconds in 1 to 8 digits or 'NONE'", _pattern("[0-9]{1,8}|NONE")
    ),
    "DurationInSecondsOptional": Rule(
        _is_optional_duration,
        "must be seconds in at most 8 digits or 'NONE'",
        _pattern("[0-9]{0,8}|NONE"),
    ),
    "TaskPriority": _rule(_is_priority, "must be an integer from -2147483648 to 2147483647"),
    "ResourceTagKey": _TAG_TEXT,
    "ResourceTagValue": _TAG_TEXT,
}
"""What texts of a shape obey beside their length."""

_TRIMMED: Final = _rule(_is_trimmed, "must not begin or end with white space")

_DOMAIN_TAGS: Final = Rule(
    _are_few,
    f"has at most {MAX_DOMAIN_TAGS} items",
    f"A domain has at most {MAX_DOMAIN_TAGS} tags",
    fault="TooManyTagsFault",
)

MEMBER_RULES: Final[dict[tuple[str, str], Rule]] = {
    ("StartTimerDecisionAttributes", "startToFireTimeout"): Rule(
        _is_not_none, "must be a number of seconds, not 'NONE'", _pattern("[0-9]{1,8}")
    ),
    ("ScheduleLambdaFunctionDecisionAttributes", "startToCloseTimeout"): _rule(
        _within_fifteen_minutes,
        f"must be 1 to {MAX_LAMBDA_SECONDS} seconds",
    ),
    **dict.fromkeys(
        _WITHIN_A_YEAR,
        _rule(
            _within_a_year,
            f"must be a number of seconds, not 'NONE', at most {MAX_EXECUTION_SECONDS} (a year)",
        ),
    ),
    **dict.fromkeys((("TagResourceInput", "tags"), ("RegisterDomainInput", "tags")), _DOMAIN_TAGS),
    ("TaskList", "name"): _TRIMMED,
    ("RegisterDomainInput", "name"): _TRIMMED,
}
"""What members of a structure obey beside their shape."""
