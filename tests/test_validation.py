"""What SWF would refuse is refused before it is sent, by argument, rule and value."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.constants import (
    MAX_LAMBDA_SECONDS,
    MAX_PAGE_SIZE,
    MAX_REQUEST_BYTES,
    MAX_RETENTION_DAYS,
    MAX_TAGS,
)
from swf.exceptions import ResponseError, ValidationError, ValidationTypeError
from swf.rules import IDENTIFIERS, Violation, is_identifier, without_forbidden
from swf.shapes import OPERATIONS, SHAPES
from swf.validation import (
    CLOSING,
    attributes_member,
    check_request,
    violations,
)

TYPE = {"name": "n", "version": "v"}
START = {"domain": "d", "workflowId": "w", "workflowType": TYPE}
CLOSED = {"domain": "d", "startTimeFilter": {"oldestDate": 0}}
STRUCTURES = sorted(name for name, shape in SHAPES.items() if shape["type"] == "structure")


def example(shape: str) -> Any:
    """Return the smallest valid value of a shape: only what is required."""
    described = SHAPES[shape]
    if described["type"] == "structure":
        return {
            name: example(described["members"][name]) for name in described["required"]
        } | _EXTRA.get(shape, {})
    if described["type"] == "string":
        return described.get("enum", ("1",))[0]
    return {"list": [], "integer": 1, "long": 1, "boolean": True, "timestamp": 1.5}[
        described["type"]
    ]


_EXTRA: dict[str, dict[str, Any]] = {
    # What the API's texts require beside its model.
    "ListClosedWorkflowExecutionsInput": {"startTimeFilter": {"oldestDate": 0}},
    "CountClosedWorkflowExecutionsInput": {"startTimeFilter": {"oldestDate": 0}},
    "Decision": {
        "decisionType": "CancelTimer",
        "cancelTimerDecisionAttributes": {"timerId": "t"},
    },
}


def rules_of(shape: str, value: Any) -> list[str]:
    return [str(one) for one in violations(shape, value)]


def refused(operation: str, params: dict[str, Any], *words: str) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        check_request(operation, params)
    for word in words:
        assert word in str(caught.value)
    assert caught.value.operation in (operation, None)
    assert not isinstance(caught.value, ResponseError)
    return caught.value


class TestRequests:
    @pytest.mark.parametrize("operation", sorted(OPERATIONS))
    def test_what_is_required_is_enough(self, operation):
        """A request with all that is required, and nothing more, is accepted."""
        check_request(operation, example(OPERATIONS[operation]["input"]))

    @pytest.mark.parametrize("operation", sorted(OPERATIONS))
    def test_each_required_member_is_asked_for(self, operation):
        """Without a required member, or with None for it, a request is refused by its name."""
        shape = OPERATIONS[operation]["input"]
        whole = example(shape)
        for name in SHAPES[shape]["required"]:
            without = {key: value for key, value in whole.items() if key != name}
            assert any("is required" in rule for rule in rules_of(shape, without))
            assert any("is required" in rule for rule in rules_of(shape, {**whole, name: None}))

    @pytest.mark.parametrize("operation", sorted(OPERATIONS))
    def test_an_unknown_member_is_refused(self, operation):
        """A member that the operation does not have is a TypeError that names it."""
        params = {**example(OPERATIONS[operation]["input"]), "nmae": "x"}

        assert isinstance(refused(operation, params, "nmae"), TypeError)

    @pytest.mark.parametrize("shape", STRUCTURES)
    def test_no_member_takes_a_value_of_another_type(self, shape):
        """A member given an object of no JSON type is refused with the member's Python name."""
        for name in SHAPES[shape]["members"]:
            found = list(violations(shape, {**example(shape), name: object()}))

            assert any(one.wrong_type and one.path == (name,) for one in found)

    def test_an_unknown_operation_is_refused(self):
        """A misspelt operation is named."""
        refused("DescribeDomains", {}, "'DescribeDomains'")

    def test_every_violation_is_told_at_once(self):
        """The error lists all that is wrong, not only the first."""
        refused(
            "RegisterDomain",
            {"name": "a:b", "workflowExecutionRetentionPeriodInDays": "91", "x": 1},
            "name: must not contain",
            "workflow_execution_retention_period_in_days: must be 0 to 90",
            "x: is not a member",
        )

    def test_a_place_is_named_in_the_words_of_python(self):
        """A value deep within a request is named as the Python API spells its place."""
        decision = {
            "decisionType": "StartTimer",
            "startTimerDecisionAttributes": {"timerId": "t", "startToFireTimeout": "soon"},
        }

        refused(
            "RespondDecisionTaskCompleted",
            {"taskToken": "t", "decisions": [decision]},
            "decisions[0].start_to_fire_timeout: ",
            "'soon'",
        )

    def test_a_long_value_is_not_shown_in_full(self):
        """An error shows at most 80 characters of the value that it is about."""
        error = refused("DescribeDomain", {"name": "x" * 10_000}, "at most 256 characters")

        assert len(str(error)) < 200


def test_a_value_that_cannot_be_shown_is_refused_all_the_same():
    """What is nested too deep to be shown, or a number too long, is refused as any other."""
    deep: list[object] = []
    for _ in range(10_000):
        deep = [deep]

    refused("DescribeDomain", {"name": deep}, "name: must be a str, got <list that is too large")
    refused(
        "DescribeDomain", {"name": 10**5_000}, "name: must be a str, got <int that is too large"
    )


def test_a_violation_reads_as_a_sentence():
    """Place, rule and value make one line."""
    assert str(Violation(("a", 0, "bC"), "x", "must be y")) == "a[0].b_c: must be y, got 'x'"


class TestStrings:
    @pytest.mark.parametrize("shape", sorted(IDENTIFIERS))
    @given(text=st.text(min_size=1, max_size=64))
    def test_identifiers_obey_their_rule(self, shape, text):
        """An identifier is refused exactly for ':', '/', '|', a control character, or 'arn'."""
        broken = text == "arn" or re.search(r"[:/|\x00-\x1f\x7f-\x9f]", text)

        assert bool(rules_of(shape, text)) == bool(broken)

    @pytest.mark.parametrize("text", ["arn", "a:b", "a/b", "a|b", "a\nb", "a\x85b"])
    def test_a_broken_identifier_is_refused(self, text):
        """Each forbidden character, and the word arn, is refused with the rule."""
        refused("DescribeDomain", {"name": text}, "must not contain", repr(text))

    @pytest.mark.parametrize(
        "shape",
        [n for n, s in SHAPES.items() if s["type"] == "string" and "max" in s and "enum" not in s],
    )
    def test_lengths_are_counted_in_characters(self, shape):
        """A text may be as long as its shape allows, in characters, and no longer."""
        most = SHAPES[shape]["max"]
        fits, exceeds = "1", "ü" * (most + 1)

        assert rules_of(shape, fits) == []
        assert any(
            f"at most {most} characters, not {most + 1}" in r for r in rules_of(shape, exceeds)
        )
        if SHAPES[shape].get("min"):
            assert "at least 1 character" in rules_of(shape, "")[0]
        else:
            assert rules_of(shape, "") == []

    @pytest.mark.parametrize("shape", sorted(n for n, s in SHAPES.items() if "enum" in s))
    def test_words_are_the_api_s(self, shape):
        """A word of a closed set is accepted as it is spelt, and the set is told otherwise."""
        for word in SHAPES[shape]["enum"]:
            assert rules_of(shape, word) == []
        assert all(word in rules_of(shape, "nonsense")[0] for word in SHAPES[shape]["enum"])

    @pytest.mark.parametrize(
        ("operation", "params"),
        [
            ("PollForDecisionTask", {"domain": "d", "taskList": {"name": " t"}}),
            ("PollForActivityTask", {"domain": "d", "taskList": {"name": "t\u00a0"}}),
            (
                "RegisterDomain",
                {"name": "d ", "workflowExecutionRetentionPeriodInDays": "1"},
            ),
        ],
    )
    def test_white_space_around_a_name_is_refused(self, operation, params):
        """A task list or a domain does not begin or end with white space."""
        refused(operation, params, "white space")

    @pytest.mark.parametrize(
        ("key", "value", "fine"),
        [("Größe 1", "a+b@c", True), ("k", "", True), ("k!", "v", False), ("k", "v#", False)],
    )
    def test_domain_tags_are_of_their_characters(self, key, value, fine):
        """A domain's tag is made of letters, digits, white space and _ . : / = + - @."""
        found = rules_of("ResourceTag", {"key": key, "value": value})

        assert (found == []) is fine


class TestDurations:
    @given(seconds=st.integers(0, 99_999_999))
    def test_seconds_are_digits(self, seconds):
        """Up to eight digits are seconds, wherever a duration is taken."""
        for shape in ("DurationInSeconds", "DurationInSecondsOptional"):
            assert rules_of(shape, str(seconds)) == []

    @pytest.mark.parametrize("text", ["-1", "1.5", "1 ", "none", "\u0663", "1e3", "+1"])
    def test_what_is_no_number_of_seconds_is_refused(self, text):
        """Only ASCII digits or NONE are a duration."""
        for shape in ("DurationInSeconds", "DurationInSecondsOptional", "DurationInDays"):
            assert len(rules_of(shape, text)) == 1

    @pytest.mark.parametrize(
        ("text", "fine"),
        [("0", True), (str(MAX_RETENTION_DAYS), True), ("NONE", True), ("91", False)],
    )
    def test_retention_ends(self, text, fine):
        """A retention period is 0 to 90 days or NONE."""
        assert (rules_of("DurationInDays", text) == []) is fine

    @pytest.mark.parametrize(
        ("shape", "member"),
        [
            ("StartWorkflowExecutionInput", "executionStartToCloseTimeout"),
            ("RegisterWorkflowTypeInput", "defaultExecutionStartToCloseTimeout"),
            ("StartTimerDecisionAttributes", "startToFireTimeout"),
            ("ScheduleLambdaFunctionDecisionAttributes", "startToCloseTimeout"),
        ],
    )
    def test_some_durations_have_an_end(self, shape, member):
        """An execution, a timer and a function cannot be told to take for ever."""
        value = {**example(shape), member: "NONE"}

        assert len(rules_of(shape, value)) == 1
        assert rules_of(shape, {**value, member: "60"}) == []

    @pytest.mark.parametrize(
        ("seconds", "fine"),
        [("1", True), (str(MAX_LAMBDA_SECONDS), True), ("", True), ("0", False), ("901", False)],
    )
    def test_a_function_has_fifteen_minutes(self, seconds, fine):
        """A Lambda function runs from 1 second to 15 minutes."""
        value = {"id": "i", "name": "f", "startToCloseTimeout": seconds}

        assert (rules_of("ScheduleLambdaFunctionDecisionAttributes", value) == []) is fine

    @pytest.mark.parametrize("member", ["taskStartToCloseTimeout", "childPolicy"])
    def test_other_durations_may_be_endless(self, member):
        """NONE is a decision task's time-out, and not a child policy."""
        found = rules_of("StartWorkflowExecutionInput", {**START, member: "NONE"})

        assert (found == []) is (member == "taskStartToCloseTimeout")


class TestNumbers:
    @given(priority=st.integers(-(2**33), 2**33))
    def test_a_priority_is_a_32_bit_number(self, priority):
        """A task priority is the text of a signed 32-bit integer."""
        fits = -(2**31) <= priority < 2**31

        assert (rules_of("TaskPriority", str(priority)) == []) is fits

    @pytest.mark.parametrize("text", ["", "1.0", "high", "--1", "1 "])
    def test_other_texts_are_no_priority(self, text):
        """What is not the text of an integer is refused."""
        assert len(rules_of("TaskPriority", text)) == 1

    @pytest.mark.parametrize(
        ("size", "rule"),
        [
            (0, None),
            (MAX_PAGE_SIZE, None),
            (-1, "from 0 to 1000"),
            (MAX_PAGE_SIZE + 1, "from 0 to 1000"),
            (True, "must be an int"),
            ("5", "must be an int"),
            (5.0, "must be an int"),
        ],
    )
    def test_a_page_size_is_bounded(self, size, rule):
        """A page has 0 to 1000 items, and its size is an int."""
        found = rules_of("PageSize", size)

        assert found == [] if rule is None else rule in found[0]

    @pytest.mark.parametrize("value", [0, 1, "true", None])
    def test_a_boolean_is_a_bool(self, value):
        """Only True and False are booleans."""
        assert rules_of("ReverseOrder", True) == rules_of("ReverseOrder", False) == []
        assert len(rules_of("ReverseOrder", value)) == 1

    @pytest.mark.parametrize(
        "value",
        [0, 1.5, -1, -62_135_596_800, 253_402_300_799, datetime(2024, 1, 1, tzinfo=UTC)],
    )
    def test_a_time_is_seconds_or_an_aware_datetime(self, value):
        """Seconds since the epoch and aware datetimes are times."""
        assert rules_of("Timestamp", value) == []

    @pytest.mark.parametrize(
        "value",
        [
            True,
            "2024-01-01",
            -62_135_596_801,
            math.nan,
            math.inf,
            253_402_300_800,
            datetime(2024, 1, 1),  # noqa: DTZ001
        ],
    )
    def test_what_no_datetime_can_be_is_refused(self, value):
        """A naive datetime, a text, and seconds out of all calendars are refused."""
        assert len(rules_of("Timestamp", value)) == 1


class TestLists:
    def test_an_execution_has_few_tags(self):
        """Five tags are accepted, six are not, and a text is no list of tags."""
        tags = ["t"] * MAX_TAGS
        check_request("StartWorkflowExecution", {**START, "tagList": tags})

        refused("StartWorkflowExecution", {**START, "tagList": [*tags, "t"]}, "at most 5", "not 6")
        error = refused("StartWorkflowExecution", {**START, "tagList": "tag"}, "must be a list")
        assert isinstance(error, TypeError)

    def test_the_item_that_is_wrong_is_named(self):
        """A wrong item of a list is named by its index."""
        refused("StartWorkflowExecution", {**START, "tagList": ["a", 1]}, "tag_list[1]")


def decision(kind: str, **attributes: Any) -> dict[str, Any]:
    shape = attributes_member(kind)
    described = shape[0].upper() + shape[1:]
    return {"decisionType": kind, shape: {**example(described), **attributes}}


def complete(*decisions: Any) -> dict[str, Any]:
    return {"taskToken": "t", "decisions": list(decisions)}


DECISION_TYPES = SHAPES["DecisionType"]["enum"]


class TestDecisions:
    @pytest.mark.parametrize("kind", DECISION_TYPES)
    def test_each_type_carries_its_attributes(self, kind):
        """A decision of each type is accepted with its own attributes, refused with another's."""
        own = decision(kind)
        other = decision("StartTimer" if kind != "StartTimer" else "CancelTimer")
        check_request("RespondDecisionTaskCompleted", complete(own))

        refused(
            "RespondDecisionTaskCompleted", complete({**other, **own}), f"does not belong to {kind}"
        )

    @pytest.mark.parametrize("kind", DECISION_TYPES)
    def test_required_attributes_are_asked_for(self, kind):
        """A decision without attributes is refused if its type requires any."""
        shape = attributes_member(kind)
        required = SHAPES[shape[0].upper() + shape[1:]]["required"]
        params = complete({"decisionType": kind})

        if required:
            refused("RespondDecisionTaskCompleted", params, f"is required by {kind}")
        else:
            check_request("RespondDecisionTaskCompleted", params)

    @pytest.mark.parametrize("kind", sorted(CLOSING))
    def test_a_closing_decision_is_the_last(self, kind):
        """A decision that closes the execution ends its list, and there is no second one."""
        closing, timer = decision(kind), decision("StartTimer")
        check_request("RespondDecisionTaskCompleted", complete(timer, closing))

        refused("RespondDecisionTaskCompleted", complete(closing, timer), "decisions[0]", "last")
        refused("RespondDecisionTaskCompleted", complete(closing, closing), "decisions[0]", kind)

    def test_a_request_has_an_end(self):
        """Decisions of more than a megabyte as they are sent are refused with their size.

        They are sent as ASCII: a character beyond takes six bytes, an emoji twelve.
        """
        for text, each in (("x", 1), ("ü", 6), ("\U0001f600", 12)):
            marker = decision("RecordMarker", details=text * 32_768)
            few = -(-MAX_REQUEST_BYTES // (each * 32_768))
            fits, params = complete(*[marker] * (few - 1)), complete(*[marker] * few)
            check_request("RespondDecisionTaskCompleted", fits)

            size = len(json.dumps(params))
            refused(
                "RespondDecisionTaskCompleted",
                params,
                f"at most {MAX_REQUEST_BYTES} bytes",
                f"the body of this one has {size}",
            )

    def test_one_decision_is_never_too_much_and_with_a_context_it_may_be(self):
        """The heaviest decision that there is fits, and is weighed with what goes beside it."""
        most = "\U0001f600" * 32_768
        child = decision(
            "StartChildWorkflowExecution",
            input=most,
            control=most,
            tagList=["\U0001f600" * 256] * 5,
        )
        params = complete(child)
        check_request("RespondDecisionTaskCompleted", params)

        assert len(json.dumps(params)) < MAX_REQUEST_BYTES - 4_096
        heavier = {**params, "executionContext": most}
        refused("RespondDecisionTaskCompleted", heavier, "at most")

    def test_what_was_right_before_is_right_again_and_what_is_wrong_never(self):
        """Texts that passed are remembered for their member alone, however many they are."""
        for number in range(300):
            task_list = {"name": f"list-{number}"}
            for _ in range(2):
                check_request("PollForActivityTask", {"domain": "d", "taskList": task_list})
            refused("StartWorkflowExecution", {"childPolicy": f"list-{number}"}, "child_policy")
        for _ in range(2):
            refused("PollForActivityTask", {"domain": "d", "taskList": {"name": "a:b"}}, "':'")

    def test_a_request_leaves_room_for_its_headers(self):
        """SWF counts the headers too: a body of 4 kB less than a megabyte is the longest."""
        markers = [decision("RecordMarker", details="x" * 32_768)] * 31
        rest = MAX_REQUEST_BYTES - 4_096 - len(json.dumps(complete(*markers, *markers[:1])))
        last = decision("RecordMarker", details="x" * (32_768 + rest))
        longer = decision("RecordMarker", details="x" * (32_768 + rest + 1))

        check_request("RespondDecisionTaskCompleted", complete(*markers, last))
        refused("RespondDecisionTaskCompleted", complete(*markers, longer), "at most")

    @pytest.mark.parametrize("given_", ["decisions", {}, 7, [7], [{"decisionType": "Nonsense"}]])
    def test_what_is_no_decision_is_refused(self, given_):
        """A value that is no list of decisions is refused, and no other error hides it."""
        refused("RespondDecisionTaskCompleted", {"taskToken": "t", "decisions": given_})

    def test_what_cannot_be_json_is_refused_once(self):
        """A value that is not JSON-able is told by its member's own rule."""
        params = complete(decision("RecordMarker", details=object()))

        error = refused("RespondDecisionTaskCompleted", params, "decisions[0].details")

        assert str(error).count("must be") == 1


TIME = {"oldestDate": 0}


class TestFilters:
    @pytest.mark.parametrize(
        "operation", ["ListClosedWorkflowExecutions", "CountClosedWorkflowExecutions"]
    )
    def test_closed_executions_take_exactly_one_time(self, operation):
        """Closed executions are listed by start or by close time: by one, and not by none."""
        check_request(operation, {"domain": "d", "closeTimeFilter": TIME})

        refused(operation, {"domain": "d"}, "start_time_filter", "close_time_filter is required")
        refused(operation, {**CLOSED, "closeTimeFilter": TIME}, "cannot go with start_time_filter")

    @pytest.mark.parametrize(
        ("operation", "names"),
        [
            ("ListOpenWorkflowExecutions", 3),
            ("CountOpenWorkflowExecutions", 3),
            ("ListClosedWorkflowExecutions", 4),
            ("CountClosedWorkflowExecutions", 4),
        ],
    )
    def test_of_the_other_filters_there_is_one(self, operation, names):
        """At most one of the filters that exclude each other is accepted."""
        filters = {
            "executionFilter": {"workflowId": "w"},
            "typeFilter": {"name": "n"},
            "tagFilter": {"tag": "t"},
            "closeStatusFilter": {"status": "FAILED"},
        }
        allowed = list(filters)[:names]
        for one in allowed:
            check_request(operation, {**CLOSED, one: filters[one]})
            for other in allowed:
                if other != one:
                    params = {**CLOSED, one: filters[one], other: filters[other]}
                    refused(operation, params, "cannot go with")


class TestCalls:
    @pytest.mark.parametrize("params", [None, [], "name", 7])
    def test_params_are_a_mapping(self, params):
        """Params of another type are refused by that name."""
        with pytest.raises(ValidationTypeError, match=r"^ListDomains: params must be a mapping"):
            check_request("ListDomains", params)

    @pytest.mark.parametrize("operation", [None, ["ListDomains"], b"ListDomains"])
    def test_an_operation_is_a_name(self, operation):
        """What is no str is no operation, hashable or not."""
        with pytest.raises(ValidationTypeError, match=r"^operation: must be a str, got"):
            check_request(operation, {})

    @pytest.mark.parametrize("name", [None, 7, ("a", "b")])
    def test_a_member_that_is_no_name_is_told(self, name):
        """A key that is no str is a member that does not exist."""
        with pytest.raises(ValidationTypeError, match="is not a member of DescribeDomainInput"):
            check_request("DescribeDomain", {"name": "d", name: 1})


@pytest.mark.parametrize(
    ("operation", "params", "argument"),
    [
        ("DescribeDomain", {"name": "d\ud800"}, "name"),
        ("RespondActivityTaskCompleted", {"taskToken": "t", "result": "\udfff"}, "result"),
        (
            "StartWorkflowExecution",
            {**START, "tagList": ["fine", "\udc00"]},
            r"tag_list\[1\]",
        ),
    ],
)
def test_text_that_utf_8_cannot_say_is_refused(operation, params, argument):
    """Half of a surrogate pair is no Unicode text, wherever it stands."""
    with pytest.raises(ValidationError, match=f"^{operation}: {argument}: must be valid Unicode"):
        check_request(operation, params)


def test_text_beyond_the_basic_plane_is_fine():
    """A whole character is text, however many surrogates it would be elsewhere."""
    check_request("RespondActivityTaskCompleted", {"taskToken": "t", "result": "\U0001f600"})


@given(text=st.text())
def test_a_text_without_what_is_forbidden_may_name_something(text):
    """What is put for the characters that SWF refuses in names makes a name of any other text."""
    named = without_forbidden(text, "_")

    assert is_identifier(named) or named == "arn"
    assert len(named) == len(text)
    assert (named == text) is (is_identifier(text) or text == "arn")
