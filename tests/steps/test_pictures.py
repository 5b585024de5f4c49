"""Pictures of chains: where the way parts, where it comes back, how far a run has come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from chained import Goodbye, Hello, Split, workflow
from steps_stage import StepsStage

from swf.drawing import Picture
from swf.models.history import HistoryBuilder
from swf.payload import Payloads
from swf.steps import StepExecutionContext, Workflow, WorkflowStep
from swf.steps.definition import Definition, Schedule, While
from swf.steps.pictures import picture_of
from swf.testing.stage import Stage


@pytest.fixture
def steps(swf_flow: Stage) -> StepsStage:
    """A host on a stage."""
    return StepsStage(swf_flow)


def edges(picture: Picture) -> list[str]:
    """Return the edges by labels: `a > b`, `a .. b` where dashed, what is said in brackets."""
    label = {node.id: node.label for node in picture.nodes}
    return [
        f"{label[edge.source]} {'..' if edge.dashed else '>'} {label[edge.target]}"
        + (f" ({edge.label})" if edge.label else "")
        for edge in picture.edges
    ]


def drawn(build: Any) -> list[str]:
    """Return the edges of a chain that a function builds, between its two ends."""
    return edges(picture_of(workflow(build).definition()))


def states(picture: Picture) -> dict[str, str]:
    """Return the states of nodes by their labels, its two ends left out."""
    return {node.label: picture.states[node.id] for node in picture.nodes[1:-1]}


def broken(context: StepExecutionContext) -> None:
    """Raise."""
    raise ValueError("no")


def test_a_chain_is_drawn_from_its_start_to_its_end() -> None:
    """Each step is a node, in order, between the workflow's name and the end."""
    picture = picture_of(
        workflow(lambda b: b.start_with(Hello).then(Goodbye), version=3).definition()
    )

    assert [(node.label, node.kind) for node in picture.nodes] == [
        ("W", "start"),
        ("Hello", "step"),
        ("Goodbye", "step"),
        ("end", "end"),
    ]
    assert edges(picture) == ["W > Hello", "Hello > Goodbye", "Goodbye > end"]
    assert picture.title == "W, version 3"
    assert picture.states == {}


def test_an_if_is_passed_or_not() -> None:
    """What is inside an `if_` is on one way, and the other leads past it."""
    assert drawn(
        lambda b: (
            b.start_with(Hello)
            .if_(lambda data, context: True)
            .do(lambda then: then.start_with(Split).do(lambda each: each.start_with(Hello)))
            .then(Goodbye)
        )
    ) == [
        "W > Hello",
        "Hello > if",
        "if > Split (yes)",
        "Split > Hello (each)",
        "Hello > Split",
        "Split > Goodbye (done)",
        "if > Goodbye (no)",
        "Goodbye > end",
    ]


def test_a_loop_leads_back() -> None:
    """`while_` and `for_each` lead back from the last step inside."""
    assert drawn(
        lambda b: (
            b.start_with(Hello)
            .while_(lambda data, context: True)
            .do(lambda inside: inside.start_with(Goodbye))
        )
    ) == [
        "W > Hello",
        "Hello > while",
        "while > Goodbye (yes)",
        "Goodbye > while",
        "while > end (no)",
    ]
    assert drawn(
        lambda b: b.for_each(lambda data, context: [1]).do(lambda inside: inside.start_with(Hello))
    ) == ["W > for each", "for each > Hello (each)", "Hello > for each", "for each > end (done)"]


def test_branches_come_together() -> None:
    """Branches beside each other begin at one place, and what follows comes after all of them."""
    assert drawn(
        lambda b: (
            b.parallel()
            .do(lambda one: one.start_with(Hello))
            .do(lambda other: other.start_with(Goodbye))
            .join()
            .then(Split)
            .do(lambda each: each.start_with(Hello))
        )
    )[:5] == [
        "W > parallel",
        "parallel > Hello",
        "parallel > Goodbye",
        "Hello > Split",
        "Goodbye > Split",
    ]


def test_outcomes_lead_on() -> None:
    """Each outcome that a step asks for has a way of its own, and all others pass."""
    assert drawn(
        lambda b: (
            b.start_with(Hello).when("red").do(lambda red: red.start_with(Goodbye)).then(Hello)
        )
    ) == [
        "W > Hello",
        "Hello > Goodbye ('red')",
        "Goodbye > Hello",
        "Hello > Hello (otherwise)",
        "Hello > end",
    ]


def test_waits_delays_and_schedules_are_drawn() -> None:
    """What waits says for what and how long; what comes later is beside the chain."""
    picture = picture_of(
        workflow(
            lambda b: (
                b.start_with(Hello)
                .wait_for("Paid", lambda data, context: "7")
                .delay(timedelta(hours=2))
                .delay(lambda data, context: 5)
                .schedule(90)
                .do(lambda later: later.start_with(Goodbye))
                .then(Goodbye)
            )
        ).definition()
    )

    assert [(node.label, node.kind, node.detail) for node in picture.nodes[2:6]] == [
        ("wait for Paid", "event", None),
        ("delay", "timer", "2 h"),
        ("delay", "timer", None),
        ("schedule", "timer", "90 s"),
    ]
    assert "schedule .. Goodbye (later)" in edges(picture)
    assert "schedule > Goodbye" in edges(picture)


def test_a_time_out_is_a_way_of_its_own() -> None:
    """What follows a time-out comes back to the chain."""
    assert drawn(
        lambda b: (
            b.wait_for("Paid", lambda data, context: "7", timeout=60)
            .on_timeout(lambda late: late.start_with(Hello))
            .then(Goodbye)
        )
    ) == [
        "W > wait for Paid",
        "wait for Paid > Hello (time-out)",
        "wait for Paid > Goodbye",
        "Hello > Goodbye",
        "Goodbye > end",
    ]


def test_a_function_is_told_by_its_name() -> None:
    """A predicate or a period that has a name is told by it."""

    def is_open(data: Any, context: Any) -> bool:
        return True

    def a_while(data: Any, context: Any) -> int:
        return 5

    picture = picture_of(
        workflow(
            lambda b: (
                b.start_with(Hello)
                .delay(a_while)
                .if_(is_open)
                .do(lambda inside: inside.start_with(Hello))
            )
        ).definition()
    )

    assert [node.detail for node in picture.nodes[2:4]] == ["a_while", "is_open"]


def test_what_compensates_is_beside_the_chain() -> None:
    """A compensation hangs on what it undoes, by a dashed line."""
    found = drawn(
        lambda b: b.saga(
            lambda s: s.start_with(Hello).compensate_with(Goodbye).then(broken)
        ).compensate_with(Hello)
    )

    assert found == [
        "W > saga",
        "saga > Hello",
        "Hello .. Goodbye (compensate)",
        "Hello > broken",
        "saga .. Hello (compensate)",
        "broken > end",
    ]


def test_a_run_is_laid_over(steps: StepsStage) -> None:
    """What is done is completed, what waits is at work, the rest waits for it."""
    chain = workflow(
        lambda b: (
            b.start_with(Hello)
            .if_(lambda data, context: True)
            .do(lambda inside: inside.delay(60).then(Goodbye))
            .wait_for("Paid", lambda data, context: "7")
            .then(Goodbye)
        )
    )
    workflow_id = steps.start(chain)
    steps.settle()

    def seen() -> Picture:
        return picture_of(chain.definition(), steps.host._handle(workflow_id))

    assert list(states(seen()).items()) == [
        ("Hello", "completed"),
        ("if", "running"),
        ("delay", "running"),
        ("Goodbye", "waiting"),
        ("wait for Paid", "waiting"),
    ]
    assert seen().title == f"W, version 1: {workflow_id}"
    assert seen().states["end"] == "waiting"

    steps.settle(61)
    assert seen().states[node_id(seen(), "wait for Paid")] == "running"
    assert states(seen())["if"] == "completed"

    steps.host.publish_event("Paid", "7", None)
    steps.settle()
    assert set(seen().states.values()) == {"completed"}


def node_id(picture: Picture, label: str) -> str:
    """Return the id of the node of a label."""
    return next(node.id for node in picture.nodes if node.label == label)


def test_a_failed_run_is_laid_over(steps: StepsStage) -> None:
    """The step that failed is drawn so, what came before as done, the end as the run's."""
    chain = workflow(
        lambda b: b.start_with(Hello).then(broken).on_error(WorkflowStep.TERMINATE).then(Goodbye)
    )
    workflow_id = steps.start(chain)
    steps.settle()

    found = picture_of(chain.definition(), steps.host._handle(workflow_id))
    assert states(found) == {"Hello": "completed", "broken": "failed", "Goodbye": "waiting"}
    assert found.states["end"] == "failed"


def test_a_loop_is_what_its_passages_are(steps: StepsStage) -> None:
    """A step that several items are at is running as long as one of them is there."""
    chain = workflow(
        lambda b: (
            b.start_with(Hello)
            .for_each(lambda data, context: [1, 2])
            .do(lambda each: each.start_with(Hello).delay(lambda data, context: 60 * context.item))
            .then(Goodbye)
        )
    )
    workflow_id = steps.start(chain)
    steps.settle(61)

    def seen() -> dict[str, str]:
        picture = picture_of(chain.definition(), steps.host._handle(workflow_id))
        return {node.id: picture.states[node.id] for node in picture.nodes[1:-1]}

    assert list(seen().values()) == ["completed", "running", "completed", "running", "waiting"]
    steps.settle(120)
    assert set(seen().values()) == {"completed"}


def test_a_run_that_continues_another_knows_what_was_before(steps: StepsStage) -> None:
    """Nodes before the place where a run goes on count as done."""
    chain = workflow(
        lambda b: (
            b.start_with(Hello)
            .then(Hello)
            .while_(lambda data, context: True)
            .do(lambda inside: inside.start_with(Goodbye).delay(60))
            .then(Goodbye)
        )
    )
    workflow_id = steps.start(chain)
    steps.renewing_at(30)
    steps.settle(600)
    assert steps.runs(workflow_id) > 1

    found = picture_of(chain.definition(), steps.host._handle(workflow_id))
    names = [node.label for node in found.nodes]
    assert [found.states[node.id] for node in found.nodes][: names.index("while")] == [
        "completed"
    ] * 3
    assert states(found)["while"] == "running"
    assert found.states["end"] == "waiting"


def test_what_cannot_be_read_is_left_out() -> None:
    """Without the payloads of its host, a run is drawn by its events alone."""
    chain = workflow(lambda b: b.start_with(Hello).then(Goodbye)).definition()
    builder = HistoryBuilder(("W", "1"), "no JSON").decision_task_started()
    builder.decision_task_completed(execution_context="none either")
    builder.marker_recorded("of somebody else")
    builder.activity_task_scheduled("1-Hello", ("Hello", "1")).activity_task_started("1-Hello")

    found = picture_of(chain, builder.build())
    assert states(found) == {"Hello": "running", "Goodbye": "waiting"}
    assert found.title == "W, version 1"


def test_what_holds_nothing_is_passed() -> None:
    """A container without steps has a line to itself, or none, and the chain goes on."""
    loop = While(id="1-while", name="while", predicate=lambda data, context: False, body=())
    later = Schedule(id="2-schedule", name="schedule", period=60, body=())
    picture = picture_of(Definition(id="W", version=1, body=(loop, later), steps={}))

    assert edges(picture) == [
        "W > while",
        "while > while (yes)",
        "while > schedule (no)",
        "schedule > end",
    ]


def test_a_run_of_another_definition_is_drawn_by_its_events() -> None:
    """A place that a definition does not have says nothing about what came before it."""
    chain = workflow(lambda b: b.start_with(Hello).then(Goodbye)).definition()

    def found(node: str, payloads: Payloads | None = None) -> dict[str, str]:
        carried = {"path": [[node, {}]]}
        told = {"args": [None, carried], "kwargs": {}}
        return states(
            picture_of(chain, HistoryBuilder(("W", "1"), told).build(), payloads=payloads)
        )

    assert found("2-Goodbye") == {"Hello": "completed", "Goodbye": "waiting"}
    assert found("2-Goodbye", Payloads()) == found("2-Goodbye")
    assert found("9-Gone") == {"Hello": "waiting", "Goodbye": "waiting"}


def test_a_class_is_drawn_as_its_definition() -> None:
    """What `definition()` of a workflow class returns is what is drawn."""

    class Mine(Workflow):
        def build(self, builder: Any) -> None:
            builder.start_with(Hello)

    assert edges(picture_of(Mine().definition())) == ["Mine > Hello", "Hello > end"]
