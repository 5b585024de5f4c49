"""What is particular to Redis."""

from __future__ import annotations

import sys
from datetime import timedelta

import pytest
from redis_server import redis_server

from swf.clock import ManualClock
from swf.exceptions import PayloadStoreError
from swf.payload import RedisStore

DAY = timedelta(days=1)


def test_what_is_put_during_the_collection_stays():
    """A payload that is referred to again while it is being collected is not taken."""
    pytest.importorskip("redis")
    clock = ManualClock()
    with redis_server() as (url, kept):
        store = RedisStore(f"{url}?protocol=2", clock=clock)
        key = store.put(b"data")
        clock.advance(2 * DAY.total_seconds())
        kept.before_exec.append(lambda: kept.do_zadd(b"swf-payloads:put", b"9e12", key.encode()))

        assert store.collect(DAY) == []
        assert kept.before_exec == []
        assert store.get(key, 4) == b"data"


def test_what_vanishes_meanwhile_is_not_told():
    """A payload that another collector took first is not among what was deleted."""
    pytest.importorskip("redis")
    with redis_server() as (url, _):
        store = RedisStore(f"{url}?protocol=2")

        assert store._delete_older("0" * 64, store.clock.now()) is False


def test_the_url_is_not_shown():
    """The password in it is in no message."""
    assert "secret" not in repr(RedisStore("redis://:secret@host"))


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    """Where redis is not installed the error names the extra."""
    monkeypatch.setitem(sys.modules, "redis", None)

    with pytest.raises(PayloadStoreError, match=r"swf\[redis\]"):
        RedisStore("redis://nowhere").put(b"x")
