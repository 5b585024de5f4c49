"""Polls that are made ahead, by the thread that also does what they wait for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from embedded_harness import DOMAIN, Service, schedule

from swf.engine import Call, Options
from swf.engine.call import Waiter
from swf.engine.hand_poll import HandPoll
from swf.engine.store import points
from swf.engine.turn import Limits
from swf.exceptions import EngineError
from swf.fault import Fault
from swf.virtual_clock import VirtualClock

LIMIT_SECONDS = 60
DECIDERS, WORKERS = {"name": "deciders"}, {"name": "workers"}


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service("memory://", clock=VirtualClock())
    yield service
    service.close()


def polling(service: Service, operation: str = "PollForDecisionTask", **more: Any) -> HandPoll:
    params = {"domain": DOMAIN, "taskList": DECIDERS, "identity": "me", **more}
    return service.engine.hand_poll(operation, params)


def test_a_poll_by_hand_never_waits(service: Service) -> None:
    """Where there is no task it is answered at once, as a poll whose time is up, and is gone."""
    poll = polling(service)

    assert poll.take() == {"startedEventId": 0, "previousStartedEventId": 0}
    assert polling(service, "PollForActivityTask").take() == {"startedEventId": 0}
    assert service.engine.held_polls == 0


def test_a_poll_by_hand_takes_what_waits(service: Service) -> None:
    """A task that waits already is taken as by any poll, and by one poll only."""
    service.start("w")
    poll = polling(service)

    task = poll.take()

    assert task["workflowExecution"]["workflowId"] == "w"
    assert [event["eventId"] for event in task["events"]] == [1, 2, 3]
    assert "taskToken" not in poll.take()


def test_a_poll_ahead_is_served_by_what_makes_its_task(service: Service) -> None:
    """One transaction schedules the task and starts it for the poll that was made before."""
    poll = polling(service)
    poll.ahead()
    poll.ahead()
    held = service.engine.held_polls
    commits = service.engine.stats.commits

    service.start("w")

    assert held == 1
    assert poll.take()["startedEventId"] == 3
    assert service.engine.stats.commits == commits + 1
    assert service.engine.held_polls == 0


def test_a_step_by_hand_is_two_commits(service: Service) -> None:
    """With both polls made ahead, a step is as many transactions as it has answers."""
    decisions, work = polling(service), polling(service, "PollForActivityTask", taskList=WORKERS)
    service.start("w")
    token = decisions.take()["taskToken"]
    commits = service.engine.stats.commits

    work.ahead()
    answer = [schedule("a", taskList=WORKERS)]
    service.call("RespondDecisionTaskCompleted", taskToken=token, decisions=answer)
    decisions.ahead()
    service.call("RespondActivityTaskCompleted", taskToken=work.take()["taskToken"])

    assert service.engine.stats.commits == commits + 2
    assert decisions.take()["startedEventId"] == 9


def test_a_poll_that_was_withdrawn_takes_no_task(service: Service) -> None:
    """Taken without a task, a poll is in no line: the next task is the next poll's."""
    first, second = polling(service), polling(service)
    first.ahead()
    empty = first.take()

    service.start("w")

    assert "taskToken" not in empty
    assert second.take()["startedEventId"] == 3


def test_what_is_refused_is_told_where_it_is_taken(service: Service) -> None:
    """A domain that does not exist fails the poll that is taken, every time, and none is held."""
    poll = polling(service, domain="nowhere")
    poll.ahead()

    for _ in range(2):
        with pytest.raises(Fault, match="nowhere"):
            poll.take()

    assert service.engine.held_polls == 0


def test_a_malformed_poll_is_refused_at_once(service: Service) -> None:
    """What is no request is refused before anything is polled."""
    with pytest.raises(Fault) as refused:
        polling(service, taskList={})

    assert refused.value.code == "ValidationException"


def test_polls_that_are_released_find_nothing(service: Service) -> None:
    """Once the polls of this process were answered empty, so is the one that was made ahead."""
    poll = polling(service)
    poll.ahead()

    service.engine.release()

    assert "taskToken" not in poll.take()
    service.start("w")
    assert poll.take()["startedEventId"] == 3


def test_a_closed_engine_is_polled_no_more(service: Service) -> None:
    """A poll of an engine that was closed raises EngineError."""
    poll = polling(service)
    service.close()

    with pytest.raises(EngineError, match="closed"):
        poll.take()


def test_a_poll_ahead_is_in_line_though_another_thread_writes(service: Service) -> None:
    """Made while others have the engine at work, it is in line, or served, once `ahead` is over."""
    answering, going_on = threading.Event(), threading.Event()

    def answered(_call: Call) -> None:
        answering.set()
        assert going_on.wait(LIMIT_SECONDS)

    params = {"domain": DOMAIN, "name": "other", "version": "1"}
    call = Call("RegisterActivityType", params, done=answered)
    other = threading.Thread(target=service.engine.begin, args=[call, lambda work: work()])
    other.start()
    assert answering.wait(LIMIT_SECONDS)
    poll = polling(service)
    let_go = threading.Timer(0.01, going_on.set)
    let_go.start()

    poll.ahead()

    assert service.engine.held_polls == 1
    other.join(LIMIT_SECONDS)
    let_go.join(LIMIT_SECONDS)
    service.start("w")
    assert poll.take()["workflowExecution"]["workflowId"] == "w"


def test_who_is_interrupted_while_polling_leaves_the_work_to_others(service: Service) -> None:
    """An interrupt within a poll made ahead goes to its caller; others get the task."""
    poll = polling(service)
    kept = service.engine._writer._handlers["PollForDecisionTask"]

    def interrupted(*_: Any) -> None:
        service.engine._writer._handlers["PollForDecisionTask"] = kept
        raise KeyboardInterrupt

    service.engine._writer._handlers["PollForDecisionTask"] = interrupted
    with pytest.raises(KeyboardInterrupt):
        poll.ahead()

    service.start("w")
    assert service.decision_task()["workflowExecution"]["workflowId"] == "w"


def test_a_poll_ahead_trusts_nothing_that_an_interrupted_transaction_saw(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task that a poll took whose caller was interrupted is the next poll's, at once."""
    service.start("w")
    queue = service.engine._writer.queue
    params = {"domain": DOMAIN, "taskList": DECIDERS, "identity": "gone"}

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    def interrupt(name: str) -> None:
        if name == "commit.before":
            monkeypatch.setattr(points, "hook", None)
            raise KeyboardInterrupt

    others = [Call("PollForDecisionTask", params, done=lambda _call: None) for _ in range(2)]
    monkeypatch.setattr(points, "hook", interrupt)
    queue.add(others[0])
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with pytest.raises(KeyboardInterrupt):
            queue.wait_for(others[1], Waiter())
    for call in others:
        call.gone = True

    assert polling(service).take()["workflowExecution"]["workflowId"] == "w"


def test_no_more_polls_are_made_ahead_than_may_wait(service: Service) -> None:
    """What comes to a line that is full is refused, as any poll is."""
    service.close()
    service.options = Options(limits=Limits(pollers=1))
    service.open()
    service.furnish()
    first, second = polling(service), polling(service)
    first.take()

    first.ahead()

    with pytest.raises(Fault) as refused:
        second.take()
    assert refused.value.code == "LimitExceededFault"


def test_who_polls_ahead_is_seen(service: Service) -> None:
    """A poll that was made ahead counts among those of its task list."""
    poll = polling(service)
    poll.take()
    service.clock.advance(60)

    poll.ahead()

    [item] = service.engine.task_lists(DOMAIN)
    seen = service.clock.now().timestamp()
    assert item["pollers"] == [{"identity": "me", "lastSeen": seen, "waiting": True}]
