"""What a helper process does: it loads the code of workflows, and looks at one execution with it.

    python -m swf.web.replaying < question > answer

Question and answer are JSON. The code may print, hang or crash: that harms nobody but this process.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, TextIO

import attrs

from swf.exceptions import SWFError
from swf.flow.errors import HungProgramError, NonDeterminismError, NotRegisteredError
from swf.flow.replay.run import Execution
from swf.flow.workflow import Workflow
from swf.insight.causes import Causes, causes_of
from swf.insight.strands import standing
from swf.models import History
from swf.wire import Wire

if TYPE_CHECKING:
    from swf.steps.workflow import Workflow as Steps


MEMORY_BYTES: Final = 4 << 30
"""How much memory the code may take."""


class UnusableCodeError(SWFError):
    """Code that was named cannot be imported."""


@attrs.frozen
class Question:
    """What is to be looked at: `wanted` is one of `LOOKS`, `events` are all up to that moment."""

    wanted: str
    code: Sequence[str]
    domain: str
    workflow_id: str
    run_id: str
    events: Sequence[Wire]
    patience_seconds: float

    @property
    def key(self) -> tuple[str, str]:
        """Name and version of the workflow type."""
        begun: Any = self.events[0]["workflowExecutionStartedEventAttributes"]
        return begun["workflowType"]["name"], begun["workflowType"]["version"]


def main() -> int:
    """Answer the question on standard input; what the code prints goes to standard error."""
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    with suppress(ValueError):  # less is allowed already
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, most))
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        asked = json.load(sys.stdin)
        sys.path[:] = [*asked.pop("path"), *sys.path]
        _answer(answers, Question(**asked))
    return 0


def _answer(to: TextIO, question: Question) -> None:
    try:
        told = {"found": LOOKS[question.wanted](question)}
    except SWFError as error:
        told = {"error": _error(error)}
    except Exception as error:  # noqa: BLE001  (of whatever code that was named)
        told = {"error": {"kind": type(error).__name__, "told": str(error), "help": ""}}
    json.dump(told, to)


def _error(error: SWFError) -> dict[str, str]:
    help_ = next((text for kind, text in _HELP.items() if isinstance(error, kind)), "")
    return {"kind": type(error).__name__, "told": str(error), "help": help_}


_HELP: Final[Mapping[type[SWFError], str]] = {
    UnusableCodeError: "Start `swf ui` with `--code MODULE` where Python finds the module.",
    NotRegisteredError: "Name the module that has it as well: `swf ui --code MODULE`.",
    NonDeterminismError: (
        "The code of today is not the one that the execution began with. Serve the pages with that"
        " one, or change the code by `patched`."
    ),
    HungProgramError: "What takes long, or waits for the machine, belongs into an activity.",
}


def _stack(question: Question) -> Any:
    """Return where the strands of the program stand after the events."""
    found = standing(
        question.events,
        _flow(question),
        domain=question.domain,
        workflow_id=question.workflow_id,
        run_id=question.run_id,
        patience_seconds=question.patience_seconds,
    )
    told = attrs.asdict(found)
    for strand in told["strands"]:
        for frame in strand["frames"]:
            frame["file"] = _shortened(frame["file"])
    return told


def _shortened(file: str) -> str:
    """Return the path of a file from the folder in which the pages are served, if it is there."""
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file


def _picture(question: Question) -> Any:
    """Return nodes, edges and states of what is written as a graph or a chain; of others causes."""
    history = History.from_raw(question.events)
    found = _named(question)
    drawn: Any = found
    if not isinstance(found, type):
        picture = import_module("swf.steps.pictures").picture_of(found.definition(), history)
    elif issubclass(found, _imported_class("swf.graph.workflow", "GraphWorkflow")) and drawn.spec:
        graph = import_module("swf.graph.pictures")
        picture = graph.picture_of(drawn.spec, history, payloads=drawn.payloads)
    else:
        return {"causes": list(_causes(question).items())}
    return attrs.asdict(picture)


def _causes(question: Question) -> Causes:
    """Return what came after what in the program."""
    named = Execution(
        domain=question.domain,
        workflow_id=question.workflow_id,
        run_id=question.run_id,
        name=question.key[0],
        version=question.key[1],
    )
    return causes_of(
        question.events, _flow(question), named, patience_seconds=question.patience_seconds
    )


def _place(question: Question) -> Any:
    """Return module and name of the workflow's class."""
    found = _flow(question)
    return {"module": found.__module__, "name": found.__qualname__}


LOOKS: Final = {"stack": _stack, "picture": _picture, "place": _place}


def _flow(question: Question) -> type[Workflow]:
    found = _named(question)
    if not isinstance(found, type):
        raise UnusableCodeError(
            f"{question.key[0]!r} is a chain of steps, and where its own code stands cannot be"
            " told: see its graph"
        )
    return found


def _named(question: Question) -> type[Workflow] | Steps:
    """Return what the code has under the name and version of the execution's type."""
    for target in question.code:
        for one in _workflows(_imported(target)):
            key = one.key() if isinstance(one, type) else (one.id(), str(one.version()))
            if key == question.key:
                return one
    named = "no code was named" if not question.code else f"looked in {', '.join(question.code)}"
    name, version = question.key
    raise NotRegisteredError(f"no workflow {name!r}, version {version!r}: {named}")


def _imported(target: str) -> Any:
    """Return what MODULE, MODULE.NAME or MODULE:NAME means."""
    try:
        return resolve_name(target)
    except Exception as error:
        raise UnusableCodeError(
            f"{target!r} cannot be imported: {type(error).__name__}: {error}"
        ) from error


def _workflows(found: Any) -> Iterator[type[Workflow] | Steps]:
    """Yield the workflows that something is, or has: of chains of steps an instance."""
    steps = _imported_class("swf.steps.workflow", "Workflow")
    several: list[Any] = list(vars(found).values()) if isinstance(found, ModuleType) else [found]
    for one in several:
        is_class = isinstance(one, type)
        if (is_class and issubclass(one, Workflow)) or isinstance(one, steps):
            yield one
        elif is_class and issubclass(one, steps) and one is not steps:
            yield one()


def _imported_class(module: str, name: str) -> Any:
    """Return a class that code has imported if it has anything of it; else what nothing is of."""
    return getattr(sys.modules.get(module), name, ())


if __name__ == "__main__":
    sys.exit(main())
