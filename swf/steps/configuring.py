"""Where a host finds its SWF: by what it was given, by the settings, or in its own memory."""

from __future__ import annotations

import uuid
from typing import Any, Final

import attrs

from swf import settings
from swf.steps.errors import StepsError, StepsTypeError
from swf.transport import Transport, connect

WHAT: Final = (
    'give the URL of an endpoint ("sqlite:///workflows.db", "https://swf.eu-west-1.amazonaws.com")'
    " or a connection, swf.connect(…)"
)


@attrs.frozen
class Reached:
    """A connection, and whose it is: `is_own` is one that was made here, and is closed here.

    `is_kept` tells whether closing it loses nothing.
    """

    connection: Transport
    is_own: bool
    is_kept: bool


def reached(**given: Any) -> Reached:
    """Return the connection that was given, by whatever argument, as URL or as such.

    Without any it is that of the settings' `endpoint_url`, and without that an SWF in memory that
    is this host's alone. Raises StepsTypeError for what is neither, and StepsError for two that
    differ; both name the arguments and say what to give.
    """
    told = {name: _checked(name, value) for name, value in given.items() if value is not None}
    if len({id(one) if isinstance(one, Transport) else one for one in told.values()}) > 1:
        raise StepsError(
            f"configure_workflow_host: {' and '.join(told)} are not the same: storage, queues and"
            f" locks are all one SWF here; {WHAT}, once"
        )
    found = next(iter(told.values()), None) or settings.get().get("endpoint_url")
    if isinstance(found, Transport):
        return Reached(found, is_own=False, is_kept=True)
    if found is None:
        own = f"memory://steps-{uuid.uuid4().hex[:12]}"
        return Reached(connect(own), is_own=True, is_kept=False)
    return Reached(connect(found), is_own=True, is_kept=not found.lower().startswith("memory:"))


def _checked(name: str, value: object) -> str | Transport:
    if isinstance(value, Transport):
        return value
    if not isinstance(value, str):
        raise StepsTypeError(
            f"configure_workflow_host: {name}: storage, queues and locks are an SWF here, embedded"
            f" or Amazon's; {WHAT}, got {value!r:.80}"
        )
    if "://" not in value:
        raise StepsError(f"configure_workflow_host: {name}: {value!r} is no URL; {WHAT}")
    return value
