"""The errors of chains."""

from __future__ import annotations

import inspect

import pytest

from swf.exceptions import SWFError
from swf.payload import Payloads
from swf.steps import errors

ERRORS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if kind.__module__ == errors.__name__
]


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_an_error_is_the_same_elsewhere(kind: type[SWFError]) -> None:
    """An error that a worker meets is of the same type, and says the same, where it is read."""
    payloads = Payloads()
    travelled = payloads.load(payloads.dump(kind("1-Hello: it is wrong")))

    assert type(travelled) is kind
    assert str(travelled) == "1-Hello: it is wrong"


def test_all_are_drawn() -> None:
    """The tree in the module's docstring has every error, and each is a StepsError."""
    assert errors.__doc__ is not None
    assert len(ERRORS) == 6
    assert all(kind.__name__ in errors.__doc__ for kind in ERRORS)
    assert all(issubclass(kind, errors.StepsError) for kind in ERRORS)
