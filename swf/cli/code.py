"""The workflows and activities that a command line names: MODULE, MODULE.NAME or MODULE:NAME."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules, resolve_name
from types import ModuleType
from typing import Any

import click

from swf.flow.declaration import Ordered
from swf.flow.registry import Activities, Workflows, activities_of, workflows_of
from swf.flow.spawned import known_to
from swf.flow.workflow import Workflow
from swf.nearest import nearest

SHOWN = 8
"""Names that are listed where a choice has to be made, at most."""


def named(target: str) -> Any:
    """Return what a name means, imported from the current folder or as Python finds it.

    Raises click.BadParameter where there is no such thing, naming the nearest, and where its module
    cannot be imported, with the reason.
    """
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    module, attributes = _parted(target)
    found = _resolved(target, module)
    for attribute in attributes:
        if not hasattr(found, attribute):
            raise _unknown(f"{target!r}: {module} has no {attribute!r}", attribute, _names(found))
        found = getattr(found, attribute)
    return found


def workflow_named(target: str) -> type[Workflow]:
    """Return the workflow class that a name means: itself, or the only one of a module.

    Raises click.BadParameter where that is none, or one of several.
    """
    found = named(target)
    if isinstance(found, type) and issubclass(found, Workflow):
        return found
    if not isinstance(found, ModuleType):
        raise click.BadParameter(f"{target!r} is no workflow class, but {found!r:.80}")
    own = [one for one in workflows_of(found) if one.__module__ == found.__name__]
    if len(own) != 1:
        listed = ", ".join(f"{target}.{one.__name__}" for one in own[:SHOWN])
        told = f"{len(own)} workflows; say which: {listed}" if own else "no workflow"
        raise click.BadParameter(f"{target!r} has {told}")
    return own[0]


def workflows_named(targets: Iterable[str]) -> Workflows:
    """Return all workflows that names mean, those of a module among them.

    Raises click.BadParameter where a name means none.
    """
    workflows = Workflows()
    for target in targets:
        found = list(workflows_of(named(target)))
        if not found:
            raise click.BadParameter(f"{target!r} is no workflow, and has none")
        for one in found:
            workflows.add(one)
    return workflows


def activities_named(targets: Iterable[str]) -> Activities:
    """Return all activities that names mean; of a workflow those that its module knows.

    Raises click.BadParameter where a name means none.
    """
    activities = Activities()
    for target in targets:
        found = named(target)
        if isinstance(found, Ordered):
            found = found.workflow
        if isinstance(found, type) and issubclass(found, Workflow):
            some = list(known_to(found)[1])
        else:
            some = list(activities_of(found))
        if not some:
            raise click.BadParameter(
                f"{target!r} is no activity, and has none; declare a function with @activity"
            )
        activities.know(some)
    return activities


def _parted(target: str) -> tuple[str, list[str]]:
    """Return the module that a name begins with, and what is asked of it."""
    module, colon, attribute = target.partition(":")
    if module.endswith(".py"):
        module = ".".join(Path(module).with_suffix("").parts)
        return module, attribute.split(".") if colon else []
    if colon:
        return module, attribute.split(".")
    parts = target.split(".")
    for number in range(len(parts), 1, -1):
        if _is_module(target, ".".join(parts[:number])):
            return ".".join(parts[:number]), parts[number:]
    return parts[0], parts[1:]


def _is_module(target: str, module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ModuleNotFoundError, ValueError):  # what should hold it is not there, or no package
        return False
    except Exception as error:
        raise _broken(target, error) from error


def _resolved(target: str, module: str) -> Any:
    if not all(part.isidentifier() for part in module.split(".")):
        raise click.BadParameter(f"{target!r} is no name of a module; say MODULE.NAME")
    if not _is_module(target, module):
        top = module.partition(".")[0]
        nearby = [one.name for one in iter_modules([str(Path.cwd())])]
        raise _unknown(f"{target!r}: there is no module {module!r}", top, nearby)
    try:
        return resolve_name(f"{module}:")
    except Exception as error:
        raise _broken(target, error) from error


def _broken(target: str, error: Exception) -> click.BadParameter:
    return click.BadParameter(
        f"{target!r} cannot be imported: {type(error).__name__}: {error}; -vv shows where"
    )


def _unknown(told: str, name: str, known: Iterable[str]) -> click.BadParameter:
    return click.BadParameter(f"{told}{nearest(name, known)}")


def _names(found: Any) -> list[str]:
    return [name for name in vars(found) if not name.startswith("_")]
