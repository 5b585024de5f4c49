"""How an engine's URL is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from swf.engine import Options, Place
from swf.exceptions import SettingsError


def test_a_relative_path(tmp_path, monkeypatch):
    """Three slashes and a name are a file below the working directory."""
    monkeypatch.chdir(tmp_path)

    place = Place.of("sqlite:///orders.db")

    assert place.path == tmp_path.resolve() / "orders.db"
    assert place.name == f"sqlite:///{place.path}"


def test_an_absolute_path_and_what_is_quoted():
    """Four slashes begin an absolute path; what a URL cannot hold is quoted."""
    assert Place.of("sqlite:////srv/my%20db.db").path == Path("/srv/my db.db")


def test_the_home_directory(monkeypatch, tmp_path):
    """A path may begin in the home directory."""
    monkeypatch.setenv("HOME", str(tmp_path))

    assert Place.of("sqlite:///~/swf.db").path == tmp_path.resolve() / "swf.db"


def test_two_spellings_of_a_file_are_one_place(tmp_path, monkeypatch):
    """A file has one name, however it is spelled and through whatever link."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path)

    names = {Place.of(f"sqlite:///{way}").name for way in ("a.db", "./a.db", "link/a.db")}

    assert len(names) == 1


def test_memory_has_names():
    """Databases in memory are told apart by what follows the slashes."""
    assert Place.of("memory://").path is None
    assert Place.of("memory://").name != Place.of("memory://other").name


def test_options_in_the_query():
    """The query of the URL sets options, and goes before those given."""
    url = (
        "memory://?durability=normal&poll_seconds=1.5&downtime_grace=false&functions_at_start=fail"
    )

    place = Place.of(url, Options(poll_seconds=9, cached_executions=5))

    assert place.options == Options(
        durability="normal",
        poll_seconds=1.5,
        downtime_grace=False,
        functions_at_start="fail",
        cached_executions=5,
    )


def test_the_clock_of_what_is_kept_nowhere_may_be_virtual():
    """A database in memory may have time of its own; one that lasts has the machine's."""
    assert Place.of("memory://?clock=virtual").options.clock == "virtual"
    assert Place.of("sqlite:///a.db?clock=system").options == Options()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite://", "sqlite:///relative.db"),
        ("sqlite:///", "sqlite:///relative.db"),
        ("sqlite://host/x.db", "sqlite:///relative.db"),
        ("mysql:///x.db", "sqlite:///relative.db"),
        ("sqlite:///:memory:", "a database in memory is memory://"),
        ("memory://#x", "'#'"),
        ("sqlite:///a\nb.db", "must have no control characters"),
        (" sqlite:///a.db\t", "must have no control characters"),
        ("sqlite:///a%00b.db", "must have no control characters"),
        ("memory://?color=red", "'color' is no option; there are durability"),
        ("memory://?poll_seconds=soon", "poll_seconds cannot be 'soon'"),
        ("memory://?poll_seconds=-1", "poll_seconds: must be from 0 to 3600"),
        ("memory://?poll_seconds=nan", "poll_seconds: must be from 0 to 3600"),
        ("memory://?durability=extra", "durability: must be one of full, normal"),
        ("memory://?downtime_grace=perhaps", "downtime_grace cannot be 'perhaps'"),
        ("memory://?clock=slow", "clock: must be one of system, virtual, got 'slow'"),
        ("sqlite:///a.db?clock=virtual", "clock=virtual goes with memory:// only"),
        ("memory://?functions_at_start=drop", "functions_at_start: must be one of"),
    ],
)
def test_what_is_no_place_is_refused(url, words):
    """A URL that names no place, or sets what is no option, is refused with what there is."""
    with pytest.raises(SettingsError) as caught:
        Place.of(url)

    assert words in str(caught.value)


def test_fewer_than_no_executions_cannot_be_cached():
    """The number of cached executions is none at least."""
    with pytest.raises(SettingsError, match="cached_executions: must not be negative, got -1"):
        Place.of("memory://?cached_executions=-1")
