"""What a helper process answers."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import replayed_code as code
from looked_at import begun

from swf.engine import Engine
from swf.models import History, HistoryBuilder
from swf.web import replaying
from swf.web.replaying import LOOKS, Question

NAMED = {"domain": "d", "workflow_id": "w", "run_id": "r", "patience_seconds": 5.0}


def answer(wanted: str, history: History, *named: str) -> dict[str, Any]:
    """Return what is answered in this process."""
    to = StringIO()
    replaying._answer(to, Question(wanted=wanted, code=named, events=history.raws, **NAMED))  # type: ignore[arg-type]
    told: dict[str, Any] = json.loads(to.getvalue())
    return told


@pytest.fixture
def order(swf_engine: Engine) -> History:
    handle, _ = code.begun(swf_engine, code.Order, "tea", "cup")
    return handle.execution.history()


def typed(name: str) -> History:
    return HistoryBuilder((name, "1")).build()


def test_it_answers_in_a_process_of_its_own(order: History) -> None:
    """What the code prints is not part of the answer."""
    question = {
        **NAMED,
        "wanted": "stack",
        "code": [code.CODE],
        "events": order.raws,
        "path": sys.path,
    }
    ended = subprocess.run(
        [sys.executable, "-m", "swf.web.replaying"],
        input=json.dumps(question).encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )

    assert [one["name"] for one in json.loads(ended.stdout)["found"]["strands"]] == [
        "Order.run",
        "Order.total",
    ]
    assert b"must not be taken for an answer" in ended.stderr


def test_the_place_of_a_class_is_told(order: History) -> None:
    """Module and name, for a test that replays it; chains of steps have none."""
    assert answer("place", order, code.CODE) == {"found": {"module": code.CODE, "name": "Order"}}
    assert answer("place", order, f"{code.CODE}:Order")["found"]["name"] == "Order"
    told = answer("place", typed("Chain"), code.CODE)["error"]
    assert told["kind"] == "UnusableCodeError"
    assert "chain of steps" in told["told"]


def test_pictures_are_told_by_their_elements(order: History) -> None:
    """A graph and a chain have nodes; other code has causes."""
    drawn = answer("picture", typed("Drawn"), f"{code.CODE}.Drawn")["found"]
    chain = answer("picture", typed("Chain"), code.CODE)["found"]
    instance = answer("picture", typed("Chain"), f"{code.CODE}.CHAIN")["found"]
    causes = answer("picture", order, code.CODE)["found"]

    assert [node["id"] for node in drawn["nodes"]] == ["pause"]
    assert {node["kind"] for node in chain["nodes"]} == {"start", "step", "end"}
    assert instance == chain
    assert causes["causes"][-1][1] != []


def test_what_keeps_it_from_an_answer_is_told_with_what_helps() -> None:
    """Unknown types and modules; and any error of whatever code that is."""
    unknown = answer("stack", begun().build(), code.CODE)["error"]
    unnamed = answer("stack", begun().build())["error"]
    missing = answer("stack", begun().build(), "no_such_module")["error"]
    broken = answer("stack", HistoryBuilder(("Broken", "1")).build(), f"{code.CODE}.Kept.broken")

    assert unknown["kind"] == unnamed["kind"] == "NotRegisteredError"
    assert "no code was named" in unnamed["told"]
    assert "--code MODULE" in unknown["help"]
    assert missing["kind"] == "UnusableCodeError"
    assert (broken["error"]["kind"], broken["error"]["help"]) == ("ZeroDivisionError", "")


def test_files_are_told_from_where_the_pages_are_served(
    order: History, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is elsewhere is told by its whole path."""
    monkeypatch.chdir(Path(code.__file__).parent)
    [here, *_] = answer("stack", order, code.CODE)["found"]["strands"]
    monkeypatch.chdir(tmp_path)
    [elsewhere, *_] = answer("stack", order, code.CODE)["found"]["strands"]

    assert here["frames"][0]["file"] == "replayed_code.py"
    assert elsewhere["frames"][0]["file"] == code.__file__


def test_each_look_is_known() -> None:
    """Pages ask for these."""
    assert LOOKS.keys() == {"stack", "picture", "place"}
