"""An SWF of the test's own, and the fixtures that bring it."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest

import swf
from swf.clock import ManualClock, SystemClock
from swf.engine import Engine, Options, opened
from swf.exceptions import EngineError, PollTimeout, SettingsError
from swf.models import Domain
from swf.querysets import DomainQuerySet
from swf.testing import VirtualClock, connected, embedded

pytest_plugins = ["pytester"]


def test_each_block_has_an_swf_of_its_own():
    """Two engines side by side share nothing."""
    with embedded() as one, embedded() as another:
        Domain("shop", connection=connected(one)).save()

        assert one.url != another.url
        assert not Domain("shop", connection=connected(another)).exists
    assert one.closed
    assert another.closed


def test_time_stands_still_and_polls_do_not_wait():
    """Without options of its own, nothing comes due by itself and an empty poll is empty."""
    with embedded() as engine:
        shop = Domain("shop", connection=connected(engine))
        shop.save()

        assert isinstance(engine.clock, ManualClock)
        with pytest.raises(PollTimeout):
            swf.actors.Decider(shop, "t").poll()


def test_clock_options_and_place_may_be_chosen(tmp_path):
    """What is given is what the engine has."""
    clock, options = SystemClock(), Options(poll_seconds=3, durability="normal")

    with embedded(f"sqlite:///{tmp_path}/swf.db", clock=clock, options=options) as engine:
        assert engine.clock is clock
        assert engine.place.options == options
        assert (tmp_path / "swf.db").exists()


def test_within_the_block_its_url_leads_to_it():
    """By the settings or by `connect`, everything can be led to the test's engine."""
    with embedded() as engine:
        swf.settings.set(endpoint_url=engine.url)
        Domain("shop").save()

        assert Domain("shop", connection=swf.connect(engine.url)).exists
        assert Domain("shop", connection=connected(engine)).exists
        assert opened(engine.url) is engine
    assert not Domain("shop").exists, "another is opened at its place"


def test_a_place_that_is_open_is_refused():
    """A block does not take over what this process has open there."""
    opened("memory://taken")

    with (
        pytest.raises(SettingsError, match="memory://taken is open already"),
        embedded("memory://taken"),
    ):
        pass


def test_an_engine_that_was_opened_by_hand_can_be_connected_to():
    """`connected` takes any engine, and tells regions apart."""
    with Engine.open("memory://hand", options=Options(poll_seconds=0)) as engine:
        here = Domain("shop", connection=connected(engine, region="eu-west-1"))
        here.save()

        assert "eu-west-1" in str(here.upstream().arn)
        assert pickle.loads(pickle.dumps(here)).exists
        assert opened("memory://hand") is engine
    with pytest.raises(EngineError, match="is closed"):
        here.upstream()


# The fixtures


def test_the_fixtures_belong_together(swf_engine, swf_clock, swf_connection):
    """The engine is on the test's clock, and the connection leads to the engine."""
    assert swf_engine.clock is swf_clock
    assert swf_clock.now() == datetime(2020, 1, 1, tzinfo=UTC)
    Domain("shop", connection=swf_connection).save()
    assert swf_engine.handle("DescribeDomain", {"name": "shop"})


def test_by_default_everything_talks_to_the_tests_swf(swf_default, swf_connection):
    """With `swf_default`, code that was given no connection is led there too."""
    Domain("shop").save()

    assert [one.name for one in DomainQuerySet(connection=swf_connection)] == ["shop"]


def test_a_test_may_have_virtual_time(swf_virtual_clock, swf_clock, swf_engine, swf_default):
    """Asked for, the clock of all the fixtures is one that skips, and polls are held."""
    assert swf_virtual_clock is swf_clock is swf_engine.clock is swf_default.clock
    assert isinstance(swf_clock, VirtualClock)
    assert swf_engine.place.options == Options()


def test_options_go_before_what_the_clock_asks_for():
    """A VirtualClock may go with polls that are not held: for actors that run in one thread."""
    options = Options(poll_seconds=0)

    with embedded(clock=VirtualClock(), options=options) as engine:
        shop = Domain("shop", connection=connected(engine))
        shop.save()
        with pytest.raises(PollTimeout):
            swf.actors.Decider(shop, "t").poll()


PROGRAM = """
import swf
import pytest
from swf.clock import ManualClock
from swf.models import Domain

pytest_plugins = ["swf.testing.plugin"]

def test_one(swf_default):
    Domain("shop").save()
    assert Domain("shop").exists

def test_two(swf_default, swf_clock):
    assert not Domain("shop").exists
    swf_clock.advance(60)

def test_three():
    assert "endpoint_url" not in swf.settings.get()

def test_four(swf_virtual_clock, swf_default):
    swf_virtual_clock.skip(60)
    assert not Domain("shop").exists

class TestRedefined:
    @pytest.fixture
    def swf_clock(self):
        return ManualClock()

    def test_five(self, swf_virtual_clock):
        pass
"""


def test_a_users_tests_start_from_nothing(pytester):
    """Each test of a user's has an SWF that holds nothing, and leaves no settings behind."""
    pytester.makepyfile(PROGRAM)

    result = pytester.runpytest("-q")

    result.assert_outcomes(passed=4, errors=1)
    result.stdout.fnmatch_lines(["*the fixture swf_clock was redefined as*"])
