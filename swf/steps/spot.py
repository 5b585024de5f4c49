"""A place in a sequence that is being built, and what cannot be called there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from swf.steps.draft import Draft
from swf.steps.errors import StepsCallError, StepsError


class Spot:
    """A place in a sequence that is being built; which calls it knows says its class."""

    def __init__(self, draft: Draft, at: int) -> None:
        self._draft = draft
        self._at = at

    @property
    def _here(self) -> str:
        return self._draft.nodes[self._at - 1].id if self._at else "the beginning"

    if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):  # of Python's own protocols; also before there is a draft
                raise AttributeError(name)
            known = ", ".join(sorted(one for one in dir(type(self)) if one[0] != "_"))
            raise StepsCallError(f"{self._here}: there is no {name}(...) here, only {known}")


class Half(Spot):
    """The place after a call that is half of something: what belongs to it comes next."""

    def __init__(self, draft: Draft, at: int, node_id: str, missing: str) -> None:
        super().__init__(draft, at)
        self._id = node_id
        self._missing = draft.open = f"{node_id}: {missing}"

    @property
    def _here(self) -> str:
        return self._id

    def _check(self, call: str) -> None:
        if self._draft.open == self._missing:
            return
        if self._draft.open or self._draft.closed:
            self._draft.check_next(self._at, call)
        raise StepsError(f"{self._id}: {call}: it has its do(...) already")
