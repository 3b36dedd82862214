# SPDX-License-Identifier: Apache-2.0
"""The links that operators gave a bridge, as a file: read at its start, written on the thread `links-file`."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from pathlib import Path

import msgspec
import platformdirs
from filelock import FileLock, Timeout

from groundstation.app.whole_file import write_whole
from groundstation.bridge.link_set import KeptLink, KeptLinks
from groundstation.bridge.link_text import parse_link
from groundstation.fleet.errors import GroundStationError, UsageError

log = logging.getLogger("groundstation.bridge")

MOST_BYTES = 1_000_000
USUAL_PORTS = (14550, 14540)
"""Where autopilots call a ground station, and where PX4 calls a companion (both projects' documentation)."""


def default_links_path() -> Path:
    """This user's own file."""
    return platformdirs.user_data_path("groundstation", appauthor=False) / "links.json"


def lock_of(path: Path) -> FileLock:
    """What the bridge that goes by a file holds as long as it runs."""
    return FileLock(path.with_name(f".{path.name}.lock"), thread_local=False)


def is_in_use(path: Path) -> bool:
    """Whether a bridge goes by a file already."""
    if not path.parent.is_dir():
        return False
    lock = lock_of(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:
        # the bridge itself says what is wrong with the folder
        return False
    lock.release()
    return False


def usual_links(*, is_loopback: bool) -> KeptLinks:
    """What a bridge listens on that was told nothing.

    Args:
        is_loopback: whether only this computer may call.
    """
    # every interface, as other ground stations do: a vehicle calls from wherever its radio or its network is
    host = "127.0.0.1" if is_loopback else "0.0.0.0"  # noqa: S104 - said in the window; see the docstring
    return KeptLinks(links=tuple(KeptLink(text=f"udpin:{host}:{port}") for port in USUAL_PORTS))


def on_loopback(kept: KeptLinks) -> KeptLinks:
    """The same links, but those that listen everywhere listen to this computer alone."""
    return msgspec.structs.replace(kept, links=tuple(_on_loopback(one) for one in kept.links))


def _on_loopback(one: KeptLink) -> KeptLink:
    try:
        spec = parse_link(one.text)
    except UsageError:
        return one
    if not spec.kind.endswith("in"):
        return one
    return msgspec.structs.replace(one, text=f"{spec.kind}:127.0.0.1:{spec.port}")


def read_links(path: Path) -> KeptLinks | None:
    """What was kept; None where there is no file, or one that can't be read, which is put aside."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(MOST_BYTES), type=KeptLinks)
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("%s can't be read (%s); going by the usual links", path, error.strerror or error)
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        aside = path.with_suffix(".damaged")
        log.warning("%s is damaged (%s); it is kept as %s, going by the usual links", path, error, aside)
        try:
            path.replace(aside)
        except OSError as problem:
            log.warning("%s can't be put aside (%s)", path, problem.strerror or problem)
        return None


class LinksFile:
    """Writes the newest; a disk that hangs holds up nobody but this."""

    def __init__(self, path: Path) -> None:
        """Prepare.

        Args:
            path: the file; its folder is made.

        Raises:
            GroundStationError: another bridge goes by it, or its folder can't be had.
        """
        self._path = path
        self._held = lock_of(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._held.acquire(timeout=0)
        except Timeout:
            raise GroundStationError(
                f"another bridge goes by {path} already; end it, or give this one another --links FILE"
            ) from None
        except OSError as error:
            raise GroundStationError(
                f"links can't be remembered in {path} ({error.strerror or error}); choose another --links FILE"
            ) from error
        self._waiting: queue.Queue[KeptLinks | None] = queue.Queue(maxsize=1)
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="links-file", daemon=True)
        self._thread.start()

    def keep(self, kept: KeptLinks) -> None:
        """Write this soon; what waits to be written gives way to it. Any thread; does not wait."""
        with self._lock:
            with contextlib.suppress(queue.Empty):
                self._waiting.get_nowait()
            self._waiting.put_nowait(kept)

    def close(self, wait_s: float = 2.0) -> None:
        """Write what waits, and end.

        Args:
            wait_s: how long a disk is waited for.
        """
        try:
            self._waiting.put(None, timeout=wait_s)
        except queue.Full:
            return
        self._thread.join(wait_s)
        self._held.release()

    def _run(self) -> None:
        while True:
            kept = self._waiting.get()
            if kept is None:
                return
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n", self._path)
            except OSError as error:
                log.warning(
                    "links can't be remembered in %s (%s); they last until this bridge ends", self._path,
                    error.strerror or error,
                )  # fmt: skip
