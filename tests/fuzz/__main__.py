"""`make fuzz`: so many requests, from seed FROM on; what fails is repeated by its seed alone."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser

from fuzz.running import REQUESTS, FuzzFailure, Tally, fuzz, resident_bytes
from fuzz.sockets import bombarded


def main() -> int:
    """Send the requests, tell how they fare, and return the exit status."""
    parser = ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--from", dest="first", type=int, default=0, metavar="SEED")
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--connections", type=int, default=20_000)
    given = parser.parse_args()
    seeds = range(given.first, given.first - (-given.requests // REQUESTS))
    began = time.monotonic()
    total = Tally()

    def tell(seed: int, tally: Tally) -> None:
        total.add(tally)
        told = f"{total.door} at the door, {total.http} over HTTP, {resident_bytes() >> 20} MB"
        spent = time.monotonic() - began
        print(f"seed {seed} went well: {told}, {spent:.0f} s (go on: FROM={seed + 1})", flush=True)

    try:
        fuzz(seeds, tell)
        statuses, grown = bombarded(given.first, given.connections)
    except FuzzFailure as failure:
        print(failure, file=sys.stderr)
        return 1
    for counted in (total.outcomes, total.replies, total.events, statuses):
        print(", ".join(f"{name} {number}" for name, number in counted.most_common()))
    print(f"raw bytes: {given.connections} connections, the server grew by {grown >> 10} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
