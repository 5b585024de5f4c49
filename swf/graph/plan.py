"""Which tasks of a graph may begin, as those that they require get done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs

from swf.graph.errors import GraphError
from swf.graph.flaws import (
    check_ids,
    check_no_circle,
    check_requirements,
    path_of,
    way_between,
    wire_id,
)
from swf.graph.specs.task import Generator, Task


@attrs.define(eq=False)
class _Batch:
    """The tasks that one generator made: what requires the generator waits for all of them."""

    ids: tuple[str, ...]
    left: int
    waiting: list[str]
    """What waits for all of them."""
    within: _Batch | None
    """The batch that the generator itself is of: it is not done before this one is."""


class Plan:
    """A graph without flaws, and how far it is done.

    `tasks` are all of them by id, in order, those that generators made included; `by_wire_id` has
    the id of each by the one that SWF is told. `dependants` are the tasks that name a task as
    required, or were made by it; `missing` counts what each waits for; `finished` are those that
    are done. To make one costs O(tasks + requirements).

    Raises GraphError for a task twice, a requirement that is no task, a circle, or two ids that are
    one for SWF; `place` says in its message where the tasks are from.
    """

    def __init__(self, tasks: Iterable[Task], *, place: str = "activity_tasks") -> None:
        self.tasks: dict[str, Task] = {}
        self.by_wire_id: dict[str, str] = {}
        self.dependants: dict[str, list[str]] = {}
        self.missing: dict[str, int] = {}
        self.finished: set[str] = set()
        self._batches: dict[str, _Batch] = {}
        self._maker: dict[str, str] = {}
        given = list(tasks)
        self._check(given, place)
        self._add(given)

    def ready(self) -> list[str]:
        """Return, in order, the tasks that wait for nothing and are not done."""
        done = self.finished
        return [id_ for id_, count in self.missing.items() if not count and id_ not in done]

    def done(self, id_: str) -> list[str]:
        """Return the tasks that may begin now that this one is done; none where it was before.

        Costs O(dependants). Raises GraphError for the id of no task.
        """
        if id_ not in self.tasks:
            raise GraphError(f"{id_!r} is no task of this graph")
        if id_ in self.finished:
            return []
        self.finished.add(id_)
        released = [one for one in self.dependants[id_] if self._release(one)]
        maker = self._maker.get(id_)
        if maker is not None:
            released += self._one_less(self._batches[maker])
        return released

    def grow(self, generator_id: str, tasks: Iterable[Task]) -> None:
        """Add what a generator made; to be called before `done` is for the generator.

        Each of these tasks requires the generator too, and what requires the generator requires all
        of them. Costs O(new), unless one of them requires what is not done yet.

        Raises GraphError, and changes nothing, where that is no graph.
        """
        self._check_generator(generator_id)
        given = list(tasks)
        place = f"{generator_id!r} made [tasks]"
        self._check(given, place)
        self._check_no_way_back(given, generator_id, place)
        maker = self._maker.get(generator_id)
        batch = _Batch(
            ids=tuple(task.id_ for task in given),
            left=len(given),
            waiting=list(self.dependants[generator_id]),
            within=None if maker is None else self._batches[maker],
        )
        self._batches[generator_id] = batch
        self._maker.update(dict.fromkeys(batch.ids, generator_id))
        if given:
            for id_ in batch.waiting:
                self.missing[id_] += 1
            if batch.within is not None:
                batch.within.left += 1
        self._add(given)

    def requirements(self, id_: str) -> list[str]:
        """Return all that a task requires: what it names, its generator, what generators made."""
        found: dict[str, None] = {}
        for required in self._named(id_):
            found[required] = None
            if self._waits_for_batch(id_, required):
                found.update(dict.fromkeys(self._made_by(required)))
        return list(found)

    def leaves(self) -> list[str]:
        """Return, in order, the tasks that nothing requires: their results are the graph's."""
        required: set[str] = set()  # generators all of whose tasks are required by something
        for generator_id, batch in self._batches.items():
            if batch.waiting or self._maker.get(generator_id) in required:
                required.add(generator_id)
        return [
            id_
            for id_, dependants in self.dependants.items()
            if not dependants and self._maker.get(id_) not in required
        ]

    # What keeps it from being a graph

    def _check(self, given: Sequence[Task], place: str) -> None:
        check_ids(given, place, self.by_wire_id)
        check_requirements(given, place, self.tasks)
        check_no_circle(given, place)

    def _check_generator(self, id_: str) -> None:
        if not isinstance(self.tasks.get(id_), Generator):
            raise GraphError(f"{id_!r} is no generator of this graph")
        if id_ in self.finished or id_ in self._batches:
            raise GraphError(f"{id_!r} made its tasks before; a generator does so once")

    def _check_no_way_back(self, given: Sequence[Task], generator_id: str, place: str) -> None:
        """Refuse a task that would wait for one which, in turn, waits for it."""
        right = {generator_id, *(task.id_ for task in given)}
        free = set(self.finished)
        for at, task in enumerate(given):
            for nth, required in enumerate(task.required_ids):
                if required in right:
                    continue
                way = self._way_back(required, generator_id, free)
                if way is not None:
                    raise GraphError(
                        f"{place}[{at}].requires[{nth}]: {path_of([task.id_, *way])}, and what"
                        f" requires {generator_id!r} waits for all that it makes; take one of these"
                        " requirements away"
                    )
                right.add(required)

    def _way_back(self, required: str, generator_id: str, free: set[str]) -> list[str] | None:
        """Return how a task that requires this one would wait for the generator's dependants."""
        waits = [required]
        if self._waits_for_batch(generator_id, required) and self._batches[required].left:
            waits += self._made_by(required)
        ways = (
            way_between(one, generator_id, self.requirements, free)
            for one in waits
            if one not in free
        )
        return next(filter(None, ways), None)

    # Growing

    def _add(self, given: Sequence[Task]) -> None:
        for task in given:
            self.tasks[task.id_] = task
            self.by_wire_id[wire_id(task.id_)] = task.id_
            self.dependants[task.id_] = []
        for task in given:
            id_, waits = task.id_, 0
            for required in self._named(id_):
                self.dependants[required].append(id_)
                waits += required not in self.finished
                if self._waits_for_batch(id_, required):
                    batch = self._batches[required]
                    batch.waiting.append(id_)
                    waits += bool(batch.left)
            self.missing[id_] = waits

    def _release(self, id_: str) -> bool:
        self.missing[id_] -= 1
        return not self.missing[id_]

    def _one_less(self, batch: _Batch | None) -> list[str]:
        """Return what may begin now that one more of a batch is done."""
        released: list[str] = []
        while batch is not None:
            batch.left -= 1
            if batch.left:
                break
            released += [one for one in batch.waiting if self._release(one)]
            batch = batch.within
        return released

    # Who requires whom

    def _named(self, id_: str) -> Iterator[str]:
        """Yield what a task names as required, and its generator."""
        required = self.tasks[id_].required_ids
        yield from required
        maker = self._maker.get(id_)
        if maker is not None and maker not in required:
            yield maker

    def _waits_for_batch(self, id_: str, required: str) -> bool:
        """Tell whether a task that names a generator waits for all that it made.

        One of those, or what they made in turn, requires its result only: else it awaits itself.
        """
        if required not in self._batches:
            return False
        maker = self._maker.get(id_)
        while maker is not None and maker != required:
            maker = self._maker.get(maker)
        return maker is None

    def _made_by(self, id_: str) -> Iterator[str]:
        """Yield the tasks that a generator made, and those that generators among them made."""
        left = list(reversed(self._batches[id_].ids))
        while left:
            one = left.pop()
            yield one
            if one in self._batches:
                left.extend(reversed(self._batches[one].ids))
