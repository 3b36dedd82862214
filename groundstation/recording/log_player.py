# SPDX-License-Identifier: Apache-2.0
"""Shows any moment of anybody's log: values are looked up by their addresses. One thread.

What is looked at first is read first, and shown while the rest is read. Its vehicles are of the tree of replays,
whatever tree they were recorded in: nothing of an opened log can be taken for a vehicle that flies.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import Landmark, LandmarkFinder, LandmarkKind
from groundstation.fleet.past import NO_TRACK, Extent, GoesOn, Moment, PastValues, Track
from groundstation.fleet.progress import Progress
from groundstation.fleet.raw import RawMessage, RawRow, is_raw
from groundstation.fleet.sample import Severity
from groundstation.fleet.summary import summary_of
from groundstation.fleet.value_path import ValueRef
from groundstation.fleet.vehicle import MAX_MESSAGES, VehicleState
from groundstation.logs.flight_events import Text, texts
from groundstation.logs.log import Log, LogError, LogVehicle
from groundstation.logs.open_log import open_log
from groundstation.logs.series import SeriesOf, ValueSeries
from groundstation.logs.state_at import StateAt
from groundstation.recording.raw_values import RawValues

TRACK_PERIOD_S = 0.5
MOST_JUDGED = 1_500
"""Moments of a log at which the conditions of a vehicle are looked at, for its alarms on the timeline."""
LEAST_JUDGED_S = 1.0
MAX_ID = 32
ANYBODY = "vehicle"
"""What readers call the one vehicle of a log that names none."""
SEVERITIES = tuple(one for one in Severity if one is not Severity.UNKNOWN)
"""By MAVLink's MAV_SEVERITY, 0 the worst."""


class _Vehicle:
    """One vehicle of the log."""

    def __init__(self, log: Log, vehicle: LogVehicle, name: str) -> None:
        self.states = StateAt(SeriesOf(log, vehicle.id), name=name, is_lazy=True)
        self.raw = RawValues(log, vehicle.id)
        self.texts: tuple[Text, ...] = ()
        self.events: list[Event] = []
        self.times: list[float] = []
        self.landmarks: list[Landmark] = []
        self._work: Iterator[None] = self._read()
        self.is_read = False
        self.steps = self.states.steps + 2

    @property
    def left(self) -> int:
        """Steps still to do."""
        return 0 if self.is_read else self.states.left + 2

    def read_more(self) -> None:
        """Do the next step."""
        if next(self._work, self) is self:
            self.is_read = True

    def _read(self) -> Iterator[None]:
        while self.states.read_more():
            yield
        self.texts = texts(self.states.series)
        self.events = [_event(one) for one in self.texts]
        self.times = [one.at_s for one in self.events]
        self.landmarks = list(self._changes())
        yield
        yield from self._judge()

    def at(self, at_s: float) -> VehicleState:
        """The vehicle at a moment, with what it had said."""
        state = self.states.at(at_s)
        said = tuple(self.events[: bisect.bisect_right(self.times, at_s)][-MAX_MESSAGES:])
        return msgspec.structs.replace(state, messages=said) if said else state

    def _changes(self) -> Iterator[Landmark]:
        key = self.states.key
        for span in self.states.armings:
            yield Landmark(at_s=span.begin_s, kind=LandmarkKind.ARMED, key=key)
            disarmed_s = span.end_s if span.is_ended else self.states.next_disarmed_s(span.end_s)
            # at the end of a log nobody may have said so
            if disarmed_s is not None:
                yield Landmark(at_s=disarmed_s, kind=LandmarkKind.DISARMED, key=key)
        for mode in self.states.modes:
            yield Landmark(at_s=mode.begin_s, kind=LandmarkKind.MODE, key=key, said=mode.name)
        for event in self.events:
            yield Landmark(at_s=event.at_s, kind=LandmarkKind.EVENT, key=key, event=event)

    def _judge(self) -> Iterator[None]:
        """How bad its conditions were, and when it was not heard."""
        info = self.states.series.log.info
        if info.begin_s is None or info.end_s is None:
            return
        finder, key = LandmarkFinder(), self.states.key
        step_s = max(LEAST_JUDGED_S, (info.end_s - info.begin_s) / MOST_JUDGED)
        for number, at_s in enumerate(np.arange(info.begin_s, info.end_s, step_s).tolist()):
            state = self.states.at(at_s)
            links = (one for one in finder.look(state, at_s) if one.kind in _LINKS)
            self.landmarks += links
            summary = summary_of(state, at_s)
            self.landmarks += finder.judge(key, summary.level, summary.worst, at_s)
            if number % 100 == 99:
                yield


_LINKS = (LandmarkKind.ONLINE, LandmarkKind.STALE, LandmarkKind.OFFLINE)


class LogPlayer:
    """An open log."""

    def __init__(self, path: Path, told: Progress | None = None) -> None:
        """Open it.

        Args:
            path: of a file of any format, or of a folder of a session.
            told: how far the opening is; may cancel.

        Raises:
            LogError: it is no log, or it can't be read; one line with cause and remedy.
        """
        self._log = open_log(path, told)
        info = self._log.info
        vehicles = [one for one in info.vehicles if not one.is_station and not one.role]
        if info.begin_s is None or info.end_s is None or not vehicles:
            self._log.close()
            raise LogError(f"{path} has nothing of a vehicle in it; choose another log")
        self.name = path.name
        self._begin_s, self._end_s, self._time_base = info.begin_s, info.end_s, info.time_base
        made = (_Vehicle(self._log, one, _name(one, path, is_alone=len(vehicles) == 1)) for one in vehicles)
        self._vehicles = {one.states.key: one for one in made}
        self._steps = sum(one.steps for one in self._vehicles.values())
        self._landmarks: list[Landmark] = []

    def close(self) -> None:
        """Give the file back."""
        self._log.close()

    @property
    def extent(self) -> Extent:
        """From when to when it goes; what is read of it is shown everywhere."""
        left = sum(one.left for one in self._vehicles.values())
        return Extent(
            begin_s=self._begin_s,
            end_s=self._end_s,
            read_until_s=self._end_s,
            read_share=1.0 - left / max(1, self._steps) if left else 1.0,
            time_base=self._time_base,
        )

    def work(self, goes_on: GoesOn) -> bool:
        """Read what is not read yet, each vehicle in its turn: of all of them what is looked at first."""
        while True:
            waiting = [one for one in self._vehicles.values() if not one.is_read]
            for one in waiting:
                one.read_more()
                if one.is_read:
                    self._landmarks = sorted([*self._landmarks, *one.landmarks], key=lambda mark: mark.at_s)
                if not goes_on():
                    return True
            if not waiting:
                return False

    def vehicles(self) -> tuple[VehicleKey, ...]:
        """Everybody in it."""
        return tuple(self._vehicles)

    def moment(self, at_s: float) -> Moment | None:
        """Everything at a moment."""
        return Moment(at_s=at_s, states=tuple(one.at(at_s) for one in self._vehicles.values()))

    def landmarks(self, since: int = 0) -> list[Landmark]:
        """What stands on its timeline."""
        return self._landmarks[since:]

    def track(self, key: VehicleKey, begin_s: float, end_s: float) -> Track:
        """Where a vehicle was, about twice a second."""
        one = self._vehicles.get(key)
        lat, lon = self._series(one, "position.lat_deg"), self._series(one, "position.lon_deg")
        found = lat.between(begin_s, end_s) if lat is not None else None
        if found is None or lon is None:
            return NO_TRACK
        # of the log's many places a second the first of each half: a trail needs no more
        slots = np.floor(found.time_s / TRACK_PERIOD_S)
        is_first = np.concatenate(([True], np.diff(slots) > 0))
        times, lats = found.time_s[is_first], found.values[is_first]
        lons = lon.values[np.clip(np.searchsorted(lon.time_s, times, side="right") - 1, 0, None)]
        return Track(times, np.stack((lats, lons), axis=1), np.empty((len(times), 0)))

    def values(self, ref: ValueRef, begin_s: float, end_s: float, goes_on: GoesOn) -> PastValues:
        """A value between two times, as the log has it."""
        del goes_on
        one = self._vehicles.get(ref.source) if isinstance(ref.source, VehicleKey) else None
        if one is not None and is_raw(ref.path):
            return one.raw.between(ref.path, begin_s, end_s)
        series = self._series(one, ref.path)
        found = series.between(begin_s, end_s) if series is not None else None
        if found is None:
            return PastValues.nothing()
        is_news = np.concatenate(([True], np.diff(found.time_s) > 0))
        return PastValues(found.time_s[is_news], found.values[is_news])

    def raw_messages(self, key: VehicleKey) -> tuple[RawMessage, ...]:
        """What the log has of a vehicle in its own words."""
        one = self._vehicles.get(key)
        return one.raw.messages if one is not None else ()

    def raw(self, key: VehicleKey, at_s: float, names: frozenset[str]) -> tuple[RawRow, ...]:
        """The newest of some messages up to a moment."""
        one = self._vehicles.get(key)
        return one.raw.at(at_s, names) if one is not None else ()

    def step(self, at_s: float, *, is_forward: bool) -> float | None:
        """Time of the next or the previous sample of a vehicle."""
        found = [one.states.next_s(at_s, is_forward=is_forward) for one in self._vehicles.values()]
        times = [one for one in found if one is not None]
        return (min(times) if is_forward else max(times)) if times else None

    @staticmethod
    def _series(one: _Vehicle | None, path: str) -> ValueSeries | None:
        return one.states.series.get(path) if one is not None else None


def _name(vehicle: LogVehicle, path: Path, *, is_alone: bool) -> str:
    """What a vehicle is called: as a bridge would, else as its file, since a log on board has no name for it."""
    if vehicle.id.isdecimal():
        return f"uav-{vehicle.id}"
    told = vehicle.id.rpartition("/")[2]
    stem = "".join(one if one.isascii() and (one.isalnum() or one in "-_") else "_" for one in path.stem)
    return stem.lstrip("_")[:MAX_ID] or told if is_alone and told == ANYBODY else told


def _event(text: Text) -> Event:
    number = text.severity
    severity = SEVERITIES[number] if number is not None and 0 <= number < len(SEVERITIES) else Severity.INFO
    return Event(at_s=text.time_s, kind=EventKind.STATUS_TEXT, severity=severity, text=text.text)
