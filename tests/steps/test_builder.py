"""How chains are written: every form, and the ids of what is written."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from chained import AddNumbers, Goodbye, Hello, Split, hello, nested, workflow
from hypothesis import given
from hypothesis import strategies as st

from swf.rules import is_identifier
from swf.steps import (
    ContainerStepBody,
    Definition,
    ExecutionResult,
    RetryPolicy,
    StepExecutionContext,
    Workflow,
    WorkflowBuilder,
    WorkflowStep,
)
from swf.steps.definition import (
    RETRY_FOR_EVER,
    Delay,
    ForEach,
    If,
    OnError,
    Parallel,
    RunStep,
    Saga,
    Schedule,
    WaitFor,
    While,
    walk,
)
from swf.steps.draft import MAX_DEPTH

Build = Callable[[WorkflowBuilder], object]

THRICE = RetryPolicy(attempts=3)


def ids(build: Build) -> list[str]:
    """Return the ids of all nodes that a function builds."""
    return [node.id for node in walk(workflow(build).definition().body)]


def only(build: Build) -> Any:
    """Return the one node that a function builds."""
    (node,) = workflow(build).definition().body
    return node


# The forms


def test_a_chain_is_written_with_backslashes() -> None:
    """Steps, their inputs and outputs stand in the definition in the order they are written in."""

    class MyWorkflow(Workflow):
        def build(self, builder: WorkflowBuilder) -> None:
            # fmt: off
            builder\
                .start_with(Hello)\
                .then(AddNumbers) \
                    .input("input1", lambda data, context: data.value1) \
                    .input("input2", lambda data, context: data.value2) \
                    .output("value3", lambda step: step.output) \
                .then(Goodbye)
            # fmt: on

    definition = MyWorkflow().definition()
    first, second, third = definition.body

    assert (definition.id, definition.version) == ("MyWorkflow", 1)
    assert [first.id, second.id, third.id] == ["1-Hello", "2-AddNumbers", "3-Goodbye"]
    assert isinstance(second, RunStep)
    assert second.body is AddNumbers
    assert [name for name, _ in second.inputs] == ["input1", "input2"]
    assert [name for name, _ in second.outputs] == ["value3"]


def test_a_container_is_written_within_a_chain() -> None:
    """What `do` builds is inside of its container, and `then` goes on after it."""

    def build(builder: WorkflowBuilder) -> None:
        # fmt: off
        builder\
            .start_with(Hello)\
            .for_each(lambda data, context: ["abc", "def", "xyz"])\
                .do(lambda x:\
                    x.start_with(Hello))\
            .while_(lambda data, context: data.value1 < 3)\
                .do(lambda do:\
                    do.start_with(Hello)\
                        .input("my_value", lambda data, context: data.value1)\
                        .output("value1", lambda step: step.your_value))\
            .if_(lambda data, context: data.value1 > 3)\
                .do(lambda x:\
                    x.start_with(Hello))\
            .then(Goodbye)
        # fmt: on

    kinds = [type(node) for node in workflow(build).definition().body]

    assert kinds == [RunStep, ForEach, While, If, RunStep]
    assert ids(build) == [
        "1-Hello",
        "2-for_each",
        "2-for_each.1-Hello",
        "3-while",
        "3-while.1-Hello",
        "4-if",
        "4-if.1-Hello",
        "5-Goodbye",
    ]


def test_a_wait_is_written_with_what_it_captures() -> None:
    """A wait has its event, key, date, time-out and outputs; inputs may tell key and date."""

    def build(builder: WorkflowBuilder) -> None:
        # fmt: off
        builder\
            .start_with(Hello) \
            .wait_for("event1", lambda data, context: "key1") \
                .output("captured_value", lambda step: step.event_data) \
            .wait_for("event2", lambda data, context: "", lambda data, context: data.since,
                      timeout=timedelta(hours=1)) \
                .input("event_key", lambda data, context: data.key) \
                .output("late", lambda step: step.timed_out) \
                .on_timeout(lambda b: b.start_with(Hello)) \
            .wait_for("event3", lambda data, context: 3, timeout=lambda data, context: data.hours)\
                .input("effective_date", lambda data, context: data.since)\
            .then(Goodbye)
        # fmt: on

    _, one, two, three, last = workflow(build).definition().body
    assert isinstance(one, WaitFor)
    assert isinstance(two, WaitFor)
    assert isinstance(three, WaitFor)

    assert (one.event, one.effective_date, one.timeout, one.on_timeout) == (
        "event1",
        None,
        None,
        (),
    )
    assert [name for name, _ in one.outputs] == ["captured_value"]
    assert (two.event, two.timeout) == ("event2", 3600)
    assert [node.id for node in two.on_timeout] == ["3-wait_for.timeout.1-Hello"]
    assert two.effective_date is not None
    assert three.effective_date is not None
    assert callable(three.timeout)
    assert last.id == "5-Goodbye"


def test_containers_hold_containers() -> None:
    """Containers stand in containers; each path has its place in the ids."""

    def build(b: WorkflowBuilder) -> object:
        return (
            b.parallel()
            .do(lambda x: x.start_with(Hello).then(Goodbye))
            .do(
                lambda x: x.for_each(lambda data, context: [], parallel=False).do(
                    lambda y: y.if_(lambda data, context: True).do(hello).then(Goodbye)
                )
            )
            .join()
            .schedule(timedelta(days=1))
            .do(hello)
            .delay(lambda data, context: data.pause)
            .then(Split)
            .do(hello)
            .saga(lambda x: x.start_with(Hello).compensate_with(Goodbye).then(Hello))
            .compensate_with(Goodbye)
            .then(lambda context: 7)
            .when(7)
            .do(hello)
            .when(lambda data, context: data.seven)
            .do(hello)
            .then(Goodbye)
        )

    body = workflow(build).definition().body

    assert [type(node) for node in body] == [
        Parallel, Schedule, Delay, RunStep, Saga, RunStep, RunStep
    ]  # fmt: skip
    assert ids(build) == [
        "1-parallel",
        "1-parallel.1.1-Hello",
        "1-parallel.1.2-Goodbye",
        "1-parallel.2.1-for_each",
        "1-parallel.2.1-for_each.1-if",
        "1-parallel.2.1-for_each.1-if.1-Hello",
        "1-parallel.2.1-for_each.2-Goodbye",
        "2-schedule",
        "2-schedule.1-Hello",
        "3-delay",
        "4-Split",
        "4-Split.1-Hello",
        "5-saga",
        "5-saga.1-Hello",
        "5-saga.1-Hello.undo-Goodbye",
        "5-saga.2-Hello",
        "5-saga.undo-Goodbye",
        "6-lambda",
        "6-lambda.when1.1-Hello",
        "6-lambda.when2.1-Hello",
        "7-Goodbye",
    ]


def test_steps_that_compensate_are_steps_of_the_definition() -> None:
    """Each step is found by its id, wherever it stands."""
    definition = workflow(
        lambda b: b.saga(
            lambda x: x.start_with(Hello).compensate_with(
                AddNumbers, input1=lambda data, context: 1
            )
        )
    ).definition()
    undo = definition.step("1-saga.1-Hello.undo-AddNumbers")

    assert undo.body is AddNumbers
    assert [name for name, _ in undo.inputs] == ["input1"]
    assert set(definition.steps) == {"1-saga.1-Hello", "1-saga.1-Hello.undo-AddNumbers"}


def work(context: StepExecutionContext, amount: int = 0) -> int:
    return amount


def test_a_function_is_a_step() -> None:
    """A function of the context is a step under its own name; its inputs are its keywords."""
    steps = workflow(
        lambda b: (
            b.start_with(work)
            .input("amount", lambda data, context: data.amount)
            .output("result", lambda step: step.result)
            .then(lambda context: None)
            .then(partial(work, amount=2))
            .then(work)
        )
    ).definition()

    assert list(steps.steps) == ["1-work", "2-lambda", "3-partial", "4-work"]
    assert steps.step("1-work").body is work


@pytest.mark.parametrize(
    ("say", "retry", "then"),
    [
        (lambda s: s, RETRY_FOR_EVER, WorkflowStep.TERMINATE),
        (lambda s: s.on_error(WorkflowStep.RETRY), RETRY_FOR_EVER, WorkflowStep.TERMINATE),
        (lambda s: s.on_error(0), RETRY_FOR_EVER, WorkflowStep.TERMINATE),
        (
            lambda s: s.on_error(WorkflowStep.RETRY, retry_interval=timedelta(seconds=5)),
            RetryPolicy(attempts=None, delay=5, backoff="fixed", max_delay=None),
            WorkflowStep.TERMINATE,
        ),
        (lambda s: s.on_error(THRICE), THRICE, WorkflowStep.TERMINATE),
        (lambda s: s.on_error(THRICE, then=WorkflowStep.SUSPEND), THRICE, WorkflowStep.SUSPEND),
        (lambda s: s.on_error(WorkflowStep.SUSPEND), None, WorkflowStep.SUSPEND),
        (lambda s: s.on_error(WorkflowStep.TERMINATE), None, WorkflowStep.TERMINATE),
        (lambda s: s.compensate_with(Goodbye), None, WorkflowStep.COMPENSATE),
        (
            lambda s: s.compensate_with(Goodbye).on_error(THRICE),
            THRICE,
            WorkflowStep.COMPENSATE,
        ),
        (
            lambda s: s.on_error(WorkflowStep.COMPENSATE).compensate_with(Goodbye),
            None,
            WorkflowStep.COMPENSATE,
        ),
        (
            lambda s: s.compensate_with(Goodbye).on_error(WorkflowStep.SUSPEND),
            None,
            WorkflowStep.SUSPEND,
        ),
    ],
)
def test_each_step_says_what_an_error_leads_to(say: Any, retry: Any, then: Any) -> None:
    """A step's error is retried for ever unless it is said otherwise, or can be compensated."""
    node = only(lambda b: say(b.start_with(Hello)))

    assert node.on_error == OnError(retry, then)


def test_what_an_error_leads_to_is_said_for_all() -> None:
    """What the beginning says holds for all steps that say nothing, those in containers, too."""
    definition = workflow(
        lambda b: (
            b.on_error(THRICE, then=WorkflowStep.SUSPEND)
            .start_with(Hello)
            .if_(lambda data, context: True)
            .do(lambda x: x.start_with(Hello).then(Goodbye).on_error(WorkflowStep.TERMINATE))
            .saga(lambda x: x.start_with(Hello))
        )
    ).definition()

    assert {step_id: step.on_error for step_id, step in definition.steps.items()} == {
        "1-Hello": OnError(THRICE, WorkflowStep.SUSPEND),
        "2-if.1-Hello": OnError(THRICE, WorkflowStep.SUSPEND),
        "2-if.2-Goodbye": OnError(None, WorkflowStep.TERMINATE),
        "3-saga.1-Hello": OnError(THRICE, WorkflowStep.COMPENSATE),
    }


def test_a_step_in_a_saga_is_compensated() -> None:
    """A step in a saga fails at once, and leads to compensation, at any depth."""
    definition = workflow(
        lambda b: b.saga(
            lambda x: (
                x.start_with(Hello)
                .for_each(lambda data, context: [])
                .do(lambda y: y.start_with(Hello).on_error(THRICE))
            )
        )
    ).definition()

    assert [step.on_error for step in definition.steps.values()] == [
        OnError(None, WorkflowStep.COMPENSATE),
        OnError(THRICE, WorkflowStep.COMPENSATE),
    ]


def test_a_saga_says_what_follows_its_compensation() -> None:
    """By default nothing does but the rest of the chain; attempts, an end or a stop may."""
    assert only(lambda b: b.saga(hello)).on_error is None
    assert only(lambda b: b.saga(hello).on_error(THRICE)).on_error == OnError(
        THRICE, WorkflowStep.TERMINATE
    )
    assert only(
        lambda b: b.saga(hello).on_error(WorkflowStep.SUSPEND)
    ).on_error == OnError(None, WorkflowStep.SUSPEND)  # fmt: skip


def test_a_builder_stays_usable_step_by_step() -> None:
    """A chain may be written in statements as well: a step is told more until the next follows."""

    def build(b: WorkflowBuilder) -> None:
        place = b.start_with(AddNumbers)
        place.input("input1", lambda data, context: 1)
        place.output("sum", lambda step: step.output)
        later = place.then(Hello)
        for _ in range(2):
            later = later.then(Hello)

    assert ids(build) == ["1-AddNumbers", "2-Hello", "3-Hello", "4-Hello"]


def test_a_long_chain_is_compiled_at_once() -> None:
    """A chain of 5,000 steps is a flat sequence; four times the steps take no more each."""

    def compiled(steps: int) -> tuple[float, Definition]:
        def build(b: WorkflowBuilder) -> None:
            place = b.start_with(AddNumbers)
            for _ in range(steps - 1):
                place = place.then(AddNumbers).input("input1", lambda data, context: 1)

        begun = time.process_time()
        definition = workflow(build).definition()
        return time.process_time() - begun, definition

    few = min(compiled(1_250)[0] for _ in range(3))
    many = min(compiled(5_000)[0] for _ in range(3))
    _, definition = compiled(5_000)

    assert many < 10 * few
    assert len(definition.body) == len(definition.steps) == 5_000


# Ids

actions = st.recursive(
    st.sampled_from(["step", "wait", "delay", "function"]),
    lambda inner: st.tuples(
        st.sampled_from(["for_each", "while", "if", "parallel", "schedule", "saga", "when", "do"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=25,
)


def write(b: WorkflowBuilder, actions: list[Any]) -> None:
    """Write what random actions say."""
    place: Any = b.start_with(Hello)
    for action in actions:
        place = written(place, action)


def written(place: Any, action: Any) -> Any:
    """Write one action, and return the place after it."""
    flat = {
        "step": lambda: place.then(Goodbye).compensate_with(Hello),
        "wait": lambda: place.wait_for("e", lambda data, context: "k"),
        "delay": lambda: place.delay(1),
        "function": lambda: place.then(lambda context: None),
    }
    if isinstance(action, str):
        return flat[action]()
    kind, inner = action
    inside = partial(write, actions=inner)
    nested = {
        "for_each": lambda: place.for_each(lambda data, context: []).do(inside),
        "while": lambda: place.while_(lambda data, context: False).do(inside),
        "if": lambda: place.if_(lambda data, context: False).do(inside),
        "parallel": lambda: place.parallel().do(inside).do(inside).join(),
        "schedule": lambda: place.schedule(1).do(inside),
        "saga": lambda: place.saga(inside).compensate_with(Hello),
        "when": lambda: place.then(Hello).when(1).do(inside).when(2).do(inside),
        "do": lambda: place.then(Split).do(inside),
    }
    return nested[kind]()


@given(st.lists(actions, max_size=6))
def test_ids_are_unique_stable_and_fit(actions: list[Any]) -> None:
    """Whatever is written: ids are unique, the same each time, and SWF takes them."""
    first, again = (ids(lambda b: write(b, actions)) for _ in range(2))
    definition = workflow(lambda b: write(b, actions)).definition()

    assert first == again
    assert len(set(first)) == len(first)
    assert all(is_identifier(one) and len(one) <= 200 for one in first)
    steps = [node for node in walk(definition.body) if isinstance(node, RunStep)]
    assert [definition.step(step.id) for step in steps] == steps
    assert len(definition.steps) == len(steps)


def test_ids_stay_short_in_the_depth() -> None:
    """Deep inside, an id tells where it stands by a digest; it fits, and is unique."""
    found = ids(nested(MAX_DEPTH))

    assert len(found) == len(set(found)) == MAX_DEPTH + 1
    assert max(map(len, found)) <= 200


def test_what_is_called_strangely_has_an_id() -> None:
    """A function's name is cut, and what SWF refuses in it replaced."""

    def odd(context: StepExecutionContext) -> None:
        pass

    odd.__name__ = "a:b/c|d\x00" + "é" * 300
    empty = partial(odd)
    empty.__name__ = ":"  # type: ignore[attr-defined]
    first, second = ids(lambda b: b.start_with(odd).then(empty))

    assert first.startswith("1-a_b_c_d_éé")
    assert is_identifier(first)
    assert len(first) < 80
    assert second == "2-step"


# What a builder is


def test_an_error_of_the_function_that_builds_is_its_own() -> None:
    """What `build` raises by itself is raised as it is."""
    with pytest.raises(ZeroDivisionError):
        workflow(lambda b: 1 / 0).definition()


def test_a_builder_knows_the_protocols_of_python() -> None:
    """A name with underscores is refused as Python expects, so that nothing loops."""

    def build(b: WorkflowBuilder) -> None:
        assert not hasattr(b, "__length_hint__")
        assert copy.copy(b.start_with(Hello)).then(Goodbye)

    assert ids(build) == ["1-Hello", "2-Goodbye"]


def test_a_callable_that_says_nothing_of_itself_is_taken() -> None:
    """A function written in C may have no signature: it is called as it is."""
    definition = workflow(lambda b: b.start_with(Hello).output("latest", max)).definition()

    assert isinstance(definition, Definition)


def test_a_container_step_is_a_step() -> None:
    """A ContainerStepBody has what it branches into beside its inputs and outputs."""
    node = only(lambda b: b.start_with(Split).input("a", lambda data, context: 1).do(hello))

    assert node.is_container
    assert issubclass(Split, ContainerStepBody)
    assert [inner.id for inner in node.do] == ["1-Split.1-Hello"]
    assert isinstance(Split().run(None), ExecutionResult)  # type: ignore[arg-type]
