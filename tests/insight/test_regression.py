"""Recorded histories as tests."""

from __future__ import annotations

import ast

import pytest
import replayed_code as code
from hypothesis import given
from hypothesis import strategies as st

from swf.engine import Engine
from swf.exceptions import ValidationError
from swf.insight.regression import as_pytest
from swf.models import History, HistoryBuilder


def test_the_test_passes_and_fails_with_the_code(
    swf_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It passes as long as the code follows the history, and not any longer."""
    handle, _ = code.begun(swf_engine, code.Once)
    source = as_pytest(
        handle.execution.history(),
        workflow_id=handle.workflow_id,
        run_id=str(handle.run_id),
        module=code.__name__,
        name="Once",
    )
    told: dict[str, object] = {}
    exec(compile(source, "test_it.py", "exec"), told)
    test = told["test_the_history_is_followed"]
    assert callable(test)
    test()
    monkeypatch.setattr(code.Once, "renamed", "cup")
    with pytest.raises(Exception, match="Once"):
        test()


@given(st.text(), st.text(), st.text())
def test_whatever_ids_and_payloads_are_it_is_python(
    workflow_id: str, run_id: str, given_: str
) -> None:
    """No text gets out of its quotes."""
    history = HistoryBuilder(("order", "1"), given_).build()
    source = as_pytest(history, workflow_id=workflow_id, run_id=run_id, module="a.b", name="C")
    texts = {
        node.arg: ast.literal_eval(node.value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.keyword) and node.arg is not None
    }

    assert texts == {"workflow_id": workflow_id, "run_id": run_id}


@pytest.mark.parametrize("name", ["", "a b", "a;import os", "a\n", "1", "a..b", "a()"])
def test_what_is_no_name_is_refused(name: str) -> None:
    """Only names of Python become part of a source."""
    history = History.from_raw(HistoryBuilder().raw)

    with pytest.raises(ValidationError, match="no name of Python"):
        as_pytest(history, workflow_id="w", run_id="r", module=name, name="C")
    with pytest.raises(ValidationError, match="no name of Python"):
        as_pytest(history, workflow_id="w", run_id="r", module="m", name=name)
