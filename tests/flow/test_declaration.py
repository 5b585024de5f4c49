"""What a workflow class says of its type, and what is refused there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from swf.exceptions import ValidationError
from swf.flow import RetryPolicy, Workflow, errors, query_handler, signal_handler
from swf.flow.declaration import CHILD_OPTIONS


def declared(**attributes: Any) -> type[Workflow]:
    return type("Flow", (Workflow,), {"run": lambda self: None, **attributes})


def test_defaults() -> None:
    """A class that says nothing has a name of its own, and limits under which it recovers fast."""

    class Flow(Workflow):
        def run(self) -> None: ...

    assert Flow.key() == (f"{__name__}.test_defaults.<locals>.Flow", "1.0")
    assert Flow.attributes({}) == {
        "workflowType": {"name": Flow.name, "version": "1.0"},
        "taskList": {"name": "default"},
        "executionStartToCloseTimeout": "31536000",
        "taskStartToCloseTimeout": "30",
        "childPolicy": "TERMINATE",
    }


def test_one_type_for_a_class() -> None:
    """A class has one type name, whether it is started or a child; a subclass has its own."""

    class Flow(Workflow):
        name = "flow"

        def run(self) -> None: ...

    class Other(Flow):
        pass

    assert Flow.attributes({})["workflowType"]["name"] == "flow"
    assert Other.name == f"{__name__}.test_one_type_for_a_class.<locals>.Other"


def test_other_spellings() -> None:
    """Attributes may have the names that they have elsewhere."""
    flow = declared(
        execution_timeout=timedelta(hours=1),
        decision_tasks_timeout="20",
        max_open_activity_count=5,
    )

    assert flow.attributes({})["executionStartToCloseTimeout"] == "3600"
    assert flow.attributes({})["taskStartToCloseTimeout"] == "20"
    assert flow.max_open_activities == 5


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": "a:b"}, "name"),
        ({"name": 5}, "name"),
        ({"version": ""}, "version"),
        ({"version": 2}, "version"),
        ({"task_list": "a/b"}, "task_list"),
        ({"activity_task_list": ""}, "activity_task_list"),
        ({"execution_timeout": -1}, "timeout"),
        ({"decision_tasks_timeout": "soon"}, "timeout"),
        ({"child_policy": "ASK"}, "child_policy"),
        ({"task_priority": "high"}, "task_priority"),
        ({"tag_list": ["x"] * 6}, "tag_list"),
        ({"tag_list": "mine"}, "tag_list"),
        ({"tag_list": [5]}, "tag_list"),
        ({"retry": "x"}, "retry"),
        ({"max_open_activities": 0}, "max_open_activities"),
        ({"max_open_children": 1.5}, "max_open_children"),
        ({"max_open_timers": -1}, "max_open_timers"),
        ({"continue_as_new_at": 0}, "continue_as_new_at"),
        ({"cancel_grace": -1}, "cancel_grace"),
        ({"payloads": {}}, "payloads"),
        ({"run": 5}, "run"),
    ],
)
def test_what_is_refused(wrong: dict[str, Any], told: str) -> None:
    """A class of which SWF would take no execution is refused when it is made, naming what."""
    with pytest.raises(ValidationError, match=told):
        declared(**wrong)


@pytest.mark.parametrize("name", sorted(CHILD_OPTIONS))
def test_options(name: str) -> None:
    """Each option may be told for one call; the class stays as it is."""
    flow = declared()
    ordered = flow.with_options(**{name: None}).with_options(task_list="x")

    assert ordered.workflow is flow
    assert set(ordered.options) == {name, "task_list"}
    assert flow.task_list == "default"


def test_no_options() -> None:
    """What is no option is refused, and those there are are told."""
    with pytest.raises(TypeError, match=r"'taks_list'.*task_list"):
        declared().with_options(taks_list="x")


def test_arguments() -> None:
    """Arguments are checked against `run`, and named arguments are of its own names."""

    class Flow(Workflow):
        def run(self, x: int, *, task_list: str) -> None: ...

    Flow.check_arguments((1,), {"task_list": "x"})
    with pytest.raises(errors.SignatureError, match="task_list"):
        Flow.check_arguments((1,), {})


def test_handlers() -> None:
    """Signal and query handlers go by the name of their method, or by the one they are given."""

    class Flow(Workflow):
        @signal_handler
        def one(self) -> None: ...

        @signal_handler(name="second")
        def two(self) -> None: ...

        @query_handler("third one")
        def three(self) -> int:
            return 3

        @query_handler
        def four(self) -> int:
            return 4

        def run(self) -> None: ...

    assert Flow.signal_handlers == {"one": "one", "second": "two"}
    assert Flow.query_handlers == {"third one": "three", "four": "four"}
    assert Workflow.signal_handlers == {}


def test_a_run_is_needed() -> None:
    """A class without `run` may be a base of others, and is no workflow that could be started."""

    class Base(Workflow):
        retry = RetryPolicy(attempts=2)

    class Flow(Base):
        def run(self) -> None: ...

    assert Flow.retry is Base.retry
    with pytest.raises(ValidationError, match="run"):
        Base.check_arguments((), {})
