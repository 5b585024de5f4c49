"""`python -m swf.server`: the embedded SWF over HTTP, until it is told to stop.

Prints the line by which clients find it, once it takes requests.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Final
from urllib.parse import quote

from swf.engine import Engine, Options
from swf.exceptions import SWFError
from swf.server import keys as key_pairs
from swf.server.app import Application, Stoppable
from swf.server.listening import listen_safely, serve_until_signalled, url_of
from swf.server.sigv4 import KeyPair
from swf.wire import told

Pages = Callable[[Engine, str], Stoppable]
"""What makes the pages that are served beside an engine, of the engine and the server's URL."""

_ENDPOINT: Final = "AWS_ENDPOINT_URL_SWF"
_ANY_KEY: Final = "unchecked"
"""What requests to a server without keys may be signed with, as with anything else."""
_DESCRIPTION: Final = "Serve Amazon SWF from one SQLite file, or from memory."
_EPILOG: Final = (
    f"Without --key-file, requests must be signed with the pair in {key_pairs.ID_VARIABLE} and "
    f"{key_pairs.SECRET_VARIABLE}, where those are set. A host that other machines can reach "
    "demands a pair."
)


def main(arguments: Sequence[str] | None = None, *, pages: Pages | None = None) -> int:
    """Serve until SIGTERM or SIGINT; return the exit status: 0, or 1 where it cannot be served.

    A second signal ends the process at once. What was acknowledged is kept either way. `pages`
    makes what is served below /ui.
    """
    try:
        serve(arguments, pages=pages)
    except SWFError as error:
        print(f"swf.server: {error}", file=sys.stderr)
        return 1
    return 0


def serve(arguments: Sequence[str] | None = None, *, pages: Pages | None = None) -> None:
    """Serve as `main` does; raises SWFError where it cannot be served."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.ERROR)  # a broken request is no news
    _serve(given, pages)


def _parser() -> ArgumentParser:
    parser = ArgumentParser("python -m swf.server", description=_DESCRIPTION, epilog=_EPILOG)
    add = parser.add_argument
    add("--db", required=True, help="a file, sqlite:///FILE, or memory://")
    add("--port", required=True, type=int, help="0 chooses one that is free")
    add("--host", default="127.0.0.1", help="an address of this machine (default: %(default)s)")
    add(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name, beside the loop-back ones, that clients reach the server by; repeatable",
    )
    add(
        "--key-file",
        type=Path,
        metavar="FILE",
        help="the key pair that requests must be signed with, as in ~/.aws/credentials",
    )
    add("--key-profile", default="default", metavar="NAME", help="the profile in that file")
    add(
        "--poll-seconds",
        type=float,
        metavar="S",
        help="the longest that a poll without a task is held (default: 50)",
    )
    add(
        "--durability",
        choices=["full", "normal"],
        help="full (default): what was acknowledged survives the loss of power; "
        "normal: it survives the end of this process",
    )
    add(
        "--lambda",
        action="append",
        default=[],
        type=_function,
        dest="functions",
        metavar="NAME=MODULE:FUNCTION",
        help="a Python function that Lambda tasks of this name call; repeatable",
    )
    return parser


def _function(text: str) -> tuple[str, Callable[..., Any]]:
    name, _, path = text.partition("=")
    if not name or not path:
        raise ArgumentTypeError(f"{text!r}: must be NAME=MODULE:FUNCTION")
    try:
        found = resolve_name(path)
    except (ValueError, ImportError, AttributeError) as error:
        raise ArgumentTypeError(f"{text!r}: {error}") from None
    if not callable(found):
        raise ArgumentTypeError(f"{text!r}: {path} cannot be called")
    return name, found


def _serve(given: Namespace, pages: Pages | None) -> None:
    keys = _keys(given)
    options = Options(**told(durability=given.durability, poll_seconds=given.poll_seconds))
    listening = listen_safely(given.host, given.port, keys=keys)
    with listening, Engine.open(_url(given.db), options=options) as engine:
        for name, function in given.functions:
            engine.functions.register(name, function)
        hosts = [given.host, *given.allowed_host]
        url = url_of(listening)
        shown = None if pages is None else pages(engine, url)
        application = Application(engine, allowed_hosts=hosts, keys=keys, pages=shown)
        _announce(engine, url, keys)
        _allow_many_connections()
        line = f"export {_ENDPOINT}={url}"
        up = partial(print, line, flush=True)
        asyncio.run(serve_until_signalled(application, listening, up))


def _keys(given: Namespace) -> KeyPair | None:
    if given.key_file is not None:
        return key_pairs.from_file(given.key_file, given.key_profile)
    return key_pairs.from_environment(os.environ)


def _announce(engine: Engine, url: str, keys: KeyPair | None) -> None:
    """Tell programs of this machine that name the same file to come here."""
    if keys is None:
        engine.announce(url, access_key=_ANY_KEY, secret_key=_ANY_KEY)
    else:
        engine.announce(url, access_key=keys.access_key_id, secret_key=keys.secret_access_key)


def _url(db: str) -> str:
    """Return the URL of a database that may be told as the path of its file."""
    return db if "://" in db else f"sqlite:///{quote(str(Path(db).absolute()))}"


def _allow_many_connections() -> None:
    """Each held poll is an open file; systems allow a process fewer than it may ask for."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    sys.exit(main())
