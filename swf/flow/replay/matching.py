"""Compares what a program asks for with what its history has, decision by decision."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from swf.exceptions import PayloadError
from swf.flow.errors import NonDeterminismError
from swf.flow.replay.command import KINDS, Command
from swf.models.event.base import attributes_key
from swf.payload import Call, Payloads
from swf.tracing.context import KEYS
from swf.wire import Wire

OWN: Final = "swf."
"""How the names of the markers and timers begin that are the framework's and no program's."""

WAKE_UP: Final = f"{OWN}wake-up-"
BLOCKED: Final = f"{OWN}blocked"
PATCHED: Final = f"{OWN}patched:"
FAILURE: Final = f"{OWN}failure:"

_member: Final = cache(attributes_key)

DECIDED: Final[dict[str, tuple[str, bool, str]]] = {
    **{kind.accepted: (name, True, _member(kind.accepted)) for name, kind in KINDS.items()},
    **{kind.refused: (name, False, _member(kind.refused)) for name, kind in KINDS.items()},
}
"""For each event type that a decision becomes: the decision type, whether it was accepted, and the
member that has the attributes."""

_CALLS: Final = frozenset(
    {
        "ScheduleActivityTask",
        "StartChildWorkflowExecution",
        "SignalExternalWorkflowExecution",
        "ContinueAsNewWorkflowExecution",
    }
)
"""The decisions whose payload is a call."""

_CHANGING: Final = frozenset({"limits", *KEYS})
"""What the context of a call may have otherwise in another replay."""

HIDDEN: Final = "(encrypted)"

LATER: Final = frozenset(
    {
        "StartChildWorkflowExecutionFailed",
        "SignalExternalWorkflowExecutionFailed",
        "RequestCancelExternalWorkflowExecutionFailed",
    }
)
"""Failures of decisions, or of what they had begun: then they name the event that it began by."""


def attributes_of(event: Wire) -> Wire:
    """Return the attributes of a raw event."""
    return event.get(_member(event["eventType"])) or {}


def is_decided(event: Wire) -> bool:
    """Tell whether an event is what a decision became at once, and no later outcome."""
    kind = event["eventType"]
    if kind not in DECIDED:
        return False
    return kind not in LATER or not attributes_of(event).get("initiatedEventId")


def differences(command: Command, event_type: str, told: Wire) -> list[str]:
    """Return what of an event is not as the command has it, in words; nothing where all is."""
    kind = KINDS[command.decision_type]
    is_refused = event_type == kind.refused  # it tells little of what was refused
    if event_type != kind.accepted and not is_refused:
        return ["the decision type"]
    found: list[str] = []
    asked = command.attributes
    for name in kind.compared:
        if told.get(name) != asked.get(name) and (name in told or not is_refused):
            found.append(name)  # noqa: PERF401  (a comprehension is a call, for nothing mostly)
    payload = kind.payload
    if payload is None or is_refused:
        return found
    plain, text = command.plain, told.get(payload)
    is_same = plain == text or command.payloads.same(plain, text)
    if not is_same and not _is_same_call(command, text):
        found.append(payload)
    return found


def _is_same_call(command: Command, text: str | None) -> bool:
    """Tell whether a call is the same but for what may change: time-outs, and its trace."""
    payloads = command.payloads
    if command.decision_type not in _CALLS or payloads.raw:
        return False
    try:
        recorded = payloads.parse_call(payloads.open(text))
        asked = payloads.parse_call(command.plain)
        return _lasting(payloads, recorded) == _lasting(payloads, asked)
    except PayloadError:
        return False


def _lasting(payloads: Payloads, call: Call) -> str | None:
    """Return the text of a call without what may change."""
    context = {name: told for name, told in call.context.items() if name not in _CHANGING}
    return payloads.plain_call(call.args, call.kwargs, context or None)


def one_more(resource: str, command: Command, completed_id: int) -> NonDeterminismError:
    """Return the error of a program that asks for more than it was answered with."""
    issued = told_command(command)
    there = f"the history has nothing more in what follows from event {completed_id}"
    return _mismatch(
        there, f"the program asks for {issued}", None, issued, completed_id, command.where, resource
    )


def mismatch(
    resource: str, command: Command | None, event: Wire, what: list[str], waits_at: str | None
) -> NonDeterminismError:
    """Return the error that names both sides of the first difference.

    Without a command the program asks for nothing there, and waits at that line.
    """
    recorded, event_id = told_event(event, command), event["eventId"]
    there = f"event {event_id} of the history is {recorded}"
    if command is None:
        here = f"the program asks for nothing there{', and waits' if waits_at else ''}"
        return _mismatch(there, here, recorded, None, event_id, waits_at, resource)
    issued = told_command(command)
    here = f"the program asks for {issued}"
    differs = f" ({', '.join(what)} differ)" if what else ""
    where = command.where
    return _mismatch(there, here, recorded, issued, event_id, where, resource, differs)


def _mismatch(
    there: str,
    here: str,
    recorded: str | None,
    issued: str | None,
    event_id: int,
    where: str | None,
    resource: str,
    differs: str = "",
) -> NonDeterminismError:
    line = f" at {where}" if where else ""
    return NonDeterminismError(
        f"{there}, {here}{line}{differs}: the program was changed under an open execution, or what"
        " it does depends on something other than its history; guard the change with"
        " `self.patched(name)`, or register it as another version",
        recorded=recorded,
        issued=issued,
        event_id=event_id,
        where=where,
        resource=resource,
    )


def told_event(event: Wire, command: Command | None = None) -> str:
    """Return an event that a decision became, in words."""
    decision_type = DECIDED.get(event["eventType"], ("", False, ""))[0]
    kind = KINDS.get(decision_type)
    attributes = attributes_of(event)
    if kind is None:
        return str(event["eventType"])
    text = attributes.get(kind.payload) if kind.payload else None
    if text is not None and command is not None:
        text = HIDDEN if _hides(command) else _plain(command, text)
    return _told(event["eventType"], kind.compared, attributes, kind.payload, text)


def told_command(command: Command) -> str:
    """Return what a program asks for, in words."""
    kind = KINDS[command.decision_type]
    plain = HIDDEN if command.plain is not None and _hides(command) else command.plain
    return _told(command.decision_type, kind.compared, command.attributes, kind.payload, plain)


def _hides(command: Command) -> bool:
    """Tell whether a payload is a secret: what is told of a difference goes into a history."""
    return any(codec.hides for codec in command.payloads.codecs)


def _plain(command: Command, text: str) -> str:
    """Return a recorded payload as it was before it was sealed, where that can be had here."""
    try:
        return command.payloads.open(text) or ""
    except Exception:  # noqa: BLE001  (it is shown, no more: an error must not hide the difference)
        return text


def _told(
    name: str, compared: tuple[str, ...], attributes: Wire, payload: str | None, text: str | None
) -> str:
    parts = [
        f"{member}={_short(attributes[member])}" for member in compared if attributes.get(member)
    ]
    if payload and text is not None:
        parts.append(f"{payload}={_short(text)}")
    return f"{name}({', '.join(parts)})"


def _short(value: Any) -> str:
    if isinstance(value, dict):
        value = " ".join(str(part) for part in value.values())
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
