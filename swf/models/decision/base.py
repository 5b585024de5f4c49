"""What all decisions have in common: they check themselves, and know their form on the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final, Self

import attrs

from swf.exceptions import SWFError, ValidationError, ValidationTypeError
from swf.models.decision.fields import on_wire
from swf.rules import Violation
from swf.shapes import SHAPES
from swf.validation import attributes_member, check_request, violations
from swf.wire import Wire, snake_case

DECISION_TYPES: Final = frozenset(SHAPES["DecisionType"]["enum"])

_CLASSES: Final[dict[str, type[Decision]]] = {}
_LONGEST: Final = "-" * SHAPES["TaskToken"]["max"]
"""In place of a task token that is not known yet."""


@attrs.frozen(repr=False)
class Decision:
    """One thing that a decider wants done, checked when it is made.

    Subclasses are named as the API's decision types and their arguments as the API's attributes, in
    snake_case. What the API requires may be given by position, in the API's order; all else is
    given by name, and None is not told to SWF. Durations are seconds, a string of digits, a
    timedelta or 'NONE'; `input`, `result`, `details` and `control` are sent as they are where they
    are a str, else as JSON. Two decisions of one class are equal when SWF would be told the same.

    A subclass of a decision, whatever its name, is that decision; `from_wire` makes one only where
    it is called on the subclass. Raises ValidationError, naming decision and argument, for what SWF
    would refuse.
    """

    decision_type: ClassVar[str]
    """The decision type, as the API spells it."""

    _members: ClassVar[tuple[tuple[str, str, str], ...]] = ()  # field, member of the API, shape

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__.rpartition(".")[0] != __package__ or cls.__name__ not in DECISION_TYPES:
            return  # a base class of several decisions, or a user's own subclass of one
        cls.decision_type = cls.__name__
        members = SHAPES[f"{cls.__name__}DecisionAttributes"]["members"]
        cls._members = tuple((snake_case(name), name, shape) for name, shape in members.items())
        _CLASSES[cls.__name__] = cls

    def __attrs_post_init__(self) -> None:
        """Refuse what SWF would refuse, naming decision and argument."""
        if not self._members:
            raise TypeError(f"{type(self).__name__} is no decision: use the class of one")
        found = list(violations(f"{self.decision_type}DecisionAttributes", self._attributes()))
        if found:
            kind = ValidationTypeError if any(one.wrong_type for one in found) else ValidationError
            raise kind("; ".join(f"{type(self).__name__}.{one}" for one in found))

    def _attributes(self) -> dict[str, Any]:
        """Return what was told, as the wire carries it."""
        values = (
            (member, on_wire(shape, getattr(self, field), f"{type(self).__name__}.{field}"))
            for field, member, shape in self._members
        )
        return {member: value for member, value in values if value is not None}

    def to_wire(self) -> dict[str, Any]:
        """Return the decision as SWF takes it; what is None is left out, and nothing else is."""
        return {
            "decisionType": self.decision_type,
            attributes_member(self.decision_type): self._attributes(),
        }

    @classmethod
    def from_wire(cls, raw: Wire) -> Self:
        """Return the decision that SWF would be told by `raw`.

        Raises ValidationError, naming the place, where SWF would refuse it or where it is not a
        decision of this class.
        """
        found = next(violations("Decision", raw), None)
        if found is not None:
            raise _refused("Decision", found)
        named = raw["decisionType"]
        kind: type[Any] = cls if issubclass(cls, _CLASSES[named]) else _CLASSES[named]
        if not issubclass(kind, cls):
            raise ValidationError(f"{cls.__name__}: this is a {named}")
        given = raw.get(attributes_member(named)) or {}
        decision: Self = kind(
            **{
                field: given[member]
                for field, member, shape in kind._members
                if given.get(member) is not None
                # An empty duration is how the API spells "not given".
                and not (shape == "DurationInSecondsOptional" and given[member] == "")
            }
        )
        return decision

    def __repr__(self) -> str:
        values = ((field, getattr(self, field)) for field, _, _ in self._members)
        told = ", ".join(f"{field}={value!r}" for field, value in values if value is not None)
        return f"{type(self).__name__}({told})"


def decisions_on_wire(decisions: Iterable[Decision | Wire] | None) -> list[Wire]:
    """Return decisions, given as objects or as the API's structures, as SWF takes them.

    None is no decisions. Raises ValidationTypeError, naming the place, for anything else.
    """
    if decisions is None:
        return []
    if isinstance(decisions, Decision | Mapping | str) or not isinstance(decisions, Iterable):
        raise ValidationTypeError(f"decisions: must be a list of decisions, got {decisions!r}")
    return [_one_on_wire(index, decision) for index, decision in enumerate(decisions)]


def _one_on_wire(index: int, decision: Decision | Wire) -> Wire:
    if isinstance(decision, Decision):
        return decision.to_wire()
    if isinstance(decision, Mapping):
        return decision
    raise ValidationTypeError(
        f"decisions[{index}]: must be a Decision or the API's structure, got {decision!r}"
    )


def check_decisions(decisions: Iterable[Decision | Wire] | None) -> list[Wire]:
    """Return the decisions as SWF takes them, once they are known to be a list that it takes.

    Raises ValidationError, naming the place, where one is not valid, where one that closes the
    execution is not the last, or where all are more than fits into a request of 1 MB.
    """
    given = decisions_on_wire(decisions)
    try:
        check_request("RespondDecisionTaskCompleted", {"taskToken": _LONGEST, "decisions": given})
    except SWFError as error:
        error.operation = None  # nothing is being sent
        raise
    return given


def _refused(name: str, found: Violation) -> ValidationError:
    kind = ValidationTypeError if found.wrong_type else ValidationError
    return kind(f"{name}: {found}")
