# SPDX-License-Identifier: Apache-2.0
"""In what the plan on the screen differs from a vehicle's, or from that of a file. GUI thread; compared on a thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QToolButton, QVBoxLayout, QWidget

from groundstation.fleet.identity import Autopilot
from groundstation.fleet.plans.plan_diff import Change, compared
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind
from groundstation.ui.plans.plan_document import PlanDocument
from groundstation.ui.said import said
from groundstation.ui.task import Ended, Tasks
from groundstation.ui.theme.icons import icon

MOST_SHOWN = 500
HEIGHT = 130


class Compared(NamedTuple):
    """What was asked for."""

    kind: PlanKind
    items: tuple[PlanItem, ...]
    """On the screen, when it was asked."""
    name: str
    """Of the other one."""
    is_vehicle: bool = False


class DiffPane(QWidget):
    """Hidden until something is compared; goes with the plan that was compared."""

    item_wanted = Signal(int)
    """Number of an item of the plan on the screen."""

    def __init__(self, document: PlanDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._tasks = Tasks("plan-diff", self.tr("plans can't be compared"), self)
        self._asked: Compared | None = None
        self.title, self.list = QLabel(), QListWidget()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self.title.setProperty("role", "strong")
        self.list.setAccessibleName(self.tr("Differences"))
        self.list.setFixedHeight(HEIGHT)
        self.list.setWordWrap(True)
        self.list.itemActivated.connect(self._on_chosen)
        self.list.itemClicked.connect(self._on_chosen)
        self.close_button = QToolButton()
        self.close_button.setIcon(icon("close"))
        self.close_button.setAccessibleName(self.tr("Close the differences"))
        self.close_button.setToolTip(self.close_button.accessibleName())
        self.close_button.clicked.connect(self.hide)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self.list)
        document.changed.connect(self._on_document)
        self.hide()

    @property
    def lines(self) -> list[str]:
        """What is listed."""
        return [self.list.item(row).text() for row in range(self.list.count())]

    @property
    def is_of_vehicle(self) -> bool:
        """Whether it shows in what a vehicle's list differs, which may be over."""
        return self.isVisible() and self._asked is not None and self._asked.is_vehicle

    def compare(
        self, kind: PlanKind, other: tuple[PlanItem, ...], name: str, autopilot: Autopilot = Autopilot.UNKNOWN
    ) -> None:
        """Compare a list of the plan that is worked on.

        Args:
            kind: which list.
            other: that of the other one.
            name: of the other one, plain text.
            autopilot: whose firmware kept it; unknown for one of a file.
        """
        items = self._document.plan.items(kind)
        self._begin(Compared(kind, items, name, is_vehicle=True), lambda: compared(items, other, kind, autopilot))

    def compare_with_file(self, kind: PlanKind, path: Path) -> None:
        """Compare with the first plan in a file."""
        items = self._document.plan.items(kind)
        read = self._document.reader()
        if read is not None:
            asked = Compared(kind, items, path.name)
            self._begin(asked, lambda: compared(items, read(path).parts[0].plan.items(kind), kind))

    def _begin(self, asked: Compared, work: Callable[[], tuple[Change, ...]]) -> None:
        self._asked = asked

        def ended(end: Ended[tuple[Change, ...]]) -> None:
            if end.value is None:
                self._document.noticed.emit(end.problem)
            elif self._asked is asked:
                self._show(asked, end.value)

        self._tasks.run_task(lambda _task: work(), ended)

    def _show(self, asked: Compared, changes: tuple[Change, ...]) -> None:
        words = self.tr("{name}, differences: {count}") if changes else self.tr("{name}: no difference")
        self.title.setText(words.format(name=asked.name, count=len(changes)))
        self.list.clear()
        for change in changes[:MOST_SHOWN]:
            number = change.item if change.item is not None else change.other
            row = QListWidgetItem(self.tr("Item {number}  {words}").format(number=number, words=said(change.said)))
            row.setData(Qt.ItemDataRole.UserRole, change.item or 0)
            self.list.addItem(row)
        if len(changes) > MOST_SHOWN:
            self.list.addItem(self.tr("and {more} more").format(more=len(changes) - MOST_SHOWN))
        self.list.setVisible(bool(changes))
        self.show()

    def _on_chosen(self, row: QListWidgetItem) -> None:
        number = row.data(Qt.ItemDataRole.UserRole)
        if number:
            self.item_wanted.emit(number)

    def _on_document(self) -> None:
        # numbers of another list would lead to other items
        asked = self._asked
        if asked is not None and self._document.plan.items(asked.kind) is not asked.items:
            self._asked = None
            self.hide()
