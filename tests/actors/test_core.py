"""What all actors do: they check their arguments, run, drain, and drop no error."""

from __future__ import annotations

import logging
import pickle
import threading
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import pytest
from canned import CannedTransport
from shops import Shop

from swf.actors import ActivityWorker, Actor, Decider
from swf.actors.words import described
from swf.clock import SystemClock
from swf.engine import Options
from swf.exceptions import (
    AccessDeniedFault,
    ActorError,
    ConnectionFailedError,
    CredentialsError,
    DomainDeprecatedFault,
    DomainDoesNotExist,
    LimitExceededFault,
    PollTimeout,
    ResponseError,
    ServiceFault,
    ThrottlingFault,
    ValidationError,
    ValidationTypeError,
)
from swf.models import Domain
from swf.testing import embedded
from swf.transport import default_connection
from tests.actors.given import InstantClock

ACTORS = pytest.mark.parametrize("kind", [Actor, Decider, ActivityWorker])


class Scripted(Actor):
    """Does one thing after the other, each time it is asked to poll, and then stops."""

    def __init__(self, *script: Any, clock: Any = None) -> None:
        super().__init__("d", "t", connection=CannedTransport(), clock=clock or InstantClock())
        self.script = list(script)
        self.told: list[tuple[Exception, Any]] = []
        self.identities: list[str] = []

    def run_once(self) -> None:
        self.identities.append(self._identity())
        step = self.script.pop(0)
        if not self.script:
            self.stop()
        if isinstance(step, BaseException):
            raise step

    def on_error(self, error: Exception, task: Any) -> None:
        self.told.append((error, task))


@ACTORS
def test_an_actor_has_a_domain_and_a_task_list(kind: type[Actor]) -> None:
    """A domain is a model or a name; either way the actor has the model."""
    for domain in (Domain("d"), "d"):
        actor = kind(domain, "t")

        assert actor.domain == Domain("d")
        assert actor.task_list == "t"
        assert repr(actor) == f"{kind.__name__}('d', 't')"


@ACTORS
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((None, "t"), ValidationTypeError, "domain: must be a Domain or a name, got None"),
        (("", "t"), ValidationError, "name: has at least 1"),
        (("d", 3), ValidationTypeError, "task_list: must be a str, got 3"),
        (("d", "a:b"), ValidationError, "task_list: must not contain"),
        (("d", ""), ValidationError, "task_list: has at least 1"),
    ],
)
def test_bad_arguments_are_refused_by_name(
    kind: type[Actor], arguments: tuple[Any, Any], error: type[Exception], message: str
) -> None:
    """An actor cannot be made for what SWF would refuse."""
    with pytest.raises(error, match=message):
        kind(*arguments)


def test_identity_and_connection_are_checked() -> None:
    """A long identity, and a connection that is none, are refused by name."""
    with pytest.raises(ValidationError, match="Actor: identity: has at most 256"):
        Actor("d", "t", identity="x" * 257)
    with pytest.raises(ValidationTypeError, match="Actor: connection: not a connection: 'aws'"):
        Actor("d", "t", connection="aws")  # type: ignore[arg-type]


def test_the_nearest_connection_is_used() -> None:
    """A connection is the actor's, else its domain's, else the default one."""
    mine, its = CannedTransport(), CannedTransport()

    assert Actor(Domain("d", connection=its), "t", connection=mine).connection is mine
    assert Actor(Domain("d", connection=its), "t").connection is its
    assert Actor("d", "t", connection=mine).domain.connection is mine
    assert Actor("d", "t").connection is default_connection()


def test_making_an_actor_calls_nothing() -> None:
    """Neither settings nor network are needed before an actor polls."""
    connection = CannedTransport()

    Decider("d", "t", connection=connection)
    ActivityWorker("d", "t", connection=connection)

    assert connection.calls == []


@pytest.mark.parametrize(
    ("kind", "hook"), [(Actor, "run_once"), (Decider, "decide"), (ActivityWorker, "execute")]
)
def test_an_actor_without_a_purpose_does_not_start(kind: type[Actor], hook: str) -> None:
    """A class that does not say what to do takes no task away from others."""
    connection = CannedTransport()
    actor = kind("d", "t", connection=connection)

    with pytest.raises(ActorError, match=f"{kind.__name__}: subclass it and say in `{hook}`"):
        actor.start()

    assert connection.calls == []


def test_hooks_of_the_base_classes_are_not_implemented() -> None:
    """Called by hand, a hook that no subclass has filled says so."""
    with pytest.raises(NotImplementedError):
        Actor("d", "t").run_once()
    with pytest.raises(NotImplementedError):
        Decider("d", "t").decide(None)  # type: ignore[arg-type]
    with pytest.raises(NotImplementedError):
        ActivityWorker("d", "t").execute(None, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"threads": 0}, ValidationError, "Scripted.start: threads: must be at least 1, got 0"),
        ({"threads": "2"}, ValidationTypeError, "Scripted.start: threads: must be an int"),
        ({"threads": True}, ValidationTypeError, "Scripted.start: threads: must be an int"),
        ({"processes": -1}, ValidationError, "Scripted.start: processes: must be at least 0"),
    ],
)
def test_bad_numbers_are_refused(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Threads and processes are numbers that make sense."""
    with pytest.raises(error, match=message):
        Scripted(None).start(**arguments)


def test_polls_that_nobody_holds_are_not_a_storm(shop: Shop) -> None:
    """A service that answers at once that there is nothing is not asked without a pause."""

    class Idle(Decider):
        def decide(self, task: Any) -> None:
            raise AssertionError

    decider = Idle(shop.domain, "t")
    began = monotonic()
    decider.start(block=False)
    while monotonic() < began + (0.5 if len(shop.connection.calls) > 1 else 60):
        threading.Event().wait(0.01)
    decider.stop()

    assert decider.join(30)
    assert 2 <= len(shop.connection.calls) <= 24 * (monotonic() - began)


def test_stopping_ends_a_poll_that_is_held_within_this_process() -> None:
    """Where SWF is in this process, `stop` does not wait until a held poll is over."""

    class Idle(Decider):
        def decide(self, task: Any) -> None:
            raise AssertionError

    with embedded(options=Options(poll_seconds=3_000)) as engine:
        decider = Idle(Shop(engine).domain, "t")
        decider.start(threads=3, block=False)
        while engine.held_polls < 3:
            threading.Event().wait(0.01)
        decider.stop()

        assert decider.join(30)
        assert decider.counts == {}


def test_an_empty_poll_is_no_error() -> None:
    """A poll that timed out is followed by another, and nobody is told."""
    actor = Scripted(PollTimeout("none"), PollTimeout("none"), None)

    actor.start()

    assert actor._clock.waits == []  # type: ignore[attr-defined]
    assert actor.told == []
    assert actor.counts == {}


@pytest.mark.parametrize(
    "error",
    [
        ThrottlingFault("slow"),
        LimitExceededFault("too many pollers"),
        ConnectionFailedError("cut"),
        ServiceFault("down"),
        ResponseError("nobody knows this fault"),
    ],
)
def test_an_error_that_may_pass_is_waited_out(error: Exception) -> None:
    """Polls go on after errors that may pass, at growing intervals, and each is told."""
    actor = Scripted(error, error, error, error, None)

    actor.start()

    waits = actor._clock.waits  # type: ignore[attr-defined]
    assert len(waits) == 4
    assert waits[-1] > waits[0]
    assert actor.told == [(error, None)] * 4
    assert actor.counts == {"retries": 4}


def test_after_a_success_the_next_wait_is_short_again() -> None:
    """Errors long ago do not slow down the retries of today."""
    slow = ThrottlingFault("slow")
    actor = Scripted(*[slow] * 5, None, slow, PollTimeout("none"), slow, None)

    actor.start()

    waits = actor._clock.waits  # type: ignore[attr-defined]
    assert waits[4] > 1
    assert max(waits[5:]) <= 0.5


@pytest.mark.parametrize(
    "error",
    [
        AccessDeniedFault("no"),
        CredentialsError("none"),
        DomainDoesNotExist("d"),
        DomainDeprecatedFault("d"),
        ValidationError("bad"),
        TypeError("a bug"),
        SystemExit(3),
    ],
    ids=repr,
)
def test_an_error_that_will_not_pass_ends_the_loop(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    """What no further poll would mend is raised by `start`, as it is, and logged."""
    actor = Scripted(error, None)

    with pytest.raises(type(error)) as caught:
        actor.start()

    assert caught.value is error
    assert not actor.running
    [record] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert described(error) in record.getMessage()
    assert record.exc_info


def test_a_loop_in_the_background_does_not_end_in_silence(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What ends a loop that nobody joins stands in the log at level ERROR."""
    actor = Scripted(AccessDeniedFault("no"), None)
    actor.start(block=False)
    assert actor._loop is not None
    for thread in list(actor._loop._runners):
        thread.join(30)

    assert "1 ends, and so does the loop: AccessDeniedFault: no" in caplog.text


def test_the_error_of_a_background_loop_is_raised_by_join() -> None:
    """Whoever waits for a loop in the background learns what ended it."""
    actor = Scripted(AccessDeniedFault("no"), None)
    actor.start(block=False)

    with pytest.raises(AccessDeniedFault):
        actor.join(30)


def test_what_on_error_raises_goes_no_further(caplog: pytest.LogCaptureFixture) -> None:
    """A broken `on_error` is logged and ends nothing."""

    class Broken(Scripted):
        def on_error(self, error: Exception, task: Any) -> None:
            raise KeyError("in on_error")

    actor = Broken(ThrottlingFault("slow"), None)

    actor.start()

    assert "on_error failed" in caplog.text
    assert actor.counts == {"retries": 1}


class Mute(Exception):
    """An error whose message cannot be shown."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


def test_an_error_without_words_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    """An error that cannot be printed is logged by its type, and breaks no log handler."""
    actor = Scripted(None)

    actor._report("it failed", Mute(), None)

    assert "it failed: Mute: (its message cannot be shown)" in caplog.text
    assert actor.counts == {"errors": 1}


@pytest.mark.parametrize("hook", ["run_once", "decide", "execute"])
@pytest.mark.parametrize("yields", [False, True])
def test_an_async_hook_does_not_start(hook: str, yields: bool) -> None:
    """A hook that the loop could not await is refused before a task is taken."""

    async def asked(self: Any, *_: Any) -> None:
        raise AssertionError

    async def yielded(self: Any, *_: Any) -> AsyncIterator[None]:
        yield

    base = {"run_once": Actor, "decide": Decider, "execute": ActivityWorker}[hook]
    kind = type("Later", (base,), {hook: yielded if yields else asked})
    actor = kind("d", "t", connection=CannedTransport())

    with pytest.raises(ActorError, match=f"Later: `{hook}` is `async def`"):
        actor.start()


@pytest.mark.parametrize("clock", [5, "utc", SystemClock])
@ACTORS
def test_a_clock_tells_the_time_and_waits(kind: type[Actor], clock: Any) -> None:
    """What has no time to tell is refused by name."""
    with pytest.raises(ValidationTypeError, match=f"{kind.__name__}: clock: must be a Clock, got"):
        kind("d", "t", clock=clock)


def test_on_error_may_be_left_alone() -> None:
    """An actor need not care for errors: they are logged and counted anyway."""
    assert Actor("d", "t").on_error(KeyError("x"), None) is None  # type: ignore[func-returns-value]


class Waiting(Actor):
    """Polls until it is let go, as a long poll does."""

    def __init__(self) -> None:
        super().__init__("d", "t", connection=CannedTransport())
        self.polling = threading.Semaphore(0)
        self.let_go = threading.Event()
        self.finished = 0

    def run_once(self) -> None:
        self.polling.release()
        assert self.let_go.wait(30)
        self.finished += 1


def test_stopping_waits_for_what_is_at_work() -> None:
    """After `stop` no poll begins; what has begun is brought to its end, and then joined."""
    actor = Waiting()
    actor.start(threads=3, block=False)
    for _ in range(3):
        assert actor.polling.acquire(timeout=30)

    actor.stop()
    assert actor.join(0.01) is False
    assert actor.running
    actor.let_go.set()

    assert actor.join(30) is True
    assert actor.finished == 3
    assert not actor.running


def test_an_actor_runs_once_at_a_time() -> None:
    """An actor that runs cannot be started again before it has drained."""
    actor = Waiting()
    actor.start(block=False)
    assert actor.polling.acquire(timeout=30)

    with pytest.raises(ActorError, match="is running already"):
        actor.start()

    actor.stop()
    actor.let_go.set()
    assert actor.join(30)


def test_an_actor_may_run_again() -> None:
    """Once drained, an actor starts anew, with counts from nothing."""
    actor = Scripted(ThrottlingFault("slow"), None)
    actor.start()
    actor.script = [None]

    actor.start()

    assert actor.counts == {}


def test_stopping_what_does_not_run_does_nothing() -> None:
    """`stop` and `join` of an actor that was not started return at once."""
    actor = Actor("d", "t")

    actor.stop()

    assert actor.join() is True
    assert not actor.running


def test_the_loop_polls_under_a_name_that_can_be_found() -> None:
    """In the loop an identity tells host, process and thread, or is the one given."""
    actor = Scripted(None)
    actor.start()
    named = Scripted(None)
    named.identity = "me"
    named.start()

    [told] = actor.identities
    assert told.endswith(":1")
    assert len(told.split(":")) >= 3
    assert named.identities == ["me"]


def test_an_actor_travels_without_its_loop() -> None:
    """A pickled actor is the same actor, not running, with nothing counted."""
    actor = Decider("d", "t", identity="me")
    actor._counts.add({"tasks": 3})
    actor.stop()

    again = pickle.loads(pickle.dumps(actor))

    assert (again.domain, again.task_list, again.identity) == (actor.domain, "t", "me")
    assert again.counts == {}
    assert not again.running


def test_an_actor_may_bring_a_runtime_of_its_own() -> None:
    """A subclass may define `start` and `stop` itself and use no loop of this package."""

    class Own(Actor):
        state = "new"

        def start(self, **_: Any) -> None:
            self.state = "running"

        def stop(self) -> None:
            self.state = "stopped"

    actor = Own("d", "t")
    actor.start()
    assert actor.state == "running"
    actor.stop()
    assert actor.state == "stopped"


def test_many_pollers_share_one_actor(shop: Shop) -> None:
    """Threads poll side by side, and what they count adds up."""
    lock, left = threading.Lock(), [40]

    class Counting(ActivityWorker):
        def run_once(self) -> None:
            with lock:
                left[0] -= 1
                if left[0] <= 0:
                    self.stop()
            try:
                self.poll()
            finally:
                self._counts.add({"polls": 1})

    actor = Counting(shop.domain, "t")

    actor.start(threads=4)

    assert actor.counts["polls"] >= 40
