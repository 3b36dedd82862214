# SPDX-License-Identifier: Apache-2.0
"""Search box, filters, the tree of parameters and the chosen one below it; for now and for the past. GUI thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.parameters.fact_entries import ParameterFacts
from groundstation.fleet.parameters.parameter import Parameter
from groundstation.ui.parameters.param_form import ParamForm
from groundstation.ui.parameters.param_model import NAME_ROLE, ParamModel
from groundstation.ui.parameters.param_rows import ParamRow, Shown, groups_of, rows_of
from groundstation.ui.theme.icons import icon

WIDTHS = {
    ParamModel.VALUE: 78,
    ParamModel.NEW: 70,
    ParamModel.UNIT: 54,
    ParamModel.DEFAULT: 60,
    ParamModel.RANGE: 104,
}
"""The name has the rest."""
NAME_WIDTH = 206
"""What sixteen letters in a group take; columns that the form below tells as well give way to it, the last first."""
GIVING_WAY = (ParamModel.RANGE, ParamModel.DEFAULT, ParamModel.UNIT)
MOST_WORDS_WIDTH = 90
LEAST_HEIGHT = 110
"""Of the list: its head, and the chosen one with its neighbours."""
FEW = 40
"""So few rows are shown with all groups open."""


class ParamTree(QTreeView):
    """Shows a `ParamModel`; Enter goes to the field of the chosen one."""

    chosen = Signal()
    opened = Signal()
    """The chosen one is to be changed."""
    resized = Signal()

    def __init__(self, model: ParamModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setAccessibleName(self.tr("Parameters"))
        self.setUniformRowHeights(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIndentation(14)
        self.setMinimumHeight(LEAST_HEIGHT)
        self.setTabKeyNavigation(False)
        header = self.header()
        header.setMinimumSectionSize(36)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(ParamModel.NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in WIDTHS.items():
            self.setColumnWidth(column, width)
        self.selectionModel().currentChanged.connect(lambda *_: self.chosen.emit())
        self.activated.connect(lambda _index: self.opened.emit())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: there may be room for other columns; what was chosen is not covered by the field that opens for it."""
        super().resizeEvent(event)
        if event.size().height() < event.oldSize().height() and self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())
        self.resized.emit()


class ParamBrowser(QWidget):
    """What there is of one or several vehicles."""

    edited = Signal(str, float)
    dropped = Signal(str)
    favourites_changed = Signal()

    def __init__(self, *, can_edit: bool, parent: QWidget | None = None) -> None:
        """Empty.

        Args:
            can_edit: whether values can be changed; in the past they can't, and there is nothing to change them with.
            parent: Qt's.
        """
        super().__init__(parent)
        self._can_edit = can_edit
        self._held: Sequence[Mapping[str, Parameter]] = ()
        self._edits: Mapping[str, float] = {}
        self._facts: Mapping[str, ParameterFacts] = {}
        self._told: dict[int, bool] = dict.fromkeys(GIVING_WAY, False)
        """Columns of metadata that would say something."""
        self._open: set[str] = set()
        """Groups that the operator has opened."""
        self.favourites: frozenset[str] = frozenset()
        """Names that the operator wants first."""
        self.rows: tuple[ParamRow, ...] = ()
        """All of them, whatever is shown."""
        self.model = ParamModel(self)
        self.tree = ParamTree(self.model)
        self.form = ParamForm(can_edit=can_edit)
        self.text_box = QLineEdit()
        self.text_box.setPlaceholderText(self.tr("Search name or meaning"))
        self.text_box.setAccessibleName(self.tr("Search parameters"))
        self.text_box.setClearButtonEnabled(True)
        self.text_box.addAction(QAction(icon("search"), "", self.text_box), QLineEdit.ActionPosition.LeadingPosition)
        self.changed = _toggle(self.tr("Changed here"))
        self.changed.setVisible(can_edit)
        self.other = _toggle(self.tr("Not default"))
        self.starred = _toggle(self.tr("Favourites"))
        self.count = QLabel()
        self.count.setProperty("role", "small")
        self.hint = QLabel()
        self.hint.setProperty("role", "muted")
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(24, 0, 24, 0)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._build()
        self.text_box.textChanged.connect(lambda _text: self._filter())
        for button in (self.changed, self.other, self.starred):
            button.toggled.connect(lambda _on: self._filter())
        self.tree.chosen.connect(self._show_chosen)
        self.tree.opened.connect(self.focus_field)
        self.tree.resized.connect(self._show_columns)
        down = QAction(self.text_box, shortcut=QKeySequence(Qt.Key.Key_Down))
        down.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        down.triggered.connect(self._go_down)
        self.text_box.addAction(down)
        self.tree.expanded.connect(lambda index: self._open.add(str(index.data(NAME_ROLE))))
        self.tree.collapsed.connect(lambda index: self._open.discard(str(index.data(NAME_ROLE))))
        self.form.edited.connect(self.edited)
        self.form.dropped.connect(self.dropped)
        self.form.favourite_wanted.connect(self._on_star)

    def _build(self) -> None:
        filters = QHBoxLayout()
        filters.setSpacing(4)
        for button in (self.changed, self.other, self.starred):
            filters.addWidget(button)
        filters.addStretch(1)
        filters.addWidget(self.count)
        head = QVBoxLayout()
        head.setContentsMargins(12, 4, 12, 4)
        head.setSpacing(6)
        head.addWidget(self.text_box)
        head.addLayout(filters)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.hint, 1)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.form)

    # ---- what is shown ----

    def show_sets(
        self,
        held: Sequence[Mapping[str, Parameter]],
        edits: Mapping[str, float],
        facts: Mapping[str, ParameterFacts],
    ) -> None:
        """Show parameters; called when something in them is otherwise.

        Args:
            held: by name, of each vehicle.
            edits: what was changed here.
            facts: what metadata tells.
        """
        if facts is not self._facts:
            told = facts.values()
            self._told = {
                ParamModel.UNIT: any(one.unit for one in told),
                ParamModel.DEFAULT: any(one.default is not None for one in told),
                ParamModel.RANGE: bool(told),
            }
        self._held, self._edits, self._facts = held, edits, facts
        self.rows = rows_of(held, edits, facts, self.favourites)
        self._filter()

    def show_hint(self, words: str) -> None:
        """Say why there is nothing; empty for where there is something."""
        self.hint.setText(words)
        self.hint.setVisible(bool(words))
        self.tree.setVisible(not words)
        if words:
            self.form.show_row(None)

    def set_favourites(self, names: Iterable[str]) -> None:
        """Names that the operator wants first."""
        self.favourites = frozenset(names)
        self.show_sets(self._held, self._edits, self._facts)

    @property
    def shown(self) -> Shown:
        """What the operator wants to see."""
        return Shown(
            text=self.text_box.text(),
            only_changed=self._can_edit and self.changed.isChecked(),
            only_other=self.other.isChecked(),
            only_favourites=self.starred.isChecked(),
        )

    def _filter(self) -> None:
        shown, chosen = self.shown, self.chosen
        groups = groups_of(self.rows, shown)
        self.model.show(groups)
        number = sum(len(group.rows) for group in groups)
        is_all = number == len(self.rows)
        self._show_columns()
        self.count.setText(
            ""
            if not self.rows
            else f"{number}"
            if is_all
            else self.tr("{number} of {all}").format(number=number, all=len(self.rows))
        )
        knows_defaults = any(fact.default is not None for fact in self._facts.values())
        self.other.setEnabled(knows_defaults or self.other.isChecked())
        self.other.setToolTip("" if knows_defaults else self.tr("its metadata tells no defaults"))
        is_narrow = shown != Shown() and number <= FEW
        with QSignalBlocker(self.tree):
            for place, group in enumerate(groups):
                self.tree.setExpanded(self.model.index(place, 0), is_narrow or group.name in self._open)
        if chosen and self.chosen != chosen:
            self.choose(chosen)
        self._show_chosen()

    def _show_columns(self) -> None:
        """A column that says nothing takes no room from the others, and none cuts the names short."""
        shown = {ParamModel.NEW: bool(self._edits), **self._told}
        room = self.tree.viewport().width() - NAME_WIDTH - WIDTHS[ParamModel.VALUE]
        room -= sum(WIDTHS[column] for column, is_shown in shown.items() if is_shown)
        for column in GIVING_WAY:
            if room < 0 and shown[column]:
                shown[column] = False
                room += WIDTHS[column]
        # words for a value take what is left over
        self.tree.setColumnWidth(ParamModel.VALUE, WIDTHS[ParamModel.VALUE] + min(MOST_WORDS_WIDTH, max(0, room)))
        for column, is_shown in shown.items():
            if self.tree.isColumnHidden(column) == is_shown:
                self.tree.setColumnHidden(column, not is_shown)

    @property
    def chosen(self) -> str:
        """Name of the chosen parameter; empty for none."""
        row = self.model.row_at(self.tree.currentIndex())
        return row.name if row is not None else ""

    def choose(self, name: str) -> None:
        """Choose a parameter, where it is shown."""
        place = self.model.place_of(name)
        if place.isValid():
            self.tree.setExpanded(place.parent(), True)
            self.tree.setCurrentIndex(place)

    def focus_field(self) -> None:
        """To where the chosen parameter is changed."""
        index = self.tree.currentIndex()
        if self.model.row_at(index) is None:
            self.tree.setExpanded(index, not self.tree.isExpanded(index))
        elif self._can_edit:
            self.form.field().setFocus()

    def _go_down(self) -> None:
        """From the search box to what it found."""
        if not self.model.groups or self.tree.isHidden():
            return
        first = self.model.index(0, 0)
        is_open = self.tree.isExpanded(first)
        if not self.chosen:
            self.tree.setCurrentIndex(self.model.index(0, 0, first) if is_open else first)
        self.tree.setFocus()

    def _show_chosen(self) -> None:
        index: QModelIndex = self.tree.currentIndex()
        row = self.model.row_at(index) if not self.tree.isHidden() else None
        self.form.show_row(row, is_described=bool(self._facts))

    def _on_star(self, name: str, is_on: bool) -> None:
        self.set_favourites(self.favourites | {name} if is_on else self.favourites - {name})
        self.favourites_changed.emit()


def _toggle(text: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setCheckable(True)
    button.setAccessibleName(text)
    return button
