"""`swf completion`, and what is completed."""

from __future__ import annotations

import pytest
from cli_scene import WORKFLOW_ID, Scene
from terminals import typed


def completed(monkeypatch: pytest.MonkeyPatch, words: str) -> list[str]:
    """Return what a shell is told to complete behind these words."""
    monkeypatch.setenv("_SWF_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))
    ran = typed()
    monkeypatch.delenv("_SWF_COMPLETE")
    return [line.partition(",")[2] for line in ran.stdout.splitlines() if line]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_script(shell: str) -> None:
    """The script has the shell ask `swf` itself."""
    ran = typed("completion", shell)
    assert ran.exit_code == 0
    assert "_SWF_COMPLETE" in ran.stdout


def test_an_unknown_shell_is_refused() -> None:
    """Only shells that there is a script for are taken."""
    assert typed("completion", "cmd").exit_code == 2


def test_commands_and_names_are_completed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands, verbs, domains, workflow ids and types are completed as they are typed."""
    scene.start()

    assert completed(monkeypatch, "swf workf") == ["workflow", "workflow-type"]
    assert completed(monkeypatch, "swf workflow ter") == ["terminate"]
    assert completed(monkeypatch, "swf workflow info bas") == [WORKFLOW_ID]
    assert completed(monkeypatch, "swf workflow info x") == []
    assert completed(monkeypatch, "swf workflow list -d Te") == ["TestDomain"]
    assert completed(monkeypatch, "swf workflow start b") == ["basic:example"]


def test_the_domain_that_was_typed_is_asked(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-d` before the word counts for what is completed; without any domain there is nothing."""
    scene.start()
    monkeypatch.delenv("SWF_DOMAIN")

    assert completed(monkeypatch, "swf workflow info -d TestDomain bas") == [WORKFLOW_ID]
    assert completed(monkeypatch, "swf workflow info bas") == []
    assert completed(monkeypatch, "swf workflow start bas") == []


def test_an_error_completes_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who presses a key is told of no error."""
    monkeypatch.setenv("SWF_DOMAIN", "nowhere")

    assert completed(monkeypatch, "swf workflow info bas") == []
