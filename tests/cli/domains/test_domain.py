"""`swf domain`, and what all commands do about the domain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_scene import Scene
from terminals import typed


def test_domains_are_registered_listed_and_deprecated(scene: Scene) -> None:
    """A domain goes through its life by `swf domain`, and is listed under its status."""
    assert typed("domain", "register", "other", "--retention", "7").exit_code == 0
    assert typed("domain", "list", "-o", "id").stdout.split() == ["TestDomain", "other"]
    described = json.loads(typed("domain", "describe", "other", "-o", "json").stdout)
    assert (described["status"], described["retention_days"]) == ("REGISTERED", 7)
    assert typed("domain", "register", "other").exit_code == 11

    assert typed("domain", "deprecate", "other").exit_code == 0
    assert typed("domain", "list", "-o", "id").stdout.split() == ["TestDomain"]
    listed = typed("domain", "list", "--status", "deprecated", "-o", "id")
    assert listed.stdout.split() == ["other"]
    assert typed("domain", "undeprecate", "other").exit_code == 0
    assert typed("domain", "list", "-s", "all", "-o", "id").stdout.split() == [
        "TestDomain",
        "other",
    ]


def test_the_domain_in_effect_is_described(scene: Scene) -> None:
    """`domain describe` without a name is about the one in effect."""
    assert "TestDomain" in typed("domain", "describe").stdout


def test_the_domain_is_said_in_one_way_everywhere(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`-d` before or after the command, SWF_DOMAIN, ~/.swf: in this order; after it wins."""
    scene.start()
    monkeypatch.setenv("SWF_DOMAIN", "nowhere")

    assert typed("workflow", "count", "-d", "TestDomain").stdout == "1\n"
    assert typed("--domain", "TestDomain", "workflow", "count").stdout == "1\n"
    assert typed("-d", "elsewhere", "workflow", "count", "-d", "TestDomain").stdout == "1\n"
    assert typed("workflow", "count").exit_code == 10
    monkeypatch.delenv("SWF_DOMAIN")
    (Path.home() / ".swf").write_text("[defaults]\ndomain = TestDomain\n")
    assert typed("workflow", "count").stdout == "1\n"


def test_no_domain_is_a_usage_error_that_says_how_to_say_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a domain, a command says in one line how one is told, and ends with 2."""
    monkeypatch.delenv("SWF_DOMAIN")

    ran = typed("workflow", "list")
    assert ran.exit_code == 2
    assert len(ran.stderr.splitlines()) == 1
    assert "-d NAME" in ran.stderr
    assert "SWF_DOMAIN" in ran.stderr


def test_an_unknown_domain_is_put_right(scene: Scene) -> None:
    """The nearest domain is suggested, and how to make the one that was named."""
    ran = typed("workflow", "list", "-d", "Testdomain")

    assert ran.exit_code == 10
    assert "(did you mean 'TestDomain'?)" in ran.stderr
    assert "`swf domain register Testdomain`" in ran.stderr
    quoted = typed("workflow", "list", "-d", "my shop")
    assert "`swf domain register 'my shop'`" in quoted.stderr


def test_a_domain_that_was_typed_wrong_is_put_right(scene: Scene) -> None:
    """The nearest domain is told, whichever way the unknown one was named."""
    for words in (("domain", "describe", "TestDomian"), ("workflow", "list", "-d", "TestDomian")):
        ran = typed(*words)
        assert ran.exit_code == 10
        assert "(did you mean 'TestDomain'?)" in ran.stderr
