# SPDX-License-Identifier: Apache-2.0
"""The layers of one map: drawn in order, kept as pixels, asked what is under the mouse. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPixmap

from groundstation.ui.language.speaking import speaking
from groundstation.ui.map_panel.map_layer import Frame, Layer, MapContext, MapLayer
from groundstation.ui.theme.inks import ink, wearing
from groundstation.ui.theme.roles import Ink

L = TypeVar("L", bound=Layer)


class LayerStack:
    """Draws what is shown, the lowest first."""

    def __init__(self, rows: Sequence[MapLayer], context: MapContext) -> None:
        """Make every layer.

        Args:
            rows: the lowest first, those that are kept before all others.
            context: what they are made of.

        Raises:
            ValueError: a kept layer lies above one that isn't.
        """
        if sorted(rows, key=lambda row: not row.is_kept) != list(rows):
            raise ValueError("layers that are kept as pixels must lie below all others")
        self.rows, self._hidden = tuple(rows), set[str]()
        self._layers = {row.key: row.make(context) for row in rows}
        self._pixels = {row.key: _Pixels(self._layers[row.key]) for row in rows if row.is_kept}
        self._stale: dict[str, Hashable] = {}

    def layer(self, kind: type[L]) -> L:
        """The layer of a kind; there must be one."""
        return next(one for one in self._layers.values() if isinstance(one, kind))

    def shown(self, kind: type[L]) -> list[L]:
        """Layers of a kind that are not switched off; mostly one."""
        return [one for key in self._shown() if isinstance(one := self._layers[key], kind)]

    @property
    def hidden(self) -> list[str]:
        """Keys of the layers that the operator has switched off."""
        return sorted(self._hidden)

    def show(self, key: str, *, is_shown: bool) -> None:
        """Switch a layer on or off; one that can't be switched stays."""
        row = next(row for row in self.rows if row.key == key)
        if is_shown or not row.is_switchable:
            self._hidden.discard(key)
        else:
            self._hidden.add(key)
            self._layers[key].forget()
            if key in self._pixels:
                self._pixels[key].forget()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw a frame."""
        below: QPixmap | None = None
        for key in self._shown():
            layer = self._layers[key]
            if key in self._pixels:
                if below is not None and layer.is_empty(frame):
                    self._pixels[key].forget()
                    continue
                # each kept layer holds those below it, so that a frame copies one picture only
                below = self._pixels[key].of(frame, below)
                continue
            if below is not None:
                painter.drawPixmap(0, 0, below)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                below = None
            stale = layer.stale(frame)
            # `self` is equal to nothing that a layer may answer, None included
            if self._stale.get(key, self) != stale:
                self._stale[key] = stale
                layer.renew(frame)
            layer.paint(painter, frame)
        if below is not None:
            painter.drawPixmap(0, 0, below)

    @property
    def is_busy(self) -> bool:
        """Whether a layer is being drawn anew; `work` goes on with it."""
        return any(self._worker(key).is_busy for key in self._shown())

    @property
    def is_rough(self) -> bool:
        """Whether something is sharper once the view rests and is painted again."""
        return any(self._layers[key].is_rough for key in self._shown())

    def work(self) -> bool:
        """Draw one part of what is new, between two frames; True when there is something new to be seen."""
        busy = next((one for key in self._shown() if (one := self._worker(key)).is_busy), None)
        return busy is not None and busy.work()

    def _worker(self, key: str) -> Layer | _Pixels:
        """Who draws a layer between frames: its pixels where they are kept, else itself."""
        return self._pixels.get(key, self._layers[key])

    def hit(self, frame: Frame, point: QPointF) -> object | None:
        """What is under a pixel, the frontmost layer first; None for nothing but ground."""
        found = (self._layers[key].hit(frame, point) for key in reversed(self._shown()))
        return next((one for one in found if one is not None), None)

    def _shown(self) -> list[str]:
        return [row.key for row in self.rows if row.key not in self._hidden]


class _Pixels:
    """A layer on those below it: what was drawn last is shown until what is new is complete, a turn after the other."""

    def __init__(self, layer: Layer) -> None:
        self._layer = layer
        self._shown: QPixmap | None = None
        self._address: object = None
        self._stale: Hashable = None
        self._next: QPixmap | None = None
        self._turns: list[Callable[[QPainter], None]] = []

    def of(self, frame: Frame, below: QPixmap | None) -> QPixmap:
        """The pixels for a frame. A view that moved is drawn at once; what is only stale, in turns between frames."""
        # Qt's number of the pixels below: it changes when they are drawn anew
        worn = wearing().theme.key, speaking().language
        address = (frame.camera, frame.ratio, below.cacheKey() if below is not None else 0, worn)
        stale = self._layer.stale(frame)
        if self._shown is None or address != self._address:
            self._shown = _ground(frame, below)
            _draw(self._shown, lambda painter: self._layer.paint(painter, frame))
            self._address, self._stale = address, stale
            self._begin(frame, below)
        # not while turns are under way: a layer that is stale each second would never be complete
        elif not self._turns and stale != self._stale:
            self._stale = stale
            self._begin(frame, below)
            if not self._turns:
                self._shown = _ground(frame, below)
                _draw(self._shown, lambda painter: self._layer.paint(painter, frame))
        return self._shown

    @property
    def is_busy(self) -> bool:
        """Whether there are turns to take."""
        return bool(self._turns)

    def work(self) -> bool:
        """Draw one part of what is new; True when that was the last one, and it is shown from now on."""
        if self._next is None or not self._turns:
            return False
        _draw(self._next, self._turns.pop(0))
        if not self._turns:
            self._shown, self._next = self._next, None
        return not self._turns

    def forget(self) -> None:
        """It is not shown any more: when it is again, nothing of before is."""
        self._shown, self._next, self._turns = None, None, []

    def _begin(self, frame: Frame, below: QPixmap | None) -> None:
        self._turns = self._layer.turns(frame)
        self._next = _ground(frame, below) if self._turns else None


def _ground(frame: Frame, below: QPixmap | None) -> QPixmap:
    """Pixels to draw on: a copy of what lies below."""
    if below is not None:
        # a copy: drawing on what the layer below keeps would stay there
        return below.copy()
    made = QPixmap(round(frame.camera.width * frame.ratio), round(frame.camera.height * frame.ratio))
    made.setDevicePixelRatio(frame.ratio)
    made.fill(ink(Ink.BACKGROUND))
    return made


def _draw(pixels: QPixmap, draw: Callable[[QPainter], None]) -> None:
    painter = QPainter(pixels)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw(painter)
    painter.end()
