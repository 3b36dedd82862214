# SPDX-License-Identifier: Apache-2.0
"""The last minutes of the sessions on disk as the history keeps them. A thread of the window's; only frozen values out.

Messages of the recording are folded as those of the bus are, so that the rows are those that a window would have kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from groundstation.fleet.core_values import CORE_PATHS, ROW_PERIOD_S, row_of
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import ValueRef
from groundstation.fleet.vehicle import VehicleState
from groundstation.logs import session_folder
from groundstation.logs.log import LogError
from groundstation.logs.readers.recent import RecentMessage, recent_messages
from groundstation.transport import payloads, topics
from groundstation.transport.bus import Message
from groundstation.transport.clock_offsets import ClockOffsets
from groundstation.transport.foreign import reading_from_message
from groundstation.transport.leaves import leaf_of
from groundstation.ui.history import MAX_SENSOR_SERIES, SENSOR_PERIOD_S
from groundstation.ui.past_port import PastAccess, PastReadings, PastRows
from groundstation.ui.series import HISTORY_S

MAX_SESSIONS = 4
"""The newest; a recorder that is started again begins one."""
MAX_LIVES = 16
"""Lives of a vehicle that are folded side by side; a forged session makes one more."""
SLACK_S = 0.1
"""Times of a recording are not even: a row is not put off to the next message by a millisecond."""
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
    folder = recordings or session_folder.default_recordings()
    return PastAccess(read=lambda goes_on: _read(folder, broker, wall_clock, goes_on))


def _read(
    folder: Path, broker: str, wall_clock: Callable[[], float], goes_on: GoesOn
) -> Iterator[PastRows | PastReadings]:
    """Vehicle by vehicle, the other devices last.

    Raises:
        GroundStationError: files could not be read; the first, once all others were.
    """
    problems: list[LogError] = []
    for name, paths in sorted(_files(folder, broker, wall_clock() - HISTORY_S).items(), key=_vehicles_first):
        is_rest = name == session_folder.file_name(None)
        is_wanted = _is_reading if is_rest else _is_of_file(name)
        found: list[RecentMessage] = []
        for path in paths:
            try:
                found += recent_messages(path, HISTORY_S, is_wanted, goes_on)
            except LogError as error:
                problems.append(error)
        if not goes_on():
            return
        # files of several sessions, and late messages in each
        found.sort(key=lambda one: one.log_ns)
        yield from _readings(found, goes_on) if is_rest else _rows(found, goes_on)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise GroundStationError(f"{problems[0]}{more}")


def _vehicles_first(item: tuple[str, list[Path]]) -> tuple[bool, str]:
    return item[0] == session_folder.file_name(None), item[0]


def _files(folder: Path, broker: str, since_unix_s: float) -> dict[str, list[Path]]:
    """By name the files that were written to since, of the newest sessions of a broker.

    By the times of the files and not of the sessions: a clock that was set in a session counts for its messages only.
    """
    found: dict[str, list[Path]] = {}
    for one in session_folder.sessions(folder)[-MAX_SESSIONS:]:
        manifest = session_folder.load(one)
        if manifest is None or manifest.broker != broker:
            continue
        try:
            for path in session_folder.mcap_files(one):
                if path.stat().st_mtime >= since_unix_s:
                    found.setdefault(path.name, []).append(path)
        except OSError:
            continue  # dropped meanwhile to make room
    return found


def _is_reading(topic: str) -> bool:
    return topics.parse(topic) is None


def _is_of_file(name: str) -> Callable[[str], bool]:
    """Whether a topic has samples of the vehicle that a file is called after."""

    def is_wanted(topic: str) -> bool:
        parsed = topics.parse(topic)
        if not isinstance(parsed, topics.VehicleTopic) or session_folder.file_name(parsed.key) != name:
            return False
        leaf = leaf_of(parsed)
        return leaf is not None and leaf.field == "samples"

    return is_wanted


class _Fold:
    """One vehicle, message by message."""

    def __init__(self, key: VehicleKey) -> None:
        self._key = key
        self._states: dict[str, VehicleState] = {}
        self._clocks = ClockOffsets()
        self.clocks: dict[str, float] = {}
        self._newest_s = -np.inf
        self.times: list[float] = []
        self.places: list[tuple[float, float]] = []
        self.table: list[list[float]] = []

    def take(self, message: RecentMessage) -> None:
        """One more, not earlier than those before."""
        topic = topics.parse(message.topic)
        if not isinstance(topic, topics.VehicleTopic):
            return
        leaf = leaf_of(topic)
        if leaf is None:
            return
        try:
            envelope = payloads.decode(leaf, message.data)
        except payloads.PayloadError:
            return
        now_s, written_s, sid = message.log_ns / 1e9, envelope.bms / 1000.0, envelope.sid
        # it was kept back, perhaps for minutes, so its arrival tells nothing about the clocks
        if message.is_late:
            known_s = self._clocks.known(sid)
            # nothing of that life came in time, so nothing better is known of its clock
            offset_s = known_s if known_s is not None else now_s - written_s
        else:
            learnt_s = self._clocks.learn(sid, written_s, now_s)
            if learnt_s is None:
                return
            offset_s = self.clocks[sid] = learnt_s
        if sid not in self._states and len(self._states) >= MAX_LIVES:
            # at the worst a row lacks what was said before
            self._states.clear()
        state = self._states.get(sid) or VehicleState(key=self._key, session=sid)
        state = self._states[sid] = state.after(envelope.d, offset_s, now_s - offset_s)
        if now_s - self._newest_s >= ROW_PERIOD_S - SLACK_S:
            place, row = row_of(state, now_s)
            self._newest_s = now_s
            self.times.append(now_s)
            self.places.append(place)
            self.table.append(row)


def _rows(messages: list[RecentMessage], goes_on: GoesOn) -> Iterator[PastRows]:
    if not messages:
        return
    topic = topics.parse(messages[0].topic)
    if not isinstance(topic, topics.VehicleTopic):
        return
    fold = _Fold(topic.key)
    for number, message in enumerate(messages):
        # a broker hands it out at any time: when it was so is not told by when it came
        if not message.is_retained:
            fold.take(message)
        if number % AT_ONCE == 0:
            if not goes_on():
                return
            time.sleep(BREATH_S)
    if fold.times:
        yield PastRows(
            key=topic.key,
            times=_frozen(fold.times),
            places=_frozen(fold.places),
            table=_frozen(fold.table).reshape(-1, len(CORE_PATHS)),
            clocks=fold.clocks,
        )


def _readings(messages: list[RecentMessage], goes_on: GoesOn) -> Iterator[PastReadings]:
    found: dict[ValueRef, tuple[list[float], list[float]]] = {}
    for number, one in enumerate(messages):
        if number % AT_ONCE == 0:
            if not goes_on():
                return
            time.sleep(BREATH_S)
        if one.is_retained:
            continue
        at_s = one.log_ns / 1e9
        reading = reading_from_message(Message(one.topic, one.data, len(one.data), 0, False, at_s))
        for path, value in reading.numbers.items():
            ref = ValueRef(one.topic, path)
            # the window keeps no more of them either
            if ref not in found and len(found) >= MAX_SENSOR_SERIES:
                continue
            times, values = found.setdefault(ref, ([], []))
            if not times or at_s - times[-1] >= SENSOR_PERIOD_S:
                times.append(at_s)
                values.append(value)
    for ref, (times, values) in found.items():
        yield PastReadings(ref=ref, times=_frozen(times), values=_frozen(values))


def _frozen(values: list[float] | list[tuple[float, float]] | list[list[float]]) -> NDArray[np.float64]:
    made = np.array(values, dtype=np.float64)
    # it crosses threads: who writes into it by mistake is to be told
    made.setflags(write=False)
    return made
