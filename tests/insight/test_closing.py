"""Why executions closed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from strategies import raw_histories

from swf.insight.closing import Closing, closing_of
from swf.models import History, HistoryBuilder

TYPE = ("charge", "1")


def closed(builder: HistoryBuilder) -> Closing:
    found = closing_of(builder.build())
    assert found is not None
    return found


def begun() -> HistoryBuilder:
    return HistoryBuilder(("order", "1")).decision()


def test_an_open_execution_did_not_close() -> None:
    """There is nothing to tell."""
    assert closing_of(begun().build()) is None


@pytest.mark.parametrize(
    ("builder", "words"),
    [
        (begun().workflow_execution_completed(result="1"), "Its decider completed it."),
        (begun().workflow_execution_failed(reason="r"), "Its decider failed it."),
        (begun().workflow_execution_canceled(), "Its decider canceled it."),
        (
            begun().workflow_execution_cancel_requested().decision().workflow_execution_canceled(),
            "Its decider canceled it after it was asked to.",
        ),
        (
            begun().workflow_execution_continued_as_new(),
            "Its decider continued it as a new run.",
        ),
        (
            begun().workflow_execution_terminated(),
            (
                "It was terminated by somebody who asked SWF to."
                " By its child policy (TERMINATE) its open children were terminated."
            ),
        ),
        (
            begun().workflow_execution_terminated(
                cause="CHILD_POLICY_APPLIED", child_policy="ABANDON"
            ),
            (
                "It was terminated because its parent closed, whose child policy says so."
                " By its child policy (ABANDON) its open children went on."
            ),
        ),
        (
            begun().workflow_execution_terminated(
                cause="EVENT_LIMIT_EXCEEDED", child_policy="REQUEST_CANCEL"
            ),
            (
                "It was terminated by SWF, because its history had reached 25,000 events."
                " By its child policy (REQUEST_CANCEL) its open children were asked to cancel."
            ),
        ),
    ],
)
def test_each_way_to_close_is_told_in_words(builder: HistoryBuilder, words: str) -> None:
    """Who closed it, and what became of its children."""
    assert closed(builder).words == words


def test_a_time_out_tells_how_long_it_was() -> None:
    """The start-to-close timeout of the execution is what ran out."""
    builder = begun().workflow_execution_timed_out()

    assert "its start-to-close timeout" in closed(builder).words
    assert closed(builder).failure.state == "timed_out"


def test_a_result_and_a_next_run_are_told() -> None:
    """What it returned, and what it was continued as."""
    done = closed(begun().workflow_execution_completed(result="42"))
    again = closed(begun().workflow_execution_continued_as_new())

    assert (done.result, done.next_run_id, done.culprit) == ("42", None, None)
    assert again.next_run_id
    assert again.result is None


def test_the_culprit_is_what_failed_last() -> None:
    """Of several that failed, the last one is likely to be why."""
    builder = begun()
    for name in "ab":
        builder.activity_task_scheduled(name, TYPE)
    for name in "ab":
        builder.activity_task_started(name)
    builder.activity_task_failed("b", reason="first").activity_task_failed("a", reason="second")
    culprit = closed(builder.decision().workflow_execution_failed(reason="gave up")).culprit

    assert culprit is not None
    assert (culprit.type, culprit.name, culprit.id) == ("ActivityTask", "charge", "a")
    assert culprit.failure.reason == "second"


def test_the_culprit_is_rather_what_the_execution_names() -> None:
    """One whose reason is in the execution's goes before one that failed later."""
    builder = begun()
    for name in "ab":
        builder.activity_task_scheduled(name, TYPE)
    for name in "ab":
        builder.activity_task_started(name)
    builder.activity_task_failed("b", reason="CardError").activity_task_failed("a", reason="Other")
    culprit = closed(builder.decision().workflow_execution_failed(reason="CardError: no")).culprit

    assert culprit is not None
    assert culprit.id == "b"


def test_what_the_culprit_tells_is_not_told_again() -> None:
    """Of an execution that failed because of it, only what the execution adds is its own."""
    cause = {"error": "CardError", "message": "no"}
    outer = {"error": "TaskFailed", "message": "charge failed", "cause": cause}

    def failed(details: dict[str, object]) -> Closing:
        builder = begun().activity_task_scheduled("a", TYPE).activity_task_started("a")
        builder.activity_task_failed("a", reason="CardError", details=json.dumps(cause)).decision()
        return closed(builder.workflow_execution_failed(reason="r", details=json.dumps(details)))

    assert [error.type for error in failed(outer).own_failure.errors] == ["TaskFailed"]
    assert failed(cause).own_failure.errors == ()
    assert len(failed(outer).failure.errors) == 2
    alone = closed(begun().workflow_execution_failed(details=json.dumps(outer)))
    assert alone.own_failure == alone.failure


def test_functions_and_children_may_be_culprits() -> None:
    """Whatever work an execution asks for can be what fails it; a canceled task is no culprit."""
    builder = begun().activity_task_scheduled("a", TYPE).lambda_function_scheduled("l", "resize")
    builder.activity_task_started("a").activity_task_canceled("a").lambda_function_started("l")
    builder.lambda_function_failed("l", reason="r")
    of_function = closed(builder.decision().workflow_execution_failed())
    builder = begun().start_child_workflow_execution_initiated("c", TYPE)
    builder.child_workflow_execution_started("c").child_workflow_execution_failed("c", reason="r")
    of_child = closed(builder.decision().workflow_execution_failed())

    assert of_function.culprit is not None
    assert of_function.culprit.name == "resize"
    assert of_child.culprit is not None
    assert (of_child.culprit.type, of_child.culprit.id) == ("ChildWorkflowExecution", "c")


def test_without_a_failure_there_is_no_culprit() -> None:
    """A decider may fail an execution for reasons of its own."""
    assert closed(begun().workflow_execution_failed(reason="no")).culprit is None


@given(raw_histories())
def test_every_history_that_is_closed_has_words(raws: list[dict[str, object]]) -> None:
    """Whatever happened in it, how it closed is told; of what is open, nothing."""
    history = History(raws)

    found = closing_of(history)

    assert (found is not None) == history.finished
    if found is not None:
        assert found.words.endswith(".")
        assert found.event_id == len(history)
