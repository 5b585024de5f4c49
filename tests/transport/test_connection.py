"""How connections are made: what goes before what, what is shared, what is refused."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import boto3
import botocore.session
import pytest
from botocore.config import Config
from serving import answering, fault, reply

from swf import settings
from swf.exceptions import (
    CredentialsError,
    DomainDoesNotExist,
    InvalidCredentialsError,
    NotPicklableError,
    SettingsError,
    ValidationTypeError,
)
from swf.transport import connect, default_connection
from swf.transport.connection import use_by_default

KEYS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "secret-of-the-pair"}
DOMAIN = {"name": "d"}
SWF, SQS = (
    boto3.client(service, region_name="us-east-1", endpoint_url="http://127.0.0.1:1", **KEYS)
    for service in ("swf", "sqs")
)


def scope(request) -> tuple[str, str]:
    """Return access key and region that a request was signed with."""
    credential = request.headers["authorization"].partition("Credential=")[2].partition(",")[0]
    key, _date, region, *_ = credential.split("/")
    return key, region


@pytest.fixture
def profiles(monkeypatch, tmp_path):
    """boto3's files with two profiles, `work` and, without a region, `placeless`.

    Called with an endpoint URL, it writes that into both.
    """

    def write(endpoint_url: str | None = None) -> None:
        more = "" if endpoint_url is None else f"endpoint_url={endpoint_url}\n"
        (tmp_path / "config").write_text(
            f"[profile work]\nregion=eu-west-1\n{more}[profile placeless]\n{more}",
            encoding="utf-8",
        )

    (tmp_path / "credentials").write_text(
        "[work]\naws_access_key_id=p\naws_secret_access_key=p\n"
        "[placeless]\naws_access_key_id=q\naws_secret_access_key=q\n",
        encoding="utf-8",
    )
    write()
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    return write


class TestConnect:
    def test_it_sends_nothing_before_the_first_call(self):
        """A connection to where nobody listens can be made, held and closed."""
        connection = connect("http://127.0.0.1:1")

        assert repr(connection) == "AwsTransport(endpoint_url='http://127.0.0.1:1')"
        connection.close()

    def test_an_argument_goes_before_every_setting(self, monkeypatch):
        """What is given explicitly is used, whatever is set, exported or written in the file."""
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
        settings.set(region="eu-west-3", **KEYS)
        with answering() as server:
            keys = {"aws_access_key_id": "explicit", "aws_secret_access_key": "explicit"}
            connect(server.url, region="eu-west-1", **keys).call("DeprecateDomain", DOMAIN)

        assert scope(server.requests[0]) == ("explicit", "eu-west-1")

    def test_settings_fill_in_what_is_not_given(self, monkeypatch):
        """Keys, region and endpoint each come from the first source that tells them."""
        home = Path.home() / ".swf"
        home.write_text(
            "[credentials]\naws_access_key_id = f\naws_secret_access_key = f\n", encoding="utf-8"
        )
        home.chmod(0o600)
        monkeypatch.setenv("region", "eu-north-1")
        with answering() as server:
            settings.set(endpoint_url=server.url)
            connect().call("DeprecateDomain", DOMAIN)

        assert scope(server.requests[0]) == ("f", "eu-north-1")

    def test_a_session_token_is_sent(self):
        """Temporary keys are signed with their token."""
        with answering() as server:
            connect(server.url, **KEYS, aws_session_token="token").call("DeprecateDomain", DOMAIN)

        assert server.requests[0].headers["x-amz-security-token"] == "token"

    def test_loopback_needs_neither_region_nor_keys(self):
        """A server on this machine is reached without a region, keys or a profile."""
        with answering() as server:
            connect(server.url).call("DeprecateDomain", DOMAIN)

        assert scope(server.requests[0]) == ("loopback", "us-east-1")

    @pytest.mark.parametrize("make", [boto3.Session, botocore.session.Session])
    def test_loopback_needs_nothing_of_a_session_either(self, make):
        """A session that has neither keys nor a region reaches a server on this machine."""
        with answering() as server:
            connect(server.url, session=make()).call("DeprecateDomain", DOMAIN)

        assert scope(server.requests[0]) == ("loopback", "us-east-1")

    def test_loopback_may_be_told_by_the_files_of_boto3(self, monkeypatch, tmp_path):
        """An endpoint on this machine needs no keys wherever it was told, by profile too."""
        with answering() as server:
            (tmp_path / "config").write_text(
                f"[default]\nendpoint_url={server.url}\n"
                f"[profile work]\nendpoint_url={server.url}\nregion=eu-west-1\n",
                encoding="utf-8",
            )
            monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
            connect().call("DeprecateDomain", DOMAIN)
            connect(profile="work").call("DeprecateDomain", DOMAIN)

        assert [scope(request) for request in server.requests] == [
            ("loopback", "us-east-1"),
            ("loopback", "eu-west-1"),
        ]

    def test_elsewhere_a_session_without_keys_is_told_so(self):
        """The keys for a server on this machine are for no other."""
        session = boto3.Session(region_name="us-east-1")

        with pytest.raises(CredentialsError, match="no credentials"):
            connect("http://swf.invalid", session=session).call("DeprecateDomain", DOMAIN)

    def test_two_regions_and_accounts_live_in_one_process(self):
        """Connections made with different keys and regions do not touch each other."""
        with answering() as server:
            first = connect(server.url, region="eu-west-1", **KEYS)
            second = connect(
                server.url,
                region="us-west-2",
                aws_access_key_id="second",
                aws_secret_access_key="second",
            )
            for connection in (first, second, first):
                connection.call("DeprecateDomain", DOMAIN)

        assert [scope(request) for request in server.requests] == [
            ("AKIDEXAMPLE", "eu-west-1"),
            ("second", "us-west-2"),
            ("AKIDEXAMPLE", "eu-west-1"),
        ]

    def test_a_profile_brings_its_keys_and_region(self, profiles, monkeypatch):
        """A profile of boto3's files is used for keys and region, though keys are exported."""
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "exported")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "exported")
        with answering() as server:
            connect(server.url, profile="work").call("DeprecateDomain", DOMAIN)

        assert scope(server.requests[0]) == ("p", "eu-west-1")

    def test_the_later_of_keys_and_profile_signs(self, profiles):
        """A profile that is set after keys signs, and so do keys that are set after it."""
        with answering() as server:
            settings.set(endpoint_url=server.url, **KEYS)
            default_connection().call("DeprecateDomain", DOMAIN)
            settings.set(profile="work")
            default_connection().call("DeprecateDomain", DOMAIN)
            settings.set(**KEYS)
            default_connection().call("DeprecateDomain", DOMAIN)

        keys = [scope(request)[0] for request in server.requests]
        assert keys == ["AKIDEXAMPLE", "p", "AKIDEXAMPLE"]

    @pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
    def test_a_profile_in_the_environment_goes_before_the_file(
        self, profiles, monkeypatch, variable
    ):
        """Keys are the exported profile's, not those of ~/.swf."""
        home = Path.home() / ".swf"
        home.write_text(
            "[credentials]\naws_access_key_id = f\naws_secret_access_key = f\n"
            "[defaults]\nregion = eu-north-1\n",
            encoding="utf-8",
        )
        home.chmod(0o600)
        with answering() as server:

            def signed() -> tuple[str, str]:
                connect().call("DeprecateDomain", DOMAIN)
                return scope(server.requests[-1])

            profiles(endpoint_url=server.url)
            monkeypatch.setenv(variable, "work")
            assert signed() == ("p", "eu-north-1")
            monkeypatch.setenv(variable, "placeless")
            assert signed() == ("q", "eu-north-1")

    @pytest.mark.parametrize("named", ["argument", "AWS_PROFILE", "file"])
    def test_the_region_that_the_settings_tell_is_the_one_that_is_used(
        self, profiles, monkeypatch, named
    ):
        """However a profile is named, its region is for want of one in the settings."""
        file = Path.home() / ".swf"
        arguments, defaults = {}, "[defaults]\n"
        if named == "argument":
            arguments = {"profile": "work"}
        elif named == "AWS_PROFILE":
            monkeypatch.setenv("AWS_PROFILE", "work")
        else:
            defaults += "profile = work\n"
        with answering() as server:

            def used() -> tuple[str, str | None]:
                connect(**arguments).call("DeprecateDomain", DOMAIN)
                return scope(server.requests[-1])[1], settings.get().get("region")

            profiles(endpoint_url=server.url)
            file.write_text(defaults, encoding="utf-8")
            assert used() == ("eu-west-1", None)
            file.write_text(defaults + "region = eu-north-1\n", encoding="utf-8")
            assert used() == ("eu-north-1", "eu-north-1")
            monkeypatch.setenv("AWS_REGION", "us-west-1")
            assert used() == ("us-west-1", "us-west-1")

    def test_a_new_connection_has_the_keys_that_there_are_now(self, profiles, tmp_path):
        """Keys that were exchanged in a file of boto3's sign the calls of every later connection.

        One that is in use already keeps those it was made with.
        """
        with answering() as server:
            older = connect(server.url, profile="work")
            older.call("DeprecateDomain", DOMAIN)
            (tmp_path / "credentials").write_text(
                "[work]\naws_access_key_id=exchanged\naws_secret_access_key=exchanged\n",
                encoding="utf-8",
            )
            connect(server.url, profile="work").call("DeprecateDomain", DOMAIN)
            older.call("DeprecateDomain", DOMAIN)

        assert [scope(request)[0] for request in server.requests] == ["p", "exchanged", "p"]

    def test_a_connection_looks_again_where_it_found_nothing(self, monkeypatch, tmp_path):
        """What a call failed for want of may be written into boto3's files, and it is called anew.

        Nothing else needs to be said or made.
        """
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        connection = connect()
        with answering() as server:
            with pytest.raises(SettingsError, match="no region"):
                connection.call("DeprecateDomain", DOMAIN)
            config = f"[default]\nregion=eu-west-1\nendpoint_url={server.url}\n"
            (tmp_path / "config").write_text(config, encoding="utf-8")
            connection.call("DeprecateDomain", DOMAIN)

        assert scope(server.requests[0]) == ("loopback", "eu-west-1")

    def test_boto3_finds_what_no_setting_tells(self, monkeypatch, tmp_path):
        """Without any setting, region and endpoint come from boto3's own files."""
        with answering() as server:
            (tmp_path / "config").write_text(
                f"[default]\nregion=eu-west-1\nendpoint_url={server.url}\n"
                "aws_access_key_id=own\naws_secret_access_key=own\n",
                encoding="utf-8",
            )
            monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
            connect().call("DeprecateDomain", DOMAIN)

        assert scope(server.requests[0]) == ("own", "eu-west-1")

    @pytest.mark.parametrize("make", [boto3.Session, botocore.session.Session])
    def test_a_session_brings_its_own(self, make):
        """A boto3 or botocore session is used with its keys and region, before the settings."""
        settings.set(region="eu-west-3", aws_access_key_id="set", aws_secret_access_key="set")
        session = make()
        inner = getattr(session, "_session", session)
        inner.set_credentials("of-session", "secret")
        with answering() as server:
            connect(server.url, session=session).call("DeprecateDomain", DOMAIN)
            inner.set_config_variable("region", "eu-west-1")
            connect(server.url, session=session).call("DeprecateDomain", DOMAIN)
            connect(server.url, session=session, region="a").call("DeprecateDomain", DOMAIN)

        assert [scope(request) for request in server.requests] == [
            ("of-session", "eu-west-3"),  # it has none of its own, so the settings tell
            ("of-session", "eu-west-1"),
            ("of-session", "a"),
        ]

    def test_a_session_stays_as_it_was(self):
        """Clients that the user makes from the same session parse as botocore does."""
        session = boto3.Session(region_name="us-east-1", **KEYS)
        creation = {"typeInfos": [{"creationDate": 1.5}]}
        params = {"domain": "d", "registrationStatus": "REGISTERED"}
        with answering(reply(**creation)) as server:
            ours = connect(server.url, session=session).call("ListWorkflowTypes", params)
            theirs = session.client("swf", endpoint_url=server.url).list_workflow_types(**params)

        assert ours == creation
        assert theirs["typeInfos"][0]["creationDate"].timestamp() == 1.5

    def test_a_client_is_used_as_it_is(self):
        """Every call goes through the client given; its replies are as the wire has them."""
        listed = [{"creationDate": 1_500_000_000.125, "status": "REGISTERED"}]
        with answering(reply(typeInfos=listed)) as server:
            client = boto3.client("swf", endpoint_url=server.url, region_name="eu-west-1", **KEYS)
            connection = connect(client=client)
            found = connection.call(
                "ListWorkflowTypes", {"domain": "d", "registrationStatus": "REGISTERED"}
            )
            connection.close()
            connection.call("DeprecateDomain", DOMAIN)
            client.close()

        assert found == {"typeInfos": listed}
        assert {scope(request) for request in server.requests} == {("AKIDEXAMPLE", "eu-west-1")}

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"client": object(), "endpoint_url": "http://x"}, "client= .* endpoint_url"),
            ({"client": object(), "session": object()}, "client= .* session"),
            ({"client": object(), "region": "r", **KEYS}, "region, aws_access_key_id"),
            ({"session": object(), "profile": "p"}, "session= .* profile"),
            ({"session": object(), **KEYS}, "session= .* aws_access_key_id"),
            ({"profile": "dev", **KEYS}, "profile= .* aws_access_key_id"),
        ],
    )
    def test_contradictions_are_refused(self, arguments, words):
        """Arguments of which one would have to be ignored are refused, all of them named."""
        with pytest.raises(SettingsError, match=words):
            connect(**arguments)

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"client": object()}, "client: must be a client of boto3's for 'swf', got <object"),
            ({"client": SQS}, "client: must be a client of boto3's for 'swf', got <botocore"),
            ({"session": object()}, r"session: must be a boto3\.session\.Session or a botocore"),
            ({"session": SQS}, "session: must be"),
            ({"config": {"read_timeout": 3}}, r"config: must be a botocore\.config\.Config, got"),
        ],
    )
    def test_what_is_no_client_session_or_config_is_refused_at_once(self, arguments, words):
        """An argument of the wrong kind is refused by name, before anything is called."""
        with pytest.raises(ValidationTypeError, match=f"^connect: {words}"):
            connect(**arguments)

    def test_to_refuse_nothing_is_imported(self):
        """Without boto3 loaded nothing can be a session or a Config, and it is not loaded then."""
        program = (
            "import sys, swf\n"
            "for argument in ('session', 'config'):\n"
            "    try:\n"
            "        swf.connect(**{argument: object()})\n"
            "    except swf.exceptions.ValidationTypeError:\n"
            "        continue\n"
            "    sys.exit(argument)\n"
            "assert not [name for name in sys.modules if name.startswith('boto')]\n"
        )

        finished = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

        assert finished.returncode == 0, finished.stderr

    @pytest.mark.parametrize(
        "url", ["ftp://x", "http://", "http://x:port", "http://[::1", "https:///path", "http:80"]
    )
    def test_an_endpoint_that_cannot_be_is_refused_at_once(self, url):
        """A URL that leads nowhere is refused when the connection is made, naming it."""
        with pytest.raises(SettingsError) as caught:
            connect(url)

        assert repr(url) in str(caught.value)

    def test_half_a_pair_is_refused_at_once(self):
        """Half of a key pair among the arguments is refused though the rest is exported."""
        with pytest.raises(CredentialsError, match="argument"):
            connect(aws_access_key_id="a")

    def test_an_unknown_argument_is_refused(self):
        """A misspelt argument is a TypeError."""
        with pytest.raises(TypeError, match="regoin"):
            connect(regoin="eu-west-1")

    def test_the_default_session_of_boto3_is_left_alone(self):
        """boto3's own global session is neither made nor used."""
        before = boto3.DEFAULT_SESSION
        with answering() as server:
            connect(server.url).call("DeprecateDomain", DOMAIN)

        assert boto3.DEFAULT_SESSION is before


class TestPickle:
    def test_a_connection_travels_as_its_recipe(self):
        """Endpoint, region and profile are what a pickled connection is made from again."""
        with answering() as server:
            sent = connect(server.url, region="eu-west-1", config=Config(connect_timeout=3))
            sent.call("DeprecateDomain", DOMAIN)
            pickle.loads(pickle.dumps(sent)).call("DeprecateDomain", DOMAIN)

        first, second = server.requests
        assert scope(first) == scope(second)
        assert first.port != second.port

    def test_a_set_endpoint_travels(self):
        """Where a connection leads does not depend on the settings of who unpickles it."""
        settings.set(endpoint_url="http://127.0.0.1:9", region="eu-west-1", profile="p")
        text = pickle.dumps(connect())
        settings.clear()

        assert repr(pickle.loads(text)) == (
            "AwsTransport(endpoint_url='http://127.0.0.1:9', region='eu-west-1', profile='p')"
        )

    def test_keys_of_the_environment_do_not_travel(self, monkeypatch):
        """A pickle holds no secret: who unpickles it finds keys by the same ways."""
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "exported")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2hunter2")

        assert b"hunter2" not in pickle.dumps(connect())

    @pytest.mark.parametrize("source", ["environment", "file"])
    def test_a_profile_that_does_not_sign_does_not_sign_for_the_copy(
        self, profiles, monkeypatch, source
    ):
        """Where keys sign beside a profile of the file, they sign for the unpickled copy too."""
        text = "[defaults]\nprofile = work\nregion = eu-north-1\n"
        if source == "environment":
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", "k")
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "k")
        else:
            text += "[credentials]\naws_access_key_id = k\naws_secret_access_key = k\n"
        path = Path.home() / ".swf"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        with answering() as server:
            profiles(endpoint_url=server.url)
            sent = connect()
            for one in (sent, pickle.loads(pickle.dumps(sent))):
                one.call("DeprecateDomain", DOMAIN)

        assert [scope(request) for request in server.requests] == [("k", "eu-north-1")] * 2

    def test_a_profile_that_signs_goes_with_the_pickle(self, profiles, monkeypatch):
        """A profile signs for the copy whatever else is told by then, boto3's own one too."""
        file = Path.home() / ".swf"
        with answering() as server:
            profiles(endpoint_url=server.url)
            sent = [pickle.dumps(connect(profile="work"))]
            file.write_text("[defaults]\nprofile = work\n", encoding="utf-8")
            sent.append(pickle.dumps(connect()))
            file.unlink()
            monkeypatch.setenv("AWS_PROFILE", "work")
            sent.append(pickle.dumps(connect()))
            monkeypatch.delenv("AWS_PROFILE")
            settings.set(**KEYS)
            for one in sent:
                pickle.loads(one).call("DeprecateDomain", DOMAIN)

        assert [scope(request)[0] for request in server.requests] == ["p"] * 3

    @pytest.mark.parametrize(
        ("before", "after", "words"),
        [
            ({"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}, {}, "variable AWS_ACCESS"),
            ({}, {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}, "boto3 finds by itself"),
            ({}, {"AWS_PROFILE": "work"}, "would sign with profile 'work'"),
            ({}, {"SWF_PROFILE": "work"}, "would sign with profile 'work'"),
        ],
    )
    def test_a_copy_that_another_would_sign_for_is_refused(self, monkeypatch, before, after, words):
        """Where the unit that signed is not what is found, unpickling is a typed error."""
        for name, value in before.items():
            monkeypatch.setenv(name, value)
        sent = pickle.dumps(connect(region="eu-west-1"))
        for name in before:
            monkeypatch.delenv(name)
        for name, value in after.items():
            monkeypatch.setenv(name, value)

        with pytest.raises(NotPicklableError, match=words):
            pickle.loads(sent)

    def test_keys_that_were_set_do_not_sign_for_a_copy(self, monkeypatch):
        """Keys told to `settings.set()` where a pickle is opened are not those it was made with."""
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
        sent = pickle.dumps(connect())
        settings.set(**KEYS)

        with pytest.raises(NotPicklableError, match=r"settings\.set\(\)"):
            pickle.loads(sent)

    def test_a_local_copy_needs_nobody_to_sign(self, monkeypatch):
        """A server on this machine cannot check who signs, so its connections travel anywhere."""
        with answering() as server:
            monkeypatch.setenv("AWS_PROFILE", "work")
            sent = pickle.dumps(connect(server.url, region="eu-west-1"))
            monkeypatch.delenv("AWS_PROFILE")
            settings.set(**KEYS)
            pickle.loads(sent).call("DeprecateDomain", DOMAIN)

        assert scope(server.requests[0]) == ("loopback", "eu-west-1")

    def test_a_copy_leads_to_where_the_first_led(self, monkeypatch):
        """An endpoint or a region that is told by then does not lead a copy elsewhere."""
        sent = pickle.dumps(connect())
        monkeypatch.setenv("SWF_ENDPOINT_URL", "http://127.0.0.1:9")
        settings.set(region="eu-west-1")

        assert repr(pickle.loads(sent)) == "AwsTransport()"

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (KEYS, "argument"),
            ({"session": boto3.Session()}, "session="),
            ({"client": SWF}, "client="),
        ],
    )
    def test_what_belongs_to_the_process_is_not_pickled(self, arguments, reason):
        """A connection made with keys, a session or a client refuses, and says why."""
        connection = connect(**arguments)

        with pytest.raises(NotPicklableError, match=reason) as caught:
            pickle.dumps(connection)

        assert isinstance(caught.value, TypeError)

    def test_keys_that_were_set_are_not_pickled(self):
        """Keys told to `settings.set()` are known to this process alone."""
        settings.set(**KEYS)

        with pytest.raises(NotPicklableError, match=r"settings\.set"):
            pickle.dumps(connect())


class TestDefaultConnection:
    def test_another_may_be_used_until_the_settings_change(self):
        """A connection that is made the default one is that until something else is set."""
        chosen = connect("memory://chosen")

        use_by_default(chosen)
        assert default_connection() is chosen

        settings.set(endpoint_url="memory://")
        assert default_connection() is not chosen

    def test_it_is_one_until_the_settings_change(self):
        """The default connection is kept, and made anew at once when settings are set."""
        first = default_connection()
        assert default_connection() is first

        settings.set(endpoint_url="http://127.0.0.1:9")

        assert repr(default_connection()) == "AwsTransport(endpoint_url='http://127.0.0.1:9')"
        with settings.override(region="eu-west-1"):
            assert "eu-west-1" in repr(default_connection())
        assert "eu-west-1" not in repr(default_connection())

    def test_threads_share_it(self):
        """Threads that ask at once get the same connection."""
        start, found = threading.Barrier(8), []

        def ask() -> None:
            start.wait(10)
            found.append(default_connection())

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

        assert len(found) == 8
        assert all(one is found[0] for one in found)

    def test_a_broken_setting_is_told_when_it_is_asked_for(self, monkeypatch):
        """An error of the settings is raised each time until they are mended."""
        monkeypatch.setenv("SWF_ENDPOINT_URL", "gopher://x")
        for _ in range(2):
            with pytest.raises(SettingsError, match="gopher"):
                default_connection()

        monkeypatch.delenv("SWF_ENDPOINT_URL")

        assert repr(default_connection()) == "AwsTransport()"

    def test_what_an_error_advises_to_write_helps(self):
        """After a call failed for want of a region or keys, ~/.swf is read anew for the next."""
        home = Path.home() / ".swf"
        with pytest.raises(SettingsError, match=r"\[defaults\] in ~/.swf"):
            default_connection().call("DeprecateDomain", DOMAIN)
        with answering() as server:
            region = "[defaults]\nregion = eu-west-1\n"
            home.write_text(region, encoding="utf-8")
            home.chmod(0o600)
            with pytest.raises(CredentialsError, match=r"\[credentials\] in ~/.swf"):
                default_connection().call("DeprecateDomain", DOMAIN)
            home.write_text(
                f"{region}endpoint_url = {server.url}\n"
                "[credentials]\naws_access_key_id = f\naws_secret_access_key = f\n",
                encoding="utf-8",
            )
            default_connection().call("DeprecateDomain", DOMAIN)
            kept = default_connection()
            assert kept is default_connection()

        assert scope(server.requests[0]) == ("f", "eu-west-1")

    def test_keys_that_are_refused_are_looked_for_again(self, profiles, tmp_path):
        """After SWF refused keys as expired, those that there are by then sign."""
        with answering(fault("ExpiredTokenException"), reply()) as server:
            settings.set(endpoint_url=server.url, profile="work")
            with pytest.raises(InvalidCredentialsError):
                default_connection().call("DeprecateDomain", DOMAIN)
            (tmp_path / "credentials").write_text(
                "[work]\naws_access_key_id=renewed\naws_secret_access_key=renewed\n",
                encoding="utf-8",
            )
            default_connection().call("DeprecateDomain", DOMAIN)

        assert [scope(request)[0] for request in server.requests] == ["p", "renewed"]

    def test_another_failure_costs_no_connection(self):
        """A fault of SWF's says nothing against the connection: it is kept."""
        with answering(fault("UnknownResourceFault", "Unknown domain: d")) as server:
            settings.set(endpoint_url=server.url)
            first = default_connection()
            with pytest.raises(DomainDoesNotExist):
                first.call("DeprecateDomain", DOMAIN)

        assert default_connection() is first


def in_child(work) -> int:
    """Run `work` in a forked child and return 0 if it returned True, within 30 seconds."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if work() is True else 1)
        finally:
            os._exit(2)
    watch = threading.Timer(30, os.kill, (child, 9))
    watch.start()
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        watch.cancel()


class TestFork:
    def test_a_child_opens_its_own_socket(self):
        """After a fork the child does not speak over its parent's connection, nor close it."""
        with answering() as server:
            connection = connect(server.url)
            connection.call("DeprecateDomain", DOMAIN)

            def work() -> bool:
                connection.call("DeprecateDomain", DOMAIN)
                connection.close()
                return True

            assert in_child(work) == 0
            connection.call("DeprecateDomain", DOMAIN)

        parent, child, parent_again = [request.port for request in server.requests]
        assert parent == parent_again != child

    def test_closing_in_a_child_what_the_parent_opened_is_harmless(self):
        """A child that only closes leaves its parent's connection usable."""
        with answering() as server:
            connection = connect(server.url)
            connection.call("DeprecateDomain", DOMAIN)
            assert in_child(lambda: connection.close() is None) == 0
            connection.call("DeprecateDomain", DOMAIN)

        assert len({request.port for request in server.requests}) == 1

    def test_a_fork_while_clients_are_being_made_does_not_hang(self):
        """A child can make clients though another thread was making some when it was forked."""
        with answering() as server:
            stop = threading.Event()

            def make() -> None:
                while not stop.is_set():
                    fresh = connect(server.url)
                    fresh.call("DeprecateDomain", DOMAIN)
                    fresh.close()

            thread = threading.Thread(target=make)
            thread.start()
            try:
                connection = connect(server.url)
                statuses = [
                    in_child(lambda: connection.call("DeprecateDomain", DOMAIN) == {})
                    for _ in range(5)
                ]
            finally:
                stop.set()
                thread.join(30)

        assert statuses == [0] * 5

    def test_a_fork_while_the_settings_are_held_does_not_hang(self):
        """A child can read the settings though another thread was at them when it was forked."""
        held, free = threading.Event(), threading.Event()

        def hold() -> None:
            with settings._lock:
                held.set()
                free.wait(0.3)  # the fork waits meanwhile

        thread = threading.Thread(target=hold)
        thread.start()
        assert held.wait(10)

        def work() -> bool:
            settings.set(region="eu-west-1")
            return "eu-west-1" in repr(default_connection())

        status = in_child(work)
        free.set()
        thread.join(10)
        assert status == 0

    def test_a_fork_while_default_connections_are_made_does_not_hang(self):
        """The locks that a default connection takes are taken for a fork in the same order."""
        stop = threading.Event()

        def make() -> None:
            while not stop.is_set():
                settings.set(region="eu-west-1")
                default_connection()

        threads = [threading.Thread(target=make) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            statuses = [in_child(lambda: bool(default_connection())) for _ in range(20)]
        finally:
            stop.set()
            for thread in threads:
                thread.join(30)

        assert statuses == [0] * 20
