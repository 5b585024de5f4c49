"""What is particular to fsspec."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from swf.exceptions import PayloadStoreError
from swf.payload import FsspecStore


def test_options_are_those_of_the_file_system(tmp_path: Path):
    """What a file system has to be told is told to it, and not shown."""
    pytest.importorskip("fsspec")
    store = FsspecStore(f"file://{tmp_path}/a/b", {"auto_mkdir": True})

    key = store.put(b"data")

    assert (tmp_path / "a" / "b" / key).read_bytes() == b"data"
    assert "auto_mkdir" not in repr(store)
    assert hash(store) == hash(FsspecStore(f"file://{tmp_path}/a/b", {"auto_mkdir": True}))


def test_what_vanishes_meanwhile_is_not_told(tmp_path: Path):
    """A payload that another collector took first is not among what was deleted."""
    pytest.importorskip("fsspec")
    store = FsspecStore(f"file://{tmp_path}")

    assert store._delete_older("0" * 64, datetime.now(UTC)) is False


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    """Where fsspec is not installed the error names the extra."""
    monkeypatch.setitem(sys.modules, "fsspec.core", None)

    with pytest.raises(PayloadStoreError, match=r"swf\[fsspec\]"):
        FsspecStore("memory://x").put(b"x")
