# SPDX-License-Identifier: Apache-2.0
"""What the curves of a plot are, with their values now or under the cursor. GUI thread; draws plain text."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.plots.curve import Curve, curve_label, curve_titles
from groundstation.ui.theme.fonts import font, metrics
from groundstation.ui.theme.icons import icon, pixmap
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.tokens import SMALL_PX

ROW = 22
WIDTH, WIDE = 196, 252
"""With one name for all curves, and with a name for each."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Legend(QWidget):
    """One row a curve; a click on its cross, or Delete, takes the curve away."""

    remove_requested = Signal(object)
    """The `ValueRef` of a curve."""
    each_wanted = Signal(object)
    """The `ValueRef` of a curve that is to be plotted of every vehicle that is selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count_selected: Callable[[], int] = lambda: 0
        """How many vehicles are selected."""
        self._curves: list[Curve] = []
        self._texts: list[str] = []
        self._names: list[str] = []
        self._old: list[bool] = []
        self._hovered = -1
        self._wanted = WIDTH
        self.setFixedWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Curves"))

    @property
    def texts(self) -> list[str]:
        """The values as shown."""
        return self._texts

    def show_curves(self, curves: list[Curve], time_s: float | None, now_s: float) -> None:
        """Show these, with values at a moment or the newest; a newest value that is old is crossed out."""
        # one name for all stands in the title, and leaves the rows their room
        is_common = len({curve_label(curve.ref) for curve in curves}) == 1
        texts = [
            f"{curve.text_at(time_s, now_s)} {'' if is_common else curve.unit.symbol}".rstrip() for curve in curves
        ]
        old = [time_s is None and curve.is_old(now_s) for curve in curves]
        # painting costs more than comparing, and this is asked fifteen times a second
        if texts != self._texts or curves != self._curves or old != self._old:
            self._curves, self._texts, self._old = list(curves), texts, old
            self._names = curve_titles([curve.ref for curve in curves])
            self._wanted = WIDTH if is_common else WIDE
            self.setMinimumHeight(self.sizeHint().height())
            self.update()

    @property
    def names(self) -> list[str]:
        """Whose values they are, as shown."""
        return self._names

    def fit(self, room: int) -> None:
        """Be as wide as it wants, or as there is room for, pixels: names give way, values do not."""
        self.setFixedWidth(min(self._wanted, room))

    def _title(self) -> str:
        """The name of the value when all curves show the same."""
        labels = {curve_label(curve.ref) for curve in self._curves}
        return labels.pop() if len(labels) == 1 else ""

    def _top(self) -> int:
        return 30 if self._title() else 8

    def _row_at(self, y: float) -> int:
        row = int((y - self._top()) // ROW)
        return row if 0 <= row < len(self._curves) else -1

    def _paint_row(self, painter: QPainter, number: int, has_title: bool) -> None:
        curve = self._curves[number]
        box = QRect(8, self._top() + number * ROW, self.width() - 16, ROW)
        painter.setPen(QPen(curve.colour, 2.4, curve.style))
        painter.drawLine(QPointF(box.left() + 2, box.center().y() + 1), QPointF(box.left() + 18, box.center().y() + 1))
        is_hovered = number == self._hovered
        right = box.right() - 20
        is_old = self._old[number]
        face = QFont(font(SMALL_PX, 600))
        # crossed out and not only faint: colour is never the only sign
        face.setStrikeOut(is_old)
        painter.setFont(face)
        painter.setPen(ink(Ink.MUTED if is_old else Ink.TEXT))
        value = self._texts[number]
        painter.drawText(QRect(box.left(), box.top(), right - box.left(), ROW), _RIGHT, value)
        room = right - box.left() - 26 - metrics(SMALL_PX, 600).horizontalAdvance(value) - 8
        text = self._names[number]
        label = curve_label(curve.ref)
        if not has_title and label:
            text = f"{text} {label}"
        painter.setFont(font(SMALL_PX))
        painter.setPen(ink(Ink.TEXT if is_hovered else Ink.MUTED))
        text = metrics(SMALL_PX).elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(box.left() + 26, box.top(), room, ROW), _LEFT, text)
        if is_hovered:
            ratio = self.devicePixelRatioF()
            painter.drawPixmap(box.right() - 14, box.top() + 4, pixmap("close", 14, Ink.TEXT, ratio))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draws the rows."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        title = self._title()
        if title:
            painter.setFont(font(SMALL_PX, 600))
            painter.setPen(ink(Ink.TEXT))
            unit = self._curves[0].unit.symbol
            painter.drawText(QRect(10, 8, self.width() - 20, 20), _LEFT, f"{title}  {unit}".rstrip())
        for number in range(len(self._curves)):
            self._paint_row(painter, number, bool(title))
        if self.hasFocus():
            painter.setPen(QPen(ink(Ink.ACCENT), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: the row under the mouse shows its cross."""
        row = self._row_at(event.position().y())
        if row != self._hovered:
            self._hovered = row
            self.update()
        if row >= 0:
            ref = self._curves[row].ref
            QToolTip.showText(event.globalPosition().toPoint(), plain_tip(f"{ref.source} {ref.path}"), self)

    def leaveEvent(self, event: object) -> None:
        """Qt: no row is under the mouse."""
        del event
        self._hovered = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: a click on the cross."""
        row = self._row_at(event.position().y())
        if row >= 0 and event.position().x() > self.width() - 30:
            self.remove_requested.emit(self._curves[row].ref)
        elif row >= 0:
            self._hovered = row
            self.update()

    def menu_of(self, ref: ValueRef) -> QMenu:
        """What can be done with a curve."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        count = self.count_selected()
        text = self.tr("Plot for all {n} selected").format(n=count) if count > 1 else self.tr("Plot for all selected")
        every = menu.addAction(icon("plot"), text, lambda: self.each_wanted.emit(ref))
        every.setEnabled(count > 0 and isinstance(ref.source, VehicleKey))
        menu.addAction(icon("close"), self.tr("Remove this curve"), lambda: self.remove_requested.emit(ref))
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt: of the row under the mouse, or of the one that the keys have chosen."""
        is_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        row = self._hovered if is_key else self._row_at(event.pos().y())
        if 0 <= row < len(self._curves):
            self.menu_of(self._curves[row].ref).popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: arrows choose a row, Delete removes it."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._curves:
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self._hovered = (self._hovered + step) % len(self._curves)
            self.update()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and 0 <= self._hovered < len(self._curves):
            self.remove_requested.emit(self._curves[self._hovered].ref)
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Qt: as high as its rows."""
        return QSize(WIDTH, self._top() + ROW * len(self._curves) + 8)
