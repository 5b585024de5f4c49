"""The lines of waiting polls."""

from __future__ import annotations

from collections import OrderedDict

from swf.engine.call import Call
from swf.engine.waiting import Waiting

LINE = ("decision_task", "d", "l")
OTHER = ("decision_task", "d", "m")


def polls(count: int, identity: str = "") -> list[Call]:
    params = {"identity": identity} if identity else {}
    return [Call("PollForDecisionTask", params, done=lambda _: None) for _ in range(count)]


def waiting_with(*calls: Call, line=LINE, expires_at=100) -> Waiting:
    waiting = Waiting()
    for call in calls:
        waiting.add(call, line, expires_at)
    return waiting


def test_first_come_first_served():
    """Polls leave a line in the order in which they came."""
    calls = polls(3)
    waiting = waiting_with(*calls)

    assert [waiting.take(LINE) for _ in range(4)] == [*calls, None]
    assert len(waiting) == 0


def test_lines_are_apart():
    """A poll of another line is not taken."""
    [call] = polls(1)
    waiting = waiting_with(call)

    assert waiting.take(OTHER) is None
    assert waiting.length(LINE) == 1


def test_a_withdrawn_poll_is_passed_over():
    """Who has gone is served no more, and the next one is."""
    first, second = polls(2)
    waiting = waiting_with(first, second)

    assert waiting.withdraw(first)
    assert not waiting.withdraw(first)
    assert waiting.take(LINE) is second


def test_a_poll_that_says_it_has_gone_is_not_taken():
    """A poll marked as gone is dropped where it would be its turn."""
    first, second = polls(2)
    waiting = waiting_with(first, second)
    first.gone = True

    assert waiting.take(LINE) is second


def test_who_is_put_back_is_first_again():
    """A poll whose task was taken back loses no place."""
    first, second = polls(2)
    waiting = waiting_with(first, second)

    taken = waiting.take(LINE)
    assert taken is first
    waiting.put_back(first)

    assert [waiting.take(LINE), waiting.take(LINE)] == [first, second]


def test_who_has_gone_is_not_put_back():
    """A poll that went while it had a task does not wait again."""
    [call] = polls(1)
    waiting = waiting_with(call)
    waiting.take(LINE)
    call.gone = True

    waiting.put_back(call)

    assert len(waiting) == 0


def test_expiry():
    """Polls end when they have waited long enough, and not before."""
    first, second, third = polls(3)
    waiting = waiting_with(first, expires_at=100)
    waiting.add(second, OTHER, 150)
    waiting.add(third, LINE, 200)

    assert waiting.next_expiry == 100
    assert waiting.expired(99) == []
    assert waiting.expired(150) == [first, second]
    assert waiting.next_expiry == 200
    assert waiting.expired(200) == [third]
    assert waiting.next_expiry is None


def test_a_call_that_never_waited_cannot_be_withdrawn():
    """Withdrawing what is in no line changes nothing, and says so."""
    [call] = polls(1)

    assert not Waiting().withdraw(call)


def test_pollers_are_remembered():
    """Who polled is told by domain, with the time of the latest poll and whether one waits."""
    [call] = polls(1, "me")
    waiting = waiting_with(call)
    waiting.saw(LINE, "me", 5)
    waiting.saw(LINE, "you", 6)
    waiting.saw(LINE, "me", 7)
    waiting.saw(("decision_task", "elsewhere", "l"), "me", 8)

    assert waiting.pollers("d") == [(LINE, "you", 6), (LINE, "me", 7)]
    assert waiting.holds(LINE, "me")
    assert not waiting.holds(LINE, "you")


def test_pollers_are_not_remembered_without_end():
    """Ten thousand pollers are known by name; the one silent for longest is forgotten first."""
    waiting = Waiting()
    for number in range(10_001):
        waiting.saw(LINE, str(number), number)

    known = waiting.pollers("d")

    assert len(known) == 10_000
    assert known[0] == (LINE, "1", 1)


def test_a_poll_that_is_half_withdrawn_ends_for_nobody_else():
    """Who withdraws takes the poll from its line first; from then on it does not expire."""
    [call] = polls(1)
    waiting = waiting_with(call, expires_at=5)
    waiting._lines[LINE].clear()  # as `withdraw` does, to be interrupted then
    waiting._tidy()

    assert waiting.expired(10) == []
    assert len(waiting) == 0


class Shrinking(OrderedDict):
    """Polls of which the first is withdrawn at the moment at which it is looked for."""

    def __iter__(self):
        found = super().__iter__()
        if len(self) > 1:
            self.popitem(last=False)
        return found


def test_polls_are_withdrawn_while_others_look_for_the_first():
    """Who looks for the first poll finds the next where the first goes at that moment."""
    first, second = polls(2)
    waiting = waiting_with(first, second)
    waiting._expiring = Shrinking(waiting._expiring)
    waiting._lines[LINE] = Shrinking(waiting._lines[LINE])

    assert waiting.take(LINE) is second
    assert waiting.next_expiry is not None
