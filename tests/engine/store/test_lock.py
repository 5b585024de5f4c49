"""A database file has one owner, which its lock file names."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from quickest import quickest
from unprivileged import as_nobody, directory_of_nobody

from swf.engine.store.lock import FileLock
from swf.exceptions import DatabaseError, DatabaseLockedError, DatabaseReadOnlyError

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

OWNER = """
import sys
from pathlib import Path
from swf.engine.store.lock import FileLock
lock = FileLock(Path(sys.argv[1]))
lock.acquire()
if len(sys.argv) > 2:
    lock.announce(sys.argv[2], access_key="key", secret_key="secret")
print("mine", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    """Where a database would be."""
    return tmp_path / "engine.db"


@pytest.fixture
def lock(path) -> Iterator[FileLock]:
    """A lock that is not held after the test."""
    lock = FileLock(path)
    yield lock
    lock.release()


@pytest.fixture
def owned(path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Make another process the owner of the database; it ends with the test."""
    started = []

    def own(*more: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", OWNER, str(path), *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "mine\n"
        return process

    yield own
    for process in started:
        process.kill()
        process.communicate()


def in_child(work: Callable[[], object]) -> int:
    """Return the exit status of a forked child that does this work: 0 where it did not raise."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def is_refused(path) -> None:
    """Raise unless another has the lock."""
    with pytest.raises(DatabaseLockedError):
        FileLock(path).acquire()


class TestAcquire:
    def test_the_owner_s_file_is_private_and_names_it(self, lock, path):
        """The lock file is there, for its owner's eyes only, and says whose the database is."""
        lock.acquire()
        content = subprocess.run(["cat", f"{path}.lock"], capture_output=True, check=True).stdout

        assert lock.held
        assert json.loads(content) == {
            "pid": os.getpid(),
            "address": None,
            "access_key": None,
            "secret_key": None,
        }
        assert stat.S_IMODE(lock.path.stat().st_mode) == 0o600

    def test_a_second_process_is_told_the_first(self, owned, path):
        """The refusal comes within a second, names process and file, and says what to do."""
        owner = owned()

        with pytest.raises(DatabaseLockedError) as refused:
            FileLock(path).acquire()

        assert quickest(lambda: is_refused(path), 1) < 1
        assert refused.value.pid == owner.pid
        assert refused.value.address is refused.value.access_key is None
        assert str(refused.value) == (
            f"{path}: is in use by process {owner.pid}; stop process {owner.pid}, "
            "have it serve its engine over HTTP, or name another file"
        )

    def test_a_second_process_is_told_where_it_is_served(self, owned, path):
        """Where the owner serves the database, the refusal carries address and keys."""
        owner = owned("http://127.0.0.1:8080/a-long-address")

        with pytest.raises(DatabaseLockedError, match="connect to http://127") as refused:
            FileLock(path).acquire()

        assert refused.value.pid == owner.pid
        assert refused.value.address == "http://127.0.0.1:8080/a-long-address"
        assert (refused.value.access_key, refused.value.secret_key) == ("key", "secret")
        assert "secret" not in str(refused.value)

    def test_the_same_process_is_refused_too(self, lock, path):
        """A second engine of one process does not get the database, and the first keeps it."""
        lock.acquire()

        with pytest.raises(DatabaseLockedError, match="in this process already") as refused:
            FileLock(path).acquire()

        assert refused.value.pid == os.getpid()
        assert in_child(lambda: is_refused(path)) == 0

    def test_a_database_has_one_lock_by_whatever_name(self, lock, path, tmp_path):
        """A symbolic link to the database, or to its directory, leads to the same lock."""
        path.touch()
        (tmp_path / "link.db").symlink_to(path)
        (tmp_path / "folder").symlink_to(tmp_path)
        lock.acquire()

        is_refused(tmp_path / "link.db")
        is_refused(tmp_path / "folder" / "engine.db")

    def test_a_killed_owner_owns_nothing(self, owned, path, lock):
        """After kill -9 the database is free at once, though the file still names the dead."""
        owner = owned("http://127.0.0.1:1")
        owner.send_signal(signal.SIGKILL)
        owner.wait()

        lock.acquire()

        assert b"127.0.0.1" not in lock.path.read_bytes().strip(b"\0")

    def test_a_lock_file_of_another_mode_is_made_private(self, lock):
        """A lock file that others could read is for its owner's eyes from then on."""
        lock.path.write_text("")
        lock.path.chmod(0o644)

        lock.acquire()

        assert stat.S_IMODE(lock.path.stat().st_mode) == 0o600

    def test_a_lock_that_cannot_tell_whose_it_is_is_not_held(self, lock):
        """Where the disk takes no word, the database is not owned, and can be owned later."""
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
        try:
            with pytest.raises(DatabaseError, match="File too large"):
                lock.acquire()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert not lock.held
        lock.acquire()

        assert lock.held
        assert repr(lock) == f"FileLock('{lock.database}')"

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}', "\0\0", "9" * 100_000])
    def test_a_broken_lock_file_is_no_reason_to_wait(self, content, owned, path):
        """Where the file says nothing, the refusal does without pid, within a second."""
        owned()
        path.with_name("engine.db.lock").write_text(content)

        with pytest.raises(DatabaseLockedError, match="in use by another process") as refused:
            FileLock(path).acquire()

        assert quickest(lambda: is_refused(path), 1) < 1
        assert refused.value.pid is None

    def test_the_words_of_an_earlier_owner_are_read_again(self, owned, path):
        """A pid that is nobody's is what a new owner has not overwritten yet: it is waited for."""
        owned()
        file = path.with_name("engine.db.lock")
        words = file.read_bytes()
        gone = subprocess.Popen(["true"])
        gone.wait()
        file.write_text(json.dumps({"pid": gone.pid}))
        later = threading.Timer(0.05, file.write_bytes, [words])
        later.start()

        with pytest.raises(DatabaseLockedError) as refused:
            FileLock(path).acquire()
        later.join()

        assert refused.value.pid == json.loads(words)["pid"]


class TestRefusesFiles:
    def test_a_symbolic_link(self, lock, tmp_path):
        """A link in the place of the lock file is not followed: what it names stays as it is."""
        (tmp_path / "precious").write_text("content")
        lock.path.symlink_to(tmp_path / "precious")

        with pytest.raises(DatabaseError, match="symbolic link"):
            lock.acquire()

        assert (tmp_path / "precious").read_text() == "content"
        assert not lock.held

    def test_a_file_of_two_names(self, lock, tmp_path):
        """A lock file that is another file too is not written to."""
        (tmp_path / "precious").write_text("content")
        lock.path.hardlink_to(tmp_path / "precious")

        with pytest.raises(DatabaseError, match="no plain file"):
            lock.acquire()

        assert (tmp_path / "precious").read_text() == "content"

    def test_a_pipe(self, lock):
        """What is no file at all is refused, without waiting for anybody at its other end."""
        os.mkfifo(lock.path)

        with pytest.raises(DatabaseError, match="no plain file"):
            lock.acquire()

    def test_a_missing_directory(self, tmp_path):
        """A database in no directory cannot be locked; the message says what to make."""
        with pytest.raises(DatabaseError, match="make it first"):
            FileLock(tmp_path / "no" / "engine.db").acquire()

    def test_a_place_that_is_not_one_s_own(self):
        """Where the lock file cannot be made, the error says that it is a matter of modes."""
        with (
            directory_of_nobody(0o555) as directory,
            as_nobody(),
            pytest.raises(DatabaseReadOnlyError, match="may not be written to"),
        ):
            FileLock(directory / "engine.db").acquire()


class TestRelease:
    def test_a_released_database_is_free(self, lock, path):
        """After a release another process gets the database, and no key is left in the file."""
        lock.acquire()
        lock.announce("http://127.0.0.1:1", secret_key="secret")

        lock.release()
        lock.release()

        assert not lock.held
        assert lock.path.read_bytes() == b""
        assert in_child(FileLock(path).acquire) == 0

    def test_a_database_can_be_owned_again(self, lock):
        """Acquired, released and acquired, it is owned."""
        lock.acquire()
        lock.release()
        lock.acquire()

        assert lock.held

    def test_a_removed_lock_file_is_made_anew(self, lock, path):
        """A lock on a file that was removed meanwhile counts for nothing."""
        lock.acquire()
        lock.release()
        lock.path.unlink()
        lock.acquire()

        assert in_child(lambda: is_refused(path)) == 0

    @pytest.fixture
    def goes(self, lock, monkeypatch) -> Callable[..., None]:
        """Have the lock file removed as it is locked, so often, and made again or not."""
        really = fcntl.lockf

        def goes(times: int, *, is_made_again: bool) -> None:
            left = [None] * times

            def lockf(descriptor: int, how: int) -> None:
                if left:
                    left.pop()
                    lock.path.unlink()
                    if is_made_again:
                        lock.path.touch()
                really(descriptor, how)

            monkeypatch.setattr(fcntl, "lockf", lockf)

        return goes

    @pytest.mark.parametrize("is_made_again", [False, True])
    def test_a_lock_file_that_goes_while_it_is_locked_is_made_anew(
        self, lock, path, goes, is_made_again
    ):
        """Who locked a file that is not beside the database any more does not own that."""
        goes(1, is_made_again=is_made_again)
        lock.acquire()

        assert in_child(lambda: is_refused(path)) == 0

    def test_a_lock_file_that_goes_again_and_again_is_told(self, lock, goes):
        """Who can lock nothing that stays there gives up, and owns nothing."""
        goes(100, is_made_again=False)

        with pytest.raises(DatabaseError, match="again and again"):
            lock.acquire()
        assert not lock.held


class TestAnnounce:
    def test_what_is_announced_last_is_told(self, lock, path):
        """An owner tells where it is served, and not a character of what it told before."""

        def told() -> str | None:
            reading, writing = os.pipe()
            pid = os.fork()
            if pid == 0:
                try:
                    FileLock(path).acquire()
                except DatabaseLockedError as refused:
                    os.write(writing, json.dumps(refused.address).encode())
                finally:
                    os._exit(0)
            os.close(writing)
            os.waitpid(pid, 0)
            with os.fdopen(reading) as answer:
                return json.load(answer)

        lock.acquire()
        assert told() is None
        lock.announce("http://127.0.0.1:8080", access_key="a", secret_key="s" * 100)
        assert told() == "http://127.0.0.1:8080"
        lock.announce("http://[::1]:1")
        assert told() == "http://[::1]:1"
        lock.release()

        lock.acquire()
        assert told() is None

    def test_only_the_owner_announces(self, lock):
        """Who does not own the database cannot say where it is served."""
        with pytest.raises(DatabaseError, match="not owned by this process"):
            lock.announce("http://127.0.0.1:8080")


class TestFork:
    def test_a_child_does_not_own_what_its_parent_owns(self, lock, path):
        """A forked child has no lock, is refused like anybody else, and its end changes nothing."""
        lock.acquire()

        def check() -> None:
            assert not lock.held
            lock.release()
            is_refused(path)

        assert in_child(check) == 0
        assert lock.held
        assert in_child(lambda: is_refused(path)) == 0

    def test_a_child_that_lives_on_keeps_nothing_locked(self, lock, path):
        """Once the owner lets go, the database is free though its child still runs."""
        lock.acquire()
        done, end = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(end)
            os.read(done, 1)
            os._exit(0)

        lock.release()
        status = in_child(FileLock(path).acquire)
        os.close(end)
        os.waitpid(pid, 0)

        assert status == 0
