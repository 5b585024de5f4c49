"""What SWF answers instead of a reply: a code, a message, a status."""

from __future__ import annotations

from typing import Final

_SWF: Final = "com.amazonaws.swf.base.model"
_VALIDATION: Final = "com.amazon.coral.validate"
_SERVICE: Final = "com.amazon.coral.service"
_AVAILABILITY: Final = "com.amazon.coral.availability"

_NAMESPACES: Final = {
    "ValidationException": _VALIDATION,
    "InternalFailure": _SERVICE,
    "RequestEntityTooLargeException": _SERVICE,
    "SerializationException": _SERVICE,
    "ServiceUnavailable": _SERVICE,
    "UnknownOperationException": _SERVICE,
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
