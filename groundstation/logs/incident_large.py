# SPDX-License-Identifier: Apache-2.0
"""Large payloads of the time of an incident, on their way into its zip. Any thread; writes files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

from groundstation.fleet.flight import TimeBase
from groundstation.fleet.large import LargePayload
from groundstation.logs import large_payloads
from groundstation.logs.incident import MAX_LARGE
from groundstation.logs.log import Log
from groundstation.logs.own_files import new_file
from groundstation.logs.readers.session_log import SessionLog

MAX_LARGE_BYTES = 1 << 30
"""Of all of them together; what is more is told."""


class Taken(NamedTuple):
    """What is in the zip."""

    whole: int
    """Payloads that are in it whole."""
    left_out: int
    """Payloads of that time whose beginning alone is in it: they were dropped, or there is no room."""


def take(log: Log, folder: Path, begin_s: float, end_s: float) -> Taken:
    """Put those of a time into a folder that becomes a zip.

    Args:
        log: any; those of a session have some.
        folder: where the rest of the incident is.
        begin_s: seconds since 1970.
        end_s: likewise.

    Raises:
        OSError: the disk does not take them.
    """
    if not isinstance(log, SessionLog) or log.info.time_base is not TimeBase.UTC:
        return Taken(0, 0)
    session = Path(log.info.path)
    meant = [one for one in large_payloads.entries(session) if begin_s <= one.at_unix_s <= end_s]
    taken: set[str] = set()
    size = 0
    for one in meant:
        path = large_payloads.path_of(session, one)
        has_room = len(taken) < MAX_LARGE and size + one.size_bytes <= MAX_LARGE_BYTES
        if one.sha256 not in taken and path is not None and has_room and _brought(path, folder, one):
            taken.add(one.sha256)
            size += one.size_bytes
    for one in meant:
        large_payloads.add_entry(folder, one)
    whole = sum(one.sha256 in taken for one in meant)
    return Taken(whole, len(meant) - whole)


def _brought(path: Path, folder: Path, one: LargePayload) -> bool:
    """Whether it is there: by a second name where the disk can, else as a copy."""
    target = large_payloads.make_folder(folder) / large_payloads.file_name(one.sha256)
    try:
        os.link(path, target)
    except FileNotFoundError:
        return False  # a recorder dropped it at this moment
    except OSError:
        with large_payloads.open_file(path) as source, new_file(target) as place:
            shutil.copyfileobj(source, place, large_payloads.COPY_BYTES)
    return True
