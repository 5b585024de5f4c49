"""Replies that cannot be SWF's are told by what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest

from swf.exceptions import ResponseError
from swf.shapes import OPERATIONS, SHAPES
from swf.transport import reply
from swf.transport.reply import POLLS

EXAMPLES: dict[str, Any] = {
    "boolean": False,
    "integer": 0,
    "list": [{}],
    "long": 7,
    "string": "x",
    "structure": {},
    "timestamp": 1.5,
}
REPLYING = sorted(name for name, operation in OPERATIONS.items() if operation["output"])
MEMBERS = [
    (operation, member, SHAPES[shape]["type"])
    for operation in REPLYING
    for member, shape in SHAPES[OPERATIONS[operation]["output"] or ""]["members"].items()
]


def check_reply(operation: str, told: dict[str, Any]) -> None:
    reply.check_reply(operation, told, params={})


def example(operation: str) -> dict[str, Any]:
    """Return a reply with every member that the operation has."""
    return {member: EXAMPLES[kind] for one, member, kind in MEMBERS if one == operation}


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_a_reply_in_the_form_of_its_operation_passes(operation):
    """What the model of the service allows is let through, and members that it does not know."""
    check_reply(operation, example(operation) if operation in REPLYING else {})
    check_reply(operation, {**example(operation), "novelty": 1})


@pytest.mark.parametrize(("operation", "member", "kind"), MEMBERS)
def test_a_member_of_another_type_is_told(operation, member, kind):
    """A member of a type that the API does not have for it is refused by name."""
    if member == "taskToken":
        wrong: Any = ["x"]
    else:
        wrong = "x" if kind != "string" else 5
    with pytest.raises(ResponseError, match=f"^{operation}: .* SWF's: {member} is no {kind}"):
        check_reply(operation, {**example(operation), member: wrong})


@pytest.mark.parametrize(("operation", "member", "kind"), MEMBERS)
def test_a_member_that_is_missing_is_told_where_it_is_required(operation, member, kind):
    """A reply without a member that the model requires is refused; null is no value."""
    required = SHAPES[OPERATIONS[operation]["output"] or ""]["required"]
    for lacking in (
        {**example(operation), member: None},
        {name: one for name, one in example(operation).items() if name != member},
    ):
        if member in required and member != "taskToken":
            with pytest.raises(ResponseError, match=f"{member} is missing$"):
                check_reply(operation, lacking)
        else:
            check_reply(operation, lacking)


@pytest.mark.parametrize("items", [[5], [{}, None], [{}, []]])
def test_items_of_a_list_are_structures(items):
    """Every list that an operation replies with is of structures."""
    with pytest.raises(ResponseError, match="domainInfos is no list of structures"):
        check_reply("ListDomains", {"domainInfos": items})


@pytest.mark.parametrize("operation", sorted(POLLS))
@pytest.mark.parametrize("empty", [{}, {"startedEventId": 0, "previousStartedEventId": 0}])
def test_a_poll_without_a_task_lacks_everything(operation, empty):
    """A poll that found no task has no token, and nothing else is asked of it."""
    check_reply(operation, empty)
    check_reply(operation, {**empty, "taskToken": ""})


def test_a_long_value_is_cut():
    """What the error shows of a value has its bounds."""
    with pytest.raises(ResponseError) as caught:
        check_reply("DescribeDomain", {**example("DescribeDomain"), "domainInfo": "x" * 10_000})

    assert len(str(caught.value)) < 200


def test_the_error_tells_what_was_asked_about_and_by_which_request():
    """Operation, resource and the id of the request are there for whoever asks what went wrong."""
    with pytest.raises(ResponseError) as caught:
        reply.check_reply("DescribeDomain", {}, params={"name": "d"}, request_id="r")

    assert (caught.value.operation, caught.value.resource) == ("DescribeDomain", "Domain('d')")
    assert caught.value.request_id == "r"
