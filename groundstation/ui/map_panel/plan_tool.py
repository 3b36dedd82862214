# SPDX-License-Identifier: Apache-2.0
"""Works on the plan on the screen: a click adds a waypoint, a drag moves items, a plus inserts one. GUI thread.

While something is dragged nothing is changed; the drop is one edit, and one step to be undone.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from groundstation.fleet.plans import plan_edit
from groundstation.fleet.plans.plan_commands import BY_COMMAND, Cmd
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.plans.plan_path import PathPoint, Place, path_of
from groundstation.ui.language.speaking import counted
from groundstation.ui.map_panel.map_layer import Frame
from groundstation.ui.map_panel.map_tool import Click, Tool
from groundstation.ui.map_panel.mercator import degrees_from_mercator, mercator_from_degrees
from groundstation.ui.plans.item_form import made
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink

REACH_PX = 12.0
"""So near to an item a press takes hold of it."""
PLUS_PX = 6.0
LEAST_LEG_PX = 46.0
"""On a shorter leg there is no room for a plus."""
MOST_PLUSES = 200
FIRST_HEIGHT_M = 30.0


def tr(text: str) -> str:
    """A text in the operator's language."""
    return QCoreApplication.translate("PlanTool", text)


class _Held(NamedTuple):
    """What is in the hand."""

    number: int
    """Of the item that the hand took hold of; of the new one where it is inserted."""
    start: Place
    is_new: bool


class PlanTool(Tool):
    """Edits the document."""

    def __init__(self, document: PlanDocument) -> None:
        self._document = document
        self._held: _Held | None = None
        self._at: Place | None = None

    # ---- clicks ----

    def click(self, click: Click) -> bool:
        """Add a waypoint there, behind the chosen item, else at the end of the way, before what leads home."""
        document = self._document
        items = document.plan.mission
        number = max(document.chosen, default=plan_edit.end_of_way(items)) + 1
        new = self._new(items[: number - 1], Place(click.lat_deg, click.lon_deg))
        document.insert(number, new, tr("add a waypoint"))
        document.choose((number,))
        return True

    @staticmethod
    def _new(before: tuple[PlanItem, ...], place: Place) -> PlanItem:
        """A waypoint as high as the item before it, above the same."""
        like = next((one for one in reversed(before) if (one.x or one.y) and one.z is not None), None)
        item = made(BY_COMMAND[Cmd.WAYPOINT], like)
        height_m = item.z if like is not None else FIRST_HEIGHT_M
        return replace(item, x=round(place.lat_deg, 7), y=round(place.lon_deg, 7), z=height_m)

    # ---- dragging ----

    def grab(self, point: QPointF, frame: Frame) -> bool:
        """Take hold of what is under a pixel: an item, or the plus of a leg."""
        path = self._path()
        spots = [(one, _screen(frame, one.place)) for one in path if one.is_own]
        near = min(((_away(point, spot), one) for one, spot in spots), key=lambda found: found[0], default=None)
        if near is not None and near[0] <= REACH_PX:
            self._held = _Held(near[1].number, near[1].place, is_new=False)
            if near[1].number not in self._document.chosen:
                self._document.choose((near[1].number,))
            return True
        for before, spot in self._pluses(frame, path):
            if _away(point, spot) <= PLUS_PX + 3.0:
                middle = Place(*degrees_from_mercator(*frame.camera.world(*spot.toTuple())))
                self._held = _Held(before.number + 1, middle, is_new=True)
                return True
        return False

    def drag(self, lat_deg: float, lon_deg: float) -> None:
        """The hand moved."""
        self._at = Place(lat_deg, lon_deg)

    def drop(self, lat_deg: float, lon_deg: float) -> None:
        """The hand let go: one edit, unless it never moved."""
        held, is_moved, self._held = self._held, self._at is not None, None
        self._at = None
        if held is None or (not is_moved and not held.is_new):
            return
        # a plus that is pressed and not dragged: half way along its leg
        where = Place(lat_deg, lon_deg) if is_moved else held.start
        place = Place(round(where.lat_deg, 7), round(where.lon_deg, 7))
        if held.is_new:
            new = self._new(self._document.plan.mission[: held.number - 1], place)
            self._document.insert(held.number, new, tr("insert a waypoint"))
            self._document.choose((held.number,))
        else:
            self._move(held, place)

    def _move(self, held: _Held, place: Place) -> None:
        """Move the item in the hand, and with it all others that are chosen."""
        chosen = self._document.chosen if held.number in self._document.chosen else frozenset({held.number})
        north, east = place.lat_deg - held.start.lat_deg, place.lon_deg - held.start.lon_deg
        own = {one.number for one in self._path() if one.is_own}
        items = tuple(
            _shifted(item, north, east) if number in chosen & own else item
            for number, item in enumerate(self._document.plan.mission, start=1)
        )
        words = tr("move item {number}")
        if len(chosen) != 1:
            words = counted("PlanTool", "move {count} item", "move {count} items", len(chosen))
        self._document.edit_mission(items, words.format(number=held.number, count=len(chosen)))

    def remove(self) -> bool:
        """The chosen items go."""
        chosen = set(self._document.chosen)
        if not chosen:
            return False
        self._document.choose(())
        words = counted("PlanTool", "remove {count} item", "remove {count} items", len(chosen))
        self._document.remove(chosen, words.format(count=len(chosen)))
        return True

    def put_away(self) -> None:
        """Another tool, or Escape: what is in the hand goes back."""
        self._held = self._at = None

    # ---- painting ----

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the pluses of the legs, and where the item in the hand would stand."""
        path = self._path()
        painter.setBrush(ink(Ink.BACKGROUND))
        painter.setPen(QPen(ink(Ink.TEXT), 1.2))
        for _, spot in self._pluses(frame, path):
            painter.drawEllipse(spot, PLUS_PX, PLUS_PX)
            painter.drawLine(spot + QPointF(-3, 0), spot + QPointF(3, 0))
            painter.drawLine(spot + QPointF(0, -3), spot + QPointF(0, 3))
        if self._held is None or self._at is None:
            return
        end = _screen(frame, self._at)
        neighbours = self._neighbours(path, self._held)
        painter.setPen(QPen(ink(Ink.ACCENT), 1.6, Qt.PenStyle.DashLine))
        for one in neighbours:
            painter.drawLine(_screen(frame, one.place), end)
        painter.setBrush(ink(Ink.ACCENT))
        painter.setPen(QPen(ink(Ink.BACKGROUND), 1.5))
        painter.drawEllipse(end, 7, 7)

    @staticmethod
    def _neighbours(path: tuple[PathPoint, ...], held: _Held) -> list[PathPoint]:
        before = [one for one in path if one.number < held.number]
        after = [one for one in path if (one.number >= held.number if held.is_new else one.number > held.number)]
        return [*before[-1:], *after[:1]]

    @staticmethod
    def _pluses(frame: Frame, path: tuple[PathPoint, ...]) -> list[tuple[PathPoint, QPointF]]:
        found = []
        if len(path) > MOST_PLUSES:
            return []
        for one, other in pairwise(path):
            start, end = _screen(frame, one.place), _screen(frame, other.place)
            if _away(start, end) >= LEAST_LEG_PX:
                found.append((one, (start + end) / 2.0))
        return found

    def _path(self) -> tuple[PathPoint, ...]:
        plan = self._document.plan
        home = Place(plan.home.lat_deg, plan.home.lon_deg) if plan.home is not None else None
        return path_of(plan.mission, home)


def _shifted(item: PlanItem, north_deg: float, east_deg: float) -> PlanItem:
    if item.x is None or item.y is None:
        return item
    lon_deg = (item.y + east_deg + 180.0) % 360.0 - 180.0
    lat_deg = max(-90.0, min(90.0, item.x + north_deg))
    return replace(item, x=round(lat_deg, 7), y=round(lon_deg, 7))


def _screen(frame: Frame, place: Place) -> QPointF:
    return QPointF(*frame.camera.screen(*mercator_from_degrees(*place)))


def _away(one: QPointF, other: QPointF) -> float:
    return float(((one.x() - other.x()) ** 2 + (one.y() - other.y()) ** 2) ** 0.5)
