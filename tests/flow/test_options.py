"""What is otherwise for all that is submitted within a block."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from flow_harness import Stage

from swf.exceptions import ValidationTypeError
from swf.flow import Group, RetryPolicy, Workflow, activity


@activity
def echo(value: Any) -> Any:
    return value


@activity(name="fails", raises_on_failure=False)
def fails() -> None:
    raise ValueError("x")


class Child(Workflow):
    name = "child"

    def run(self) -> list[str]:
        return list(self.context.tag_list)


def test_block(stage: Stage) -> None:
    """Options hold within the block, over what was declared, and are as before after it."""

    class Flow(Workflow):
        def run(self) -> Any:
            self.submit(echo, 0)
            with self.options(task_list="outer", heartbeat_timeout=9):
                self.submit(echo, 1)
                with self.options(task_list="inner"):
                    self.submit(echo, 2)
                self.submit(echo, 3)
            with suppress(ZeroDivisionError), self.options(task_list="lost"):
                _ = 1 / 0
            self.submit(echo, 4)
            self.sleep(1)

    told = stage.start(Flow).finish().attributes("ActivityTaskScheduled")

    lists = [one["taskList"]["name"] for one in told]
    assert lists == ["default", "outer", "inner", "outer", "default"]
    assert [one["heartbeatTimeout"] for one in told] == ["60", "9", "9", "9", "60"]


def test_own_options_win(stage: Stage) -> None:
    """What a call says of itself goes over the block, for activities and for workflows."""

    class Flow(Workflow):
        def run(self) -> Any:
            with self.options(tag_list=["block"], task_priority=4):
                children = [self.submit(Child), self.submit(Child.with_options(tag_list=["own"]))]
                self.submit(echo.with_options(task_priority=5), 1)
            return [one.result for one in children]

    stage.knows(Child)
    started = stage.start(Flow).finish()

    assert started.result == [["block"], ["own"]]
    assert started.attributes("ActivityTaskScheduled")[0]["taskPriority"] == "5"


def test_groups_and_spawned(stage: Stage) -> None:
    """The options of a block hold for the groups in it, and for what is spawned in it."""

    class Flow(Workflow):
        def run(self) -> Any:
            with self.options(task_list="block"):
                group = self.submit(Group((echo, 1)))
                spawned = self.spawn(self.path)
            return [group.result, spawned.result]

        def path(self) -> Any:
            return self.submit(echo, 2).result

    told = stage.start(Flow).finish().attributes("ActivityTaskScheduled")

    assert [one["taskList"]["name"] for one in told] == ["block", "block"]


def test_beside_a_block(stage: Stage) -> None:
    """What runs beside a block that waits has none of its options."""

    class Flow(Workflow):
        def run(self) -> Any:
            beside = self.spawn(self.path)
            with self.options(task_list="block"):
                self.sleep(5)
                self.submit(echo, 1)
            self.sleep(5)
            return beside.result

        def path(self) -> Any:
            self.sleep(2)
            return self.submit(echo, 2).result

    started = stage.start(Flow).finish()

    assert [one["taskList"]["name"] for one in started.attributes("ActivityTaskScheduled")] == [
        "default",
        "block",
    ]


def test_all_of_an_activity(stage: Stage) -> None:
    """Retries and what a failure means may be options, too."""

    class Flow(Workflow):
        def run(self) -> Any:
            with self.options(retry=RetryPolicy(attempts=3, delay=0), raises_on_failure=True):
                try:
                    return self.submit(fails).result
                except ValueError as error:
                    return str(error)

    started = stage.start(Flow).finish()

    assert started.result == "x"
    assert started.count("ActivityTaskFailed") == 3


def test_wrong_options(stage: Stage) -> None:
    """What is no option is refused where the block begins; a wrong value where it is used."""

    class Flow(Workflow):
        def run(self) -> Any:
            with (
                pytest.raises(ValidationTypeError, match="'tsak_list'"),
                self.options(tsak_list="x"),
            ):
                raise AssertionError
            with self.options(task_list=5), pytest.raises(ValidationTypeError, match="task_list"):
                self.submit(echo, 1)
            with self.options(workflow_id="mine"):
                return self.submit(echo, 2).result

    assert stage.run(Flow) == 2
