"""Where a server's key pair comes from: a file or the environment, never the command line.

A command line can be read by everybody on the machine.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from configparser import ConfigParser, Error
from pathlib import Path
from typing import Final

from swf.exceptions import SettingsError
from swf.server.sigv4 import KeyPair

ID_VARIABLE: Final = "SWF_SERVER_ACCESS_KEY_ID"
SECRET_VARIABLE: Final = "SWF_SERVER_SECRET_ACCESS_KEY"  # noqa: S105

_ID: Final = "aws_access_key_id"
_SECRET: Final = "aws_secret_access_key"  # noqa: S105


def from_environment(environment: Mapping[str, str]) -> KeyPair | None:
    """Return the key pair that two variables hold; None where neither is set.

    Raises SettingsError where one of them is missing.
    """
    pair = [environment.get(name) for name in (ID_VARIABLE, SECRET_VARIABLE)]
    if not any(pair):
        return None
    if not all(pair):
        raise SettingsError(f"{ID_VARIABLE} and {SECRET_VARIABLE} belong together: set both")
    return KeyPair(pair[0] or "", pair[1] or "")


def from_file(path: Path, profile: str = "default") -> KeyPair:
    """Return the key pair of a profile in a file of AWS's form (`~/.aws/credentials`).

    Raises SettingsError where the file cannot be read, is others' to read, or holds no pair.
    """
    parser = ConfigParser(interpolation=None)
    try:
        with path.open(encoding="utf-8") as file:
            if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
                raise SettingsError(f"{path}: others may read the keys in it; run chmod 600 {path}")
            parser.read_file(file)
    except (OSError, Error, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read as a file of keys: {error}") from error
    pair = [parser.get(profile, name, fallback="").strip() for name in (_ID, _SECRET)]
    if not all(pair):
        raise SettingsError(f"{path}: must have {_ID} and {_SECRET} under [{profile}]")
    return KeyPair(*pair)
