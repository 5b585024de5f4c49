"""How a queryset passes for a list: indices, slices, comparison, truth, and how it looks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final, Generic, Self, TypeVar, overload

from swf.exceptions import ValidationError
from swf.models import Model, views
from swf.models.event.base import Event

M = TypeVar("M", bound=Model | Event)

REPR_SIZE: Final = 20
"""How many objects a queryset prints before it says that there are more."""


class ListLike(ABC, Generic[M]):
    """What of a list can be had without reading all of it, and what a person sees."""

    __slots__ = ()

    _columns: ClassVar[Mapping[str, Callable[[Any], Any]]]  # what a table of it shows

    @abstractmethod
    def __iter__(self) -> Iterator[M]:
        """Read it from its start."""

    @abstractmethod
    def reverse(self) -> Self:
        """Return it in the opposite order."""

    @abstractmethod
    def exists(self) -> bool:
        """Return whether there is at least one."""

    @property
    @abstractmethod
    def _is_slice(self) -> bool:
        """Whether it is a part of a longer one."""

    @abstractmethod
    def _sliced(self, start: int, stop: int | None) -> Self:
        """Return the part of it from `start` to `stop`, counted within its own slice."""

    @overload
    def __getitem__(self, index: int) -> M: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> M | Self:
        if isinstance(index, slice):
            return self._sliced(*_bounds(type(self).__name__, index))
        if isinstance(index, bool) or not isinstance(index, int):
            raise TypeError(f"{type(self).__name__} indices are int or slice, not {index!r}")
        if index < 0:
            return self._from_end(index)
        for found in self._sliced(index, index + 1):
            return found
        raise IndexError(f"{type(self).__name__} index {index} out of range")

    def _from_end(self, index: int) -> M:
        if self._is_slice:
            return list(self)[index]
        return self.reverse()[-index - 1]

    def __reversed__(self) -> Iterator[M]:
        return iter(list(self)[::-1] if self._is_slice else self.reverse())

    def __bool__(self) -> bool:
        return self.exists()

    def __eq__(self, other: object) -> bool:
        """Read the queryset and compare it with a list, tuple or queryset, in order."""
        if not isinstance(other, ListLike | list | tuple):
            return NotImplemented
        return list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        found = [repr(one) for one in self._sliced(0, REPR_SIZE + 1)]
        if len(found) > REPR_SIZE:
            found[REPR_SIZE:] = ["...(more)..."]
        return f"[{', '.join(found)}]"

    def __rich__(self) -> Any:
        return views.rich_table(*self._table())

    def _repr_html_(self) -> str:
        return views.html_table(*self._table())

    def _table(self) -> tuple[str, tuple[str, ...], list[list[Any]]]:
        found = list(self._sliced(0, REPR_SIZE + 1))
        title = type(self).__name__
        if len(found) > REPR_SIZE:
            title, found = f"{title} (the first {REPR_SIZE})", found[:REPR_SIZE]
        rows = [[cell(one) for cell in self._columns.values()] for one in found]
        return title, tuple(self._columns), rows


def _bounds(queryset: str, index: slice) -> tuple[int, int | None]:
    """Return where a slice starts and stops; refuse one that only reading everything could tell."""
    given = (index.start, index.stop)
    if not all(bound is None or isinstance(bound, int) for bound in given):
        raise TypeError(f"{queryset}: a slice takes numbers, not {index!r}")
    if index.step not in (None, 1) or any(bound is not None and bound < 0 for bound in given):
        raise ValidationError(
            f"{queryset}: a slice counts from the start, without step; "
            "use reverse() to count from the end, list(…) for anything else"
        )
    start = index.start or 0
    return start, None if index.stop is None else max(index.stop, start)
