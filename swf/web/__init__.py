"""The pages: what an SWF holds, to be looked at and acted on in a browser (extra `server`).

They are rendered here, from models and querysets, and can be read without JavaScript.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from swf import _lazy

try:
    import jinja2
    import starlette
except ImportError as error:
    _NEEDED = "the pages need jinja2 and starlette: pip install 'swf[server]'"
    raise ImportError(_NEEDED) from error

if TYPE_CHECKING:
    from swf.web.app import Pages, application
    from swf.web.live import FAR_SECONDS, LOOK_SECONDS
    from swf.web.site import Site

_HOMES: Final = {
    "FAR_SECONDS": "live",
    "LOOK_SECONDS": "live",
    "Pages": "app",
    "Site": "site",
    "application": "app",
}

__all__ = ["FAR_SECONDS", "LOOK_SECONDS", "Pages", "Site", "application"]

del jinja2, starlette


if not TYPE_CHECKING:  # pragma: no branch  (a checker shall refuse unknown names)
    __getattr__ = _lazy.lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
