"""A boto3 client, as it is, that talks to an engine in this process."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

import attrs

from swf.constants import DEFAULT_REGION
from swf.engine import Engine
from swf.exceptions import ValidationTypeError
from swf.fault import Fault
from swf.shapes import OPERATIONS, SHAPES
from swf.wire import moment

_EVENT: Final = "before-call.swf"


@attrs.frozen
class _Http:
    """What botocore asks of a response that it need not parse."""

    status_code: int


def attach(target: Any, engine: Engine) -> None:
    """Have all SWF calls of a boto3 client or session answered by an engine in this process.

    Of a session, those of the clients that it makes from then on. Nothing is sent and nothing is
    signed: no credentials are needed, and any region will do. Raises ValidationTypeError for what
    is no client and no session.
    """
    events = getattr(getattr(target, "meta", None), "events", None)
    events = events or getattr(target, "events", None)
    register = getattr(events or target, "register", None)
    if register is None:
        raise ValidationTypeError(
            f"attach: target: must be a client or a session of boto3, got {target!r:.80}"
        )

    def answer(
        model: Any, params: Mapping[str, Any], context: Mapping[str, Any], **_: Any
    ) -> tuple[_Http, dict[str, Any]]:
        region = context.get("client_region") or DEFAULT_REGION
        return _answered(engine, model.name, params["body"], region)

    register(_EVENT, answer)


def _answered(
    engine: Engine, operation: str, body: bytes | str, region: str
) -> tuple[_Http, dict[str, Any]]:
    """Return status and reply as botocore would have parsed them."""
    try:
        reply = engine.handle(operation, json.loads(body), region=region)
    except Fault as fault:
        error = {"Code": fault.code, "Message": fault.message}
        answer = {"Error": error, "message": fault.message}
        return _Http(fault.status), {**answer, **_metadata(fault.status)}
    output = OPERATIONS[operation]["output"]
    parsed = {} if output is None else _with_times(output, reply)
    return _Http(200), {**parsed, **_metadata(200)}


def _metadata(status: int) -> dict[str, Any]:
    told = {
        "RequestId": str(uuid.uuid4()),
        "HTTPStatusCode": status,
        "HTTPHeaders": {},
        "RetryAttempts": 0,
    }
    return {"ResponseMetadata": told}


def _with_times(shape: str, value: Any) -> Any:
    """Return a value of this shape with its times as datetimes, as botocore's clients expect."""
    if not _has_times(shape):
        return value
    described = SHAPES[shape]
    if described["type"] == "list":
        return [_with_times(described["member"], item) for item in value]
    if described["type"] == "structure":
        members = described["members"]
        return {name: _with_times(members[name], item) for name, item in value.items()}
    return _local(value)


def _local(value: float) -> datetime:
    return moment(value).astimezone()


@cache
def _has_times(shape: str) -> bool:
    described = SHAPES[shape]
    if described["type"] == "structure":
        return any(map(_has_times, described["members"].values()))
    if described["type"] == "list":
        return _has_times(described["member"])
    return described["type"] == "timestamp"
