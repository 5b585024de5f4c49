"""The table of SWF's shapes says what botocore's model of the service says."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from botocore.session import Session

from swf import constants
from swf.shapes import OPERATIONS, SHAPES

GENERATOR = Path(__file__).parent.parent / "scripts" / "generate_shapes.py"
MODEL = Session().get_service_model("swf")


def test_the_table_is_what_the_generator_writes():
    """Generating the table anew would change nothing."""
    operations, shapes = runpy.run_path(str(GENERATOR))["tables"]()

    assert operations == OPERATIONS
    assert shapes == SHAPES


def test_every_operation_is_there():
    """All 39 operations of the service are known, each with its shapes and its faults."""
    assert sorted(OPERATIONS) == sorted(MODEL.operation_names)
    assert len(OPERATIONS) == 39
    for name, operation in OPERATIONS.items():
        model = MODEL.operation_model(name)
        assert operation["input"] == model.input_shape.name
        assert operation["output"] == (model.output_shape and model.output_shape.name)
        assert list(operation["errors"]) == [shape.name for shape in model.error_shapes]


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_each_shape_is_the_model_s(name):
    """Members, requirements, bounds and words of a shape are those of botocore's model."""
    shape, model = SHAPES[name], MODEL.shape_for(name)

    assert shape["type"] == model.type_name
    assert {key: shape[key] for key in ("min", "max") if key in shape} == {
        key: model.metadata[key] for key in ("min", "max") if key in model.metadata
    }
    if model.type_name == "structure":
        assert shape["members"] == {key: one.name for key, one in model.members.items()}
        assert list(shape["required"]) == list(model.required_members)
    elif model.type_name == "list":
        assert shape["member"] == model.member.name
    elif model.type_name == "string":
        assert list(shape.get("enum", ())) == list(model.enum)


@pytest.mark.parametrize(
    ("words", "shape"),
    [
        (constants.RegistrationStatus, "RegistrationStatus"),
        (constants.ExecutionStatus, "ExecutionStatus"),
        (constants.CloseStatus, "CloseStatus"),
        (constants.ChildPolicy, "ChildPolicy"),
    ],
)
def test_a_constant_is_spelled_as_the_api_spells_it(words, shape):
    """Each word is its own name, prints as the plain string, and the API knows exactly these."""
    assert [str(word) for word in words] == [word.name for word in words]
    assert set(words) == set(SHAPES[shape]["enum"])
    for word in words:
        assert getattr(constants, word.name) is word
        assert repr(word) == repr(str(word))


def test_every_timeout_type_is_known():
    """The timeout types are those of all kinds of timeouts of the API together."""
    told = {
        word
        for name, shape in SHAPES.items()
        if name.endswith("TimeoutType")
        for word in shape["enum"]
    }

    assert set(constants.TimeoutType) == told


@pytest.mark.parametrize(
    ("limit", "shape"),
    [
        (constants.MAX_DATA_LENGTH, "Data"),
        (constants.MAX_INPUT_LENGTH, "FunctionInput"),
        (constants.MAX_HEARTBEAT_DETAILS_LENGTH, "LimitedData"),
        (constants.MAX_REASON_LENGTH, "FailureReason"),
        (constants.MAX_REASON_LENGTH, "TerminateReason"),
        (constants.MAX_IDENTITY_LENGTH, "Identity"),
        (constants.MAX_TAGS, "TagList"),
        (constants.MAX_PAGE_SIZE, "PageSize"),
    ],
)
def test_a_limit_is_the_model_s(limit, shape):
    """A limit that the model states is the model's."""
    assert SHAPES[shape]["max"] == limit
