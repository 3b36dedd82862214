# SPDX-License-Identifier: Apache-2.0
"""Which session is recorded now on this computer, by what recorders say. GUI thread."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from groundstation.fleet.recorder import RecorderState, RecorderStatus


def recorded_now(recorders: Iterable[RecorderStatus], host: str, known: Path | None) -> Path | None:
    """Folder of a session that is recorded now; None where this computer has none.

    Args:
        recorders: what they say of themselves; anybody on the broker may have written it.
        host: this computer; empty where any recorder's folder may be one of it. Of another one's recorder the same
            folder here is something else.
        known: the folder that is known to be there: it is not looked at again each second.
    """
    for status in recorders:
        if not status.session or status.state is RecorderState.ENDED or (host and status.host != host):
            continue
        folder = Path(status.folder) / status.session
        if folder == known or folder.is_dir():
            return folder
    return None
