"""Lambda functions are Python callables, run as AWS Lambda runs Python handlers."""

from __future__ import annotations

import json
import sys
import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swf.clock import ManualClock
from swf.engine.functions import FunctionContext, Functions, Outcome, failure
from swf.exceptions import ValidationError, ValidationTypeError

texts = st.text(st.characters(exclude_categories=[]), max_size=30)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def clock():
    """A clock that stands still."""
    return ManualClock()


@pytest.fixture
def functions(clock):
    """A registry of two threads; it is closed with the test."""
    functions = Functions(clock, threads=2)
    yield functions
    functions.close()


def invoked(function, input=None) -> Outcome:
    """Return how a function ends with this input."""
    clock = ManualClock()
    functions = Functions(clock)
    functions.register("f", function)
    return functions.invoke("f", input, FunctionContext("f", "id", None, clock))


class TestRegistry:
    def test_only_what_is_registered_is_there(self, functions):
        """A function is known by the name it was registered under, and by no other."""
        functions.register("sum", lambda event, context: sum(event))

        assert "sum" in functions
        assert "sun" not in functions
        assert len(functions) == 1

    def test_the_latest_function_of_a_name_counts(self, functions, clock):
        """Registered again, a name stands for the later function."""
        functions.register("f", lambda event, context: 1)
        functions.register("f", lambda event, context: 2)

        assert functions.invoke("f", None, FunctionContext("f", "1", None, clock)).result == "2"

    @pytest.mark.parametrize("name", ["", "x" * 65])
    def test_a_name_has_its_length(self, functions, name):
        """A name that SWF would not schedule is refused."""
        with pytest.raises(ValidationError, match="1 to 64 characters"):
            functions.register(name, lambda event, context: 1)

    def test_a_function_can_be_called(self, functions):
        """What cannot be called is refused when it is registered."""
        with pytest.raises(ValidationTypeError, match="must be callable, got 'f'"):
            functions.register("f", "f")


class TestInvoke:
    @given(value=values)
    def test_json_goes_in_and_comes_out(self, value):
        """The function gets what the input says, and its result says what it returned."""
        outcome = invoked(lambda event, context: event, json.dumps(value))

        assert not outcome.failed
        assert json.loads(outcome.result) == value
        outcome.result.encode()

    def test_without_input_the_event_is_none(self):
        """A task without input calls with None; a function that returns nothing returns null."""
        seen = []

        assert invoked(lambda event, context: seen.append(event)).result == "null"
        assert seen == [None]

    def test_what_is_raised_is_the_failure(self):
        """The reason is the class, the details are what AWS Lambda tells: message, type, stack."""

        def fail(event, context):
            raise KeyError("nö")

        outcome = invoked(fail)

        told = json.loads(outcome.details)
        assert outcome.failed
        assert outcome.reason == told["errorType"] == "KeyError"
        assert told["errorMessage"] == "'nö'"
        assert [frame.split(", in ")[1].splitlines()[0] for frame in told["stackTrace"]] == ["fail"]
        assert outcome.result is None

    def test_leaving_the_program_leaves_the_function(self):
        """`sys.exit()` is a failure like any other."""
        assert invoked(lambda event, context: sys.exit(3)).reason == "SystemExit"

    def test_an_error_without_words_is_told(self):
        """An error whose own text cannot be made is told by its class."""

        class Silent(Exception):
            def __str__(self):
                raise RuntimeError

        def fail(event, context):
            raise Silent

        assert json.loads(invoked(fail).details)["errorMessage"] == "<RuntimeError in str()>"

    @pytest.mark.parametrize("input", ["", "{", "nul", "[" * 100_000])
    def test_an_input_that_is_no_json_is_a_failure(self, input):
        """The function is not called with what cannot be read."""
        outcome = invoked(lambda event, context: 1, input)

        assert outcome.reason == "Runtime.UnmarshalError"

    @pytest.mark.parametrize("value", [object(), {1, 2}, float("nan"), float("inf"), b"bytes"])
    def test_a_result_that_is_no_json_is_a_failure(self, value):
        """What cannot be written as JSON is no result."""
        assert invoked(lambda event, context: value).reason == "Runtime.MarshalError"

    def test_a_result_that_is_too_long_is_a_failure(self):
        """A result has as many characters as SWF takes, and not one more."""
        assert len(invoked(lambda event, context: "x" * 32_766).result) == 32_768
        assert (
            invoked(lambda event, context: "x" * 32_767).reason == "Function.ResponseSizeTooLarge"
        )

    def test_an_unknown_function_is_a_failure(self, functions, clock):
        """A name that nobody registered in this process is told in AWS Lambda's words."""
        outcome = functions.invoke("f", None, FunctionContext("f", "1", None, clock))

        assert outcome.reason == "ResourceNotFoundException"
        assert json.loads(outcome.details)["errorMessage"] == "Function not found: f"

    @given(
        kind=st.text(min_size=1, max_size=300),
        message=st.text(st.characters(exclude_categories=[]), max_size=20).map(
            lambda text: text * 3_000
        ),
        frames=st.lists(st.integers(0, 20_000).map("x".__mul__), max_size=5),
    )
    def test_a_failure_is_cut_to_what_swf_takes(self, kind, message, frames):
        """However long, a failure fits: the innermost frames stay longest, then the message."""
        outcome = failure(kind, message, frames)

        told = json.loads(outcome.details)
        assert len(outcome.reason) <= 256
        assert len(outcome.details) <= 32_768
        assert message.startswith(told["errorMessage"])
        assert frames[len(frames) - len(told["stackTrace"]) :] == told["stackTrace"]


class TestContext:
    def test_it_tells_what_aws_lambda_tells(self, functions, clock):
        """Name, request id and the time that is left, which is never negative."""
        context = FunctionContext("f", "request", clock.now() + timedelta(seconds=5), clock)

        assert (context.function_name, context.aws_request_id) == ("f", "request")
        assert context.get_remaining_time_in_millis() == 5000
        clock.advance(4.5)
        assert context.get_remaining_time_in_millis() == 500
        clock.advance(10)

        assert context.get_remaining_time_in_millis() == 0

    def test_without_deadline_there_is_time(self, clock):
        """A function that is not timed has weeks."""
        context = FunctionContext("f", "1", None, clock)

        assert context.get_remaining_time_in_millis() > 86_400_000


class TestSubmit:
    def test_the_outcome_is_told_once_by_another_thread(self, functions):
        """Whoever submits goes on at once; the outcome comes when the function has returned."""
        go_on, told = threading.Event(), []

        def slow(event, context):
            go_on.wait(10)
            return [event, context.function_name, context.aws_request_id]

        functions.register("slow", slow)
        functions.submit(
            "slow", "1", lambda outcome: told.append((outcome, threading.current_thread())),
            request_id="id",
        )  # fmt: skip
        assert told == []
        go_on.set()

        assert functions.join(10)
        ((outcome, thread),) = told
        assert outcome == Outcome(result='[1, "slow", "id"]')
        assert thread is not threading.current_thread()
        assert thread.daemon

    def test_no_more_run_at_once_than_there_are_threads(self, functions):
        """What comes while all threads are busy waits its turn, and is run."""
        running, most, told, both = set(), [], [], threading.Barrier(2)

        def watch(event, context):
            running.add(event)
            both.wait(10)
            most.append(len(running))
            both.wait(10)
            running.discard(event)
            return event

        functions.register("watch", watch)
        for number in range(6):
            functions.submit("watch", str(number), told.append, request_id="id")

        assert functions.join(10)
        assert sorted(outcome.result for outcome in told) == list("012345")
        assert max(most) <= 2
        assert max(most) == 2

    def test_a_thread_survives_a_done_that_raises(self, functions):
        """An outcome that nobody takes does not end the pool."""
        failed = threading.Event()
        told = []
        functions.register("f", lambda event, context: event)

        def broken(outcome):
            failed.set()
            raise RuntimeError("broken")

        for _ in range(4):
            functions.submit("f", "1", broken, request_id="id")
        functions.submit("f", "2", told.append, request_id="id")

        assert functions.join(10)
        assert failed.is_set()
        assert [outcome.result for outcome in told] == ["2"]

    def test_once_closed_nothing_is_started_or_told(self, functions):
        """What waits is not run, what runs is not told of, what is submitted later is neither."""
        began, go_on, told, called = threading.Event(), threading.Event(), [], []

        def slow(event, context):
            called.append(event)
            began.set()
            go_on.wait(10)

        functions.register("slow", slow)
        for number in range(3):
            functions.submit("slow", str(number), told.append, request_id="id")
        assert began.wait(10)

        functions.close()
        functions.submit("slow", "9", told.append, request_id="id")
        go_on.set()

        assert functions.join(10)
        assert told == []
        assert 9 not in called
        assert 2 not in called

    def test_it_is_not_idle_while_a_function_runs(self, functions):
        """Waiting for the end gives up after the time it was given."""
        go_on = threading.Event()
        functions.register("slow", lambda event, context: go_on.wait(10))
        functions.submit("slow", None, lambda outcome: None, request_id="id")

        assert not functions.join(0.01)
        go_on.set()
        assert functions.join(10)
