"""Which activities and workflows a process knows: told explicitly, found by name and version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

from swf.exceptions import ValidationError, ValidationTypeError
from swf.flow.activities import Activity, as_activity
from swf.flow.errors import NotRegisteredError
from swf.flow.workflow import Workflow

Key = tuple[str, str]


class Activities:
    """The activities of a worker: activities, classes with `execute()`, instances, modules."""

    def __init__(self, given: Iterable[Any] | Any = ()) -> None:
        self._found: dict[Key, Activity[..., Any]] = {}
        for one in _each(given):
            self.add(one)

    def add(self, given: Any) -> None:
        """Know an activity, or all that an instance or a module has.

        Raises ValidationTypeError where it has none, and ValidationError where another is known by
        the same name and version.
        """
        found = list(activities_of(given))
        if not found:
            raise ValidationTypeError(
                f"{given!r:.80} is no activity and has none; declare a function with @activity"
            )
        for one in found:
            known = self._found.get(one.key)
            if known is not None and known.callable != one.callable:
                raise ValidationError(f"two activities are called {one.name!r}, {one.version!r}")
            self._found[one.key] = one

    def know(self, activities: Iterable[Activity[..., Any]]) -> None:
        """Know these activities too, but those whose name and version is known already."""
        for one in activities:
            self._found.setdefault(one.key, one)

    def get(self, name: str, version: str) -> Activity[..., Any]:
        """Return the activity of this name and version; raises NotRegisteredError."""
        found = self._found.get((name, version))
        if found is None:
            raise NotRegisteredError(
                f"no activity {name!r}, version {version!r}, is registered with this worker;"
                f" it knows {_listed(self._found)}: give it to Worker(activities=…)"
            )
        return found

    def task_lists(self) -> list[str]:
        """Return the task lists that the activities name themselves."""
        return sorted({one.task_list for one in self if one.task_list is not None})

    def __iter__(self) -> Iterator[Activity[..., Any]]:
        return iter(self._found.values())

    def __len__(self) -> int:
        return len(self._found)


class Workflows:
    """The workflow classes of a decider, by name and version."""

    def __init__(self, given: Iterable[Any] | Any = ()) -> None:
        self._found: dict[Key, type[Workflow]] = {}
        for one in _each(given):
            self.add(one)

    def add(self, given: Any) -> None:
        """Know a workflow class, or all that a module has.

        Raises ValidationTypeError where it has none, and ValidationError where another is known by
        the same name and version.
        """
        found = list(workflows_of(given))
        if not found:
            raise ValidationTypeError(f"{given!r:.80} is no workflow class and has none")
        for one in found:
            known = self._found.setdefault(one.key(), one)
            if known is not one:
                raise ValidationError(
                    f"two workflows are called {one.name!r}, {one.version!r}:"
                    f" {known.__module__}.{known.__qualname__} and"
                    f" {one.__module__}.{one.__qualname__}"
                )

    def know(self, workflows: Iterable[type[Workflow]]) -> None:
        """Know these classes too, but those whose name and version is known already."""
        for one in workflows:
            self._found.setdefault(one.key(), one)

    def get(self, name: str, version: str) -> type[Workflow]:
        """Return the workflow of this name and version; raises NotRegisteredError."""
        found = self._found.get((name, version))
        if found is None:
            raise NotRegisteredError(
                f"no workflow {name!r}, version {version!r}, is registered with this decider;"
                f" it knows {_listed(self._found)}: give it to Decider(workflows=…)"
            )
        return found

    def task_lists(self) -> list[str]:
        """Return the task lists of the workflows."""
        return sorted({one.task_list for one in self})

    def __iter__(self) -> Iterator[type[Workflow]]:
        return iter(self._found.values())

    def __len__(self) -> int:
        return len(self._found)


def activities_of(given: Any) -> Iterator[Activity[..., Any]]:
    """Yield the activity that something is, or all that an instance or a module has.

    Raises ValidationTypeError for a method without its instance.
    """
    found = as_activity(given)
    if found is not None:
        if found.is_method:
            raise ValidationTypeError(f"{found!r} is a method: give an instance of its class")
        yield found
        return
    if isinstance(given, ModuleType):
        for value in vars(given).values():
            one = as_activity(value)
            if one is not None and not one.is_method:
                yield one
        return
    if isinstance(given, type) or callable(given):
        return
    for name in dir(type(given)):
        one = as_activity(getattr(type(given), name, None))
        if one is not None:
            bound: Activity[..., Any] = getattr(given, name)
            yield bound


def workflows_of(given: Any) -> Iterator[type[Workflow]]:
    """Yield the workflow class that something is, or all that a module has."""
    if isinstance(given, type) and issubclass(given, Workflow):
        yield given
    elif isinstance(given, ModuleType):
        for value in vars(given).values():
            if isinstance(value, type) and issubclass(value, Workflow) and "run" in vars(value):
                yield value


def _each(given: Iterable[Any] | Any) -> Iterable[Any]:
    """Return what is given as several; one thing, and a class is one, as itself alone."""
    several = isinstance(given, Iterable) and not isinstance(given, type)
    return given if several else (given,)


def _listed(found: dict[Key, Any]) -> str:
    names = [f"{name} {version}" for name, version in sorted(found)]
    return ", ".join(names[:10]) + (", …" if len(names) > 10 else "") or "none"
