"""Where credentials, region, endpoint and domain come from, and which source each came from.

Per key the first source that tells it decides: an argument, `set()` (or `override()`), the
environment, the file `~/.swf`, and last what boto3 finds by itself. The key pair with its session
token is one unit: it comes from one source, whole; a profile that a source names stands for the
pair. So does boto3's own `AWS_PROFILE`, for the environment: it is left to boto3, and no keys are
looked for in the file. Nothing is read at import; the environment and the file are read when a
connection is made. No connection uses `domain`: it is kept for programs and command lines, which
read it as `get().get("domain")`.

The file, every section and every key of it optional:

    [credentials]
    aws_access_key_id = …
    aws_secret_access_key = …
    aws_session_token = …

    [defaults]
    region = …
    domain = …
    endpoint_url = …
    profile = …
"""

from __future__ import annotations

import configparser
import io
import itertools
import os
import stat
import sys
import threading
import warnings
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TextIO, TypedDict, Unpack
from urllib.parse import urlsplit

import attrs

from swf.exceptions import (
    CredentialsError,
    SettingsError,
    ValidationTypeError,
)
from swf.exceptions import SettingsWarning as SettingsWarning  # noqa: PLC0414 (offered here too)
from swf.exceptions import UnknownSettingError as UnknownSettingError  # noqa: PLC0414
from swf.hosts import is_loop_back
from swf.wire import sendable


class Values(TypedDict, total=False):
    """Every key there is; None, like a key that is left out, tells nothing."""

    aws_access_key_id: str | None
    aws_secret_access_key: str | None
    aws_session_token: str | None
    region: str | None
    profile: str | None
    endpoint_url: str | None
    domain: str | None


CREDENTIALS: Final = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
"""The keys that are one unit."""

KEYS: Final = tuple(Values.__annotations__)
"""Every key there is."""

_SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "credentials": CREDENTIALS,
    "defaults": ("region", "domain", "endpoint_url", "profile"),
}

_VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "aws_access_key_id": ("AWS_ACCESS_KEY_ID",),
    "aws_secret_access_key": ("AWS_SECRET_ACCESS_KEY",),
    "aws_session_token": ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
    "region": ("AWS_DEFAULT_REGION", "AWS_REGION", "region"),
    "profile": ("SWF_PROFILE",),
    "endpoint_url": ("SWF_ENDPOINT_URL", "AWS_ENDPOINT_URL_SWF", "AWS_ENDPOINT_URL"),
    "domain": ("SWF_DOMAIN",),
}
"""The environment variables of each key, the first that is set decides."""

_PROFILES_OF_BOTO3: Final = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")
"""Which profile boto3 takes by itself, the first that is set decides."""


@attrs.frozen
class Setting:
    """One value in effect, and the source that it came from."""

    value: str
    origin: str
    secret: bool = False

    @property
    def shown(self) -> str:
        """The value as it may be printed: of a secret, at most its last four characters."""
        if not self.secret:
            return self.value
        return f"****{self.value[-4:]}" if len(self.value) >= 16 else "****"

    def __repr__(self) -> str:
        return f"Setting({self.shown!r}, origin={self.origin!r})"

    def __rich_repr__(self) -> Iterator[Any]:
        yield self.shown
        yield "origin", self.origin


@attrs.frozen
class _Source:
    """What one source tells: the values found, and for each where exactly."""

    name: str
    values: Mapping[str, str]
    variables: Mapping[str, str] = attrs.field(factory=dict)
    profile_first: bool = False
    """Whether a profile named by this source goes before its key pair."""
    boto3_profile: bool = False
    """Whether a profile is named here that boto3 finds by itself."""

    @property
    def names_profile(self) -> bool:
        return self.boto3_profile or "profile" in self.values

    def setting(self, key: str) -> Setting:
        origin = self.variables.get(key, self.name)
        return Setting(self.values[key], origin, secret=key in CREDENTIALS)

    def credentials(self) -> Mapping[str, Setting] | None:
        """Return the unit, {} where a profile stands for it, None where nothing is told.

        Raises CredentialsError where half of the unit is told.
        """
        found = [key for key in CREDENTIALS if key in self.values]
        if "profile" in self.values and (self.profile_first or not found):
            return {}
        if found == ["aws_session_token"] and self.variables:
            # What a shell has left over from keys that are gone: by itself it is good for nothing.
            _warn(f"{self.variables['aws_session_token']} is passed over: it has no keys beside it")
            found = []
        if not found:
            return {} if self.boto3_profile else None
        missing = [key for key in CREDENTIALS[:2] if key not in self.values]
        if missing:
            raise CredentialsError(
                f"{self.name} tells {' and '.join(found)} but not {' and '.join(missing)}; "
                "a key pair comes from one source, whole"
            )
        return {key: self.setting(key) for key in found}


_lock = threading.RLock()
_set: dict[str, str] = {}
_overrides: list[Mapping[str, str]] = []
_generations = itertools.count(1)
_generation = 0

# Nobody else holds it while the process forks, so the child finds it free. What was registered
# later is taken earlier: the lock under which a default connection is made goes before this one,
# as it does where that connection reads the settings.
os.register_at_fork(
    before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
)


def generation() -> int:
    """Return a number that is another one after each `set()`, `override()` and `clear()`."""
    return _generation


def _changed() -> None:
    global _generation  # noqa: PLW0603
    _generation = next(_generations)


def set(**values: Unpack[Values]) -> None:  # noqa: A001
    """Put the values given in effect, at once; None leaves a key as it is.

    Connections that were made explicitly keep what they were made with; the default one is made
    anew. Of credentials the later ones count: a key id or a secret that replaces another one drops
    the rest of its unit, and a profile drops the keys set before it. Raises SettingsError, naming
    it, for an unknown key.
    """
    given = _given(values)
    with _lock:
        if "profile" in given or any(key in given and key in _set for key in CREDENTIALS[:2]):
            for key in CREDENTIALS:
                _set.pop(key, None)
        _set.update(given)
        _changed()


@contextmanager
def override(**values: Unpack[Values]) -> Generator[None]:
    """Put the values given in effect, for every thread, until the block ends.

    They go before what `set()` tells, inside the block too; the innermost block goes first.
    """
    layer = _given(values)
    with _lock:
        _overrides.append(layer)
        _changed()
    try:
        yield
    finally:
        with _lock:
            # By identity: another thread may have opened an equal block meanwhile.
            _overrides[:] = [one for one in _overrides if one is not layer]
            _changed()


def clear() -> None:
    """Forget what `set()` and `override()` told; the environment and the file remain."""
    with _lock:
        _set.clear()
        _overrides.clear()
        _changed()


def get(path: str | os.PathLike[str] = ".swf") -> dict[str, str]:
    """Return the values in effect, merged key by key; keys that no source tells are absent.

    `path` is the settings file, relative to the home directory. What boto3 finds by itself is not
    among them. Raises SettingsError for a file that cannot be understood and CredentialsError for
    half of a key pair.
    """
    return {key: one.value for key, one in resolve(path=path).items()}


def resolve(
    *, path: str | os.PathLike[str] = ".swf", **arguments: Unpack[Values]
) -> dict[str, Setting]:
    """Return each value in effect with its origin; the arguments go before every other source.

    Raises SettingsError for a file that cannot be understood and CredentialsError for half of a
    key pair.
    """
    return _merged([_Source("argument", _given(arguments)), *_standing_sources(path)])


def _standing_sources(path: str | os.PathLike[str]) -> list[_Source]:
    with _lock:
        told = [_Source("settings.override()", dict(layer)) for layer in reversed(_overrides)]
        told.append(_Source("settings.set()", dict(_set)))
    variables = _variables_in_effect()
    environment = _Source(
        "the environment",
        {key: os.environ[variable] for key, variable in variables.items()},
        {key: f"environment variable {variable}" for key, variable in variables.items()},
        profile_first=True,
        boto3_profile=profile_of_boto3() is not None,
    )
    home = _in_home(path)
    found = {} if home is None else from_file(home)
    return [*told, environment, _Source(str(home or path), found)]


def _merged(sources: list[_Source]) -> dict[str, Setting]:
    merged: dict[str, Setting] = {}
    for source in sources:
        unit = source.credentials()
        if unit is not None:
            merged.update(unit)
            break
    profiled = next((source for source in sources if source.names_profile), None)
    if profiled is not None and "profile" in profiled.values:
        merged["profile"] = profiled.setting("profile")
    for key in ("region", "endpoint_url", "domain"):
        teller = next((source for source in sources if key in source.values), None)
        if teller is not None:
            merged[key] = teller.setting(key)
    return merged


def from_env() -> dict[str, str]:
    """Return what the environment tells, {} where it tells nothing."""
    return {key: os.environ[variable] for key, variable in _variables_in_effect().items()}


def profile_of_boto3() -> str | None:
    """Return the profile that the environment names to boto3; None where it names none."""
    named = (os.environ.get(variable) for variable in _PROFILES_OF_BOTO3)
    return next(filter(None, named), None)


def _variables_in_effect() -> dict[str, str]:
    """Return for each key the variable that tells it; an empty variable tells nothing."""
    ignored = os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true"
    return {
        key: variable
        for key, variables in _VARIABLES.items()
        for variable in reversed(variables)
        if os.environ.get(variable) and not (ignored and variable.startswith("AWS_ENDPOINT_URL"))
    }


def from_home(path: str | os.PathLike[str] = ".swf") -> dict[str, str]:
    """Return what the file tells, as `from_file` does; `path` is relative to the home directory."""
    home = _in_home(path)
    return {} if home is None else from_file(home)


def _in_home(path: str | os.PathLike[str]) -> Path | None:
    path = _path(path)
    try:
        return Path.home() / path
    except RuntimeError:  # there is no home directory, and so no file in it
        return None


def _path(path: str | os.PathLike[str]) -> Path:
    try:
        return Path(path)
    except TypeError:
        raise ValidationTypeError(f"path: must be a str or a path, got {path!r}") from None


def from_file(path: str | os.PathLike[str]) -> dict[str, str]:
    """Return what the file tells, {} where there is none.

    A file that cannot be read, or that holds secrets and can be read by others, is warned of
    (SettingsWarning). Raises SettingsError, with path and line, for one that cannot be understood.
    """
    path = _path(path)
    try:
        with path.open(encoding="utf-8-sig") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            text = stream.read()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        _warn(f"{path} is passed over: {error.strerror or error}")
        return {}
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 text (byte {error.start})") from None
    except ValueError as error:  # a path that no file can have
        raise SettingsError(f"path {str(path)!r}: {error}") from None
    found = _parsed(text, str(path))
    if mode & (stat.S_IRGRP | stat.S_IROTH) and any(key in found for key in CREDENTIALS):
        _warn(f"{path} holds credentials and can be read by others: chmod 600 {path}")
    return found


def from_stream(stream: TextIO) -> dict[str, str]:
    """Return what the text tells, as `from_file` does; the stream is read to its end.

    Raises SettingsError for a text that cannot be understood, ValidationTypeError for bytes.
    """
    text = stream.read()
    if not isinstance(text, str):
        raise ValidationTypeError(f"stream: must be a stream of text, got {stream!r}")
    return _parsed(text, str(getattr(stream, "name", "settings")))


def _parsed(text: str, name: str) -> dict[str, str]:
    # No default section: what others write into it would turn up in every section.
    parser = configparser.RawConfigParser(default_section="", strict=True)
    try:
        parser.read_file(io.StringIO(text), name)
    except configparser.Error as error:
        # Its own message quotes the line, which may be a secret.
        raise SettingsError(f"{name}, line {_line(error)}: {_complaint(error)}") from None
    found: dict[str, str] = {}
    for section in parser.sections():
        known = _SECTIONS.get(section)
        if known is None:
            sections = " and ".join(f"[{one}]" for one in _SECTIONS)
            raise SettingsError(f"{name}: unknown section [{section}]; known are {sections}")
        for key, value in parser.items(section):
            if key not in known:
                raise SettingsError(
                    f"{name}: unknown key {key!r} in [{section}]; known are {', '.join(known)}"
                )
            if "\n" in value:
                raise SettingsError(f"{name}: the line after {key!r} in [{section}] is indented")
            if value:
                found[key] = value
    return found


def _line(error: configparser.Error) -> int | str:
    if isinstance(error, configparser.MissingSectionHeaderError):
        return error.lineno
    if isinstance(error, configparser.ParsingError):
        return error.errors[0][0]
    return getattr(error, "lineno", None) or "?"


def _complaint(error: configparser.Error) -> str:
    if isinstance(error, configparser.DuplicateSectionError):
        return f"section [{error.section}] is there twice"
    if isinstance(error, configparser.DuplicateOptionError):
        return f"key {error.option!r} is there twice"
    if isinstance(error, configparser.MissingSectionHeaderError):
        return "a section header ([credentials] or [defaults]) comes first"
    return "not of the form `key = value`"


def _warn(message: str) -> None:
    """Warn of the line, outside this package, that asked for the settings."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and _is_own(frame.f_globals.get("__name__", "")):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, SettingsWarning, stacklevel=level)


def _is_own(module: str) -> bool:
    return f"{module}.".startswith("swf.")


def _given(values: Mapping[str, object]) -> dict[str, str]:
    """Return what is not None, refusing keys and types that are not settings."""
    unknown = values.keys() - KEYS
    if unknown:
        names = ", ".join(map(repr, sorted(unknown)))
        raise UnknownSettingError(f"unknown setting {names}; known are {', '.join(KEYS)}")
    given: dict[str, str] = {}
    for key, value in values.items():
        if value is None:
            continue
        if not isinstance(value, str) or not value:
            shown = type(value).__name__ if key in CREDENTIALS else repr(value)
            raise SettingsError(f"{key}: must be a non-empty str, got {shown}")
        if not sendable(value):
            raise SettingsError(f"{key}: must be valid Unicode")
        given[key] = value
    return given


def is_loopback(endpoint_url: str | None) -> bool:
    """Tell whether the URL leads to this very machine: 127.0.0.0/8, ::1 or localhost."""
    try:
        host = urlsplit(endpoint_url).hostname if endpoint_url else None
    except ValueError:  # nothing that is a URL
        return False
    return host is not None and (host.endswith(".localhost") or is_loop_back(host))
