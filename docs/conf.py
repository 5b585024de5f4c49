"""How the documentation is built: `make docs`."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import swf
from swf.models.event import Event
from swf.models.history.entities.base import Entity

if TYPE_CHECKING:
    from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent))  # swf_commands is here

project = "swf"
author = "the swf developers"
copyright = author
version = release = swf.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "swf_commands"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"swf {release}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

default_role = "code"  # docstrings put code between single backticks
add_module_names = False
autoclass_content = "class"
autodoc_class_signature = "mixed"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = False
python_maximum_signature_line_length = 88


def show_blocks_as_they_are(*given: Any) -> None:
    """Make an indented block of a docstring a literal one, and let `code`s have an ending."""
    lines: list[str] = given[-1]
    text = re.sub(r"(?m)^(?=\S)(.*)\n\n(?= {4}\S)", r"\1\n\n::\n\n", "\n".join(lines))
    text = re.sub(r"(`[^`\n]+`)(?=\w)", r"\1\\ ", text)
    lines[:] = text.split("\n")


def list_fields(*given: Any) -> None:
    """Name the fields of an event type or an entity, which the class reads from raw events."""
    _, _, _, found, _, lines = given
    if not (isinstance(found, type) and issubclass(found, Event | Entity)):
        return
    for base in reversed(found.__mro__):
        if base not in (Event, Entity):
            for field, kind in vars(base).get("__annotations__", {}).items():
                if not field.startswith("_") and "ClassVar" not in str(kind):
                    lines.append(f":ivar {field}: ``{kind}``")
    lines.append("")


def leave_private_routines_out(*given: Any) -> bool | None:
    """Leave out what a class has only because attrs or enum made it."""
    _, _, name, found, _, _ = given
    return True if inspect.isroutine(found) and name.startswith("_") else None


def setup(app: Sphinx) -> None:
    """Connect the functions above to the build."""
    app.connect("autodoc-process-docstring", show_blocks_as_they_are)
    app.connect("autodoc-process-docstring", list_fields)
    app.connect("autodoc-skip-member", leave_private_routines_out)
