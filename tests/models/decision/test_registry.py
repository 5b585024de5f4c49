"""The decision classes, taken together, are the decisions of the API."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import attrs
import botocore.session
import pytest

from swf.models import decision
from swf.models.decision import DECISIONS, Decision
from swf.validation import attributes_member
from swf.wire import snake_case


@pytest.fixture(scope="module")
def model() -> Any:
    """The service model that botocore ships."""
    return botocore.session.get_session().get_service_model("swf")


def test_there_is_one_class_per_decision_type(model: Any) -> None:
    """Each decision type of the API has one class, named exactly as the API names it."""
    types = model.shape_for("DecisionType").enum

    assert sorted(DECISIONS) == sorted(types)
    assert [DECISIONS[name].__name__ for name in types] == types
    assert [DECISIONS[name].decision_type for name in types] == types


@pytest.mark.parametrize("name", sorted(DECISIONS))
def test_arguments_are_the_attributes(name: str, model: Any) -> None:
    """A decision takes each attribute of the API, in snake_case, and no other argument."""
    shape = model.shape_for("Decision").members[attributes_member(name)]

    fields = attrs.fields_dict(DECISIONS[name])

    assert set(fields) == {snake_case(member) for member in shape.members}


@pytest.mark.parametrize("name", sorted(DECISIONS))
def test_required_attributes_come_first(name: str, model: Any) -> None:
    """What the API requires has no default and its place; all else is given by name only."""
    shape = model.shape_for("Decision").members[attributes_member(name)]
    fields = attrs.fields(DECISIONS[name])

    by_position = [field.name for field in fields if not field.kw_only]
    without_default = [field.name for field in fields if field.default is attrs.NOTHING]

    assert by_position == [snake_case(member) for member in shape.required_members]
    assert without_default == by_position


@pytest.mark.parametrize("name", sorted(DECISIONS))
def test_a_decision_is_a_frozen_value(name: str) -> None:
    """No decision can be changed, and none has room for attributes of other names."""
    kind = DECISIONS[name]

    assert "__dict__" not in dir(kind)
    assert kind.__hash__ is not None
    assert kind.__setattr__ is not object.__setattr__


def test_every_public_name_is_there() -> None:
    """`swf.models.decision` exports each decision class, and nothing that it does not have."""
    assert set(DECISIONS) <= set(decision.__all__)
    assert dir(decision) == sorted(decision.__all__)
    for name in decision.__all__:
        assert getattr(decision, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A name that the package does not export is missed as with any module."""
    with pytest.raises(AttributeError, match="TerminateWorkflowExecution"):
        decision.TerminateWorkflowExecution  # noqa: B018


def test_the_classes_load_on_first_use() -> None:
    """Importing the package loads no decision; using the base class makes all of them known."""
    program = (
        "import sys, swf.models.decision as d\n"
        "assert 'swf.models.decision.timer' not in sys.modules\n"
        "wire = {'decisionType': 'CancelTimer',"
        " 'cancelTimerDecisionAttributes': {'timerId': 't'}}\n"
        "assert repr(d.Decision.from_wire(wire)) == \"CancelTimer(timer_id='t')\"\n"
    )

    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)

    assert done.returncode == 0, done.stderr.decode()


def test_the_base_class_is_no_decision() -> None:
    """Only a decision type's own class can be made."""
    with pytest.raises(TypeError, match="Decision is no decision"):
        Decision()
