"""How long executions usually take, as far as pages remember."""

from __future__ import annotations

from datetime import timedelta

from shops import Shop

from swf.clock import ManualClock
from swf.exceptions import AccessDeniedFault
from swf.models import Domain, WorkflowExecution
from swf.models.decision import CompleteWorkflowExecution
from swf.transport import Transport
from swf.web.usuals import FRESH, Usuals

LISTED = "ListClosedWorkflowExecutions"


class Timed(Transport):
    """Passes calls on, and lives by the clock of a test."""

    def __init__(self, shop: Shop, clock: ManualClock) -> None:
        self.shop = shop
        self._clock = clock

    @property
    def clock(self) -> ManualClock:
        return self._clock

    def send(self, operation: str, params: object) -> dict[str, object]:
        found: dict[str, object] = self.shop.connection.send(operation, params)  # type: ignore[arg-type]
        return found


def heard(shop: Shop, clock: ManualClock, name: str) -> WorkflowExecution:
    """Return an execution that is described over the connection that is overheard."""
    run_id = shop.start(name).run_id
    connection = Timed(shop, clock)
    named = WorkflowExecution(
        Domain("d", connection=connection), name, run_id, connection=connection
    )
    return named.upstream()


def asked(shop: Shop) -> int:
    return shop.connection.operations().count(LISTED)


def test_swf_is_asked_once_in_a_minute(shop: Shop, swf_clock: ManualClock) -> None:
    """Until then what it said is true; after that there may be other runs."""
    usuals = Usuals()
    shop.start("before")
    shop.decide(CompleteWorkflowExecution())
    own = heard(shop, swf_clock, "own")
    first = usuals.of(own)
    again = usuals.of(own)
    before = asked(shop)
    swf_clock.advance(FRESH / timedelta(seconds=1))
    usuals.of(own)

    assert first is again
    assert first is not None
    assert first.count == 1
    assert (before, asked(shop)) == (1, 2)


def test_a_refusal_is_remembered_too(shop: Shop, swf_clock: ManualClock) -> None:
    """Who may not list executions is not asked to, again and again."""
    usuals = Usuals()
    own = heard(shop, swf_clock, "own")
    shop.troubled(**{LISTED: AccessDeniedFault("no")})

    assert usuals.of(own) is None
    assert usuals.of(own) is None
    assert asked(shop) == 1


def test_what_was_asked_longest_ago_is_forgotten(shop: Shop, swf_clock: ManualClock) -> None:
    """So many executions are remembered, and no more."""
    usuals = Usuals(most=2)
    executions = [heard(shop, swf_clock, f"w-{number}") for number in range(3)]
    for execution in executions:
        usuals.of(execution)
    usuals.of(executions[2])
    before = asked(shop)
    usuals.of(executions[0])

    assert (before, asked(shop)) == (3, 4)
