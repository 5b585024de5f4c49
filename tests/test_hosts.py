"""Names that a server answers to."""

from __future__ import annotations

import pytest

from swf.hosts import Hosts, is_loop_back

OTHERS = [
    None,
    b"",
    b"evil.example",
    b"evil.example:80",
    b"localhost.evil.example",
    b"evil.localhost",
    b"localhost.",
    b"localhost@evil.example",
    b"evil.example@localhost",
    b"localhost:80:80",
    b"localhost:",
    b"localhost:8x",
    b"localhost:123456",
    b"localhost, evil.example",
    b"localhost,localhost",
    b"localhost/evil",
    b"localhost\x00",
    b" localhost",
    b"127.0.0.2",
    b"127.1",
    b"2130706433",
    b"0.0.0.0",
    b"[::]",
    b"::1",
    b"[::1",
    b"[::ffff:127.0.0.1]",
    b"10.0.0.1",
    "löcalhost".encode(),
    b"\xff",
]


@pytest.mark.parametrize("host", OTHERS)
def test_a_name_from_elsewhere_is_not_answered_to(host):
    """A page whose name was made to point here is kept out, whatever else the name looks like."""
    assert not Hosts().allow(host)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
@pytest.mark.parametrize("port", ["", ":1", ":65535"])
def test_a_loop_back_name_is_answered_to(name, port):
    """The loop-back names are let in with any port, and again."""
    hosts = Hosts()

    assert hosts.allow((name + port).encode())
    assert hosts.allow((name + port).encode())


@pytest.mark.parametrize(
    ("given", "asked"),
    [("swf.internal", b"SWF.internal:80"), ("10.0.0.7", b"10.0.0.7"), ("fe80::1", b"[FE80::1]:9")],
)
def test_a_name_that_was_allowed_is_answered_to(given, asked):
    """What the operator allows is let in beside the loop-back names, and nothing else is."""
    hosts = Hosts([given])

    assert hosts.allow(asked)
    assert hosts.allow(b"localhost")
    assert not hosts.allow(b"x" + asked)


def test_no_more_is_remembered_than_fits():
    """However many ports are asked for, each is let in."""
    hosts = Hosts()

    assert all(hosts.allow(b"localhost:%d" % port) for port in range(1_000))


@pytest.mark.parametrize(
    ("host", "loop_back"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("swf.internal", False),
        ("", False),
    ],
)
def test_what_only_this_machine_reaches(host, loop_back):
    """Only loop-back addresses, and localhost, are out of others' reach."""
    assert is_loop_back(host) is loop_back
