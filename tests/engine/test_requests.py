"""A request is cleaned, or refused in SWF's own words; client and engine agree on which."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from enum import IntEnum
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.constants import MAX_DATA_LENGTH, MAX_REQUEST_BYTES, REGISTERED
from swf.engine.requests import checked
from swf.exceptions import ValidationError
from swf.fault import Fault
from swf.shapes import OPERATIONS, SHAPES
from swf.validation import attributes_member, check_request

TYPE = {"name": "n", "version": "v"}
START = {"domain": "d", "workflowId": "w", "workflowType": TYPE}
TIME = {"oldestDate": 0}
HUGE = 10**5_000
"""An int of more digits than Python turns into text."""

WORDS = "satisfy enum value set:"
PATTERN = "satisfy regular expression pattern:"
EXCLUSIVE = "Cannot specify more than one exclusive filters in the same query:"

# Drawing requests: most of what is drawn is what SWF takes, or nearly

TEXTS: dict[str, tuple[str, ...]] = {
    "DurationInDays": ("0", "90", "NONE", "91", "-1", "007", "", "9" * 9, "none"),
    "DurationInSeconds": ("0", "60", "NONE", "99999999", "999999999", "", "1.5", "\u0663"),
    "DurationInSecondsOptional": ("", "0", "900", "901", "31536000", "31536001", "NONE", "x"),
    "TaskPriority": ("0", "-2147483648", "2147483647", "2147483648", "", "1e3", "+1"),
    "ResourceTagKey": ("k", "Größe 1", "a+b@c", "k!", ""),
    "ResourceTagValue": ("", "v", "#"),
}
IDENTIFIERS = ("d", "a.b-c_d", " d", "d\u00a0", "a:b", "a/b", "arn", "arn:", "a\x7f", "", "ü" * 64)
OF_OTHER_TYPES: tuple[Any, ...] = (True, 0, -1, 1.5, 2**70, "5", [], {}, [[]], {"a": {}}, "\ud800")


def texts(shape: str) -> st.SearchStrategy[str]:
    described = SHAPES[shape]
    if "enum" in described:
        return st.sampled_from((*described["enum"], "Nonsense", ""))
    edges = [len("x") * most for most in (described.get("min"), described.get("max")) if most]
    lengths = [length for edge in edges for length in (edge, edge + 1)]
    return st.sampled_from(
        (*TEXTS.get(shape, IDENTIFIERS), *("x" * length for length in lengths if length <= 2049))
    )


def values(shape: str) -> st.SearchStrategy[Any]:
    """Draw values of a shape, good ones and ones that break a rule."""
    kind = SHAPES[shape]["type"]
    if kind == "structure":
        return decisions() if shape == "Decision" else structures(shape)
    if kind == "list":
        return st.lists(values(SHAPES[shape]["member"]), max_size=3) | st.just(
            [example(SHAPES[shape]["member"])] * 6
        )
    if kind == "string":
        return texts(shape)
    return {
        "integer": st.sampled_from((0, 1, 1000, 1001, -1)),
        "boolean": st.booleans(),
        "timestamp": st.sampled_from(
            (0, 1.5, -1, -62_135_596_800, -62_135_596_801, 253_402_300_799, 253_402_300_800)
        ),
    }[kind]


@st.composite
def structures(draw: st.DrawFn, shape: str) -> dict[str, Any]:
    members, required = SHAPES[shape]["members"], SHAPES[shape]["required"]
    if draw(st.integers(0, 9)):
        optional = [name for name in members if name not in required]
        chosen = [*required, *draw(st.lists(st.sampled_from(optional or ["-"]), max_size=4))]
    else:
        chosen = draw(st.lists(st.sampled_from([*members, "-"]), max_size=4))
    return {
        name: draw(values(members[name]) if draw(st.integers(0, 3)) else good(members[name]))
        for name in chosen
        if name in members
    }


def good(shape: str) -> st.SearchStrategy[Any]:
    return st.just(example(shape))


@st.composite
def decisions(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a decision of some type, with its own attributes or none."""
    kind = draw(texts("DecisionType"))
    if kind not in SHAPES["DecisionType"]["enum"] or draw(st.integers(0, 9)) == 0:
        return {"decisionType": kind}
    member = attributes_member(kind)
    return {"decisionType": kind, member: draw(values(SHAPES["Decision"]["members"][member]))}


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    operation = draw(st.sampled_from(sorted(OPERATIONS)))
    params = draw(structures(OPERATIONS[operation]["input"]))
    if not draw(st.integers(0, 4)):
        name = draw(st.sampled_from(sorted(SHAPES[OPERATIONS[operation]["input"]]["members"])))
        params[name] = draw(st.sampled_from(OF_OTHER_TYPES))
    return operation, params


def example(shape: str) -> Any:
    """Return the smallest valid value of a shape: only what is required."""
    described = SHAPES[shape]
    if shape == "Decision":
        return {"decisionType": "CompleteWorkflowExecution"}
    if described["type"] == "structure":
        return {name: example(described["members"][name]) for name in described["required"]} | (
            {"startTimeFilter": TIME} if shape.endswith("ClosedWorkflowExecutionsInput") else {}
        )
    if described["type"] == "string":
        return described.get("enum", ("1",))[0]
    return {"list": [], "integer": 1, "boolean": True, "timestamp": 1.5}[described["type"]]


def outcome(operation: str, params: Any) -> dict[str, Any] | Fault:
    try:
        return checked(operation, params)
    except Fault as fault:
        return fault


def accepts(operation: str, params: Any) -> bool:
    return not isinstance(outcome(operation, params), Fault)


def may_be_sent(operation: str, params: Any) -> bool:
    try:
        check_request(operation, params)
    except ValidationError:
        return False
    return True


def refused(operation: str, params: Any) -> Fault:
    with pytest.raises(Fault) as caught:
        checked(operation, params)
    return caught.value


@given(request=requests())
def test_client_and_engine_agree(request: tuple[str, dict[str, Any]]):
    """What the client may send is what the engine accepts, to the last rule."""
    assert accepts(*request) is may_be_sent(*request)


FORMS = {
    "SerializationException": r"[A-Z]+_[A-Z]+ at '.+' can not be converted to an? [\w ]+",
    "TooManyTagsFault": r"A domain has at most 50 tags",
    "ValidationException": r"1 validation error detected: Value (?:null|'.*') at '[\w.]+' failed .+"
    r"|\d+ validation errors detected: Value (?:null|'.*') at '[\w.]+' failed .+; Value .+"
    r"|Cannot specify .+|Must specify time filter|Close must be last decision in list",
}


@given(request=requests())
def test_a_refusal_is_told_in_a_known_form(request: tuple[str, dict[str, Any]]):
    """A refusal has one of three codes, and each code its form of message."""
    fault = outcome(*request)
    if isinstance(fault, Fault):
        assert re.fullmatch(FORMS[fault.code], fault.message, re.DOTALL)
        assert fault.status == 400


@given(request=requests(), data=st.data())
def test_nulls_and_unknown_members_say_nothing(request: tuple[str, Any], data: st.DataObject):
    """A null, and a member that the API does not have, change nothing wherever they stand."""
    operation, params = request

    def littered(value: Any) -> Any:
        if isinstance(value, dict):
            noise = {"nmae": data.draw(st.sampled_from((None, 1, {"name": "x"})))}
            return {**noise, **{name: littered(one) for name, one in value.items()}}
        if isinstance(value, list):
            return [None, *map(littered, value)]
        return value

    plain, noisy = outcome(operation, params), outcome(operation, littered(params))

    if isinstance(plain, Fault):
        assert isinstance(noisy, Fault)
        assert noisy.code == plain.code
    else:
        assert noisy == plain


@given(request=requests())
def test_what_is_clean_stays_as_it_is(request: tuple[str, Any]):
    """A cleaned request is accepted and returned as it is, plain JSON through and through."""
    operation, params = request
    if accepts(operation, params):
        clean = checked(operation, params)

        assert checked(operation, clean) == clean
        assert json.loads(json.dumps(clean)) == clean


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_what_is_required_is_enough(operation):
    """A request with all that is required, and nothing more, is accepted as it is."""
    params = example(OPERATIONS[operation]["input"])

    assert checked(operation, params) == params


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_each_required_member_is_asked_for(operation):
    """Each required member that is missing, or null, is told by its path."""
    shape = OPERATIONS[operation]["input"]
    whole = example(shape)
    for name in SHAPES[shape]["required"]:
        told = (
            f"1 validation error detected: Value null at '{name}' failed to satisfy constraint: "
            "Member must not be null"
        )
        without = {key: value for key, value in whole.items() if key != name}
        assert refused(operation, without).message == told
        assert refused(operation, {**whole, name: None}).message == told


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_no_member_takes_another_json_type(operation):
    """A member of another JSON type is a SerializationException that names its path."""
    shape = OPERATIONS[operation]["input"]
    fitting = {
        "structure": {"START_OBJECT"},
        "list": {"START_ARRAY"},
        "string": {"STRING_VALUE"},
        "integer": {"NUMBER_VALUE"},
        "boolean": {"BOOLEAN_VALUE"},
        "timestamp": {"NUMBER_VALUE"},
    }
    tokens = {
        "START_OBJECT": {},
        "START_ARRAY": [],
        "STRING_VALUE": "1",
        "NUMBER_VALUE": 1,
        "BOOLEAN_VALUE": True,
    }
    for name, member in SHAPES[shape]["members"].items():
        for token in tokens.keys() - fitting[SHAPES[member]["type"]]:
            fault = refused(operation, {**example(shape), name: tokens[token]})
            assert fault.type == "com.amazon.coral.service#SerializationException"
            assert fault.message.startswith(f"{token} at '{name}' can not be converted to a")


class TestWords:
    """The messages are those that clients of SWF read."""

    @pytest.mark.parametrize(
        ("operation", "params", "told"),
        [
            (
                "DescribeDomain",
                {"name": "x" * 257},
                [("x" * 257, "name", "have length less than or equal to 256")],
            ),
            (
                "DescribeDomain",
                {"name": ""},
                [("", "name", "have length greater than or equal to 1")],
            ),
            (
                "ListDomains",
                {"registrationStatus": "OPEN", "maximumPageSize": 1001},
                [
                    ("OPEN", "registrationStatus", f"{WORDS} [REGISTERED, DEPRECATED]"),
                    ("1001", "maximumPageSize", "have value less than or equal to 1000"),
                ],
            ),
            (
                "ListDomains",
                {"registrationStatus": "REGISTERED", "maximumPageSize": -1},
                [("-1", "maximumPageSize", "have value greater than or equal to 0")],
            ),
            (
                "StartWorkflowExecution",
                {**START, "tagList": ["a", "b", "c", "d", "e", "f"]},
                [("[a, b, c, d, e, f]", "tagList", "have length less than or equal to 5")],
            ),
            (
                "StartWorkflowExecution",
                {**START, "tagList": ["a", "b" * 257]},
                [("b" * 257, "tagList.2.member", "have length less than or equal to 256")],
            ),
            (
                "StartWorkflowExecution",
                {**START, "taskStartToCloseTimeout": "soon"},
                [("soon", "taskStartToCloseTimeout", f"{PATTERN} [0-9]{{0,8}}|NONE")],
            ),
            (
                "PollForActivityTask",
                {"domain": "a:b", "taskList": {}},
                [
                    (
                        "a:b",
                        "domain",
                        "not contain ':', '/', '|' or a control character, nor be 'arn'",
                    ),
                    (None, "taskList.name", "not be null"),
                ],
            ),
        ],
    )
    def test_constraints(self, operation, params, told):
        """Each broken constraint is told with its value and path, all of them in one message."""
        fault = refused(operation, params)

        count = "1 validation error" if len(told) == 1 else f"{len(told)} validation errors"
        values = ["null" if value is None else f"'{value}'" for value, _, _ in told]
        assert fault.message == f"{count} detected: " + "; ".join(
            f"Value {value} at '{place}' failed to satisfy constraint: Member must {constraint}"
            for value, (_, place, constraint) in zip(values, told, strict=True)
        )
        assert fault.type == "com.amazon.coral.validate#ValidationException"

    @pytest.mark.parametrize(
        ("operation", "filters", "message"),
        [
            ("ListClosedWorkflowExecutions", {}, "Must specify time filter"),
            (
                "CountClosedWorkflowExecutions",
                {"startTimeFilter": TIME, "closeTimeFilter": TIME},
                "Cannot specify both a startTimeFilter and a closeTimeFilter",
            ),
            (
                "ListOpenWorkflowExecutions",
                {"startTimeFilter": TIME, "tagFilter": {"tag": "t"}, "typeFilter": {"name": "n"}},
                f"{EXCLUSIVE} [typeFilter, tagFilter]",
            ),
        ],
    )
    def test_filters(self, operation, filters, message):
        """Filters that exclude each other, or lack a time, are told in a message of their own."""
        assert refused(operation, {"domain": "d", **filters}).message == message

    def test_constraints_come_before_filters(self):
        """Where a constraint is broken, too, that is what is told."""
        fault = refused("ListClosedWorkflowExecutions", {"domain": "a|b"})

        assert fault.message.startswith("1 validation error detected: Value 'a|b' at 'domain'")

    def test_many_tags_have_a_fault_of_their_own(self):
        """More than 50 tags of a domain are a TooManyTagsFault."""
        tags = [{"key": f"k{number}"} for number in range(51)]
        checked("TagResource", {"resourceArn": "a", "tags": tags[:50]})

        fault = refused("TagResource", {"resourceArn": "a", "tags": tags})

        assert fault.type == "com.amazonaws.swf.base.model#TooManyTagsFault"

    def test_a_long_value_is_cut(self):
        """A refusal repeats no more than the beginning of a long value."""
        fault = refused("DescribeDomain", {"name": "x" * 1_000_000})

        assert len(fault.message) < 1_200
        assert "xxx...' at 'name'" in fault.message

    @pytest.mark.parametrize("operation", ["DescribeDomains", "", "describeDomain", "x" * 10_000])
    def test_an_unknown_operation_is_told(self, operation):
        """What SWF does not offer is an UnknownOperationException, long names cut."""
        fault = refused(operation, {})

        assert fault.type == "com.amazon.coral.service#UnknownOperationException"
        assert fault.message == f"Unknown operation: {operation[:80]}"

    @pytest.mark.parametrize("operation", [None, 7, ["ListDomains"], b"ListDomains"])
    def test_an_operation_is_a_string(self, operation):
        """What is no string names no operation, hashable or not."""
        assert refused(operation, {}).code == "UnknownOperationException"


class TestDecisions:
    def test_places_are_counted_from_one(self):
        """What is wrong within a decision is told under `decisions.N.member`."""
        params = {
            "taskToken": "t",
            "decisions": [
                {"decisionType": "CancelTimer", "cancelTimerDecisionAttributes": {"timerId": "t"}},
                {"decisionType": "StartTimer", "startTimerDecisionAttributes": {"timerId": ""}},
            ],
        }

        message = refused("RespondDecisionTaskCompleted", params).message

        assert "at 'decisions.2.member.startTimerDecisionAttributes.timerId' failed" in message
        assert "Value null at 'decisions.2.member.startTimerDecisionAttributes.startTo" in message

    def test_an_unknown_type_is_told_last_and_in_swf_s_order(self):
        """Attributes that belong to no known type are looked at all the same, before the type."""
        params = {
            "taskToken": "t",
            "decisions": [{"decisionType": "Nap", "startTimerDecisionAttributes": {}}],
        }

        assert refused("RespondDecisionTaskCompleted", params).message == (
            "3 validation errors detected: "
            "Value null at 'decisions.1.member.startTimerDecisionAttributes.timerId' failed to "
            "satisfy constraint: Member must not be null; "
            "Value null at 'decisions.1.member.startTimerDecisionAttributes.startToFireTimeout' "
            "failed to satisfy constraint: Member must not be null; "
            "Value 'Nap' at 'decisions.1.member.decisionType' failed to satisfy constraint: "
            "Member must satisfy enum value set: [CompleteWorkflowExecution, StartTimer, "
            "RequestCancelExternalWorkflowExecution, SignalExternalWorkflowExecution, CancelTimer, "
            "RecordMarker, ScheduleActivityTask, ContinueAsNewWorkflowExecution, "
            "ScheduleLambdaFunction, FailWorkflowExecution, RequestCancelActivityTask, "
            "StartChildWorkflowExecution, CancelWorkflowExecution]"
        )

    def test_missing_attributes_are_all_null(self):
        """A decision without attributes lacks each that is required, and nothing else."""
        whole = {"taskToken": "t", "decisions": [{"decisionType": "StartTimer"}]}
        assert refused("RespondDecisionTaskCompleted", whole).message.startswith("2 validation")

        whole["decisions"] = [{"decisionType": "CompleteWorkflowExecution"}]
        assert checked("RespondDecisionTaskCompleted", whole)["decisions"] == [
            {
                "decisionType": "CompleteWorkflowExecution",
                "completeWorkflowExecutionDecisionAttributes": {},
            }
        ]

    def test_attributes_of_another_type_must_be_right_as_well(self):
        """What does not belong to a decision's type is no fault, unless it is wrong in itself."""
        other = {"timerId": "t"}
        params = {
            "taskToken": "t",
            "decisions": [
                {
                    "decisionType": "CompleteWorkflowExecution",
                    "cancelTimerDecisionAttributes": other,
                }
            ],
        }
        checked("RespondDecisionTaskCompleted", params)

        other["timerId"] = "a:b"

        assert "cancelTimerDecisionAttributes.timerId" in str(
            refused("RespondDecisionTaskCompleted", params)
        )

    @pytest.mark.parametrize("last", ["CompleteWorkflowExecution", "WeDoNotCare"])
    def test_a_closing_decision_is_the_last(self, last):
        """A closing decision before another is told in a message of its own, before all else."""
        params = {
            "taskToken": "t",
            "decisions": [{"decisionType": "FailWorkflowExecution"}, {"decisionType": last}],
        }

        fault = refused("RespondDecisionTaskCompleted", params)

        assert fault.message == "Close must be last decision in list"

    def test_a_request_has_an_end(self):
        """Decisions of more than a megabyte are an entity too large, others are not."""
        marker = {
            "decisionType": "RecordMarker",
            "recordMarkerDecisionAttributes": {"markerName": "m", "details": "x" * MAX_DATA_LENGTH},
        }
        most = MAX_REQUEST_BYTES // MAX_DATA_LENGTH - 1
        checked("RespondDecisionTaskCompleted", {"taskToken": "t", "decisions": [marker] * most})

        fault = refused(
            "RespondDecisionTaskCompleted", {"taskToken": "t", "decisions": [marker] * (most + 1)}
        )

        assert (fault.code, fault.status) == ("RequestEntityTooLargeException", 413)


class TestAbsence:
    @pytest.mark.parametrize(
        ("operation", "params", "gone"),
        [
            ("TerminateWorkflowExecution", {"domain": "d", "workflowId": "w"}, "runId"),
            ("StartWorkflowExecution", START, "executionStartToCloseTimeout"),
            ("ListDomains", {"registrationStatus": "REGISTERED"}, "nextPageToken"),
        ],
    )
    def test_an_empty_text_may_be_no_text(self, operation, params, gone):
        """An empty run id, duration or page token is as good as none."""
        assert checked(operation, {**params, gone: ""}) == params

    def test_a_type_of_an_empty_version_is_of_any(self):
        """An empty version filters nothing."""
        params = {
            "domain": "d",
            "startTimeFilter": TIME,
            "typeFilter": {"name": "n", "version": ""},
        }

        assert checked("ListOpenWorkflowExecutions", params)["typeFilter"] == {"name": "n"}

    def test_an_empty_input_is_an_input(self):
        """An empty payload is a payload, an empty context a context."""
        assert checked("StartWorkflowExecution", {**START, "input": ""})["input"] == ""


class TestTypes:
    @pytest.mark.parametrize("params", [None, [], "name", 7, True])
    def test_a_request_is_an_object(self, params):
        """What is no object is no request."""
        fault = refused("ListDomains", params)

        assert fault.code == "SerializationException"
        assert "at 'the request'" in fault.message

    @pytest.mark.parametrize(
        "value",
        [
            *(math.nan, math.inf, -math.inf, 10**400, -(2**63) - 1, 1e300),
            *(True, "0", datetime(2024, 1, 1, tzinfo=UTC)),
        ],
    )
    def test_a_time_is_a_number_of_seconds(self, value):
        """What JSON cannot say, and what no clock counts to, is no time."""
        params = {"domain": "d", "startTimeFilter": {"oldestDate": value}}

        fault = refused("ListOpenWorkflowExecutions", params)

        assert fault.code == "SerializationException"
        assert "at 'startTimeFilter.oldestDate'" in fault.message

    def test_a_page_size_is_an_integer(self):
        """A bool, a float and a number of more than 64 bits are no integers."""
        for value in (True, HUGE, -HUGE, 2**63, 5.0, "5"):
            params = {"registrationStatus": "REGISTERED", "maximumPageSize": value}

            assert refused("ListDomains", params).code == "SerializationException"

    @pytest.mark.parametrize("text", ["\ud800", "fine \udfff", "\udc00\ud800"])
    def test_half_a_character_is_no_text(self, text):
        """A lone surrogate, which UTF-8 cannot say, is refused wherever a text is taken."""
        params = {"taskToken": "t", "result": text}

        fault = refused("RespondActivityTaskCompleted", params)

        assert fault.code == "SerializationException"
        assert "'result'" in fault.message

    def test_the_item_is_named(self):
        """An item of another type is named by its place in the list."""
        fault = refused("StartWorkflowExecution", {**START, "tagList": ["a", 1]})

        assert "NUMBER_VALUE at 'tagList.2.member'" in fault.message

    def test_what_comes_out_is_plain(self):
        """Words, mappings, tuples and counts of a caller in this process come out as JSON's own."""
        size = IntEnum("Size", {"FIVE": 5})["FIVE"]
        params = MappingProxyType({"registrationStatus": REGISTERED, "maximumPageSize": size})

        clean = checked("ListDomains", params)

        assert [type(one) for one in (clean, *clean.values())] == [dict, str, int]
        assert checked("StartWorkflowExecution", {**START, "tagList": ("a",)})["tagList"] == ["a"]


class TestDepth:
    @pytest.mark.parametrize("opening", [list, dict])
    def test_nesting_has_no_bottom(self, opening):
        """A request nested a hundred thousand deep is looked at as far as the API goes, no more."""
        deep: Any = opening()
        for _ in range(100_000):
            deep = [deep] if opening is list else {"taskList": deep}
        poll = {"domain": "d", "taskList": {"name": "l"}}

        assert checked("PollForActivityTask", {**poll, "unknown": deep}) == poll
        for name in ("domain", "taskList", "identity"):
            refused("PollForActivityTask", {**poll, name: deep})
        refused("PollForActivityTask", deep)
        while deep:  # or letting go of it all at once would nest as deep
            deep = deep.pop() if opening is list else deep.popitem()[1]

    def test_length_has_no_end(self):
        """A list of a hundred thousand items is refused in words of bounded length."""
        fault = refused("StartWorkflowExecution", {**START, "tagList": ["x"] * 100_000})

        assert fault.code == "ValidationException"
        assert len(fault.message) < 1_500
