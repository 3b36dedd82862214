# SPDX-License-Identifier: Apache-2.0
"""Marks and shapes that an operator draws on the map (topic `_gs/<gid>/draw`). Pure."""

from __future__ import annotations

from collections import OrderedDict
from typing import Annotated

import msgspec

from groundstation.fleet.commands import Actor, Id
from groundstation.fleet.sample import Name, Whole
from groundstation.fleet.shown_text import harmless

MAX_TEXT = 120
MAX_PLACES = 500
"""Of one drawing."""
MAX_DRAWINGS = 200
"""Of one station."""
MAX_STATIONS = 60
"""Whose drawings are remembered; those heard of longest ago go first."""
MAX_BYTES = 60_000
"""Of what a station says at once: more would be a forger's, see `transport/leaves.py`."""
COLOURS = 8
MAX_RADIUS_M = 200_000.0
REPEAT_S = 10.0
"""A station says its drawings again so often: who comes later knows them by then."""

Lat = Annotated[float, msgspec.Meta(ge=-90.0, le=90.0)]
Lon = Annotated[float, msgspec.Meta(ge=-180.0, le=180.0)]


class DrawnKind(Name):
    """What it is."""

    UNKNOWN = "unknown"
    """Of a newer version; not drawn."""
    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"
    CIRCLE = "circle"


LEAST_PLACES = {DrawnKind.POINT: 1, DrawnKind.LINE: 2, DrawnKind.POLYGON: 3, DrawnKind.CIRCLE: 1}
"""Fewer are no such thing."""


class Drawing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One of them."""

    id: Annotated[Id, msgspec.Meta(min_length=1)]
    kind: DrawnKind
    places: Annotated[tuple[tuple[Lat, Lon], ...], msgspec.Meta(min_length=1, max_length=MAX_PLACES)]
    """Latitude and longitude, degrees; of a circle its middle."""
    radius_m: Annotated[float, msgspec.Meta(gt=0.0, le=MAX_RADIUS_M)] | None = None
    """Of a circle; None for what has none."""
    text: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] = ""
    """Plain text; never interpreted."""
    colour: Annotated[int, msgspec.Meta(ge=0, le=COLOURS - 1)] = 0

    @property
    def is_whole(self) -> bool:
        """Whether there is something to be drawn."""
        has_places = len(self.places) >= LEAST_PLACES.get(self.kind, MAX_PLACES + 1)
        return has_places and (self.kind is not DrawnKind.CIRCLE or self.radius_m is not None)

    @property
    def shown_text(self) -> str:
        """The text in one line, harmless for whoever shows it."""
        return " ".join(harmless(self.text).split())


class DrawingBoard(msgspec.Struct, frozen=True, kw_only=True):
    """All that a station has drawn, said as a whole: what is not in it any more is gone."""

    by: Actor
    drawings: Annotated[tuple[Drawing, ...], msgspec.Meta(max_length=MAX_DRAWINGS)] = ()
    v: Whole = 1
    """Version of this format."""


class Boards:
    """What other stations have drawn; one thread owns it."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, DrawingBoard] = OrderedDict()
        self.revision = 0
        """Grows when there is something else to be seen."""
        self.ignored = 0
        """Boards that claim to be of another station than said them."""

    def fold(self, station: str, board: DrawingBoard) -> bool:
        """Take in what a station says; False for what is not its own, or no news.

        Args:
            station: id of the one on whose topic it came.
            board: what.
        """
        if board.by.gs != station:
            self.ignored += 1
            return False
        is_new = self._known.get(station) != board
        self._known.pop(station, None)
        if board.drawings:
            self._known[station] = board
        if len(self._known) > MAX_STATIONS:
            self._known.popitem(last=False)
        self.revision += is_new
        return is_new

    def all(self) -> list[DrawingBoard]:
        """Of all stations, by their ids."""
        return [self._known[station] for station in sorted(self._known)]
