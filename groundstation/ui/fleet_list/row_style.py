# SPDX-License-Identifier: Apache-2.0
"""How the fleet list shows its vehicles: in two lines, in one, as cards. GUI thread."""

from __future__ import annotations

import enum
from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from groundstation.fleet.summary import VehicleSummary
from groundstation.ui.fleet_list.dense_row import DenseHead, DenseRowDelegate
from groundstation.ui.fleet_list.fleet_model import SummaryRole
from groundstation.ui.fleet_list.fleet_row import ROW_HEIGHT, FleetRowDelegate
from groundstation.ui.vehicle_panel.flight_values import flight_values
from groundstation.ui.wall.glance import Glance
from groundstation.ui.wall.tile_paint import paint_card

CARD_WIDTH, CARD_HEIGHT, CARD_GAP = 192, 192, 3


class RowStyle(enum.StrEnum):
    """What the operator chose."""

    ROOMY = "roomy"
    """Two lines while all fit into the list, else one."""
    LINES = "lines"
    """Two lines, whatever fits."""
    DENSE = "dense"
    """One line."""
    CARDS = "cards"


class CardDelegate(QStyledItemDelegate):
    """A card a vehicle: the same as a medium tile of the wall."""

    glance: Callable[[VehicleSummary], Glance] | None = None
    now_s: Callable[[], float] | None = None
    size = QSize(CARD_WIDTH, CARD_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt: paints the card."""
        row: VehicleSummary | None = index.data(SummaryRole)
        if row is None or self.glance is None or self.now_s is None:
            return
        values = flight_values(row.state, self.now_s()) if row.is_heard else flight_values(None, 0.0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        flags = {
            "is_chosen": bool(option.state & QStyle.StateFlag.State_Selected),
            "has_focus": bool(option.state & QStyle.StateFlag.State_HasFocus),
        }
        rect = option.rect.adjusted(CARD_GAP, CARD_GAP, -CARD_GAP, -CARD_GAP)
        paint_card(painter, rect, self.glance(row), (values.roll_deg, values.pitch_deg), **flags)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Qt: cards are all of one size; the list has a grid for them."""
        del option, index
        return self.size


class RowLook:
    """Dresses a list in a style."""

    def __init__(
        self, view: QListView, head: DenseHead, glance: Callable[[VehicleSummary], Glance], now_s: Callable[[], float]
    ) -> None:
        """Begin with two lines.

        Args:
            view: the list.
            head: titles above it, shown with one line alone.
            glance: gives a vehicle at a glance.
            now_s: the moment that is shown.
        """
        self._view, self._head = view, head
        self.lines, self.dense, self.cards = FleetRowDelegate(view), DenseRowDelegate(view), CardDelegate(view)
        self.dense.glance = self.cards.glance = glance
        self.cards.now_s = now_s
        self.style = RowStyle.ROOMY
        """What the operator chose."""
        self._shown: RowStyle | None = None

    @property
    def shown(self) -> RowStyle | None:
        """What is seen: two lines, one, or cards."""
        return self._shown

    def fit(self, count: int) -> None:
        """Choose by the room there is.

        Args:
            count: vehicles that there are, those that a filter hides included: it must not change the rows.
        """
        wanted = self.style
        if wanted is RowStyle.ROOMY:
            high = self._view.viewport().height() + (self._head.height() if self._head.isVisible() else 0)
            wanted = RowStyle.LINES if count * ROW_HEIGHT <= high else RowStyle.DENSE
        if wanted is not self._shown:
            self._shown = wanted
            self._dress(wanted)
        if wanted is RowStyle.CARDS:
            self._fit_cards()

    def _dress(self, style: RowStyle) -> None:
        are_cards = style is RowStyle.CARDS
        self._head.setVisible(style is RowStyle.DENSE)
        delegates = {RowStyle.LINES: self.lines, RowStyle.DENSE: self.dense, RowStyle.CARDS: self.cards}
        self._view.setItemDelegate(delegates[style])
        self._view.setFlow(QListView.Flow.LeftToRight if are_cards else QListView.Flow.TopToBottom)
        self._view.setWrapping(are_cards)
        self._view.setResizeMode(QListView.ResizeMode.Adjust if are_cards else QListView.ResizeMode.Fixed)
        if not are_cards:
            self._view.setGridSize(QSize())
        # heights of rows are kept by the view until it is told that they are others
        self._view.scheduleDelayedItemsLayout()

    def _fit_cards(self) -> None:
        # as if the scroll bar were there: one that comes would put the last card of a row into the next
        bar = self._view.verticalScrollBar().sizeHint().width() if not self._view.verticalScrollBar().isVisible() else 0
        width = self._view.viewport().width() - bar - 1
        across = max(1, width // CARD_WIDTH)
        size = QSize(max(1, width // across), CARD_HEIGHT)
        if self._view.gridSize() != size:
            self.cards.size = size
            self._view.setGridSize(size)
