# SPDX-License-Identifier: Apache-2.0
"""A press on a disc of several vehicles: nearer until they part, else a list of their names. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtWidgets import QMenu

from groundstation.ui.language.shown import shown
from groundstation.ui.map_panel.crowd import Cluster
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_view import MapView
from groundstation.ui.map_panel.mercator import together

LEAST_HALF_M = 25.0
"""Going nearer shows so much to each side at least: the map goes no nearer than that either."""
ONE_SPOT_M = 4.0
"""Vehicles within so much never part."""
MOST_LISTED = 25


class ClusterChoice:
    """What becomes of such a press on one map."""

    def __init__(self, context: MapContext, view: MapView, on_moved: Callable[[], None]) -> None:
        """Join it to a map.

        Args:
            context: whose selection is changed by the list.
            view: of the map.
            on_moved: called when the map went nearer.
        """
        self._context, self._view, self._on_moved = context, view, on_moved
        view.cluster_wanted.connect(self.choose)

    def choose(self, cluster: Cluster, place: QPoint) -> QMenu | None:
        """Go nearer, or offer their names.

        Args:
            cluster: the vehicles.
            place: of the press, on the screen.

        Returns:
            The list; None where the map went nearer.
        """
        xs, ys = together([x_m for x_m, _ in cluster.places]), [y_m for _, y_m in cluster.places]
        if max(max(xs) - min(xs), max(ys) - min(ys)) > ONE_SPOT_M:
            self._view.fit_places(cluster.places, LEAST_HALF_M)
            self._on_moved()
            return None
        menu = self.menu_of(cluster)
        menu.popup(place)
        return menu

    def menu_of(self, cluster: Cluster) -> QMenu:
        """All of them, and each by its name; a press selects."""
        select, menu = self._context.selection.select, QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        every = QCoreApplication.translate("ClusterChoice", "Select all {count}")
        menu.addAction(every.format(count=shown(len(cluster.keys))), partial(select, cluster.keys))
        menu.addSeparator()
        for key, title in list(zip(cluster.keys, cluster.titles, strict=True))[:MOST_LISTED]:
            # a name with an ampersand is no key
            menu.addAction(title.replace("&", "&&"), partial(select, (key,)))
        if len(cluster.keys) > MOST_LISTED:
            more = QCoreApplication.translate("ClusterChoice", "{count} more")
            menu.addAction(more.format(count=shown(len(cluster.keys) - MOST_LISTED))).setEnabled(False)
        return menu
