"""Nothing of botocore's escapes: each error is one of this package's, and says what is wrong."""

from __future__ import annotations

import pickle
import string
import time
import traceback

import boto3
import pytest
from botocore import exceptions as boto
from botocore.config import Config
from botocore.session import Session
from serving import Answer, answering, fault, reply

from swf import exceptions, settings
from swf.exceptions import (
    AccessDeniedFault,
    ConnectionFailedError,
    CredentialsError,
    DomainDoesNotExist,
    PollTimeout,
    ReadTimeout,
    ResponseError,
    ServiceFault,
    SettingsError,
    SWFError,
    ThrottlingFault,
    ValidationError,
)
from swf.fault import FAULTS
from swf.transport import connect
from swf.transport.aws_errors import mapped_errors

DOMAIN = {"name": "d"}
TASK = {"domain": "d", "taskList": {"name": "t"}}
KEYS = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}


def subclasses(kind: type) -> set[type]:
    """Return every class below this one that botocore itself defines."""
    found = {one for one in kind.__subclasses__() if one.__module__.startswith("botocore")}
    return found.union(*(subclasses(one) for one in found))


def example(kind: type[boto.BotoCoreError]) -> boto.BotoCoreError:
    """Return an error of this class with a word for everything that its message wants."""
    wanted = {name for _, name, _, _ in string.Formatter().parse(kind.fmt) if name}
    more = {"last_response": {}} if kind is boto.WaiterError else {}
    return kind(**{name.partition(".")[0]: "word" for name in wanted}, **more)


def mapped(error: Exception, operation: str = "DescribeDomain") -> SWFError:
    with pytest.raises(SWFError) as caught, mapped_errors(operation, DOMAIN, "http://there"):
        raise error
    return caught.value


class TestTotality:
    @pytest.mark.parametrize("code", sorted(Session().get_service_model("swf").shape_names))
    def test_every_modelled_fault_has_its_class(self, code):
        """Each fault of the service's model is answered by the class of its own name."""
        shape = Session().get_service_model("swf").shape_for(code)
        if not getattr(shape, "metadata", {}).get("exception"):
            assert code not in FAULTS
            return

        with answering(fault(code, "words")) as server, pytest.raises(SWFError) as caught:
            connect(server.url).call("ListDomains", {"registrationStatus": "REGISTERED"})

        error = caught.value
        assert isinstance(error, getattr(exceptions, code))
        assert (error.fault, error.operation) == (code, "ListDomains")
        assert error.request_id == "request-1"
        assert isinstance(error.__cause__, boto.ClientError)

    @pytest.mark.parametrize(
        "kind", sorted(subclasses(boto.BotoCoreError), key=lambda one: one.__name__)
    )
    def test_every_error_of_botocore_is_one_of_ours(self, kind):
        """Whatever botocore raises becomes an SWFError that says as much, caused by it."""
        error = example(kind)

        ours = mapped(error)

        assert ours.__cause__ is error
        assert ours.operation == "DescribeDomain"
        assert ours.message

    def test_an_unknown_fault_is_a_response_error(self):
        """A code that nobody knows yet is a plain ResponseError with code and words."""
        with answering(fault("NovelFault", "words")) as server, pytest.raises(ResponseError) as it:
            connect(server.url).call("DescribeDomain", DOMAIN)

        assert type(it.value) is ResponseError
        assert (it.value.fault, it.value.message) == ("NovelFault", "words")


class TestWords:
    def test_an_error_tells_operation_resource_and_reason(self):
        """The text of a fault says what was asked, about what, and what SWF said."""
        unknown = fault("UnknownResourceFault", "Unknown domain: d")
        with answering(unknown) as server, pytest.raises(DomainDoesNotExist) as caught:
            connect(server.url).call("DescribeDomain", DOMAIN)

        assert str(caught.value) == "DescribeDomain, Domain('d'): Unknown domain: d"
        assert caught.value.resource == "Domain('d')"

    def test_a_fault_without_words_gets_some(self):
        """Where SWF sends no message, code and status stand in for it."""
        with answering(fault("InternalFailure", status=500)) as server:
            connection = connect(server.url, config=Config(retries={"total_max_attempts": 1}))
            with pytest.raises(ServiceFault, match=r"InternalFailure \(HTTP 500\)"):
                connection.call("DescribeDomain", DOMAIN)

    @pytest.mark.parametrize(
        ("body", "words"),
        [(b"<html>Bad Gateway</html>", "502.*<html>Bad"), (b"", "Bad Gateway"), (b"[]", "502")],
    )
    def test_an_error_that_is_no_json_is_told_by_its_status(self, body, words):
        """What a gateway answers in SWF's place is told by its HTTP status and its beginning."""
        with answering(Answer(502, body)) as server:
            connection = connect(server.url, config=Config(retries={"total_max_attempts": 1}))
            with pytest.raises(ServiceFault, match=words) as caught:
                connection.call("DescribeDomain", DOMAIN)

        assert caught.value.fault == "502"

    def test_a_reply_that_is_no_json_is_an_error(self):
        """What a login page answers with status 200 is refused, may pass, and is told."""
        login = Answer(200, b"<html>login")
        with (
            answering(login) as server,
            pytest.raises(ServiceFault, match="<html>login") as caught,
        ):
            connect(server.url).call("DescribeDomain", DOMAIN)

        assert caught.value.operation == "DescribeDomain"

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (401, AccessDeniedFault),
            (403, AccessDeniedFault),
            (429, ThrottlingFault),
            (404, ResponseError),
            (301, ServiceFault),
            (408, ServiceFault),
            (503, ServiceFault),
        ],
    )
    def test_an_error_without_a_body_is_told_by_its_status(self, status, kind):
        """Where there is no fault code, the HTTP status says what is the matter."""
        once = Config(retries={"total_max_attempts": 1})
        with answering(Answer(status, b"")) as server, pytest.raises(SWFError) as caught:
            connect(server.url, config=once).call("DescribeDomain", DOMAIN)

        assert type(caught.value) is kind
        assert caught.value.fault == str(status)

    @pytest.mark.parametrize(
        "body",
        [b'{"__type": 5}', b'{"__type": "X", "message": 5}', b'{"message": {}}', b"[" * 100_000],
        ids=lambda body: body[:20],
    )
    def test_an_error_of_any_form_is_a_response_error(self, body):
        """However odd the body of an error, one error of this package's comes of it."""
        with answering(Answer(400, body)) as server, pytest.raises(ResponseError) as caught:
            connect(server.url).call("DescribeDomain", DOMAIN)

        assert isinstance(caught.value.message, str)
        assert caught.value.operation == "DescribeDomain"

    @pytest.mark.parametrize("own", [True, False])
    @pytest.mark.parametrize(
        "body",
        [b"{}", b"", b'{"domainInfo": []}', b"[]", b"[" * 100_000, b'{"domainInfo": "name"}'],
        ids=lambda body: body[:20],
    )
    def test_a_reply_of_another_form_is_a_response_error(self, body, own):
        """A reply with status 200 that cannot be SWF's is told at once, also by a user's client."""
        answer = Answer(200, body, {"x-amzn-RequestId": "request-1"})
        with answering(answer) as server:
            client = boto3.client("swf", endpoint_url=server.url, region_name="r", **KEYS)
            connection = connect(server.url) if own else connect(client=client)
            with pytest.raises(ResponseError) as caught:
                connection.call("DescribeDomain", DOMAIN)
            client.close()

        assert caught.value.operation == "DescribeDomain"
        assert caught.value.resource == "Domain('d')"
        # Of what its parser cannot read, the client of a user does not tell the headers.
        known = own or body in {b"{}", b""}
        assert caught.value.request_id == ("request-1" if known else None)

    @pytest.mark.parametrize("operation", ["DescribeDomain", "PollForDecisionTask"])
    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("http://no-such-host.invalid:80", "no-such-host"),
            ("http://127.0.0.1:1", r"127\.0\.0\.1:1"),
            (None, "SSL"),
        ],
    )
    def test_an_endpoint_that_is_wrong_is_one_error_soon(self, url, words, operation):
        """A host, a port or a scheme that is wrong is told in one short error, within seconds."""
        params = TASK if operation.startswith("Poll") else DOMAIN
        with answering() as server:
            tls = server.url.replace("http:", "https:")
            connection = connect(url or tls, region="us-east-1", **KEYS)
            began = time.monotonic()
            with pytest.raises(ConnectionFailedError, match=words) as caught:
                connection.call(operation, params)

        assert time.monotonic() - began < 20
        printed = "".join(traceback.format_exception(caught.value))
        assert printed.count("Traceback") == 1
        assert "/botocore/" not in printed
        assert "urllib3" not in printed

    def test_nothing_of_botocore_is_printed_on_top(self):
        """The traceback a user sees has no frame of botocore's or urllib3's in it."""
        with pytest.raises(ConnectionFailedError) as caught:
            connect("http://127.0.0.1:1").call("PollForDecisionTask", TASK)

        printed = "".join(traceback.format_exception(caught.value))
        assert "site-packages/botocore" not in printed
        assert "urllib3" not in printed
        assert str(caught.value) in printed

    def test_an_error_travels(self):
        """An error that came of botocore's can be pickled, with all that it carries."""
        error = mapped(boto.EndpointConnectionError(endpoint_url="http://x", error="no"))

        again = pickle.loads(pickle.dumps(error))

        assert (type(again), str(again)) == (type(error), str(error))


class TestReaching:
    def test_nobody_there(self):
        """An endpoint where nobody listens is named."""
        with pytest.raises(ConnectionFailedError, match=r"http://127\.0\.0\.1:1") as caught:
            connect("http://127.0.0.1:1").call("PollForDecisionTask", TASK)

        assert isinstance(caught.value, ConnectionError)

    def test_a_connection_that_breaks(self):
        """A connection that ends without an answer is told with its endpoint."""
        with answering(Answer(drop=True)) as server, pytest.raises(ConnectionFailedError) as it:
            connect(server.url).call("PollForDecisionTask", TASK)

        assert server.url in str(it.value)

    @pytest.mark.parametrize("status", [200, 400, 500])
    def test_an_answer_that_is_cut_short(self, status):
        """An answer that ends before its announced length is a broken connection."""
        once = Config(retries={"total_max_attempts": 1})
        with (
            answering(Answer(status, b'{"__type": "X"}', cut=1)) as server,
            pytest.raises(ConnectionFailedError, match=r"15 read.* 16") as caught,
        ):
            connect(server.url, config=once).call("PollForDecisionTask", TASK)

        assert server.url in str(caught.value)

    def test_no_tls_there(self):
        """A server that does not speak TLS is told with its endpoint."""
        with answering() as server:
            url = server.url.replace("http:", "https:")
            with pytest.raises(ConnectionFailedError, match=url):
                connect(url).call("PollForDecisionTask", TASK)

    @pytest.mark.parametrize(
        ("operation", "params", "kind"),
        [
            ("DescribeDomain", DOMAIN, ReadTimeout),
            ("RespondActivityTaskCompleted", {"taskToken": "t"}, ReadTimeout),
            ("PollForDecisionTask", TASK, PollTimeout),
            ("PollForActivityTask", TASK, PollTimeout),
        ],
    )
    def test_no_answer_in_time(self, operation, params, kind):
        """An answer that does not come is a ReadTimeout; of a poll it is a PollTimeout."""
        config = Config(read_timeout=0.2, retries={"total_max_attempts": 1})
        with answering(Answer(hang=True)) as server:
            client = boto3.client(
                "swf", endpoint_url=server.url, region_name="r", config=config, **KEYS
            )
            with pytest.raises(kind) as caught:
                connect(client=client).call(operation, params)
            client.close()

        assert isinstance(caught.value, TimeoutError)
        assert server.url in str(caught.value)

    def test_an_error_without_its_endpoint_is_given_it(self):
        """Where botocore does not say which endpoint failed, the message does."""
        error = mapped(boto.HTTPClientError(error="odd"))

        assert type(error) is ConnectionFailedError
        assert str(error).startswith("DescribeDomain, Domain('d'): http://there: ")


class TestSettings:
    def test_no_region(self):
        """Without a region the error tells the ways to give one, before anything is sent."""
        with pytest.raises(SettingsError) as caught:
            connect(**KEYS).call("DescribeDomain", DOMAIN)

        ways = ("swf.connect()", "swf.settings.set()", "AWS_DEFAULT_REGION", "~/.swf", "sqlite:///")
        for way in ways:
            assert way in str(caught.value)
        assert str(caught.value).startswith("DescribeDomain, Domain('d'): no region")

    def test_no_region_as_botocore_says_it(self):
        """What botocore says of a missing region is told in the same words."""
        assert "AWS_DEFAULT_REGION" in str(mapped(boto.NoRegionError()))

    def test_no_credentials(self):
        """Without credentials the error tells the ways to give them, before anything is sent."""
        with pytest.raises(CredentialsError) as caught:
            connect(region="us-east-1").call("DescribeDomain", DOMAIN)

        for way in ("swf.connect()", "AWS_ACCESS_KEY_ID", "[credentials] in ~/.swf"):
            assert way in str(caught.value)

    def test_half_of_credentials_in_the_files_of_boto3(self, monkeypatch, tmp_path):
        """Half a pair that boto3 finds by itself is a CredentialsError too."""
        (tmp_path / "credentials").write_text("[default]\naws_access_key_id=a\n", encoding="utf-8")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))

        with pytest.raises(CredentialsError, match="aws_secret_access_key"):
            connect(region="us-east-1").call("DescribeDomain", DOMAIN)

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"profile": "nobody", "region": "us-east-1"}, "nobody"),
            ({"region": "no region!", **KEYS}, "no region!"),
            ({"endpoint_url": "http://under_score..x", "region": "r", **KEYS}, "under_score"),
        ],
    )
    def test_settings_that_botocore_refuses(self, arguments, words):
        """A profile, region or endpoint that botocore cannot use is a SettingsError naming it."""
        with pytest.raises(SettingsError, match=words):
            connect(**arguments).call("DescribeDomain", DOMAIN)

    def test_a_broken_file_of_boto3(self, monkeypatch, tmp_path):
        """A config file that boto3 cannot parse is a SettingsError that names it."""
        (tmp_path / "config").write_text("[half\n", encoding="utf-8")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))

        with pytest.raises(SettingsError, match=str(tmp_path / "config")):
            connect(region="us-east-1").call("DescribeDomain", DOMAIN)

    def test_what_the_own_client_of_a_user_refuses(self):
        """A client that validates by itself, by newer rules, ends in a ValidationError."""
        error = mapped(boto.ParamValidationError(report="odd"))

        assert isinstance(error, ValidationError)
        assert not isinstance(error, ResponseError)

    def test_settings_can_be_mended(self):
        """A connection that failed for want of settings does not spoil the next one."""
        with answering(reply(n=1)) as server:
            settings.set(endpoint_url=server.url, profile="nobody")
            with pytest.raises(SettingsError):
                connect().call("DeprecateDomain", DOMAIN)
            settings.clear()
            settings.set(endpoint_url=server.url)
            assert connect().call("DeprecateDomain", DOMAIN) == {"n": 1}
