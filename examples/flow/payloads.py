"""Send any value, of any size, readable to nobody else: classes, a store, encryption.

Prints `Order(number=7, total=Decimal('12.50'), day=datetime.date(2024, 2, 29))` and
`50000 characters went by the store; the history tells nothing`.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from decimal import Decimal

import attrs

from swf.flow import Workflow, activity
from swf.payload import Compress, Encrypt, FileStore, KeyRing, Payloads
from swf.testing import flow


@attrs.frozen
class Order:
    """A value of the program's own: named in a signature, it is known on the way."""

    number: int
    total: Decimal
    day: dt.date


@activity
def receive(order: Order) -> Order:
    """Return the same."""
    return order


class Ordering(Workflow):
    """Plain values, as they are by default."""

    def run(self) -> Order:
        """Return an order that has been on its way."""
        order = Order(7, Decimal("12.50"), dt.date(2024, 2, 29))
        return self.submit(receive, order).result


SECRETS = Payloads(
    codecs=(Compress(), Encrypt(KeyRing("2024", {"2024": b"0" * 32}))),
    store=FileStore(tempfile.mkdtemp(prefix="swf-payloads-")),
    limit=1_000,
)


@activity(payloads=SECRETS)
def lengthen(text: str, times: int) -> str:
    """Return a text that no history has room for."""
    return "".join(f"{text}{number:04}" for number in range(times))


class Secret(Workflow):
    """Encrypted, and what is long in a store of files."""

    payloads = SECRETS

    def run(self, text: str) -> str:
        """Return how long a text has become."""
        long = self.submit(lengthen, text, 5_000).result
        return f"{len(long)} characters went by the store"


def main() -> None:
    """Run both."""
    with flow() as stage:
        print(stage.run(Ordering))
        handle = stage.start(Secret, "secret")
        told = handle.result()
        hidden = "secret" not in handle.history.to_json()
        print(f"{told}; the history tells {'nothing' if hidden else 'all'}")


if __name__ == "__main__":
    main()
