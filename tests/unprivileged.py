"""Doing things as a user whom the modes of files stop, even where the tests run as root."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65_534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Have no more rights than a stranger while the block runs; no change where one has none."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def directory_of_nobody(mode: int = 0o755) -> Iterator[Path]:
    """Make a directory of this mode that `as_nobody` reaches and owns; it is removed again."""
    directory = Path(tempfile.mkdtemp())
    try:
        if os.geteuid() == 0:
            os.chown(directory, NOBODY, NOBODY)
        directory.chmod(mode)
        yield directory
    finally:
        directory.chmod(0o755)
        shutil.rmtree(directory)
