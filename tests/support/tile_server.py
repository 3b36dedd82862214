# SPDX-License-Identifier: Apache-2.0
"""A real HTTP server of tiles on this computer: good, slow, wrong, as a test says."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.tile_files import png

Answer = Callable[[BaseHTTPRequestHandler], None]


class TileServer:
    """Counts what it is asked, and answers as `answer` says."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.answer: Answer = tile()
        self.connections = 0
        self.at_once = self.most_at_once = 0
        self.hung_up = 0
        """Of those that were never answered, so many were ended by the other side."""
        self.release = threading.Event()
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def template(self) -> str:
        return f"http://127.0.0.1:{self.port}/{{z}}/{{x}}/{{y}}.png"

    def close(self) -> None:
        self.release.set()
        self._http.shutdown()
        self._http.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                with server._lock:
                    server.connections += 1

            def do_GET(self) -> None:
                with server._lock:
                    server.asked.append(self.path)
                    server.headers.append(dict(self.headers.items()))
                    server.at_once += 1
                    server.most_at_once = max(server.most_at_once, server.at_once)
                try:
                    with contextlib.suppress(OSError):
                        server.answer(self)
                finally:
                    with server._lock:
                        server.at_once -= 1

            def log_message(self, *args: object) -> None:
                del args

        return Handler

    def never(self, handler: BaseHTTPRequestHandler) -> None:
        """An answer that never comes; ends when the other side hangs up."""
        handler.connection.settimeout(0.02)
        while not self.release.is_set():
            try:
                if not handler.connection.recv(1):
                    with self._lock:
                        self.hung_up += 1
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        handler.close_connection = True


def body(data: bytes, status: int = 200, kind: str = "image/png", **headers: str) -> Answer:
    """Always the same."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def tile(**headers: str) -> Answer:
    """A red tile."""
    return body(png(), **headers)


@contextlib.contextmanager
def tile_server() -> Iterator[TileServer]:
    server = TileServer()
    try:
        yield server
    finally:
        server.close()
