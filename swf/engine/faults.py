"""The refusals of SWF in its own words, which clients read.

Source: the API reference's faults, and the messages that the service is known to send.
"""

from __future__ import annotations

from typing import Final

from swf.fault import Fault
from swf.wire import TypeKey

WORKFLOW_TYPE: Final = "WorkflowType"
ACTIVITY_TYPE: Final = "ActivityType"


def invalid(message: str) -> Fault:
    """Return the refusal of a request that breaks a rule."""
    return Fault("ValidationException", message)


def invalid_token() -> Fault:
    """Return the refusal of a token that this engine never gave."""
    return invalid("Invalid token")


def unknown_domain(name: str) -> Fault:
    """Return the refusal of a domain that is not registered."""
    return Fault("UnknownResourceFault", f"Unknown domain: {name}")


def domain_already_exists(name: str) -> Fault:
    """Return the refusal of a second domain of a name, or of one registered that is already."""
    return Fault("DomainAlreadyExistsFault", name)


def domain_deprecated(name: str) -> Fault:
    """Return the refusal to deprecate a domain that is deprecated."""
    return Fault("DomainDeprecatedFault", name)


def too_many_tags(arn: str, most: int) -> Fault:
    """Return the refusal of one more tag than a domain can have."""
    return Fault("TooManyTagsFault", f"{arn} would have more than {most} tags")


def unknown_resource(arn: str) -> Fault:
    """Return the refusal of a resource name that names no domain of this engine."""
    return Fault("UnknownResourceFault", f"Unknown resource: {arn}")


def named(kind: str, key: TypeKey) -> str:
    """Return a type as messages name it: `WorkflowType=[name=N, version=V]`."""
    return f"{kind}=[name={key.name}, version={key.version}]"


def unknown_type(kind: str, key: TypeKey) -> Fault:
    """Return the refusal of a type that is not registered."""
    return Fault("UnknownResourceFault", f"Unknown type: {named(kind, key)}")


def type_deprecated(kind: str, key: TypeKey) -> Fault:
    """Return the refusal of a type that takes no new work."""
    return Fault("TypeDeprecatedFault", named(kind, key))


def type_already_exists(kind: str, key: TypeKey) -> Fault:
    """Return the refusal of a second type of a key, or of one registered that is already."""
    return Fault("TypeAlreadyExistsFault", named(kind, key))


def type_not_deprecated(kind: str, key: TypeKey) -> Fault:
    """Return the refusal to delete a type that still takes new work."""
    return Fault("TypeNotDeprecatedFault", named(kind, key))


def unknown_execution(workflow_id: str, run_id: str | None) -> Fault:
    """Return the refusal of an execution that is not there, or not open."""
    if not run_id:
        return Fault("UnknownResourceFault", f"Unknown execution, workflowId = {workflow_id}")
    return Fault(
        "UnknownResourceFault",
        f"Unknown execution: WorkflowExecution=[workflowId={workflow_id}, runId={run_id}]",
    )


def unknown_decision_task(scheduled_id: int) -> Fault:
    """Return the refusal of an answer to a decision task that is closed."""
    return Fault(
        "UnknownResourceFault", f"Unknown decision task, scheduledEventId = {scheduled_id}"
    )


def unknown_activity(scheduled_id: int) -> Fault:
    """Return the refusal of an answer to an activity task that is closed."""
    return Fault("UnknownResourceFault", f"Unknown activity, scheduledEventId = {scheduled_id}")


def default_undefined(member: str) -> Fault:
    """Return the refusal of a start that leaves open what the type has no default for."""
    return Fault("DefaultUndefinedFault", member)


def already_started() -> Fault:
    """Return the refusal of a second open execution of one workflow id."""
    return Fault("WorkflowExecutionAlreadyStartedFault", "Already Started")


def limit_exceeded(message: str) -> Fault:
    """Return the refusal of one more than the quota allows."""
    return Fault("LimitExceededFault", message)


def unavailable(message: str) -> Fault:
    """Return the answer while the file cannot be written; the request changed nothing."""
    return Fault("ServiceUnavailable", message, 503)


def broken(message: str = "") -> Fault:
    """Return the answer where the engine itself is at fault; the request changed nothing."""
    return Fault("InternalFailure", message, 500)
