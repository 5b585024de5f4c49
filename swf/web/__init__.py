"""The pages: what an SWF holds, to be looked at and acted on in a browser (extra `server`).

They are rendered here, from models and querysets, and can be read without JavaScript.
"""

from __future__ import annotations

try:
    import jinja2
    import starlette
except ImportError as error:
    _NEEDED = "the pages need jinja2 and starlette: pip install 'swf[server]'"
    raise ImportError(_NEEDED) from error

from swf.web.app import Pages, application
from swf.web.live import FAR_SECONDS, LOOK_SECONDS
from swf.web.site import Site

__all__ = ["FAR_SECONDS", "LOOK_SECONDS", "Pages", "Site", "application"]

del jinja2, starlette
