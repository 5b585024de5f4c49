"""What waits on task lists, told and inferred."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shops import Shop

from swf.clock import ManualClock
from swf.exceptions import DomainDoesNotExist
from swf.insight import backlogs
from swf.insight.backlogs import Backlog, Backlogs, Poller, backlogs_of
from swf.insight.stuck import FRESH_SECONDS
from swf.models import Domain
from swf.models.decision import ScheduleActivityTask
from swf.wire import Count


def started(shop: Shop, *names: str) -> None:
    for name in names:
        shop.order(Domain("d", connection=shop.unheard)).start_execution(name)


def told(shop: Shop) -> Backlogs:
    return backlogs_of(Domain("d", connection=shop.unheard))


def inferred(shop: Shop) -> Backlogs:
    """Return what is known of an SWF that does not tell who polls, as Amazon's does not."""
    return backlogs_of(Domain("d", connection=shop.connection))


def poll(shop: Shop, kind: str, identity: str) -> str:
    params = {"domain": "d", "taskList": {"name": "t"}, "identity": identity}
    token: str = shop.unheard.call(f"PollFor{kind}Task", params).get("taskToken", "")
    return token


def schedule(shop: Shop) -> None:
    """Have the decider schedule an activity."""
    decision = ScheduleActivityTask(("charge", "1"), "a")
    params = {"taskToken": poll(shop, "Decision", "decider-1"), "decisions": [decision.to_wire()]}
    shop.unheard.call("RespondDecisionTaskCompleted", params)


def test_an_empty_domain_has_no_backlogs(shop: Shop) -> None:
    """Where nothing waits and nobody polls, there is nothing to tell."""
    assert told(shop) == Backlogs(())
    assert inferred(shop) == Backlogs((), 0)


def test_an_unknown_domain_is_no_empty_one(shop: Shop) -> None:
    """A domain that is not there is an error, whether the SWF tells or not."""
    for connection in (shop.unheard, shop.connection):
        with pytest.raises(DomainDoesNotExist):
            backlogs_of(Domain("nope", connection=connection))


def test_the_embedded_swf_tells_what_waits_and_who_polls(
    shop: Shop, swf_clock: ManualClock
) -> None:
    """Backlog, the age of the oldest task, and pollers are those that the SWF knows of."""
    begun = swf_clock.now()
    poll(shop, "Activity", "worker-1")
    started(shop, "a")
    swf_clock.advance(5)
    started(shop, "b")

    activities, decisions = told(shop).each

    assert decisions == Backlog("decision", "t", Count(2), begun)
    assert activities == Backlog(
        "activity", "t", Count(0), None, (Poller("worker-1", begun, waits=False),)
    )
    assert told(shop).task_lists == [("t", decisions, activities)]


def test_pollers_are_inferred_from_who_took_tasks(shop: Shop, swf_clock: ManualClock) -> None:
    """Where the SWF does not tell, those are known that took tasks of open executions."""
    started(shop, "a", "b")
    swf_clock.advance(1)
    schedule(shop)
    seen_at = swf_clock.now()
    poll(shop, "Activity", "worker-1")
    swf_clock.advance(9)

    found = inferred(shop)

    activities, decisions = found.each
    assert found.inferred_from == 2
    assert decisions.pollers == (Poller("decider-1", seen_at),)
    assert decisions.tasks == 1
    assert decisions.oldest == seen_at - timedelta(seconds=1)
    assert activities.pollers == (Poller("worker-1", seen_at),)
    assert (activities.tasks, activities.oldest) == (0, None)
    assert not decisions.is_told


def test_a_task_that_timed_out_waits_no_more(shop: Shop, swf_clock: ManualClock) -> None:
    """What ended without being taken is not the oldest that waits."""
    connection = shop.unheard
    domain = Domain("d", connection=connection)
    domain.activities().create("late", "1")
    started(shop, "a")
    decision = ScheduleActivityTask(
        ("late", "1"),
        "a",
        task_list="elsewhere",
        schedule_to_start_timeout=10,
        schedule_to_close_timeout=20,
        start_to_close_timeout=20,
        heartbeat_timeout="NONE",
    )
    params = {"taskToken": poll(shop, "Decision", ""), "decisions": [decision.to_wire()]}
    connection.call("RespondDecisionTaskCompleted", params)
    swf_clock.advance(11)

    found = {(one.task_list, one.kind): one for one in inferred(shop).each}

    assert found["elsewhere", "activity"].oldest is None
    assert found["t", "decision"].oldest == swf_clock.now() - timedelta(seconds=1)
    assert [one.identity for one in found["t", "decision"].pollers] == [""]


def test_inferring_has_a_price_with_an_end(shop: Shop) -> None:
    """However many executions are open, so many histories are looked at, and counts asked for."""
    started(shop, *(f"w{index}" for index in range(backlogs.EXECUTIONS + 5)))
    shop.connection.calls.clear()

    assert inferred(shop).inferred_from == backlogs.EXECUTIONS

    asked = [operation for operation, _ in shop.connection.calls]
    assert asked.count("GetWorkflowExecutionHistory") == backlogs.EXECUTIONS
    assert len(asked) <= backlogs.EXECUTIONS + 2 + 2 * backlogs.LISTS


def test_a_list_is_abandoned_where_tasks_wait_and_nobody_polls(
    shop: Shop, swf_clock: ManualClock
) -> None:
    """It is told since when: since somebody was last seen, or else since the oldest task waits."""
    begun = swf_clock.now()
    started(shop, "a")
    assert told(shop).each[0].abandoned_since(begun) == begun
    token = poll(shop, "Decision", "decider-1")
    started(shop, "b")
    assert token
    assert told(shop).each[0].abandoned_since(swf_clock.now()) is None
    swf_clock.advance(FRESH_SECONDS)
    assert told(shop).each[0].abandoned_since(swf_clock.now()) == begun


def test_a_list_without_tasks_is_not_abandoned(swf_clock: ManualClock) -> None:
    """Where nothing waits, nobody is missed."""
    assert Backlog("decision", "t", Count(0)).abandoned_since(swf_clock.now()) is None


def test_a_poll_that_is_held_attends_a_list(swf_clock: ManualClock) -> None:
    """Who waits for a task polls, however long ago that began."""
    poller = Poller("p", swf_clock.now() - timedelta(days=1), waits=True)
    backlog = Backlog("decision", "t", Count(1), swf_clock.now(), (poller,))

    assert backlog.abandoned_since(swf_clock.now()) is None


def test_nobody_is_missed_at_once_where_pollers_are_inferred(swf_clock: ManualClock) -> None:
    """A task that came just now may be taken at once: only one that waits proves something."""
    now = swf_clock.now()
    backlog = Backlog("decision", "t", Count(1), now, is_told=False)

    assert backlog.abandoned_since(now) is None
    later = now + timedelta(seconds=backlogs.PATIENCE_SECONDS)
    assert backlog.abandoned_since(later) == now
    unknown = Backlog("decision", "t", Count(1), None, is_told=False)
    assert unknown.abandoned_since(later) is None
