# SPDX-License-Identifier: Apache-2.0
"""From numpy to Qt without a Python object for each point. GUI thread."""

from __future__ import annotations

from pyqtgraph.functions import create_qpolygonf, ndarray_from_qpolygonf
from PySide6.QtGui import QPolygonF

from groundstation.ui.map_panel.mercator import Points


def polygon_from_points(points: Points) -> QPolygonF:
    """A polygon from points, shape (n, 2), float64."""
    polygon = create_qpolygonf(len(points))
    ndarray_from_qpolygonf(polygon)[:] = points
    return polygon
