# SPDX-License-Identifier: Apache-2.0
"""The window's ways to large payloads on disk. On a thread of the panel's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from groundstation.app.wiring import host_name
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.hex_rows import A_ROW
from groundstation.fleet.large import LargePayload, head_hash
from groundstation.fleet.progress import Progress
from groundstation.logs import large_payloads, session_folder
from groundstation.ui.sensors_panel.large_port import LargeAccess, LargeFound

SHOWN_BYTES = 1_024
"""Of the beginning and of the end."""
EARLIER = 5
"""Sessions before the one that is recorded now: what a broker keeps may have come there."""


def large_access() -> LargeAccess:
    """Ways to what recorders of this computer have."""
    return LargeAccess(find=find, save=_save, host=host_name())


def find(sessions: tuple[Path, ...], topic: str, size_bytes: int, head: bytes) -> LargeFound | None:
    """The newest that is meant; of those that came, one that is still there.

    Args:
        sessions: folders of those that are recorded now, by a broker's word: nothing is ever written there.
        topic: exactly as received.
        size_bytes: of the whole.
        head: the beginning of the payload.
    """
    digest, gone = head_hash(head), None
    for folder in _candidates(sessions):
        for one in reversed(large_payloads.entries(folder)):
            if (one.topic, one.size_bytes, one.head_sha256) != (topic, size_bytes, digest):
                continue
            path = large_payloads.path_of(folder, one)
            if path is not None:
                return _looked_into(path, one)
            gone = gone or LargeFound(payload=one, path=None)
    return gone


def _candidates(sessions: tuple[Path, ...]) -> Iterator[Path]:
    yield from sessions
    for folder in sessions:
        before = [one for one in session_folder.sessions(folder.parent) if one.name < folder.name]
        yield from reversed(before[-EARLIER:])


def _looked_into(path: Path, one: LargePayload) -> LargeFound:
    # whole rows, so that places are easy to read
    tail_at = max(0, one.size_bytes - SHOWN_BYTES + A_ROW - 1) // A_ROW * A_ROW
    return LargeFound(
        payload=one,
        path=path,
        head=large_payloads.read_bytes(path, 0, SHOWN_BYTES),
        tail=large_payloads.read_bytes(path, tail_at, SHOWN_BYTES),
        tail_at=tail_at,
    )


def _save(found: LargeFound, target: Path, told: Progress) -> None:
    if found.path is None:
        raise GroundStationError("it was dropped to make room; only its beginning is recorded")
    large_payloads.save(found.path, found.payload, target, told)
