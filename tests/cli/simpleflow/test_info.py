"""`swf info`, and what is not here."""

from __future__ import annotations

import pytest
from cli_scene import Scene
from terminals import typed


def test_info_tells_versions_settings_and_environment(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`info` prints what is installed and set, secrets masked; an unknown section is refused."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG")

    told = typed("info").stdout
    assert "swf" in told
    assert "boto3" in told
    assert "TestDomain" in told
    assert "wJalrX" not in told
    assert "AKIAIOS" not in told
    assert {line.split()[0] for line in typed("info", "versions").stdout.splitlines()} == {
        "versions"
    }
    assert typed("info", "weather").exit_code == 2


def test_what_is_not_here_says_what_to_do_instead() -> None:
    """`binaries.download` is known, and refused."""
    refused = typed("binaries.download", "tool=s3://bucket/tool", "--force")

    assert refused.exit_code == 2
    assert "have it in the image" in refused.stderr
