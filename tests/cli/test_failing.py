"""How commands end: exit codes, one line, the way out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_scene import Scene
from terminals import PATIENCE_SECONDS, ROOT, terminal, typed

from swf import exceptions
from swf.cli import failing
from swf.cli.asked import Asked
from swf.flow.errors import NonDeterminismError, SignatureError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (exceptions.DomainDoesNotExist("x"), 10),
        (exceptions.DatabaseMissingError("x"), 10),
        (exceptions.WorkflowExecutionAlreadyStartedFault("x"), 11),
        (exceptions.CredentialsError("x"), 12),
        (exceptions.AccessDeniedFault("x"), 12),
        (exceptions.OperationNotPermittedFault("x"), 12),
        (exceptions.ThrottlingFault("x"), 13),
        (exceptions.LimitExceededFault("x"), 13),
        (exceptions.ConnectionFailedError("x"), 14),
        (NonDeterminismError("x"), 15),
        (SignatureError("x"), 2),
        (exceptions.ValidationError("x"), 2),
        (exceptions.SettingsError("x"), 2),
        (exceptions.EngineError("x"), 1),
        (ZeroDivisionError("x"), 1),
    ],
)
def test_an_exit_code_stands_for_a_kind_of_error(error: Exception, code: int) -> None:
    """Scripts can tell what went wrong by the exit code."""
    assert failing.code_of(error) == code


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (exceptions.WorkflowExecutionDoesNotExist("x"), "swf workflow list"),
        (exceptions.WorkflowTypeDoesNotExist("x"), "swf workflow-type list"),
        (exceptions.ActivityTypeDoesNotExist("x"), "swf activity-type list"),
        (exceptions.ConnectionFailedError("x"), "swf doctor"),
        (exceptions.CredentialsError("x"), "swf config show"),
    ],
)
def test_an_error_tells_the_way_out(error: Exception, words: str) -> None:
    """Behind the message stands what to type."""
    assert words in failing.failure(error).message


def test_an_endpoint_that_nobody_serves_is_told_in_one_line() -> None:
    """A refused connection is exit code 14, one line and no traceback; -vv shows the traceback."""
    words = ("domain", "list", "--endpoint-url", "http://127.0.0.1:9")
    ran = typed(*words)

    assert ran.exit_code == 14
    assert ran.stdout == ""
    assert len(ran.stderr.splitlines()) == 1
    assert "127.0.0.1:9" in ran.stderr
    assert "Traceback" in typed("-vv", *words).stderr


def test_a_setting_that_cannot_be_used_is_told_in_one_line() -> None:
    """An endpoint of an unknown kind and an empty domain are refused with 2, before anything."""
    unknown = typed("domain", "list", "--endpoint-url", "gopher://x")
    assert (unknown.exit_code, len(unknown.stderr.splitlines())) == (2, 1)
    empty = typed("workflow", "list", "-d", "")
    assert (empty.exit_code, len(empty.stderr.splitlines())) == (2, 1)


def test_a_bug_too_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """What nobody expected is exit code 1 and one line; where it was, with -vv."""
    asked = failing.Asked()

    def broken() -> None:
        raise ZeroDivisionError("by\nnought\x1b[31m")

    assert failing.exit_code_of(broken, asked) == 1
    assert capsys.readouterr().err == (
        "Error: ZeroDivisionError: by nought\\x1b[31m (-vv shows where)\n"
    )
    asked.verbosity = 2
    assert failing.exit_code_of(broken, asked) == 1
    assert "in broken" in capsys.readouterr().err


def test_a_name_that_was_typed_cannot_act_on_the_terminal(scene: Scene) -> None:
    """Control characters in arguments come back spelled out."""
    ran = typed("workflow", "info", "\x1b[2J\x07")

    assert "\x1b" not in ran.output
    assert "\x07" not in ran.output


def test_a_domain_of_an_endpoint_that_fails_has_no_suggestion() -> None:
    """Where domains cannot be listed, the error is told all the same."""
    told = failing.failure(exceptions.DomainDoesNotExist("no such domain"))

    assert told.message == "no such domain"


def test_a_reader_that_goes_away_ends_a_command_quietly(tmp_path: Path) -> None:
    """In a pipe whose reader has enough, a command ends with 141 and says nothing."""
    script = (
        f"{sys.executable} -m swf domain register d"
        f" && for i in 1 2 3; do {sys.executable} -m swf domain register d$i; done;"
        f" {sys.executable} -m swf domain list -o jsonl | true; echo ${{PIPESTATUS[0]}}"
    )
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SWF_ENDPOINT_URL": f"sqlite:///{tmp_path}/d"},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    assert ran.stdout == "141\n"
    assert ran.stderr == ""


def test_a_command_does_what_it_is_to_though_nobody_listens(tmp_path: Path) -> None:
    """With its streams closed, a command acts and ends as it would otherwise."""
    script = f"{sys.executable} -m swf domain register d <&- >&- 2>&-; echo $?"
    listed = f"{sys.executable} -m swf domain list -o id 2>&-"
    ran = subprocess.run(
        ["sh", "-c", f"{script}; {script}; {listed}"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SWF_ENDPOINT_URL": f"sqlite:///{tmp_path}/d"},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    assert ran.stdout == "0\n11\nd\n"


def test_a_stream_that_is_closed_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command reads from a closed stdin has ended."""
    monkeypatch.setattr(sys, "stdin", None)
    read: list[str] = []

    def run() -> None:
        with sys.stdin:
            read.append(sys.stdin.read())

    assert failing.exit_code_of(run, Asked()) == 0
    assert read == [""]


def test_an_interrupt_ends_a_command_with_130(tmp_path: Path) -> None:
    """Ctrl-C ends what waits, without a traceback."""
    endpoint = {"SWF_ENDPOINT_URL": f"sqlite:///{tmp_path}/d", "SWF_DOMAIN": "d"}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **endpoint}
    subprocess.run(
        [sys.executable, "-m", "swf", "domain", "register"],
        cwd=tmp_path,
        env=environment,
        check=True,
    )
    with terminal("domain", "list", cwd=tmp_path, **endpoint) as shown:
        assert shown.process.wait(PATIENCE_SECONDS) == 0
    words = ("workflow", "list", "--watch", "60")
    with terminal(*words, cwd=tmp_path, **endpoint) as watching:
        watching.await_text("workflow id")
        assert watching.interrupt(signal.SIGINT) == 130
    assert "Traceback" not in watching.text


def test_a_refusal_by_a_bare_name_is_told_in_words(scene: Scene) -> None:
    """What is there already, deprecated, open, or without a default is said, with what to type."""
    bare = ("workflow-type", "register", "bare one:1")
    assert typed(*bare).exit_code == 0
    typed("workflow", "start", "basic", "--workflow-id", "open")
    refused = {
        ("domain", "register", "TestDomain"): (11, "is there already; `swf domain describe Test"),
        ("domain", "undeprecate", "TestDomain"): (11, "is there already"),
        bare: (11, "say another version; `swf workflow-type describe 'bare one:1'` shows it"),
        ("workflow-type", "undeprecate", "bare one:1"): (11, "is not deprecated; "),
        ("workflow-type", "delete", "bare one:1"): (
            1,
            "`swf workflow-type deprecate 'bare one:1'`",
        ),
        ("workflow", "start", "bare one"): (
            1,
            "no default for executionStartToCloseTimeout; say --e",
        ),
        ("workflow", "start", "basic", "--workflow-id", "open"): (11, "`swf workflow info open`"),
    }
    for words, (code, told) in refused.items():
        ran = typed(*words)
        assert (ran.exit_code, len(ran.stderr.splitlines())) == (code, 1)
        assert told in ran.stderr


def test_what_is_deprecated_is_told_to_be(scene: Scene) -> None:
    """Who uses what is deprecated, or deprecates it once more, is told how to take it back."""
    key = "examples.basic.double:example"
    for words in (
        ("activity-type", "deprecate", key),
        ("workflow-type", "deprecate", "basic:example"),
    ):
        assert typed(*words).exit_code == 0
        ran = typed(*words)
        assert ran.exit_code == 1
        assert f"is deprecated already; `swf {words[0]} undeprecate {words[2]}" in ran.stderr
    assert (
        "is deprecated; `swf workflow-type und"
        in typed("workflow", "start", "basic:example").stderr
    )
    assert typed("domain", "deprecate", "TestDomain").exit_code == 0
    assert "is deprecated already; `swf domain" in typed("domain", "deprecate", "TestDomain").stderr
    late = typed("workflow-type", "register", "late:1")
    assert "it is deprecated: `swf domain undeprecate TestDomain` takes" in late.stderr


def test_an_error_that_says_what_it_means_keeps_its_words() -> None:
    """Only what SWF said by a bare name, of a resource, is put in other words."""
    ours = exceptions.WorkflowExecutionAlreadyStartedFault("the run is here already")
    assert failing.failure(ours).message == "the run is here already"


def test_a_warning_is_one_line(tmp_path: Path) -> None:
    """What a program would be warned of is told without where in the code that came up."""
    file = tmp_path / ".swf"
    file.write_text("[credentials]\naws_access_key_id = a\naws_secret_access_key = b\n")
    file.chmod(0o644)
    ran = subprocess.run(
        [sys.executable, "-m", "swf", "config", "show"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    assert ran.stderr == (
        f"Warning: {file} holds credentials and can be read by others: chmod 600 {file}\n"
    )
