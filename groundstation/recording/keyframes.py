# SPDX-License-Identifier: Apache-2.0
"""Makes what a seek needs out of the messages of a session as they are recorded, or were. One thread.

The same for a recorder that writes a session and for a player that finds one without: each message is folded as a
station folds it, and now and then what is known is written down.
"""

from __future__ import annotations

import contextlib
import math
from pathlib import Path
from typing import NamedTuple

from groundstation.fleet.bookmark import Bookmark
from groundstation.fleet.commands import CommandReport
from groundstation.fleet.core_values import ROW_PERIOD_S, row_of
from groundstation.fleet.events import Event
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import Landmark, LandmarkFinder, LandmarkKind
from groundstation.fleet.summary import summary_of
from groundstation.fleet.updates import Update, VehicleUpdate
from groundstation.logs import session_folder
from groundstation.recording import landmark_file
from groundstation.recording.fold import Fold
from groundstation.recording.seek_files import SeekPaths, SeekWriter, read_keys, read_state
from groundstation.transport import payloads, topics
from groundstation.transport.leaves import ACKS, EVT, leaf_of

KEYFRAME_S = 2.0
"""What a seek has to fold at most."""
GAP_S = 5.0
"""Somebody says something each second: longer than this nobody was heard, or nobody listened."""
SETTLE_NS = 250_000_000
ROW_SLACK_S = 0.1
"""Times are not even: a row is not put off to the next message by a millisecond."""
REST_SHARE = 0.25
"""Keyframes of a file take so much of what is written into it at most; a board of thousands of sensors is large."""
LONGEST_S = 60.0
"""After so long there is one all the same."""


class Taken(NamedTuple):
    """One recorded message."""

    name: str
    """Of the file it stands in."""
    topic: str
    log_ns: int
    is_late: bool
    is_retained: bool
    data: bytes


class _File:
    """What is known of one file's keyframes."""

    def __init__(self, writer: SeekWriter, offset: int = 0, at_s: float = -math.inf) -> None:
        self.writer = writer
        self.offset = offset
        """Where the last keyframe's successors begin."""
        self.at_s = at_s
        """Time of the last keyframe."""
        self.state_bytes = 0
        self.late_ns = (0, 0)
        self.keys: dict[VehicleKey, None] = {}
        """Vehicles whose messages stand in it."""


class Keyframes:
    """Folds what is recorded, and writes keyframes, rows and landmarks beside it."""

    def __init__(self, folder: Path, *, is_by_time: bool = False) -> None:
        """Begin with nothing.

        Args:
            folder: where the helpers go, `seek` of the session; it is made.
            is_by_time: see `SeekWriter.put`.

        Raises:
            OSError: the folder can't be made.
        """
        folder.mkdir(exist_ok=True)
        self._folder, self._is_by_time = folder, is_by_time
        self.fold, self._finder = Fold(), LandmarkFinder()
        self._files: dict[str, _File] = {}
        self._changed: set[VehicleKey] = set()
        """Vehicles whose state changed since the last keyframes."""
        self._rows_s: dict[VehicleKey, float] = {}
        self._judged_s: dict[VehicleKey, float] = {}
        self._landmarks: list[Landmark] = []
        self._next_ns = self._settled_ns = 0
        self.newest_ns = 0
        """Time of the newest message, nanoseconds since 1970."""

    @property
    def is_due(self) -> bool:
        """Whether the time for the next keyframes has come."""
        return self.newest_ns >= self._next_ns

    def take(self, one: Taken) -> None:
        """One more message, behind those before.

        Raises:
            OSError: its file is new, and its helpers can't be made.
        """
        file = self._file(one.name)
        topic = topics.parse(one.topic)
        if one.is_late:
            # it belongs to a moment that is over: stations did not know it then, and a seek looks for it apart
            self._take_late(file, topic, one)
            return
        if isinstance(topic, topics.VehicleTopic):
            file.keys[topic.key] = None
        # what waited is folded as it came, a fraction of a second at a time: a row a second is kept of it
        if abs(one.log_ns - self._settled_ns) > SETTLE_NS:
            self.settle()
            self._settled_ns = one.log_ns
        if not self.newest_ns:
            self._next_ns = one.log_ns + int(KEYFRAME_S * 1e9)
        if self.newest_ns and one.log_ns - self.newest_ns > GAP_S * 1e9:
            begin_s, end_s = self.newest_ns / 1e9, one.log_ns / 1e9
            self._landmarks.append(Landmark(at_s=begin_s, kind=LandmarkKind.GAP, until_s=end_s))
        self.newest_ns = max(self.newest_ns, one.log_ns)
        self.fold.take(one.topic, one.data, one.log_ns / 1e9, is_retained=one.is_retained)

    def _take_late(self, file: _File, topic: topics.VehicleTopic | topics.ServiceTopic | None, one: Taken) -> None:
        first, last = file.late_ns
        file.late_ns = (min(first or one.log_ns, one.log_ns), max(last, one.log_ns))
        leaf = leaf_of(topic) if topic is not None else None
        if leaf not in (EVT, *ACKS) or not isinstance(topic, topics.VehicleTopic) or leaf is None:
            return
        with contextlib.suppress(payloads.PayloadError):
            content = payloads.decode(leaf, one.data).d
            self._landmarks.append(_landmark_of(topic.key, content, one.log_ns / 1e9))

    def settle(self) -> None:
        """Fold what came, and note what changed by it."""
        updates = self.fold.settle()
        heard_s: dict[VehicleKey, float] = {}
        for update in updates:
            self._note(update)
            if isinstance(update, VehicleUpdate):
                heard_s[update.key] = update.received_s
        self._note_alarms()
        for key in self.fold.fleet.take_changed():
            state = self.fold.fleet.get(key)
            if state is None:
                continue
            # one changes without a word of its own when its bridge dies
            now_s = heard_s.get(key, self.fold.now_s)
            self._changed.add(key)
            self._landmarks += self._finder.look(state, now_s)
            if now_s - self._rows_s.get(key, -math.inf) >= ROW_PERIOD_S - ROW_SLACK_S:
                self._rows_s[key] = now_s
                self._add_row(key, row_of(state, now_s), now_s)
        self._judge(self.fold.now_s)

    def write(self, ends: dict[str, int]) -> None:
        """Write keyframes of all files, and the landmarks.

        Args:
            ends: length of each recorded file by its name, with every message that was taken in it.

        Raises:
            OSError: the disk does not take it.
        """
        changed, self._changed = self._changed, set()
        for name, end in ends.items():
            file = self._file(name)
            self._write_one(name, file, end, is_changed=not changed.isdisjoint(file.keys))
        if self._landmarks:
            landmarks, self._landmarks = self._landmarks, []
            landmark_file.append(self._folder / landmark_file.NAME, landmarks)
        self._next_ns = self.newest_ns + int(KEYFRAME_S * 1e9)

    def go_on(self, ends: dict[str, int]) -> dict[str, int]:
        """Go on where an earlier life of the recorder ended.

        Args:
            ends: length of each recorded file by its name.

        Returns:
            By name, from where on a file's messages have to be taken again; the whole of a file without helpers.
        """
        begins: dict[str, int] = {}
        for name, end in ends.items():
            paths = SeekPaths.of(self._folder, name)
            keys = read_keys(paths, end)
            kept = read_state(paths, keys, len(keys) - 1) if len(keys) else None
            if kept is None:
                continue
            self.fold.put_back(kept)
            self.newest_ns = max(self.newest_ns, int(keys[-1]["at_ns"]))
            self._next_ns = self.newest_ns
            self.fold.go_on_at(self.newest_ns / 1e9)
            begins[name] = int(keys[-1]["offset"])
            file = _File(SeekWriter(paths, end), begins[name], int(keys[-1]["at_ns"]) / 1e9)
            file.keys = {lives.shown.key: None for lives in kept.lives}
            self._files[name] = file
        for state in self.fold.fleet:
            # what was so before is no news
            list(self._finder.look(state, self.fold.now_s))
        return begins

    def _file(self, name: str) -> _File:
        file = self._files.get(name)
        if file is None:
            file = self._files[name] = _File(SeekWriter(SeekPaths.of(self._folder, name)))
        return file

    def _write_one(self, name: str, file: _File, end: int, *, is_changed: bool) -> None:
        now_s = self.fold.now_s
        grown = end - file.offset
        # a vehicle changes without a word of its own when its bridge dies
        if grown <= 0 and not is_changed:
            return
        # what is kept of hundreds of sensors is larger than what they say in five seconds
        if not is_changed and grown * REST_SHARE < file.state_bytes and now_s - file.at_s < LONGEST_S:
            return
        is_rest = name == session_folder.file_name(None)
        keys = list(file.keys)
        kept = self.fold.kept_of_rest(keys) if is_rest else self.fold.kept_of(keys)
        file.state_bytes = file.writer.put(self.newest_ns, end, kept, file.late_ns, is_by_time=self._is_by_time)
        file.offset, file.at_s, file.late_ns = end, now_s, (0, 0)

    def _add_row(self, key: VehicleKey, row: tuple[tuple[float, float], list[float]], now_s: float) -> None:
        # a vehicle that has no file of its own has no rows: they would stand among others'
        file = self._files.get(session_folder.file_name(key))
        if file is not None:
            file.writer.add_row(now_s, *row)

    def _note_alarms(self) -> None:
        """Alarms that are no conditions of vehicles: those are judged anyhow."""
        for change in self.fold.fleet.alarms.take_news():
            alarm, before = change.alarm, change.before
            is_new = before is None or alarm.count > before.count
            if is_new and alarm.is_active and not (alarm.vehicle is not None and alarm.said):
                said = f"{alarm.title}: {alarm.source}"
                self._landmarks.append(
                    Landmark(at_s=change.at_s, kind=LandmarkKind.ALARM, said=said, level=alarm.level)
                )

    def _judge(self, now_s: float) -> None:
        """How bad each vehicle's conditions are, once a second."""
        for state in self.fold.fleet:
            if now_s - self._judged_s.get(state.key, -math.inf) >= ROW_PERIOD_S:
                self._judged_s[state.key] = now_s
                summary = summary_of(state, now_s)
                self._landmarks += self._finder.judge(state.key, summary.level, summary.worst, now_s)

    def _note(self, update: Update) -> None:
        content = update.content
        if isinstance(content, Bookmark):
            self._landmarks.append(
                Landmark(
                    at_s=content.at_unix_s,
                    kind=LandmarkKind.BOOKMARK,
                    key=content.key,
                    said=content.shown_note,
                    by=content.by.op,
                    id=content.id,
                )
            )
        if not isinstance(update, VehicleUpdate):
            return
        if isinstance(content, Event):
            # when it happened, not when it came
            at_s = content.at_s + update.clock_offset_s
            self._landmarks.append(_landmark_of(update.key, content, at_s, update.received_s))
        elif isinstance(content, CommandReport):
            self._landmarks.append(_landmark_of(update.key, content, update.received_s))


def _landmark_of(key: VehicleKey, content: Event | CommandReport, at_s: float, came_s: float | None = None) -> Landmark:
    if isinstance(content, Event):
        return Landmark(at_s=at_s, kind=LandmarkKind.EVENT, key=key, event=content, came_s=came_s)
    return Landmark(at_s=at_s, kind=LandmarkKind.COMMAND, key=key, report=content)
