"""Packs what a program asked for into one answer: as much as SWF takes, the rest with the next."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from swf.constants import MAX_DECISIONS
from swf.exceptions import ValidationError
from swf.flow.replay.command import PAYLOADS, Command
from swf.flow.replay.matching import WAKE_UP
from swf.rules import Violation
from swf.validation import attributes_member, violations
from swf.wire import Wire

MOST_BYTES: Final = 900_000
"""What an answer may weigh: SWF takes a million bytes, with token and context."""


def pack(commands: Iterable[Command], started_id: int) -> list[Wire]:
    """Return the decisions of the first commands, as many as one answer may have.

    Where not all fit, the last decision starts a timer of no seconds: the rest follows by itself.
    Raises PayloadError where a payload cannot be sealed, ValidationError, naming the decision and
    the line that asked for it, for what SWF would refuse.
    """
    waiting = list(commands)
    if len(waiting) == 1:
        return [on_wire(waiting[0])]
    decisions: list[Wire] = []
    weight = 0
    for command in waiting:
        made = on_wire(command)
        weight += _weight(made)
        if len(decisions) == MAX_DECISIONS or (decisions and weight > MOST_BYTES):
            break
        decisions.append(made)
    else:
        return decisions
    if len(decisions) == MAX_DECISIONS:
        decisions.pop()
    decisions.append(wake_up(started_id, 0))
    return decisions


def wake_up(started_id: int, seconds: int) -> Wire:
    """Return the decision by which another decision task comes after so many seconds."""
    attributes = {"timerId": f"{WAKE_UP}{started_id}", "startToFireTimeout": str(seconds)}
    return {"decisionType": "StartTimer", "startTimerDecisionAttributes": attributes}


def on_wire(command: Command) -> Wire:
    """Return a command as the decision that SWF is told."""
    command.seal()
    attributes = command.attributes
    if command.sealed is not None:
        attributes = {**attributes, PAYLOADS[command.decision_type]: command.sealed}
    return {
        "decisionType": command.decision_type,
        attributes_member(command.decision_type): attributes,
    }


def check(command: Command) -> None:
    """Raise ValidationError, naming the decision and the argument, where SWF would refuse it."""
    shape = f"{command.decision_type}DecisionAttributes"
    found: Violation | None = next(violations(shape, command.attributes), None)
    if found is not None:
        raise ValidationError(f"{command.decision_type}.{found}")


def _weight(decision: Wire) -> int:
    return len(json.dumps(decision)) + 2
