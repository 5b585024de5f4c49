"""What an answer must be like, whatever the request was."""

from __future__ import annotations

import re
from typing import Any, Final

import attrs
from fuzz.model import OPERATIONS, faults, output_shape

from swf.validation import violations


@attrs.frozen
class Answer:
    """What came back: a reply, or a fault with its status."""

    status: int
    reply: Any = None
    code: str = ""
    message: str = ""

    @property
    def refused(self) -> bool:
        """Whether it is a fault."""
        return self.status != 200


ANYWHERE: Final = {
    "ValidationException": 400,
    "SerializationException": 400,
    "UnknownOperationException": 400,
    "RequestEntityTooLargeException": 413,
}
"""Faults of any request, with their status."""

OVER_HTTP: Final = {
    **ANYWHERE,
    "UnsupportedMediaTypeException": 415,
    "MisdirectedRequestException": 421,
}

_TYPE: Final = r"(?:Workflow|Activity)Type=\[name=.+, version=.+\]"
_PLACE: Final = r"at '[\w.]+' failed to satisfy constraint: Member must .+"

FORMS: Final = {
    "ValidationException": (
        rf"1 validation error detected: Value (?:null|'.*') {_PLACE}"
        rf"|\d+ validation errors detected: Value (?:null|'.*') {_PLACE}; Value .+ {_PLACE}"
        r"|Close must be last decision in list|Invalid token|Must specify time filter"
        r"|Cannot specify both a startTimeFilter and a closeTimeFilter"
        r"|Cannot specify more than one exclusive filters in the same query: \[\w+(?:, \w+)+\]"
    ),
    "UnknownResourceFault": (
        rf"Unknown domain: .+|Unknown type: {_TYPE}|Unknown execution, workflowId = .+"
        r"|Unknown execution: WorkflowExecution=\[workflowId=.+, runId=.+\]|Unknown resource: .+"
        r"|Unknown (?:decision task|activity), scheduledEventId = \d+"
    ),
    "DomainAlreadyExistsFault": r".+",
    "DomainDeprecatedFault": r".+",
    "TypeAlreadyExistsFault": _TYPE,
    "TypeDeprecatedFault": _TYPE,
    "TypeNotDeprecatedFault": _TYPE,
    "WorkflowExecutionAlreadyStartedFault": r"Already Started",
    "DefaultUndefinedFault": (
        r"executionStartToCloseTimeout|taskList|taskStartToCloseTimeout|childPolicy"
    ),
}
"""The messages of faults whose messages clients read; those of others are free, but not empty."""

_FORMS: Final = {code: re.compile(form, re.DOTALL) for code, form in FORMS.items()}

NO_TASK: Final = {
    "PollForDecisionTask": {"startedEventId": 0, "previousStartedEventId": 0},
    "PollForActivityTask": {"startedEventId": 0},
}
"""Replies to polls that found nothing; the model does not describe them."""


def complaint(operation: Any, answer: Answer, *, over_http: bool = False) -> str | None:
    """Return what is wrong with an answer; None where nothing is."""
    if not answer.refused:
        return _about_reply(operation, answer.reply)
    anywhere = OVER_HTTP if over_http else ANYWHERE
    known = isinstance(operation, str) and operation in OPERATIONS
    modelled = faults(operation) if known else set[str]()
    if answer.code in modelled:
        expected = 400
    elif answer.code in anywhere:
        expected = anywhere[answer.code]
    else:
        return f"the fault {answer.code!r} is not documented for {operation}"
    if answer.status != expected:
        return f"{answer.code} has the status {answer.status}"
    form = _FORMS.get(answer.code)
    if not answer.message or (form is not None and not form.fullmatch(answer.message)):
        return f"{answer.code} has an unknown message: {answer.message!r:.300}"
    return None


def _about_reply(operation: Any, reply: Any) -> str | None:
    if operation not in OPERATIONS:
        return f"{operation!r:.80} is no operation, and was answered"
    shape = output_shape(operation)
    if shape is None:
        return None if not reply else f"{operation} has no reply, but was answered {reply!r:.300}"
    if reply == NO_TASK.get(operation, ()):
        return None
    broken = "; ".join(str(one) for one in violations(shape, reply))
    return f"the reply of {operation} is no {shape}: {broken:.600}" if broken else None
