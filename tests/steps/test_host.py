"""The host: in threads of this process, on the machine's time, alone or with others."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from chained import AddNumbers, Goodbye, Hello, workflow
from embedded import server_process
from overheard import Overheard
from quickest import quickest

import swf
from swf.clock import SystemClock
from swf.engine import Engine, Options
from swf.exceptions import (
    AccessDeniedFault,
    PayloadEncodeError,
    ValidationError,
    WorkflowExecutionDoesNotExist,
)
from swf.flow.errors import ResultTimeout
from swf.querysets import DomainQuerySet
from swf.steps import (
    StepExecutionContext,
    Workflow,
    WorkflowStatus,
    WorkflowStep,
    configure_workflow_host,
)
from swf.steps.errors import StepsError, StepsTypeError
from swf.steps.host import WorkflowHost
from swf.testing import connected, embedded

LONG = 120.0
"""Seconds after which something has gone wrong."""


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have some keys, which servers on this machine do not look at."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An SWF in memory on the machine's time."""
    with embedded(clock=SystemClock(), options=Options()) as engine:
        yield engine


@pytest.fixture
def host(engine: Engine) -> Iterator[WorkflowHost]:
    """A host that takes part in the work."""
    with configure_workflow_host(connection=connected(engine)) as host:
        yield host


HELLO = workflow(lambda b: b.start_with(Hello).then(Goodbye), id="Hello")
WAITS = workflow(
    lambda b: (
        b.start_with(Hello)
        .wait_for("e", lambda *_: "k")
        .output("got", lambda step: step.event_data)
    ),
    id="Waits",
)


class Met:
    """Steps that meet: each waits until so many of them are at work."""

    def __init__(self, parties: int) -> None:
        self.barrier = threading.Barrier(parties)
        self.threads: set[int] = set()

    def step(self, context: StepExecutionContext) -> None:
        self.barrier.wait(LONG)
        self.threads.add(threading.get_ident())

    def workflow(self) -> Workflow:
        """Return a workflow in which as many meet."""
        items = list(range(self.barrier.parties))
        return workflow(
            lambda b: b.for_each(lambda *_: items).do(lambda each: each.start_with(self.step)),
            id="Meet",
        )


def test_a_chain_is_quick(host: WorkflowHost) -> None:
    """A chain of two steps is over long before a poll would be: nothing in it waits for time."""
    host.register_workflow(HELLO)

    def completed() -> None:
        ended = host.wait_for(host.start_workflow("Hello", 1, None), LONG)
        assert ended.status == WorkflowStatus.COMPLETE

    assert quickest(completed, 0.1) < 0.5


def test_a_host_has_its_threads_when_it_is_started(engine: Engine) -> None:
    """No chain begins another thread: a program that has come to its end would get none."""

    def names() -> list[str]:
        return sorted(one.name for one in set(threading.enumerate()) - before)

    before = set(threading.enumerate())
    with configure_workflow_host(connection=connected(engine)) as host:
        host.register_workflow(HELLO)
        begun = names()
        assert host.wait_for(host.start_workflow("Hello"), LONG).status == WorkflowStatus.COMPLETE
        after = names()

    assert {"swf-alarm", "swf-replay"} <= set(begun)
    assert after in (begun, sorted([*begun, "swf-alarm"]))  # that of the engine
    assert names() in ([], ["swf-alarm"])


def test_items_are_at_work_at_the_same_time(host: WorkflowHost) -> None:
    """The items of a `for_each` are worked on at once: all of them meet."""
    met = Met(8)
    host.register_workflow(met.workflow())

    ended = host.wait_for(host.start_workflow("Meet"), LONG)

    assert ended.status == WorkflowStatus.COMPLETE
    assert len(met.threads) == 8


def test_hosts_of_a_domain_share_the_work(engine: Engine) -> None:
    """Two hosts, each with one worker, do two steps at the same time."""
    met = Met(2)
    chain = met.workflow()
    hosts = [configure_workflow_host(connection=connected(engine), workers=1) for _ in range(2)]
    for host in hosts:
        host.register_workflow(chain)
        host.start()
    try:
        ended = hosts[0].wait_for(hosts[1].start_workflow("Meet"), LONG)
    finally:
        for host in hosts:
            host.stop()

    assert ended.status == WorkflowStatus.COMPLETE
    assert len(met.threads) == 2


def test_hosts_share_the_work_of_a_server() -> None:
    """Hosts that reach SWF over HTTP, by the same URL, do the work together."""
    met = Met(2)
    chain = met.workflow()
    with server_process("--db", "memory://", "--port", "0", "--poll-seconds", "1") as server:
        hosts = [configure_workflow_host(server.url, workers=1) for _ in range(2)]
        for host in hosts:
            host.register_workflow(chain)
            host.start()
        try:
            ended = hosts[0].wait_for(hosts[1].start_workflow("Meet"), LONG)
        finally:
            for host in hosts:
                host.stop(LONG)

    assert ended.status == WorkflowStatus.COMPLETE
    assert len(met.threads) == 2


def test_hosts_share_nothing_by_default() -> None:
    """Each host that was told of no SWF has one of its own."""
    with configure_workflow_host() as one, configure_workflow_host() as other:
        one.register_workflow(WAITS)
        wid = one.start_workflow("Waits")
        other.publish_event("e", "k", "other")

        with pytest.raises(WorkflowExecutionDoesNotExist):
            other.status(wid)
        with pytest.raises(StepsError, match="it knows none"):
            other.start_workflow("Waits")
        one.publish_event("e", "k", "one")
        assert one.wait_for(wid, LONG).data.got == "one"


def test_what_nobody_can_look_at_any_more_is_given_back() -> None:
    """The SWF that a host has for itself goes with the host."""
    with configure_workflow_host() as host:
        host.register_workflow(HELLO)
        host.wait_for(host.start_workflow("Hello"), LONG)
    connection = host.connection
    assert len(list(DomainQuerySet(connection=connection))) == 1

    del host
    gc.collect()

    assert list(DomainQuerySet(connection=connection)) == []
    connection.close()


def test_waiting_costs_nothing(engine: Engine) -> None:
    """While workflows wait, nothing is asked of SWF: the polls that began are held, no more."""
    connection = Overheard(connected(engine))
    with configure_workflow_host(connection=connection, workers=2) as host:
        host.register_workflow(WAITS)
        wids = [host.start_workflow("Waits") for _ in range(20)]
        at_wait = threading.Event()
        until = monotonic() + LONG
        while not all(host.status(wid).at == ("2-wait_for",) for wid in wids):
            assert monotonic() < until
            at_wait.wait(0.01)
        while engine.held_polls < 4:  # of two threads that decide, and two workers
            assert monotonic() < until
            at_wait.wait(0.01)
        before = len(connection.calls)

        at_wait.wait(0.5)

        assert connection.calls[before:] == []
        host.publish_event("e", "k", 7)
        assert [host.wait_for(wid, LONG).data.got for wid in wids] == [7] * 20


def test_a_host_goes_on_where_another_ended(tmp_path: Path) -> None:
    """A workflow is kept in the file: a host that is started later goes on with it."""
    url = f"sqlite:///{tmp_path}/steps.db"
    host = configure_workflow_host(url)
    host.register_workflow(WAITS)
    with host:
        wid = host.start_workflow("Waits", data={"n": 1})
    again = configure_workflow_host(persistence_service=url, lock_service=url)
    again.register_workflow(WAITS)
    with again:
        again.publish_event("e", "k", "later")
        ended = again.wait_for(wid, LONG)

    assert (ended.data.n, ended.data.got) == (1, "later")
    assert again.status(wid).status == WorkflowStatus.COMPLETE  # a host that is stopped can tell


def test_a_host_is_started_again(host: WorkflowHost) -> None:
    """What was started while a host was stopped is done when it is started again."""
    host.register_workflow(HELLO)
    assert host.stop(LONG)
    assert not host.running
    wid = host.start_workflow("Hello")
    with pytest.raises(ResultTimeout):
        host.wait_for(wid, 0)

    host.start()

    assert host.wait_for(wid, LONG).status == WorkflowStatus.COMPLETE
    with pytest.raises(StepsError, match="running already"):
        host.start()


def test_stopping_brings_steps_to_their_end(host: WorkflowHost) -> None:
    """A step that is at work when the host is stopped is not lost."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(context: StepExecutionContext) -> None:
        begun.set()
        go_on.wait(LONG)

    host.register_workflow(workflow(lambda b: b.start_with(slow), id="Slow"))
    wid = host.start_workflow("Slow")
    begun.wait(LONG)

    assert host.stop(0.05) is False
    go_on.set()
    host.start()

    assert host.wait_for(wid, LONG).status == WorkflowStatus.COMPLETE
    assert host.status(wid).errors == ()


def test_plain_objects_are_data(host: WorkflowHost) -> None:
    """The data of a workflow may be any object: its attributes are the fields."""

    class MyData:
        def __init__(self) -> None:
            self.value1, self.value2, self.value3 = 2, 3, 0

    host.register_workflow(
        workflow(
            lambda b: (
                b.start_with(AddNumbers)
                .input("input1", lambda data, context: data.value1)
                .input("input2", lambda data, context: data.value2)
                .output("value3", lambda step: step.output)
            ),
            id="Sum",
        )
    )

    assert host.wait_for(host.start_workflow("Sum", 1, MyData()), LONG).data.value3 == 5


def test_the_newest_version_is_started(host: WorkflowHost) -> None:
    """Versions stand beside each other; without one told, the newest is started."""
    for version in (1, 3, 2):
        host.register_workflow(
            workflow(lambda b: b.start_with(Hello), id="Versions", version=version)
        )

    newest = host.wait_for(host.start_workflow("Versions"), LONG)
    first = host.wait_for(host.start_workflow("Versions", 1), LONG)

    assert (newest.version, first.version) == (3, 1)


def test_registering_twice(host: WorkflowHost) -> None:
    """The same workflow may be registered again; another one of its name is refused."""
    host.register_workflow(HELLO)
    host.register_workflow(HELLO)

    with pytest.raises(StepsError, match="another workflow is 'Hello' version 1"):
        host.register_workflow(workflow(lambda b: b.start_with(Goodbye), id="Hello"))
    with pytest.raises(StepsTypeError, match="instance of a Workflow"):
        host.register_workflow(Workflow)  # type: ignore[arg-type]


def test_what_cannot_be_started(host: WorkflowHost) -> None:
    """Nothing is started of a workflow that is not known, or with data that is none."""
    host.register_workflow(HELLO)

    with pytest.raises(StepsError, match=r"'Bye'.*it knows Hello 1"):
        host.start_workflow("Bye", 1)
    with pytest.raises(StepsError, match="version 2"):
        host.start_workflow("Hello", 2)
    with pytest.raises(StepsTypeError):
        host.start_workflow("Hello", 1, [1, 2])
    with pytest.raises(PayloadEncodeError):
        host.start_workflow("Hello", 1, {"lock": threading.Lock()})
    with pytest.raises(ValidationError):
        host.status("")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"persistence_service": object()}, "persistence_service: storage, queues and locks"),
        ({"queue_service": 7}, "give the URL of an endpoint"),
        ({"lock_service": "redis"}, "'redis' is no URL"),
        (
            {"persistence_service": "memory://a", "queue_service": "memory://b"},
            "persistence_service and queue_service are not the same",
        ),
        ({"workers": 0}, "1 or more"),
        ({"workers": True}, "must be an int"),
    ],
)
def test_what_no_host_can_be_made_of(given: dict[str, Any], words: str) -> None:
    """A host says what to give where it was given something else."""
    with pytest.raises(StepsError, match=words):
        configure_workflow_host(**given)


def test_one_connection_may_be_given_thrice(engine: Engine) -> None:
    """Storage, queues and locks are one SWF: the same for all of them is no contradiction."""
    connection = connected(engine)

    host = configure_workflow_host(connection, connection, connection)

    assert host.connection is connection
    assert repr(host) == "WorkflowHost('steps', 'steps')"


def test_the_settings_name_an_endpoint(engine: Engine) -> None:
    """Without an argument a host is where the settings say; without these, in memory."""
    with swf.settings.override(endpoint_url=engine.url):
        there = configure_workflow_host(domain="mine")

    there.register_workflow(HELLO)
    there.start_workflow("Hello")

    domains = DomainQuerySet(connection=connected(engine))
    assert [one.name for one in domains] == ["mine"]
    assert there.stop()


def test_a_step_waits_for_a_host_that_knows_it(engine: Engine) -> None:
    """A host that does not know a workflow does no harm to it, whatever its errors lead to."""
    chain = workflow(lambda b: b.start_with(Hello).on_error(WorkflowStep.TERMINATE), id="Late")
    starter = configure_workflow_host(connection=connected(engine))
    starter.register_workflow(chain)
    with configure_workflow_host(connection=connected(engine)) as host:
        wid = starter.start_workflow("Late")
        until = monotonic() + LONG
        while "MarkerRecorded" not in [
            one["eventType"] for one in starter._handle(wid).history.raws
        ]:
            assert monotonic() < until
            threading.Event().wait(0.01)
        host.register_workflow(chain)
        ended = host.wait_for(wid, LONG)

    assert ended.status == WorkflowStatus.COMPLETE


def test_a_step_is_brought_to_its_end_though_the_decider_has_ended(engine: Engine) -> None:
    """`stop` raises what has ended the decider by itself, once the worker has ended too."""
    connection = Overheard(connected(engine))
    connection.trouble["RespondDecisionTaskCompleted"] = [None, AccessDeniedFault("no")]
    begun, released = threading.Event(), threading.Event()
    done: list[str] = []

    def work(context: StepExecutionContext) -> None:
        begun.set()
        assert released.wait(LONG)
        done.append("it")

    host = configure_workflow_host(connection=connection)
    host.register_workflow(workflow(lambda b: b.start_with(work)))
    host.start()
    host.start_workflow("W")
    assert begun.wait(LONG)
    host.start_workflow("W")
    until = monotonic() + LONG
    while connection.trouble["RespondDecisionTaskCompleted"]:
        assert monotonic() < until
        threading.Event().wait(0.01)
    let_go = threading.Timer(0.1, released.set)
    let_go.start()

    with pytest.raises(AccessDeniedFault):
        host.stop(LONG)

    assert done == ["it"]
    let_go.join(LONG)


def test_quick_steps_are_done_in_their_order(host: WorkflowHost) -> None:
    """Steps that may begin at the same time begin in order, and quick ones are over in order."""
    done: list[int] = []
    items = list(range(20))

    def note(context: StepExecutionContext) -> None:
        done.append(context.item)

    host.register_workflow(
        workflow(
            lambda b: b.for_each(lambda *_: items).do(lambda each: each.start_with(note)),
            id="Items",
        )
    )

    for _ in range(5):
        host.wait_for(host.start_workflow("Items"), LONG)

    in_order = sum(one < other for one, other in pairwise(done))
    assert sorted(done) == sorted(items * 5)
    assert in_order >= 75  # of 95; by chance it would be half of them


def test_a_host_in_virtual_time() -> None:
    """A host on a clock that skips idle time waits for nothing, and does all at its time."""
    host = configure_workflow_host("memory://days?clock=virtual")
    host.register_workflow(workflow(lambda b: b.start_with(Hello).delay(86_400).then(Goodbye)))
    with host:
        began = monotonic()
        ended = host.wait_for(host.start_workflow("W"))

    assert ended.create_time is not None
    assert ended.complete_time is not None
    assert (ended.complete_time - ended.create_time).total_seconds() == 86_400
    assert monotonic() - began < LONG
