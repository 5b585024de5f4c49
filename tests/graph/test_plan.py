"""Plans: which tasks may begin, whatever gets done in whatever order."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from graph_drawn import graphs
from hypothesis import given, settings
from hypothesis import strategies as st

from swf.graph.errors import GraphError, GraphTypeError
from swf.graph.flaws import wire_id
from swf.graph.plan import Plan
from swf.graph.specs.task import ActivityTask, Generator, Task, Timer


def task(id_: str, *requires: str) -> Timer:
    return Timer(id_, 1, requires)


def maker(id_: str, *requires: str) -> Generator:
    return Generator("g", "1", id_, requires)


def run(plan: Plan) -> list[str]:
    """Get all done, first come first served; return the order."""
    order = plan.ready()
    for id_ in order:
        order += plan.done(id_)
    return order


def test_a_task_begins_once_all_that_it_requires_is_done() -> None:
    """Of three tasks, the one that requires the others begins after both."""
    plan = Plan([task("c", "a", "b"), task("a"), task("b")])

    assert plan.ready() == ["a", "b"]
    assert plan.missing == {"c": 2, "a": 0, "b": 0}
    assert plan.dependants == {"c": [], "a": ["c"], "b": ["c"]}
    assert plan.done("b") == []
    assert plan.done("a") == ["c"]
    assert plan.ready() == ["c"]
    assert plan.done("c") == []
    assert plan.ready() == []
    assert plan.finished == {"a", "b", "c"}


def test_what_was_done_before_sets_nothing_free() -> None:
    """A task that is done twice sets what requires it free once."""
    plan = Plan([task("a"), task("b", "a")])

    assert plan.done("a") == ["b"]
    assert plan.done("a") == []


def test_the_leaves_are_what_nothing_requires() -> None:
    """The leaves of a graph are told in its order, timers that hold it open among them."""
    plan = Plan([task("hold"), task("b", "a"), task("a"), task("c", "a")])

    assert plan.leaves() == ["hold", "b", "c"]
    assert Plan([]).leaves() == Plan([]).ready() == []


def test_ids_for_swf() -> None:
    """An id is told with what SWF takes, and found again by what was told."""
    plan = Plan([task("a:1:ff"), task("b")])

    assert plan.by_wire_id == {"a.1.ff": "a:1:ff", "b": "b"}


@pytest.mark.parametrize(
    ("id_", "told"),
    [("a:1/b|c\n\x7f", "a.1.b.c.."), ("plain é", "plain é"), ("arn", "arn."), ("arn:", "arn.")],
)
def test_wire_id(id_: str, told: str) -> None:
    """What SWF refuses in an id is a dot for it."""
    assert wire_id(id_) == told


@given(st.text("ab:/|\n\x85 é😀", min_size=1, max_size=600))
def test_wire_ids_are_taken_by_swf(id_: str) -> None:
    """Whatever id a task has, SWF takes the one that it is told, the same each time."""
    told = wire_id(id_)

    assert 1 <= len(told) <= 256
    assert not set(told) & set(":/|\n\x85")
    assert wire_id(told) == told


# Growing


def test_what_a_generator_made_comes_between() -> None:
    """The tasks of a generator begin after it, and before what requires the generator."""
    plan = Plan([maker("g"), task("sum", "g"), task("other")])
    plan.grow("g", [task("x"), task("y", "x")])

    assert plan.done("g") == ["x"]
    assert plan.done("x") == ["y"]
    assert plan.missing["sum"] == 1
    assert plan.done("y") == ["sum"]
    assert plan.requirements("sum") == ["g", "x", "y"]
    assert plan.requirements("y") == ["x", "g"]
    assert plan.leaves() == ["sum", "other"]
    assert list(plan.tasks) == ["g", "sum", "other", "x", "y"]
    assert plan.by_wire_id["y"] == "y"


def test_what_a_generator_without_dependants_made_are_leaves() -> None:
    """Where nothing requires a generator, what it made counts for the result."""
    plan = Plan([maker("g")])
    plan.grow("g", [task("x"), task("y", "x")])

    assert plan.leaves() == ["y"]


def test_a_generator_may_make_nothing() -> None:
    """Of a generator that made no tasks, what requires it waits for nothing more."""
    plan = Plan([maker("g"), task("sum", "g")])
    plan.grow("g", [])

    assert plan.done("g") == ["sum"]
    assert plan.leaves() == ["sum"]


def test_generators_may_make_generators() -> None:
    """What requires a generator waits for what was made by generators that it made."""
    plan = Plan([maker("g"), task("sum", "g")])
    plan.grow("g", [maker("h"), task("x", "h")])
    plan.done("g")
    plan.grow("h", [task("y")])

    assert plan.done("h") == ["y"]
    assert plan.done("y") == ["x"]
    assert plan.done("x") == ["sum"]
    assert plan.requirements("sum") == ["g", "h", "y", "x"]
    assert plan.requirements("x") == ["h", "y", "g"]
    assert plan.leaves() == ["sum"]


def test_a_task_may_require_its_own_generator() -> None:
    """A made task that names its generator, or the one that made that, requires its result only."""
    plan = Plan([maker("g"), task("sum", "g")])
    plan.grow("g", [maker("h", "g"), task("x", "g", "h")])
    plan.done("g")
    plan.grow("h", [task("y", "g", "h")])

    assert plan.requirements("y") == ["g", "h"]
    assert plan.done("h") == ["y"]
    assert plan.done("y") == ["x"]
    assert plan.done("x") == ["sum"]


def test_a_made_task_may_require_what_another_generator_made() -> None:
    """A made task that requires another generator waits for what that made, done or not."""
    plan = Plan([maker("g"), maker("h"), maker("empty")])
    plan.grow("g", [task("x")])
    plan.done("g")
    plan.grow("empty", [])
    plan.done("empty")
    plan.grow("h", [task("y", "g", "empty")])

    assert plan.done("h") == []
    assert plan.requirements("y") == ["g", "x", "empty", "h"]
    assert plan.done("x") == ["y"]
    assert plan.leaves() == ["y"]


def test_a_made_task_may_require_what_is_done() -> None:
    """What is done already is nothing to wait for, and no leaf where it is required."""
    plan = Plan([maker("g"), task("a"), task("b", "a")])
    plan.done("a")
    plan.done("b")
    plan.grow("g", [task("x", "b")])

    assert plan.done("g") == ["x"]
    assert plan.leaves() == ["x"]


@attrs.define
class Told:
    """A graph, told by who names and who made whom: what waits is computed anew each time."""

    named: dict[str, tuple[str, ...]]
    made_by: dict[str, str] = attrs.field(factory=dict[str, str])

    def makers(self, id_: str) -> list[str]:
        maker = self.made_by.get(id_)
        return [] if maker is None else [maker, *self.makers(maker)]

    def requirements(self, id_: str) -> set[str]:
        makers = self.makers(id_)
        found = {*self.named[id_], *makers[:1]}
        for one, its_makers in {one: self.makers(one) for one in self.named}.items():
            if set(its_makers) & set(self.named[id_]) - set(makers):
                found.add(one)
        return found

    def has_circle(self) -> bool:
        waiting = {one: self.requirements(one) for one in self.named}
        while free := {one for one, left in waiting.items() if not left}:
            waiting = {one: left - free for one, left in waiting.items() if left}
        return bool(waiting)


@settings(max_examples=60)
@given(graphs(most=6), st.data())
def test_whatever_is_done_and_made_the_plan_is_right(given_tasks: list[Task], data: Any) -> None:
    """In any order of completion, with any growth, what may begin is what waits for nothing.

    What a generator made is refused if, and only if, some of it waited for itself.
    """
    plan = Plan(given_tasks)
    told = Told({one.id_: one.required_ids for one in given_tasks})
    done: set[str] = set()
    began = plan.ready()

    while began:
        id_ = began.pop(data.draw(st.integers(0, len(began) - 1)))
        if isinstance(plan.tasks[id_], Generator) and len(plan.tasks) < 12:
            told = grown(plan, told, id_, data.draw(made_tasks(plan)))
        began += plan.done(id_)
        done.add(id_)
        free = {one for one in told.named if not told.requirements(one) - done}
        assert sorted(began) == sorted(free - done)
        assert all(set(plan.requirements(one)) == told.requirements(one) for one in told.named)

    assert done == set(plan.tasks) == set(told.named)
    required = {one for id_ in told.named for one in told.requirements(id_)}
    assert plan.leaves() == [one for one in plan.tasks if one not in required]


def grown(plan: Plan, told: Told, id_: str, made: list[Task]) -> Told:
    """Let the plan grow; return what is told then, which is the same where it was refused."""
    after = Told(
        {**told.named, **{one.id_: one.required_ids for one in made}},
        {**told.made_by, **{one.id_: id_ for one in made}},
    )
    if not after.has_circle():
        plan.grow(id_, made)
        return after
    with pytest.raises(GraphError, match="wait"):
        plan.grow(id_, made)
    return told


@st.composite
def made_tasks(draw: st.DrawFn, plan: Plan) -> list[Task]:
    """Draw what a generator makes: it requires what is there, and what was made before it."""
    ways, made = list(plan.tasks), list[Task]()
    for number in range(draw(st.integers(0, 3))):
        id_ = f"made-{len(plan.tasks)}-{number}"
        requires = draw(st.lists(st.sampled_from(ways), max_size=2))
        made.append(draw(st.sampled_from([task, maker]))(id_, *requires))
        ways.append(id_)
    return made


def test_what_others_made_may_not_wait_for_each_other() -> None:
    """Tasks that wait for all that two generators made are refused where one of them makes them."""
    plan = Plan([maker("g"), maker("h")])
    plan.grow("g", [maker("x")])
    plan.done("g")
    plan.grow("h", [task("n", "g")])
    plan.done("h")

    with pytest.raises(GraphError, match="m → n → x, and what requires 'x' waits for all that"):
        plan.grow("x", [task("m", "h")])


# What is no graph


def activity(input: object) -> ActivityTask:
    return ActivityTask("a", "1", input=input)


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        pytest.param(
            [task("a"), task("b", "a", "c")],
            r"activity_tasks\[1\]\.requires\[1\]: 'b' requires 'c', which is no task",
            id="unknown requirement",
        ),
        pytest.param(
            [task("a"), task("a")],
            r"activity_tasks\[1\]: another task has the id 'a' already; .* as id_=",
            id="twice",
        ),
        pytest.param(
            [activity(1), activity(2), activity(1)],
            r"activity_tasks\[2\]: another task has the id 'a:1:356a192b79' already; two tasks "
            "that are told the same have the same id unless one is given its own, as activity_id=",
            id="told the same",
        ),
        pytest.param(
            [task("a:b"), task("a/b")],
            r"activity_tasks\[1\]: the ids 'a/b' and 'a:b' are both 'a.b' for SWF",
            id="one for SWF",
        ),
        pytest.param(
            [task("a", "a")],
            r"activity_tasks\[0\]\.requires: these tasks wait for each other: a → a;",
            id="itself",
        ),
        pytest.param(
            [task("x", "a"), task("free"), task("a", "free", "c"), task("b", "a"), task("c", "b")],
            r"activity_tasks\[2\]\.requires: these tasks wait for each other: a → c → b → a;",
            id="circle",
        ),
        pytest.param(
            [task("a"), "a"], r"activity_tasks\[1\]: must be a task, got 'a'", id="no task"
        ),
    ],
)
def test_what_is_no_graph_is_refused(tasks: list[Any], message: str) -> None:
    """Tasks that are no graph are refused by the place of the first flaw, with its path."""
    with pytest.raises(GraphError, match=message):
        Plan(tasks)


def test_a_long_circle_is_told_in_short() -> None:
    """Of a circle of thousands, both ends are told."""
    tasks = [task(str(number), str((number + 1) % 5_000)) for number in range(5_000)]

    with pytest.raises(
        GraphError, match=r"0 → 1 → 2 .* → \(4981 more\) → .* → 4999 → 0;"
    ) as caught:
        Plan(tasks)

    assert len(str(caught.value)) < 500
    with pytest.raises(GraphError, match="→ bbb") as caught:
        Plan([task("a" * 1_000, "b" * 1_000), task("b" * 1_000, "a" * 1_000)])
    assert len(str(caught.value)) < 1_000


def test_a_place_is_named_as_told() -> None:
    """Where tasks are from somewhere else, the messages say so."""
    with pytest.raises(GraphTypeError, match=r"result\[0\]: must be a task, got 5"):
        Plan([5], place="result")  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("generator", "tasks", "message"),
    [
        pytest.param("x", [], "'x' is no generator of this graph", id="no task"),
        pytest.param("a", [], "'a' is no generator of this graph", id="no generator"),
        pytest.param("old", [], "'old' made its tasks before", id="done"),
        pytest.param("grown", [], "'grown' made its tasks before", id="grown before"),
        pytest.param(
            "g",
            [task("n", "m")],
            r"'g' made \[tasks\]\[0\]\.requires\[0\]: 'n' requires 'm', which is no task",
            id="unknown requirement",
        ),
        pytest.param("g", [task("a")], "another task has the id 'a' already", id="twice"),
        pytest.param("g", [task("d/e")], "'d/e' and 'd:e' are both 'd.e' for SWF", id="wire"),
        pytest.param("g", [task("n", "m"), task("m", "n")], "n → m → n", id="circle"),
        pytest.param(
            "g",
            [task("n", "d:e", "a"), task("m", "a", "last")],
            r"'g' made \[tasks\]\[1\]\.requires\[1\]: m → last → sum → g, and what requires 'g'"
            " waits for all that it makes",
            id="what waits for it",
        ),
        pytest.param("g", ["x"], "must be a task, got 'x'", id="of another type"),
    ],
)
def test_growth_that_is_no_graph_changes_nothing(
    generator: str, tasks: list[Any], message: str
) -> None:
    """Where what a generator made does not fit, it is refused, and the plan goes on as it was."""
    graph = [maker("g"), task("a"), task("d:e"), maker("old"), maker("grown"), task("sum", "g")]
    plan = Plan([*graph, task("last", "sum", "a")])
    plan.done("old")
    plan.grow("grown", [])
    before = (dict(plan.missing), {id_: list(ids) for id_, ids in plan.dependants.items()})

    with pytest.raises(GraphError, match=message):
        plan.grow(generator, tasks)

    assert before == (plan.missing, plan.dependants)
    assert list(plan.tasks) == list(before[0])
    assert sorted(run(plan)) == sorted({*plan.tasks} - {"old"})


def test_only_tasks_get_done() -> None:
    """What is no task of the graph cannot be done."""
    with pytest.raises(GraphError, match="'x' is no task of this graph"):
        Plan([task("a")]).done("x")


# What it costs


def least(cost: Callable[[int], float], size: int) -> float:
    """Return what a size costs where nothing disturbs it."""
    return min(cost(size) for _ in range(3))


def test_a_large_graph() -> None:
    """What it costs to check a graph of 20,000 tasks, and to get them done, grows with it only."""

    def cost(size: int) -> float:
        tasks: list[Task] = []
        for row in range(size // 50):
            above = [one.id_ for one in tasks[-50:]]
            tasks += [task(f"{row}-{at}", *above[at : at + 3]) for at in range(50)]
        began = time.process_time()
        assert len(run(Plan(tasks))) == size
        return time.process_time() - began

    assert least(cost, 20_000) < 10 * least(cost, 5_000)


def test_a_long_chain() -> None:
    """A chain of 20,000 tasks is a graph like any other, and so is a chain of generators."""
    assert len(run(Plan([task("0")] + [task(str(n + 1), str(n)) for n in range(20_000)]))) == 20_001

    plan = Plan([maker("0"), task("last", "0")])
    for number in range(2_000):
        plan.grow(str(number), [maker(str(number + 1))])
        assert plan.done(str(number)) == [str(number + 1)]

    assert plan.done("2000") == ["last"]
    assert len(plan.requirements("last")) == 2_001
    assert plan.leaves() == ["last"]


def test_growth_costs_what_is_new() -> None:
    """A generator of many tasks before many dependants costs their sum: not more for each."""

    def cost(size: int) -> float:
        plan = Plan([maker("g"), *(task(f"d{n}", "g") for n in range(size))])
        began = time.process_time()
        plan.grow("g", [task(f"n{n}") for n in range(size)])
        assert len(plan.done("g")) == size
        free = [one for n in range(size) for one in plan.done(f"n{n}")]
        assert len(free) == size
        return time.process_time() - began

    assert least(cost, 5_000) < 10 * least(cost, 1_250)


def test_requirements_that_are_not_done_are_looked_at_once() -> None:
    """Made tasks that require the ends of long chains cost the length of the chains once."""

    def cost(size: int) -> float:
        chain = [task("0")] + [task(str(n + 1), str(n)) for n in range(size)]
        plan = Plan([maker("g"), *chain])
        began = time.process_time()
        plan.grow("g", [task(f"n{n}", str(size - n)) for n in range(size)])
        return time.process_time() - began

    assert least(cost, 3_000) < 10 * least(cost, 750)
