"""Where a server's key pair comes from."""

from __future__ import annotations

import pytest

from swf.exceptions import SettingsError
from swf.server import keys
from swf.server.sigv4 import KeyPair

FILE = """
[default]
aws_access_key_id = ID
aws_secret_access_key = S%ECRET

[other]
aws_access_key_id = OTHER
aws_secret_access_key = THING

[half]
aws_access_key_id = OTHER
"""


@pytest.fixture
def file(tmp_path):
    """A file with keys that only its owner reads."""
    path = tmp_path / "credentials"
    path.write_text(FILE)
    path.chmod(0o600)
    return path


def test_the_environment_tells_a_pair():
    """Two variables are a key pair."""
    pair = keys.from_environment({keys.ID_VARIABLE: "ID", keys.SECRET_VARIABLE: "SECRET"})

    assert pair == KeyPair("ID", "SECRET")


def test_an_environment_without_keys_tells_none():
    """Where neither variable is set, nothing is signed; the client's own keys do not matter."""
    assert keys.from_environment({"AWS_ACCESS_KEY_ID": "x", keys.ID_VARIABLE: ""}) is None


@pytest.mark.parametrize("name", [keys.ID_VARIABLE, keys.SECRET_VARIABLE])
def test_half_a_pair_is_refused(name):
    """A forgotten variable is named: a server must not be open by mistake."""
    with pytest.raises(SettingsError, match="set both"):
        keys.from_environment({name: "x"})


def test_a_file_tells_a_pair(file):
    """A file as AWS's tools read it has a pair for each profile."""
    assert keys.from_file(file) == KeyPair("ID", "S%ECRET")
    assert keys.from_file(file, "other") == KeyPair("OTHER", "THING")


@pytest.mark.parametrize("profile", ["half", "absent"])
def test_a_profile_without_a_pair_is_refused(file, profile):
    """A profile has to hold a whole pair."""
    with pytest.raises(SettingsError, match=rf"under \[{profile}\]"):
        keys.from_file(file, profile)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused(file, mode):
    """A secret that others can read is none."""
    file.chmod(mode)

    with pytest.raises(SettingsError, match="chmod 600"):
        keys.from_file(file)


@pytest.mark.parametrize("text", [b"no section", b"[default]\nx\xff"])
def test_a_file_that_is_none_of_keys_is_refused(file, text):
    """A file of another form is refused, with its name."""
    file.write_bytes(text)

    with pytest.raises(SettingsError, match=str(file)):
        keys.from_file(file)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    """A missing file is refused: its server must not be open by mistake."""
    with pytest.raises(SettingsError, match="cannot be read"):
        keys.from_file(tmp_path / "absent")
