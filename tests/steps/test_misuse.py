"""What makes no sense in a chain is refused when it is built, with its place and the way out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from chained import AddNumbers, Goodbye, Hello, Split, hello, nested, workflow

from swf.steps import RetryPolicy, StepBody, StepExecutionContext, WorkflowBuilder, WorkflowStep
from swf.steps.draft import MAX_DEPTH
from swf.steps.errors import StepsCallError, StepsError, StepsTypeError

THRICE = RetryPolicy(attempts=3)


def work(context: StepExecutionContext, amount: int = 0) -> int:
    return amount


def used_after_the_end(b: Any) -> None:
    kept: list[Any] = []
    b.if_(lambda data, context: True).do(
        lambda x: kept.append(x.start_with(Hello).when(1)) or kept[0].do(hello)
    )
    kept[0].do(hello)


def deep(b: WorkflowBuilder) -> object:
    return nested(MAX_DEPTH + 1)(b)


class NoStep:
    pass


class NeedsMore(StepBody):
    def __init__(self, amount: int) -> None:
        self.amount = amount

    def run(self, context: StepExecutionContext) -> None:
        pass


class NoRun(StepBody):
    pass


class NoContext(StepBody):
    def run(self) -> None:  # type: ignore[override]
        pass


class Kept:
    """What somebody keeps a builder in."""

    def __init__(self) -> None:
        self.place: Any = None

    def keep(self, place: Any) -> object:
        self.place = place.start_with(Hello)
        return self.place


def twice(b: Any) -> None:
    place = b.start_with(Hello)
    place.then(Hello)
    place.then(Goodbye)


def begun_twice(b: Any) -> None:
    b.start_with(Hello)
    b.start_with(Goodbye)


def from_outside(b: Any) -> None:
    place = b.start_with(Hello)
    place.if_(lambda data, context: True).do(lambda x: place.then(Goodbye))


def from_outside_of_a_saga(b: Any) -> None:
    place = b.start_with(Hello)
    place.saga(lambda x: (x.start_with(Hello), place.then(Goodbye)))


def after_the_end(b: Any) -> None:
    kept = Kept()
    b.if_(lambda data, context: True).do(kept.keep)
    kept.place.then(Goodbye)


def done_twice(b: Any) -> None:
    container = b.if_(lambda data, context: True)
    container.do(hello)
    container.do(hello)


def done_again(b: Any) -> None:
    first = b.if_(lambda data, context: True)
    first.do(hello)
    b.start_with(Hello)


def done_while_another_is_open(b: Any) -> None:
    first = b.start_with(Hello).when(1)
    place = first.do(hello)
    place.when(2)
    first.do(hello)


def told_late(b: Any) -> None:
    place = b.start_with(Hello)
    place.then(Goodbye)
    place.input("a", lambda data, context: 1)


MISUSES: list[tuple[str, Any, type[Exception], str]] = [
    ("nothing", lambda b: None, StepsError, r"^workflow 'W' version 1: build: nothing was built"),
    (
        "nothing inside",
        lambda b: b.start_with(Hello).if_(lambda data, context: True).do(lambda x: None),
        StepsError,
        r"2-if: do: nothing was built; .* lambda b: b.start_with\(Step\)",
    ),
    (
        "a class inside",
        lambda b: b.while_(lambda data, context: True).do(Hello),
        StepsTypeError,
        r"1-while: do: must be a function such as lambda b: b.start_with\(Step\), got <class",
    ),
    (
        "no function inside",
        lambda b: b.saga(None),
        StepsTypeError,
        r"1-saga: saga: must be a function such as lambda b.* got None",
    ),
    (
        "a function of nothing inside",
        lambda b: b.parallel().do(lambda: None),
        StepsTypeError,
        r"1-parallel.1: do: must be a function such as",
    ),
    (
        "an unfinished container",
        lambda b: b.start_with(Hello).for_each(lambda data, context: []),
        StepsError,
        r"2-for_each: for_each\(...\) needs a do\(...\) after it, and the sequence ends there",
    ),
    (
        "a container left for the next",
        lambda b: b.for_each(lambda data, context: []).then(Hello),
        StepsCallError,
        r"1-for_each: there is no then\(...\) here, only do$",
    ),
    (
        "an unfinished outcome",
        lambda b: b.start_with(Hello).when("x"),
        StepsError,
        r"1-Hello: when\('x'\) needs a do\(...\) after it, and the sequence ends",
    ),
    (
        "an outcome left for the next",
        lambda b: (b.start_with(Hello), b._draft.id_of("x"), b.start_with(Hello).when(1)),
        StepsError,
        r"the beginning: start_with\(...\): 1-Hello follows here already",
    ),
    (
        "no join",
        lambda b: b.parallel().do(hello),
        StepsError,
        r"1-parallel: parallel\(\) needs do\(...\), once a branch, and join\(\), and the sequence",
    ),
    (
        "no branch",
        lambda b: b.parallel().join(),
        StepsError,
        r"1-parallel: join: there is no branch",
    ),
    (
        "a do after a step",
        lambda b: b.start_with(Hello).do(hello),
        StepsError,
        r"1-Hello: do: Hello holds no steps; do\(...\) follows for_each, while_, if_, parallel",
    ),
    (
        "a do after a wait",
        lambda b: b.wait_for("e", lambda data, context: "k").do(hello),
        StepsCallError,
        r"1-wait_for: there is no do\(...\) here, only delay, for_each, if_, input, on_timeout",
    ),
    (
        "a word that there is not",
        lambda b: b.start_with(Hello).whlie(lambda data, context: True),
        StepsCallError,
        r"1-Hello: there is no whlie\(...\) here, only .*while_$",
    ),
    (
        "then at the beginning",
        lambda b: b.then(Hello),
        StepsCallError,
        r"the beginning: there is no then\(...\) here, only .*start_with",
    ),
    ("two branches of one step", twice, StepsError, r"1-Hello: then\(...\): 2-Hello follows here"),
    ("two beginnings", begun_twice, StepsError, r"the beginning: start_with\(...\): 1-Hello foll"),
    (
        "the outer builder inside",
        from_outside,
        StepsError,
        r"2-if: if_\(...\) needs a do\(...\) after it, before then\(...\)",
    ),
    (
        "the outer builder in a saga",
        from_outside_of_a_saga,
        StepsError,
        r"2-saga: saga: its function used another builder than the one it is given",
    ),
    (
        "a builder after its end",
        after_the_end,
        StepsError,
        r"1-if.1-Hello: then\(...\): the sequence is built already",
    ),
    (
        "an outcome after its end",
        used_after_the_end,
        StepsError,
        r"1-if.1-Hello: do\(...\): the sequence is built already",
    ),
    ("done twice", done_twice, StepsError, r"1-if: do\(...\): it has its do\(...\) already"),
    ("the beginning again", done_again, StepsError, r"the beginning: start_with.*: 1-if follows"),
    (
        "an outcome done twice",
        lambda b: (lambda when: (when.do(hello), when.do(hello)))(b.start_with(Hello).when(1)),
        StepsError,
        r"1-Hello: do\(...\): it has its do\(...\) already",
    ),
    (
        "an outcome done while another is open",
        done_while_another_is_open,
        StepsError,
        r"1-Hello: when\(2\) needs a do\(...\) after it, before do\(...\)",
    ),
    ("told too late", told_late, StepsError, r"1-Hello: input\(...\): 2-Goodbye follows here alre"),
    ("no step", lambda b: b.start_with(3), StepsTypeError, r"start_with: a step must be a StepBo"),
    (
        "a class that is no step",
        lambda b: b.start_with(Hello).then(NoStep),
        StepsTypeError,
        r"1-Hello: then: a step's class must be a StepBody, got NoStep",
    ),
    ("an instance", lambda b: b.start_with(Hello()), StepsTypeError, r"give the class Hello, not"),
    (
        "a class that needs arguments",
        lambda b: b.start_with(NeedsMore),
        StepsTypeError,
        r"NeedsMore must be made without arguments; what it needs is given by input",
    ),
    (
        "a run without context",
        lambda b: b.start_with(NoContext),
        StepsTypeError,
        r"the beginning: start_with: NoContext.run must take the context, and only that",
    ),
    ("a class without run", lambda b: b.start_with(NoRun), StepsTypeError, r"NoRun has no run\(\)"),
    (
        "a function of nothing",
        lambda b: b.start_with(lambda: None),
        StepsError,
        r"1-lambda: lambda cannot be called with \(context\)",
    ),
    (
        "a function that takes no such input",
        lambda b: b.start_with(work).input("sum", lambda data, context: 1),
        StepsError,
        r"1-work: work cannot be called with \(context, sum\)",
    ),
    (
        "a compensation that takes no such input",
        lambda b: b.start_with(Hello).compensate_with(work, sum=lambda data, context: 1),
        StepsError,
        r"1-Hello.undo-work: work cannot be called with \(context, sum\)",
    ),
    (
        "a compensation with a constant",
        lambda b: b.start_with(Hello).compensate_with(AddNumbers, input1=1),
        StepsTypeError,
        r"1-Hello: compensate_with: input1: must be a function such as lambda data, context",
    ),
    (
        "two compensations",
        lambda b: b.start_with(Hello).compensate_with(Hello).compensate_with(Goodbye),
        StepsError,
        r"1-Hello: compensate_with: it has Hello already",
    ),
    (
        "two compensations of a saga",
        lambda b: b.saga(hello).compensate_with(Hello).compensate_with(Goodbye),
        StepsError,
        r"1-saga: compensate_with: it has Hello already",
    ),
    (
        "no compensation",
        lambda b: b.start_with(Hello).on_error(WorkflowStep.COMPENSATE),
        StepsError,
        r"1-Hello: on_error\(COMPENSATE\): there is nothing to compensate with",
    ),
    (
        "a container without do",
        lambda b: b.start_with(Split),
        StepsError,
        r"1-Split: Split is a ContainerStepBody and needs a do\(...\)",
    ),
    (
        "a step's do twice",
        lambda b: b.start_with(Split).do(hello).do(hello),
        StepsError,
        r"1-Split: do: it has its do\(...\) already",
    ),
    (
        "an input's name",
        lambda b: b.start_with(Hello).input(3, lambda data, context: 1),
        StepsTypeError,
        r"1-Hello: input\(3\): the name must be a str, got 3",
    ),
    (
        "an empty name",
        lambda b: b.start_with(Hello).output("", lambda step: 1),
        StepsError,
        r"1-Hello: output\(''\): the name must not be empty",
    ),
    (
        "an input told twice",
        lambda b: (
            b.start_with(Hello)
            .input("a", lambda data, context: 1)
            .input("a", lambda data, context: 2)
        ),
        StepsError,
        r"1-Hello: input\('a'\): it is told twice",
    ),
    (
        "an output told twice",
        lambda b: (
            b.wait_for("e", lambda data, context: "k")
            .output("a", lambda step: 1)
            .output("a", lambda step: 2)
        ),
        StepsError,
        r"1-wait_for: output\('a'\): it is told twice",
    ),
    (
        "an input's function",
        lambda b: b.start_with(Hello).input("a", lambda data: 1),
        StepsTypeError,
        r"1-Hello: input\('a'\): must be a function such as lambda data, context: data.value",
    ),
    (
        "an output's function",
        lambda b: b.start_with(Hello).output("a", lambda: 1),
        StepsTypeError,
        r"1-Hello: output\('a'\): must be a function such as lambda step: step.value",
    ),
    (
        "the outputs of a wait",
        lambda b: b.wait_for("e", lambda data, context: "k").output("a", "event_data"),
        StepsTypeError,
        r"1-wait_for: output\('a'\): must be a function such as lambda step: step.event_data",
    ),
    (
        "an input of a wait",
        lambda b: b.wait_for("e", lambda data, context: "k").input("a", lambda data, context: 1),
        StepsError,
        r"1-wait_for: input\('a'\): a wait has the inputs event_key and effective_date",
    ),
    (
        "a constant key",
        lambda b: b.wait_for("e", "k"),
        StepsTypeError,
        r"1-wait_for: event_key: must be a function such as .* got 'k'",
    ),
    (
        "a constant date",
        lambda b: b.wait_for("e", lambda data, context: "k", datetime.now(UTC)),
        StepsTypeError,
        r"1-wait_for: effective_date: must be a function such as",
    ),
    (
        "an event without name",
        lambda b: b.wait_for(None, lambda data, context: "k"),
        StepsTypeError,
        r"1-wait_for: event_name: the name must be a str, got None",
    ),
    (
        "a wrong time-out",
        lambda b: b.wait_for("e", lambda data, context: "k", timeout="1h"),
        StepsTypeError,
        r"1-wait_for: timeout: must be seconds or a timedelta, got '1h'",
    ),
    (
        "a time-out of nothing",
        lambda b: b.wait_for("e", lambda data, context: "k", timeout=lambda: 3),
        StepsTypeError,
        r"1-wait_for: timeout: must be a function such as",
    ),
    (
        "no time-out",
        lambda b: b.wait_for("e", lambda data, context: "k").on_timeout(hello),
        StepsError,
        r"1-wait_for: on_timeout: the wait has no timeout=",
    ),
    (
        "two time-outs",
        lambda b: (
            b.wait_for("e", lambda data, context: "k", timeout=1)
            .on_timeout(hello)
            .on_timeout(hello)
        ),
        StepsError,
        r"1-wait_for: on_timeout: it has its on_timeout\(...\) already",
    ),
    ("a delay", lambda b: b.delay(-1), StepsError, r"1-delay: delay: must be finite and not neg"),
    (
        "a schedule",
        lambda b: b.schedule(None).do(hello),
        StepsTypeError,
        r"1-schedule: schedule: must be seconds or a timedelta, got None",
    ),
    (
        "items",
        lambda b: b.for_each(["a"]).do(hello),
        StepsTypeError,
        r"1-for_each: for_each: must be a function such as lambda data, context: data.items, got",
    ),
    ("a condition", lambda b: b.if_(True), StepsTypeError, r"1-if: if_: must be a function such"),
    ("a loop", lambda b: b.while_(int), StepsTypeError, r"1-while: while_: must be a function"),
    (
        "an outcome's function",
        lambda b: b.start_with(Hello).when(lambda: 1),
        StepsTypeError,
        r"1-Hello: when: must be a function such as lambda data, context",
    ),
    (
        "an unknown behaviour",
        lambda b: b.start_with(Hello).on_error(9),
        StepsTypeError,
        r"1-Hello: on_error: must be a RetryPolicy or WorkflowStep.RETRY, SUSPEND, .* got 9",
    ),
    (
        "a behaviour in words",
        lambda b: b.start_with(Hello).on_error("RETRY"),
        StepsTypeError,
        r"1-Hello: on_error: must be a RetryPolicy",
    ),
    (
        "an interval for nothing",
        lambda b: b.start_with(Hello).on_error(WorkflowStep.SUSPEND, retry_interval=3),
        StepsError,
        r"1-Hello: on_error: SUSPEND takes neither retry_interval nor then",
    ),
    (
        "two intervals",
        lambda b: b.start_with(Hello).on_error(THRICE, retry_interval=3),
        StepsError,
        r"1-Hello: on_error: a RetryPolicy has its delay itself, not a retry_interval",
    ),
    (
        "a wrong interval",
        lambda b: b.start_with(Hello).on_error(WorkflowStep.RETRY, retry_interval=-3),
        StepsError,
        r"1-Hello: on_error: retry_interval: RetryPolicy.delay: must be finite and at least 0",
    ),
    (
        "no end",
        lambda b: b.start_with(Hello).on_error(THRICE, then=WorkflowStep.RETRY),
        StepsError,
        r"1-Hello: on_error: then: RETRY is no end; give SUSPEND, TERMINATE or COMPENSATE",
    ),
    (
        "a saga that compensates",
        lambda b: b.saga(hello).on_error(WorkflowStep.COMPENSATE),
        StepsError,
        r"1-saga: on_error: a saga is compensated in any case; say what follows that",
    ),
    (
        "on_error too late",
        lambda b: (b.start_with(Hello), b.on_error(THRICE)),
        StepsError,
        r"the beginning: on_error\(...\): 1-Hello follows here already",
    ),
    ("too deep", deep, StepsError, r"containers stand deeper in one another than 50"),
]


@pytest.mark.parametrize(
    ("build", "error", "words"), [pytest.param(*case, id=name) for name, *case in MISUSES]
)
def test_a_misuse_is_told_with_its_place(build: Any, error: type[Exception], words: str) -> None:
    """What makes no sense is refused when it is built, with workflow, place, and the way out."""
    with pytest.raises(error, match=words) as caught:
        workflow(build).definition()

    assert isinstance(caught.value, StepsError)
    assert "workflow 'W' version 1" in str(caught.value)
