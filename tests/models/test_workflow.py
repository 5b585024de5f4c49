"""Workflow executions, and how they are started."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from canned import CannedTransport
from replies import execution_info

from swf.actors import Decider
from swf.exceptions import DefaultUndefinedFault, ValidationError, ValidationTypeError
from swf.models import (
    ActivityType,
    Domain,
    ModelDiff,
    OpenCounts,
    WorkflowExecution,
    WorkflowType,
)
from swf.models.decision import ScheduleActivityTask, StartChildWorkflowExecution, StartTimer


@pytest.fixture
def order(connection):
    """A registered workflow type."""
    shop = Domain("shop", connection=connection)
    shop.save()
    made = WorkflowType(
        shop,
        "order",
        "1",
        task_list="orders",
        child_policy="ABANDON",
        execution_start_to_close_timeout=3600,
        task_start_to_close_timeout=60,
    )
    made.save()
    return made


def decide(order, *decisions, **more):
    """Answer the decision task that waits for the decider of a type."""
    decider = Decider(order.domain, order.task_list)
    token, _ = decider.poll()
    decider.complete(token, decisions, **more)


def test_an_execution_is_started_signaled_and_terminated(order):
    """A started execution is synced, its history tells what was done, it ends as told."""
    execution = order.start_execution("order-1", {"item": 5}, tag_list=["eu"])

    assert repr(execution) == f"WorkflowExecution('order-1', {execution.run_id!r})"
    assert (execution.input, execution.tag_list) == ('{"item":5}', ("eu",))
    assert execution.workflow_type is order
    assert execution.changes == ModelDiff()
    assert execution.is_synced
    execution.signal("paid", {"by": "card"})
    execution.terminate(reason="test", details="over", child_policy="TERMINATE")
    history = execution.history()
    assert [event.name for event in history][:2] == [
        "WorkflowExecutionStarted",
        "DecisionTaskScheduled",
    ]
    assert history.filter(name="WorkflowExecutionSignaled").first.input == '{"by":"card"}'
    assert (history.last.name, history.last.reason) == ("WorkflowExecutionTerminated", "test")
    assert execution.upstream().close_status == "TERMINATED"


def test_a_registered_policy_is_not_overridden(order):
    """A start says only what it was told: the type's own defaults apply."""
    started = order.upstream().start_execution("order-1")

    assert started.upstream().child_policy == "ABANDON"
    assert started.history().first.child_policy == "ABANDON"


def test_every_field_of_a_start_is_recorded(order):
    """All that the API takes at a start travels there, and is told again by SWF."""
    fields = {
        "task_list": "fast",
        "task_priority": -1,
        "child_policy": "TERMINATE",
        "execution_start_to_close_timeout": 60,
        "task_start_to_close_timeout": "NONE",
        "tag_list": ("a", "b"),
        "lambda_role": "arn:aws:iam::1:role/x",
    }
    given = {**fields, "execution_start_to_close_timeout": "60", "tag_list": ["a", "b"]}

    execution = order.start_execution("order-1", "plain text", **given)

    for told in (execution, execution.upstream()):
        assert {name: getattr(told, name) for name in fields} == fields
    started = execution.history().first
    assert (started.input, started.tag_list) == ("plain text", ("a", "b"))
    assert execution.changes == ModelDiff()


def test_no_input_is_not_an_input(order):
    """None sends no input at all; falsy values are sent."""
    found = []
    for number, value in enumerate((None, "", 0, False, [], {})):
        execution = order.start_execution(f"w{number}", value)
        found.append(execution.history().first.input)

    assert found == [None, "", "0", "false", "[]", "{}"]


def test_made_up_workflow_ids_are_unique_and_valid(order):
    """Executions started in the same moment get different ids, however long the type's name."""
    made = attrs.evolve(order, name="n" * 256, version="v" * 64)
    made.save()

    ids = {made.start_execution().workflow_id for _ in range(50)}

    assert len(ids) == 50
    assert all(len(one) <= 256 for one in ids)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("workflow_id", "a:b"),
        ("workflow_id", 5),
        ("input", {1, 2}),
        ("input", float("nan")),
        ("input", "x" * 32_769),
        ("tag_list", "eu"),
        ("tag_list", ["x"] * 6),
        ("tag_list", [5]),
        ("child_policy", "KILL"),
        ("task_priority", 2**40),
        ("task_list", " orders"),
        ("execution_start_to_close_timeout", "NONE"),
        ("execution_start_to_close_timeout", 31_536_001),
        ("task_start_to_close_timeout", -5),
        ("lambda_role", ""),
    ],
)
def test_a_bad_start_is_refused_before_anything_is_sent(argument, value, connection):
    """A start that SWF would refuse is refused here, naming the argument."""
    with pytest.raises(ValidationError, match=argument):
        WorkflowType("shop", "order", "1", connection=connection).start_execution(
            **{"workflow_id": "order-1", argument: value}
        )
    assert connection.calls == []


def test_starting_what_runs_or_cannot_run_says_so(order):
    """An open workflow id, a missing default and a deprecated type are three different errors."""
    order.start_execution("order-1")

    with pytest.raises(WorkflowExecution.AlreadyExists, match="order-1"):
        order.start_execution("order-1")
    bare = WorkflowType(order.domain, "bare", "1")
    bare.save()
    with pytest.raises(DefaultUndefinedFault):
        bare.start_execution("order-2")
    order.deprecate()
    with pytest.raises(WorkflowType.Deprecated):
        order.start_execution("order-3")
    with pytest.raises(WorkflowType.DoesNotExist):
        WorkflowType(order.domain, "nope", "1").start_execution("order-4")


def test_a_description_is_decoded_to_the_last_field(order, swf_clock):
    """Every field that DescribeWorkflowExecution tells is read, typed, absent ones as None."""
    begun = swf_clock.now()
    execution = order.start_execution(
        "order-1",
        task_priority=-3,
        tag_list=["a", "b"],
        task_start_to_close_timeout="NONE",
        lambda_role="arn:aws:iam::1:role/x",
    )
    ActivityType(order.domain, "ship", "1").save()
    swf_clock.advance(1)
    decide(
        order,
        ScheduleActivityTask(
            ("ship", "1"),
            "ship-1",
            task_list="ships",
            heartbeat_timeout="NONE",
            schedule_to_start_timeout="NONE",
            schedule_to_close_timeout="NONE",
            start_to_close_timeout="NONE",
        ),
        StartTimer("t", 5000),
        StartChildWorkflowExecution(order, "child-1"),
        execution_context="",
    )

    found = execution.upstream()

    assert (found.status, found.close_status, found.close_timestamp) == ("OPEN", None, None)
    assert found.start_timestamp == begun
    assert found.tag_list == ("a", "b")
    assert (found.task_list, found.task_priority) == ("orders", -3)
    assert (found.task_start_to_close_timeout, found.execution_start_to_close_timeout) == (
        "NONE",
        3600,
    )
    assert (found.child_policy, found.lambda_role) == ("ABANDON", "arn:aws:iam::1:role/x")
    assert found.open_counts == OpenCounts(1, 1, 1, 1, 0)
    assert found.latest_execution_context == ""
    assert found.latest_activity_task_timestamp == begun + timedelta(seconds=1)
    assert found.cancel_requested is False
    assert (found.input, found.parent) == (None, None)
    found.request_cancel()
    assert found.upstream().cancel_requested is True
    swf_clock.advance(3599)
    closed = execution.upstream()
    assert (closed.status, closed.close_status) == ("CLOSED", "TIMED_OUT")
    assert closed.close_timestamp - closed.start_timestamp == timedelta(hours=1)


def test_parent_and_type_are_models_that_can_be_asked(order):
    """Navigation leads to models of the same domain and connection."""
    parent = order.start_execution("parent-1")
    decide(order, StartChildWorkflowExecution(order, "order-1"))

    found = WorkflowExecution(order.domain, "order-1").upstream()

    assert found.workflow_type == order
    assert found.workflow_type.status is None
    assert found.workflow_type.connection is order.connection
    assert found.parent == WorkflowExecution(order.domain, "parent-1", parent.run_id)
    assert found.parent.upstream().parent is None


def test_a_change_of_the_execution_shows(order):
    """What was told and is otherwise upstream is a difference; the type compares by its key."""
    order.start_execution("order-1")
    [listed] = order.domain.executions()
    assert listed.changes == ModelDiff()

    listed.terminate()

    assert listed.changes.differing_fields == ("status",)
    assert listed.upstream().changes == ModelDiff()


def test_an_execution_without_tags_has_none():
    """A listed execution without tags has an empty tuple; one made by hand was not told."""
    listed = WorkflowExecution._from_wire(execution_info("w"), Domain("shop"), None)

    assert listed.tag_list == ()
    assert WorkflowExecution("shop", "w").tag_list is None


def test_without_run_id_the_latest_run_is_meant(order):
    """exists, changes, upstream and history find the run by themselves, open or closed."""
    first = order.start_execution("order-1")
    named = WorkflowExecution(order.domain, "order-1")

    assert named.exists
    assert named.is_synced
    assert named.upstream().run_id == first.run_id
    assert named.history().first.name == "WorkflowExecutionStarted"
    named.signal("paid", "by card")
    named.terminate()
    assert named.upstream().close_status == "TERMINATED"
    assert not WorkflowExecution(order.domain, "order-2").exists
    with pytest.raises(WorkflowExecution.DoesNotExist, match="order-2"):
        WorkflowExecution(order.domain, "order-2").upstream()


def test_without_run_id_nothing_is_sent_for_it(order, connection):
    """Operations that find the open run by themselves get no run id."""
    execution = order.start_execution("order-1")
    named = WorkflowExecution("shop", "order-1", connection=connection)
    connection.calls.clear()

    execution.request_cancel()
    named.request_cancel()
    named.signal("paid", input=0)
    named.terminate()

    assert [params for _, params in connection.calls] == [
        {"domain": "shop", "workflowId": "order-1", "runId": execution.run_id},
        {"domain": "shop", "workflowId": "order-1"},
        {"domain": "shop", "workflowId": "order-1", "signalName": "paid", "input": "0"},
        {"domain": "shop", "workflowId": "order-1"},
    ]
    assert [event.name for event in execution.history()][2:] == [
        "WorkflowExecutionCancelRequested",
        "WorkflowExecutionCancelRequested",
        "WorkflowExecutionSignaled",
        "WorkflowExecutionTerminated",
    ]


@pytest.mark.parametrize(
    "act", [lambda one: one.signal("paid", "by card"), lambda one: one.terminate()]
)
def test_acting_on_what_is_not_open_is_the_models_own_error(act, order):
    """An execution that is not there is named as an execution, not as a domain."""
    with pytest.raises(WorkflowExecution.DoesNotExist, match="order-9"):
        act(WorkflowExecution(order.domain, "order-9"))


@pytest.mark.parametrize(
    "act",
    [
        lambda one: one.signal(""),
        lambda one: one.signal("x" * 257),
        lambda one: one.signal("paid", input="x" * 32_769),
        lambda one: one.terminate(reason="x" * 257),
        lambda one: one.terminate(child_policy="KILL"),
        lambda one: one.terminate(details=object()),
        lambda one: one.history(maximum_page_size=1001),
    ],
)
def test_bad_arguments_are_refused_before_anything_is_sent(act, connection):
    """Lengths, words and types are checked here."""
    with pytest.raises(ValidationError):
        act(WorkflowExecution("shop", "order-1", "run-1", connection=connection))
    assert connection.calls == []


@pytest.mark.parametrize("argument", ["workflow_type", "parent", "open_counts"])
def test_objects_of_another_class_are_refused(argument):
    """An execution's type, parent and counts are what they are called."""
    with pytest.raises(ValidationTypeError, match=argument):
        WorkflowExecution("shop", "w", **{argument: 5})


def test_what_swf_told_is_not_refused():
    """Names and run ids that break our rules are read all the same once SWF has them."""
    started = CannedTransport(StartWorkflowExecution={"runId": "r" * 65})
    execution = WorkflowType("shop", "order", "1", connection=started).start_execution("w")
    listed = WorkflowExecution._from_wire(
        execution_info("a:b", workflowType={"name": "x/y", "version": "1"}), Domain("shop"), None
    )

    assert execution.run_id == "r" * 65
    assert (listed.workflow_id, listed.workflow_type.name) == ("a:b", "x/y")


def test_a_bad_page_size_is_refused_before_the_run_is_looked_for(connection):
    """Without run id too, nothing is sent for a request that will be refused."""
    with pytest.raises(ValidationError, match="maximum_page_size"):
        WorkflowExecution("shop", "w", connection=connection).history(maximum_page_size="x")
    assert connection.calls == []


def test_a_history_is_read_page_by_page_to_its_end(order, connection):
    """All pages are followed, in either order, with the page size asked for."""
    execution = order.start_execution("order-1")
    for number in range(3):
        execution.signal(f"s{number}")

    history = execution.history(maximum_page_size=3, reverse_order=True)

    assert [event.id for event in history] == [5, 4, 3, 2, 1]
    first, second = connection.params("GetWorkflowExecutionHistory")
    assert first == {
        "domain": "shop",
        "execution": {"workflowId": "order-1", "runId": execution.run_id},
        "maximumPageSize": 3,
        "reverseOrder": True,
    }
    assert second == {**first, "nextPageToken": second["nextPageToken"]}


def test_the_executions_of_a_type_are_found(order):
    """A type leads to its executions, of this version only."""
    started = order.start_execution("order-1")

    assert order.executions() == [started]
    assert WorkflowType(order.domain, "order", "2").executions() == []
