"""Every fault that SWF, or what is before it, can answer has a class of its own kind."""

from __future__ import annotations

import pytest
from botocore.session import Session

from swf import exceptions
from swf.exceptions import AlreadyExistsError, DeprecatedError, DoesNotExistError, ResponseError
from swf.fault import FAULTS, fault_class
from swf.shapes import OPERATIONS

MODELLED = sorted({fault for operation in OPERATIONS.values() for fault in operation["errors"]})


def test_the_model_has_eleven_faults():
    """Each fault that the service's model knows is in the table, by its own name."""
    model = Session().get_service_model("swf")
    assert sorted(shape.name for shape in model.error_shapes) == MODELLED
    assert len(MODELLED) == 11

    for fault in MODELLED:
        assert FAULTS[fault].__name__ == fault


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_a_class_is_narrowed_and_never_changed(operation):
    """Whatever the operation, a fault's class is the one of its code or a kind of it."""
    for fault, kind in FAULTS.items():
        assert issubclass(fault_class(fault, operation), kind)


@pytest.mark.parametrize(
    ("operation", "message", "kind"),
    [
        ("DescribeDomain", "Unknown domain: d", "DomainDoesNotExist"),
        ("DescribeWorkflowType", "Unknown domain: d", "DomainDoesNotExist"),
        ("StartWorkflowExecution", "Unknown domain: d", "DomainDoesNotExist"),
        ("ListActivityTypes", "anything", "DomainDoesNotExist"),
        (
            "StartWorkflowExecution",
            "Unknown type: WorkflowType=[name=n, version=v]",
            "WorkflowTypeDoesNotExist",
        ),
        (
            "DeprecateActivityType",
            "Unknown type: ActivityType=[name=n, version=v]",
            "ActivityTypeDoesNotExist",
        ),
        ("DescribeActivityType", "other words", "ActivityTypeDoesNotExist"),
        ("DeleteWorkflowType", "other words", "WorkflowTypeDoesNotExist"),
        (
            "SignalWorkflowExecution",
            "Unknown execution, workflowId = w",
            "WorkflowExecutionDoesNotExist",
        ),
        (
            "DescribeWorkflowExecution",
            "Unknown execution: WorkflowExecution=[workflowId=w, runId=r]",
            "WorkflowExecutionDoesNotExist",
        ),
        (
            "RespondActivityTaskCompleted",
            "Unknown execution: WorkflowExecution=[workflowId=w, runId=r]",
            "WorkflowExecutionDoesNotExist",
        ),
        ("GetWorkflowExecutionHistory", "other words", "WorkflowExecutionDoesNotExist"),
        (
            "RespondActivityTaskCompleted",
            "Unknown activity, scheduledEventId = 5",
            "ActivityTaskDoesNotExist",
        ),
        ("RecordActivityTaskHeartbeat", "other words", "ActivityTaskDoesNotExist"),
        (
            "RespondDecisionTaskCompleted",
            "Unknown decision task, scheduledEventId = 5",
            "DecisionTaskDoesNotExist",
        ),
        ("RespondDecisionTaskCompleted", "other words", "DecisionTaskDoesNotExist"),
        ("RegisterActivityType", "other words", "DomainDoesNotExist"),
    ],
)
def test_what_does_not_exist_is_named_by_the_class(operation, message, kind):
    """SWF's one fault for all that is missing gets the class of what is missing."""
    found = fault_class("UnknownResourceFault", operation, message)

    assert found.__name__ == kind
    assert issubclass(found, DoesNotExistError)


def test_a_domain_in_other_words_is_not_a_domain():
    """A word is looked for where SWF puts it, not anywhere within the text."""
    message = "Unknown type: WorkflowType=[name=Unknown domain, version=v]"

    found = fault_class("UnknownResourceFault", "StartWorkflowExecution", message)

    assert found is exceptions.WorkflowTypeDoesNotExist


@pytest.mark.parametrize(
    ("fault", "operation", "kind"),
    [
        ("TypeAlreadyExistsFault", "RegisterActivityType", "ActivityTypeAlreadyExists"),
        ("TypeAlreadyExistsFault", "RegisterWorkflowType", "WorkflowTypeAlreadyExists"),
        ("TypeAlreadyExistsFault", "UndeprecateWorkflowType", "WorkflowTypeAlreadyExists"),
        ("TypeDeprecatedFault", "DeprecateActivityType", "ActivityTypeDeprecated"),
        ("TypeDeprecatedFault", "StartWorkflowExecution", "WorkflowTypeDeprecated"),
        ("DomainAlreadyExistsFault", "RegisterDomain", "DomainAlreadyExistsFault"),
        ("DomainDeprecatedFault", "DeprecateDomain", "DomainDeprecatedFault"),
    ],
)
def test_what_is_there_or_deprecated_is_not_missing(fault, operation, kind):
    """What exists already, or is deprecated, has classes of its own beside the missing."""
    found = fault_class(fault, operation)

    assert found.__name__ == kind
    assert issubclass(found, AlreadyExistsError | DeprecatedError)
    assert not issubclass(found, DoesNotExistError)


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        ("NovelFault", 400, ResponseError),
        ("NovelFault", 500, exceptions.ServiceFault),
        ("503", 503, exceptions.ServiceFault),
        ("408", 408, exceptions.ServiceFault),
        ("301", 301, exceptions.ServiceFault),
        ("404", 404, ResponseError),
        ("ThrottlingException", 400, exceptions.ThrottlingFault),
        ("ThrottlingException", 503, exceptions.ThrottlingFault),
        ("ValidationException", 400, exceptions.ValidationFault),
        ("AccessDeniedException", 400, exceptions.AccessDeniedFault),
        ("UnrecognizedClientException", 400, exceptions.InvalidCredentialsError),
        ("ExpiredTokenException", 400, exceptions.InvalidCredentialsError),
        ("InternalFailure", 500, exceptions.ServiceFault),
    ],
)
def test_the_code_decides_and_the_status_where_it_is_unknown(fault, status, kind):
    """A known code has its class; an unknown one is the service's fault where it may pass."""
    assert fault_class(fault, "DescribeDomain", "", status) is kind
