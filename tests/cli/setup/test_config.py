"""`swf config`: settings with their origins, secrets masked."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terminals import typed

from swf import settings
from swf._version import __version__
from swf.cli.setup import settings_file


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


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home directory of its own; the path of its settings file."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("SWF_DOMAIN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / ".swf"


def test_the_path_is_told_whether_there_is_a_file_or_not(home: Path) -> None:
    """`config path` prints where the file would be."""
    assert typed("config", "path").stdout == f"{home}\n"
    assert not home.exists()


def test_a_setting_is_written_and_all_else_is_kept(home: Path) -> None:
    """Comments, blank lines and other settings stay; the owner alone may read the file."""
    home.write_text("# mine\n[defaults]\n; of old\nDomain: old\nregion = eu-west-1\n\n# end\n")
    home.chmod(0o644)

    ran = typed("config", "set", "domain", "shop")
    typed("config", "set", "profile", "work")

    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr == f"wrote domain to {home}\n"
    assert home.read_text() == (
        "# mine\n[defaults]\n; of old\ndomain = shop\nregion = eu-west-1\n\n# end\nprofile = work\n"
    )
    assert stat.S_IMODE(home.stat().st_mode) == 0o600
    assert settings.from_file(home) == {
        "domain": "shop",
        "region": "eu-west-1",
        "profile": "work",
    }


def test_an_empty_value_takes_a_setting_away(home: Path) -> None:
    """What is set to nothing is not told by the file any more."""
    typed("config", "set", "domain", "shop")
    typed("config", "set", "domain", "")

    assert home.read_text() == "[defaults]\n"


def test_a_key_pair_is_written_whole(home: Path) -> None:
    """With the key id the secret is read; a token of the pair before is gone."""
    home.write_text("[credentials]\naws_access_key_id = A\naws_secret_access_key = B\n")
    home.chmod(0o600)
    assert typed("config", "set", "aws_session_token", "T").exit_code == 0

    ran = typed("config", "set", "aws_access_key_id", "AKIANEW", stdin="sesame\n")

    assert ran.exit_code == 0
    assert settings.from_file(home) == {
        "aws_access_key_id": "AKIANEW",
        "aws_secret_access_key": "sesame",
    }
    assert "sesame" not in ran.output
    assert typed("config", "set", "aws_secret_access_key", "", stdin="").exit_code == 0
    assert settings.from_file(home) == {}


def test_half_of_a_key_pair_is_refused(home: Path) -> None:
    """A secret without its key id is not written; the way out is told."""
    ran = typed("config", "set", "aws_secret_access_key", stdin="sesame\n")

    assert ran.exit_code == 2
    assert "`swf config set aws_access_key_id` asks for both" in ran.stderr
    assert not home.exists()


def test_what_goes_before_the_file_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that says otherwise is named."""
    monkeypatch.setenv("SWF_DOMAIN", "other")

    ran = typed("config", "set", "domain", "shop")

    assert "environment variable SWF_DOMAIN tells another domain, which goes first" in ran.stderr
    assert settings.from_file(home) == {"domain": "shop"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("domian", "x"), "(did you mean 'domain'?)"),
        (("domain", " a"), "one line"),
        (("region", "a\n[x]"), ""),
        (("domain", "a:b"), "must not contain ':'"),
        (("endpoint_url", "gopher://x"), "no such scheme"),
    ],
)
def test_what_cannot_be_set_changes_nothing(home: Path, words: tuple[str, ...], told: str) -> None:
    """An unknown setting, or a value that nothing can be done with, leaves the file as it is."""
    home.write_text("[defaults]\n")

    ran = typed("config", "set", *words)

    assert ran.exit_code == 2, ran.output
    assert told in ran.stderr
    assert home.read_text() == "[defaults]\n"


def test_a_file_that_is_not_understood_is_left_alone(home: Path) -> None:
    """A file with an error in it is not written over."""
    home.write_text("nonsense\n")

    assert typed("config", "set", "domain", "shop").exit_code == 2
    assert home.read_text() == "nonsense\n"


lines = st.sampled_from(
    ["", "# note", "; note", "region = a", "domain: b", "profile=c", "endpoint_url = memory://"]
)


@given(
    text=st.lists(lines, unique=True),
    key=st.sampled_from(["region", "domain", "profile", "endpoint_url"]),
    value=st.none() | st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1),
)
def test_only_the_setting_changes(text: list[str], key: str, value: str | None) -> None:
    """Whatever the file is, every other line stays in its order, and the value is read back."""
    before = "\n".join(["[defaults]", *text]) + "\n"

    after = settings_file.changed(before, {key: value})

    assert settings.from_stream(io.StringIO(after)).get(key) == value
    others = [line for line in before.splitlines() if not line.startswith(key)]
    assert [line for line in after.splitlines() if not line.startswith(key)] == others


@pytest.mark.parametrize("odd", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_a_line_is_what_the_file_has_for_one(odd: str) -> None:
    """A character that breaks lines elsewhere breaks none in a settings file."""
    before = f"[defaults]\ndomain = a{odd}b\n"

    after = settings_file.changed(before, {"region": "eu-west-1"})

    assert after == f"{before}region = eu-west-1\n"


def test_versions_are_told() -> None:
    """`swf version` names this package, Python, and what is installed beside them."""
    told = json.loads(typed("version", "-o", "json").stdout)

    assert told["swf"] == __version__
    assert {"python", "click", "boto3"} <= set(told)
    assert typed("version", "-o", "id").stdout == f"{__version__}\n"


def test_a_section_with_a_remark_behind_it_is_that_section(home: Path) -> None:
    """A setting goes into the section that is there, before the next one."""
    home.write_text("[defaults] ; mine\nregion = a\n\n[credentials]\n")

    typed("config", "set", "domain", "shop")

    assert home.read_text() == "[defaults] ; mine\nregion = a\ndomain = shop\n\n[credentials]\n"


def test_a_file_that_cannot_be_read_or_written_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no place for the file that is one line, and nothing is left behind."""
    home.mkdir()
    assert "cannot be read" in typed("config", "set", "domain", "shop").stderr
    monkeypatch.setenv("HOME", str(home / "nowhere"))
    ran = typed("config", "set", "domain", "shop")

    assert (ran.exit_code, "cannot be written" in ran.stderr) == (2, True)
    assert list(home.iterdir()) == []
