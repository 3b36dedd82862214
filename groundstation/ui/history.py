# SPDX-License-Identifier: Apache-2.0
"""Ten minutes of numbers for plots and trails, bounded. GUI thread; no widgets.

Every vehicle's core values are kept once a second, in less than 100 KB. A value that is plotted is kept at full rate,
and begins with what was kept of it before.
"""

from __future__ import annotations

import itertools
import math
from collections import OrderedDict
from collections.abc import Iterable

from groundstation.fleet.awareness.derived import AWARENESS
from groundstation.fleet.core_values import CORE_PATHS, ROW_PERIOD_S, row_of
from groundstation.fleet.derived import formula_of, is_derived
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import EXPECTED_PERIOD_S, INDEXED_KINDS
from groundstation.fleet.sensors import SensorReading
from groundstation.fleet.updates import Update, VehicleUpdate
from groundstation.fleet.value_path import LINK, ValueRef, getter, kind_of, number, value_in
from groundstation.fleet.vehicle import SAME_S, VehicleState
from groundstation.ui.derived_series import DerivedSeries
from groundstation.ui.plots.older_values import OlderValues
from groundstation.ui.series import Numbers, PlotSeries, RowRing

MAX_RINGS = 2000
MAX_SENSOR_SERIES = 2000
LOOKED_AT = 32
"""Oldest series of which one may be dropped; plotted ones never are."""
SENSOR_PERIOD_S = 0.9
"""Readings of a sensor that come faster are thinned to one a second until they are plotted."""
SENSOR_GAP_S = 90.0
"""Sensors may report once a minute; a line breaks after that."""

_COLUMN = {path: index for index, path in enumerate(CORE_PATHS)}


class History:
    """The numbers of the last ten minutes, by vehicle and by sensor."""

    def __init__(self) -> None:
        self._rings: dict[VehicleKey, RowRing] = {}
        self._tracked: dict[ValueRef, PlotSeries] = {}
        self._users: dict[ValueRef, int] = {}
        self._by_vehicle: dict[VehicleKey, list[ValueRef]] = {}
        self._by_topic: dict[str, list[ValueRef]] = {}
        self._sensors: OrderedDict[ValueRef, PlotSeries] = OrderedDict()
        self._newest_s = 0.0
        self.older: OlderValues | None = None
        """The way to values of before; None where there is nothing older. Whoever has recordings sets it."""

    @property
    def nbytes(self) -> int:
        """Memory of the background history, bytes."""
        return sum(ring.nbytes for ring in self._rings.values())

    @property
    def plotted(self) -> frozenset[VehicleKey]:
        """Vehicles with a value that is kept at full rate."""
        return frozenset(key for key, refs in self._by_vehicle.items() if refs)

    def track(self, ref: ValueRef) -> PlotSeries:
        """Keep a value at full rate from now on, as often called as `untrack`.

        Returns:
            The series, which grows by itself; it begins with what was kept of the value before.
        """
        # counted, since two plots may show one value and each lets go of it by itself
        self._users[ref] = self._users.get(ref, 0) + 1
        if ref in self._tracked:
            return self._tracked[ref]
        if is_derived(ref.path):
            formula = formula_of(ref.path)
            names = formula.names if formula is not None else ()
            series: PlotSeries = DerivedSeries(formula, {one: self.track(ValueRef(ref.source, one)) for one in names})
        elif isinstance(ref.source, str):
            series = self._sensors.setdefault(ref, PlotSeries(gap_s=SENSOR_GAP_S, is_paced=True))
            self._by_topic.setdefault(ref.source, []).append(ref)
        else:
            # three times as long as a value may be away when all is well: shorter pauses are no gap
            series = PlotSeries(gap_s=max(3.0, 3.0 * EXPECTED_PERIOD_S.get(kind_of(ref.path), 2.0)))
            self._fill(series, ref.source, ref.path)
            # by vehicle and by topic: with hundreds of vehicles most messages are of one that nobody plots
            self._by_vehicle.setdefault(ref.source, []).append(ref)
        self._tracked[ref] = series
        return series

    def untrack(self, ref: ValueRef) -> None:
        """Undo one `track`."""
        left = self._users.get(ref, 0) - 1
        if left > 0:
            self._users[ref] = left
            return
        self._users.pop(ref, None)
        series = self._tracked.pop(ref, None)
        if series is None:
            return
        if isinstance(series, DerivedSeries):
            for name in series.parts:
                self.untrack(ValueRef(ref.source, name))
            return
        if isinstance(ref.source, str):
            self._by_topic[ref.source].remove(ref)
        else:
            self._by_vehicle[ref.source].remove(ref)

    def forget(self, key: VehicleKey) -> None:
        """Drop the background history of a vehicle."""
        self._rings.pop(key, None)

    def trail(self, key: VehicleKey) -> tuple[Numbers, Numbers] | None:
        """Where a vehicle was: times, shape (n,), and degrees, shape (n, 2), NaN where unknown; None when never."""
        ring = self._rings.get(key)
        return ring.places() if ring is not None else None

    def trail_values(self, key: VehicleKey, path: str) -> Numbers | None:
        """A value along the trail of a vehicle, a number for each of its places, NaN where unknown.

        Args:
            key: the vehicle.
            path: one of `CORE_PATHS`.

        Returns:
            Shape (n,), as `trail`; None where nothing is kept of the vehicle or of such a value.
        """
        ring, column = self._rings.get(key), _COLUMN.get(path)
        return ring.column(column)[1] if ring is not None and column is not None else None

    def record_states(self, states: Iterable[VehicleState | None], now_s: float) -> None:
        """Keep a row of each vehicle whose last row is a second old."""
        for state in states:
            if state is None:
                continue
            ring = self._rings.get(state.key)
            if ring is None:
                # as many as vehicles are believed: made-up ones beyond that have no trail
                if len(self._rings) >= MAX_RINGS:
                    continue
                ring = self._rings[state.key] = RowRing(len(CORE_PATHS))
            # at most one a second: the ring has a fixed number of rows, and would hold less time of one that tells more
            # often
            if now_s - ring.newest_s >= ROW_PERIOD_S:
                ring.append(now_s, *row_of(state, now_s))

    def refill(self, key: VehicleKey, times: Numbers, places: Numbers, table: Numbers) -> None:
        """Put rows of a recording before what is kept of a vehicle; what came live since counts.

        Args:
            key: a vehicle with a row of its own; of another nothing is kept.
            times: shape (n,), seconds on the station's monotonic clock, ascending.
            places: shape (n, 2), see `trail`.
            table: shape (n, columns), see `CORE_PATHS`.
        """
        ring = self._rings.get(key)
        if ring is None:
            return
        ring.prepend(times, places, table, ROW_PERIOD_S)
        for ref in self._by_vehicle.get(key, ()):
            column = _COLUMN.get(ref.path)
            if column is not None:
                self._tracked[ref].prepend(*ring.column(column))

    def refill_readings(self, ref: ValueRef, times: Numbers, values: Numbers) -> None:
        """The same for a number of another device that has spoken."""
        series = self._sensors.get(ref)
        if series is not None:
            series.prepend(times, values)

    def record_updates(self, updates: Iterable[Update]) -> None:
        """Keep every sample of the values that are plotted."""
        # nothing is plotted: each of thousands of updates would be looked at for nothing
        if not self._by_vehicle:
            return
        for update in updates:
            if not isinstance(update, VehicleUpdate):
                continue
            if update.field == "samples":
                self._record_samples(update)
            elif update.field == "overview":
                self._record_overview(update)
            elif update.field == "link":
                for ref in self._by_vehicle.get(update.key, ()):
                    if kind_of(ref.path) == LINK:
                        self._tracked[ref].append(update.received_s, number(value_in(update.content, ref.path)))

    def record_awareness(self, states: Iterable[VehicleState | None], now_s: float) -> None:
        """Keep what the station has worked out, of the values that are plotted; unknown breaks the line."""
        for state in states if self._by_vehicle else ():
            if state is None:
                continue
            for ref in self._by_vehicle.get(state.key, ()):
                if kind_of(ref.path) == AWARENESS:
                    self._tracked[ref].append(now_s, number(getter(ref.path)(state)))

    def record_readings(self, readings: Iterable[SensorReading]) -> None:
        """Keep numbers of other devices; at full rate those that are plotted. Retained ones have no known age."""
        for reading in readings:
            # of unknown age: it would stand in the plot as of now
            if reading.is_retained:
                continue
            tracked = self._by_topic.get(reading.topic, ())
            for ref in tracked:
                if reading.has_lost(ref.path):
                    self._tracked[ref].append(reading.received_s, math.nan)
            for path, value in reading.numbers.items():
                ref = ValueRef(reading.topic, path)
                series = self._sensor_series(ref)
                if series is None:
                    continue
                newest = series.newest
                if ref in tracked or newest is None or reading.received_s - newest[0] >= SENSOR_PERIOD_S:
                    # by when it came: other devices tell no time that could be believed
                    series.append(reading.received_s, value)

    def _sensor_series(self, ref: ValueRef) -> PlotSeries | None:
        """What is kept of a value in the background; None when others that still speak have taken all the room."""
        series = self._sensors.get(ref)
        if series is None:
            if len(self._sensors) >= MAX_SENSOR_SERIES and not self._make_room():
                return None
            series = self._sensors[ref] = PlotSeries(capacity=64, gap_s=SENSOR_GAP_S, is_paced=True)
        self._sensors.move_to_end(ref)
        self._newest_s = max(self._newest_s, series.newest[0] if series.newest is not None else 0.0)
        return series

    def _make_room(self) -> bool:
        """Drop the series that was silent longest, if it was for so long that a line breaks."""
        # only some are looked at: with all of them plotted this would go through thousands at each reading
        oldest = next((one for one in itertools.islice(self._sensors, LOOKED_AT) if one not in self._tracked), None)
        if oldest is None:
            return False
        newest = self._sensors[oldest].newest
        if newest is not None and self._newest_s - newest[0] < SENSOR_GAP_S:
            return False
        del self._sensors[oldest]
        return True

    def _record_samples(self, update: VehicleUpdate) -> None:
        state: VehicleState | None = None
        for ref in self._by_vehicle.get(update.key, ()):
            kind = kind_of(ref.path)
            sample = getattr(update.content, kind, None)
            if not sample:
                continue
            if state is None:
                # from this message alone: what the vehicle said before may be newer than it
                state = VehicleState(key=update.key).after(update.content, update.clock_offset_s, update.came_s)
            if kind in INDEXED_KINDS:
                sample = next((one for one in sample if ref.path.startswith(f"{kind}.{one.index}.")), None)
            if sample is not None:
                self._tracked[ref].append(sample.at_s + update.clock_offset_s, number(getter(ref.path)(state)))

    def _record_overview(self, update: VehicleUpdate) -> None:
        """Where the way is slow an overview is all that comes; what it does not tell, or told before, is left out."""
        nothing = VehicleState(key=update.key)
        told = update.content.samples(update.written_s, nothing)
        state = nothing.after(told, update.clock_offset_s, update.came_s)
        for ref in self._by_vehicle.get(update.key, ()):
            sample = getattr(told, kind_of(ref.path), None)
            value = number(getter(ref.path)(state)) if sample else None
            if not sample or value is None:
                continue
            series, at_s = self._tracked[ref], sample.at_s + update.clock_offset_s
            # an overview repeats to the millisecond only what finer telemetry told exactly
            if series.newest is None or at_s - series.newest[0] > SAME_S:
                series.append(at_s, value)

    def _fill(self, series: PlotSeries, key: VehicleKey, path: str) -> None:
        ring, column = self._rings.get(key), _COLUMN.get(path)
        if ring is not None and column is not None:
            series.extend(*ring.column(column))
