"""Events: each is published to a hub, a workflow of its own, which those who wait have told of it.

SWF knows no subscriptions. A hub is an execution that keeps them, and the events: signals come in,
signals go out. There are several, and name and key of an event say which is its own.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, NoReturn

import attrs

from swf.exceptions import UnknownResourceFault, WorkflowExecutionAlreadyStartedFault
from swf.flow import futures
from swf.flow.declaration import Ordered
from swf.flow.future import Future
from swf.flow.starting import Place, begin
from swf.flow.workflow import Workflow
from swf.models import WorkflowExecution
from swf.payload import Payloads
from swf.steps.book import Book, BookFullError, Event, Subscription
from swf.wire import epoch

logger = logging.getLogger(__name__)

HUBS: Final = 64
"""How many hubs a domain has, at most: each is started when something is first told to it."""

TOLD: Final = "swf.steps.told"
"""The name of the signals that a hub is sent."""

EVENT: Final = "swf.steps.event"
"""The name of the signals by which a hub hands an event to one who waits."""

RENEWAL: Final = timedelta(days=300)
"""How long one run of a hub may last: SWF ends every execution after a year."""

ROOM: Final = 24_000
"""Characters that a hub has for its book: SWF takes 32,768 as the input of the next run."""

ROOM_WITH_STORE: Final = 1_000_000
"""The same where longer texts go to a store."""


def hub_id(name: str, key: str) -> str:
    """Return the workflow id of the hub that an event of this name and key belongs to."""
    digest = hashlib.sha256(f"{len(name)}:{name}{key}".encode(errors="surrogatepass")).digest()
    return f"swf-events-{int.from_bytes(digest[:4]) % HUBS}"


class EventHub(Workflow):
    """Keeps events and subscriptions, and hands each event to all who wait for it.

    It is told by signals, one dict each. What is no such is logged and passed over.
    """

    name: ClassVar[str] = "swf.steps.events"
    version: ClassVar[str] = "1"
    child_policy: ClassVar[str] = "ABANDON"
    continue_as_new_at: ClassVar[int] = 5_000
    description: ClassVar[str | None] = "Hands the events of workflows of steps to who waits."

    def run(self, carried: Mapping[str, Any] | None = None) -> NoReturn:
        """Take what is told, in order, until it is time for the next run."""
        room = ROOM if self.payloads.store is None else ROOM_WITH_STORE
        self.book = Book(carried, room=room)
        self.under_way: set[Future[None]] = set()
        year = self.start_timer(RENEWAL)
        while True:
            told = self.wait_signal()
            futures.wait(told, year, return_when=futures.FIRST_COMPLETED)
            if told.done:
                self.take(told.result)
            else:
                told.cancel()
            if year.done or self.should_continue_as_new:
                break
        futures.wait(*self.under_way)  # what is not sent yet would be lost
        self.continue_as_new(self.book.as_value())

    def after_replay(self) -> None:
        """Tell how much there is in the book."""
        if hasattr(self, "book"):
            self.state = self.book.told

    def take(self, told: Any) -> None:
        """Do what a signal asks for."""
        try:
            asked = _asked(told)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            self.logger.warning("a hub of events passes over %.200r: %r", told, error)
            return
        if isinstance(asked, Subscription):
            self._subscribe(asked)
        elif isinstance(asked, Published):
            self._publish(asked)
        else:
            self.book.unsubscribe(asked)

    def _subscribe(self, wanted: Subscription) -> None:
        try:
            event = self.book.subscribe(wanted)
        except BookFullError as error:
            self.logger.warning("%s", error)
            self._send(wanted, {"refused": error.message})
        else:
            if event is not None:
                self._deliver(event, wanted)

    def _publish(self, published: Published) -> None:
        before = self.book.dropped
        event, waiting = self.book.publish(
            published.name,
            published.key,
            at=published.at,
            text=published.text,
            now=epoch(self.now()),
        )
        for one in waiting:
            self._deliver(event, one)
        if self.book.dropped > before:
            self.logger.warning(
                "a hub of events has no room for all: it keeps %d fewer for those who come later",
                self.book.dropped - before,
            )

    def _deliver(self, event: Event, wanted: Subscription) -> None:
        self._send(wanted, {"number": event.number, "text": event.text})

    def _send(self, wanted: Subscription, told: Mapping[str, Any]) -> None:
        sent = self.signal(EVENT, told, workflow_id=wanted.to, key=wanted.id)
        self.under_way.add(sent)
        sent._when_done(lambda _: self._sent(sent, wanted))

    def _sent(self, sent: Future[None], wanted: Subscription) -> None:
        self.under_way.discard(sent)
        if sent.exception is not None:  # most likely it is closed
            self.logger.info("%s is told of no event: %s", wanted.to, sent.exception)


@attrs.frozen
class Published:
    """What is told of an event."""

    name: str
    key: str
    at: float
    text: str | None


def subscription(wanted: Subscription) -> dict[str, Any]:
    """Return what a hub is told by one who waits."""
    return {"op": "subscribe", **attrs.asdict(wanted)}


def unsubscription(subscription_id: str) -> dict[str, Any]:
    """Return what a hub is told by one who waits no more."""
    return {"op": "unsubscribe", "id": subscription_id}


def _asked(told: Any) -> Subscription | Published | str:
    """Return what a signal asks for; it may be anybody's, and hold anything."""
    asked = {**told}
    op = asked.pop("op")
    if op == "unsubscribe":
        return str(asked["id"])
    if op == "subscribe":
        return Subscription(
            id=str(asked["id"]),
            to=str(asked["to"]),
            name=str(asked["name"]),
            key=str(asked["key"]),
            as_of=float(asked["as_of"]),
            after=int(asked["after"]),
        )
    if op == "publish":
        text = asked["text"]
        return Published(
            str(asked["name"]),
            str(asked["key"]),
            float(asked["at"]),
            None if text is None else str(text),
        )
    raise ValueError(f"no such op: {op!r}")


@attrs.frozen
class Hubs:
    """The hubs of a domain, as programs outside of workflows have them."""

    place: Place
    workflow: type[EventHub]

    @property
    def payloads(self) -> Payloads:
        """How what they are told travels."""
        return self.workflow.payloads

    def publish(self, name: str, key: str, data: Any, effective_date: datetime | None) -> None:
        """Tell the hub of an event, which is started if it is not (SignalWorkflowExecution)."""
        at = effective_date or self.place.connection.clock.now()
        text = None if data is None else self.payloads.plain(data)
        told = {"op": "publish", "name": name, "key": key, "at": epoch(at), "text": text}
        self.tell(hub_id(name, key), told)

    def tell(self, hub: str, told: Mapping[str, Any]) -> None:
        """Send a hub a signal."""
        execution = WorkflowExecution(self.place.domain, hub, connection=self.place.connection)
        text = self.payloads.seal(self.payloads.plain_call((told,), {}))
        try:
            execution.signal(TOLD, text)
        except UnknownResourceFault:
            self.start(hub)
            execution.signal(TOLD, text)

    def start(self, hub: str) -> None:
        """Start a hub, unless it is there (StartWorkflowExecution)."""
        try:
            begin(self.place, Ordered(self.workflow, {"workflow_id": hub}), (), {})
        except WorkflowExecutionAlreadyStartedFault:
            logger.debug("%s is there already", hub)
