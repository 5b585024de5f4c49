"""botocore's response parser, replaced where all it does is to copy the JSON of the reply."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import orjson
from botocore.exceptions import IncompleteReadError
from botocore.parsers import JSONParser, ResponseParserError

_TITLE: Final = re.compile(rb"<title>([^<]{1,200})</title>", re.IGNORECASE)


class UnreadableReplyError(ResponseParserError):
    """A reply without error that is not a JSON object; `request_id` is of its header."""

    def __init__(self, message: str, request_id: str | None) -> None:
        super().__init__(message)
        self.request_id = request_id


class WireParser(JSONParser):
    """Returns the reply of SWF as its JSON says it; errors are left to botocore.

    botocore walks every reply along the service's model, to turn times into datetimes: some twenty
    times the cost of reading the JSON.
    """

    def parse(self, response: Mapping[str, Any], shape: Any) -> dict[str, Any]:
        """Return the reply, or the error in botocore's form, with botocore's metadata in it.

        Raises UnreadableReplyError where the reply is not a JSON object, IncompleteReadError where
        it was cut short.
        """
        status, body, headers = response["status_code"], response["body"], response["headers"]
        _check_whole(body, headers)
        request_id = headers.get("x-amzn-RequestId")
        found = _object(body)
        if status >= 300 and found is not None:
            try:
                parsed: dict[str, Any] = super().parse(response, shape)
                if isinstance(parsed.get("Error", {}).get("Code", ""), str):
                    return parsed
            except (AttributeError, TypeError, ValueError):
                pass
            found = None  # an object, and none by which SWF tells an error
        if found is None:
            # Not SWF's own words, but those of something on the way to it.
            said = f"not in the words of SWF: {_gist(body)}"
            if status < 300:
                said = f"the reply is not a JSON object: {_gist(body)}"
                raise UnreadableReplyError(said, request_id)
            found = {"Error": {"Code": str(status), "Message": f"HTTP {status}, {said}"}}
        metadata = {"HTTPStatusCode": status, "HTTPHeaders": headers}
        if request_id is not None:
            metadata["RequestId"] = request_id
        found["ResponseMetadata"] = metadata
        return found


def _gist(body: bytes) -> str:
    """Return what a person may want to read of a body: of a page, its title."""
    title = _TITLE.search(body)
    if title is not None:
        return f"a page titled {title[1].decode(errors='replace').strip()!r}"
    return repr(body[:80])


def _object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in a body, {} for no body, None for anything else."""
    try:
        found = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError:
        found = _leniently(body)
    return found if isinstance(found, dict) else None


def _leniently(body: bytes) -> Any:
    """Return what Python's own reader makes of a body, None where that reads nothing either.

    It takes half a surrogate pair, which is in what some program has cut without a look.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _check_whole(body: bytes, headers: Mapping[str, str]) -> None:
    """Raise IncompleteReadError where a body is shorter than it was to be."""
    length = headers.get("Content-Length", "")
    if not length.isdecimal() or headers.get("Content-Encoding", "identity") != "identity":
        return  # nothing was said of the length, or not of the length of what was packed
    if len(body) < int(length):
        raise IncompleteReadError(actual_bytes=len(body), expected_bytes=int(length))


class WireParserFactory:
    """A `response_parser_factory` that gives WireParser for SWF's protocol, else what was there."""

    def __init__(self, replaced: Any) -> None:
        self._replaced = replaced
        self._parser = WireParser()

    def create_parser(self, protocol_name: str) -> Any:
        """Return the parser of a protocol, by botocore's name of it."""
        if protocol_name == "json":
            return self._parser
        return self._replaced.create_parser(protocol_name)

    def set_parser_defaults(self, **defaults: Any) -> None:
        """Hand boto3's wishes on to the factory that was there."""
        self._replaced.set_parser_defaults(**defaults)
