"""A workflow as a chain of steps, as users write it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

from swf.drawing.picture import Picture
from swf.drawing.states import Execution
from swf.rules import AS_IDENTIFIER, is_identifier
from swf.steps.builder import WorkflowBuilder, built
from swf.steps.definition import Definition
from swf.steps.errors import StepsError, StepsTypeError
from swf.steps.pictures import picture_of
from swf.steps.printing import as_json

MAX_ID: Final = 128
"""So long may be the id of a definition, which is part of the names of its types."""


class Workflow(ABC):
    """A chain of steps under an id and a version; `build` writes it.

    Executions keep to the version that they were started with: a workflow that is changed while
    some are open gets a new `version()`, and the old class stays registered until they have ended.
    """

    _definition: Definition | None = None

    def id(self) -> str:
        """Return what names the workflow: by default the name of the class."""
        return type(self).__name__

    def version(self) -> int:
        """Return the number of the version: by default 1."""
        return 1

    @abstractmethod
    def build(self, builder: WorkflowBuilder) -> object:
        """Write the chain: `builder.start_with(Hello).then(Goodbye)`; what is returned is not used.

        It must write the same one each time that it is called.
        """

    def definition(self) -> Definition:
        """Return what `build` writes; it is called once.

        Raises StepsError, naming the workflow and the place, for what cannot be.
        """
        if self._definition is None:
            name, version = _checked(_called(self, "id"), _called(self, "version"))
            try:
                self._definition = built(name, version, self.build)
            except StepsError as error:
                error.resource = error.resource or f"workflow {name!r} version {version}"
                raise
        return self._definition

    def to_json(self) -> str:
        """Return the definition as JSON, to be read and compared: functions by their names."""
        return as_json(self.definition())

    def to_mermaid(self, execution: Execution | None = None) -> str:
        """Return a picture of the chain as text for Mermaid; with an execution, as far as that is.

        An execution is a WorkflowExecution, a handle, or a history (GetWorkflowExecutionHistory).
        """
        return self._picture(execution).to_mermaid()

    def to_dot(self, execution: Execution | None = None) -> str:
        """Return the same picture as text for Graphviz."""
        return self._picture(execution).to_dot()

    def to_svg(self, execution: Execution | None = None) -> str:
        """Return the same picture as SVG."""
        return self._picture(execution).to_svg()

    def _picture(self, execution: Execution | None) -> Picture:
        return picture_of(self.definition(), execution)


def _called(workflow: Workflow, name: str) -> object:
    method = getattr(workflow, name)
    if not callable(method):
        raise StepsTypeError(
            f"{type(workflow).__name__}.{name}: must be a method, "
            f"def {name}(self): return {method!r:.40}"
        )
    returned: object = method()
    return returned


def _checked(name: object, version: object) -> tuple[str, int]:
    if not isinstance(name, str):
        raise StepsTypeError(f"id(): must return a str, got {name!r:.80}")
    if not 1 <= len(name) <= MAX_ID or not is_identifier(name):
        raise StepsError(f"id(): must have 1 to {MAX_ID} characters, and {AS_IDENTIFIER}: {name!r}")
    if isinstance(version, bool) or not isinstance(version, int):
        raise StepsTypeError(f"version(): must return an int, got {version!r:.80}")
    if version < 0:
        raise StepsError(f"version(): must not be negative, got {version}")
    return name, version
