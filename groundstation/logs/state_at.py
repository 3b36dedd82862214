# SPDX-License-Identifier: Apache-2.0
"""A vehicle of any log as the live panels know one: its state at a moment. Used by one thread at a time, as the log is.

Values are found by their addresses, whatever the log's format; what a format does not tell stays unknown.
"""

from __future__ import annotations

import bisect
import math
import typing
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from groundstation.fleet.flight import ModeSpan
from groundstation.fleet.identity import Autopilot, Root, VehicleInfo, VehicleKey, VehicleKind
from groundstation.fleet.kinds import INDEXED_KINDS
from groundstation.fleet.link import Connection, ConnReason, LinkState
from groundstation.fleet.sample import Name
from groundstation.fleet.status import Armed, Mode
from groundstation.fleet.value_path import CODES, exists, kind_of, sample_type
from groundstation.fleet.vehicle import VehicleState
from groundstation.logs.arming import OVER_A_LINK, ArmedSpan, armed_words, armings
from groundstation.logs.flight_events import mode_spans
from groundstation.logs.log import LogVehicle, Vocabulary
from groundstation.logs.series import TABLES, SeriesOf, ValueSeries

_OF_SAMPLES = frozenset({"at_s", "index", "invalid"})
"""What every sample has, and is no value of it."""


class _Field(NamedTuple):
    """One value of a sample."""

    name: str
    series: ValueSeries
    make: Any
    """From a number to what the field holds."""


class _Part(NamedTuple):
    """One sample: of a kind, or of one pack, receiver ... of it."""

    kind: str
    number: int | None
    """Its `index`; None for a kind of which there is one."""
    fields: tuple[_Field, ...]


SAME_S = 1e-6
SILENT_S, GONE_S = 3.5, 10.0
"""A vehicle of which nothing is told for so long is not heard, or given up: as a bridge judges (`bridge/ear.py`)."""
_SPANNED = ("link", "mode", "armed")
"""Kinds that have spans of their own, and a link, which is nothing that a vehicle samples."""


class StateAt:
    """The states of one vehicle over time."""

    def __init__(self, series: SeriesOf, *, name: str = "", is_lazy: bool = False) -> None:
        """Read what the log has of a vehicle.

        Args:
            series: of that vehicle; its log stays open as long as this is used.
            name: what it is called where the log has no name for it; empty for its id there.
            is_lazy: nothing is read yet, `read_more` does; what was read so far is shown meanwhile.
        """
        self.series = series
        self.key, self._info = _who(series.vehicle, name)
        self._parts: list[_Part] = []
        self.modes: tuple[ModeSpan, ...] = ()
        """Flight modes, in order."""
        self.armings: tuple[ArmedSpan, ...] = ()
        """When the motors could turn, in order."""
        self._armed: ValueSeries | None = None
        self._is_said_again = series.vocabularies[:1] and series.vocabularies[0] in OVER_A_LINK
        """Whether mode and arming are told again and again; on board only their changes are written."""
        self._mode_begins: list[float] = []
        self._left = _steps(series)
        self.steps = len(self._left)
        """How many steps `read_more` has to do."""
        while not is_lazy and self.read_more():
            pass

    def read_more(self) -> bool:
        """Read the next kind of what the log has, what is looked at first before all else.

        Returns:
            Whether there is more.
        """
        if not self._left:
            return False
        kind = self._left.pop(0)
        if kind == "mode":
            self.modes = mode_spans(self.series)
            self._mode_begins = [one.begin_s for one in self.modes]
        elif kind == "armed":
            self._read_armings()
        else:
            self._parts += _parts(self.series, kind)
        return bool(self._left)

    @property
    def left(self) -> int:
        """Steps that `read_more` has still to do."""
        return len(self._left)

    def _read_armings(self) -> None:
        self.armings = armings(self.series)
        self._armed = armed_words(self.series)

    def at(self, time_s: float) -> VehicleState:
        """The state at a moment; each sample as old as its newest value.

        Args:
            time_s: seconds, as `LogInfo.time_base` counts; also the clock of the state's samples.
        """
        known: dict[str, Any] = {}
        for part in self._parts:
            sample = _sample(part, time_s)
            if sample is None:
                continue
            known[part.kind] = (*known.get(part.kind, ()), sample) if part.number is not None else sample
        number = bisect.bisect_right(self._mode_begins, time_s) - 1
        if number >= 0:
            mode = self.modes[number]
            known["mode"] = Mode(at_s=min(self._said_s(time_s), mode.end_s), name=mode.name)
        place = _newest(self._armed, time_s) if self._armed is not None else -1
        if self._armed is not None and place >= 0:
            # what was said last, also where the log ends or the link broke: nobody said that it was disarmed then
            known["armed"] = Armed(at_s=self._said_s(time_s), is_armed=bool(self._armed.values[place] > 0.5))
        newest_s = max((one.at_s for one in _samples_of(known)), default=None)
        return VehicleState(
            key=self.key,
            info=self._info,
            connection=_connection(newest_s, time_s),
            clock_offset_s=0.0,
            heard_s=newest_s,
            **known,
        )

    def next_disarmed_s(self, time_s: float) -> float | None:
        """When it was told next that the motors can't turn; None when it never was."""
        if self._armed is None:
            return None
        later = self._armed.time_s[(self._armed.time_s >= time_s) & (self._armed.values < 0.5)]
        return float(later[0]) if later.size else None

    def _said_s(self, time_s: float) -> float:
        """When mode and arming were told last; what is told by its changes alone is as new as the moment."""
        if not self._is_said_again or self._armed is None:
            return time_s
        place = _newest(self._armed, time_s)
        return float(self._armed.time_s[place]) if place >= 0 else time_s

    def next_s(self, time_s: float, *, is_forward: bool) -> float | None:
        """Time of the next or the previous sample of any kind; None when there is none."""
        found = []
        for part in self._parts:
            times = part.fields[0].series.time_s
            if is_forward:
                place = int(np.searchsorted(times, time_s + SAME_S, side="right"))
            else:
                place = int(np.searchsorted(times, time_s - SAME_S)) - 1
            if 0 <= place < len(times):
                found.append(float(times[place]))
        return (min(found) if is_forward else max(found)) if found else None


def _who(vehicle: LogVehicle, called: str) -> tuple[VehicleKey, VehicleInfo]:
    name = called or vehicle.id.rpartition("/")[2]
    info = VehicleInfo(
        name=vehicle.name or name,
        sysid=vehicle.sysid or 0,
        kind=VehicleKind(vehicle.kind or "unknown"),
        autopilot=Autopilot(vehicle.autopilot or "unknown"),
    )
    # whatever tree it was recorded in: what is shown of a log is the past
    return VehicleKey(Root.REPLAY.value, name), info


_FIRST = ("position", "mode", "armed", "attitude", "velocity", "air_data", "battery", "gps", "home")
"""What a first look is for."""


def _steps(series: SeriesOf) -> list[str]:
    """Kinds that the log may have, in the order in which they are read."""
    kinds = {kind_of(path) for path in _paths(series)} | {"mode", "armed"}
    return sorted(kinds, key=lambda kind: (_FIRST.index(kind) if kind in _FIRST else len(_FIRST), kind))


def _samples_of(known: dict[str, Any]) -> Iterator[Any]:
    for kind, sample in known.items():
        # spans hold by themselves: they are no sign that anything was heard
        if kind not in _SPANNED:
            yield from sample if isinstance(sample, tuple) else (sample,)


def _connection(newest_s: float | None, time_s: float) -> Connection:
    if newest_s is None or time_s - newest_s > GONE_S:
        return Connection(state=LinkState.OFFLINE, reason=ConnReason.LINK_LOST)
    if time_s - newest_s > SILENT_S:
        return Connection(state=LinkState.STALE, reason=ConnReason.LINK_LOST)
    return Connection(state=LinkState.ONLINE, reason=ConnReason.DISCOVERED)


def _parts(series: SeriesOf, wanted: str) -> Iterator[_Part]:
    found: dict[tuple[str, int | None], list[_Field]] = {}
    for path in sorted(one for one in _paths(series) if kind_of(one) == wanted):
        kind, *rest = path.split(".")
        index = int(rest[0]) if kind in INDEXED_KINDS else None
        names = rest[1:] if index is not None else rest
        values = series.told(path) if len(names) == 1 else None
        if values is not None:
            found.setdefault((kind, index), []).append(_Field(names[0], values, _maker(kind, names[0])))
    for (kind, index), fields in found.items():
        yield _Part(kind, index, tuple(fields))


def _paths(series: SeriesOf) -> set[str]:
    """Addresses of samples that the log may have."""
    found = {path for one in series.vocabularies for path in TABLES.get(one, {})}
    if Vocabulary.STREAMS in series.vocabularies:
        found |= {field.name for one in series.messages.values() for field in one.fields if exists(field.name)}
    # the time of a sample is that of its values in the log, not the recorded bridge's clock
    return {one for one in found if kind_of(one) not in _SPANNED and one.rpartition(".")[2] not in _OF_SAMPLES}


def _sample(part: _Part, time_s: float) -> Any:
    """What a part was told last; None before there was anything."""
    told: dict[str, Any] = {}
    at_s = -np.inf
    for field in part.fields:
        place = _newest(field.series, time_s)
        if place < 0:
            continue
        at_s = max(at_s, float(field.series.time_s[place]))
        value = float(field.series.values[place])
        if not math.isnan(value):
            told[field.name] = field.make(value)
    if at_s == -np.inf:
        return None
    index = {} if part.number is None else {"index": part.number}
    return sample_type(part.kind)(at_s=at_s, **index, **told)


def _newest(series: ValueSeries, time_s: float) -> int:
    """Place of the newest value up to a moment; -1 before the first."""
    return int(np.searchsorted(series.time_s, time_s, side="right")) - 1


def _maker(kind: str, field: str) -> Any:
    """How a field is made of a number: as the type says that it has."""
    hint = typing.get_type_hints(sample_type(kind))[field]
    types = [hint, *typing.get_args(hint)]
    name = next((one for one in types if isinstance(one, type) and issubclass(one, Name)), None)
    if name is not None:
        # of several names with one number the first one stands for it
        names = {number: text for text, number in reversed(CODES.get(name, {}).items())}
        return lambda number: name(names.get(number, "unknown"))
    if bool in types:
        return bool
    if typing.get_origin(hint) is tuple:
        return lambda number: (number,)
    return float if float in types else round
