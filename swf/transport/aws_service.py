"""Clients of other services of AWS, made as those of SWF are: by the settings in effect."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

from botocore.config import Config

from swf import settings
from swf.constants import DEFAULT_REGION
from swf.transport.aws_client import CONNECT_SECONDS, MAX_POOL_CONNECTIONS, session_of
from swf.transport.recipe import recipe


def service_client(
    service: str, *, region: str | None = None, endpoint_url: str | None = None
) -> Any:
    """Return boto3's low-level client of a service, the same one until the settings are changed.

    Credentials, profile and region are those of the settings; their endpoint is SWF's alone.
    """
    return _client(service, region, endpoint_url, settings.generation(), os.getpid())


@lru_cache(maxsize=16)
def _client(
    service: str, region: str | None, endpoint_url: str | None, _generation: int, _pid: int
) -> Any:
    made_from = recipe(region=region)
    session: Any = session_of(made_from)
    return session.create_client(
        service,
        region_name=made_from.region or session.get_config_variable("region") or DEFAULT_REGION,
        endpoint_url=endpoint_url,
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            max_pool_connections=MAX_POOL_CONNECTIONS,
            retries={"mode": "standard", "total_max_attempts": 3},
        ),
        **made_from.credentials,
    )
