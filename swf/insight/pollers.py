"""Who polls what, as an embedded SWF tells it; Amazon's has no operation for that."""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final
from urllib.parse import quote, urlsplit

from swf.exceptions import EngineError
from swf.transport import Transport

SECONDS: Final = 5.0
"""How long a server may take to answer."""

_SCHEMES: Final = {"http": HTTPConnection, "https": HTTPSConnection}


def task_lists(connection: Transport, domain: str) -> list[dict[str, Any]] | None:
    """Return what waits on each task list of a domain and who polls it; None where none can tell.

    Each item has `kind` (decision or activity), `taskList`, `backlog`, `oldest` (seconds since the
    epoch, or None) and `pollers`. Raises what an unknown domain raises where the SWF is in this
    process.
    """
    ask: Any = getattr(connection, "task_lists", None)
    if ask is None:
        return _served(getattr(connection, "endpoint_url", None) or "", domain)
    try:
        found: list[dict[str, Any]] = ask(domain)
    except EngineError:  # another process has the file, and may serve it
        endpoint: Any = connection
        return _served(endpoint.share().url, domain)
    return found


def answered(url: str, path: str) -> tuple[int, dict[str, str], bytes] | None:
    """Return what a server answers to a GET: status, headers, body; None where it does not.

    The names of the headers are in lower case.
    """
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or parts.hostname is None:
        return None
    connection = _SCHEMES[parts.scheme](parts.hostname, parts.port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read(10_000_000)
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
    return response.status, {name.lower(): text for name, text in response.getheaders()}, body


def _served(url: str, domain: str) -> list[dict[str, Any]] | None:
    reply = answered(url, f"/task-lists?domain={quote(domain, safe='')}")
    if reply is None or reply[0] != 200:
        return None
    try:
        found: list[dict[str, Any]] = json.loads(reply[2])["taskLists"]
    except (ValueError, LookupError, TypeError):  # another server than ours
        return None
    return found
