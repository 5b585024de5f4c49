"""The pages: what an SWF holds, to be looked at and acted on in a browser (extra `server`).

They are rendered here, from models and querysets, and can be read without JavaScript.
"""

from __future__ import annotations

from swf.web.app import Pages, application
from swf.web.site import Site

__all__ = ["Pages", "Site", "application"]
