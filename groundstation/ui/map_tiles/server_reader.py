# SPDX-License-Identifier: Apache-2.0
"""Asks a tile server, as a guest: one connection a thread, its own name, what is kept is not asked for again. No Qt.

Written on Python's http.client: Qt's network manager with its disk cache reads and writes the disk on the thread that
it lives on, and one on a thread of its own would be one more way for a window to end badly.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib import parse
from urllib.request import getproxies, proxy_bypass

from groundstation import __version__
from groundstation.fleet.tiles.address import Tile
from groundstation.fleet.tiles.picture import picture_kind
from groundstation.fleet.tiles.template import url_of
from groundstation.fleet.tiles.tile_file import MOST_BYTES, TileError, TileInfo
from groundstation.ui.map_tiles.disk_cache import DiskCache, Kept
from groundstation.ui.map_tiles.reader import Found, ServerError, Wish
from groundstation.ui.timeline import monotonic_s

AGENT = f"groundstation/{__version__}"
CONNECTIONS = 4
TIMEOUT_S = 10.0
"""For a connection, and for each piece of an answer."""
WHOLE_S = 30.0
"""For an answer as a whole."""
MOST_REDIRECTS = 3
WITHOUT_WORD_S = 7 * 86_400.0
"""A tile whose server says nothing of how long it is good is asked for again after this."""
LONGEST_S = 365 * 86_400.0
_PIECE = 65_536
_LOCAL = ("127.0.0.1", "localhost", "::1")


class _Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class ServerReader:
    """One connection, kept open from tile to tile."""

    def __init__(self, template: str, info: TileInfo, cache: DiskCache, timeout_s: float | None = None) -> None:
        """Ask nothing yet.

        Args:
            template: address with {z}, {x}, {y}.
            info: what the operator said of the server.
            cache: where tiles are kept; shared by all threads.
            timeout_s: so long is waited for a connection or a piece; None for `TIMEOUT_S`.
        """
        self._template, self.info, self._cache = template, info, cache
        self._timeout_s = TIMEOUT_S if timeout_s is None else timeout_s
        self._connection: http.client.HTTPConnection | None = None
        self._end: tuple[str, str] = ("", "")

    def local(self, tile: Tile, *, is_down: bool) -> Found | None:
        """What is kept, while it is fresh; while the server is down also what is old, which is better than nothing."""
        kept = self._cache.get(url_of(self._template, tile))
        return Found(kept.body) if kept is not None and (kept.is_fresh or is_down) else None

    def ask(self, tile: Tile, wish: Wish) -> Found:
        """Ask the server; what is kept is shown again where it says that it has no other one."""
        url = url_of(self._template, tile)
        kept = self._cache.get(url)
        answer = self._followed(url, _headers(kept), wish)
        fresh_s = fresh_for(answer.headers, self._cache.unix_s())
        if answer.status == 304 and kept is not None:
            self._cache.refresh(url, fresh_s or 0.0)
            return Found(kept.body)
        if answer.status in (204, 404, 410):
            return Found(None)
        if answer.status != 200:
            raise _refused(answer)
        if not answer.body:
            return Found(None)
        # looked at first: what is no picture is not kept
        picture_kind(answer.body)
        if fresh_s is not None:
            marks = (answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""))
            self._cache.put(url, answer.body, *marks, fresh_s)
        return Found(answer.body)

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _followed(self, url: str, headers: Mapping[str, str], wish: Wish) -> _Answer:
        host = parse.urlsplit(url).hostname
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._got(url, headers, wish)
            where = answer.headers.get("Location", "")
            if answer.status not in (301, 302, 303, 307, 308) or not where:
                return answer
            url = parse.urljoin(url, where)
            parts = parse.urlsplit(url)
            # the operator chose one server: no other one learns where the fleet flies
            if parts.hostname != host or parts.scheme not in ("http", "https"):
                raise ServerError(f"it sends us to {parts.hostname or 'nowhere'!s:.80}, which was not chosen")
        raise ServerError("it sends us round in a circle")

    def _got(self, url: str, headers: Mapping[str, str], wish: Wish) -> _Answer:
        """One question; a connection that the server closed meanwhile is opened once more."""
        for is_last in (False, True):
            is_used = self._is_open(url)
            try:
                return self._exchange(url, headers, wish)
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.close()
                if wish.is_cancelled or is_last or not is_used or isinstance(error, TimeoutError):
                    raise ServerError(_reason(error)) from error
        raise ServerError("it does not answer")

    def _is_open(self, url: str) -> bool:
        parts = parse.urlsplit(url)
        return self._connection is not None and self._end == (parts.scheme, parts.netloc)

    def _exchange(self, url: str, headers: Mapping[str, str], wish: Wish) -> _Answer:
        parts = parse.urlsplit(url)
        if not self._is_open(url):
            self.close()
            self._connection, self._end = _connect(url, self._timeout_s), (parts.scheme, parts.netloc)
        connection = self._connection
        assert connection is not None  # noqa: S101 - made above
        if connection.sock is None:
            connection.connect()
        wish.waits_for(connection.sock)
        try:
            connection.request("GET", _target(url), headers=dict(headers))
            with connection.getresponse() as response:
                body = _body(response)
                answer = _Answer(response.status, response.headers, body)
                if response.will_close:
                    self.close()
                return answer
        finally:
            wish.waits_for(None)


def fresh_for(headers: Message | Mapping[str, str], now_s: float) -> float | None:
    """How long an answer may be shown without asking again, seconds; None when it must not be kept.

    Args:
        headers: of the answer.
        now_s: Unix time, for servers that say nothing of theirs.
    """
    words = [one.strip().lower() for one in (headers.get("Cache-Control") or "").split(",")]
    if "no-store" in words:
        return None
    if "no-cache" in words:
        return 0.0
    ages = [one.partition("=")[2].strip('"') for one in words if one.startswith("max-age=")]
    if ages and ages[0].isascii() and ages[0].isdigit():
        age = (headers.get("Age") or "").strip()
        return max(0.0, min(LONGEST_S, float(ages[0])) - (float(age) if age.isascii() and age.isdigit() else 0.0))
    until_s = _moment(headers.get("Expires"))
    if until_s is not None:
        return max(0.0, min(LONGEST_S, until_s - (_moment(headers.get("Date")) or now_s)))
    return WITHOUT_WORD_S


def _moment(text: str | None) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, OverflowError):
        return None


def _headers(kept: Kept | None) -> dict[str, str]:
    marks = {"If-None-Match": kept.etag, "If-Modified-Since": kept.modified} if kept is not None else {}
    asked = {"User-Agent": AGENT, "Accept": "image/png,image/jpeg,image/webp", "Accept-Encoding": "identity"}
    return {**asked, **{name: value for name, value in marks.items() if value}}


def _refused(answer: _Answer) -> TileError:
    reason = f"it answers with HTTP {answer.status}"
    after = answer.headers.get("Retry-After", "")
    wait_s = float(after) if after.isascii() and after.isdigit() and len(after) < 8 else 0.0
    if answer.status >= 500 or answer.status in (401, 403, 429):
        return ServerError(reason, wait_s)
    return TileError(reason)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "it is not there: the connection is refused"
    if isinstance(error, ssl.SSLError):
        return f"its certificate or TLS is wrong: {error.reason}"
    if isinstance(error, OSError) and error.strerror:
        return f"it can't be reached: {error.strerror}"
    return f"it answers nonsense ({type(error).__name__})"


def _connect(url: str, timeout_s: float) -> http.client.HTTPConnection:
    parts = parse.urlsplit(url)
    host, port = parts.hostname or "", parts.port
    proxy = _proxy(url)
    is_safe = parts.scheme == "https"
    end = (proxy.hostname or "", proxy.port) if proxy is not None else (host, port)
    made: http.client.HTTPConnection
    if is_safe:
        made = http.client.HTTPSConnection(*end, timeout=timeout_s, context=ssl.create_default_context())
        if proxy is not None:
            made.set_tunnel(host, port or 443)
    else:
        made = http.client.HTTPConnection(*end, timeout=timeout_s)
    return made


def _target(url: str) -> str:
    parts = parse.urlsplit(url)
    if parts.scheme == "http" and _proxy(url) is not None:
        return url
    return parts._replace(scheme="", netloc="", fragment="").geturl() or "/"


def _proxy(url: str) -> parse.SplitResult | None:
    """What the system says stands between us and that server; None for nothing."""
    parts = parse.urlsplit(url)
    if parts.hostname in _LOCAL or proxy_bypass(parts.hostname or ""):
        return None
    told = getproxies().get(parts.scheme)
    proxy = parse.urlsplit(told if told and "://" in told else f"http://{told}") if told else None
    return proxy if proxy is not None and proxy.hostname else None


def _body(response: http.client.HTTPResponse) -> bytes:
    give_up_s = monotonic_s() + WHOLE_S
    pieces: list[bytes] = []
    size = 0
    while piece := response.read(_PIECE):
        size += len(piece)
        pieces.append(piece)
        if size > MOST_BYTES:
            raise ServerError("it sends more than 4 MB for a tile")
        if monotonic_s() > give_up_s:
            raise TimeoutError
    # a cable that is cut ends an answer too soon
    if response.length:
        raise http.client.IncompleteRead(b"")
    return b"".join(pieces)
