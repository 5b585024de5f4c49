"""Metrics over HTTP, from a thread of this process."""

from __future__ import annotations

import logging
import threading
from http.server import BaseHTTPRequestHandler
from socket import AF_INET, AF_INET6
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Any, Final, Self

from swf.exceptions import SettingsError
from swf.hosts import Hosts, bracketed, is_loop_back
from swf.metrics.catalogue import REGISTRY
from swf.metrics.exposition import CONTENT_TYPE
from swf.metrics.registry import Registry

logger = logging.getLogger(__name__)

SOCKET_SECONDS: Final = 10
"""How long a client may be silent; each holds a thread meanwhile."""

MOST_CLIENTS: Final = 32
"""Clients at a time; what connects beyond is closed: threads are the program's, too."""


class MetricsServer:
    """Answers `GET /metrics` with a registry's text until it is closed; as a context, within it."""

    def __init__(self, registry: Registry, port: int, host: str) -> None:
        class Server(_Server):
            address_family = AF_INET6 if ":" in host else AF_INET

        class Handler(_Handler):
            told = registry
            hosts = Hosts() if is_loop_back(host) else None

        try:
            self._server = Server((host, port), Handler)
        except (OSError, OverflowError, UnicodeError) as error:
            raise SettingsError(
                f"metrics cannot be served at {host}:{port}: {error}; give another port, 0 for any"
            ) from error
        thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        thread.start()
        self._thread = thread

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Where the metrics are."""
        host = str(self._server.server_address[0])
        return f"http://{bracketed(host)}:{self.port}/metrics"

    def close(self) -> None:
        """Listen no longer."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def serve(port: int, host: str = "127.0.0.1", *, registry: Registry = REGISTRY) -> MetricsServer:
    """Have the metrics of this process read at `http://host:port/metrics`, from now on.

    Port 0 is any that is free. On loop-back, which is the default, only requests to a loop-back
    name are answered. Raises SettingsError where it cannot listen there.
    """
    return MetricsServer(registry, port, host)


class _Server(ThreadingTCPServer):  # an HTTPServer would look its own name up first
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._room = threading.BoundedSemaphore(MOST_CLIENTS)
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a client in a thread of its own, where there is room for another."""
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread has begun, and none will make room
            self._room.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer a client, and leave its room to the next."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that has gone: whatever else fails is answered."""


class _Handler(BaseHTTPRequestHandler):
    told: Registry
    hosts: Hosts | None
    server_version = "swf"
    sys_version = ""
    timeout = SOCKET_SECONDS

    def do_GET(self) -> None:
        """Answer with the metrics."""
        host = self.headers.get("Host", "").encode("latin-1", "replace")
        if self.hosts is not None and not self.hosts.allow(host):
            self.send_error(421, "This does not answer to that host")
        elif self.path.partition("?")[0] not in ("/", "/metrics"):
            self.send_error(404, "The metrics are at /metrics")
        else:
            self._tell()

    def _tell(self) -> None:
        try:
            body = self.told.render().encode()
        except Exception:  # a program's own function may tell metrics
            logger.exception("metrics cannot be read")
            self.send_error(500, "The metrics cannot be read")
            return
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: a scrape is no news."""
