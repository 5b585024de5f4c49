"""Tokens: what they name comes back, and nobody else can make one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.engine.state import ACTIVITY_TASK, DECISION_TASK
from swf.engine.tokens import Seal, TaskName
from swf.fault import Fault

SEAL = Seal(b"one")
KINDS = st.sampled_from([ACTIVITY_TASK, DECISION_TASK])
TASKS = st.builds(TaskName, st.integers(1, 2**63), st.integers(1, 25_000))


def refusal(read, *arguments) -> tuple[str, str]:
    with pytest.raises(Fault) as caught:
        read(*arguments)
    return caught.value.code, caught.value.message


INVALID = ("ValidationException", "Invalid token")


@given(KINDS, TASKS)
def test_a_task_token_names_its_task(kind, task):
    """What a token was made for is read from it, by a seal of the same secret."""
    token = SEAL.task_token(kind, task)

    assert Seal(b"one").read_task_token(kind, token) == task
    assert len(token) <= 1_024


@given(TASKS)
def test_a_token_of_one_kind_is_none_of_the_other(task):
    """The token of an activity task answers no decision task."""
    token = SEAL.task_token(ACTIVITY_TASK, task)

    assert refusal(SEAL.read_task_token, DECISION_TASK, token) == INVALID


@given(KINDS, TASKS)
def test_another_database_made_it(kind, task):
    """A token of another database is invalid here."""
    token = Seal(b"two").task_token(kind, task)

    assert refusal(SEAL.read_task_token, kind, token) == INVALID


@given(KINDS, TASKS, st.data())
def test_a_token_cannot_be_changed(kind, task, data):
    """A token with any one character changed, added or left out is invalid."""
    token = SEAL.task_token(kind, task)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda one: one != token[at]))
    changed = token[:at] + other + token[at + 1 :]

    for broken in (changed, token[:at] + token[at + 1 :], token + other):
        assert refusal(SEAL.read_task_token, kind, broken) == INVALID


@given(st.text(max_size=40))
def test_any_text_is_no_token(text):
    """What was never a token is refused as one, whatever it consists of."""
    assert refusal(SEAL.read_task_token, ACTIVITY_TASK, text) == INVALID
    assert refusal(SEAL.read_page_token, "ListDomains", text) == INVALID


POSITIONS = st.recursive(
    st.none() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3)
)


@given(st.text(max_size=30), POSITIONS)
def test_a_page_token_holds_a_position(scope, position):
    """A page token tells where the next page begins, of what it was made for."""
    token = SEAL.page_token(scope, position)

    assert SEAL.read_page_token(scope, token) == position
    assert refusal(SEAL.read_page_token, f"{scope}!", token) == INVALID


def test_a_task_token_is_no_page_token():
    """Tokens of tasks and of pages are two things."""
    task = SEAL.task_token(DECISION_TASK, TaskName(1, 2))
    page = SEAL.page_token("x", 1)

    assert refusal(SEAL.read_page_token, "x", task) == INVALID
    assert refusal(SEAL.read_task_token, DECISION_TASK, page) == INVALID
