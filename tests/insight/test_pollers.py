"""Who polls what, as an embedded SWF tells it."""

from __future__ import annotations

from pathlib import Path

import pytest
from embedded import server_process
from serving import Answer, answering

import swf
from swf.exceptions import DomainDoesNotExist
from swf.insight.pollers import answered, task_lists
from swf.models import Domain

pytestmark = pytest.mark.usefixtures("folder")


def test_an_engine_here_is_asked() -> None:
    """An engine of this process tells; of an unknown domain, that it is unknown."""
    connection = swf.connect("memory://")
    Domain("shop", connection=connection).save()

    assert task_lists(connection, "shop") == []
    with pytest.raises(DomainDoesNotExist):
        task_lists(connection, "elsewhere")


def test_an_engine_elsewhere_is_asked(folder: Path) -> None:
    """An engine that is served tells, whether its address or its file is named."""
    with server_process(
        "--db", str(folder / "shop.db"), "--port", "0", "--poll-seconds", "0"
    ) as server:
        swf.settings.set(endpoint_url=server.url)
        Domain("shop").save()
        by_address = task_lists(swf.connect(), "shop")
        by_file = task_lists(swf.connect("sqlite:///shop.db"), "shop")

    assert by_address == by_file == []


def test_the_swf_of_the_connection_is_asked(swf_url: str) -> None:
    """What the settings say meanwhile is another SWF, which is not asked."""
    connection = swf.connect(swf_url)
    Domain("shop", connection=connection).save()
    with answering(Answer(200, b'{"taskLists": ["wrong"]}')) as other:
        swf.settings.set(endpoint_url=other.url)

        assert task_lists(connection, "shop") == []
        assert other.requests == []


@pytest.mark.parametrize("body", [b"{}", b"[", b"[]"])
def test_another_server_tells_nothing(body: bytes) -> None:
    """What is no answer of ours is no answer."""
    with answering(Answer(200, body)) as other:
        swf.settings.set(endpoint_url=other.url)
        assert task_lists(swf.connect(), "shop") is None


def test_who_is_not_there_tells_nothing() -> None:
    """What is no address is not asked, and nobody answers at a port where nobody listens."""
    assert answered("", "/health") is None
    assert answered("sqlite:///shop.db", "/health") is None
    assert answered("https://127.0.0.1:1", "/health") is None
    assert answered("http://127.0.0.1:1", "/health") is None
