"""SWF's operations in floto's words."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from overheard import Overheard

from swf import models
from swf.constants import NONE
from swf.engine import Engine
from swf.exceptions import (
    DomainDoesNotExist,
    ValidationError,
    WorkflowExecutionAlreadyStartedFault,
    WorkflowExecutionDoesNotExist,
)
from swf.graph import ActivityTask, DeciderSpec
from swf.graph.api import ActivityType, Swf, WorkflowType
from swf.graph.errors import GraphTypeError
from swf.payload import Payloads

DOMAIN = "plant"


@pytest.fixture
def swf(connection: Overheard) -> Swf:
    """A connection to an SWF that holds a domain."""
    made = Swf(connection=connection)
    made.domains.register_domain(DOMAIN)
    return made


def start(swf: Swf, **options: object) -> str:
    """Start an execution and return its run id."""
    told = {"domain": DOMAIN, "workflow_type_name": "flow", "workflow_type_version": "v1"}
    reply = swf.start_workflow_execution(**told, **options)  # type: ignore[arg-type]
    return str(reply["runId"])


def test_domains_are_registered_and_deprecated(swf: Swf):
    """A domain is there once it is registered, for a week of retention, until it is deprecated."""
    assert swf.domains.domain_exists(DOMAIN)
    assert not swf.domains.domain_exists("another")
    assert list(swf.domains.registered_names()) == [DOMAIN]
    assert swf.domain(DOMAIN).upstream().retention_period == 7

    swf.domains.deprecate_domain(DOMAIN)

    assert not swf.domains.domain_exists(DOMAIN)
    assert list(swf.domains.deprecated_names()) == [DOMAIN]


def test_what_is_registered_already_is_a_warning(swf: Swf, caplog: pytest.LogCaptureFixture):
    """A domain or a type that is there is left as it is, and the log says so."""
    for _ in range(2):
        swf.domains.register_domain(DOMAIN, "described", "NONE")
        swf.register_workflow_type(WorkflowType(domain=DOMAIN, name="flow", version="v1"))
        swf.register_activity_type(ActivityType(domain=DOMAIN, name="work", version="v1"))
        swf.register_type(ActivityType(domain=DOMAIN, name="more", version="v1"))

    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert told == [
        "the domain plant is registered already",
        "the domain plant is registered already",
        "the WorkflowType flow v1 is registered already",
        "the ActivityType work v1 is registered already",
        "the ActivityType more v1 is registered already",
    ]
    assert swf.domain(DOMAIN).upstream().description is None


def test_types_are_registered_with_their_defaults(swf: Swf, connection: Overheard):
    """What a type is told by default, and otherwise, is what SWF registers."""
    swf.register_workflow_type(
        WorkflowType(
            domain=DOMAIN,
            name="flow",
            version="v1",
            default_task_start_to_close_timeout="20",
            default_child_policy="ABANDON",
        )
    )
    swf.register_activity_type(
        ActivityType(
            domain=DOMAIN, name="work", version="v1", default_task_heartbeat_timeout="NONE"
        )
    )

    domain = swf.domain(DOMAIN)
    flow = models.WorkflowType(domain, "flow", "v1").upstream()
    assert flow.task_start_to_close_timeout == 20
    assert flow.execution_start_to_close_timeout == 86_400
    assert flow.child_policy == "ABANDON"
    assert flow.task_list == "default"
    work = models.ActivityType(domain, "work", "v1").upstream()
    assert work.task_heartbeat_timeout == NONE
    assert work.task_start_to_close_timeout == 6 * 3600
    assert work.task_schedule_to_start_timeout == 3600


def test_other_errors_of_a_registration_are_raised(swf: Swf):
    """What SWF refuses for another reason is an error, and no line in the log."""
    with pytest.raises(DomainDoesNotExist):
        swf.register_activity_type(ActivityType(domain="none", name="work", version="v1"))
    with pytest.raises(ValidationError):
        swf.domains.register_domain("a/b")


def test_only_types_are_registered(swf: Swf):
    """What is no type is refused at once."""
    given: Any = "my_workflow_type"
    with pytest.raises(GraphTypeError, match="must be a WorkflowType or an ActivityType"):
        swf.register_workflow_type(given)


def test_a_start_registers_what_it_needs(connection: Overheard):
    """Domain and type are there after a start, and the execution may be open for a year."""
    swf = Swf(connection=connection)

    run_id = start(swf, task_list="decisions", decision_task_start_to_close_timeout=5)

    told = swf.describe_workflow_execution(DOMAIN, "flow_v1")
    assert told["executionInfo"]["execution"] == {"workflowId": "flow_v1", "runId": run_id}
    configuration = told["executionConfiguration"]
    assert configuration["taskList"] == {"name": "decisions"}
    assert configuration["taskStartToCloseTimeout"] == "5"
    assert configuration["executionStartToCloseTimeout"] == str(365 * 86_400)


def test_a_start_in_a_domain_that_is_there_registers_the_type(swf: Swf):
    """Where only the type is missing, it alone is registered."""
    assert start(swf, task_list="decisions")
    assert [one.name for one in swf.domain(DOMAIN).workflows()] == ["flow"]


def test_an_execution_is_started_once(swf: Swf):
    """A second start with the same workflow id is refused while the first is open."""
    start(swf, task_list="decisions", workflow_id="mine")

    with pytest.raises(WorkflowExecutionAlreadyStartedFault):
        start(swf, task_list="decisions", workflow_id="mine")


def test_inputs_may_hold_tasks_and_specs(swf: Swf):
    """Tasks and specs within an input or a signal travel as their JSON; text as it is."""
    one = ActivityTask("work", "v1")
    spec = DeciderSpec(activity_tasks=[one])
    start(swf, task_list="decisions", input={"activity_tasks": [one]}, workflow_id="mine")

    swf.signal_workflow_execution(DOMAIN, "mine", "go", {"decider_spec": spec})
    swf.signal_workflow_execution(DOMAIN, "mine", "say", "text")
    swf.signal_workflow_execution(DOMAIN, "mine", "say")

    events = swf.get_workflow_execution_history(DOMAIN, "mine")["events"][::-1]
    assert events[0]["eventId"] == 1
    sent = [_input(event) for event in events if _input(event) is not None]
    assert [Payloads().load(text) for text in sent[:2]] == [
        {"activity_tasks": [one.to_dict()]},
        {"decider_spec": spec.to_dict()},
    ]
    assert sent[2:] == ["text"]


def _input(event: dict[str, object]) -> str | None:
    told = next(value for name, value in event.items() if name.endswith("Attributes"))
    assert isinstance(told, dict)
    return told.get("input")


def test_an_input_without_json_is_refused(swf: Swf):
    """What JSON has no word for is refused, with its place, before anything is sent."""
    with pytest.raises(ValidationError, match=r"input\['a'\]\[0\]"):
        start(swf, task_list="decisions", input={"a": [object()]})


def test_an_execution_is_terminated(swf: Swf):
    """A terminated execution is closed at once; there is nothing to terminate after."""
    run_id = start(swf, task_list="decisions")

    swf.terminate_workflow_execution(DOMAIN, "flow_v1", run_id, reason="enough")

    newest = swf.get_workflow_execution_history(DOMAIN, "flow_v1", run_id)["events"][0]
    assert newest["workflowExecutionTerminatedEventAttributes"]["reason"] == "enough"
    with pytest.raises(WorkflowExecutionDoesNotExist):
        swf.terminate_workflow_execution(DOMAIN, "flow_v1")


def test_the_settings_say_where_swf_is(swf_default: Engine):
    """Without a connection it is the one of the settings, when it is used."""
    swf = Swf()

    swf.domains.register_domain("here")

    assert swf.domains.domain_exists("here")


def test_a_region_makes_a_connection_of_its_own(swf_default: Engine):
    """A region or a profile goes over the settings."""
    swf = Swf(region_name="eu-west-1")

    assert swf.connection is Swf.connection.fget(swf)  # type: ignore[attr-defined]
    assert swf.connection is not Swf().connection
