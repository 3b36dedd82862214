# SPDX-License-Identifier: Apache-2.0
"""What is plotted before anybody has chosen."""

from __future__ import annotations

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.plots.plots_panel import PlotsPanel
from tests.ui.support.commanding import flying


def test_the_first_vehicles_are_plotted_as_one_counts_them(window, commands):
    fleet = flying(*range(12, 0, -1))
    for one in fleet:
        one.key = VehicleKey(one.root, f"uav-{one.number}")
    commands.hear(*fleet)
    shown = [ref.source.id for refs in window.panel(PlotsPanel).plots() for ref in refs]
    assert shown == ["uav-1", "uav-2", "uav-3", "uav-4"]
