"""Where pages are: URLs whose parts are names of SWF, which may hold anything that is printable.

Each part is percent-encoded. A part that begins with `~`, `.` or nothing is written behind another
`~`: browsers walk up at `..`, however it is encoded, and no name can be taken for a page of ours,
whose names begin with a single `~`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote, urlencode

ROOT: Final = "/ui"
"""What the paths of all pages begin with."""

_MARK: Final = "~"

_NOT_IN_FILES: Final = re.compile(r"[^A-Za-z0-9._-]+")


def segment(name: str) -> str:
    """Return a name as one part of a path."""
    marked = not name or name[0] in (_MARK, ".")
    return (_MARK if marked else "") + quote(name, safe="~", errors="surrogatepass")


def name_of(segment: str) -> str:
    """Return the name that one part of a path stands for.

    Raises ValueError where it stands for none.
    """
    name = unquote(segment, errors="strict")
    return name[1:] if segment.startswith(_MARK) else name


def url(*parts: str, **query: object) -> str:
    """Return the path of a page, `url(domain, "executions", status="open")`.

    Without parts, that of the first page. What is None or empty is left out of the query.
    """
    return _asked("/".join([ROOT, *map(segment, parts)]) if parts else f"{ROOT}/", query)


def own(name: str, **query: object) -> str:
    """Return the path of a page that is of no domain, such as `import`: `/ui/~import`."""
    return _asked(f"{ROOT}/{_MARK}{name}", query)


def file_name(workflow_id: str) -> str:
    """Return a workflow id as part of the name of a file, on any machine and in any header."""
    return _NOT_IN_FILES.sub("_", workflow_id).strip("_.-")[:80] or "execution"


def asset(name: str) -> str:
    """Return the path of a file that pages are made of, such as `style.css`."""
    return f"{ROOT}/static/{name}"


def _asked(path: str, query: Mapping[str, object]) -> str:
    told = {key: value for key, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(told, errors='surrogatepass')}" if told else path
