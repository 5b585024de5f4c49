"""Whatever a chain is, and wherever its runs are parted: what it says is done, in its order."""

from __future__ import annotations

from typing import Any

from chained import workflow
from hypothesis import given, settings
from hypothesis import strategies as st
from steps_stage import StepsStage

from swf.steps import StepExecutionContext, WorkflowStatus
from swf.testing import flow

Spec = tuple[Any, ...]
"""A node: what it is, and what is inside."""


def nested(inside: st.SearchStrategy[Spec]) -> st.SearchStrategy[Spec]:
    """Return nodes that hold these."""
    several = st.lists(inside, min_size=1, max_size=3)
    return st.one_of(
        st.tuples(st.just("if"), several, st.booleans()),
        st.tuples(st.just("while"), several, st.integers(0, 3)),
        st.tuples(st.just("for_each"), several, st.integers(0, 3)),
        st.tuples(st.just("when"), several, st.booleans()),
        st.tuples(st.just("saga"), several, st.booleans()),
    )


NODES = st.recursive(
    st.one_of(st.tuples(st.just("step")), st.tuples(st.just("delay"))), nested, max_leaves=8
)
CHAINS = st.lists(NODES, min_size=1, max_size=4)


class Chain:
    """Builds a chain of specs, and says what it does, each step by its number."""

    def __init__(self, specs: list[Spec]) -> None:
        self.specs = specs
        self.number = 0

    def note(self, number: int) -> Any:
        """Return a step that notes its number and item."""

        def note(context: StepExecutionContext) -> bool:
            data = context.workflow.data
            data.notes = [*data.notes, [number, context.item]]
            return True

        return note

    def fail(self, context: StepExecutionContext) -> None:
        """Fail, for good."""
        raise ValueError("broken")

    def build(self, builder: Any) -> Any:
        """Build all."""
        self.number = 0
        return self.sequence(builder, self.specs)

    def sequence(self, place: Any, specs: list[Spec]) -> Any:
        """Build a sequence."""
        place = self.step(place)
        for spec in specs:
            place = getattr(self, f"add_{spec[0]}")(place, *spec[1:])
        return place

    def step(self, place: Any) -> Any:
        """Add a step of the next number."""
        self.number += 1
        add = getattr(place, "then", None) if "then" in dir(place) else place.start_with
        return add(self.note(self.number))

    def add_step(self, place: Any) -> Any:
        """Add a step."""
        return self.step(place)

    def add_delay(self, place: Any) -> Any:
        """Add a delay."""
        return place.delay(1)

    def add_if(self, place: Any, specs: list[Spec], holds: bool) -> Any:
        """Add a condition."""
        return place.if_(lambda data, context: holds).do(lambda do: self.sequence(do, specs))

    def add_while(self, place: Any, specs: list[Spec], rounds: int) -> Any:
        """Add a loop of so many rounds: it counts how often its own first step was done."""
        first = self.number + 1

        def goes_on(data: Any, context: StepExecutionContext) -> bool:
            done = sum(1 for number, _ in data.notes if number == first)
            return done % (rounds + 1) < rounds

        def count(context: StepExecutionContext) -> None:
            """Have the last round of all counted, so that the next loop begins anew."""
            context.workflow.data.notes = [*context.workflow.data.notes, [first, "over"]]

        looped = place.while_(goes_on).do(lambda do: self.sequence(do, specs))
        return looped.then(count)

    def add_for_each(self, place: Any, specs: list[Spec], items: int) -> Any:
        """Add what is done for each of some items, in order."""
        return place.for_each(lambda data, context: list(range(items)), parallel=False).do(
            lambda each: self.sequence(each, specs)
        )

    def add_when(self, place: Any, specs: list[Spec], outcome: bool) -> Any:
        """Add a step, and what follows an outcome of it that may come."""
        return self.step(place).when(outcome).do(lambda do: self.sequence(do, specs))

    def add_saga(self, place: Any, specs: list[Spec], fails: bool) -> Any:
        """Add a saga whose first step is undone where it fails."""

        def build(saga: Any) -> Any:
            first = self.step(saga).compensate_with(self.note(-self.number))
            for spec in specs:
                first = getattr(self, f"add_{spec[0]}")(first, *spec[1:])
            return first.then(self.fail) if fails else first

        return place.saga(build)

    # What it does

    def done(self) -> list[list[Any]]:
        """Return what the steps note."""
        self.number = 0
        self.notes: list[list[Any]] = []
        self.do_sequence(self.specs, None)
        return self.notes

    def do_step(self, item: Any) -> None:
        self.number += 1
        self.notes.append([self.number, item])

    def do_sequence(self, specs: list[Spec], item: Any) -> None:
        self.do_step(item)
        for spec in specs:
            getattr(self, f"do_{spec[0]}" if spec[0] != "step" else "do_one")(item, *spec[1:])

    def do_one(self, item: Any) -> None:
        self.do_step(item)

    def do_delay(self, item: Any) -> None:
        pass

    def again(self, specs: list[Spec], items: list[Any]) -> None:
        """Do a sequence for each item; its numbers are the same each time."""
        before, notes = self.number, self.notes
        for item in items:
            self.number = before
            self.do_sequence(specs, item)
        self.number, self.notes = before, []
        self.do_sequence(specs, None)  # to have the numbers behind it
        self.notes = notes

    def do_if(self, item: Any, specs: list[Spec], holds: bool) -> None:
        self.again(specs, [item] if holds else [])

    def do_while(self, item: Any, specs: list[Spec], rounds: int) -> None:
        first = self.number + 1
        self.again(specs, [item] * rounds)
        self.notes.append([first, "over"])

    def do_for_each(self, item: Any, specs: list[Spec], items: int) -> None:
        self.again(specs, list(range(items)))

    def do_when(self, item: Any, specs: list[Spec], outcome: bool) -> None:
        self.do_step(item)
        self.again(specs, [item] if outcome else [])

    def do_saga(self, item: Any, specs: list[Spec], fails: bool) -> None:
        self.do_step(item)
        first = self.number
        for spec in specs:
            getattr(self, f"do_{spec[0]}" if spec[0] != "step" else "do_one")(item, *spec[1:])
        if fails:
            self.notes.append([-first, item])


def has_saga(specs: list[Spec]) -> bool:
    """Tell whether there is a saga in these."""
    return any(spec[0] == "saga" or (len(spec) > 1 and has_saga(spec[1])) for spec in specs)


def sagas_apart(specs: list[Spec]) -> bool:
    """Tell whether no saga stands in another."""
    return all(
        len(spec) == 1 or (not has_saga(spec[1]) if spec[0] == "saga" else sagas_apart(spec[1]))
        for spec in specs
    )


@settings(max_examples=40)
@given(specs=CHAINS.filter(sagas_apart), at=st.sampled_from([1, 9, 17, 30, 10_000]))
def test_a_chain_does_what_it_says(specs: list[Spec], at: int) -> None:
    """Each step is done as often, and in the order, that the definition says; each run replays."""
    chain = Chain(specs)
    with flow() as stage:
        steps = StepsStage(stage)
        built = workflow(chain.build)
        steps.register(built)
        steps.renewing_at(at)

        ended = steps.run(built, {"notes": []})

        assert ended.status == WorkflowStatus.COMPLETE
        assert ended.data.notes == chain.done()
        if at == 1 and len(ended.data.notes) > 2:
            assert steps.runs(ended.id) > 1
