"""Graphs as workflows of the flow layer."""

from __future__ import annotations

from typing import Any

import pytest

from swf import flow
from swf.flow.errors import WorkflowFailed
from swf.graph import ActivityTask, DeciderSpec, GraphError, GraphWorkflow, activity, graph_workflow
from swf.graph.converter import PAYLOADS, GraphConverter
from swf.payload import MemoryStore, Payloads
from swf.testing import Stage


@activity(name="look", version="1")
def look(context: dict[str, Any]) -> Any:
    """Return the context."""
    return context


LOOK = ActivityTask("look", "1", activity_id="look")


def test_a_graph_is_a_workflow_like_any_other():
    """A graph runs where workflows run, in memory as well, by what is declared in the program."""
    assert flow.run(graph_workflow(DeciderSpec(activity_tasks=[LOOK])), {"n": 1}) == {
        "look": {"workflow": {"n": 1}}
    }


def test_a_workflow_of_the_flow_layer_may_have_a_graph_as_child(swf_flow: Stage):
    """A graph is submitted as any workflow is, and is a child there."""
    cls = graph_workflow({"type": "DeciderSpec", "activity_tasks": [LOOK.to_dict()]}, "g", "1")

    class Parent(flow.Workflow):
        name = "parent"

        def run(self) -> Any:
            return self.submit(cls, {"child_workflow": 3}).result

    assert swf_flow.run(Parent) == {
        "look": {"workflow": {"child_workflow": 3}, "child_workflow": 3}
    }


@pytest.mark.parametrize("input", [{"child_workflow": 3}, None, "text", ["a", "list"], 0])
def test_the_input_is_the_roots(swf_flow: Stage, input: Any):
    """What requires nothing is told the input, as it was given; None is no input."""
    told = {} if input is None else {"workflow": input}

    assert swf_flow.run(graph_workflow(DeciderSpec(activity_tasks=[LOOK])), input) == {"look": told}


def test_a_workflow_has_the_names_that_it_is_given():
    """Name, version, task list and payloads of the class are those that were asked for."""
    store = MemoryStore()
    spec = DeciderSpec(task_list="of the spec", activity_tasks=[LOOK])

    plain = graph_workflow(spec)
    told = graph_workflow(
        spec.to_json(), "name", "2", task_list="told", payloads=Payloads(store=store)
    )

    assert plain.key() == GraphWorkflow.key() == ("swf.graph", "1")
    assert (plain.task_list, plain.payloads) == ("of the spec", PAYLOADS)
    assert told.key() == ("name", "2")
    assert told.task_list == "told"
    assert told.payloads.store is store
    assert isinstance(told.payloads.converter, GraphConverter)
    assert told.spec == spec
    assert graph_workflow().task_list == "default"


def test_a_flaw_is_told_before_anything_begins():
    """A spec with a flaw makes no workflow."""
    with pytest.raises(GraphError, match="activity_tasks"):
        graph_workflow('{"type": "DeciderSpec", "activity_tasks": 3}')


def test_an_input_may_bring_the_spec(swf_flow: Stage):
    """Without tasks of its own, a graph is the one of its input, and has the rest as input."""
    spec = DeciderSpec(activity_tasks=[LOOK])
    cls = graph_workflow()

    for told in (spec.to_json(), spec.to_dict()):
        assert swf_flow.run(cls, {"decider_spec": told, "n": 1}) == {"look": {"workflow": {"n": 1}}}


def test_no_tasks_are_no_trouble(swf_flow: Stage):
    """An input may bring an empty graph: it is done at once."""
    assert swf_flow.run(graph_workflow(), {"activity_tasks": []}) is None


def test_tasks_too_deep_in_an_input_are_not_looked_for(swf_flow: Stage):
    """An input is looked through down to a bound."""
    deep: Any = {"activity_tasks": []}
    for _ in range(40):
        deep = {"deeper": deep}

    with pytest.raises(WorkflowFailed, match="has no 'activity_tasks'"):
        swf_flow.run(graph_workflow(), deep)
