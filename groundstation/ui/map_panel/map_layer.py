# SPDX-License-Identifier: Apache-2.0
"""What a row of the table of layers says (`layers.py`), and what a layer is asked. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from groundstation.fleet.identity import VehicleKey
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.map_panel.crowd import Cluster, Crowd
from groundstation.ui.map_panel.drawing_desk import DrawingDesk
from groundstation.ui.map_panel.label_placer import Written
from groundstation.ui.map_panel.map_marks import MapMark
from groundstation.ui.map_panel.mercator import Camera, Points
from groundstation.ui.map_panel.trail_scale import TrailScale
from groundstation.ui.map_tiles.map_tiles import MapTiles
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.plans.plan_study import PlanStudy
from groundstation.ui.selection import Selection


class MapContext(NamedTuple):
    """What layers and tools are made of."""

    feed: FleetView
    """What is known of the fleet."""
    selection: Selection
    desk: OperatorDesk | None = None
    """To command with; None for a map that only shows."""
    document: PlanDocument | None = None
    """The plans on the screen; None for a map on which nothing is planned."""
    study: PlanStudy | None = None
    """What is to be said of them; None where there is no document."""
    show_topic: Callable[[str], None] = lambda _topic: None
    """Brings a topic of another device into view."""
    trail_scale: TrailScale | None = None
    """By which value trails are coloured; a `MapPanel` makes its own."""
    drawings: DrawingDesk | None = None
    """What this station draws; a `MapPanel` of the present makes its own."""
    written: Written | None = None
    """What layers write on it; a `MapPanel` makes its own."""
    tiles: MapTiles | None = None
    """The tiles under the map; a `MapPanel` makes its own where there are none."""


class Frame(NamedTuple):
    """What there is to draw at this moment."""

    camera: Camera
    now_s: float
    """Station's monotonic clock when the marks were made."""
    marks: Sequence[MapMark] = ()
    """Vehicles with a known place, in the order of drawing: what is selected or in trouble comes last, on top."""
    selected: frozenset[VehicleKey] = frozenset()
    homes: frozenset[tuple[float, float]] = frozenset()
    """Latitude and longitude in degrees."""
    mouse: QPointF | None = None
    """None while the mouse is elsewhere."""
    ratio: float = 1.0
    """Device pixels for one logical pixel."""
    places: Points | None = None
    """Of the marks in Mercator metres, shape (n, 2), made once for many frames; None where nobody has."""
    badness: NDArray[np.int64] | None = None
    """Of the marks, see `badness_of`; None where nobody has made it."""
    crowd: Crowd | None = None
    """Which marks stand alone, and which as one disc; None where all stand alone."""

    @property
    def alone(self) -> Sequence[int]:
        """Rows of the marks that stand alone, in the order of drawing."""
        return range(len(self.marks)) if self.crowd is None else self.crowd.rows

    @property
    def clusters(self) -> Sequence[Cluster]:
        """The others."""
        return () if self.crowd is None else self.crowd.clusters

    def pixels(self) -> Points:
        """Where the marks stand on the screen, shape (n, 2): all at once, since one by one a thousand are felt."""
        return self.camera.nearest_points(places_of(self.marks) if self.places is None else self.places)


def badness_of(marks: Sequence[MapMark]) -> NDArray[np.int64]:
    """How bad each mark is as one number: twice its level, and one more while nobody has acknowledged it."""
    return np.array([2 * mark.level + (not mark.is_known) for mark in marks], dtype=np.int64)


def places_of(marks: Sequence[MapMark]) -> Points:
    """Of marks in Mercator metres, shape (n, 2)."""
    return np.array([(mark.x_m, mark.y_m) for mark in marks], dtype=np.float64).reshape(-1, 2)


class Layer:
    """One thing that the map draws, in logical pixels of the screen."""

    @property
    def is_rough(self) -> bool:
        """Whether it was painted quickly because the view moved, and wants to be asked again once it rests."""
        return False

    def stale(self, frame: Frame) -> Hashable:
        """When this differs from last time, the layer is renewed; the camera is looked at for kept layers anyhow."""
        del frame
        return None

    def is_empty(self, frame: Frame) -> bool:
        """Whether a kept layer has nothing to draw at all, whatever the view: then no pixels are copied for it."""
        del frame
        return False

    def renew(self, frame: Frame) -> None:
        """Prepare for painting, when stale. Not called for kept layers, which are painted anew instead."""

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw everything, at once."""
        raise NotImplementedError

    def turns(self, frame: Frame) -> list[Callable[[QPainter], None]]:
        """The drawing of a kept layer in parts, between frames, where all at once would be felt; empty for at once."""
        del frame
        return []

    @property
    def is_busy(self) -> bool:
        """Whether a layer that is not kept has drawing left to do between frames, see `work`."""
        return False

    def work(self) -> bool:
        """Do a part of it; True when there is something new to be seen."""
        return False

    def forget(self) -> None:
        """It is hidden: when it is shown again, nothing of before is."""

    def hit(self, frame: Frame, point: QPointF) -> object | None:
        """What of this layer is under a pixel: for a vehicle its `VehicleKey`; None for nothing."""
        del frame, point
        return None


@dataclass(frozen=True, kw_only=True)
class MapLayer:
    """A row: one layer of every map."""

    key: str
    """Stays the same for ever; settings know the layer by it."""
    title: str
    make: Callable[[MapContext], Layer]
    is_kept: bool = False
    """Whether it is drawn into pixels that are kept until the view changes or it is stale. Such layers lie lowest."""
    is_switchable: bool = False
    """Whether the operator may hide it. Never vehicles, their orders, and what tells where things are."""
    keys: str = ""
    """Shortcut of its switch, in the map."""
