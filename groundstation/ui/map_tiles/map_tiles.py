# SPDX-License-Identifier: Apache-2.0
"""The tiles under one map: which source, which tiles its view wants, painting them. GUI thread; never waits.

No server is asked before the operator chose it. What is not there yet is shown by a tile of another zoom, or by the
bundled world below.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import NamedTuple

import platformdirs
from PySide6.QtCore import QObject, QRect, QRectF, QTimer, Signal
from PySide6.QtGui import QPainter, QPixmap

from groundstation.fleet.tiles.address import Cell, Tile, cells_of, zoom_of
from groundstation.fleet.tiles.template import credit_of
from groundstation.fleet.tiles.tile_file import TileInfo
from groundstation.ui.map_panel.mercator import Camera
from groundstation.ui.map_tiles.disk_cache import DiskCache
from groundstation.ui.map_tiles.reader import FileReader, MakeReader
from groundstation.ui.map_tiles.server_reader import CONNECTIONS, ServerReader
from groundstation.ui.map_tiles.sources import MOST_SOURCES, Source, source_of, table_of_source
from groundstation.ui.map_tiles.tile_memory import TileMemory
from groundstation.ui.map_tiles.tile_pool import TilePool, Trouble
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.theme.inks import veil, wearing
from groundstation.ui.theme.roles import Ink
from groundstation.ui.timeline import wall_s

TAKE_MS = 80
"""What came is taken so often: each time the ground is drawn anew."""
MOST_TAKEN = 32
UP = 8
"""So many zooms farther away a tile may be that stands in for one that is not there yet."""
UP_ASKED = 3
"""So many zooms farther away one is asked for where the source has none."""
FILE_THREADS = 2
KEPT_PX = 256
LEAST_STRENGTH = 20
"""Per cent: below this a map is no map."""
STRENGTHS = {"dark": 40, "light": 90}
"""How strong a map is while the operator has not said otherwise: vehicles must stand out."""


class _View(NamedTuple):
    camera: Camera
    ratio: float


class MapTiles(QObject):
    """Of one map."""

    changed = Signal()
    """There is something else to draw."""
    sources_changed = Signal()
    """Another source is shown or remembered."""

    def __init__(self, parent: QObject | None = None, cache: Callable[[], DiskCache] | None = None) -> None:
        """No source, nothing read.

        Args:
            parent: Qt's.
            cache: makes what keeps tiles of servers; None for the usual place.
        """
        super().__init__(parent)
        self.sources: list[Source] = []
        self.chosen: Source | None = None
        """None for the bundled world alone."""
        self.memory = TileMemory()
        self.pool: TilePool | None = None
        self._make_cache = cache or _usual_cache
        self._strength: int | None = None
        self._version = 0
        self._trouble = Trouble()
        self._problem = ""
        self._last: _View | None = None
        """What was looked at last."""
        self._wanted: _View | None = None
        """Whose tiles are wanted."""
        self._timer = QTimer(self, interval=TAKE_MS)
        self._timer.timeout.connect(self._take)

    # ---- choosing ----

    def choose(self, source: Source | None) -> None:
        """Show a source, remembered from now on; None for none."""
        if source == self.chosen:
            return
        self._close()
        self.chosen = source
        if source is not None:
            self._remember(source)
            self.pool = TilePool(self.maker(source), CONNECTIONS if source.template else FILE_THREADS, KEPT_PX)
            # a map that is gone leaves no threads behind
            self.destroyed.connect(self.pool.close)
            self._timer.start()
        self._tell()

    def _remember(self, source: Source) -> None:
        # one of before keeps its place in the menu
        if source not in self.sources:
            others = [one for one in self.sources if one.key != source.key]
            self.sources = [*others[1 - MOST_SOURCES :], source]

    def forget(self, source: Source) -> None:
        """A source is remembered no more."""
        if source == self.chosen:
            self.choose(None)
        self.sources = [one for one in self.sources if one.key != source.key]
        self._tell()

    def again(self) -> None:
        """Begin anew with the source, as where a file was put back."""
        source, self.chosen = self.chosen, None
        if source is not None:
            self.choose(source)

    @property
    def strength(self) -> int:
        """How strong the map is, per cent of its own colours; the rest is the ground of the theme."""
        if self._strength is not None:
            return self._strength
        return STRENGTHS.get(wearing().theme.key, STRENGTHS["light"])

    def set_strength(self, strength: int | None) -> None:
        """Another one; None for what suits the theme."""
        self._strength = None if strength is None else max(LEAST_STRENGTH, min(100, strength))
        self._version += 1
        self.changed.emit()

    def view_state(self) -> dict[str, object]:
        """What settings remember."""
        chosen = self.chosen.key if self.chosen is not None else ""
        sources = [table_of_source(one) for one in self.sources]
        return {"sources": sources, "source": chosen, "strength": self._strength}

    def restore_state(self, state: Mapping[str, object]) -> None:
        """Back from settings; what doesn't fit is left out."""
        found, strength = state.get("sources"), state.get("strength")
        several = [source_of(one) for one in found] if isinstance(found, list) else []
        self.sources = [one for one in several if one is not None][-MOST_SOURCES:]
        self._strength = None
        if isinstance(strength, int) and not isinstance(strength, bool):
            self._strength = max(LEAST_STRENGTH, min(100, strength))
        chosen = next((one for one in self.sources if one.key == state.get("source")), None)
        self.choose(chosen)
        self._tell()

    # ---- what is said beside the map ----

    @property
    def info(self) -> TileInfo | None:
        """What the source says of itself; None where there is none yet."""
        return self.pool.info if self.pool is not None else None

    @property
    def credit(self) -> str:
        """Whom to name beside the map; empty where there is nobody."""
        return self.info.credit if self.info is not None else ""

    @property
    def trouble(self) -> Trouble:
        """What of the view can't be had."""
        return self._trouble

    @property
    def problem(self) -> str:
        """Why the source shows nothing at all; empty while all is well."""
        return self._problem

    # ---- the view ----

    def look(self, camera: Camera, ratio: float) -> Hashable:
        """A frame is drawn: tiles are asked for, but not while it is being zoomed.

        Returns:
            Another value when something else is to be drawn.
        """
        view = _View(camera, ratio)
        is_zoomed = self._last is not None and self._last.camera.scale_m != camera.scale_m
        is_at_rest, self._last = view == self._last, view
        if self.pool is not None and view != self._wanted and (is_at_rest or not is_zoomed):
            self._want(view)
        return self.now

    @property
    def now(self) -> Hashable:
        """Another value when something else is to be drawn."""
        return (self._version, self.chosen, self.strength)

    @property
    def is_rough(self) -> bool:
        """Whether tiles are to be asked for once the view rests."""
        return self.info is not None and self._last != self._wanted

    def pause(self) -> None:
        """Nobody looks: nothing is read or asked for."""
        self._last = self._wanted = None
        self._timer.stop()
        if self.pool is not None:
            self.pool.want(())

    def covers(self, x_m: float, y_m: float) -> bool:
        """Whether a tile is painted at a place of the view that was looked at last."""
        if self._last is None or self.info is None:
            return False
        z = self._zoom(self._last.camera)
        cell = cells_of((x_m, y_m, x_m, y_m), z)
        return bool(cell) and self._stand_in(cell[0].tile) is not None

    def paint(self, painter: QPainter, camera: Camera) -> None:
        """Draw what is there of a view.

        Args:
            painter: in logical pixels.
            camera: may show more than was looked at: nothing is asked for here.
        """
        info = self.info
        if info is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        haze = veil(Ink.BACKGROUND, round(255 * (1 - self.strength / 100)))
        for cell in cells_of(camera.bounds, self._zoom(camera), info.within):
            place = _place(cell, camera)
            if self._paint_cell(painter, cell.tile, place):
                painter.fillRect(place, haze)
        painter.restore()

    def _paint_cell(self, painter: QPainter, tile: Tile, place: QRect) -> bool:
        found = self._stand_in(tile)
        if found is not None:
            pixels, part = found
            painter.drawPixmap(QRectF(place), pixels, part)
            if self.memory.get(tile) is pixels:
                return True
        halves = [(child, self.memory.get(child)) for child in tile.children]
        for child, quarter in halves:
            if quarter is not None:
                painter.drawPixmap(_quarter(place, child), quarter)
        return found is not None or any(quarter is not None for _, quarter in halves)

    def _stand_in(self, tile: Tile) -> tuple[QPixmap, QRectF] | None:
        """The nearest tile above in memory, itself first, and which part of it."""
        for levels in range(min(UP, tile.z) + 1):
            pixels = self.memory.get(tile.up(levels))
            if pixels is not None:
                parts = 1 << levels
                width, height = pixels.width() / parts, pixels.height() / parts
                return pixels, QRectF((tile.x % parts) * width, (tile.y % parts) * height, width, height)
        return None

    def _zoom(self, camera: Camera) -> int:
        info = self.info or TileInfo()
        return max(info.least_zoom, min(info.most_zoom, zoom_of(camera.scale_m)))

    # ---- reading ----

    def _want(self, view: _View) -> None:
        info = self.info
        if self.pool is None or info is None:
            return
        self._wanted = view
        wanted: dict[Tile, None] = {}
        for cell in cells_of(view.camera.bounds, self._zoom(view.camera), info.within):
            wanted[self._asked(cell.tile, info.least_zoom)] = None
        self.memory.use(wanted)
        self.pool.want([tile for tile in wanted if self.memory.get(tile) is None and not self.memory.is_absent(tile)])
        self._timer.start()

    def _asked(self, tile: Tile, least_zoom: int) -> Tile:
        """Which tile to ask for, for a place: one farther away where the source has none so near."""
        wanted = tile
        while self.memory.is_absent(wanted) and wanted.z > max(least_zoom, tile.z - UP_ASKED):
            wanted = wanted.up()
        return wanted

    def _take(self) -> None:
        """What the threads found since."""
        pool = self.pool
        if pool is None:
            self._timer.stop()
            return
        taken = pool.take(MOST_TAKEN)
        for read in taken:
            self.memory.put(read.tile, QPixmap.fromImage(read.image) if read.image is not None else None)
        if self._wanted is None and pool.info is not None and self._last is not None:
            # only now is it known which zooms there are
            self._want(self._last)
            self._version += 1
            self.changed.emit()
        elif taken:
            if self._wanted is not None:
                self._want(self._wanted)
            self._version += 1
            self.changed.emit()
        told = (pool.trouble, pool.problem)
        if told != (self._trouble, self._problem):
            self._trouble, self._problem = told
            self.changed.emit()
        if not pool.is_busy:
            self._timer.stop()

    def maker(self, source: Source) -> MakeReader:
        """What opens a source, each thread for itself."""
        if source.path:
            return lambda: FileReader(Path(source.path))
        info = TileInfo(source.title, credit_of(source.template, source.credit), 0, source.most_zoom)
        cache = self._make_cache()
        return lambda: ServerReader(source.template, info, cache)

    def _close(self) -> None:
        if self.pool is not None:
            self.destroyed.disconnect(self.pool.close)
            self.pool.close()
        self.pool, self._wanted = None, None
        self._trouble, self._problem = Trouble(), ""
        self._timer.stop()
        self.memory.clear()

    def _tell(self) -> None:
        self._version += 1
        self.sources_changed.emit()
        self.changed.emit()


def _usual_cache() -> DiskCache:
    return DiskCache(
        platformdirs.user_cache_path("groundstation", appauthor=False) / "tiles.sqlite3",
        wall_s,
        lambda: chosen().now.map.cache_mb * 1_000_000,
    )


def _place(cell: Cell, camera: Camera) -> QRect:
    """Where a tile stands, in whole pixels: neighbours touch without a seam."""
    west, south, east, north = cell.bounds
    left, right = ((x_m - camera.x_m) / camera.scale_m + camera.width / 2 for x_m in (west, east))
    top, bottom = (camera.height / 2 - (y_m - camera.y_m) / camera.scale_m for y_m in (north, south))
    x, y = round(left), round(top)
    return QRect(x, y, round(right) - x, round(bottom) - y)


def _quarter(place: QRect, child: Tile) -> QRect:
    left, top = place.left() + (place.width() // 2) * (child.x & 1), place.top() + (place.height() // 2) * (child.y & 1)
    right = place.left() + (place.width() if child.x & 1 else place.width() // 2)
    bottom = place.top() + (place.height() if child.y & 1 else place.height() // 2)
    return QRect(left, top, right - left, bottom - top)
