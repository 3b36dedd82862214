# SPDX-License-Identifier: Apache-2.0
"""Shows any moment of a session of ours: the keyframe before it, and what came since. One thread.

A session is opened without unpacking it; its files may still be written. What a seek needs is read from beside the
files, or made anew where it is not there (`seek_builder.py`).
"""

from __future__ import annotations

import bisect
import logging
import math
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import Landmark
from groundstation.fleet.past import NO_TRACK, Extent, GoesOn, Moment, PastValues, Track
from groundstation.fleet.sparkplug.node import KeptNode
from groundstation.fleet.time_order import put_in
from groundstation.fleet.value_path import ValueRef
from groundstation.fleet.vehicle import MAX_MESSAGES, VehicleState
from groundstation.logs import session_folder
from groundstation.logs.log import LogError
from groundstation.logs.session_folder import SessionState
from groundstation.recording import landmark_file, recorded_values
from groundstation.recording.earlier_sessions import Earlier, EarlierSessions
from groundstation.recording.fold_apart import FoldApart
from groundstation.recording.keyframes import Taken
from groundstation.recording.recorded_file import RecordedFile
from groundstation.recording.seek_builder import SeekBuilder, own_place
from groundstation.recording.seek_files import FOLDER, Keys, SeekPaths, read_keys, read_rows, read_state, state_before
from groundstation.recording.segments import END_NS, Part, Segment, Step, steps_of

HOLE_BYTES = 4 * 1024 * 1024
"""More of a file than this between two keyframes takes too long to fold: keyframes are missing there."""
MOST_FOLDED_BYTES = 64 * 1024 * 1024
"""More than this of one file is never folded for a moment: it would fill the memory."""
KEPT_SEGMENTS = 6
STEP_NS = 5_000_000_000
"""How far a step looks for the next message at a time."""
FARTHEST_STEPS = 2_000
SAME_NS = 500
"""A time of today has no finer steps as a number of seconds."""
OVERLAP_S = 1.0
"""A chunk has a quarter of a second."""
LEAST_APART = 8
"""Files of a session that are worth a process: of fewer a moment is folded in some milliseconds."""
SLACK_NS = 2_000_000_000
"""Messages of a file are not quite in the order of time."""

log = logging.getLogger("groundstation.player")

StartApart = Callable[[Sequence[Path]], FoldApart]
"""Told of the recorded files; raises OSError."""


class _File:
    """A recorded file with its keyframes."""

    def __init__(self, path: Path, seek: Path) -> None:
        self.file = RecordedFile(path)
        self.paths = SeekPaths.of(seek, path.name)
        self._tail: tuple[int, int] = (0, 0)
        self._has_late_tail = False
        self.refresh()

    def refresh(self) -> None:
        """See what was written since."""
        self.keys: Keys = read_keys(self.paths, self.file.end())
        # a column of its own: looked up in what lies apart in memory, all of it would be copied at each seek
        self._times = np.ascontiguousarray(self.keys["at_ns"])
        self._late = np.flatnonzero(self.keys["late_last_ns"] > 0)

    def before(self, at_ns: int) -> int:
        """Number of the last keyframe up to a time; -1 where there is none."""
        return int(np.searchsorted(self._times, np.uint64(max(0, at_ns)), side="right")) - 1

    def offset(self, number: int) -> int:
        """Where what came after a keyframe begins; for -1 the beginning, behind the last one the end."""
        if number < 0:
            return self.file.begin
        return int(self.keys[number]["offset"]) if number < len(self.keys) else self.file.end()

    def at_ns(self, number: int) -> int:
        """When a keyframe was made; 0 for -1, the end of time behind the last one."""
        if number < 0:
            return 0
        return int(self.keys[number]["at_ns"]) if number < len(self.keys) else END_NS

    def late(self, begin_ns: int, end_ns: int) -> list[tuple[int, int]]:
        """Parts of the file with messages of a time that had been missed then: where they begin and end."""
        found = []
        for number in self._late.tolist():
            key = self.keys[number]
            if key["late_last_ns"] >= begin_ns and key["late_first_ns"] <= end_ns:
                found.append((self.offset(number - 1), self.offset(number) + 1))
        return [*found, self._tail] if self._is_late_behind() else found

    def _is_late_behind(self) -> bool:
        """Whether such messages stand behind the last keyframe, where no keyframe tells of them yet.

        Of a file without any keyframe that is all of it.
        """
        tail = (self.offset(len(self.keys) - 1), self.file.end())
        # looked at once: else each moment would read the end of each file
        if tail != self._tail:
            self._tail = tail
            is_short = 0 < tail[1] - tail[0] <= HOLE_BYTES
            self._has_late_tail = is_short and any(self.file.messages(*tail, is_late=True))
        return self._has_late_tail

    def part(self, number: int, last: int) -> Part:
        """What leads from a keyframe to moments behind another one, or the same.

        Args:
            number: of the keyframe; -1 for the beginning of the file.
            last: of the other.
        """
        from_ns, until_ns = self.at_ns(number), self.at_ns(last + 1)
        key = self.keys[number] if number >= 0 else None
        return Part(
            path=str(self.file.path),
            states=str(self.paths.states),
            first=self.keys[number - int(key["base"])].tobytes() if key is not None and key["base"] <= number else b"",
            key=key.tobytes() if key is not None else b"",
            from_ns=from_ns,
            begin_ns=from_ns + 1 if key is not None and key["is_by_time"] else 0,
            until_ns=until_ns,
            begin=self.offset(number),
            end=self.offset(last + 1) + 1,
            late=tuple(self.late(from_ns, until_ns - 1)),
        )

    @property
    def has_holes(self) -> bool:
        """Whether keyframes are missing."""
        places = np.concatenate(([self.file.begin], self.keys["offset"].astype(np.int64), [self.file.end()]))
        return bool((np.diff(places) > HOLE_BYTES).any())


class SessionPlayer:
    """An open session."""

    def __init__(
        self, folder: Path, seek: Path | None = None, *, is_whole: bool = True, start_apart: StartApart | None = None
    ) -> None:
        """Open it.

        Args:
            folder: of the session.
            seek: where helpers are made that are not there; None for the session's own folder.
            is_whole: whether helpers that are missing are made; else what they would tell is left out.
            start_apart: starts what folds moments of a large fleet beside this process; None to do it in this thread.

        Raises:
            LogError: there is no recording in it, or it can't be read.
        """
        self._folder, self._seek = folder, folder / FOLDER
        self._files: dict[str, _File] = {}
        self._strange: set[str] = set()
        self.problems: list[str] = []
        """Files that can't be read, a line each; the others are shown without them."""
        self._segments: OrderedDict[tuple[tuple[int, int], ...], Segment] = OrderedDict()
        self._start_apart = start_apart
        self._apart: FoldApart | None = None
        self._begun: tuple[int, dict[str, int]] | None = None
        """The moment that was begun apart, and its keyframes."""
        self._landmarks: list[Landmark] = []
        self._landmarks_end = 0
        self._events: dict[VehicleKey, list[Landmark]] = {}
        """What each vehicle said, in the order in which it came."""
        self._builder: SeekBuilder | None = None
        self._earlier = EarlierSessions(folder, _opened)
        self._own: tempfile.TemporaryDirectory[str] | None = None
        """Where helpers of a session are that can't be written to."""
        self.refresh()
        if not self._files:
            self.close()
            raise LogError(f"{folder} is a folder without a recording; give a file, or the folder of a session")
        if is_whole and not self.is_growing and self.has_holes:
            try:
                self._rebuild(seek if seek is not None else folder / FOLDER)
            except OSError as error:
                self._rebuild_apart(error)

    @property
    def name(self) -> str:
        """Name of the session's folder: when it began, UTC."""
        return self._folder.name

    @property
    def has_holes(self) -> bool:
        """Whether keyframes are missing."""
        return any(one.has_holes for one in self._files.values())

    @property
    def is_growing(self) -> bool:
        """Whether a recorder still writes it, by its manifest."""
        manifest = session_folder.load(self._folder)
        return manifest is not None and manifest.state is SessionState.RECORDING

    def close(self) -> None:
        """Give the files back."""
        if self._apart is not None:
            self._apart.close()
        if self._builder is not None:
            self._builder.close()
        self._earlier.close()
        if self._own is not None:
            self._own.cleanup()
        for one in self._files.values():
            one.file.close()
        self._files.clear()
        self._segments.clear()

    def refresh(self) -> None:
        """See what was recorded since."""
        for path in session_folder.mcap_files(self._folder):
            known = self._files.get(path.name)
            if known is not None:
                known.refresh()
            elif path.name not in self._strange:
                try:
                    if path.stat().st_size:
                        self._files[path.name] = _File(path, self._seek)
                except FileNotFoundError:
                    continue  # somebody deletes the session
                except LogError as error:
                    self._strange.add(path.name)
                    self.problems.append(str(error))
        if len(self._files) >= LEAST_APART:
            self._begin_apart()
        self._read_landmarks()

    # ---- the whole ----

    @property
    def extent(self) -> Extent:
        """From when to when it goes."""
        begins = [ns for one in self._files.values() if (ns := one.file.first_ns()) is not None]
        ends = [ns for one in self._files.values() if (ns := one.file.last_ns()) is not None]
        begin_s, end_s = min(begins, default=0) / 1e9, max(ends, default=0) / 1e9
        read_until_s = self._builder.until_s if self._builder is not None else end_s
        return Extent(
            begin_s=begin_s,
            end_s=end_s,
            read_until_s=read_until_s,
            has_earlier=bool(self._earlier),
            is_growing=self.is_growing,
        )

    def work(self, goes_on: GoesOn) -> bool:
        """Make the helpers that are missing."""
        builder = self._builder
        if builder is None:
            return False
        try:
            has_more = builder.work(goes_on)
        except OSError as error:
            # the disk of the session is full, or was unplugged
            builder.close()
            self._rebuild_apart(error)
            has_more = True
        if not has_more:
            builder.close()
            self._builder = None
        self._segments.clear()
        self.refresh()
        return has_more

    def vehicles(self) -> tuple[VehicleKey, ...]:
        """Everybody with a file."""
        found = (session_folder.key_of(name) for name in sorted(self._files))
        return tuple(key for key in found if key is not None)

    def landmarks(self, since: int = 0) -> list[Landmark]:
        """What stands on the timeline."""
        if self.is_growing:
            self.refresh()
        return self._landmarks[since:]

    # ---- a moment ----

    def begin(self, at_s: float) -> None:
        """A moment that is asked for next: what another process can do of it begins."""
        self._begun = None
        if self._apart is None or not self._apart.is_ready or not self._is_read(at_s):
            return
        at_ns = round(at_s * 1e9)
        numbers = self._numbers(at_ns)
        parts = tuple(one.part(numbers[name], numbers[name]) for name, one in self._files.items())
        is_short = all(one.end - one.begin <= MOST_FOLDED_BYTES for one in parts)
        if is_short and self._apart.ask(at_ns, parts):
            self._begun = at_ns, numbers

    def moment(self, at_s: float) -> Moment | None:
        """Everything at a moment."""
        if not self._is_read(at_s):
            return None
        at_ns = round(at_s * 1e9)
        if self._begun is None or self._begun[0] != at_ns:
            self.begin(at_s)
        begun, self._begun = self._begun, None
        found = self._apart.answer() if self._apart is not None and begun is not None else None
        numbers = begun[1] if begun is not None else self._numbers(at_ns)
        if found is not None:
            states, bridges, readings = found[1], found[0].bridges, found[0].readings
            alarms = found[0].alarms
        else:
            fold = self._segment(numbers).fold(at_ns)
            states, readings = tuple(fold.fleet), tuple(fold.board.kept())
            alarms = tuple(fold.fleet.alarms)
            bridges = tuple((*one, *said) for one, said in fold.fleet.bridge_lives.items())
        began_s = max((self._files[name].at_ns(number) for name, number in numbers.items()), default=0) / 1e9
        states = tuple(self._with_messages(state, began_s) for state in states)
        return Moment(at_s=at_s, states=states, bridges=bridges, readings=readings, alarms=alarms)

    def _is_read(self, at_s: float) -> bool:
        return self._builder is None or at_s <= self._builder.until_s

    def _numbers(self, at_ns: int) -> dict[str, int]:
        """The keyframe of each file that a moment begins with."""
        return {name: one.before(at_ns) for name, one in self._files.items()}

    def _segment(self, numbers: dict[str, int]) -> Segment:
        """What leads to moments behind these keyframes."""
        # behind the last keyframe a file may have grown
        places = tuple((one.at_ns(numbers[name]), one.offset(numbers[name] + 1)) for name, one in self._files.items())
        segment = self._segments.get(places)
        if segment is None:
            segment = self._segments[places] = Segment(partial(self._steps, numbers))
        self._segments.move_to_end(places)
        while len(self._segments) > KEPT_SEGMENTS:
            self._segments.popitem(last=False)
        return segment

    def _steps(self, numbers: dict[str, int], to_ns: int) -> Iterator[Step]:
        for name, one in self._files.items():
            number = numbers[name]
            part = one.part(number, numbers[name])
            # damaged: what was known at the keyframe before, and all that came since that
            while (kept := part.state()) is None and part.has_state:
                number -= 1
                part = one.part(number, numbers[name])
            if part.end - part.begin > MOST_FOLDED_BYTES:
                raise LogError(
                    f"{self._folder.name}: {name} has no keyframes at this moment, and too much to read since the last"
                    " one; open the session again when it is over"
                )
            yield from steps_of(part, kept, one.file, to_ns)

    def _begin_apart(self) -> None:
        """Have a large fleet folded by a process of its own."""
        start, self._start_apart = self._start_apart, None
        if start is not None:
            try:
                self._apart = start([one.file.path for one in self._files.values()])
            except OSError as error:
                log.warning("moments are folded without a process of their own: %s", error.strerror or error)

    def _with_messages(self, state: VehicleState, began_s: float) -> VehicleState:
        """With what the vehicle had said before the keyframe; what it said since is in the state."""
        told = self._events.get(state.key, [])
        sure, last = (bisect.bisect_right(told, (at_s, math.inf), key=_came) for at_s in (began_s - OVERLAP_S, began_s))
        earlier = [one.event for one in told[max(0, sure - MAX_MESSAGES) : sure] if one.event is not None]
        # chunks of files overlap in time: what came just before the keyframe may stand behind it in its own file
        near = [one.event for one in told[sure:last] if one.event is not None and one.event not in state.messages]
        messages = (*earlier, *near, *state.messages)[-MAX_MESSAGES:]
        return msgspec.structs.replace(state, messages=messages) if messages else state

    # ---- what was said and done ----

    def _read_landmarks(self) -> None:
        new, self._landmarks_end = landmark_file.read(self._seek / landmark_file.NAME, self._landmarks_end)
        if not new:
            return
        put_in(self._landmarks, new, lambda one: one.at_s)
        for one in new:
            if one.event is not None and one.key is not None:
                # in the order in which they came, as a station keeps them
                put_in(self._events.setdefault(one.key, []), (one,), _came)

    # ---- numbers ----

    def track(self, key: VehicleKey, begin_s: float, end_s: float) -> Track:
        """Where a vehicle was between two times."""
        one = self._files.get(session_folder.file_name(key))
        rows = read_rows(one.paths, begin_s, end_s) if one is not None else None
        if rows is None or not len(rows):
            return NO_TRACK
        places = np.stack((rows["lat_deg"], rows["lon_deg"]), axis=1)
        return Track(rows["at_s"].astype(np.float64), places, rows["core"].astype(np.float64))

    def clocks(self, key: VehicleKey) -> dict[str, float]:
        """Seconds to add to the clock of a vehicle's bridge to have the recording's, by session; as known last."""
        one = self._files.get(session_folder.file_name(key))
        kept = read_state(one.paths, one.keys, len(one.keys) - 1) if one is not None and len(one.keys) else None
        return {session: clock[0] for session, clock in kept.clocks.items()} if kept is not None else {}

    def values(self, ref: ValueRef, begin_s: float, end_s: float, goes_on: GoesOn) -> PastValues:
        """A value between two times; before this session began, out of those before."""
        found = recorded_values.values(self, ref, begin_s, end_s, goes_on)
        own_begin_s = self.extent.begin_s
        if begin_s >= own_begin_s or not self._earlier:
            return found
        before = self._earlier.values(ref, begin_s, min(end_s, own_begin_s), goes_on)
        return PastValues(np.concatenate((before.times, found.times)), np.concatenate((before.values, found.values)))

    def messages_of(self, key: VehicleKey | None, begin_s: float, end_s: float) -> Iterator[Taken]:
        """Recorded messages of a vehicle, or of all that belongs to none, from one time to another, both included.

        They come in the order of the file, those that were sent again in their turn.
        """
        one = self._files.get(session_folder.file_name(key))
        if one is None:
            return
        begin_ns, end_ns = round(begin_s * 1e9), round(end_s * 1e9)
        begin, end = one.offset(one.before(begin_ns - SLACK_NS)), one.offset(one.before(end_ns + SLACK_NS) + 1) + 1
        yield from one.file.messages(begin, end, begin_ns, end_ns, is_late=False)
        yield from self._late_between(one, begin_ns, end_ns)

    def nodes_before(self, at_s: float) -> tuple[tuple[KeptNode, ...], float]:
        """What was known of nodes of Sparkplug B at the keyframe before a time, and when that was.

        Returns:
            Nothing, and the beginning, where there is no keyframe.
        """
        one = self._files.get(session_folder.file_name(None))
        known = state_before(one.paths, one.keys, one.before(round(at_s * 1e9))) if one is not None else None
        return (known[0].nodes, known[1] / 1e9) if known is not None else ((), 0.0)

    @staticmethod
    def _late_between(one: _File, begin_ns: int, end_ns: int) -> Iterable[Taken]:
        for begin, end in one.late(begin_ns, end_ns):
            yield from one.file.messages(begin, end, begin_ns, end_ns, is_late=True)

    def step(self, at_s: float, *, is_forward: bool) -> float | None:
        """Time of the next or the previous message of a vehicle."""
        at_ns, extent = round(at_s * 1e9), self.extent
        for number in range(FARTHEST_STEPS):
            near_ns = at_ns + number * STEP_NS * (1 if is_forward else -1)
            far_ns = near_ns + STEP_NS * (1 if is_forward else -1)
            low, high = (near_ns + 1, far_ns) if is_forward else (far_ns, near_ns - 1)
            times = [one.log_ns for key in self.vehicles() for one in self.messages_of(key, low / 1e9, high / 1e9)]
            times = [one for one in times if abs(one - at_ns) > SAME_NS]
            if times:
                return (min(times) if is_forward else max(times)) / 1e9
            if far_ns / 1e9 > extent.end_s or far_ns / 1e9 < extent.begin_s:
                return None
        return None

    def _rebuild_apart(self, error: OSError) -> None:
        """Make the helpers where temporary files are, since the session's own folder does not take them.

        Raises:
            LogError: that place does not take them either.
        """
        try:
            if self._own is not None:
                raise error
            self._own = own_place()
            self._rebuild(Path(self._own.name) / FOLDER)
        except OSError as no_place:
            self.close()
            raise LogError(
                f"{self._folder.name} has no keyframes, and they can't be written ({no_place.strerror or no_place});"
                " free some disk space, or set TMPDIR to a folder that has it"
            ) from no_place

    def _rebuild(self, seek: Path) -> None:
        """Begin to make the helpers anew."""
        self._builder = SeekBuilder([one.file.path for one in self._files.values()], seek)
        self._seek = seek
        for name, one in self._files.items():
            one.paths = SeekPaths.of(self._seek, name)
        self._landmarks, self._landmarks_end, self._events = [], 0, {}
        self.refresh()


def _opened(folder: Path) -> Earlier | None:
    """An earlier session, for its values; none where all of it would have to be gone through for them."""
    player = SessionPlayer(folder, is_whole=False)
    if player.has_holes:
        player.close()
        return None
    return Earlier(player.extent.begin_s, partial(recorded_values.values, player), player.close)


def _came(one: Landmark) -> tuple[float, float]:
    """When it was heard, and of what was heard at once when it happened."""
    return (one.at_s if one.came_s is None else one.came_s, one.at_s)
