# SPDX-License-Identifier: Apache-2.0
"""What the window asks of recordings about payloads that are too large for it. Only frozen values cross."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from groundstation.fleet.large import LargePayload
from groundstation.fleet.progress import Progress


class LargeFound(msgspec.Struct, frozen=True, kw_only=True):
    """A payload that a recorder of this computer has, or had."""

    payload: LargePayload
    path: Path | None
    """Where it lies whole; None where it was dropped to make room."""
    head: bytes = b""
    """Its first bytes."""
    tail: bytes = b""
    """Its last bytes."""
    tail_at: int = 0
    """Where these begin."""


class LargeAccess(msgspec.Struct, frozen=True):
    """Called on a thread of their own; they may take their time, and raise GroundStationError."""

    find: Callable[[tuple[Path, ...], str, int, bytes], LargeFound | None]
    """Folders of sessions that may have it, topic, size in bytes, the beginning of the payload; None for not there."""
    save: Callable[[LargeFound, Path, Progress], None]
    """Copy one to a file; whom it tells how far it is may end it by an error."""
    host: str = ""
    """This computer, as its recorder tells it; empty where any recorder's folder may be one of this computer."""
