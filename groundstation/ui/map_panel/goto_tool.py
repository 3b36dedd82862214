# SPDX-License-Identifier: Apache-2.0
"""Sends the selected vehicles to the place that is clicked next. GUI thread."""

from __future__ import annotations

from groundstation.fleet.commands import Verb
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.map_panel.map_tool import Click, Tool


class GotoTool(Tool):
    """For one click: it opens the same confirmation as the map's menu, in which the next clicks move the place."""

    def __init__(self, desk: OperatorDesk) -> None:
        self._desk = desk

    def click(self, click: Click) -> bool:
        """Ask for the order."""
        self._desk.ask(Verb.GOTO, self._desk.selection.keys, {"lat_deg": click.lat_deg, "lon_deg": click.lon_deg})
        # one click is one order; the next ones move its place while the sheet is open
        return False
