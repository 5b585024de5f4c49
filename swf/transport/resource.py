"""What a request is about, in the words of the models: `WorkflowType('order', '1')`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from swf import exceptions
from swf.exceptions import SWFError


def resource_of(kind: type[SWFError], operation: str, params: Mapping[str, Any]) -> str | None:
    """Return the resource that an error of this class is about; None where params name none."""
    named = _domain(params) or params.get("resourceArn")
    if issubclass(kind, _OF_DOMAIN):
        return named
    named = _type(operation, params) or named
    return named if issubclass(kind, _OF_TYPE) else _execution(params) or named


_OF_DOMAIN: Final = (
    exceptions.DomainAlreadyExistsFault,
    exceptions.DomainDeprecatedFault,
    exceptions.DomainDoesNotExist,
)
_OF_TYPE: Final = (
    exceptions.DefaultUndefinedFault,
    exceptions.TypeAlreadyExistsFault,
    exceptions.TypeDeprecatedFault,
    exceptions.TypeDoesNotExist,
    exceptions.TypeNotDeprecatedFault,
)


def _execution(params: Mapping[str, Any]) -> str | None:
    named = params.get("execution") or params
    if "workflowId" not in named:
        return None
    return _called("WorkflowExecution", named["workflowId"], named.get("runId"))


def _type(operation: str, params: Mapping[str, Any]) -> str | None:
    for member, model in (("workflowType", "WorkflowType"), ("activityType", "ActivityType")):
        named = params.get(member)
        if named:
            return _called(model, named["name"], named["version"])
    if "version" in params:  # a registration
        return _called(operation.removeprefix("Register"), params["name"], params["version"])
    return None


def _domain(params: Mapping[str, Any]) -> str | None:
    name = params.get("domain") or params.get("name")
    return None if name is None else _called("Domain", name)


def _called(model: str, *names: str | None) -> str:
    return f"{model}({', '.join(repr(name) for name in names if name is not None)})"
