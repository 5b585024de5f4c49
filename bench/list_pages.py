"""Client CPU of listing pages of 100 items into models, against boto3's own paginator.

Both ask the same server, a process of its own that answers with pages made beforehand: what is
counted is the CPU of this process (`time.process_time`) for a page, from the request to the
objects. Rounds alternate between the two sides; the figure is the median round. Both sides must
have seen the same values, or the run fails.

Left out: what SWF itself takes, and the network but the loopback.

    python bench/list_pages.py [--rounds N] [--pages N] [--json]
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any

import _sides

TARGET = 4.0
SIDES = ("boto3", "wire", "models")
TARGET_OF = "ListClosedWorkflowExecutions"
ITEMS = 100
START = 1_500_000_000.125


def execution_info(number: int) -> dict[str, Any]:
    """Return what SWF tells of a closed execution in a listing."""
    return {
        "execution": {"workflowId": f"order-{number:06}", "runId": f"22{number:04}" + "k" * 40},
        "workflowType": {"name": "process-order", "version": "2024-05"},
        "startTimestamp": START + number,
        "closeTimestamp": START + number + 60.25,
        "executionStatus": "CLOSED",
        "closeStatus": "COMPLETED",
        "cancelRequested": False,
        "tagList": ["customer=1234", f"batch={number // ITEMS}"],
    }


def domain_info(number: int) -> dict[str, Any]:
    """Return what SWF tells of a domain in a listing."""
    return {
        "name": f"domain-{number:06}",
        "status": "REGISTERED",
        "description": "Where orders are processed",
        "arn": f"arn:aws:swf:us-east-1:123456789012:/domain/domain-{number:06}",
    }


def workflow_type_info(number: int) -> dict[str, Any]:
    """Return what SWF tells of a workflow type in a listing."""
    return {
        "workflowType": {"name": f"process-order-{number:06}", "version": "2024-05"},
        "status": "REGISTERED",
        "description": "From the order to the parcel",
        "creationDate": START + number,
    }


LISTINGS: dict[str, tuple[str, Callable[[int], dict[str, Any]]]] = {
    "ListClosedWorkflowExecutions": ("executionInfos", execution_info),
    "ListDomains": ("domainInfos", domain_info),
    "ListWorkflowTypes": ("typeInfos", workflow_type_info),
}


def pages_of(operation: str, pages: int) -> list[bytes]:
    """Return the bodies of a listing's pages, each with the number of the next as its token."""
    member, info = LISTINGS[operation]
    return [
        json.dumps(
            {
                member: [info(number) for number in range(page * ITEMS, (page + 1) * ITEMS)],
                **({"nextPageToken": str(page + 1)} if page + 1 < pages else {}),
            }
        ).encode()
        for page in range(pages)
    ]


def serve(pages: int, port: Connection) -> None:
    """Answer listings until the process is ended; the port goes out through the pipe."""
    bodies = {operation: pages_of(operation, pages) for operation in LISTINGS}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 1 << 20  # head and body leave together

        def do_POST(self) -> None:
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = bodies[operation][int(asked.get("nextPageToken", "0"))]
            self.send_response_only(200)
            self.send_header("Date", self.date_time_string())
            self.send_header("x-amzn-RequestId", "a3b3b3c8-6f0e-11ee-8c99-0242ac120002")
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    port.send(server.server_address[1])
    server.serve_forever()


@contextmanager
def served(pages: int) -> Iterator[str]:
    """Yield the endpoint of a server that ends with the block."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=serve, args=(pages, there), daemon=True
    )
    server.start()
    try:
        if not here.poll(30):
            raise SystemExit("the server did not start")
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        server.terminate()
        server.join()


def params_of(operation: str) -> dict[str, Any]:
    """Return the request that asks for a listing."""
    if operation == "ListDomains":
        return {"registrationStatus": "REGISTERED", "maximumPageSize": ITEMS}
    if operation == "ListWorkflowTypes":
        return {"domain": "d", "registrationStatus": "REGISTERED", "maximumPageSize": ITEMS}
    return {"domain": "d", "startTimeFilter": {"oldestDate": START}, "maximumPageSize": ITEMS}


Listing = Callable[[], Iterable[Any]]
Row = tuple[Any, ...]


def raw_listing(client: Any, operation: str) -> Listing:
    """Return the listing by boto3's paginator: dictionaries."""
    from botocore import xform_name

    member = LISTINGS[operation][0]
    paginator = client.get_paginator(xform_name(operation))
    params = {name: value for name, value in params_of(operation).items() if "Page" not in name}
    if "startTimeFilter" in params:
        params["startTimeFilter"] = {"oldestDate": datetime.fromtimestamp(START, UTC)}

    def listing() -> Iterator[Any]:
        for page in paginator.paginate(**params, PaginationConfig={"PageSize": ITEMS}):
            yield from page[member]

    return listing


def wire_listing(connection: Any, operation: str) -> Listing:
    """Return the listing by the transport alone: dictionaries."""
    member = LISTINGS[operation][0]

    def listing() -> Iterator[Any]:
        for page in connection.pages(operation, params_of(operation)):
            yield from page[member]

    return listing


def model_listing(connection: Any, operation: str) -> Listing:
    """Return the listing by a queryset: models."""
    from swf.models import Domain
    from swf.querysets import DomainQuerySet, WorkflowExecutionQuerySet, WorkflowTypeQuerySet

    domain = Domain("d", connection=connection)
    if operation == "ListDomains":
        return lambda: DomainQuerySet(connection=connection).all()
    if operation == "ListWorkflowTypes":
        return lambda: WorkflowTypeQuerySet(domain).filter(status="REGISTERED")
    since = datetime.fromtimestamp(START, UTC)
    executions = WorkflowExecutionQuerySet(domain)
    return lambda: executions.filter(status="CLOSED", start_oldest_date=since)


def row_of_wire(operation: str, item: dict[str, Any]) -> Row:
    """Return what both sides must agree on, from a dictionary."""
    from swf.wire import moment

    if operation == "ListDomains":
        return (item["name"], item["status"], item["description"])
    if operation == "ListWorkflowTypes":
        key = item["workflowType"]
        return (key["name"], key["version"], item["status"], moment(item["creationDate"]))
    return (
        item["execution"]["workflowId"],
        item["execution"]["runId"],
        item["closeStatus"],
        moment(item["startTimestamp"]),
        moment(item["closeTimestamp"]),
        tuple(item["tagList"]),
    )


def row_of_model(operation: str, model: Any) -> Row:
    """Return what both sides must agree on, from a model."""
    if operation == "ListDomains":
        return (model.name, model.status, model.description)
    if operation == "ListWorkflowTypes":
        return (model.name, model.version, model.status, model.creation_date)
    return (
        model.workflow_id,
        model.run_id,
        model.close_status,
        model.start_timestamp,
        model.close_timestamp,
        tuple(model.tag_list),
    )


def cpu_of(listing: Listing, pages: int) -> float:
    """Return the microseconds of CPU that one page takes, each item seen and let go."""
    before = time.process_time()
    for _ in listing():
        pass
    return (time.process_time() - before) / pages * 1e6


def measure(operation: str, url: str, pages: int, rounds: int) -> dict[str, Any]:
    """Return the median CPU of a page on every side, and the ratios."""
    import boto3

    import swf

    keys = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench"}
    client = boto3.client("swf", endpoint_url=url, region_name="us-east-1", **keys)
    connection = swf.connect(url, **keys)
    sides = {
        "boto3": raw_listing(client, operation),
        "wire": wire_listing(connection, operation),
        "models": model_listing(connection, operation),
    }
    rows = [row_of_wire(operation, item) for item in sides["boto3"]()]
    assert len(rows) == pages * ITEMS
    assert rows == [row_of_wire(operation, item) for item in sides["wire"]()]
    assert rows == [row_of_model(operation, model) for model in sides["models"]()]
    del rows
    gc.collect()
    gc.freeze()  # what is loaded is not to be looked through in the rounds
    taken: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(rounds):
        for side, listing in sides.items():
            taken[side].append(cpu_of(listing, pages))
    medians = {side: statistics.median(times) for side, times in taken.items()}
    return {
        "operation": operation,
        **{f"{side}_us_per_page": round(median, 1) for side, median in medians.items()},
        "wire_ratio": round(medians["boto3"] / medians["wire"], 2),
        "models_ratio": round(medians["boto3"] / medians["models"], 2),
    }


def as_row(found: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of one listing as a row of the table of all benchmarks."""
    operation = found["operation"]
    return {
        "what": f"{operation}: CPU of a page of {ITEMS} items",
        "ours": found["models_us_per_page"],
        "peer": found["boto3_us_per_page"],
        "peer_name": "boto3",
        "ratio": found["models_ratio"],
        "unit": "us",
        "target": f">= {TARGET:g} x" if operation == TARGET_OF else None,
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; the status is 1 where the listing of executions misses the target."""
    parser = _sides.arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--pages", type=int, default=20)
    options = parser.parse_args(arguments)
    if options.quick:
        options.rounds = 3
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    with served(options.pages) as url:
        found = [measure(name, url, options.pages, options.rounds) for name in LISTINGS]
    if options.json:
        print(json.dumps([as_row(row) for row in found], indent=2))
    else:
        print("client CPU of a page of 100 items, in microseconds (median)")
        print(f"{'':32}{'boto3':>8}{'wire':>8}{'models':>8}{'boto3/models':>14}")
        for row in found:
            sides = "".join(f"{row[f'{side}_us_per_page']:8.0f}" for side in SIDES)
            print(f"{row['operation']:32}{sides}{row['models_ratio']:13.1f}x")
        print(
            f"target: {TARGET:.0f}x of {TARGET_OF}; the smaller the page, the more of its cost is"
        )
        print("signing, sending and receiving, which both sides leave to botocore")
    reached = {row["operation"]: row["models_ratio"] for row in found}
    return 0 if reached[TARGET_OF] >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
