"""How a connection is made: explicitly by `connect`, or by the settings alone."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from swf import settings
from swf.transport.aws import AwsTransport
from swf.transport.base import Transport
from swf.transport.recipe import recipe
from swf.transport.schemes import factory_for, register_scheme

if TYPE_CHECKING:
    import boto3
    import botocore.session
    from botocore.client import BaseClient
    from botocore.config import Config

register_scheme("https", AwsTransport)
register_scheme("http", AwsTransport)


def connect(
    endpoint_url: str | None = None,
    *,
    region: str | None = None,
    profile: str | None = None,
    session: boto3.Session | botocore.session.Session | None = None,
    client: BaseClient | None = None,
    config: Config | None = None,
    aws_access_key_id: str | None = None,
    aws_secret_access_key: str | None = None,
    aws_session_token: str | None = None,
) -> Transport:
    """Return a connection to the SWF behind `endpoint_url`, to AWS itself without one.

    The settings in effect fill in what is not given. Nothing is sent, and boto3 is not imported,
    before the first call. `config` is a botocore Config that goes over this package's own;
    `session` brings its own credentials, `client` everything. Raises SettingsError for an endpoint
    that nothing serves and for arguments that contradict each other, ValidationTypeError for a
    client, session or config that is none, CredentialsError for half of a key pair.
    """
    made_from = recipe(
        endpoint_url=endpoint_url,
        region=region,
        profile=profile,
        session=session,
        client=client,
        config=config,
        aws_access_key_id=aws_access_key_id,
        aws_secret_access_key=aws_secret_access_key,
        aws_session_token=aws_session_token,
    )
    return factory_for(made_from.endpoint_url)(made_from)


_lock = threading.Lock()
# Nobody else holds it while the process forks, so the child finds it free.
os.register_at_fork(
    before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
)
_default: tuple[int, Transport] | None = None


def use_by_default(connection: Transport) -> None:
    """Make a connection the default one, until the settings are changed."""
    global _default  # noqa: PLW0603
    with _lock:
        _default = (settings.generation(), connection)


def default_connection() -> Transport:
    """Return the connection that the settings describe, the same one until they are set anew.

    One that failed for want of settings or of credentials is made anew too: what was written into
    a file since is in effect.
    """
    global _default  # noqa: PLW0603
    current = _default
    if current is not None and current[0] == settings.generation() and current[1].usable:
        return current[1]
    with _lock:
        # Read first: what is set while the connection is being made makes it outdated.
        generation = settings.generation()
        if _default is None or _default[0] != generation or not _default[1].usable:
            _default = (generation, connect())
        return _default[1]
