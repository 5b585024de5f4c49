"""The embedded SWF over HTTP: any SWF client in any language can use it.

`python -m swf.server --db DB --port N` serves a database, `serve(engine)` an engine of this process
to other processes. Needs the extra `server`.
"""

from __future__ import annotations

import sys

try:
    import starlette
    import uvicorn
except ImportError as error:
    _NEEDED = "serving over HTTP needs starlette and uvicorn: pip install 'swf[server]'"
    if sys.argv[0] == "-m":  # as long as `python -m swf.server` looks for what to run
        sys.exit(f"swf.server: {_NEEDED}")
    raise ImportError(_NEEDED) from error

from swf.server.app import Application
from swf.server.serving import Served, serve
from swf.server.sigv4 import KeyPair

__all__ = ["Application", "KeyPair", "Served", "serve"]

del starlette, sys, uvicorn
