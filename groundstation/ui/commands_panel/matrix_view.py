# SPDX-License-Identifier: Apache-2.0
"""Our newest orders, one at a time, as vehicle by state, with what can be done about them. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.commands import CommandState
from groundstation.fleet.operations import GOOD_ENDS
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.commanding.words import order_text, vehicles_text
from groundstation.ui.commands_panel.batch_log import BatchLog
from groundstation.ui.commands_panel.matrix_model import END, VEHICLE, WHY, MatrixModel
from groundstation.ui.focus import guarded
from groundstation.ui.timeline import local_time

ROW_HEIGHT = 24
STAGE_WIDTHS = (54, 40, 62, 62, 60)


class MatrixView(QWidget):
    """Hidden until there was an order."""

    def __init__(self, desk: OperatorDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.log = BatchLog(desk, self)
        self.model = MatrixModel(self.log, self)
        self.batch_box = QComboBox()
        self.batch_box.setAccessibleName(self.tr("Order"))
        # the words of an order may be long, and must not make the panel as wide
        self.batch_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.batch_box.setMinimumContentsLength(12)
        self.batch_box.currentIndexChanged.connect(self.refresh)
        self.retry = guarded(QPushButton(self.tr("Retry failed…")))
        self.retry.setToolTip(self.tr("Ask again for those that it failed for; it is confirmed like the first time"))
        self.retry.clicked.connect(self._on_retry)
        self.stop = guarded(QPushButton(self.tr("Stop the rest")))
        self.stop.setToolTip(self.tr("Don't send what was not sent yet"))
        self.stop.clicked.connect(self._on_stop)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(8)
        bar.addWidget(self.batch_box, 1)
        for button in (self.retry, self.stop):
            button.setAutoDefault(False)
            bar.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self._make_table(), 1)

    def renew(self) -> None:
        """Take every order that is known; the newest is shown when there is a new one."""
        known = [self.batch_box.itemData(row) for row in range(self.batch_box.count())]
        wanted = [batch for batch in reversed(self._desk.batches) if self.log.records(batch)]
        # asked at each change: the choice of the operator stays while the orders are the same
        if wanted != known:
            # each entry that goes or comes would show another order for a moment
            self.batch_box.blockSignals(True)
            self.batch_box.clear()
            for batch in wanted:
                self.batch_box.addItem(self._title(batch), batch)
            self.batch_box.setCurrentIndex(0 if wanted else -1)
            self.batch_box.blockSignals(False)
        self.refresh()

    def refresh(self) -> None:
        """Show the chosen order as it is now."""
        batch = self.batch_box.currentData()
        self.model.show_batch(batch)
        records = self.model.records
        self.retry.setEnabled(
            not self._desk.is_observer and any(one.is_over and one.state not in GOOD_ENDS for one in records)
        )
        self.stop.setEnabled(any(one.state is CommandState.QUEUED for one in records))

    def _title(self, batch: str) -> str:
        records = self._desk.orders.book.of_batch(batch)
        at = local_time(records[0].began_unix_s)
        # a procedure gives several, one after the other
        orders = dict.fromkeys(order_text(one.verb, one.args) for one in records)
        keys = list(dict.fromkeys(one.key for one in records))
        return f"{at}  {', '.join(list(orders)[:3])} · {vehicles_text(keys, 2)}"

    def _make_table(self) -> QTableView:
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(self.tr("Order, vehicle by state"))
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setIconSize(QSize(14, 14))
        # else the Tab key never leaves the table
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        rows = self.table.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(40)
        for column, width in enumerate(STAGE_WIDTHS, start=1):
            self.table.setColumnWidth(column, width)
        header.setSectionResizeMode(WHY, QHeaderView.ResizeMode.Stretch)
        # measured by the rows that are seen, and not by a thousand of them, which is Qt's default
        header.setResizeContentsPrecision(0)
        for column in (VEHICLE, END):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        return self.table

    def _on_retry(self) -> None:
        """Those that it failed for are asked for again, by the way of any order: what is risky is confirmed anew."""
        records = self.model.records
        failed = [one for one in records if one.is_over and one.state not in GOOD_ENDS]
        if failed:
            last = failed[-1]
            again = [one.key for one in failed if one.verb is last.verb]
            self._desk.ask(last.verb, again, last.args)

    def _on_stop(self) -> None:
        if self.model.batch is not None:
            self._desk.orders.stop(self.model.batch)
