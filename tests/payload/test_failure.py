"""Errors as reason and details, and as errors again."""

from __future__ import annotations

import json
from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from payload_values import Declined, Refused, Unregistered, values

from swf.constants import MAX_DETAILS_LENGTH, MAX_REASON_LENGTH
from swf.exceptions import PayloadStoreError, RemoteError, TypeDoesNotExist
from swf.payload import (
    Codec,
    Encrypt,
    FileStore,
    KeyRing,
    MemoryStore,
    Payloads,
    dump_failure,
    load_failure,
    register,
)

PLAIN = Payloads()
SECRET = Payloads(codecs=(Encrypt(KeyRing("k", {"k": b"1" * 16})),))


class OfTheShop(Exception):
    """Registered nowhere."""


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    """Return the error with a traceback and a cause."""
    try:
        raise error from cause  # noqa: TRY301
    except BaseException as caught:  # noqa: BLE001
        return caught


def trip(error: BaseException, payloads: Payloads = PLAIN) -> BaseException:
    return load_failure(payloads, *dump_failure(payloads, error))


class TestTrip:
    @pytest.mark.parametrize("payloads", [PLAIN, SECRET, Payloads(store=MemoryStore(), limit=10)])
    @pytest.mark.parametrize(
        "error",
        [
            ValueError("no"),
            KeyError("k", 1),
            OSError(2, "No such file", "x"),
            Declined("anne", amount=Decimal(3)),
            Refused("no", code=3),
            TypeDoesNotExist("no", operation="O", resource="R"),
            ExceptionGroup("two", [ValueError(1), OSError(2, "x")]),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_a_known_error_is_itself_again(self, error, payloads):
        """Type, message, arguments and attributes are those that were raised."""
        again = trip(raised(error), payloads)

        assert type(again) is type(error)
        assert str(again) == str(error)
        carried = {name: value for name, value in vars(again).items() if name != "__notes__"}
        assert carried == vars(error)

    def test_the_chain_of_causes_is_restored(self):
        """Each cause has its type and its own cause."""
        error = raised(
            ValueError("outer"), raised(Declined("anne", amount=Decimal(1)), raised(KeyError("k")))
        )

        again = trip(error)

        assert type(again.__cause__) is Declined
        assert type(again.__cause__.__cause__) is KeyError
        assert again.__cause__.__cause__.__cause__ is None

    def test_the_traceback_is_a_note(self):
        """Who prints the error sees where it was raised, and what was noted there."""
        error = ValueError("no")
        error.add_note("asked for by anne")

        (note,) = trip(raised(error)).__notes__

        assert "test_failure.py" in note
        assert "asked for by anne" in note
        assert note.rstrip().count("ValueError: no") == 1

    def test_what_was_handled_meanwhile_is_in_the_traceback(self):
        """An error that another one led to, without a word, shows that one too."""
        try:
            try:
                raise KeyError("first")  # noqa: TRY301
            except KeyError:
                raise ValueError("second")  # noqa: B904
        except ValueError as error:
            again = trip(error)

        assert again.__cause__ is None
        assert "KeyError: 'first'" in again.__notes__[0]

    def test_an_unknown_error_is_remote(self):
        """The type that nobody registered is told by name, with message and traceback."""
        again = trip(raised(OfTheShop("sold out")))

        assert type(again) is RemoteError
        assert again.type == f"{__name__}.OfTheShop"
        assert str(again) == f"{__name__}.OfTheShop: sold out"
        assert "in raised" in again.traceback

    def test_a_remote_error_is_passed_on_as_it_came(self):
        """However many hands an error goes through, it names its own type, and once."""
        first = trip(raised(OfTheShop("sold out")))

        again = trip(raised(first))

        assert (again.type, str(again), again.traceback) == (
            first.type,
            str(first),
            first.traceback,
        )
        assert dump_failure(PLAIN, first)[0] == "OfTheShop: sold out"

    @pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), StopIteration(1)])
    def test_what_would_not_be_seen_as_a_failure_is_remote(self, error):
        """No failure ends the program or the coroutine that it is raised in."""
        again = trip(raised(error))

        assert type(again) is RemoteError
        assert again.type == f"builtins.{type(error).__name__}"

    def test_what_cannot_travel_is_left_out(self):
        """An error with an argument or an attribute that cannot travel keeps type and message."""
        error = ValueError("no", Unregistered())
        other = Declined("anne", amount=Decimal(1))
        other.account = Unregistered()

        again, also = trip(raised(error)), trip(raised(other))

        assert (type(again), again.args) == (ValueError, (str(error),))
        assert (type(also), also.args, vars(also)["amount"]) == (Declined, other.args, Decimal(1))
        assert "account" not in vars(also)

    def test_an_error_that_cannot_be_shown_without_it_is_remote(self):
        """No error is made that could not be printed."""

        @register
        class Needy(Exception):
            def __str__(self):
                return self.what.__class__.__name__

        error = Needy()
        error.what = Unregistered()

        assert str(trip(raised(error))) == f"{__name__}.{Needy.__qualname__}: Unregistered"

    def test_an_error_in_the_error_is_no_error(self):
        """An error that cannot be printed, or taken apart, still has a type."""

        class Broken(Exception):
            def __str__(self):
                raise ZeroDivisionError

        @register
        @attrs.define(slots=False)
        class Torn(Exception):
            part: int = attrs.field(init=False)

        assert dump_failure(PLAIN, raised(Broken()))[0] == "Broken"
        assert type(trip(raised(Broken()))) is RemoteError
        assert type(trip(raised(Torn()))) is Torn

    def test_whether_to_try_again_travels(self):
        """An error that says it is not to be retried says so to the decider."""
        error = ValueError("no")
        error.non_retryable = True

        class Final(OfTheShop):
            non_retryable = True

        for one in (error, Final("no")):
            assert trip(raised(one)).non_retryable is True
        assert not hasattr(trip(ValueError("no")), "non_retryable")

    @given(args=st.lists(values(), max_size=3))
    def test_any_arguments_come_back(self, args):
        """What an error was raised with arrives as it was."""
        assert trip(Declined.__new__(Declined, *args)).args == tuple(args)


class TestWords:
    def test_the_form_is_kept(self):
        """Other programs read a failure: its members do not change."""
        reason, details = dump_failure(PLAIN, ValueError("no", 1))

        assert reason == "ValueError: ('no', 1)"
        assert json.loads(details) == {
            "args": ["no", 1],
            "error": "ValueError",
            "error_type": "builtins.ValueError",
            "message": "('no', 1)",
            "traceback": ["ValueError: ('no', 1)"],
        }

    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            (ValueError(), "ValueError"),
            (ValueError("x" * 300), f"ValueError: {'x' * 243}…"),
            (ValueError("a\ud800b"), "ValueError: a\\ud800b"),
        ],
    )
    def test_the_reason_fits(self, error, reason):
        """The reason is type and message, cut to what SWF takes and in what UTF-8 can say."""
        told, details = dump_failure(PLAIN, error)

        assert told == reason
        assert len(told) <= MAX_REASON_LENGTH
        details.encode()

    def test_a_secret_is_not_in_the_reason(self):
        """Where the details are encrypted the reason does not tell what they hide."""
        reason, details = dump_failure(SECRET, raised(ValueError("the secret")))

        assert reason == "ValueError"
        assert "secret" not in details

    @pytest.mark.parametrize("limit", [MAX_DETAILS_LENGTH, 2_048, 500, 0])
    @pytest.mark.parametrize("payloads", [PLAIN, SECRET])
    def test_the_details_fit(self, limit, payloads):
        """Of an error that tells too much, what matters most is told within the limit."""
        error: BaseException = ValueError("x" * 50_000, ["y" * 50_000])
        for _ in range(30):
            error = raised(ValueError("z" * 5_000), error)

        reason, details = dump_failure(payloads, error, limit=limit)

        assert len(details) <= limit
        again = load_failure(payloads, reason, details)
        assert type(again) is (ValueError if limit else RemoteError)

    def test_a_long_one_goes_into_the_store(self):
        """With a store nothing is left out."""
        payloads = Payloads(store=MemoryStore())
        error = ValueError("x" * 50_000)

        assert trip(error, payloads).args == error.args

    def test_a_store_that_is_down_hides_no_failure(self):
        """The failure is told in what can be sent without the store."""
        payloads = Payloads(store=FileStore("/dev/null/x"))

        again = trip(raised(ValueError("x" * 50_000)), payloads)

        assert type(again) is ValueError
        assert str(again).startswith("xxx")

    def test_a_codec_that_fails_hides_no_failure(self):
        """Where nothing can be sealed the reason is told, and nothing is in the clear."""

        class Broken(Codec):
            name = "broken"
            hides = True

            def encode(self, data):
                raise ZeroDivisionError

            def decode(self, data):
                raise ZeroDivisionError

        payloads = Payloads(codecs=(Broken(),))

        assert dump_failure(payloads, ValueError("secret")) == ("ValueError", "")
        text = '{"$swf":["sealed",1,["broken"],"eA=="]}'
        assert type(load_failure(payloads, "r", text).__cause__) is ZeroDivisionError


class TestForeign:
    @pytest.mark.parametrize(
        ("reason", "details", "said"),
        [
            (None, None, ""),
            ("", "", ""),
            ("TimedOut", None, "TimedOut"),
            ("TimedOut", "in\nJava", "TimedOut"),
            (None, "in Java", "in Java"),
            ("r", "[1]", "r"),
            ("r", '{"error": 5}', "r"),
            ("r", '{"error": "E", "message": 5}', "r"),
            ("r", "[" * 100_000, "r"),
        ],
    )
    def test_the_words_of_another_program_are_kept(self, reason, details, said):
        """Whatever reason and details are, they are a RemoteError that says them."""
        again = load_failure(PLAIN, reason, details)

        assert type(again) is RemoteError
        assert str(again) == said
        assert again.type is None
        assert again.traceback == ((details or "") if reason else "")

    def test_simpleflows_form_is_read(self):
        """A failure of simpleflow's is of its own type where that is one of Python's."""
        details = {
            "error": "ValueError",
            "error_type": "builtins.ValueError",
            "message": "no",
            "traceback": ["Traceback (most recent call last):\n", "ValueError: no\n"],
        }

        again = load_failure(PLAIN, "ValueError: no", json.dumps(details))

        assert (type(again), again.args) == (ValueError, ("no",))
        assert again.__notes__ == [
            "Where it was raised:\nTraceback (most recent call last):\nValueError: no"
        ]

    @pytest.mark.parametrize(
        "more",
        [
            {"error_type": 5},
            {"traceback": "text"},
            {"traceback": 5},
            {"args": {"$swf": ["object", "nonesuch", {}]}},
            {"args": 5, "state": [1], "cause": 5},
            {"cause": {"error": 5}},
            {"state": {"x": {"$swf": 1}}},
        ],
    )
    def test_a_member_that_is_none_is_passed_over(self, more):
        """What cannot be read of a failure does not hide the rest of it."""
        told = {"error": "ValueError", "error_type": "builtins.ValueError", "message": "no"}

        again = load_failure(PLAIN, "r", json.dumps(told | more))

        assert "no" in str(again)
        assert again.__cause__ is None

    def test_details_that_cannot_be_opened_are_the_cause(self):
        """A failure whose details are gone still says its reason, and why there is no more."""
        payloads = Payloads(store=MemoryStore(), limit=10)
        reason, details = dump_failure(payloads, ValueError("no"))

        again = load_failure(PLAIN, reason, details)

        assert (type(again), str(again)) == (RemoteError, "ValueError: no")
        assert type(again.__cause__) is PayloadStoreError
        assert "PayloadStoreError" in again.__notes__[0]

    @given(reason=st.none() | st.text(), details=st.none() | st.text())
    def test_nothing_is_raised(self, reason, details):
        """Any words at all are an error that is returned."""
        assert isinstance(load_failure(PLAIN, reason, details), RemoteError)


def test_a_class_that_is_called_like_one_of_pythons_is_not_that_one():
    """Telling an error of such a class does not change what the name stands for."""
    like = type("ValueError", (ValueError,), {"__module__": "builtins"})

    dump_failure(Payloads(), like("odd"))

    restored = load_failure(Payloads(), *dump_failure(Payloads(), ValueError("odd")))
    assert type(restored) is ValueError
