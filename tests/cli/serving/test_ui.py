"""`swf ui`, and the pages of `swf server start`."""

from __future__ import annotations

import re
import signal
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import pytest
from embedded import server_process
from terminals import BASIC, Terminal, terminal, typed

import swf
from swf.models import Domain

pytestmark = pytest.mark.usefixtures("folder")


@attrs.define
class Visitor:
    """Who opens the URL that a command printed, with a cookie from then on."""

    url: str
    cookie: str = ""

    def get(self, path: str) -> tuple[int, dict[str, str], str]:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.request("GET", path, headers={"cookie": self.cookie})
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, headers, answer.read().decode()
        finally:
            connection.close()

    def enter(self) -> str:
        """Exchange the token for a cookie, and return the page that is shown then."""
        parts = urlsplit(self.url)
        status, headers, _ = self.get(f"{parts.path}?{parts.query}")
        assert status == 303
        self.cookie = headers["set-cookie"].partition(";")[0]
        while status in (303, 307):
            status, headers, page = self.get(headers["location"])
        assert status == 200, page
        return page


def visitor(command: Terminal) -> Visitor:
    """Return who opens the pages that a command serves, once it does."""
    told = command.await_text("/ui/?token=")
    found = re.search(
        r"^pages: (http://127\.0\.0\.1:\d+/ui/\?token=[\w-]{30,})$", told, re.MULTILINE
    )
    assert found is not None, told
    return Visitor(found[1])


def test_a_server_has_pages(folder: Path) -> None:
    """What is done over the API is on the pages, which only who has the token can open."""
    with terminal("server", "start", "--db", "shop.db", "--port", "0", cwd=folder) as server:
        someone = visitor(server)
        told = server.await_text("AWS_ENDPOINT_URL_SWF=")
        endpoint = told.partition("AWS_ENDPOINT_URL_SWF=")[2].split()[0]
        swf.settings.set(endpoint_url=endpoint)
        Domain("shop").save()

        assert someone.get("/ui/")[0] == 401
        page = someone.enter()
        assert "No execution was started" in page
        assert "shop.db" in page
        assert "/ui/shop/start" in page
        assert someone.get("/")[1]["location"] == "/ui/"
        assert server.interrupt(signal.SIGINT) == 0
    assert "Traceback" not in server.text


def test_a_server_whose_pages_are_open_stops_at_once(folder: Path) -> None:
    """A page that waits for news does not keep a server from its end."""
    with terminal("server", "start", "--db", "shop.db", "--port", "0", cwd=folder) as server:
        someone = visitor(server)
        server.await_text("AWS_ENDPOINT_URL_SWF=")
        someone.enter()
        stream = HTTPConnection(urlsplit(someone.url).netloc, timeout=30)
        stream.request("GET", "/ui/d/executions/events", headers={"cookie": someone.cookie})
        answer = stream.getresponse()
        assert answer.readline() == b"retry: 5000\n"

        assert server.interrupt(signal.SIGTERM) == 0
        stream.close()
    assert "Traceback" not in server.text


def test_a_server_without_pages(folder: Path) -> None:
    """Who wants none gets none."""
    start = ("server", "start", "--db", "shop.db", "--port", "0", "--no-ui")
    with terminal(*start, cwd=folder) as server:
        told = server.await_text("AWS_ENDPOINT_URL_SWF=")
        endpoint = told.partition("AWS_ENDPOINT_URL_SWF=")[2].split()[0]

        assert "token" not in told
        assert Visitor(endpoint).get("/ui/")[0] == 404
        assert server.interrupt(signal.SIGINT) == 0


@pytest.mark.parametrize(("words", "pages"), [((), False), (("--ui",), True)])
def test_who_can_be_overheard_serves_pages_only_if_told(
    folder: Path, words: tuple[str, ...], pages: bool
) -> None:
    """On another address than this machine's, the token would be a way around the keys."""
    keys = folder / "keys"
    keys.write_text("[default]\naws_access_key_id = A\naws_secret_access_key = B\n")
    keys.chmod(0o600)
    start = ("server", "start", "--db", "shop.db", "--port", "0", "--host", "0.0.0.0")
    with terminal(*start, "--key-file", keys, *words, cwd=folder) as server:
        told = server.await_text("AWS_ENDPOINT_URL_SWF=")

        assert ("token" in told) is pages
        assert server.interrupt(signal.SIGINT) == 0


def test_the_pages_of_a_server_can_be_read_only(folder: Path) -> None:
    """Who may look need not be able to act."""
    start = ("server", "start", "--db", "shop.db", "--port", "0", "--read-only")
    with terminal(*start, cwd=folder) as server:
        someone = visitor(server)
        server.await_text("AWS_ENDPOINT_URL_SWF=")

        assert "read-only" in someone.enter()
        assert someone.get("/ui/d/start")[0] == 404
        assert server.interrupt(signal.SIGINT) == 0


def test_the_pages_of_a_server_elsewhere(folder: Path) -> None:
    """`swf ui` shows what a server holds, over plain HTTP, as it would Amazon's."""
    with server_process("--db", "memory://", "--port", "0") as server:
        swf.settings.set(endpoint_url=server.url)
        Domain("shop").save()
        command = ("ui", "--port", "0", "--read-only", "--endpoint-url", server.url, "-d", "shop")
        with terminal(*command, cwd=folder) as pages:
            page = visitor(pages).enter()

            assert "No execution was started" in page
            assert server.url in page
            assert "read-only" in page
            assert pages.interrupt(signal.SIGINT) == 0
        assert "Traceback" not in pages.text


def test_the_pages_of_a_file(folder: Path) -> None:
    """`swf ui` opens a file that nobody has open; others can go on with it meanwhile."""
    here = ("--db", "shop.db", "--workflow-id", "one", "-d", "default")
    assert typed("run", BASIC, "-i", "[1, 0]", *here).exit_code == 0
    url = f"sqlite:///{folder}/shop.db"
    with terminal("ui", "--port", "0", "--endpoint-url", url, cwd=folder) as pages:
        someone = visitor(pages)
        assert "one" in someone.enter()

        listed = typed("workflow", "list", "-d", "default", "--endpoint-url", url)
        assert "one" in listed.stdout
        assert pages.interrupt(signal.SIGINT) == 0
    assert "Traceback" not in pages.text


def test_the_pages_are_opened_in_a_browser(folder: Path) -> None:
    """The browser of the settings is handed the URL with the token, and is not waited for."""
    browser = folder / "browser"
    browser.write_text('#!/bin/sh\necho "opened $1"\nexec sleep 20 >/dev/null 2>&1\n')
    browser.chmod(0o700)
    command = ("ui", "--open", "--port", "0", "--endpoint-url", "memory://")
    with terminal(*command, cwd=folder, BROWSER=f"{browser} %s") as pages:
        someone = visitor(pages)

        assert f"opened {someone.url}" in pages.await_text("opened ")
        assert "Domains" in someone.enter()
        assert pages.interrupt(signal.SIGINT) == 0


def test_a_port_that_is_taken_is_told() -> None:
    """Two cannot listen on one port; the second says so in a line."""
    with server_process("--db", "memory://", "--port", "0") as server:
        told = typed("ui", "--port", str(server.port), "--endpoint-url", server.url)

        assert told.exit_code == 2
        assert "cannot be listened on" in told.stderr


@pytest.mark.parametrize("command", [["ui"], ["server", "start", "--db", "shop.db"]])
@pytest.mark.parametrize("module", ["no_such_module", "no_such.module", "", "..", "os.path.x.y"])
def test_code_that_is_not_there_is_told_at_once(command: list[str], module: str) -> None:
    """A module that cannot be found is named before anything is served."""
    told = typed(*command, "--port", "0", "--code", module)

    assert told.exit_code == 2
    assert repr(module) in told.stderr


def test_what_is_missing_is_told_with_what_to_install(folder: Path) -> None:
    """Without the extra, one line says what to type; the server can do without its pages."""
    (folder / "jinja2.py").write_text("raise ImportError('No module named jinja2')")
    with terminal("ui", "--port", "0", "--endpoint-url", "memory://", cwd=folder) as pages:
        pages.await_text("pip install 'swf[server]'")
        assert pages.process.wait(30) == 1
    assert "Traceback" not in pages.text
