"""The SWF that orders are processed on: the one that is given, or one started for the purpose."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import IO, Final

START_SECONDS: Final = 60


@contextmanager
def service(endpoint_url: str | None) -> Generator[tuple[str, str]]:
    """Yield the URL of a service and words about it; one started here ends with the block."""
    if endpoint_url:
        yield endpoint_url, "as told"
        return
    port = _free_port()
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(  # noqa: S603  (nothing of it comes from outside)
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for this program, which then ends the server
        )
        try:
            _wait_until_up(server, port, log)
            yield f"http://127.0.0.1:{port}", f"moto's server, process {server.pid}"
        finally:
            server.terminate()
            try:
                server.wait(5)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_up(server: subprocess.Popen[bytes], port: int, log: IO[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/moto-api/data.json")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    log.seek(0)
    said = log.read().decode(errors="replace").strip()[-2000:]
    raise RuntimeError(f"moto's server did not start (pip install 'moto[server]'):\n{said}")
