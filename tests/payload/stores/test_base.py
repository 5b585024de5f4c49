"""What every store does, each of them asked."""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from moto_served import moto_served
from redis_server import redis_server

import swf
from swf.clock import ManualClock
from swf.exceptions import (
    NotPicklableError,
    PayloadMissingError,
    PayloadStoreError,
    PayloadTooLargeError,
    ValidationError,
)
from swf.payload import (
    ContentStore,
    FileStore,
    FsspecStore,
    MemoryStore,
    RedisStore,
    S3Store,
)

DAY = timedelta(days=1)
Make = Callable[..., ContentStore]


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    """An S3 with an empty bucket."""
    with moto_served() as url:
        yield url


@pytest.fixture(params=["memory", "file", "s3", "redis", "fsspec", "fsspec-file"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """What makes a store of each kind; two that it makes share what they keep."""
    match request.param:
        case "memory":
            first: list[MemoryStore] = []

            def memory(**options):
                store = MemoryStore(**options)
                first.append(store)
                store._kept.update(first[0]._kept)
                return store

            yield memory
        case "file":
            yield lambda **options: FileStore(tmp_path / "a" / "b", **options)
        case "fsspec":
            pytest.importorskip("fsspec")
            yield lambda **options: FsspecStore(f"memory:/{tmp_path}/", **options)
        case "fsspec-file":
            pytest.importorskip("fsspec")
            yield lambda **options: FsspecStore(f"file://{tmp_path}/c", **options)
        case "redis":
            pytest.importorskip("redis")
            with redis_server() as (url, _):
                yield lambda **options: RedisStore(f"{url}?protocol=2", **options)
        case _:
            url = request.getfixturevalue("s3_url")
            swf.settings.set(aws_access_key_id="a", aws_secret_access_key="b", region="us-east-1")
            s3 = boto3.client(
                "s3",
                endpoint_url=url,
                region_name="us-east-1",
                aws_access_key_id="a",
                aws_secret_access_key="b",
            )
            bucket = f"b{abs(hash(tmp_path))}"
            s3.create_bucket(Bucket=bucket)
            yield lambda **options: S3Store(bucket, endpoint_url=url, **options)
            s3.close()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that begins at the present: some stores ask another one when something was put."""
    return ManualClock(datetime.now(UTC))


def test_what_is_put_is_got(make: Make):
    """Any bytes come back as they were put, under the SHA-256 of them."""
    store = make()
    for data in (b"x", b"", bytes(range(256)) * 1000):
        key = store.put(data)

        assert key == hashlib.sha256(data).hexdigest()
        assert store.get(key, len(data)) == data


def test_another_store_of_the_same_place_has_it(make: Make):
    """What one process puts another one gets."""
    key = make().put(b"data")

    assert make().get(key, 4) == b"data"


def test_equal_data_is_kept_once(make: Make):
    """Putting something again changes nothing but its age."""
    store = make()

    assert store.put(b"data") == store.put(b"data")
    assert list(store.keys()) == [store.put(b"data")]


def test_no_more_is_read_than_was_said(make: Make):
    """An object that is longer than its reference says is not read to its end."""
    store = make()
    key = store.put(b"x" * 1000)

    assert len(store.get(key, 10)) == 11


@pytest.mark.parametrize("key", ["0" * 64, "../../etc/passwd", "", "x" * 64])
def test_what_is_not_there_is_missing(make: Make, key: str):
    """Nothing under a key, and what is no key at all, are one typed error that names the store."""
    store = make()
    store.put(b"data")

    with pytest.raises(PayloadMissingError, match=type(store).__name__):
        store.get(key, 4)
    store.delete(key)
    assert len(list(store.keys())) == 1


def test_what_is_deleted_is_gone(make: Make):
    """A deleted payload is missing, and deleting it once more is no error."""
    store = make()
    key, other = store.put(b"data"), store.put(b"other")

    store.delete(key)
    store.delete(key)

    assert list(store.keys()) == [other]
    with pytest.raises(PayloadMissingError):
        store.get(key, 4)


def test_there_is_a_cap(make: Make):
    """What is larger than the cap is neither put nor fetched."""
    key = make().put(b"x" * 11)
    small = make(max_bytes=10)

    with pytest.raises(PayloadTooLargeError, match=r"11.*max_bytes="):
        small.put(b"x" * 11)
    with pytest.raises(PayloadTooLargeError, match=r"11.*max_bytes="):
        small.get(key, 11)


def test_the_old_is_collected(make: Make, clock: ManualClock):
    """What was last put longer ago than said is deleted and told, nothing else."""
    store = make(clock=clock)
    assert store.collect(DAY) == []
    old = store.put(b"old")
    assert store.collect(DAY) == []

    clock.advance(2 * DAY.total_seconds())

    assert store.collect(3 * DAY) == []
    assert store.collect(DAY) == [old]
    assert store.collect(DAY) == []
    assert list(store.keys()) == []


@pytest.mark.parametrize("older_than", [timedelta(0), -DAY])
def test_nothing_would_be_left_by_no_time(make: Make, older_than: timedelta):
    """A retention that is none is refused, and nothing is collected."""
    store = make()
    store.put(b"data")

    with pytest.raises(ValidationError, match="older_than"):
        store.collect(older_than)
    assert len(list(store.keys())) == 1


def test_an_empty_store_lists_nothing(make: Make):
    """A place where nothing was put yet is no error."""
    assert list(make().keys()) == []


def test_threads_may_put_at_once(make: Make):
    """Whoever puts the same at the same time, it is there, whole."""
    store, data = make(), b"x" * 100_000
    threads = [threading.Thread(target=store.put, args=(data,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    (key,) = store.keys()
    assert store.get(key, len(data)) == data


class TestRefreshed:
    @pytest.mark.parametrize("kind", ["memory", "file", "redis"])
    def test_what_is_put_again_is_as_new(self, kind, tmp_path, clock):
        """Collection never takes what was just referred to again."""
        with redis_server() as (url, _):
            store: ContentStore = {
                "memory": lambda: MemoryStore(clock=clock),
                "file": lambda: FileStore(tmp_path, clock=clock),
                "redis": lambda: RedisStore(f"{url}?protocol=2", clock=clock),
            }[kind]()
            again, old = store.put(b"again"), store.put(b"old")
            clock.advance(2 * DAY.total_seconds())
            store.put(b"again")

            assert store.collect(DAY) == [old]
            assert list(store.keys()) == [again]


def test_every_store_but_one_goes_to_other_processes(make: Make):
    """A pickled store has what the first one has; memory cannot be shared, and says so."""
    store = make()
    key = store.put(b"data")
    if isinstance(store, MemoryStore):
        with pytest.raises(NotPicklableError, match="FileStore"):
            pickle.dumps(store)
        return

    again = pickle.loads(pickle.dumps(store))

    assert again == store
    assert again.get(key, 4) == b"data"


@pytest.mark.parametrize(
    "store",
    [
        FileStore("/dev/null/x"),
        S3Store("b", endpoint_url="http://127.0.0.1:1"),
        RedisStore("redis://127.0.0.1:1"),
        FsspecStore("nonesuch://x"),
    ],
    ids=lambda store: store.name,
)
def test_a_store_that_is_down_is_told(store: ContentStore):
    """Whatever cannot be done is one typed error with its cause, and the store's name."""
    swf.settings.set(aws_access_key_id="a", aws_secret_access_key="b", region="us-east-1")

    with pytest.raises(PayloadStoreError, match=type(store).__name__) as caught:
        store.put(b"data")
    assert caught.value.__cause__ is not None
    with pytest.raises(PayloadStoreError):
        store.get("0" * 64, 4)
