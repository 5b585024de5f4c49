"""The words and limits of Amazon SWF, spelled as its API spells them.

Limits are those of the API reference and the quota page (API version 2012-01-25).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Word(StrEnum):
    """One of a closed set of words of the API; it is and prints as the plain string."""

    def __repr__(self) -> str:
        return str.__repr__(self)


class RegistrationStatus(Word):
    """Whether a domain or a type takes new work."""

    REGISTERED = "REGISTERED"
    DEPRECATED = "DEPRECATED"


class ExecutionStatus(Word):
    """Whether a workflow execution still runs."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class CloseStatus(Word):
    """How a closed workflow execution ended."""

    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    TERMINATED = "TERMINATED"
    CONTINUED_AS_NEW = "CONTINUED_AS_NEW"
    TIMED_OUT = "TIMED_OUT"


class ChildPolicy(Word):
    """What becomes of open children when their parent is terminated or times out."""

    TERMINATE = "TERMINATE"
    REQUEST_CANCEL = "REQUEST_CANCEL"
    ABANDON = "ABANDON"


class TimeoutType(Word):
    """Which clock of a task or an execution ran out."""

    START_TO_CLOSE = "START_TO_CLOSE"
    SCHEDULE_TO_START = "SCHEDULE_TO_START"
    SCHEDULE_TO_CLOSE = "SCHEDULE_TO_CLOSE"
    HEARTBEAT = "HEARTBEAT"


REGISTERED: Final = RegistrationStatus.REGISTERED
DEPRECATED: Final = RegistrationStatus.DEPRECATED
OPEN: Final = ExecutionStatus.OPEN
CLOSED: Final = ExecutionStatus.CLOSED
COMPLETED: Final = CloseStatus.COMPLETED
FAILED: Final = CloseStatus.FAILED
CANCELED: Final = CloseStatus.CANCELED
TERMINATED: Final = CloseStatus.TERMINATED
CONTINUED_AS_NEW: Final = CloseStatus.CONTINUED_AS_NEW
TIMED_OUT: Final = CloseStatus.TIMED_OUT
TERMINATE: Final = ChildPolicy.TERMINATE
REQUEST_CANCEL: Final = ChildPolicy.REQUEST_CANCEL
ABANDON: Final = ChildPolicy.ABANDON

NONE: Final = "NONE"
"""A duration without end, where the API allows one."""

MAX_DATA_LENGTH: Final = 32_768
"""Characters of an input, result, details, control, execution context or marker details."""
MAX_INPUT_LENGTH: Final = MAX_DATA_LENGTH
MAX_RESULT_LENGTH: Final = MAX_DATA_LENGTH
MAX_DETAILS_LENGTH: Final = MAX_DATA_LENGTH
MAX_HEARTBEAT_DETAILS_LENGTH: Final = 2_048
MAX_REASON_LENGTH: Final = 256
MAX_IDENTITY_LENGTH: Final = 256
MAX_DECISIONS: Final = 100
MAX_TAGS: Final = 5
"""Tags of one execution."""
MAX_DOMAIN_TAGS: Final = 50
MAX_PAGE_SIZE: Final = 1_000
MAX_REQUEST_BYTES: Final = 1_048_576
MAX_EVENTS: Final = 25_000
"""Events of one history; SWF terminates the execution that reaches it."""
MAX_OPEN_ACTIVITY_TASKS: Final = 1_000
MAX_OPEN_TIMERS: Final = 1_000
MAX_OPEN_CHILDREN: Final = 1_000
MAX_OPEN_LAMBDA_FUNCTIONS: Final = 1_000
"""What one execution may have open of a kind; SWF refuses decisions that ask for more."""
MAX_RETENTION_DAYS: Final = 90
DEFAULT_RETENTION_DAYS: Final = 30
"""What `Domain.save` registers when the model was not told a retention period."""
MAX_EXECUTION_SECONDS: Final = 31_536_000
"""One year: no execution and no task may take longer."""
MAX_LAMBDA_SECONDS: Final = 900
DEFAULT_REGION: Final = "us-east-1"
"""The region of an SWF on this machine, where nobody names one."""
LONG_POLL_SECONDS: Final = 60
"""How long SWF holds a poll that finds no task."""
