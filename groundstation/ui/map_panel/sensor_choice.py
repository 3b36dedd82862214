# SPDX-License-Identifier: Apache-2.0
"""A press on a disc of several devices: nearer until they part, else a list of their names. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtWidgets import QMenu

from groundstation.fleet.summary import natural_order
from groundstation.ui.language.shown import shown
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_view import MapView
from groundstation.ui.map_panel.mercator import together
from groundstation.ui.map_panel.sensor_layer import SensorLayer, SensorSpot

LEAST_HALF_M = 25.0
"""Going nearer shows so much to each side at least: the map goes no nearer than that either."""
ONE_SPOT_M = 8.0
"""Devices within so much never part."""
MOST_LISTED = 25


class SensorChoice:
    """What becomes of such a press on one map."""

    def __init__(self, context: MapContext, view: MapView, on_moved: Callable[[], None]) -> None:
        """Join it to a map.

        Args:
            context: shows a topic.
            view: of the map.
            on_moved: called when the map went nearer.
        """
        self._context, self._view, self._on_moved = context, view, on_moved
        view.several_wanted.connect(self.choose)

    def choose(self, spot: SensorSpot, place: QPoint) -> QMenu | None:
        """Go nearer, or offer their names.

        Args:
            spot: the devices.
            place: of the press, on the screen.

        Returns:
            The list; None where the map went nearer.
        """
        xs, ys = together([x_m for x_m, _ in spot.places]), [y_m for _, y_m in spot.places]
        if max(max(xs) - min(xs), max(ys) - min(ys)) > ONE_SPOT_M:
            self._view.fit_places(spot.places, LEAST_HALF_M)
            self._on_moved()
            return None
        menu = self.menu_of(spot)
        menu.popup(place)
        return menu

    def menu_of(self, spot: SensorSpot) -> QMenu:
        """Their names with their values; a press shows the topic."""
        layer, menu = self._view.stack.layer(SensorLayer), QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        names = sorted(((layer.name_of(topic), topic) for topic in spot.topics), key=lambda one: natural_order(one[0]))
        for name, topic in names[:MOST_LISTED]:
            # a name with an ampersand is no key
            menu.addAction(name.replace("&", "&&"), partial(self._context.show_topic, topic))
        if len(names) > MOST_LISTED:
            more = QCoreApplication.translate("SensorChoice", "{count} more").format(
                count=f"{shown(len(names) - MOST_LISTED):,}"
            )
            menu.addAction(more).setEnabled(False)
        return menu
