"""What SWF answers instead of a reply: a code, a message, a status; and the error it stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from swf.exceptions import (
    AccessDeniedFault,
    ActivityTaskDoesNotExist,
    ActivityTypeAlreadyExists,
    ActivityTypeDeprecated,
    ActivityTypeDoesNotExist,
    DecisionTaskDoesNotExist,
    DefaultUndefinedFault,
    DomainAlreadyExistsFault,
    DomainDeprecatedFault,
    DomainDoesNotExist,
    InvalidCredentialsError,
    LimitExceededFault,
    OperationNotPermittedFault,
    ResponseError,
    ServiceFault,
    ThrottlingFault,
    TooManyTagsFault,
    TypeAlreadyExistsFault,
    TypeDeprecatedFault,
    TypeNotDeprecatedFault,
    UnknownResourceFault,
    ValidationFault,
    WorkflowExecutionAlreadyStartedFault,
    WorkflowExecutionDoesNotExist,
    WorkflowTypeAlreadyExists,
    WorkflowTypeDeprecated,
    WorkflowTypeDoesNotExist,
)

_SWF: Final = "com.amazonaws.swf.base.model"
_VALIDATION: Final = "com.amazon.coral.validate"
_SERVICE: Final = "com.amazon.coral.service"
_AVAILABILITY: Final = "com.amazon.coral.availability"

_NAMESPACES: Final = {
    "ValidationException": _VALIDATION,
    "IncompleteSignatureException": _SERVICE,
    "InternalFailure": _SERVICE,
    "InvalidSignatureException": _SERVICE,
    "MisdirectedRequestException": _SERVICE,
    "MissingAuthenticationTokenException": _SERVICE,
    "RequestEntityTooLargeException": _SERVICE,
    "SerializationException": _SERVICE,
    "ServiceUnavailable": _SERVICE,
    "UnknownOperationException": _SERVICE,
    "UnrecognizedClientException": _SERVICE,
    "UnsupportedMediaTypeException": _SERVICE,
    "ThrottlingException": _AVAILABILITY,
}


class Fault(Exception):
    """An answer by which SWF refuses a request; `code` is the fault's name, `status` HTTP's."""

    def __init__(self, code: str, message: str = "", status: int = 400) -> None:
        super().__init__(code, message, status)
        self.code = code
        self.message = message
        self.status = status

    @property
    def type(self) -> str:
        """The code in its namespace, as `__type` of the answer's body has it."""
        return f"{_NAMESPACES.get(self.code, _SWF)}#{self.code}"

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code


FAULTS: Final[Mapping[str, type[ResponseError]]] = {
    "DefaultUndefinedFault": DefaultUndefinedFault,
    "DomainAlreadyExistsFault": DomainAlreadyExistsFault,
    "DomainDeprecatedFault": DomainDeprecatedFault,
    "LimitExceededFault": LimitExceededFault,
    "OperationNotPermittedFault": OperationNotPermittedFault,
    "TooManyTagsFault": TooManyTagsFault,
    "TypeAlreadyExistsFault": TypeAlreadyExistsFault,
    "TypeDeprecatedFault": TypeDeprecatedFault,
    "TypeNotDeprecatedFault": TypeNotDeprecatedFault,
    "UnknownResourceFault": UnknownResourceFault,
    "WorkflowExecutionAlreadyStartedFault": WorkflowExecutionAlreadyStartedFault,
    "AccessDenied": AccessDeniedFault,
    "AccessDeniedException": AccessDeniedFault,
    "NotAuthorized": AccessDeniedFault,
    "OptInRequired": AccessDeniedFault,
    "UnauthorizedOperation": AccessDeniedFault,
    "ExpiredToken": InvalidCredentialsError,
    "ExpiredTokenException": InvalidCredentialsError,
    "IncompleteSignature": InvalidCredentialsError,
    "IncompleteSignatureException": InvalidCredentialsError,
    "InvalidClientTokenId": InvalidCredentialsError,
    "InvalidSignatureException": InvalidCredentialsError,
    "MissingAuthenticationToken": InvalidCredentialsError,
    "MissingAuthenticationTokenException": InvalidCredentialsError,
    "RequestExpired": InvalidCredentialsError,
    "SignatureDoesNotMatch": InvalidCredentialsError,
    "UnrecognizedClientException": InvalidCredentialsError,
    "InvalidParameterValue": ValidationFault,
    "MalformedQueryString": ValidationFault,
    "RequestEntityTooLargeException": ValidationFault,
    "SerializationException": ValidationFault,
    "UnknownOperationException": ValidationFault,
    "ValidationError": ValidationFault,
    "ValidationException": ValidationFault,
    "RequestLimitExceeded": ThrottlingFault,
    "RequestThrottled": ThrottlingFault,
    "RequestThrottledException": ThrottlingFault,
    "SlowDown": ThrottlingFault,
    "Throttling": ThrottlingFault,
    "ThrottledException": ThrottlingFault,
    "ThrottlingException": ThrottlingFault,
    "TooManyRequestsException": ThrottlingFault,
    "InternalError": ServiceFault,
    "InternalFailure": ServiceFault,
    "InternalServerError": ServiceFault,
    "ServiceUnavailable": ServiceFault,
    "ServiceUnavailableException": ServiceFault,
}
"""Which class stands for which fault code; any other code is a plain ResponseError."""

_BY_STATUS: Final[Mapping[int, type[ResponseError]]] = {
    401: AccessDeniedFault,
    403: AccessDeniedFault,
    408: ServiceFault,
    429: ThrottlingFault,
}
"""What stands between us and SWF, a proxy or a gateway, has no fault codes."""

_MISSING: Final = (
    # SWF has one code for everything it cannot find and says in these words what it was.
    (re.compile(r"Unknown domain\b"), DomainDoesNotExist),
    (re.compile(r"Unknown type: ActivityType="), ActivityTypeDoesNotExist),
    (re.compile(r"Unknown type: WorkflowType="), WorkflowTypeDoesNotExist),
    (re.compile(r"Unknown execution\b"), WorkflowExecutionDoesNotExist),
    (re.compile(r"Unknown activity\b"), ActivityTaskDoesNotExist),
    (re.compile(r"Unknown decision task\b"), DecisionTaskDoesNotExist),
)

_OF_ACTIVITY_TYPE: Final[Mapping[type[ResponseError], type[ResponseError]]] = {
    UnknownResourceFault: ActivityTypeDoesNotExist,
    TypeAlreadyExistsFault: ActivityTypeAlreadyExists,
    TypeDeprecatedFault: ActivityTypeDeprecated,
}
_OF_WORKFLOW_TYPE: Final[Mapping[type[ResponseError], type[ResponseError]]] = {
    UnknownResourceFault: WorkflowTypeDoesNotExist,
    TypeAlreadyExistsFault: WorkflowTypeAlreadyExists,
    TypeDeprecatedFault: WorkflowTypeDeprecated,
}
_OF_TASK: Final[Mapping[type[ResponseError], type[ResponseError]]] = {
    UnknownResourceFault: ActivityTaskDoesNotExist,
}
_OF_DOMAIN: Final[Mapping[type[ResponseError], type[ResponseError]]] = {
    UnknownResourceFault: DomainDoesNotExist,
}
_OF_EXECUTION: Final[Mapping[type[ResponseError], type[ResponseError]]] = {
    UnknownResourceFault: WorkflowExecutionDoesNotExist,
}

_BY_OPERATION: Final[Mapping[str, Mapping[type[ResponseError], type[ResponseError]]]] = {
    **{
        f"{verb}ActivityType": _OF_ACTIVITY_TYPE
        for verb in ("Delete", "Deprecate", "Describe", "Undeprecate")
    },
    **{
        f"{verb}WorkflowType": _OF_WORKFLOW_TYPE
        for verb in ("Delete", "Deprecate", "Describe", "Undeprecate")
    },
    # These address a domain: what they cannot find is the domain, what is there is the type.
    "RegisterActivityType": {**_OF_ACTIVITY_TYPE, **_OF_DOMAIN},
    "RegisterWorkflowType": {**_OF_WORKFLOW_TYPE, **_OF_DOMAIN},
    "StartWorkflowExecution": _OF_WORKFLOW_TYPE,
    "DescribeWorkflowExecution": _OF_EXECUTION,
    "GetWorkflowExecutionHistory": _OF_EXECUTION,
    "RequestCancelWorkflowExecution": _OF_EXECUTION,
    "SignalWorkflowExecution": _OF_EXECUTION,
    "TerminateWorkflowExecution": _OF_EXECUTION,
    "RecordActivityTaskHeartbeat": _OF_TASK,
    "RespondActivityTaskCanceled": _OF_TASK,
    "RespondActivityTaskCompleted": _OF_TASK,
    "RespondActivityTaskFailed": _OF_TASK,
    "RespondDecisionTaskCompleted": {UnknownResourceFault: DecisionTaskDoesNotExist},
}


def fault_class(
    fault: str, operation: str, message: str = "", status: int = 400
) -> type[ResponseError]:
    """Return the narrowest class for what SWF answered.

    The fault code decides, and the HTTP status where the code is none of SWF's. Within
    `UnknownResourceFault` the resource is read from SWF's own words where they are the known ones,
    else taken from what the operation addresses.
    """
    kind = FAULTS.get(fault) or _BY_STATUS.get(status)
    if kind is None:
        elsewhere = 300 <= status < 400  # SWF itself redirects nobody
        kind = ServiceFault if status >= 500 or elsewhere else ResponseError
    if kind is UnknownResourceFault:
        for words, narrower in _MISSING:
            if words.match(message):
                return narrower
    return _BY_OPERATION.get(operation, _OF_DOMAIN).get(kind, kind)
