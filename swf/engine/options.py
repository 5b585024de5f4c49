"""How an engine is set up: by arguments, or by the query of its URL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs

from swf.engine.turn import Limits
from swf.exceptions import SettingsError


def _one_of(*words: str) -> Any:
    def check(_instance: Any, attribute: attrs.Attribute[str], value: str) -> None:
        if value not in words:
            raise SettingsError(
                f"{attribute.name}: must be one of {', '.join(words)}, got {value!r}"
            )

    return check


def _not_negative(_instance: Any, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0 <= value <= 3_600:
        raise SettingsError(f"{attribute.name}: must be from 0 to 3600 seconds, got {value!r}")


def _count(_instance: Any, attribute: attrs.Attribute[int], value: int) -> None:
    if value < 0:
        raise SettingsError(f"{attribute.name}: must not be negative, got {value!r}")


@attrs.frozen(kw_only=True)
class Options:
    """How an engine is set up.

    `durability` is what an acknowledged call survives: "full" the loss of power, "normal" the death
    of the process only (power loss may then take the last commits, never part of one).
    `poll_seconds` is how long a poll without a task is held. `functions_at_start` says what becomes
    of Lambda tasks that were running when the engine stopped: "retry", as soon as their function is
    registered, or "fail". `downtime_grace` gives tasks that are held elsewhere the time that the
    engine was down. `cached_executions` is how many states are kept in memory.
    `clock` is "system", or, in memory only, "virtual": time stands still, but where
    `swf.virtual_clock.VirtualClock` is told to skip; polls are held until there is a task, then,
    unless `poll_seconds` is 0.
    """

    durability: str = attrs.field(default="full", validator=_one_of("full", "normal"))
    poll_seconds: float = attrs.field(default=50.0, validator=_not_negative)
    functions_at_start: str = attrs.field(default="retry", validator=_one_of("retry", "fail"))
    downtime_grace: bool = True
    cached_executions: int = attrs.field(default=1_000, validator=_count)
    clock: str = attrs.field(default="system", validator=_one_of("system", "virtual"))
    limits: Limits = attrs.field(factory=Limits)


_BY_QUERY: Final[dict[str, Callable[[str], Any]]] = {
    "durability": str,
    "poll_seconds": float,
    "functions_at_start": str,
    "downtime_grace": lambda text: {"true": True, "false": False}[text.lower()],
    "cached_executions": int,
    "clock": str,
}


@attrs.frozen
class Place:
    """Where an engine keeps its data, and how it is set up there.

    `path` is None for a database in memory; `name` tells places of one process apart.
    """

    path: Path | None
    name: str
    options: Options

    @classmethod
    def of(cls, url: str, options: Options | None = None) -> Place:
        """Return the place that a URL names; its query goes before the options given.

        `sqlite:///relative.db` and `sqlite:////absolute.db` are files, `memory://` and
        `memory://name` are kept nowhere. Raises SettingsError for a URL that names no place and for
        a query that is no option.
        """
        parts = urlsplit(url)
        if any(character < " " for character in url) or "\0" in unquote(parts.path):
            # Some would be dropped, and another file be meant.
            raise SettingsError(f"endpoint_url {url!r}: must have no control characters")
        if parts.fragment:
            raise SettingsError(f"endpoint_url {url!r}: nothing may follow a '#'")
        set_up = _with_query(url, parts.query, options or Options())
        if parts.scheme == "memory":
            return cls(None, f"memory://{parts.netloc}{parts.path}", set_up)
        if parts.scheme != "sqlite" or parts.netloc or len(parts.path) < 2:
            raise SettingsError(
                f"endpoint_url {url!r}: must be sqlite:///relative.db, sqlite:////absolute.db"
                " or memory://"
            )
        if set_up.clock == "virtual":  # a file outlives a clock that begins anew each time
            raise SettingsError(f"endpoint_url {url!r}: clock=virtual goes with memory:// only")
        path = Path(unquote(parts.path[1:])).expanduser().resolve()
        if path.name == ":memory:":  # SQLite's word; as a file it would keep what nobody means to
            raise SettingsError(f"endpoint_url {url!r}: a database in memory is memory://")
        return cls(path, f"sqlite:///{path}", set_up)


def _with_query(url: str, query: str, options: Options) -> Options:
    changes: dict[str, Any] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        if name not in _BY_QUERY:
            raise SettingsError(
                f"endpoint_url {url!r}: {name!r} is no option; there are {', '.join(_BY_QUERY)}"
            )
        try:
            changes[name] = _BY_QUERY[name](text)
        except (ValueError, KeyError) as error:
            raise SettingsError(f"endpoint_url {url!r}: {name} cannot be {text!r}") from error
    return attrs.evolve(options, **changes)
