"""The first tutorial, followed as it stands: from nothing to a durable workflow on a page."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, Final
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = (ROOT / "docs" / "tutorial" / "ordinary-python.md").read_text(encoding="utf-8")
ENOUGH: Final = 60
SWF: Final = [sys.executable, "-c", "from swf.cli.main import swf; swf()"]


@pytest.fixture
def here(tmp_path: Path) -> dict[str, Any]:
    """How a command of the page is run: in an empty folder, with the program that it writes."""
    folder = tmp_path / "empty"
    folder.mkdir()
    program = "".join(re.findall(r"```python\n(# orders\.py\n.*?)```", PAGE, re.DOTALL))
    (folder / "orders.py").write_text(program, encoding="utf-8")
    return {"cwd": folder, "env": {**os.environ, "PYTHONPATH": str(ROOT)}, "text": True}


@pytest.fixture
def pages(here: dict[str, Any]) -> Iterator[str]:
    """What the page types to have the file served, on a free port; the address that it prints."""
    typed = re.search(r"^\$ swf (server start .*)$", PAGE, re.MULTILINE)
    assert typed is not None
    command = [*SWF, *shlex.split(typed[1]), "--port", "0"]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, **here
    ) as server:
        try:
            yield printed(server, "pages: ")
        finally:
            server.terminate()


def printed(process: subprocess.Popen[str], start: str) -> str:
    """Return what follows on the line of stderr that begins so; without one, the process ends."""
    assert process.stderr is not None
    late = threading.Timer(ENOUGH, process.kill)
    late.start()
    try:
        for line in process.stderr:
            if line.startswith(start):
                return line.removeprefix(start).strip()
    finally:
        late.cancel()
    raise AssertionError(f"no line began with {start!r}")


def test_the_order_is_where_the_page_has_one_look(here: dict[str, Any], pages: str) -> None:
    """A program that names the file works on the server that has it; browser and commands see."""
    run: dict[str, Any] = {"capture_output": True, "timeout": ENOUGH, "check": True, **here}
    ran = subprocess.run([sys.executable, "orders.py"], **run)
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    browser.open(pages).close()
    with browser.open(f"{pages.partition('?')[0]}default/executions") as answer:
        shown = answer.read().decode()
    exported = re.search(r"`export (SWF_ENDPOINT_URL=\S+ SWF_DOMAIN=\w+)`", PAGE)
    assert exported is not None
    run["env"] = {**here["env"], **dict(one.split("=", 1) for one in exported[1].split())}
    commands = re.findall(r"`swf (workflow [\w -]+)`", PAGE)
    told = [subprocess.run([*SWF, *words.split()], **run).stdout for words in commands]

    assert f"$ python orders.py\n{ran.stdout}```" in PAGE
    assert "order-1" in shown
    assert "order-1" in told[0]
    assert "WorkflowExecutionStarted" in told[1]


def test_a_prompt_takes_what_is_typed_into_it() -> None:
    """No class that is pasted at a prompt has a blank line in it, which would end it there."""
    text = (ROOT / "docs" / "tutorial" / "first-workflow.md").read_text(encoding="utf-8")
    typed = re.findall(r"```python\n([^>#].*?)```", text, re.DOTALL)

    assert len(typed) > 3
    assert not [block for block in typed if re.search(r"\n\n+ ", block)]


def test_the_test_of_the_page_passes(here: dict[str, Any]) -> None:
    """The test that the page writes is one that pytest runs, and that passes."""
    test = re.search(r"```python\n(def test_.*?)```", PAGE, re.DOTALL)
    plugin = re.search(r"^`(pytest_plugins = .*?)` into `conftest.py`", PAGE, re.MULTILINE)
    top = re.search(r"`(from orders .*?)` at the top of `test_orders.py`", PAGE)
    assert test is not None
    assert plugin is not None
    assert top is not None
    (here["cwd"] / "conftest.py").write_text(plugin[1] + "\n", encoding="utf-8")
    (here["cwd"] / "test_orders.py").write_text(f"{top[1]}\n\n\n{test[1]}", encoding="utf-8")

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."]
    ran = subprocess.run(command, capture_output=True, timeout=ENOUGH, check=False, **here)

    assert "1 passed" in ran.stdout, ran.stdout
