"""`swf workflow replay`, `stack`, `query` and `export`: executions beside code."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from cli_scene import Scene
from followed_work import Followed
from terminals import ROOT, typed

from swf.flow import Decider, start
from swf.models import History
from swf.testing import run_until_idle

CODE = ("--code", "followed_work")
NAMED = ("--code", "followed_work.Followed")


@pytest.fixture
def waiting(scene: Scene) -> str:
    """An execution of `followed` that waits for its signal, by its workflow id."""
    start(Followed, workflow_id="f", domain=scene.domain, connection=scene.connection)
    run_until_idle(Decider([Followed], domain=scene.domain, connection=scene.connection))
    return "f"


def test_code_that_follows_is_told_so(waiting: str, tmp_path: Path) -> None:
    """`replay` compares an execution, or a history in a file, with the code that was named."""
    ran = typed("workflow", "replay", waiting, *CODE, "-o", "json")
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["workflow"] == "followed:1"

    kept = tmp_path / "f.json"
    assert typed("workflow", "export", waiting, "--to", str(kept)).exit_code == 0
    again = typed("workflow", "replay", "--file", str(kept), *CODE, "-o", "json")
    assert json.loads(again.stdout) == json.loads(ran.stdout)
    assert typed("workflow", "replay", *CODE).exit_code == 2


def test_code_that_does_not_follow_is_exit_code_15(scene: Scene) -> None:
    """A changed program is told of in one line, with what was recorded and what it asks for."""
    place = {"domain": scene.domain, "connection": scene.connection}
    from_before = start(Followed, workflow_id="f", **place)  # type: ignore[arg-type]
    decider = Decider([Followed], domain=scene.domain, connection=scene.connection)
    run_until_idle(decider)
    from_before.signal("go")
    run_until_idle(decider)

    ran = typed("workflow", "replay", "f", "--code", "followed_otherwise")
    assert ran.exit_code == 15
    assert len(ran.stderr.splitlines()) == 1


def test_where_the_code_waits_is_shown(waiting: str) -> None:
    """`stack` shows each strand with what it waits for and the line of the program."""
    (strand,) = json.loads(typed("workflow", "stack", waiting, *NAMED, "-o", "json").stdout)

    assert "go" in strand["waits_for"]
    assert strand["at"].split(":")[0].endswith("followed_work.py")
    assert any('self.wait_signal("go").result' in line for line in strand["lines"])


def test_an_execution_is_asked(waiting: str) -> None:
    """`query` prints what the code's handler answers; an unknown one is refused by name."""
    asked = ("workflow", "query", waiting, "how_far", *NAMED)
    assert typed(*asked).stdout == '"waiting."\n'
    assert typed(*asked, "--input", '["!"]').stdout == '"waiting!"\n'
    unknown = typed("workflow", "query", waiting, "how_long", *NAMED)
    assert unknown.exit_code == 1
    assert "how_far" in unknown.stderr


def test_an_export_is_a_history_again(waiting: str, scene: Scene) -> None:
    """The JSON of `export` is the whole history, as `History.from_json` reads it."""
    told = typed("workflow", "export", waiting).stdout

    assert History.from_json(told) == scene.domain.executions().get(waiting).history()


PRINTS = """
from swf.flow import Workflow

class Prints(Workflow):
    name, version, task_list = "prints", "1", "quickstart"

    def run(self):
        print("loud")
        return self.wait_signal("go").result
"""


def test_what_the_code_prints_is_not_data(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where code is run to be looked at, stdout has the answer alone: its prints go to stderr."""
    (tmp_path / "printing_work.py").write_text(PRINTS)
    monkeypatch.syspath_prepend(tmp_path)
    prints = import_module("printing_work").Prints
    start(prints, workflow_id="p", domain=scene.domain, connection=scene.connection)
    run_until_idle(Decider([prints], domain=scene.domain, connection=scene.connection))

    for command in ("replay", "stack"):
        ran = typed("workflow", command, "p", "--code", "printing_work", "-o", "json")
        assert (ran.exit_code, ran.stderr) == (0, "loud\n")
        assert json.loads(ran.stdout)


def test_an_export_is_a_test_that_passes(waiting: str, tmp_path: Path) -> None:
    """`--as pytest` writes a test that replays the history by the code that was named."""
    written = tmp_path / "test_followed.py"
    exported = ("workflow", "export", waiting, "--as", "pytest", "--to", str(written))
    assert typed(*exported).exit_code == 2
    assert typed(*exported, *NAMED).exit_code == 0
    formatted = ("workflow", "export", waiting, "--format", "pytest", *NAMED)
    assert typed(*formatted).stdout == written.read_text()

    paths = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'tests')!r}]; "
    code = f"{paths}import pytest; sys.exit(pytest.main(['-q', {str(written)!r}]))"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout
    assert "1 passed" in ran.stdout


def test_a_repair_does_what_was_not_completed(folder: Path, swf_url: str) -> None:
    """`workflow repair` runs an execution again with its arguments; what it had done is not."""
    where = ("-d", "TestDomain", "--endpoint-url", swf_url)
    failed = typed(
        "standalone", "repairable_work", *where, "-i", '["a"]', "--workflow-id", "the first", "-q"
    )
    (folder / "mended").touch()

    repaired = typed("workflow", "repair", "the first", "--code", "repairable_work", *where, "-q")

    assert (failed.exit_code, repaired.exit_code) == (3, 0), repaired.output
    assert repaired.stdout == '[\n  "a"\n]\n'
    assert (folder / "a").read_text() == "."
    unknown = typed("workflow", "repair", "the frist", "--code", "repairable_work", *where)
    assert unknown.exit_code == 10
