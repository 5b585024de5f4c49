"""The files that pages are made of: style sheets, and what runs in the browser."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from swf.web import colours, paths

_FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def _read() -> dict[str, tuple[str, bytes]]:
    found = {
        path.name: (_TYPES[path.suffix], path.read_bytes()) for path in sorted(_FOLDER.iterdir())
    }
    made = {
        "colours.css": colours.STYLESHEET,
        "picture.css": colours.of_pictures(),
        "timeline.css": colours.of_timelines(),
    }
    return found | {name: (_TYPES[".css"], text.encode()) for name, text in made.items()}


FILES: Final = _read()
"""Each file by its name: type and content."""


def routes() -> list[Route]:
    """Return the routes of all files."""
    return [_route(name, kind, content) for name, (kind, content) in FILES.items()]


def _route(name: str, kind: str, content: bytes) -> Route:
    etag = f'"{sha256(content).hexdigest()[:20]}"'
    headers = {"etag": etag, "cache-control": "no-cache"}

    async def endpoint(request: Request) -> Response:
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=kind, headers=headers)

    return Route(paths.asset(name), endpoint, methods=["GET"])
