"""Where the code of an execution waits, as its page shows it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import replayed_code as code
from browsed import Answer, Browser, seen
from looked_at import begun, browser_of
from poisons import harms

from swf.engine import Engine
from swf.flow import Workflow
from swf.insight.recorded import Recorded
from swf.models import History, HistoryBuilder
from swf.testing import connected
from swf.web import application, looking, paths, replaying


def page_of(engine: Engine, workflow: type[Workflow], *args: object, named: str) -> Answer:
    """Return the page of an execution that came as far as it could."""
    handle, _ = code.begun(engine, workflow, *args)
    pages = application(connected(engine), token=None, code=[named] if named else [])
    return Browser(pages).get(
        paths.url("d", "executions", handle.workflow_id, str(handle.run_id), "stack")
    )


def look(history: History, named: str) -> str:
    """Return the text of the page of a history, looked at with this code."""
    recorded = Recorded(history, domain="d", workflow_id="w", run_id="r")
    browser = Browser(application(recorded, token=None, code=[named]))
    answer = browser.get(paths.url("d", "executions", "w", "r", "stack"))
    assert answer.status == 200
    assert not harms(answer.text)
    return " ".join(seen(answer.text).text.split())


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module of one's own, `broken_code`, that Python finds."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    return tmp_path / "broken_code.py"


def test_each_strand_is_shown_with_its_lines(swf_engine: Engine) -> None:
    """What each waits for, with a link to its event, and the source around the line."""
    answer = page_of(swf_engine, code.Order, "tea", "cup", named=code.CODE)
    page = seen(answer.text)

    assert "return futures.gather(total, shipped)" in page.text
    assert "self.sleep(60)" in page.text
    assert f"{replaying._shortened(code.__file__)}:" in page.text
    assert "timer-1.1 (running)" in page.text
    assert any(link.endswith("#event-5") for link in page.links)
    assert not harms(answer.text)


def test_values_of_variables_are_not_shown(swf_engine: Engine) -> None:
    """What was given to the workflow is on no line of it."""
    answer = page_of(swf_engine, code.Order, "a-secret-item", named=f"{code.CODE}.Order")

    assert "self.sleep(60)" in answer.text
    assert "a-secret-item" not in answer.text


def test_without_code_it_says_what_to_type(swf_engine: Engine) -> None:
    """Nothing is looked at, and nothing is wrong."""
    answer = page_of(swf_engine, code.Order, "tea", named="")

    assert "swf ui --code MODULE" in answer.text
    assert "error" not in seen(answer.text).text


def test_of_a_closed_execution_there_is_nothing_to_see() -> None:
    """The page says so, and leads to where there is."""
    page = seen(
        browser_of(begun().workflow_execution_completed())
        .get(paths.url("d", "executions", "w", "r", "stack"))
        .text
    )

    assert "closed: no code waits" in page.text


def test_an_execution_that_nobody_began_is_shown_as_it_would_begin() -> None:
    """The code is taken to where it would wait first."""
    builder = HistoryBuilder(("Order", "1"), '{"args": ["tea"], "kwargs": {}}')

    assert "costs = futures.gather(" in look(builder.build(), code.CODE)


def test_a_type_that_no_module_has_is_told() -> None:
    """With the modules in which it was looked for, and the way out."""
    told = look(begun().build(), code.CODE)

    assert f"no workflow 'order', version '1': looked in {code.CODE}" in told
    assert "Name the module" in told


def test_code_that_does_not_follow_is_told(swf_engine: Engine, module: Path) -> None:
    """Both sides of the first difference are on the page."""
    handle, _ = code.begun(swf_engine, code.Once)
    module.write_text(
        "from replayed_code import Once\n"
        "class Changed(Once):\n"
        "    name = 'Once'\n"
        "    renamed = 'cup'\n"
        "del Once\n"
    )
    told = look(handle.execution.history(), "broken_code")

    assert "NonDeterminismError" in told
    assert "patched" in told


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import no_such_module", "cannot be imported: ModuleNotFoundError"),
        ("1 / 0", "cannot be imported: ZeroDivisionError"),
        ("def (", "cannot be imported: SyntaxError"),
        ("much = bytearray(6 << 30)", "cannot be imported: MemoryError"),
        ("raise SystemExit(3)", "ended with"),
        ("import os; os._exit(7)", "ended with 7"),
        ("import os; os.kill(os.getpid(), 9)", "ended with -9"),
        ("import sys; sys.stdout.write('}{'); sys.stdout.flush()", "no workflow 'order'"),
        ("import sys; sys.stdout.close(); sys.stderr.close()", "no workflow 'order'"),
        ("name = '<script>alert(1)</script>'; raise ValueError(name)", "alert(1)"),
    ],
)
def test_code_that_breaks_harms_nobody(module: Path, source: str, told: str) -> None:
    """Whatever a module does when it is imported, the page says what happened."""
    module.write_text(source)

    assert told in look(begun().build(), "broken_code")


def test_code_that_hangs_is_ended(module: Path) -> None:
    """It has so many seconds, and no process is left of it, nor of what it has started."""
    marker = module.with_name("alive")
    module.write_text(
        "import subprocess, sys, time\n"
        f'told = "import time; time.sleep(4); open({str(marker)!r}, chr(119))"\n'
        "subprocess.Popen([sys.executable, '-c', told])\n"
        "while True: time.sleep(1)\n"
    )
    recorded = Recorded(begun().build(), domain="d", workflow_id="w", run_id="r")
    site = application(recorded, token=None, code=["broken_code"]).site
    about = looking.Subject(site, recorded.execution)
    found = looking.look(about, "stack", about.history.raws, seconds=2)

    assert found.failed
    assert found.kind == "TooSlow"
    assert "within 2 s" in found.told
    assert not marker.exists()


def test_a_program_that_hangs_is_told_with_its_line() -> None:
    """A loop that waits for nothing is found before the time is up."""
    recorded = Recorded(
        HistoryBuilder(("Hanging", "1")).build(), domain="d", workflow_id="w", run_id="r"
    )
    site = application(recorded, token=None, code=[code.CODE]).site
    about = looking.Subject(site, recorded.execution)
    found = looking.look(about, "stack", about.history.raws, seconds=16)

    assert found.kind == "HungProgramError"
    assert "replayed_code.py:" in found.told


def test_a_chain_of_steps_leads_to_its_graph() -> None:
    """Its code is not written as lines that wait."""
    told = look(HistoryBuilder(("Chain", "1")).build(), code.CODE)

    assert "chain of steps" in told


def test_more_looks_than_there_are_turns_wait() -> None:
    """One that has no turn in time says so."""
    recorded = Recorded(begun().build(), domain="d", workflow_id="w", run_id="r")
    site = application(recorded, token=None, code=[code.CODE]).site
    about = looking.Subject(site, recorded.execution)
    for _ in range(looking.AT_ONCE):
        assert looking._TURNS.acquire(timeout=10)
    try:
        found = looking.look(about, "stack", about.history.raws, seconds=0.05)
    finally:
        for _ in range(looking.AT_ONCE):
            looking._TURNS.release()

    assert found.kind == "Busy"
