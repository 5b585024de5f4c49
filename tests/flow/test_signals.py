"""Signals: in order, taken once, by name and key, early or late; and what sends them."""

from __future__ import annotations

from typing import Any

import pytest
from flow_harness import DOMAIN, Stage

from swf.flow import Workflow, activity, errors, futures, signal_handler
from swf.payload import FileStore, Payloads


@activity
def echo(value: Any) -> Any:
    return value


def test_value(stage: Stage) -> None:
    """A signal is what was sent: one argument as it is, nothing as None, several as a list."""

    class Flow(Workflow):
        async def run(self) -> Any:
            return [await self.wait_signal("s") for _ in range(5)]

    started = stage.start(Flow)
    started.signal("s", 1)
    started.signal("s")
    started.signal("s", 1, (2,))
    started.signal("s", 1, x=2)
    started.signal("s", None)

    assert started.finish().result == [1, None, [1, (2,)], {"args": [1], "kwargs": {"x": 2}}, None]


def test_each_once_in_order(stage: Stage) -> None:
    """Signals are taken once, in the order in which they came, those too that came early."""

    class Flow(Workflow):
        def run(self) -> Any:
            first = [self.wait_signal("s").result, self.wait_signal("s").result]
            _ = self.submit(echo, 1).result
            return [*first, self.wait_signal("s").result, self.wait_signal("s").result]

    started = stage.start(Flow)
    for value in (1, 2, 3):
        started.signal("s", value)
    stage.drive()
    started.signal("s", 4)

    assert started.finish().result == [1, 2, 3, 4]


def test_by_name_and_key(stage: Stage) -> None:
    """A wait takes the first signal of its name and key, and leaves all others."""

    class Flow(Workflow):
        def run(self) -> Any:
            return [
                self.wait_signal("paid", key=2).result,
                self.wait_signal("sent").result,
                self.wait_signal("paid").result,
                self.wait_signal().result,
            ]

    started = stage.start(Flow)
    started.signal("paid", "one", key=1)
    started.signal("paid", "two", key=2)
    started.signal("sent", "three")
    started.signal("other", "four")

    assert started.finish().result == ["two", "three", "one", "four"]


def test_several_waiters(stage: Stage) -> None:
    """Of several who wait for the same signal the first who asked gets the first."""

    class Flow(Workflow):
        def run(self) -> Any:
            return futures.gather(self.wait_signal("s") for _ in range(3))

    started = stage.start(Flow)
    stage.drive()
    for value in "abc":
        started.signal("s", value)

    assert started.finish().result == ["a", "b", "c"]


def test_time_out(stage: Stage) -> None:
    """A wait that is not over in time fails, and a later signal is kept for the next wait."""

    class Flow(Workflow):
        def run(self) -> Any:
            waiting = self.wait_signal("s", key="k", timeout=60)
            try:
                return waiting.result
            except errors.TaskTimedOut as error:
                return [str(error), error.timeout_type, self.wait_signal("s").result]

    started = stage.start(Flow)
    stage.advance(61)
    started.signal("s", 5, key="k")

    assert started.finish().result == ["no signal 's' with key 'k' came in time", "SIGNAL", 5]


def test_in_time(stage: Stage) -> None:
    """A signal that comes in time ends the timer of the wait."""

    class Flow(Workflow):
        def run(self) -> Any:
            return self.wait_signal("s: t/1|*", timeout=60).result

    started = stage.start(Flow)
    stage.drive()
    started.signal("s: t/1|*", 5)
    started.finish()

    assert started.result == 5
    assert started.count("TimerCanceled") == 1


def test_cancel_of_a_wait(stage: Stage) -> None:
    """A wait can be canceled; the signal is left for the next one."""

    class Flow(Workflow):
        def run(self) -> Any:
            waiting = self.wait_signal("s", timeout=60)
            assert waiting.cancel()
            with pytest.raises(errors.TaskCanceled):
                _ = waiting.result
            return self.wait_signal("s").result

    started = stage.start(Flow)
    stage.drive()
    started.signal("s", 5)

    assert started.finish().result == 5


def test_handlers(stage: Stage) -> None:
    """A handler is called once for each signal, early ones too, in order; each may wait."""

    class Flow(Workflow):
        def prepare(self) -> None:
            self.seen: list[Any] = []
            super().prepare()

        @signal_handler
        def add(self, value: int) -> None:
            self.seen.append(value)

        @signal_handler("add twice")
        async def add_twice(self, value: int) -> None:
            self.seen.append(await self.submit(echo, value * 2))

        def run(self) -> Any:
            _ = self.wait_signal("end").result
            return self.seen

    started = stage.start(Flow)
    started.signal("add", 1)
    started.signal("add", 2)
    stage.drive()
    started.signal("add twice", value=5)
    started.signal("add", 3)
    stage.drive()
    started.signal("end")

    assert started.finish().result == [1, 2, 3, 10]


def test_handlers_are_inherited(stage: Stage) -> None:
    """A subclass has the handlers of its bases, and may say otherwise."""

    class Base(Workflow):
        @signal_handler
        def a(self) -> None:
            self.state = "a of base"

        @signal_handler
        def b(self) -> None:
            self.state = "b of base"

        def run(self) -> Any:
            _ = self.wait_signal("end").result
            return self.state

    class Flow(Base):
        @signal_handler("a")
        def other(self) -> None:
            self.state = "other"

    told = []
    for name in ("a", "b"):
        started = stage.start(Flow)
        started.signal(name)
        started.signal("end")
        told.append(started.finish().result)

    assert told == ["other", "b of base"]


def test_handler_while_running(stage: Stage) -> None:
    """A handler may be given while the workflow runs: signals that came before are handed to it."""

    class Flow(Workflow):
        def run(self) -> Any:
            seen: list[int] = []
            self.sleep(1)
            self.on_signal("s", seen.append)
            _ = self.wait_signal("end").result
            return seen

    started = stage.start(Flow)
    started.signal("s", 1)
    started.signal("s", 2)
    stage.advance(2)
    started.signal("s", 3)
    started.signal("end")

    assert started.finish().result == [1, 2, 3]


def test_handler_that_fails(stage: Stage) -> None:
    """What a handler raises fails the workflow."""

    class Flow(Workflow):
        @signal_handler
        def s(self) -> None:
            raise KeyError("handler")

        def run(self) -> None:
            self.sleep(60)

    started = stage.start(Flow)
    started.signal("s")

    assert isinstance(started.finish().error, KeyError)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (None, None),
        ("5", 5),
        ('"text"', "text"),
        ("hello, you", "hello, you"),
        ("", ""),
        ("{not json", "{not json"),
        ("[1, 2]", [1, 2]),
        ('{"a": 1}', {"a": 1}),
        ('{"args": [1], "kwargs": {}}', 1),
    ],
)
def test_text_from_elsewhere(stage: Stage, text: str | None, value: Any) -> None:
    """What somebody typed is JSON where it is, and else the bare text."""

    class Flow(Workflow):
        def run(self) -> Any:
            return self.wait_signal("s").result

    started = stage.start(Flow)
    started.signal_raw("s", text)

    assert started.finish().result == value


def test_what_cannot_be_read(stage: Stage, tmp_path: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A signal that cannot be read, or does not fit its handler, is dropped, said, and no end."""
    store = FileStore(tmp_path)
    long = Payloads(store=store)

    class Flow(Workflow):
        payloads = long

        @signal_handler
        def two(self, one: int, other: int) -> None:
            raise AssertionError("it does not fit")

        def run(self) -> Any:
            return [self.wait_signal("s").result, self.submit(echo, 1).result]

    started = stage.start(Flow)
    started.signal("s", "x" * 40_000)
    for key in list(store.keys()):
        store.delete(key)
    started.signal_raw("s", '{"args": [{"__swf__": "nobody.Knows", "value": 1}], "kwargs": {}}')
    started.signal("two", 1)
    started.signal("s", "good")
    result = started.finish().result

    assert result[1] == 1
    assert [record.message for record in caplog.records if "is dropped" in record.message]
    started.replay()


def test_to_itself(stage: Stage) -> None:
    """A workflow may send signals to itself, the same name as often as it likes."""

    class Flow(Workflow):
        def run(self) -> Any:
            sent = [self.signal("s", value, key=value) for value in (1, 2, 3)]
            got = [self.wait_signal("s", key=value).result for value in (3, 2, 1)]
            return [got, [one.result for one in sent]]

    assert stage.run(Flow) == [[3, 2, 1], [None, None, None]]


def test_to_another(stage: Stage) -> None:
    """A workflow sends positional and named arguments to another; both know that it arrived."""

    class Receiver(Workflow):
        def run(self) -> Any:
            return self.wait_signal("s").result

    class Sender(Workflow):
        def run(self, workflow_id: str) -> Any:
            sent = self.signal("s", 1, workflow_id=workflow_id, more=self.submit(echo, 2))
            return [sent.result, sent.finished]

    receiver = stage.start(Receiver)

    assert stage.run(Sender, receiver.workflow_id) == [None, True]
    assert receiver.finish().result == {"args": [1], "kwargs": {"more": 2}}


def test_to_nobody(stage: Stage) -> None:
    """A signal, or a request to cancel, to an execution that is not there fails, and says so."""

    class Flow(Workflow):
        def run(self) -> Any:
            told = []
            for future in (
                self.signal("s", workflow_id="nobody"),
                self.request_cancel("nobody", run_id="22x"),
                self.signal("", workflow_id="nobody"),
            ):
                error = future.exception
                told.append([type(error).__name__, getattr(error, "cause", None)])
            return told

    assert stage.run(Flow) == [
        ["ScheduleFailed", "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"],
        ["ScheduleFailed", "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"],
        ["ValidationError", None],
    ]


def test_signal_between_start_and_answer(stage: Stage) -> None:
    """A signal that comes while a decision is made is seen by the next one: nothing is lost."""

    class Flow(Workflow):
        def run(self) -> Any:
            return [self.wait_signal("s").result for _ in range(2)]

    started = stage.start(Flow)
    started.signal("s", 1)
    connection = stage.connection
    task = connection.call(
        "PollForDecisionTask", {"domain": DOMAIN, "taskList": {"name": "default"}}
    )
    started.signal("s", 2)
    connection.call("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"]})

    assert started.finish().result == [1, 2]


def test_sent_signals_cannot_be_canceled(stage: Stage) -> None:
    """What was said cannot be taken back."""

    class Flow(Workflow):
        def run(self) -> bool:
            sent = self.signal("s")
            return sent.cancel()

    assert stage.run(Flow) is False
