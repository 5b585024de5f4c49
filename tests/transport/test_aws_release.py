"""Polls are given up without the loss of a task, where a server knows how."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import pytest
from botocore.exceptions import CredentialRetrievalError
from botocore.session import Session
from embedded import ServerProcess, server_process
from serving import Handler, listening

import swf
from swf.actors import ActivityWorker, Decider
from swf.exceptions import SWFError
from swf.insight.pollers import task_lists
from swf.models import Domain
from swf.transport import Transport
from swf.transport.aws_release import may_know

SECONDS = 20
"""Far less than a poll is held for."""


@pytest.fixture(scope="module")
def patient() -> Iterator[ServerProcess]:
    """A server that holds polls for a minute."""
    with server_process("--db", "memory://", "--port", "0") as running:
        connection = swf.connect(running.url)
        connection.call(
            "RegisterDomain", {"name": "d", "workflowExecutionRetentionPeriodInDays": "1"}
        )
        connection.close()
        yield running


def polled(connection: Transport, identity: str) -> Any:
    return connection.call(
        "PollForActivityTask", {"domain": "d", "taskList": {"name": "t"}, "identity": identity}
    )


def is_held(connection: Transport, identity: str) -> bool:
    found = task_lists(connection, "d") or []
    pollers = [one for line in found for one in line["pollers"]]
    return any(one["waiting"] and one["identity"] == identity for one in pollers)


def await_that(condition: Callable[[], bool]) -> None:
    patience = threading.Event()
    for _ in range(2_000):
        if condition():
            return
        patience.wait(0.01)
    raise AssertionError("it has not come to that")


def polls_in(pool: ThreadPoolExecutor, connection: Transport, identity: str) -> Future[Any]:
    """Return a poll that its server holds."""
    poll = pool.submit(polled, connection, identity)
    await_that(lambda: is_held(connection, identity))
    return poll


@pytest.mark.parametrize(
    "keys", [{}, {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "secret"}]
)
def test_a_connection_gives_up_its_own_polls(patient: ServerProcess, keys: dict[str, str]) -> None:
    """Its polls come back empty at once; those of another connection are held on."""
    mine, theirs = swf.connect(patient.url, **keys), swf.connect(patient.url)
    with ThreadPoolExecutor() as pool:
        leaving = polls_in(pool, mine, "mine")
        staying = polls_in(pool, theirs, "theirs")

        mine.release()

        assert leaving.exception(SECONDS) is None
        assert "taskToken" not in leaving.result()
        assert not staying.done()
        theirs.release()
        assert "taskToken" not in staying.result(SECONDS)
    mine.close()
    theirs.close()


def test_the_session_of_the_caller_signs(patient: ServerProcess) -> None:
    """Where a session was given, its credentials sign this request as all others."""
    session = Session()
    session.set_credentials("AKIAEXAMPLE", "secret")
    connection = swf.connect(patient.url, session=session)
    with ThreadPoolExecutor() as pool:
        poll = polls_in(pool, connection, "session")
        connection.release()
        assert "taskToken" not in poll.result(SECONDS)
    connection.close()


def test_an_engine_of_another_process_is_asked_with_its_keys(tmp_path: Path) -> None:
    """Of a file that another process serves to those with its keys, polls are given up, too."""
    url = f"sqlite:///{tmp_path}/swf.db"
    with server_process("--db", f"{tmp_path}/swf.db", "--port", "0"):
        connection = swf.connect(url)
        connection.call(
            "RegisterDomain", {"name": "d", "workflowExecutionRetentionPeriodInDays": "1"}
        )
        with ThreadPoolExecutor() as pool:
            poll = pool.submit(polled, connection, "elsewhere")
            for _ in range(200):  # nobody tells from here whether it is held
                if poll.done():
                    break
                connection.release()
                threading.Event().wait(0.1)
            assert "taskToken" not in poll.result(0)
        connection.close()


class Idle(ActivityWorker):
    """A worker that nobody has work for."""

    def execute(self, task: Any, context: Any) -> None:
        raise AssertionError("there is no task")


class Undecided(Decider):
    """A decider that nobody asks."""

    def decide(self, task: Any) -> None:
        raise AssertionError("there is no task")


@pytest.mark.parametrize("kind", [Idle, Undecided])
def test_an_actor_of_a_server_stops_at_once(
    patient: ServerProcess, kind: type[ActivityWorker | Decider]
) -> None:
    """Whoever stops waits for no poll that only time would end."""
    connection = swf.connect(patient.url)
    actor = kind(Domain("d", connection=connection), "t", identity="stops")
    actor.start(threads=3, block=False)
    await_that(lambda: is_held(connection, "stops"))

    actor.stop()

    assert actor.join(SECONDS)
    connection.close()


class Stranger(Handler):
    """A server that knows nothing but polls, and holds them until it is let go."""

    asked: list[str]
    polled: threading.Event
    let_go: threading.Event

    def answer(self) -> None:
        self.received()
        self.asked.append(self.path)
        if self.path != "/":
            self.reply(404, b"")
            return
        self.polled.set()
        self.let_go.wait(60)
        self.reply(200, b'{"startedEventId": 0}', Content_Type="application/x-amz-json-1.0")


def test_a_server_that_does_not_know_how_is_asked_once() -> None:
    """Another server's polls are waited for; it is not asked again and again."""

    class Asked(Stranger):
        asked: ClassVar[list[str]] = []
        polled = threading.Event()
        let_go = threading.Event()

    with listening(Asked) as url, ThreadPoolExecutor() as pool:
        connection = swf.connect(url)
        poll = pool.submit(polled, connection, "mine")
        assert Asked.polled.wait(SECONDS)
        for _ in range(3):
            connection.release()
        assert not poll.done()
        Asked.let_go.set()
        assert "taskToken" not in poll.result(SECONDS)
        connection.release()
        connection.close()

    assert Asked.asked == ["/", "/release"]


class Unsigned(Session):
    """A session whose credentials cannot be had any more once it is told so."""

    gone = False

    def get_credentials(self) -> Any:
        if self.gone:
            raise CredentialRetrievalError(provider="a test", error_msg="they are gone")
        return super().get_credentials()


def test_who_stops_does_not_fail_by_that(patient: ServerProcess) -> None:
    """Where nothing can sign, polls are waited for; once it can again, they are given up."""
    session = Unsigned()
    session.set_credentials("AKIAEXAMPLE", "secret")
    connection = swf.connect(patient.url, session=session)
    with ThreadPoolExecutor() as pool:
        poll = polls_in(pool, connection, "unsigned")
        session.gone = True
        connection.release()
        assert not poll.done()
        session.gone = False
        await_that(lambda: connection.release() is None and poll.done())
        assert "taskToken" not in poll.result(SECONDS)
    connection.close()


def test_nothing_is_asked_where_nothing_waits() -> None:
    """Without a poll under way, or before the first call, nothing is sent."""
    connection = swf.connect("http://127.0.0.1:9")
    connection.release()
    with pytest.raises(SWFError):
        connection.call("ListDomains", {"registrationStatus": "REGISTERED"})
    connection.release()
    connection.close()


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        (None, False),
        ("https://swf.eu-west-1.amazonaws.com", False),
        ("https://vpce-1.swf.eu-west-1.vpce.amazonaws.com/", False),
        ("https://swf.cn-north-1.amazonaws.com.cn", False),
        ("https://swf.eu-west-1.api.aws", False),
        ("http://localhost:8000", True),
        ("http://swf:8000/", True),
        ("https://amazonaws.com.example", True),
    ],
)
def test_amazon_is_not_asked(url: str | None, asked: bool) -> None:
    """Amazon's endpoints know nothing of this, and are not asked."""
    assert may_know(url) is asked
