"""What all querysets have in common: laziness, paging, slices, order."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from heapq import merge
from itertools import chain, islice, repeat
from typing import Any, ClassVar, Self

import attrs

from swf.constants import MAX_PAGE_SIZE
from swf.core import ConnectedSWFObject
from swf.exceptions import (
    DoesNotExistError,
    FieldError,
    MultipleObjectsReturned,
    ValidationError,
    ValidationTypeError,
)
from swf.nearest import nearest
from swf.querysets.listlike import ListLike, M
from swf.transport import Transport
from swf.wire import Count, Wire


@attrs.frozen
class Listing:
    """One List operation to be read page by page, and the Count operation that goes with it."""

    operation: str
    params: Mapping[str, Any]
    items: str
    count: str | None = None


@attrs.frozen(eq=False, repr=False)
class QuerySet(ListLike[M], ConnectedSWFObject):
    """A lazy, immutable set of models: nothing is sent before it is read.

    `filter`, `reverse`, slices and the like return a narrower queryset. Every reading asks SWF anew
    and holds one page at a time (where two listings are merged, also the ids of the first), so what
    is read is what SWF says now; keep a `list(…)` to keep an answer. There is no `len()`, which
    would read all pages unseen: `count()` says what it costs.
    """

    model: ClassVar[type[Any]]
    DoesNotExist: ClassVar[type[DoesNotExistError]]
    MultipleObjectsReturned: ClassVar[type[MultipleObjectsReturned]] = MultipleObjectsReturned
    _lookups: ClassVar[tuple[str, ...]]
    _orderings: ClassVar[tuple[str, ...]]

    _connection: Transport | None = attrs.field(default=None, kw_only=True, alias="connection")
    _where: Mapping[str, Any] = attrs.field(factory=dict, init=False, kw_only=True)
    _reversed: bool = attrs.field(default=False, init=False, kw_only=True)
    _start: int = attrs.field(default=0, init=False, kw_only=True)
    _stop: int | None = attrs.field(default=None, init=False, kw_only=True)
    _page_size: int | None = attrs.field(default=None, init=False, kw_only=True)
    _none: bool = attrs.field(default=False, init=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse what is no connection."""
        _check_connection(type(self).__name__, self._connection)

    # What a queryset class says of itself.

    @abstractmethod
    def _listings(self) -> list[Listing]:
        """Return the listings that together hold everything the filters let through."""

    @abstractmethod
    def _model(self, item: Wire) -> M:
        """Return the model of one listed item."""

    @abstractmethod
    def _order(self, item: Wire) -> Any:
        """Return what the listings are ordered by, to merge several."""

    def _identity(self, item: Wire) -> Any:
        """Return what an item is known by, so that one listed twice is given once."""
        return self._order(item)

    def _predicate(self) -> Callable[[Wire], bool] | None:
        """Return what is decided here, item by item; None where there is nothing to decide."""
        return None

    def _exact(self) -> bool:
        """Return whether the listings hold nothing but what the filters let through."""
        return self._predicate() is None

    def _but(self, **changes: Any) -> Self:
        """Return a queryset that is like this one but for these fields."""
        changed = copy(self)
        for name, value in changes.items():
            object.__setattr__(changed, name, value)
        return changed

    # Narrowing.

    def none(self) -> Self:
        """Return the queryset that holds nothing and asks nothing."""
        return self._but(_none=True)

    def all(self) -> Self:
        """Return the queryset itself, as it is lazy and never changes."""
        return self

    def _filtered(self, lookups: Mapping[str, Any]) -> Self:
        """Return the queryset of what passes its filters and these: none where they contradict."""
        self._before_slicing("filter")
        where, nothing = dict(self._where), self._none
        for name, value in lookups.items():
            where[name] = value if name not in where else self._both(name, where[name], value)
            nothing = nothing or where[name] is None
        return self.none() if nothing else self._but(_where=where)

    def _both(self, name: str, one: Any, other: Any) -> Any:
        """Return the value of a lookup that was given twice; None where nothing passes both."""
        if name == "status":
            return tuple(word for word in one if word in other) or None
        return one if one == other else None

    @property
    def _is_slice(self) -> bool:
        return bool(self._start) or self._stop is not None

    def _before_slicing(self, what: str) -> None:
        if self._is_slice:
            raise ValidationError(f"{type(self).__name__}: {what} before slicing, not after")

    def reverse(self) -> Self:
        """Return the queryset in the opposite order."""
        self._before_slicing("reverse")
        return self._but(_reversed=not self._reversed)

    def order_by(self, field: str) -> Self:
        """Return the queryset in the order of `field`, descending where it begins with '-'.

        SWF knows one order of each listing; raises FieldError for any other, and names those known.
        """
        self._before_slicing("order_by")
        known = tuple(chain.from_iterable((name, f"-{name}") for name in self._orderings))
        if field not in known:
            raise FieldError(
                f"{type(self).__name__}.order_by: no order by {field!r}; "
                f"SWF knows {', '.join(known)}"
            )
        return self._ordered(field.lstrip("-"), descending=field.startswith("-"))

    def _ordered(self, field: str, *, descending: bool) -> Self:  # noqa: ARG002
        return self._but(_reversed=descending)

    def page_size(self, size: int) -> Self:
        """Return the queryset that asks for `size` objects a page, which may be 1 to 1,000.

        Raises ValidationError for any other number, ValidationTypeError for what is none.
        """
        if isinstance(size, bool) or not isinstance(size, int):
            raise ValidationTypeError(f"page_size: must be an int, got {size!r}")
        if not 1 <= size <= MAX_PAGE_SIZE:
            raise ValidationError(f"page_size: must be from 1 to {MAX_PAGE_SIZE}, got {size}")
        return self._but(_page_size=size)

    def using(self, connection: Transport) -> Self:
        """Return the queryset that asks over another connection."""
        _check_connection(f"{type(self).__name__}.using", connection)
        return self._but(_connection=connection)

    # Reading.

    def pages(self) -> Iterator[list[M]]:
        """Yield lists of models as SWF cuts its pages, each asked for when it is needed.

        Several listings are read one after another, so a slice has no pages.
        """
        self._before_slicing("pages")
        keep = self._predicate()
        for listing in self._asked():
            for page in self.connection.pages(listing.operation, self._paged(listing)):
                items: Iterable[Wire] = page[listing.items]
                yield [self._model(item) for item in items if keep is None or keep(item)]

    def __iter__(self) -> Iterator[M]:
        return map(self._model, islice(self._items(), self._start, self._stop))

    iterator = __iter__

    def _items(self) -> Iterator[Wire]:
        listings = [self._listed(listing) for listing in self._asked()]
        items = listings[0] if len(listings) == 1 else self._merged(listings)
        keep = self._predicate()
        return items if keep is None else filter(keep, items)

    def _asked(self) -> list[Listing]:
        return [] if self._none else self._listings()

    def _listed(self, listing: Listing) -> Iterator[Wire]:
        params, keep = self._paged(listing), self._predicate()
        pages = self.connection.pages(listing.operation, params)
        if keep is not None and self._exact() and "maximumPageSize" in params:
            first = next(pages)
            if not all(map(keep, first[listing.items])):
                # This server does not filter. It may not page either, so all it has is asked for.
                del params["maximumPageSize"]
                pages = self.connection.pages(listing.operation, params)
            else:
                pages = chain((first,), pages)
        for page in pages:
            yield from page[listing.items]

    def _merged(self, listings: list[Iterator[Wire]]) -> Iterator[Wire]:
        """Yield the items of several listings in their common order, each once.

        An item that moves on in between (an execution that closes) may be listed again by a later
        listing, never by an earlier one: so those of the last need not be remembered. Where both
        have several pages it may also be missed, as two listings are no snapshot.
        """
        seen: set[Any] = set()
        last = len(listings) - 1
        marked = [zip(listing, repeat(at == last)) for at, listing in enumerate(listings)]
        order = self._order
        for item, of_last in merge(
            *marked, key=lambda pair: order(pair[0]), reverse=self._descending()
        ):
            known = self._identity(item)
            if not of_last:
                seen.add(known)
            elif known in seen:
                continue
            yield item

    def _descending(self) -> bool:
        return self._reversed

    def _paged(self, listing: Listing) -> dict[str, Any]:
        params = dict(listing.params)
        size = self._page_size
        if size is None and self._stop is not None and self._exact():
            size = min(max(self._stop, 1), MAX_PAGE_SIZE)
        if size is not None:
            params["maximumPageSize"] = size
        if self._reversed:
            params["reverseOrder"] = True
        return params

    def count(self) -> Count:
        """Return how many there are.

        Asks the Count operation where SWF has one for these filters, else reads all pages. SWF
        stops counting at a limit of its own: then the number is `truncated`.
        """
        listings = self._asked()
        if self._is_slice or not self._exact() or any(one.count is None for one in listings):
            return Count(sum(1 for _ in islice(self._items(), self._start, self._stop)))
        total, truncated = 0, False
        for listing in listings:
            reply = self.connection.call(str(listing.count), listing.params)
            total += reply["count"]
            truncated = truncated or reply.get("truncated", False)
        return Count(total, truncated=truncated)

    def exists(self) -> bool:
        """Return whether there is at least one; asks for no more than that."""
        return self.first() is not None

    def first(self) -> M | None:
        """Return the first object, None where there is none."""
        return next(iter(self._sliced(0, 1)), None)

    def last(self) -> M | None:
        """Return the last object, None where there is none."""
        if self._is_slice:
            found = list(self)
            return found[-1] if found else None
        return self.reverse().first()

    def _single(self, described: str) -> M:
        """Return the only object; raise where there is none or more than one."""
        found = list(self._sliced(0, 2))
        if not found:
            raise self.DoesNotExist(f"no {self.model.__name__} matches {described}")
        if len(found) > 1:
            raise MultipleObjectsReturned(
                f"more than one {self.model.__name__} matches {described}; use filter()"
            )
        return found[0]

    def _sliced(self, start: int, stop: int | None) -> Self:
        """Return the part of this queryset from `start` to `stop`, counted within its own slice."""
        begin = self._start + start
        end = None if stop is None else self._start + stop
        if self._stop is not None:
            end = self._stop if end is None else min(end, self._stop)
            begin = min(begin, self._stop)
        return self._but(_start=begin, _stop=end)


def unknown_lookup(queryset: str, name: str, known: Iterable[str]) -> FieldError:
    """Return the error for a lookup that a queryset does not know."""
    names = sorted(known)
    return FieldError(
        f"{queryset}: no lookup {name!r}{nearest(name, names)}; known are {', '.join(names)}"
    )


def text(value: str | None, argument: str) -> str | None:
    """Return a lookup's value, which is a str or None; refuse anything else by name."""
    if value is not None and not isinstance(value, str):
        raise ValidationTypeError(f"{argument}: must be a str, got {value!r}")
    return value


def one_of_both(value: Any, other: Any, argument: str, alias: str) -> Any:
    """Return the value of a lookup with two names; refuse one that is given under both."""
    if value is not None and other is not None:
        raise ValidationError(f"{argument} and {alias} are two names of one lookup: give one")
    return other if value is None else value


def _check_connection(where: str, connection: object) -> None:
    if connection is not None and not isinstance(connection, Transport):
        raise ValidationTypeError(f"{where}: connection: must be a connection, got {connection!r}")


def several(value: Any, argument: str, allowed: Iterable[str]) -> tuple[str, ...]:
    """Return one or several words of an enumeration as a tuple; refuse any other word."""
    names = tuple(map(str, allowed))
    if not isinstance(value, Iterable):
        raise ValidationTypeError(f"{argument}: must be one of {', '.join(names)}, got {value!r}")
    words = (value,) if isinstance(value, str) else tuple(value)
    if not words:
        raise ValidationError(f"{argument}: must be one of {', '.join(names)}, got {value!r}")
    for word in words:
        if word not in names:
            raise ValidationError(f"{argument}: must be one of {', '.join(names)}, got {word!r}")
    return tuple(dict.fromkeys(map(str, words)))
