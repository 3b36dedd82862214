# SPDX-License-Identifier: Apache-2.0
"""What is plotted on the first day: the heights of the first vehicles; later what the operator left. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSignalBlocker

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.commanding.words import by_name
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.plots.plots_panel import PlotsPanel

FIRST_PLOTTED = 4
"""Vehicles whose height is plotted."""


class FirstPlots(QObject):
    """Plots until the operator has chosen what is plotted."""

    def __init__(self, plots: PlotsPanel, feed: FleetView) -> None:
        super().__init__(plots)
        self._plots = plots
        feed.vehicles_added.connect(self._on_vehicles_added)

    def _on_vehicles_added(self, keys: frozenset[VehicleKey]) -> None:
        # also in an earlier session: who removed all plots wants none
        if self._plots.is_by_hand:
            return
        plotted = sum(len(refs) for refs in self._plots.plots())
        # what is plotted here is no wish of the operator's
        with QSignalBlocker(self._plots):
            for key in by_name(keys)[: max(0, FIRST_PLOTTED - plotted)]:
                self._plots.plot([ValueRef(key, "position.height_home_m")])
