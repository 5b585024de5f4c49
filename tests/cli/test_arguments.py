"""The arguments of a workflow, as a command line gives them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.cli.arguments import Arguments, arguments

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.lists(json_values))
def test_a_list_has_the_positional_arguments(values: list[Any]) -> None:
    """A list tells positional arguments, in order."""
    assert arguments(json.dumps(values)) == Arguments(tuple(values))


@given(st.lists(json_values), st.dictionaries(st.text(), json_values))
def test_args_and_kwargs_are_told_by_name(args: list[Any], kwargs: dict[str, Any]) -> None:
    """An object of `args` and `kwargs` tells arguments of both kinds."""
    text = json.dumps({"args": args, "kwargs": kwargs})

    assert arguments(text) == Arguments(tuple(args), kwargs)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"args": [1]}', Arguments((1,))),
        ('{"kwargs": {"x": 1}}', Arguments((), {"x": 1})),
        ("1", Arguments((1,))),
        ('"text"', Arguments(("text",))),
        ("null", Arguments((None,))),
        ("{}", Arguments(({},))),
        ('{"args": [1], "more": 2}', Arguments(({"args": [1], "more": 2},))),
        (None, Arguments()),
    ],
)
def test_each_form_is_understood(text: str | None, told: Arguments) -> None:
    """What is no list and no `args` and `kwargs` is the one argument; nothing is none."""
    assert arguments(text) == told


def test_a_file_is_as_good(tmp_path: Path) -> None:
    """A file tells arguments as the option does, and errors name it."""
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text("[1, 2]")
    bad.write_text("[1, 2")

    with good.open() as file:
        assert arguments(None, file) == Arguments((1, 2))
    with bad.open() as file, pytest.raises(click.UsageError, match=r"bad.json: not JSON"):
        arguments(None, file)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[1", "not JSON"),
        ("text", "a text has quotes of its own"),
        ('{"args": 1}', "args must be a list"),
        ('{"kwargs": []}', "kwargs an object"),
    ],
)
def test_what_cannot_be_arguments_is_refused(text: str, complaint: str) -> None:
    """What is no JSON, or no arguments, is a usage error that says why."""
    with pytest.raises(click.UsageError, match=complaint):
        arguments(text)


def test_two_sources_are_refused() -> None:
    """Option and file together are a usage error."""
    with pytest.raises(click.UsageError, match="one of both"):
        arguments("[]", io.StringIO("[]"))
