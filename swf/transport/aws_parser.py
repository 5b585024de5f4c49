"""botocore's response parser, replaced where all it does is to copy the JSON of the reply."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.parsers import JSONParser, ResponseParserError


class WireParser(JSONParser):
    """Returns the reply of SWF as its JSON says it; errors are left to botocore.

    botocore walks every reply along the service's model, to turn times into datetimes: some twenty
    times the cost of reading the JSON.
    """

    def parse(self, response: Mapping[str, Any], shape: Any) -> dict[str, Any]:
        """Return the reply, with botocore's metadata in it.

        Raises ResponseParserError where the reply is not a JSON object.
        """
        status = response["status_code"]
        if status >= 300:
            parsed: dict[str, Any] = super().parse(response, shape)
            return parsed
        body = response["body"]
        try:
            reply = json.loads(body) if body else {}
        except ValueError as error:
            raise ResponseParserError(f"the reply is not JSON: {body[:80]!r}") from error
        if not isinstance(reply, dict):
            raise ResponseParserError(f"the reply is not a JSON object: {body[:80]!r}")
        metadata = {"HTTPStatusCode": status, "HTTPHeaders": response["headers"]}
        request_id = response["headers"].get("x-amzn-RequestId")
        if request_id is not None:
            metadata["RequestId"] = request_id
        reply["ResponseMetadata"] = metadata
        return reply


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
