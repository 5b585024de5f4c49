"""A store wherever fsspec has a file system for: clouds, SSH, WebDAV and more."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any, ClassVar

import attrs

from swf.exceptions import PayloadStoreError
from swf.payload.stores.base import ContentStore, is_key


@attrs.frozen
class FsspecStore(ContentStore):
    """Keeps payloads in the directory at `url`, such as `gs://bucket/payloads`; extra `fsspec`.

    `options` are those of the file system. Its time of an object's last change is the object's age.
    """

    name: ClassVar[str] = "fsspec"

    url: str
    options: Mapping[str, Any] = attrs.field(factory=dict[str, Any], repr=False, hash=False)

    def _write(self, key: str, data: bytes) -> None:
        files, root = self._files
        files.makedirs(root, exist_ok=True)
        # By another name first: a write that is cut short is none.
        unfinished = f"{root}/unfinished-{uuid.uuid4().hex}"
        files.pipe_file(unfinished, data)
        files.mv(unfinished, f"{root}/{key}")

    def _read(self, key: str, most: int) -> bytes | None:
        files, root = self._files
        try:
            data: bytes = files.cat_file(f"{root}/{key}", start=0, end=most)
        except FileNotFoundError:
            return None
        return data

    def _keys(self) -> Iterator[str]:
        files, root = self._files
        files.invalidate_cache(root)
        names: list[str] = files.ls(root, detail=False) if files.exists(root) else []
        return iter(sorted(filter(is_key, (name.rpartition("/")[2] for name in names))))

    def _delete(self, key: str) -> None:
        files, root = self._files
        try:
            files.rm_file(f"{root}/{key}")
        except FileNotFoundError:
            return

    def _delete_older(self, key: str, moment: datetime) -> bool:
        files, root = self._files
        try:
            if files.modified(f"{root}/{key}") >= moment:
                return False
            files.rm_file(f"{root}/{key}")
        except FileNotFoundError:
            return False
        return True

    @property
    def _files(self) -> tuple[Any, str]:
        """The file system, which fsspec keeps for each process, and the path in it."""
        try:
            core = import_module("fsspec.core")
        except ImportError as error:
            raise PayloadStoreError(
                "FsspecStore needs fsspec: pip install 'swf[fsspec]'"
            ) from error
        files, root = core.url_to_fs(self.url, **self.options)
        return files, root.rstrip("/")
