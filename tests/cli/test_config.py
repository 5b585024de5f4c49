"""`swf config`: settings with their origins, secrets masked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terminals import typed


def test_each_setting_is_shown_with_its_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a file, a variable and an option tell is told of each; no secret is printed."""
    home = Path.home() / ".swf"
    home.write_text(
        "[credentials]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
        "aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCY\n"
    )
    home.chmod(0o600)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")

    ran = typed("config", "show", "-d", "mine", "-o", "json")
    found = {one["key"]: (one["value"], one["origin"]) for one in json.loads(ran.stdout)}
    assert found == {
        "aws_access_key_id": ("****MPLE", str(home)),
        "aws_secret_access_key": ("****fiCY", str(home)),
        "region": ("eu-west-1", "environment variable AWS_REGION"),
        "domain": ("mine", "the command line"),
    }


def test_what_nothing_tells_is_shown_on_demand() -> None:
    """`--all` lists every setting; where there is none, it is said what that means."""
    assert "AWS is asked" in typed("config", "show").stderr
    keys = typed("config", "show", "--all", "-o", "id").stdout.split()
    assert "endpoint_url" in keys
    assert "profile" in keys
