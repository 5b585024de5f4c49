"""How an engine of this process is opened to others."""

from __future__ import annotations

import json
import os
import stat
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from swf.engine import Options, opened
from swf.exceptions import DatabaseLockedError
from swf.server.sharing import share
from swf.testing import embedded

DOMAIN = {"name": "d", "workflowExecutionRetentionPeriodInDays": "1"}


def told(path: Path) -> dict[str, object]:
    """Return what the lock file beside a database says."""
    found: dict[str, object] = json.loads(path.with_name(f"{path.name}.lock").read_text())
    return found


def signing(address):
    """A boto3 client that signs as the address says."""
    return boto3.client(
        "swf",
        endpoint_url=address.url,
        region_name="eu-west-1",
        aws_access_key_id=address.access_key,
        aws_secret_access_key=address.secret_key,
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_an_engine_is_served_once(tmp_path):
    """However often it is shared, there is one address, with keys that are its own."""
    first, other = share("memory://a"), share("memory://b")

    assert share("memory://a") == first
    assert first.url.startswith("http://127.0.0.1:")
    assert other.url != first.url
    assert other.access_key != first.access_key
    assert other.secret_key != first.secret_key
    assert len(first.secret_key) >= 40


def test_only_who_has_the_keys_is_answered():
    """Others on this machine who find the port do nothing there."""
    opened("memory://").handle("RegisterDomain", DOMAIN)
    address = share("memory://")

    assert signing(address).describe_domain(name="d")["domainInfo"]["name"] == "d"
    with pytest.raises(ClientError, match="InvalidSignatureException"):
        signing(address._replace(secret_key="wrong")).describe_domain(name="d")
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        signing(address._replace(access_key="wrong")).describe_domain(name="d")
    given_up = urllib.request.Request(
        f"{address.url}/release", b'{"identities": []}', {"Content-Type": "application/json"}
    )
    for asked in (f"{address.url}/task-lists?domain=d", given_up):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(asked, timeout=10)
        assert 400 <= caught.value.code < 500
        caught.value.close()


def test_the_lock_file_tells_the_owner_of_the_file_alone(tmp_path):
    """Address and keys stand in the lock file, which nobody else can read."""
    path = tmp_path / "swf.db"
    address = share(f"sqlite:///{path}")

    assert told(path) == {
        "pid": os.getpid(),
        "address": address.url,
        "access_key": address.access_key,
        "secret_key": address.secret_key,
    }
    mode = path.with_name("swf.db.lock").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_it_is_served_until_it_is_closed(tmp_path):
    """Once the engine is closed nobody listens, and the keys are in no file any more."""
    url = f"sqlite:///{tmp_path}/swf.db"
    address = share(url)
    client = signing(address)
    opened(url).handle("RegisterDomain", DOMAIN)
    assert client.describe_domain(name="d")

    opened(url).close()

    with pytest.raises(EndpointConnectionError):
        client.describe_domain(name="d")
    assert (tmp_path / "swf.db.lock").read_text() == ""
    again = share(url)
    assert again.secret_key != address.secret_key
    assert signing(again).describe_domain(name="d")


def test_what_others_own_cannot_be_shared(tmp_path):
    """A file that another engine has open is not served a second time."""
    url = f"sqlite:///{tmp_path}/swf.db"
    with embedded(url, options=Options(poll_seconds=0)) as engine:
        assert share(url).url
        assert opened(url) is engine
    opened(url)
    child = os.fork()
    if not child:
        status = 1
        try:
            share(url)
        except DatabaseLockedError:
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
