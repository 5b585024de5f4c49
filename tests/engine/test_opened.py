"""The engines of a process: one for each place."""

from __future__ import annotations

import gc
import os
import weakref

import pytest

from swf.clock import ManualClock
from swf.engine import Engine, Options, adopt, close_all, opened
from swf.exceptions import DatabaseLockedError, SettingsError


def test_a_place_has_one_engine(tmp_path):
    """However its URL is spelled, a file is opened once in a process."""
    (tmp_path / "folder").mkdir()

    first = opened(f"sqlite:///{tmp_path}/a.db")

    assert opened(f"sqlite:///{tmp_path}/folder/../a.db") is first
    assert opened(f"sqlite:///{tmp_path}/b.db") is not first


def test_what_is_in_memory_goes_by_its_name():
    """Those of one name are one, and those of another another."""
    assert opened("memory://") is opened("memory://")
    assert opened("memory://a") is opened("memory://a")
    assert opened("memory://a") is not opened("memory://")


def test_a_place_has_one_set_of_options():
    """A URL that sets up an open engine otherwise is refused; one that says the same is not."""
    first = opened("memory://?poll_seconds=5")

    assert opened("memory://?poll_seconds=5.0") is first
    for other in ("memory://", "memory://?poll_seconds=6"):
        with pytest.raises(SettingsError, match="memory:// is open with other options"):
            opened(other)
    first.close()
    assert opened("memory://") is not first


def test_a_closed_engine_is_opened_anew(tmp_path):
    """After it was closed, the place is opened again, and has what it had if it is a file."""
    url = f"sqlite:///{tmp_path}/a.db"
    retention = {"workflowExecutionRetentionPeriodInDays": "1"}
    first = opened(url)
    first.handle("RegisterDomain", {"name": "d", **retention})
    first.close()

    second = opened(url)

    assert second is not first
    assert second.handle("DescribeDomain", {"name": "d"})["domainInfo"]["name"] == "d"


def test_all_are_closed_together():
    """`close_all` leaves none open, as at the end of a process."""
    engines = [opened("memory://a"), opened("memory://b")]

    close_all()

    assert [engine.closed for engine in engines] == [True, True]


def test_an_engine_may_be_adopted():
    """Until it is closed, an engine that was adopted is its place's, whatever it is set up with."""
    url = "memory://adopted"
    with Engine.open(url, clock=ManualClock(), options=Options(poll_seconds=0)) as engine:
        adopt(engine)
        adopt(engine)

        assert opened(url) is engine
        assert opened(f"{url}?poll_seconds=9") is engine
        with Engine.open(url) as other, pytest.raises(SettingsError, match="is open already"):
            adopt(other)
    assert opened(url) is not engine


def test_a_closed_engine_is_not_kept():
    """What was open once is let go of when another is: a thousand tests leave no thousand."""
    with Engine.open("memory://first") as engine:
        adopt(engine)
    first = weakref.ref(engine)
    del engine

    opened("memory://second")
    gc.collect()

    assert first() is None


def test_an_engine_of_a_file_that_was_opened_otherwise_is_not_opened_again(tmp_path):
    """A file that the process has open by `Engine.open` is locked, and the error says by whom."""
    with (
        Engine.open(f"sqlite:///{tmp_path}/a.db"),
        pytest.raises(DatabaseLockedError, match=f"in this process already .pid {os.getpid()}"),
    ):
        opened(f"sqlite:///{tmp_path}/a.db")


def test_a_url_leads_back_to_its_engine(tmp_path):
    """`engine.url` is the URL of the same place, whatever its path is made of."""
    for name in ("a.db", "50%20.db", "what?.db", "a#b.db", "mit Leerzeichen.db"):
        path = tmp_path / name
        quoted = str(path).replace("%", "%25").replace("?", "%3F").replace("#", "%23")
        engine = opened(f"sqlite:///{quoted}")

        assert engine.place.path == path
        assert opened(engine.url) is engine
    assert opened("memory://a").url == "memory://a"


def test_a_forked_child_owns_nothing(tmp_path):
    """What the parent has open is not the child's: it finds the file locked by its parent."""
    url = f"sqlite:///{tmp_path}/a.db"
    opened(url)

    child = os.fork()
    if not child:
        status = 1
        try:
            opened(url)
        except DatabaseLockedError as error:
            status = 0 if error.pid == os.getppid() else 2
        finally:
            os._exit(status)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert not opened(url).closed
