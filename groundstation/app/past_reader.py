# SPDX-License-Identifier: Apache-2.0
"""The last minutes of the sessions on disk as the history keeps them. A thread of the window's; only frozen values out.

The rows are those that a recorder keeps beside its files (`recording/seek_files.py`): nothing is unpacked for them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from groundstation.app.settings_file import own_recordings
from groundstation.fleet.core_values import CORE_PATHS
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.past import Track
from groundstation.fleet.sensors import SensorReading
from groundstation.fleet.value_path import ValueRef
from groundstation.logs import session_folder
from groundstation.logs.log import LogError
from groundstation.recording.session_player import SessionPlayer
from groundstation.transport import topics
from groundstation.transport.bus import Message
from groundstation.transport.foreign import reading_from_message
from groundstation.transport.sparkplug.listener import SparkplugListener
from groundstation.ui.history import MAX_SENSOR_SERIES, SENSOR_PERIOD_S
from groundstation.ui.past_port import PastAccess, PastReadings, PastRows
from groundstation.ui.series import HISTORY_S

MAX_SESSIONS = 4
"""The newest; a recorder that is started again begins one."""
AT_ONCE = 200
"""Messages between two breaths, in which the window's own thread runs."""
BREATH_S = 0.002

GoesOn = Callable[[], bool]


def past_access(broker: str, recordings: Path | None = None, wall_clock: Callable[[], float] = time.time) -> PastAccess:
    """The way to the past of what one broker brings.

    Args:
        broker: its URL without a password; sessions of another are left alone.
        recordings: where this window's recordings are; None for this user's own.
        wall_clock: seconds since 1970.
    """
    folder = recordings or own_recordings()
    return PastAccess(read=lambda goes_on: _read(folder, broker, wall_clock, goes_on))


def _read(
    folder: Path, broker: str, wall_clock: Callable[[], float], goes_on: GoesOn
) -> Iterator[PastRows | PastReadings]:
    """Vehicle by vehicle, the other devices last.

    Raises:
        GroundStationError: a session could not be read; the first, once all others were.
    """
    problems: list[str] = []
    with ExitStack() as stack:
        players: list[SessionPlayer] = []
        for one in _sessions(folder, broker, wall_clock() - HISTORY_S):
            try:
                player = SessionPlayer(one, is_whole=False)
            except LogError as error:
                problems.append(str(error))
                continue
            stack.callback(player.close)
            players.append(player)
            problems += player.problems
        # by the recorder's clock, which may be another one than ours
        newest_s = max((one.extent.end_s for one in players), default=0.0)
        for key in dict.fromkeys(key for one in players for key in one.vehicles()):
            if not goes_on():
                return
            yield from _rows(players, key, newest_s - HISTORY_S)
        yield from _readings(players, newest_s - HISTORY_S, goes_on)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise GroundStationError(f"{problems[0]}{more}")


def _sessions(folder: Path, broker: str, since_unix_s: float) -> list[Path]:
    """The newest sessions of a broker that were written to since, the oldest first.

    By the times of the files and not of the sessions: a clock that was set in a session counts for its messages only.
    """
    found = []
    for one in session_folder.sessions(folder)[-MAX_SESSIONS:]:
        manifest = session_folder.load(one)
        if manifest is None or manifest.broker != broker:
            continue
        try:
            stats = [path.stat() for path in session_folder.mcap_files(one)]
        except OSError:
            continue  # dropped meanwhile to make room
        # a recorder writes the manifest first: a folder without a byte of a file is one that begins just now
        if max((stat.st_mtime for stat in stats if stat.st_size), default=-np.inf) >= since_unix_s:
            found.append(one)
    return found


def _rows(players: list[SessionPlayer], key: VehicleKey, since_s: float) -> Iterator[PastRows]:
    tracks: list[Track] = []
    clocks: dict[str, float] = {}
    for one in players:
        track = one.track(key, since_s, np.inf)
        if not len(track.times):
            continue
        tracks.append(track)
        # how the bridge's clock stood to the recorder's, by which the rows are brought onto the window's
        clocks |= one.clocks(key)
    if tracks:
        yield PastRows(
            key=key,
            times=_frozen(np.concatenate([one.times for one in tracks])),
            places=_frozen(np.concatenate([one.places for one in tracks])),
            table=_frozen(np.concatenate([one.table for one in tracks]).reshape(-1, len(CORE_PATHS))),
            clocks=clocks,
        )


def _readings(players: list[SessionPlayer], since_s: float, goes_on: GoesOn) -> Iterator[PastReadings]:
    found: dict[ValueRef, tuple[list[float], list[float]]] = {}
    told = (reading for one in players for reading in _told(one, since_s))
    for number, reading in enumerate(told):
        if number % AT_ONCE == 0:
            if not goes_on():
                return
            time.sleep(BREATH_S)
        # what is None was said before the time that is asked for, or is no device's
        if reading is None or reading.is_retained:
            continue
        at_s = reading.received_s
        for path, value in reading.numbers.items():
            ref = ValueRef(reading.topic, path)
            # the window keeps no more of them either
            if ref not in found and len(found) >= MAX_SENSOR_SERIES:
                continue
            times, values = found.setdefault(ref, ([], []))
            if not times or at_s - times[-1] >= SENSOR_PERIOD_S:
                times.append(at_s)
                values.append(value)
    for ref, (times, values) in found.items():
        yield PastReadings(ref=ref, times=_frozen(np.array(times)), values=_frozen(np.array(values)))


def _told(player: SessionPlayer, since_s: float) -> Iterator[SensorReading | None]:
    """What a session tells of other devices since a time; None for what says nothing of it."""
    listener, (known, known_s) = SparkplugListener(), player.nodes_before(since_s)
    listener.host.put_back(known)
    # names of what a node says between two births were told before
    begin_s = known_s if known else since_s
    for one in player.messages_of(None, begin_s, player.extent.end_s):
        at_s = one.log_ns / 1e9
        if topics.parse(one.topic) is not None:
            yield None
            continue
        message = Message(one.topic, one.data, len(one.data), 0, one.is_retained, at_s)
        readings = listener.take(message)
        for reading in readings if readings is not None else (reading_from_message(message),):
            yield reading if at_s >= since_s else None


def _frozen(values: NDArray[np.float64]) -> NDArray[np.float64]:
    # it crosses threads: who writes into it by mistake is to be told
    values.setflags(write=False)
    return values
