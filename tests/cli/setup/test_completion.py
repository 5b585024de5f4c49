"""`swf completion`, and what is completed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_scene import WORKFLOW_ID, Scene, shop_on_file
from terminals import ROOT, typed

from swf import schedules


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


def test_types_and_activities_are_completed_where_they_are_named(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arguments and options that name a type or an activity are completed by those there are."""
    scene.begin()

    double = "examples.basic.double:example"
    assert completed(monkeypatch, "swf activity-type describe examples.basic.do") == [double]
    assert completed(monkeypatch, "swf workflow-type deprecate b") == ["basic:example"]
    assert completed(monkeypatch, "swf workflow list --type b") == ["basic:example"]
    assert completed(monkeypatch, f"swf activity describe {WORKFLOW_ID} act") == [
        "activity-examples.basic.increment-1"
    ]
    assert completed(monkeypatch, "swf doctor bas") == [WORKFLOW_ID]
    monkeypatch.delenv("SWF_DOMAIN")
    assert completed(monkeypatch, "swf activity-type describe e") == []
    assert completed(monkeypatch, f"swf activity describe {WORKFLOW_ID} act") == []


def test_schedules_are_completed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is done to a schedule, its name is completed by those there are."""
    schedules.create(
        "nightly",
        schedules.ScheduleSpec(cron="@daily", workflow="basic"),
        domain=scene.domain,
    )

    for verb in ("describe", "pause", "unpause", "trigger", "update", "delete"):
        assert completed(monkeypatch, f"swf schedule {verb} ni") == ["nightly"]
    assert completed(monkeypatch, "swf schedule create ni") == []
    monkeypatch.delenv("SWF_DOMAIN")
    assert completed(monkeypatch, "swf schedule describe ni") == []


def test_what_a_shell_would_run_is_not_completed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that a shell would not take as it is stays out of the command line."""
    for name in ("x$(id)", "x;id", "x`id`", "x id", "x*", "x'", "x-1", "xé"):
        scene.start(name)

    assert set(completed(monkeypatch, "swf workflow info x")) == {"x-1", "xé"}


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """The environment of a shell that finds `swf`, with an SWF on a file."""
    url = shop_on_file(tmp_path / "swf.db", ["order-1", "order-2"])
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "swf"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m swf "$@"\n')
    command.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "SWF_ENDPOINT_URL": url,
        "SWF_DOMAIN": "shop",
    }


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("swf workflow info or", ["order-2", "order-1"]),
        ("swf workflow start basic:", ["basic:1"]),
        ("swf workflow list -d sh", ["shop"]),
        ("swf workflow term", ["terminate"]),
    ],
)
def test_bash_completes(shell: dict[str, str], words: str, expected: list[str]) -> None:
    """A real bash, having read the script, completes commands and names."""
    script = f"""
        eval "$(swf completion bash)"
        case $COMP_WORDBREAKS in *:*) exit 3;; esac
        complete -p swf >/dev/null || exit 4
        COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        for attempt in {{1..40}}; do
            COMPREPLY=(); _swf_completion swf
            [ -n "${{COMPREPLY[0]}}" ] && break  # names may be late where a machine is busy
        done
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    ran = subprocess.run(
        ["bash", "--norc", "-c", script], env=shell, capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines() == expected
    assert ran.stderr == ""
