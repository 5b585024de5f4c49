"""Polls that are given up without the loss of a task, where a server of this package answers them.

Amazon SWF has no operation for that: there a poll that waits is waited for.
"""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

SECONDS: Final = 2
"""How long a server may take to answer."""

_AMAZON: Final = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


def may_know(url: str | None) -> bool:
    """Tell whether there may be a server of this package: Amazon's are not asked."""
    host = urlsplit(url or "").hostname
    return host is not None and not host.endswith(_AMAZON)


def released(url: str, identities: list[str], credentials: Any, region: str) -> bool:
    """Have the polls of these identities come back empty; return False where a server cannot.

    Raises BotoCoreError where nothing can sign, and where no server answers.
    """
    request = AWSRequest(
        "POST",
        f"{url.rstrip('/')}/release",
        headers={"Content-Type": "application/json"},
        data=json.dumps({"identities": identities}),
    )
    SigV4Auth(credentials, "swf", region).add_auth(request)
    session = URLLib3Session(timeout=SECONDS)
    try:
        return bool(session.send(request.prepare()).status_code == 200)
    finally:
        session.close()
