"""The transport to an SWF in this process, or in the one that owns its file."""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
from embedded import server_process

import swf
from swf.clock import Clock, ManualClock, SystemClock
from swf.engine import Engine, Options, opened
from swf.exceptions import (
    ConnectionFailedError,
    DatabaseLockedError,
    DatabaseMissingError,
    DomainDoesNotExist,
    EngineError,
    NotPicklableError,
    PollTimeout,
    SettingsError,
    ValidationFault,
)
from swf.models import ActivityType, Domain, WorkflowType
from swf.querysets import DomainQuerySet
from swf.testing import connected, embedded
from swf.transport.local import LocalTransport
from swf.virtual_clock import VirtualClock

ROOT = Path(__file__).parents[2]
RETENTION = {"workflowExecutionRetentionPeriodInDays": "1"}

ELSEWHERE = """
import sys
import swf
from swf.models import Domain
from swf.querysets import DomainQuerySet
url, name = sys.argv[1:]
swf.settings.set(endpoint_url=url)
try:
    Domain(name).save()
    print([domain.name for domain in DomainQuerySet()])
except swf.exceptions.SWFError as error:
    print(f"{type(error).__name__}: {error}")
"""


def elsewhere(url: str, name: str, program: str = ELSEWHERE) -> str:
    """Return what another process prints that registers a domain of this name at this URL."""
    done = subprocess.run(
        [sys.executable, "-c", program, url, name],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The endpoint URL of a file that is not there yet."""
    return f"sqlite:///{tmp_path}/swf.db"


@pytest.fixture
def mine(url: str) -> LocalTransport:
    """A connection to an SWF on a file that this process owns."""
    connection = swf.connect(url)
    assert isinstance(connection, LocalTransport)
    Domain("mine", connection=connection).save()
    return connection


# In this process


@pytest.mark.parametrize("place", ["memory://", "memory://name", "sqlite:///{}/swf.db"])
def test_models_need_no_region_and_no_keys(place: str, tmp_path: Path) -> None:
    """With an embedded endpoint alone, everything works."""
    swf.settings.set(endpoint_url=place.format(tmp_path))

    Domain("shop", retention_period=3).save()

    assert DomainQuerySet().get("shop").retention_period == 3


def test_the_engine_is_opened_by_the_first_call(tmp_path: Path) -> None:
    """Connecting touches no file, and neither does printing a connection."""
    connection = swf.connect(f"sqlite:///{tmp_path}/swf.db")
    connection.close()
    connection.release()

    assert repr(connection) == f"LocalTransport('sqlite:///{tmp_path}/swf.db')"
    assert not list(tmp_path.glob("swf.db*"))
    assert not Domain("shop", connection=connection).exists
    assert (tmp_path / "swf.db").exists()


def test_what_is_in_a_file_outlives_its_connection(url: str) -> None:
    """Closed, a connection opens the file again at its next call, and finds what was there."""
    connection = swf.connect(url)
    Domain("shop", connection=connection).save()
    connection.close()

    assert Domain("shop", connection=connection).exists


def test_closing_one_connection_closes_the_place() -> None:
    """What was in memory is gone once it was closed, for every connection to it."""
    first, second = swf.connect("memory://"), swf.connect("memory://")
    Domain("shop", connection=first).save()
    assert Domain("shop", connection=second).exists

    first.close()

    assert not Domain("shop", connection=second).exists


def test_a_region_shows_in_names_of_resources_alone() -> None:
    """Connections of two regions see the same domains, under an ARN of their own."""
    arns = []
    Domain("shop", connection=swf.connect("memory://")).save()
    for region in (None, "eu-west-1"):
        connection = swf.connect("memory://", region=region)
        arns.append(Domain("shop", connection=connection).upstream().arn)

    assert arns == [
        f"arn:aws:swf:{region}:123456789012:/domain/shop" for region in ("us-east-1", "eu-west-1")
    ]


def test_a_refusal_is_the_same_error_as_of_aws() -> None:
    """What SWF refuses is raised as the class of the fault, with operation, resource and code."""
    connection = swf.connect("memory://")

    with pytest.raises(DomainDoesNotExist, match="Unknown domain: shop") as caught:
        Domain("shop", connection=connection).upstream()

    error = caught.value
    assert (error.operation, error.resource) == ("DescribeDomain", "Domain('shop')")
    assert error.fault == "UnknownResourceFault"
    with pytest.raises(ValidationFault, match="Invalid token"):
        connection.call("RespondActivityTaskCompleted", {"taskToken": "x"})


def test_what_is_wrong_with_a_file_names_the_operation(tmp_path: Path) -> None:
    """An error of the engine says which file, and by which operation it came up."""
    connection = swf.connect(f"sqlite:///{tmp_path}/no/such/folder/swf.db")

    with pytest.raises(DatabaseMissingError, match="no/such/folder"):
        Domain("shop", connection=connection).save()


def test_a_forked_child_is_told_whose_the_engine_is() -> None:
    """The engine is its process's alone: a child that was forked from it is told so."""
    shop = Domain("shop", connection=swf.connect("memory://"))
    shop.save()

    child = os.fork()
    if not child:
        status = 1
        try:
            shop.deprecate()
        except EngineError as error:
            told = f"belongs to process {os.getppid()}" in str(error)
            status = 0 if told and error.operation == "DeprecateDomain" else 2
        finally:
            os._exit(status)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert shop.is_synced


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite://", "must be sqlite:///relative.db"),
        ("sqlite://host/file.db", "must be sqlite:///relative.db"),
        ("memory://?poll_second=3", "'poll_second' is no option; there are durability"),
        ("memory://?poll_seconds=soon", "poll_seconds cannot be 'soon'"),
        ("memory://#x", "nothing may follow"),
    ],
)
def test_a_url_that_names_no_place_is_refused_at_the_first_call(url: str, words: str) -> None:
    """What is wrong with an embedded endpoint is said with the URL in it."""
    with pytest.raises(SettingsError, match=words):
        Domain("shop", connection=swf.connect(url)).save()


def test_threads_share_an_engine() -> None:
    """Connections of many threads lead to one engine, which is opened once."""
    connections = [swf.connect("memory://") for _ in range(8)]
    ready = threading.Barrier(8)

    def register(number: int) -> None:
        ready.wait(30)
        Domain(f"d{number}", connection=connections[number]).save()

    threads = [threading.Thread(target=register, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert DomainQuerySet(connection=connections[0]).count() == 8


def test_a_held_poll_can_be_released() -> None:
    """A poll that a thread of this process holds comes back empty, once it is told to."""
    with embedded(options=Options(poll_seconds=3_000)) as engine:
        connection = connected(engine)
        Domain("shop", connection=connection).save()
        polled = {"domain": "shop", "taskList": {"name": "t"}}
        answers = []
        poll = threading.Thread(
            target=lambda: answers.append(connection.call("PollForActivityTask", polled))
        )
        poll.start()
        while not engine.held_polls:
            poll.join(0.01)

        connection.release()
        poll.join(30)

    assert answers == [{"startedEventId": 0}]


def test_who_polls_can_be_asked() -> None:
    """Beside the operations of SWF, an embedded one tells what waits on its task lists."""
    with embedded() as engine:
        connection = connected(engine)
        assert isinstance(connection, LocalTransport)
        shop = Domain("shop", connection=connection)
        shop.save()
        with pytest.raises(PollTimeout):
            swf.actors.ActivityWorker(shop, "work", "me").poll()

        [told] = connection.task_lists("shop")

        assert (told["kind"], told["taskList"], told["backlog"]) == ("activity", "work", 0)
        assert [poller["identity"] for poller in told["pollers"]] == ["me"]
        with pytest.raises(DomainDoesNotExist) as caught:
            connection.task_lists("no")
        assert caught.value.operation == "ListTaskLists"


# In another process


def test_a_file_that_is_not_served_says_whose_it_is(mine: LocalTransport, url: str) -> None:
    """Another process is told at once who has the file, and what to do."""
    told = elsewhere(url, "theirs")

    assert told.startswith("DatabaseLockedError: ")
    assert f"is in use by process {os.getpid()}" in told
    assert "serve its engine over HTTP" in told


def test_a_file_that_is_served_is_reached_there(mine: LocalTransport, url: str) -> None:
    """Another process that names a file which its owner serves is connected to the owner."""
    mine.share()

    assert elsewhere(url, "theirs") == "['mine', 'theirs']"

    assert Domain("theirs", connection=mine).exists


def test_a_file_of_the_server_is_reached_there(tmp_path: Path) -> None:
    """A file that `python -m swf.server` has is reached by its name from any process."""
    url = f"sqlite:///{tmp_path}/served.db"
    with server_process("--db", str(tmp_path / "served.db"), "--port", "0"):
        connection = swf.connect(url, region="eu-west-1")
        Domain("here", connection=connection).save()

        assert elsewhere(url, "there") == "['here', 'there']"
        assert "eu-west-1" in str(Domain("here", connection=connection).upstream().arn)
        assert isinstance(connection, LocalTransport)
        with pytest.raises(EngineError, match="another process's"):
            connection.task_lists("here")
        copy = pickle.loads(pickle.dumps(connection))
        assert Domain("here", connection=copy).exists
        connection.release()
        connection.close()
        assert Domain("here", connection=connection).exists
        copy.close()

    with pytest.raises(ConnectionFailedError):
        Domain("here", connection=connection).upstream()
    assert Domain("here", connection=connection).exists, "its owner has gone, so it is ours"
    assert opened(url).held_polls == 0


def test_keys_that_are_right_no_more_are_looked_for_again(mine: LocalTransport, url: str) -> None:
    """Where another owner is found behind the address of the first, the next call finds it."""
    shared = mine.share()
    stale = LocalTransport(
        url, region=None, opener=lambda _url: _locked(shared.url), share=_unshared
    )
    with pytest.raises(swf.exceptions.CredentialsError):
        Domain("mine", connection=stale).upstream()

    stale._open = opened

    assert Domain("mine", connection=stale).exists


def _locked(address: str) -> Engine:
    raise DatabaseLockedError("taken", pid=1, address=address, access_key="A", secret_key="wrong")


def _unshared(url: str) -> tuple[str, str, str]:
    raise ImportError("starlette")


@pytest.mark.parametrize("place", ["memory://shared", "sqlite:///{}/swf.db"])
def test_a_pickle_leads_to_this_process(place: str, tmp_path: Path) -> None:
    """Unpickled in another process, a connection talks to the SWF of the one that pickled it.

    So does what was pickled there again.
    """
    connection = swf.connect(place.format(tmp_path), region="eu-west-1")
    Domain("mine", connection=connection).save()
    (tmp_path / "pickle").write_bytes(pickle.dumps(Domain("mine", connection=connection)))

    program = """
import pickle, sys
from pathlib import Path
from swf.models import Domain
mine = pickle.loads(Path(sys.argv[1]).read_bytes())
again = pickle.loads(pickle.dumps(mine))
assert mine.exists and again.exists
Domain(sys.argv[2], connection=again.connection).save()
print(again.upstream().arn)
"""
    arn = elsewhere(str(tmp_path / "pickle"), "theirs", program)

    assert arn == "arn:aws:swf:eu-west-1:123456789012:/domain/mine"
    assert Domain("theirs", connection=connection).exists


def test_without_the_extra_a_pickle_is_one_clear_line() -> None:
    """Where there is no server to share by, the error says what to install."""
    with Engine.open("memory://alone", clock=ManualClock()) as engine:
        alone = LocalTransport(
            "memory://alone", region=None, opener=lambda _url: engine, share=_unshared
        )

        with pytest.raises(NotPicklableError, match=r"pip install 'swf\[server\]'"):
            pickle.dumps(alone)


def test_without_the_extra_nothing_else_is_missed() -> None:
    """Without starlette and uvicorn, everything but sharing works."""
    program = """
import sys
sys.modules["starlette"] = sys.modules["uvicorn"] = None
import pickle, swf
from swf.models import Domain
shop = Domain(sys.argv[2], connection=swf.connect(sys.argv[1]))
shop.save()
assert shop.exists
try:
    pickle.dumps(shop)
except swf.exceptions.NotPicklableError as error:
    print(error)
"""
    told = elsewhere("memory://", "shop", program)

    assert told == (
        "LocalTransport('memory://') cannot be handed to another process: LocalTransport("
        "'memory://') cannot be shared with other processes: the extra `server` is not installed;"
        " run pip install 'swf[server]'"
    )


def test_models_of_types_find_their_place() -> None:
    """What belongs to a domain asks where its domain asks, in process as over HTTP."""
    shop = Domain("shop", connection=swf.connect("memory://"))
    shop.save()
    ActivityType(shop, "ship", "1").save()

    assert [one.connection for one in shop.activities()] == [shop.connection]


# Virtual time


def test_virtual_time_is_had_by_url():
    """`clock=virtual` is an SWF in memory whose time is skipped through the connection."""
    connection = swf.connect("memory://skipped?clock=virtual&poll_seconds=0")
    start = connection.clock.now()
    order = order_of(Domain("d", connection=connection))
    execution = order.start_execution("order-1")

    assert isinstance(connection.clock, VirtualClock)
    assert connection.skip()
    assert execution.upstream().close_status == "TIMED_OUT"
    assert (connection.clock.now() - start).total_seconds() == 60
    assert not connection.skip()


def test_skipping_until_something_is_reached():
    """`skip_until` asks before each step, and is False once nothing falls due any more."""
    with embedded(clock=VirtualClock()) as engine:
        connection = connected(engine)
        execution = order_of(Domain("d", connection=connection)).start_execution("order-1")

        assert connection.skip_until(lambda: execution.upstream().status == "CLOSED")
        assert not connection.skip_until(lambda: False)


def test_an_enlisted_thread_holds_virtual_time():
    """A thread that is about to work is waited for before it has begun."""
    with embedded(clock=VirtualClock()) as engine:
        connection = connected(engine)
        order_of(Domain("d", connection=connection)).start_execution("order-1")
        thread = threading.Thread(target=list)
        connection.enlist(thread)
        stepping = threading.Thread(target=connection.skip)
        stepping.start()
        stepping.join(0.05)

        assert stepping.is_alive()
        thread.start()
        stepping.join(10)
        assert not stepping.is_alive()


def test_a_manual_clock_knows_no_parties():
    """On a ManualClock there is nobody to wait for; the next deadline can be had all the same."""
    with embedded() as engine:
        connection = connected(engine)
        order_of(Domain("d", connection=connection)).start_execution("order-1")
        connection.enlist(threading.Thread(target=list))

        assert connection.clock is engine.clock
        assert not connection.skip_until(lambda: False)
        assert connection.skip()


def test_an_engine_in_memory_is_dropped_when_its_connection_is_closed():
    """After `close`, and the next opening of any, nothing of it is left in memory."""
    connection = swf.connect("memory://dropped?clock=virtual")
    Domain("d", connection=connection).save()
    clock = weakref.ref(connection.clock)

    connection.close()
    opened("memory://another")
    gc.collect()

    assert clock() is None
    assert not Domain("d", connection=connection).exists


def order_of(domain: Domain) -> WorkflowType:
    """Return a registered workflow type whose executions last a minute."""
    domain.save()
    order = WorkflowType(
        domain,
        "order",
        "1",
        task_list="t",
        child_policy="TERMINATE",
        execution_start_to_close_timeout=60,
        task_start_to_close_timeout="NONE",
    )
    order.save()
    return order


# By hand


@pytest.mark.parametrize("clock", [VirtualClock, ManualClock, SystemClock])
def test_polls_by_hand_are_answered_at_once(clock: Callable[[], Clock]) -> None:
    """On a connection by hand a poll without a task comes back empty, on whatever clock."""
    with embedded(clock=clock(), options=Options()) as engine:
        connection = connected(engine)
        Domain("shop", connection=connection).save()
        by_hand = connection.by_hand()
        params = {"domain": "shop", "taskList": {"name": "l"}}

        reply = by_hand.call("PollForDecisionTask", params)
        assert by_hand.call("PollForDecisionTask", params) == reply
        again = by_hand.call("PollForDecisionTask", {**params, "identity": "another"})

        assert "taskToken" not in reply
        assert "taskToken" not in again
        assert by_hand.is_within
        assert by_hand.clock is engine.clock
        assert repr(by_hand) == f"{connection!r}.by_hand()"


def test_a_connection_by_hand_polls_ahead_what_it_polled_before() -> None:
    """What was polled once is made ahead at a word; what never was is not."""
    with embedded(clock=VirtualClock()) as engine:
        connection = connected(engine)
        Domain("shop", connection=connection).save()
        by_hand = connection.by_hand()
        by_hand.ahead("PollForDecisionTask", "l")
        before = engine.held_polls
        by_hand.call("PollForDecisionTask", {"domain": "shop", "taskList": {"name": "l"}})

        by_hand.ahead("PollForDecisionTask", "l")

        assert (before, engine.held_polls) == (0, 1)


def test_faults_by_hand_are_errors_of_this_package() -> None:
    """A poll by hand that SWF refuses raises what any connection raises."""
    with embedded(clock=VirtualClock()) as engine:
        by_hand = connected(engine).by_hand()
        params = {"domain": "nowhere", "taskList": {"name": "l"}}

        with pytest.raises(DomainDoesNotExist) as refused:
            by_hand.call("PollForActivityTask", params)
        with pytest.raises(DomainDoesNotExist):
            by_hand.call(
                "ListWorkflowTypes", {"domain": "nowhere", "registrationStatus": "DEPRECATED"}
            )

        assert refused.value.operation == "PollForActivityTask"


def test_an_error_by_hand_names_its_operation() -> None:
    """What the engine itself refuses says what was asked, of polls as of any other operation."""
    params = {"domain": "d", "taskList": {"name": "l"}}
    with embedded(clock=VirtualClock()) as engine:
        by_hand = connected(engine).by_hand()
    for _ in range(2):
        with pytest.raises(EngineError) as refused:
            by_hand.call("PollForActivityTask", params)
        assert refused.value.operation == "PollForActivityTask"


def test_what_belongs_to_another_process_is_not_worked_by_hand(tmp_path: Path) -> None:
    """Where another process owns the file, a connection by hand is the connection itself."""
    with server_process("--db", str(tmp_path / "served.db"), "--port", "0"):
        connection = swf.connect(f"sqlite:///{tmp_path}/served.db")

        by_hand = connection.by_hand()

        assert by_hand is connection
        by_hand.ahead("PollForDecisionTask", "l")  # and nothing happens
        connection.close()
