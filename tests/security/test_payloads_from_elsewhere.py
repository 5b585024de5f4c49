"""Texts that were written to harm who reads them: no code runs, no module loads, no file opens."""

from __future__ import annotations

import base64
import json
import os
import pickle
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from swf.exceptions import (
    PayloadDecodeError,
    PayloadError,
    PayloadMissingError,
    PayloadTooLargeError,
)
from swf.payload import Compress, Encrypt, FileStore, KeyRing, MemoryStore, Payloads
from swf.payload.simpleflow import SimpleflowJumboReader
from swf.payload.stores.base import MAX_STORED_BYTES

TOUCHED: Final = "gadget-was-here"
"""The file that a gadget makes where it runs."""


class Gadget:
    """What runs a command when it is unpickled."""

    def __reduce__(self) -> Any:
        return os.system, (f"touch {TOUCHED}",)


PICKLED: Final = [
    base64.b64encode(pickle.dumps(Gadget(), protocol)).decode()
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
]
COMMAND: Final = f"touch {TOUCHED}"
GADGETS: Final = (
    *PICKLED,
    *(json.dumps(text) for text in PICKLED),
    *(json.dumps({"$swf": ["sealed", 1, [], text]}, separators=(",", ":")) for text in PICKLED),
    json.dumps({"py/reduce": [{"py/type": "os.system"}, {"py/tuple": [COMMAND]}]}),
    json.dumps({"py/object": "subprocess.Popen", "args": [COMMAND]}),
    json.dumps({"__class__": "subprocess.Popen", "__args__": [COMMAND]}),
    json.dumps({"__obj": ["subprocess:Popen", [COMMAND]]}),
    json.dumps({"@type": "xmlrpc.server.CGIXMLRPCRequestHandler"}),
    json.dumps({"type": "antigravity", "module": "antigravity"}),
    f"!!python/object/apply:os.system ['{COMMAND}']",
    f"cos\nsystem\n(S'{COMMAND}'\ntR.",
    f"__import__('os').system('{COMMAND}')",
    f"{{{{ ''.__class__.__mro__[1].__subclasses__() }}}}; {COMMAND}",
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
)
NAMES: Final = (
    "os.system",
    "subprocess.Popen",
    "builtins.eval",
    "builtins.exec",
    "builtins.SystemExit",
    "builtins.open",
    "builtins.__import__",
    "antigravity",
    "this",
    "swf.actors.child.main",
    "swf.engine.Engine",
    "swf.settings.set",
    "posix.system",
    "pty.spawn",
    "../os",
    "",
)
"""Names of what a text must not bring to life, whatever it says it is."""

KINDS: Final = (
    "object",
    "error",
    "enum",
    "class",
    "type",
    "attrs",
    "dataclass",
    "model",
    "exception",
    "pickle",
    "function",
    "call",
)
TAGGED: Final = tuple(
    json.dumps({"$swf": told})
    for name in NAMES
    for kind in KINDS
    for told in ([kind, name, {"args": [COMMAND]}], [kind, name, [COMMAND]], [kind, name])
)
PAYLOADS: Final = {
    "plain": Payloads(),
    "all": Payloads(
        codecs=(Compress(), Encrypt(KeyRing("k", {"k": b"0" * 32}))), store=MemoryStore()
    ),
}


@pytest.mark.parametrize("payloads", PAYLOADS.values(), ids=PAYLOADS)
@pytest.mark.parametrize("texts", [GADGETS, TAGGED], ids=["gadgets", "tagged"])
def test_a_payload_brings_nothing_to_life(
    payloads: Payloads, texts: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read is plain data or a typed error; no module was imported, and nothing ran."""
    monkeypatch.chdir(tmp_path)
    Payloads().load('{"a":[1,"b"]}')  # what reading needs is imported now
    for text in ("x", GADGETS[-1]):
        outcome(payloads, text)
    before = set(sys.modules)

    read = [outcome(payloads, text) for text in texts]

    assert {type(one) for one in read} <= {str, dict, list, type(None), PayloadError}
    assert set(sys.modules) - before == set()
    assert not (tmp_path / TOUCHED).exists()


def outcome(payloads: Payloads, text: str) -> Any:
    """Return what a text is read as; a typed error as its class."""
    try:
        return payloads.load(text)
    except PayloadError:
        return PayloadError()


CLIMBING: Final = tuple(
    f"{before}{climb}{name}{after}"
    for before in ("", "/", "./", "ab/")
    for climb in ("", "../", "../../", "..\\", "%2e%2e%2f", "....//")
    for name in ("secret", "etc/passwd")
    for after in ("", "\x00", "/")
)
KEYS: Final = (
    *CLIMBING,
    "",
    ".",
    "..",
    "~",
    "lock",
    "*",
    "file:///etc/passwd",
    "s3://other/secret",
    "\\\\host\\share",
    "con",
    "a" * 63,
    "a" * 65,
    "A" * 64,
    "a" * 64 + "\n",
    "a" * 62 + "/.",
    "\u0661" * 64,
    "0" * 62 + "\ud800a",
)
"""Keys that lead elsewhere, or are none."""


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """The directory of a store, with a secret outside it, in all places that keys lead to."""
    store = tmp_path / "store"
    (store / "ab").mkdir(parents=True)
    (tmp_path / "secret").write_bytes(b"secret")
    (store / "secret").write_bytes(b"secret")
    (store / "ab" / "secret").write_bytes(b"secret")
    return store


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_a_key_leads_nowhere_else(beside: Path, key: str) -> None:
    """What is no SHA-256 is no key of a store: nothing is read, and nothing deleted."""
    assert len(KEYS) > 60
    before = {path: path.read_bytes() for path in beside.parent.rglob("*") if path.is_file()}

    for store in (FileStore(beside), MemoryStore()):
        with pytest.raises(PayloadMissingError):
            store.get(key, 6)
        store.delete(key)

    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("key", KEYS[::7], ids=repr)
def test_a_reference_of_somebody_elses_reads_nothing(beside: Path, key: str) -> None:
    """A payload that refers to what is outside the store is a typed error."""
    told = {"key": key, "plain": ["0"], "sha256": "0" * 64, "size": 6, "store": "file"}
    text = json.dumps({"$swf": ["stored", 1, [], told]}, separators=(",", ":"))

    with pytest.raises(PayloadError):
        Payloads(store=FileStore(beside)).load(text)


@pytest.mark.parametrize(
    ("size", "kind"),
    [
        *((size, PayloadDecodeError) for size in (-1, -2, 1.5, "6", None)),
        *((size, PayloadTooLargeError) for size in (MAX_STORED_BYTES + 1, 10**12)),
    ],
)
def test_a_reference_cannot_ask_for_more_than_there_may_be(
    beside: Path, size: Any, kind: type[PayloadError]
) -> None:
    """A size that is none, or beyond what the store gives, is refused before anything is read."""
    store = FileStore(beside)
    told = {"key": store.put(b"x"), "plain": ["0"], "sha256": "0" * 64, "store": "file"}
    text = json.dumps({"$swf": ["stored", 1, [], {**told, "size": size}]}, separators=(",", ":"))

    with pytest.raises(kind):
        Payloads(store=store).load(text)


def test_no_text_names_its_bucket() -> None:
    """A text of simpleflow's is fetched from buckets that were named, by who was told to."""
    text = "simpleflow+s3://somebody-elses/key 6"

    assert Payloads().load(json.dumps(text)) == text
    with pytest.raises(PayloadError, match="may not read"):
        SimpleflowJumboReader(["ours"], client=object()).read(text)
