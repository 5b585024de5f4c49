"""`swf ui`: the pages of whatever SWF the settings lead to, in a browser."""

from __future__ import annotations

import asyncio
import secrets
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import click

from swf import settings
from swf.cli.asked import Asked
from swf.cli.failing import Failure
from swf.cli.names import Verb
from swf.cli.options import common
from swf.engine import Engine, adopt
from swf.transport import Transport, default_connection

PORT: Final = 8043
"""Where pages are if nothing else is said."""

_CLOUD: Final = "Amazon SWF"

read_only = click.option(
    "--read-only", is_flag=True, help="Leave out what changes anything: start, signal, …"
)
code = click.option(
    "--code",
    multiple=True,
    metavar="MODULE",
    help="Where the code of workflows is, for call stacks and replays; repeatable.",
)


@click.command("ui", cls=Verb)
@click.option("--open", "opened", is_flag=True, help="Open it in a browser.")
@read_only
@code
@click.option("--port", type=int, default=PORT, show_default=True, help="0 is one that is free.")
@click.option("--allowed-host", multiple=True, metavar="NAME", help="A name that browsers use.")
@common
def command(
    _asked: Asked,
    /,
    *,
    opened: bool,
    read_only: bool,
    code: tuple[str, ...],
    port: int,
    allowed_host: tuple[str, ...],
) -> None:
    """Show executions, their histories and what they wait for in a browser, until Ctrl-C.

    That is of the SWF that the settings lead to: Amazon's, a server's, or a file's. Only this
    machine can reach the pages, and only who has the token that is printed with their URL.

        swf ui --open -d shop

        swf ui --read-only --profile production --region us-east-1
    """
    checked(code)
    serving = _listening()
    connection = default_connection()
    listening = serving.listen_safely("127.0.0.1", port, keys=None)
    with listening:
        told = settings.get()
        url, pages = made(
            connection,
            serving.url_of(listening),
            endpoint=told.get("endpoint_url") or f"{_CLOUD} {told.get('region', '')}".strip(),
            domain=told.get("domain"),
            read_only=read_only,
            code=code,
            allowed_hosts=allowed_host,
        )
        if told.get("endpoint_url", "").startswith("sqlite:"):
            share: Any = connection
            share.share()  # whoever names the same file meanwhile is led here

        def up() -> None:
            _announce(url)
            if opened:  # in a thread, since some browsers are waited for
                threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

        asyncio.run(serving.serve_until_signalled(pages, listening, up))
    connection.close()


def made(
    connection: Transport,
    server_url: str,
    *,
    endpoint: str,
    domain: str | None,
    read_only: bool,
    code: Iterable[str] = (),
    allowed_hosts: Iterable[str] = (),
) -> tuple[str, Any]:
    """Return the URL that opens the pages of a connection, with its token, and the pages.

    Raises Failure where the extra `server` is not installed.
    """
    token = secrets.token_urlsafe(24)
    web = _web()
    pages = web.application(
        connection,
        token=token,
        endpoint=endpoint,
        domain=domain,
        read_only=read_only,
        code=code,
        allowed_hosts=allowed_hosts,
        look_seconds=web.FAR_SECONDS if endpoint.startswith(_CLOUD) else web.LOOK_SECONDS,
    )
    return f"{server_url}/ui/?token={token}", pages


def beside(
    *, read_only: bool, code: tuple[str, ...], allowed_hosts: Iterable[str]
) -> Callable[[Engine, str], Any]:
    """Return what makes the pages of an engine that is served, and prints their URL.

    Raises Failure where the extra `server` is not installed.
    """
    checked(code)
    _web()

    def pages(engine: Engine, server_url: str) -> Any:
        adopt(engine)
        url, shown = made(
            _connected(engine),
            server_url,
            endpoint=engine.url,
            domain=settings.get().get("domain"),
            read_only=read_only,
            code=code,
            allowed_hosts=allowed_hosts,
        )
        _announce(url)
        return shown

    return pages


def checked(modules: Iterable[str]) -> None:
    """Raise click.BadParameter where one of these modules is not in this folder, nor installed."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    for name in modules:
        try:
            found = find_spec(name)
        except (ImportError, ValueError) as error:
            raise click.BadParameter(f"--code {name!r}: {error}") from error
        if found is None:
            raise click.BadParameter(f"--code {name!r}: there is no such module")


def _connected(engine: Engine) -> Transport:
    """Return a connection to an engine that does not open it again once it is closed."""

    def there(_url: str) -> Engine:
        return engine

    transport: Transport = import_module("swf.transport.local").LocalTransport(
        engine.url,
        region=settings.get().get("region"),
        opener=there,
        share=import_module("swf.server.sharing").share,
    )
    return transport


def _announce(url: str) -> None:
    click.echo(f"pages: {url}", err=True)


def _web() -> Any:
    try:
        return import_module("swf.web")
    except ImportError as error:
        raise Failure(str(error)) from error


def _listening() -> Any:
    try:
        return import_module("swf.server.listening")
    except ImportError as error:
        raise Failure(str(error)) from error
