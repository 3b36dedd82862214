# SPDX-License-Identifier: Apache-2.0
"""Notices that a flight ended. GUI thread; no widgets."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer, Signal

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.fleet_view import FleetView

ON_DISK_MS = 3_000
"""A recorder needs about a second until the end of the flight is on disk."""


class DisarmWatch(QObject):
    """Watches while it is started."""

    ended = Signal()
    """One or more flights ended, and are on disk by now."""

    def __init__(self, feed: FleetView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._feed = feed
        self._armed: set[VehicleKey] = set()
        self._is_started = False
        self.timer = QTimer(self, interval=ON_DISK_MS, singleShot=True)
        self.timer.timeout.connect(self.ended)

    def start(self) -> None:
        """Begin to watch."""
        if not self._is_started:
            self._is_started = True
            # who is armed already: its disarming is the end of a flight, too
            self._armed = {one.key for one in self._feed.fleet if one.armed is not None and one.armed.is_armed}
            self._feed.vehicles_changed.connect(self._on_changed)

    def stop(self) -> None:
        """Watch no longer."""
        if self._is_started:
            self._is_started = False
            self._feed.vehicles_changed.disconnect(self._on_changed)
            self.timer.stop()

    def _on_changed(self, keys: Iterable[VehicleKey]) -> None:
        for key in keys:
            state = self._feed.fleet.get(key)
            is_armed = state.armed.is_armed if state is not None and state.armed is not None else None
            if is_armed:
                self._armed.add(key)
            # only what was seen armed: a vehicle that appears disarmed ended no flight
            elif is_armed is False and key in self._armed:
                self._armed.discard(key)
                # each one that disarms begins the wait anew: several are read once
                self.timer.start()
