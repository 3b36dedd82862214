# SPDX-License-Identifier: Apache-2.0
"""Fills the history of a window that is opened again with what was recorded before. Made and told on the GUI thread.

The recordings are read on a thread of their own, once, when the first connection is there. What was read waits until
its vehicle or sensor is heard live: one that is not gets no trail, and its bridge's clock is what tells where on this
station's time axis the rows stand.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.vehicle import VehicleState
from groundstation.transport.bus import BusState, BusStatus
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.past_port import PastAccess, PastReadings, PastRows
from groundstation.ui.series import HISTORY_S, Numbers
from groundstation.ui.task import Ended, Task, Tasks
from groundstation.ui.timeline import monotonic_s, wall_s

log = logging.getLogger("groundstation.past")

SETTLE_MS = 1_000
"""After the first connection: what came before it is on the recorder's disk by then."""
GIVE_UP_S = 60.0
"""What was not read by then is not shown."""
STOP_S = 1.0
"""How long the end of the window may wait for the thread, which ends within a chunk."""


class PastLoader(QObject):
    """Reads once, after the window was opened: what comes later is heard live."""

    ended = Signal()
    """Everything was read, or nothing could be."""

    def __init__(
        self,
        feed: FleetFeed,
        access: PastAccess,
        wall_clock: Callable[[], float] = wall_s,
        parent: QObject | None = None,
    ) -> None:
        """Begin to wait for the first connection.

        Args:
            feed: whose history is filled.
            access: the way to the recordings.
            wall_clock: seconds since 1970.
            parent: owner.
        """
        super().__init__(parent)
        self._feed, self._access, self._wall_clock = feed, access, wall_clock
        self._rows: dict[VehicleKey, PastRows] = {}
        self._readings: dict[str, list[PastReadings]] = {}
        self._shift_s: float | None = None
        """From the recorder's clock to ours, by the newest vehicle that told; None before."""
        self._tasks = Tasks("past-reader", "what was recorded before can't be read", self)
        self._is_stopped = False
        self.task: Task | None = None
        """The reading; None before it was started."""
        self._timer = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._timer.timeout.connect(self.start)
        feed.vehicles_changed.connect(self._on_vehicles_changed)
        feed.vehicles_forgotten.connect(self._on_vehicles_forgotten)
        feed.sensors_changed.connect(self._on_sensors_changed)
        feed.bus_changed.connect(self._on_bus_changed)

    def start(self) -> None:
        """Begin to read, once."""
        if self.task is None and not self._is_stopped:
            give_up_s = monotonic_s() + GIVE_UP_S
            self.task = self._tasks.run_task(lambda task: self._read(task, give_up_s), self._on_end, self._on_found)

    def stop(self) -> None:
        """The window is closed: nothing is wanted any more."""
        self._is_stopped = True
        self._timer.stop()
        if self.task is not None:
            self.task.cancel()
            if self.task.thread is not None:
                # it ends within a chunk; one that does not is a daemon, and left to the end of the process
                self.task.thread.join(STOP_S)

    def _on_bus_changed(self, status: BusStatus) -> None:
        """Begin with the first connection, once: the report changes with each echo, not only with the connection."""
        if status.state is BusState.CONNECTED and self.task is None and not self._timer.isActive():
            self._timer.start()

    def _on_end(self, ended: Ended[None]) -> None:
        if ended.problem:
            log.warning("%s", ended.problem)
        self.ended.emit()

    def _on_found(self, found: PastRows | list[PastReadings]) -> None:
        if isinstance(found, PastRows):
            self._rows[found.key] = found
            self._on_vehicles_changed((found.key,))
            return
        for one in found:
            self._readings.setdefault(str(one.ref.source), []).append(one)
        self._on_sensors_changed(tuple(self._readings))

    def _on_vehicles_changed(self, keys: Iterable[VehicleKey]) -> None:
        # told for each tick of the window's life: once all is placed it costs nothing
        for key in keys if self._rows else ():
            state = self._feed.fleet.get(key) if key in self._rows else None
            # what the broker kept proves no life: its clock would place the rows anywhere
            if state is not None and state.heard_s is not None:
                rows = self._rows.pop(key)
                times, taken = self._on_our_axis(rows.times, self._shift_of(rows, state))
                self._feed.history.refill(key, times, rows.places[taken], rows.table[taken])

    def _on_sensors_changed(self, topics: Iterable[str]) -> None:
        for topic in topics if self._readings else ():
            reading = self._feed.sensors.get(topic) if topic in self._readings else None
            if reading is None or reading.is_retained:
                continue
            for one in self._readings.pop(topic):
                times, taken = self._on_our_axis(one.times, self._known_shift_s())
                self._feed.history.refill_readings(one.ref, times, one.values[taken])

    def _on_vehicles_forgotten(self, keys: Iterable[VehicleKey]) -> None:
        """Drop what was read of forgotten vehicles, or their trails would come back with the next message."""
        for key in keys:
            self._rows.pop(key, None)

    def _shift_of(self, rows: PastRows, state: VehicleState) -> float:
        """By a life of its bridge that is in the recording and on the bus; no wall clock is asked where there is one.

        A recorder goes on by its old clock when the computer's is set, so that "now" may be hours away in a recording.
        """
        recorded_s = rows.clocks.get(state.session) if state.session is not None else None
        if recorded_s is not None and state.clock_offset_s is not None:
            self._shift_s = state.clock_offset_s - recorded_s
        return self._known_shift_s()

    def _known_shift_s(self) -> float:
        return self._shift_s if self._shift_s is not None else self._feed.now_s() - self._wall_clock()

    def _on_our_axis(self, times: Numbers, shift_s: float) -> tuple[Numbers, slice]:
        """Times on this station's clock, and which are of the last minutes."""
        moved, now_s = times + shift_s, self._feed.now_s()
        # nothing of the future: a recording whose clock was ahead would stand before what is live
        taken = slice(int(np.searchsorted(moved, now_s - HISTORY_S)), int(np.searchsorted(moved, now_s)))
        return moved[taken], taken

    # ---- thread `past-reader`; the window may be gone when it is through ----

    def _read(self, task: Task, give_up_s: float) -> None:
        readings: list[PastReadings] = []
        try:
            for one in self._access.read(lambda: not task.is_cancelled and monotonic_s() < give_up_s):
                if isinstance(one, PastRows):
                    task.part(one)
                else:
                    readings.append(one)
        finally:
            # also behind a file that could not be read: what the others told is shown
            if readings:
                task.part(readings)
