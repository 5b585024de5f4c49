"""Where each setting comes from, which source decides, and what a broken source is told."""

from __future__ import annotations

import io
import os
import pickle
import re
import subprocess
import sys
import threading
import traceback
import warnings
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import swf
from swf import settings
from swf.exceptions import (
    CredentialsError,
    SettingsError,
    SettingsWarning,
    SWFError,
    UnknownSettingError,
    ValidationTypeError,
)
from swf.settings import Setting
from swf.transport import default_connection

PAIR = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "s%cr(t)s=/+#;"}
FULL = """\
[credentials]
aws_access_key_id = AKIDEXAMPLE
aws_secret_access_key = s%cr(t)s=/+#;
aws_session_token = token==

[defaults]
region = eu-west-1
domain = orders
endpoint_url = http://127.0.0.1:4567
profile = work
"""
FULL_VALUES = {
    **PAIR,
    "aws_session_token": "token==",
    "region": "eu-west-1",
    "domain": "orders",
    "endpoint_url": "http://127.0.0.1:4567",
    "profile": "work",
}


def write_home(text: str, name: str = ".swf", mode: int = 0o600) -> Path:
    path = Path.home() / name
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def set_env(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


class TestFile:
    def test_every_key_is_read(self):
        """Both sections with every key give every value, character for character."""
        assert settings.from_stream(io.StringIO(FULL)) == FULL_VALUES

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", {}),
            ("[credentials]\n", {}),
            ("[defaults]\nregion = eu-west-1\n", {"region": "eu-west-1"}),
            (
                "[credentials]\naws_access_key_id = a\naws_secret_access_key = b\n",
                {"aws_access_key_id": "a", "aws_secret_access_key": "b"},
            ),
            ("[credentials]\naws_access_key_id = a\n", {"aws_access_key_id": "a"}),
            ("[defaults]\nregion =\n", {}),
            ("# a comment\n; another\n[defaults]\ndomain: d\n", {"domain": "d"}),
        ],
    )
    def test_each_section_and_key_is_optional(self, text, found):
        """What is not in the file is not in the answer, and nothing else is asked for."""
        assert settings.from_stream(io.StringIO(text)) == found

    @given(secret=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
    def test_a_secret_is_never_interpreted(self, secret):
        """Any printable secret comes out as it stands in the file, per cent signs included."""
        text = f"[credentials]\naws_access_key_id = a\naws_secret_access_key = {secret}\n"

        assert settings.from_stream(io.StringIO(text))["aws_secret_access_key"] == secret

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("[defaults]\nregoin = x\n", ("'regoin'", "[defaults]", "region, domain")),
            ("[default]\nregion = x\n", ("[default]", "[credentials]", "[defaults]")),
            ("[DEFAULT]\nregion = x\n", ("[DEFAULT]",)),
            ("[defaults]\naws_access_key_id = x\n", ("'aws_access_key_id'", "[defaults]")),
            ("region = x\n", ("line 1", "section header")),
            ("[defaults]\nregion = x\nhalf\n", ("line 3", "key = value")),
            ("[defaults\n", ("line 1",)),
            ("[defaults]\nregion = x\nregion = y\n", ("line 3", "'region'", "twice")),
            ("[defaults]\n[defaults]\n", ("line 2", "[defaults]", "twice")),
            ("[defaults]\nregion = x\n  domain = y\n", ("'region'", "indented")),
        ],
    )
    def test_what_cannot_be_understood_is_one_error(self, text, words):
        """A broken file is one SettingsError that names file and place, with no other behind it."""
        path = write_home(text)

        with pytest.raises(SettingsError) as caught:
            settings.from_file(path)

        for word in (str(path), *words):
            assert word in str(caught.value)
        printed = "".join(traceback.format_exception(caught.value))
        assert "configparser" not in printed
        assert printed.count("Traceback") == 1

    def test_a_complaint_does_not_show_the_line(self):
        """A line that cannot be parsed may be a secret, so the error does not quote it."""
        secret = f"hunter{1 + 1}"  # since a traceback shows this line
        stream = io.StringIO(f"[credentials]\n{secret}\n")

        with pytest.raises(SettingsError) as caught:
            settings.from_stream(stream)

        assert "hunter2" not in "".join(traceback.format_exception(caught.value))

    def test_bytes_that_are_no_text_are_refused(self):
        """A file that is not UTF-8 is a SettingsError with its path."""
        path = Path.home() / ".swf"
        path.write_bytes(b"[defaults]\nregion = \xff\n")

        with pytest.raises(SettingsError, match="UTF-8") as caught:
            settings.from_file(path)

        assert str(path) in str(caught.value)

    @pytest.mark.parametrize("read", [settings.from_file, settings.from_home, settings.get])
    def test_a_path_is_a_path(self, read):
        """What no file can be called is a typed error that names it."""
        with pytest.raises(SettingsError, match=r"path .*\\x00.*: embedded null"):
            read("\0")
        with pytest.raises(ValidationTypeError, match="path: must be a str or a path, got 7"):
            read(7)

    def test_a_stream_is_of_text(self):
        """A stream of bytes is refused."""
        with pytest.raises(ValidationTypeError, match="stream: must be a stream of text"):
            settings.from_stream(io.BytesIO(b""))

    def test_a_byte_order_mark_is_no_part_of_the_text(self):
        """A file saved with a byte order mark reads like one without."""
        path = Path.home() / ".swf"
        path.write_bytes(b"\xef\xbb\xbf[defaults]\nregion = r\n")
        path.chmod(0o600)

        assert settings.from_file(path) == {"region": "r"}

    def test_no_file_is_no_settings(self, tmp_path):
        """A file that is not there tells nothing, and neither does a path through a file."""
        (tmp_path / "file").touch()

        assert settings.from_file(tmp_path / "none") == {}
        assert settings.from_file(tmp_path / "file" / "none") == {}

    def test_a_file_that_cannot_be_read_is_warned_of(self, tmp_path):
        """An unreadable file is passed over with a warning that names it."""
        with pytest.warns(SettingsWarning, match=str(tmp_path)):
            assert settings.from_file(tmp_path) == {}

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
    def test_secrets_that_others_can_read_are_warned_of(self, mode):
        """A file with keys that group or world may read is used, with a warning."""
        path = write_home(FULL, mode=mode)

        with pytest.warns(SettingsWarning, match="chmod 600"):
            assert settings.from_file(path) == FULL_VALUES

    @pytest.mark.parametrize(
        "ask",
        [settings.get, settings.from_home, settings.resolve, swf.connect, default_connection],
    )
    def test_a_warning_is_of_the_line_that_asked(self, ask):
        """However deep in the package a file is read, the warning tells the user's own line."""
        write_home(FULL, mode=0o644)

        with pytest.warns(SettingsWarning) as caught:
            ask()

        assert [Path(one.filename) for one in caught.list] == [Path(__file__)]

    def test_a_warning_is_filtered_by_the_module_that_asked(self, recwarn):
        """A filter of a user's module finds the warnings that its lines cause."""
        write_home(FULL, mode=0o644)
        warnings.filterwarnings("ignore", category=SettingsWarning, module=re.escape(__name__))

        assert settings.get() == FULL_VALUES
        assert not recwarn.list

    @pytest.mark.parametrize(("text", "mode"), [(FULL, 0o600), ("[defaults]\nregion=r\n", 0o644)])
    def test_no_warning_without_a_reason(self, text, mode, recwarn):
        """A private file, or one that holds no secret, is read in silence."""
        assert settings.from_file(write_home(text, mode=mode))
        assert not recwarn.list

    def test_home_is_where_the_path_starts(self):
        """`from_home` reads a path relative to the home directory."""
        write_home("[defaults]\nregion = r\n")
        write_home("[defaults]\nregion = other\n", name="other.ini")

        assert settings.from_home() == {"region": "r"}
        assert settings.from_home("other.ini") == {"region": "other"}
        assert settings.get("other.ini") == {"region": "other"}

    def test_without_a_home_there_is_no_file(self, monkeypatch):
        """Where no home directory can be found out, the file tells nothing."""

        def homeless() -> Path:
            raise RuntimeError("Could not determine home directory.")

        monkeypatch.setattr(Path, "home", homeless)

        assert settings.from_home() == {}
        assert settings.get() == {}


class TestEnvironment:
    def test_nothing_is_told_by_an_empty_environment(self):
        """Without variables there are no settings, not even keys without a value."""
        assert settings.from_env() == {}

    def test_every_key_has_a_variable(self, monkeypatch):
        """Each key is read from its variable."""
        set_env(
            monkeypatch,
            AWS_ACCESS_KEY_ID="a",
            AWS_SECRET_ACCESS_KEY="b",
            AWS_SESSION_TOKEN="c",
            AWS_DEFAULT_REGION="d",
            SWF_PROFILE="e",
            SWF_ENDPOINT_URL="f",
            SWF_DOMAIN="g",
        )

        assert settings.from_env() == {
            "aws_access_key_id": "a",
            "aws_secret_access_key": "b",
            "aws_session_token": "c",
            "region": "d",
            "profile": "e",
            "endpoint_url": "f",
            "domain": "g",
        }

    @pytest.mark.parametrize(
        ("key", "variables"),
        [
            ("region", ["AWS_DEFAULT_REGION", "AWS_REGION", "region"]),
            ("endpoint_url", ["SWF_ENDPOINT_URL", "AWS_ENDPOINT_URL_SWF", "AWS_ENDPOINT_URL"]),
            ("aws_session_token", ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"]),
        ],
    )
    def test_the_first_variable_that_is_set_decides(self, monkeypatch, key, variables):
        """Of several variables for a key the first that is set, and not empty, is taken."""
        set_env(monkeypatch, **{name: f"from {name}" for name in variables})

        for name in variables:
            assert settings.from_env()[key] == f"from {name}"
            monkeypatch.setenv(name, "")
        assert key not in settings.from_env()

    def test_aws_endpoints_can_be_switched_off(self, monkeypatch):
        """AWS_IGNORE_CONFIGURED_ENDPOINT_URLS hides AWS's variables and not this package's."""
        set_env(
            monkeypatch,
            AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="true",
            AWS_ENDPOINT_URL="http://generic",
            AWS_ENDPOINT_URL_SWF="http://swf",
        )
        assert settings.from_env() == {}

        monkeypatch.setenv("SWF_ENDPOINT_URL", "http://ours")

        assert settings.from_env() == {"endpoint_url": "http://ours"}

    def test_the_profile_of_boto3_is_left_to_boto3(self, monkeypatch):
        """AWS_PROFILE is not a setting of this package, since keys go before it."""
        monkeypatch.setenv("AWS_PROFILE", "work")

        assert settings.get() == {}


class TestPrecedence:
    def test_each_key_goes_its_own_way(self, monkeypatch):
        """A source that tells one key hides no other key of the sources below it."""
        write_home(FULL.replace("profile = work", "").replace("aws_session_token = token==", ""))
        set_env(monkeypatch, SWF_DOMAIN="env", AWS_DEFAULT_REGION="env")
        settings.set(region="set")

        assert settings.resolve(endpoint_url="http://argument") == {
            "aws_access_key_id": Setting("AKIDEXAMPLE", str(Path.home() / ".swf"), secret=True),
            "aws_secret_access_key": Setting(
                "s%cr(t)s=/+#;", str(Path.home() / ".swf"), secret=True
            ),
            "domain": Setting("env", "environment variable SWF_DOMAIN"),
            "endpoint_url": Setting("http://argument", "argument"),
            "region": Setting("set", "settings.set()"),
        }

    def test_a_key_pair_is_never_mixed(self, monkeypatch):
        """A pair from one source does not take up the token of another."""
        write_home(FULL.replace("profile = work", ""))
        set_env(monkeypatch, AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")

        found = settings.get()

        assert found["aws_access_key_id"] == "a"
        assert "aws_session_token" not in found

    @pytest.mark.parametrize(
        ("variables", "missing"),
        [
            ({"AWS_ACCESS_KEY_ID": "a"}, "aws_secret_access_key"),
            ({"AWS_SECRET_ACCESS_KEY": "b"}, "aws_access_key_id"),
            (
                {"AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c", "AWS_PROFILE": "p"},
                "aws_access_key_id",
            ),
        ],
    )
    def test_half_a_pair_is_refused(self, monkeypatch, variables, missing):
        """Half of a unit is an error that names its source and what is missing."""
        write_home(FULL)
        set_env(monkeypatch, **variables)

        with pytest.raises(CredentialsError, match=f"the environment .* not {missing};"):
            settings.get()

    @pytest.mark.parametrize("variable", ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"])
    def test_a_token_that_is_left_over_is_passed_over(self, monkeypatch, variable):
        """A token alone in the environment stands in the way of no pair; a warning names it."""
        write_home(FULL.replace("profile = work", ""))
        monkeypatch.setenv(variable, "stale")

        with pytest.warns(SettingsWarning, match=f"{variable} is passed over"):
            found = settings.get()

        assert {key: found[key] for key in settings.CREDENTIALS} == {
            **PAIR,
            "aws_session_token": "token==",
        }

    def test_a_token_that_is_not_needed_is_not_warned_of(self, monkeypatch):
        """Where the environment is not asked for keys, what it lacks is no matter."""
        monkeypatch.setenv("AWS_SESSION_TOKEN", "stale")
        settings.set(**PAIR)

        assert settings.get() == PAIR

    @pytest.mark.parametrize("argument", [{"aws_session_token": "c"}])
    def test_a_token_that_was_given_without_keys_is_refused(self, argument):
        """A token is left over in an environment only: given explicitly, it wants its keys."""
        with pytest.raises(CredentialsError, match="argument tells aws_session_token but not"):
            settings.resolve(**argument)

    @pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
    def test_a_profile_of_boto3_goes_before_the_file(self, monkeypatch, variable):
        """A profile in the environment stands for keys: the file's own are not in effect."""
        path = write_home(FULL)
        monkeypatch.setenv(variable, "dev")

        found = settings.resolve()

        assert found == {
            "region": Setting("eu-west-1", str(path)),
            "domain": Setting("orders", str(path)),
            "endpoint_url": Setting("http://127.0.0.1:4567", str(path)),
        }

    def test_a_profile_of_boto3_comes_after_exported_keys(self, monkeypatch):
        """Keys in the environment go before a profile there, as they do for boto3."""
        write_home(FULL)
        exported = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_PROFILE": "dev"}
        set_env(monkeypatch, **exported)

        found = settings.get()

        assert (found["aws_access_key_id"], found["aws_secret_access_key"]) == ("a", "b")
        assert "profile" not in found
        assert "aws_session_token" not in found

    def test_half_a_pair_below_a_whole_one_is_not_looked_at(self, monkeypatch):
        """A source that is not needed cannot fail."""
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "half")

        assert settings.resolve(**PAIR)["aws_access_key_id"].origin == "argument"

    def test_half_a_pair_in_the_file_names_the_file(self):
        """The error for half of a unit in a file tells the file's path."""
        path = write_home("[credentials]\naws_access_key_id = a\naws_secret_access_key =\n")

        with pytest.raises(CredentialsError, match="aws_secret_access_key") as caught:
            settings.get()

        assert str(path) in str(caught.value)

    def test_an_explicit_profile_goes_before_the_keys_of_the_environment(self, monkeypatch):
        """A profile that was asked for is not overruled by keys that happen to be exported."""
        set_env(monkeypatch, AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")

        assert set(settings.get()) == {"aws_access_key_id", "aws_secret_access_key"}
        assert settings.resolve(profile="work") == {"profile": Setting("work", "argument")}
        monkeypatch.setenv("SWF_PROFILE", "work")
        assert settings.get() == {"profile": "work"}

    def test_keys_given_beside_a_profile_are_used(self):
        """Within one call, keys are the credentials and the profile tells the rest."""
        settings.set(**PAIR, profile="work")

        assert settings.get() == {**PAIR, "profile": "work"}

    def test_a_profile_of_the_file_comes_after_the_keys_of_the_environment(self, monkeypatch):
        """The environment goes before the file, for credentials of either form."""
        write_home("[defaults]\nprofile = work\n")
        assert settings.get() == {"profile": "work"}

        set_env(monkeypatch, AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")

        assert settings.get()["aws_access_key_id"] == "a"


class TestSet:
    def test_it_takes_effect_at_once_and_adds_up(self):
        """What is set is in effect from the next reading on, beside what was set before."""
        settings.set(region="a", domain="d")
        settings.set(region="b", domain=None)

        assert settings.get() == {"region": "b", "domain": "d"}

    def test_clear_forgets_what_was_set(self, monkeypatch):
        """After `clear()` the environment is in effect again."""
        monkeypatch.setenv("AWS_REGION", "env")
        settings.set(region="set")

        settings.clear()

        assert settings.get() == {"region": "env"}

    def test_a_new_pair_drops_the_old_token(self):
        """A token belongs to the pair it was set with."""
        settings.set(**PAIR, aws_session_token="old")
        settings.set(aws_access_key_id="new", aws_secret_access_key="new")

        assert "aws_session_token" not in settings.get()

    def test_a_profile_that_is_set_later_drops_the_keys(self):
        """Of keys and a profile that were set one after the other, the later ones are used."""
        settings.set(**PAIR, aws_session_token="old", region="r")
        settings.set(profile="dev")

        assert settings.get() == {"profile": "dev", "region": "r"}

        settings.set(**PAIR)

        assert settings.get() == {**PAIR, "profile": "dev", "region": "r"}

    @pytest.mark.parametrize("key", settings.CREDENTIALS[:2])
    def test_half_of_a_new_pair_drops_the_old_one(self, key):
        """A new half is never combined with the other half, nor the token, of an older pair."""
        settings.set(**PAIR, aws_session_token="old")
        settings.set(**{key: "new"})
        with pytest.raises(CredentialsError, match=r"settings\.set\(\)"):
            settings.get()

        (other,) = set(PAIR) - {key}
        settings.set(**{other: "new"})

        assert settings.get() == dict.fromkeys(PAIR, "new")

    @given(
        calls=st.lists(
            st.dictionaries(st.sampled_from([*settings.CREDENTIALS, "profile"]), st.just(""))
        )
    )
    def test_values_of_two_units_are_never_in_effect_together(self, calls):
        """In whatever order keys are set, no half in effect is older than what was dropped."""
        settings.clear()
        for number, call in enumerate(calls):
            settings.set(**dict.fromkeys(call, str(number)))
        try:
            found = settings.get()
        except CredentialsError:
            return

        if "aws_access_key_id" in found:
            first = min(int(found[key]) for key in PAIR)
            halves = [key for call in calls[first:] for key in call if key in PAIR]
            assert sorted(halves) == sorted(PAIR)
            assert int(found.get("profile", first)) <= first

    def test_a_token_may_follow_its_pair(self):
        """A token that is set after its pair joins it."""
        settings.set(**PAIR)
        settings.set(aws_session_token="t")

        assert settings.get() == {**PAIR, "aws_session_token": "t"}

    def test_half_a_pair_may_be_set_and_not_used(self):
        """The two halves may come in two calls; a reading in between is refused."""
        settings.set(aws_access_key_id="a")
        with pytest.raises(CredentialsError, match=r"settings\.set\(\)"):
            settings.get()

        settings.set(aws_secret_access_key="b")

        assert settings.get() == {"aws_access_key_id": "a", "aws_secret_access_key": "b"}

    @pytest.mark.parametrize("value", ["x", None])
    @pytest.mark.parametrize("function", [settings.set, settings.override, settings.resolve])
    def test_an_unknown_key_is_named(self, function, value):
        """A key that is no setting is refused by name, with the list of those that are."""
        with pytest.raises(UnknownSettingError, match="'regoin'") as caught:
            ExitStack().enter_context(function(regoin=value))

        assert isinstance(caught.value, TypeError)
        assert isinstance(caught.value, SettingsError)
        for key in settings.KEYS:
            assert key in str(caught.value)

    @pytest.mark.parametrize("value", ["", 7, b"x", ["eu-west-1"]])
    def test_a_value_is_a_text(self, value):
        """A value that is not a non-empty str is refused with the key's name."""
        with pytest.raises(SettingsError, match="region"):
            settings.set(region=value)

        assert settings.get() == {}

    def test_a_value_can_be_sent(self):
        """A value that has no UTF-8 form is refused; a secret is not shown."""
        with pytest.raises(SettingsError, match=r"^aws_secret_access_key: must be valid Unicode$"):
            settings.set(aws_secret_access_key="hunter2\ud800")

    def test_a_refused_secret_is_not_shown(self):
        """An error about a secret tells its type, never its value."""
        with pytest.raises(SettingsError) as caught:
            settings.set(aws_secret_access_key=b"hunter2")

        assert "hunter2" not in str(caught.value)

    def test_each_change_is_a_generation(self):
        """A number that caches compare is another one after every change, and only then."""
        seen = [settings.generation()]
        settings.set(region="a")
        seen.append(settings.generation())
        with settings.override(region="b"):
            seen.append(settings.generation())
        seen.append(settings.generation())
        settings.clear()
        seen.append(settings.generation())

        assert len(set(seen)) == len(seen)
        settings.get()
        assert settings.generation() == seen[-1]


class TestOverride:
    def test_it_ends_with_its_block(self):
        """Values of a block go before those set, and are gone after it, also by an exception."""
        settings.set(region="set", domain="d")

        with settings.override(region="a"):
            assert settings.get() == {"region": "a", "domain": "d"}
            with pytest.raises(SWFError, match="out"), settings.override(region="b"):
                raise SWFError("out")
            assert settings.get()["region"] == "a"
            settings.set(region="later")
            assert settings.get()["region"] == "a"

        assert settings.get() == {"region": "later", "domain": "d"}

    def test_blocks_of_two_threads_end_each_its_own(self):
        """A block that ends takes away its own values only, though an equal block goes on."""
        inside, leave = threading.Event(), threading.Event()

        def other() -> None:
            with settings.override(region="x"):
                inside.set()
                leave.wait(10)

        thread = threading.Thread(target=other)
        with settings.override(region="x"):
            thread.start()
            assert inside.wait(10)
        assert settings.get() == {"region": "x"}
        leave.set()
        thread.join(10)

        assert settings.get() == {}

    def test_the_origin_names_the_block(self):
        """A value of a block says so."""
        with settings.override(region="x"):
            assert settings.resolve()["region"].origin == "settings.override()"


class TestSetting:
    @pytest.mark.parametrize(
        ("value", "shown"),
        [("short", "****"), ("wJalrXUtnFEMI/K7MDENG", "****DENG")],
    )
    def test_a_secret_is_masked(self, value, shown):
        """Neither repr nor `shown` tells a secret; of a long one the end, to recognise it by."""
        setting = Setting(value, "argument", secret=True)

        assert setting.shown == shown
        assert value not in repr(setting)
        assert setting.value == value

    def test_a_plain_value_is_shown(self):
        """What is no secret is shown with its origin."""
        setting = Setting("eu-west-1", "argument")

        assert setting.shown == "eu-west-1"
        assert repr(setting) == "Setting('eu-west-1', origin='argument')"

    def test_the_key_unit_is_secret(self):
        """Every value of the key unit is resolved as a secret."""
        settings.set(**PAIR, aws_session_token="t", region="r")

        secrets = {key for key, setting in settings.resolve().items() if setting.secret}

        assert secrets == set(settings.CREDENTIALS)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost:8000", True),
        ("http://swf.localhost", True),
        ("http://LOCALHOST", True),
        ("https://127.0.0.1", True),
        ("http://127.8.8.8:1/", True),
        ("http://[::1]:9/", True),
        ("http://10.0.0.1", False),
        ("http://127.0.0.1.example.com", False),
        ("http://localhost.example.com", False),
        ("https://swf.us-east-1.amazonaws.com", False),
        ("http://", False),
        ("http://[::1", False),
        (None, False),
    ],
)
def test_loopback_is_this_machine_only(url, here):
    """127.0.0.0/8, ::1 and localhost are this machine; nothing that merely looks so is."""
    assert settings.is_loopback(url) is here


def test_the_settings_error_travels():
    """A SettingsError can be pickled and is a ValueError too."""
    error = pickle.loads(pickle.dumps(SettingsError("x")))

    assert isinstance(error, ValueError)
    assert str(error) == "x"


def test_import_reads_nothing(tmp_path):
    """Importing the package reads neither file nor boto3, and a broken file does not break it."""
    (tmp_path / ".swf").write_text("broken", encoding="utf-8")
    program = (
        "import sys, swf, swf.settings, swf.models, swf.querysets\n"
        "swf.models.Domain('d')\n"
        "assert not [name for name in sys.modules if name.startswith('boto')]\n"
    )

    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**os.environ, "HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert finished.returncode == 0, finished.stderr


def test_no_view_shows_a_secret():
    """A setting is masked where rich shows it, too."""
    output = io.StringIO()
    setting = Setting("wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY", "argument", secret=True)

    Console(file=output, width=200).print({"key": setting})

    assert "wJalr" not in output.getvalue()
    assert "argument" in output.getvalue()
