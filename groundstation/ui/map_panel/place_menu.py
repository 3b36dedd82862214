# SPDX-License-Identifier: Apache-2.0
"""What a place on the map is good for, whoever may command: measuring from it, its coordinates. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu

from groundstation.ui.map_panel.map_view import MapView
from groundstation.ui.map_panel.measure_tool import MeasureTool
from groundstation.ui.units import place_copied

PlaceAct = tuple[str, Callable[[float, float], object]]
"""Words, and who is told the degrees of the place."""


class PlaceMenu:
    """Of one map; where it has orders, these entries stand below them."""

    def __init__(self, view: MapView, measure: QAction | None) -> None:
        """Build the entries.

        Args:
            view: of the map.
            measure: takes the tool that measures; None for a map without.
        """
        self._view, self._measure = view, measure
        self.acts: list[PlaceAct] = []
        if measure is not None:
            self.acts.append((QCoreApplication.translate("PlaceMenu", "&Measure from here"), self._measure_from))
        self.acts.append((QCoreApplication.translate("PlaceMenu", "&Copy the coordinates"), self._copy))

    def show(self, at: QPoint, lat_deg: float, lon_deg: float) -> None:
        """Open a menu of nothing else, for a map on which nobody is commanded."""
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, act in self.acts:
            menu.addAction(words).triggered.connect(lambda _checked=False, act=act: act(lat_deg, lon_deg))
        menu.popup(at)

    def _measure_from(self, lat_deg: float, lon_deg: float) -> None:
        if self._measure is not None:
            self._measure.trigger()
        if isinstance(self._view.tool, MeasureTool):
            self._view.tool.begin(lat_deg, lon_deg)
            self._view.repaint_soon()

    @staticmethod
    def _copy(lat_deg: float, lon_deg: float) -> None:
        QGuiApplication.clipboard().setText(place_copied(lat_deg, lon_deg))
