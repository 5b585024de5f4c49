"""Domains, their tags, and the types registered in them.

A type is deprecated where its own registration or that of its domain is: a domain that comes back
brings back the types that were not deprecated by themselves.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, cast

import attrs

from swf.engine.faults import ACTIVITY_TYPE, WORKFLOW_TYPE, unknown_domain
from swf.engine.turn import RegisteredType
from swf.wire import TypeKey, Wire

_CACHED_AT_MOST: Final = 10_000

_DOMAIN: Final = "SELECT name, description, retention, created_at, deprecated_at FROM domain"
_TYPE: Final = (
    "SELECT kind, name, version, description, defaults, created_at, deprecated_at"
    " FROM registered_type"
)
_OF_KEY: Final = "WHERE domain = ? AND kind = ? AND name = ? AND version = ?"


@attrs.frozen
class RegisteredDomain:
    """A registered domain; times are milliseconds since the epoch."""

    name: str
    description: str | None
    retention: str
    """For how many days closed executions are kept, in digits, or NONE."""
    created_at: int
    deprecated_at: int | None

    @property
    def deprecated(self) -> bool:
        """Whether the domain takes no new types and executions."""
        return self.deprecated_at is not None


@attrs.frozen
class Registration:
    """A type as it was registered; times are milliseconds since the epoch."""

    kind: str
    key: TypeKey
    description: str | None
    defaults: Wire
    created_at: int
    deprecated_at: int | None
    """When it was deprecated by itself."""


class DomainQuery(NamedTuple):
    """Which domains to list: by status, from which name on, in which direction."""

    deprecated: bool
    after: str | None = None
    reverse: bool = False


class TypeQuery(NamedTuple):
    """Which types to list. `deprecated` is about their own status: None lists those of either."""

    domain: str
    kind: str
    deprecated: bool | None
    name: str | None = None
    after: TypeKey | None = None
    reverse: bool = False


class Registry:
    """The registered domains and types of a database.

    With `caching`, what was looked up is kept in memory until `forget` or the next change: only
    the one writer may do that.
    """

    def __init__(self, connection: sqlite3.Connection, *, caching: bool = False) -> None:
        self._connection = connection
        self._caching = caching
        self._domains: dict[str, RegisteredDomain] = {}
        self._types: dict[tuple[str, str, TypeKey], RegisteredType] = {}

    def forget(self) -> None:
        """Drop what was kept in memory, as after a rollback."""
        self._domains.clear()
        self._types.clear()

    # Domains

    def domain(self, name: str) -> RegisteredDomain | None:
        """Return a domain, registered or deprecated; None where there is none of the name."""
        kept = self._domains.get(name)
        if kept is not None:
            return kept
        row = self._connection.execute(f"{_DOMAIN} WHERE name = ?", (name,)).fetchone()
        if row is None:
            return None
        found = RegisteredDomain(*row)
        if self._caching:
            self._domains[name] = found
        return found

    def domain_known(self, name: str) -> RegisteredDomain:
        """Return a domain, registered or deprecated; raise Fault where there is none."""
        found = self.domain(name)
        if found is None:
            raise unknown_domain(name)
        return found

    def add_domain(self, domain: RegisteredDomain) -> None:
        """Register a domain of a name that is free."""
        self._connection.execute(
            "INSERT INTO domain (name, description, retention, created_at, deprecated_at)"
            " VALUES (?, ?, ?, ?, ?)",
            attrs.astuple(domain),
        )

    def deprecate_domain(self, name: str, at: int | None) -> None:
        """Deprecate a domain at a moment, or register it again where that is None."""
        self._connection.execute("UPDATE domain SET deprecated_at = ? WHERE name = ?", (at, name))
        self.forget()

    def domains(self, query: DomainQuery, size: int) -> list[RegisteredDomain]:
        """Return at most `size` domains in the order of their names."""
        is_or_not = "IS NOT NULL" if query.deprecated else "IS NULL"
        index = "deprecated_domain" if query.deprecated else "registered_domain"
        before, order = ("<", "DESC") if query.reverse else (">", "ASC")
        beyond = "" if query.after is None else f"AND name {before} ?"
        rows = self._connection.execute(
            f"{_DOMAIN} INDEXED BY {index} WHERE deprecated_at {is_or_not} {beyond}"
            f" ORDER BY name {order} LIMIT ?",
            (*([] if query.after is None else [query.after]), size),
        )
        return [RegisteredDomain(*row) for row in rows]

    # Tags

    def tags(self, domain: str) -> dict[str, str]:
        """Return the tags of a domain in the order of their keys."""
        return dict(
            self._connection.execute(
                "SELECT key, value FROM domain_tag WHERE domain = ? ORDER BY key", (domain,)
            )
        )

    def tag(self, domain: str, tags: Mapping[str, str]) -> None:
        """Set tags of a domain; others stay."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO domain_tag (domain, key, value) VALUES (?, ?, ?)",
            [(domain, key, value) for key, value in tags.items()],
        )

    def untag(self, domain: str, keys: Iterable[str]) -> None:
        """Take tags off a domain; a key that it does not have is passed over."""
        self._connection.executemany(
            "DELETE FROM domain_tag WHERE domain = ? AND key = ?", [(domain, key) for key in keys]
        )

    # Types

    def workflow_type(self, domain: str, key: TypeKey) -> RegisteredType | None:
        """Return what a start needs to know of a workflow type; None where there is none."""
        return self._type(domain, WORKFLOW_TYPE, key)

    def activity_type(self, domain: str, key: TypeKey) -> RegisteredType | None:
        """Return what a task needs to know of an activity type; None where there is none."""
        return self._type(domain, ACTIVITY_TYPE, key)

    def _type(self, domain: str, kind: str, key: TypeKey) -> RegisteredType | None:
        kept = self._types.get((domain, kind, key))
        if kept is not None:
            return kept
        own = self.registration(domain, kind, key)
        if own is None:
            return None
        deprecated = own.deprecated_at is not None or self.domain_known(domain).deprecated
        found = RegisteredType(own.key, deprecated, own.defaults)
        if self._caching:
            if len(self._types) >= _CACHED_AT_MOST:
                self._types.clear()
            self._types[domain, kind, own.key] = found
        return found

    def registration(self, domain: str, kind: str, key: TypeKey) -> Registration | None:
        """Return a type as it was registered; None where there is none."""
        row = self._connection.execute(f"{_TYPE} {_OF_KEY}", (domain, kind, *key)).fetchone()
        return None if row is None else _registration(row)

    def add_type(self, domain: str, registration: Registration) -> None:
        """Register a type of a key that is free."""
        self._connection.execute(
            "INSERT INTO registered_type"
            " (domain, kind, name, version, description, defaults, created_at, deprecated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                domain,
                registration.kind,
                *registration.key,
                registration.description,
                json.dumps(registration.defaults, separators=(",", ":")),
                registration.created_at,
                registration.deprecated_at,
            ),
        )

    def deprecate_type(self, domain: str, kind: str, key: TypeKey, at: int | None) -> None:
        """Deprecate a type at a moment, or register it again where that is None."""
        self._connection.execute(
            f"UPDATE registered_type SET deprecated_at = ? {_OF_KEY}",  # noqa: S608
            (at, domain, kind, *key),
        )
        self.forget()

    def delete_type(self, domain: str, kind: str, key: TypeKey) -> None:
        """Forget a type: its key is free again."""
        self._connection.execute(
            f"DELETE FROM registered_type {_OF_KEY}",  # noqa: S608
            (domain, kind, *key),
        )
        self.forget()

    def types(self, query: TypeQuery, size: int) -> list[Registration]:
        """Return at most `size` types in the order of their names, then of their versions."""
        where = ["domain = ?", "kind = ?"]
        values: list[str | int] = [query.domain, query.kind]
        source = ""
        if query.deprecated is not None:
            source = "INDEXED BY " + ("deprecated_type" if query.deprecated else "current_type")
            where.append("deprecated_at IS " + ("NOT NULL" if query.deprecated else "NULL"))
        before, order = ("<", "DESC") if query.reverse else (">", "ASC")
        if query.name is not None:
            where.append("name = ?")
            values.append(query.name)
            if query.after is not None:
                where.append(f"version {before} ?")
                values.append(query.after.version)
        elif query.after is not None:
            where.append(f"(name, version) {before} (?, ?)")
            values.extend(query.after)
        rows = self._connection.execute(
            f"{_TYPE} {source} WHERE {' AND '.join(where)}"
            f" ORDER BY name {order}, version {order} LIMIT ?",
            (*values, size),
        )
        return [_registration(row) for row in rows]


def _registration(row: tuple[object, ...]) -> Registration:
    kind, name, version, description, defaults, created_at, deprecated_at = cast(
        "tuple[str, str, str, str | None, str, int, int | None]", row
    )
    return Registration(
        kind, TypeKey(name, version), description, json.loads(defaults), created_at, deprecated_at
    )
