"""A service for each test; whatever happened in it is held against the client's compiler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from embedded_harness import Service


@pytest.fixture
def services() -> Iterator[Callable[..., Service]]:
    """Make services; each is verified and closed at the end."""
    made: list[Service] = []

    def service(*args: Any, **kwargs: Any) -> Service:
        made.append(Service(*args, **kwargs))
        return made[-1]

    yield service
    for one in made:
        assert one.engine.functions.join(20), "a function has not returned"
        one.verify()
        one.close()


@pytest.fixture
def service(services: Callable[..., Service]) -> Service:
    """A service in memory."""
    return services()
