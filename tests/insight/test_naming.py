"""What the entities of a history are called."""

from __future__ import annotations

from swf.insight.naming import name_of, version_of
from swf.insight.tasks import tasks_of
from swf.models import HistoryBuilder

TYPE = ("charge", "1")


def begun() -> HistoryBuilder:
    """Return the history of an execution that has an activity, a function and a timer."""
    builder = HistoryBuilder(("order", "2")).decision()
    builder.activity_task_scheduled("a-1", TYPE).lambda_function_scheduled("l-1", "resize")
    return builder.timer_started("t-1", 30)


def test_things_are_called_by_their_types() -> None:
    """By the name of the type or of the Lambda function; what has neither, by its id."""
    compiled = begun().build().compiled
    named = [
        compiled.execution,
        *compiled.activities,
        *compiled.lambdas,
        *compiled.timers,
    ]

    assert [(name_of(one), version_of(one)) for one in named] == [
        ("order", "2"),
        ("charge", "1"),
        ("resize", None),
        ("t-1", None),
    ]


def test_tasks_are_called_as_all_else_is() -> None:
    """A Lambda task is listed by the name of its function, beside its id."""
    assert [(one.name, one.id) for one in tasks_of(begun().build(), timers=True)] == [
        ("charge", "a-1"),
        ("resize", "l-1"),
        ("t-1", "t-1"),
    ]
