# SPDX-License-Identifier: Apache-2.0
"""The filter of vehicles: a box that completes what is written, and filters and groups that were kept. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QStringListModel, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QCompleter,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from groundstation.fleet.expression_text import ExpressionError
from groundstation.fleet.filter_completion import Completion, completion, vocabulary
from groundstation.fleet.fleet_filter import Test, parse_filter
from groundstation.fleet.groups import Group
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.summary import VehicleSummary
from groundstation.ui.choosing.group_desk import GroupDesk, tr
from groundstation.ui.flow_layout import FlowLayout
from groundstation.ui.plain_text import plain_tip
from groundstation.ui.selection import Selection
from groundstation.ui.theme.icons import icon

MENU_GROUPS = 40
"""Groups that a menu lists."""


class QueryBar(QObject):
    """Box, chips and what is wrong with the text; the panel places them."""

    changed = Signal()
    """`test` is another one."""
    left_downwards = Signal()
    """The Down key: the keyboard is wanted in the list."""

    def __init__(
        self,
        groups: GroupDesk,
        summaries: Callable[[], Iterable[VehicleSummary]],
        selection: Selection,
        parent: QWidget,
    ) -> None:
        """Build them.

        Args:
            groups: what is kept.
            summaries: gives the fleet as it is now.
            selection: shared by the window.
            parent: the panel.
        """
        super().__init__(parent)
        self._groups, self._summaries, self._selection = groups, summaries, selection
        self._completion = Completion(0, 0, ())
        self.test: Test | None = None
        """Who is let through; None for everybody. Of a text that can't be read it is that of before."""
        self.box, self.error, self.chips = QLineEdit(), QLabel(), QWidget()
        self.buttons: dict[str, QToolButton] = {}
        """Chips by name."""
        self.save = QAction(icon("save"), "", self.box)
        self._model = QStringListModel(self)
        self._completer = QCompleter(self._model, self)
        self._popup = QListView()
        self._popup.setObjectName("suggestions")
        self._completer.setPopup(self._popup)
        self._build()
        groups.changed.connect(self._on_groups_changed)
        self._show_chips()

    def _build(self) -> None:
        self.box.setPlaceholderText(tr("Filter: name, battery < 30, flying or armed"))
        self.box.setAccessibleName(tr("Filter the fleet"))
        self.box.setClearButtonEnabled(True)
        self.box.addAction(QAction(icon("search"), "", self.box), QLineEdit.ActionPosition.LeadingPosition)
        self.save.setToolTip(tr("Keep this filter under a name"))
        self.save.triggered.connect(lambda: self._groups.ask_for_filter(self.box.text().strip(), self.box))
        self.box.addAction(self.save, QLineEdit.ActionPosition.TrailingPosition)
        # behind `addAction`: the box shows what is added
        self.save.setVisible(False)
        self.box.textChanged.connect(self._on_text)
        self.box.textEdited.connect(self._suggest)
        self._completer.setWidget(self.box)
        # what fits is chosen here, by where the cursor stands; Qt would compare the whole text
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.activated.connect(self._on_chosen)
        self.box.installEventFilter(self)
        self.error.setTextFormat(Qt.TextFormat.PlainText)
        self.error.setProperty("role", "error")
        self.error.setWordWrap(True)
        self.error.hide()
        self._flow = FlowLayout(self.chips, 4)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.chips.setSizePolicy(policy)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: from the filter into the list without the mouse, unless words are offered: Down goes into these."""
        is_down = (
            event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Down
        )
        if is_down and not self._popup.isVisible():
            self.left_downwards.emit()
            return True
        return super().eventFilter(watched, event)

    # ---- the text ----

    def _on_text(self, text: str) -> None:
        problem = ""
        try:
            self.test = parse_filter(text, self._groups.book) if text.strip() else None
        except ExpressionError as error:
            # the list stays as it was: half a filter is written before a whole one
            problem = f"{error.marked}\n{error.words}"
        self.error.setText(problem)
        self.error.setVisible(bool(problem))
        self.save.setVisible(bool(text.strip()) and not problem)
        self.box.setProperty("wrong", bool(problem))
        # a style sheet looks at properties only when it is told to
        self.box.style().polish(self.box)
        self._mark_chips()
        self.changed.emit()

    def _suggest(self, text: str) -> None:
        """Words for what is being typed; nothing that could be meant is written by itself."""
        known = vocabulary(self._summaries(), self._groups.book)
        self._completion = completion(text, self.box.cursorPosition(), known)
        self._model.setStringList(list(self._completion.texts))
        if self._completion.texts and text.strip():
            self._completer.complete()
            # Qt has chosen the first one: Enter would write what nobody meant
            self._popup.setCurrentIndex(QModelIndex())
        else:
            self._popup.hide()

    @property
    def suggestions(self) -> tuple[str, ...]:
        """What is offered now; empty while nothing is."""
        return self._completion.texts if self._popup.isVisible() else ()

    def _on_chosen(self, text: str) -> None:
        before, found = self.box.text(), self._completion
        # Qt may have written the word itself over everything
        self.box.setText(f"{before[: found.begin]}{text}{before[found.end :]}")
        self.box.setCursorPosition(found.begin + len(text))

    # ---- chips ----

    def _on_groups_changed(self) -> None:
        self._show_chips()
        if "group" in self.box.text().casefold():
            self._on_text(self.box.text())

    def _show_chips(self) -> None:
        for button in self.buttons.values():
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = {group.name: self._chip(group) for group in self._groups.book.groups}
        self.chips.setVisible(bool(self.buttons))
        self._mark_chips()

    def _chip(self, group: Group) -> QToolButton:
        button = QToolButton(self.chips)
        button.setText(group.name.replace("&", "&&"))
        button.setCheckable(True)
        button.setProperty("role", "count")
        about = group.rule or tr("{count} by hand").format(count=len(group.members))
        button.setToolTip(plain_tip(tr("{about}\nShift: select them").format(about=about)))
        button.setAccessibleName(tr("Filter {name}").format(name=group.name))
        button.clicked.connect(partial(self._on_chip, group))
        button.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        button.customContextMenuRequested.connect(partial(self._on_chip_menu, group, button))
        self._flow.addWidget(button)
        button.show()
        return button

    def _mark_chips(self) -> None:
        text = self.box.text().strip()
        for group in self._groups.book.groups:
            if group.name in self.buttons:
                self.buttons[group.name].setChecked(text == group.filter_text)

    def _on_chip(self, group: Group) -> None:
        if QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._mark_chips()
            self.select(group)
            return
        text = self.box.text().strip()
        self.box.setText("" if text == group.filter_text else group.filter_text)

    def select(self, group: Group) -> None:
        """Choose everybody who is in a group now."""
        self._selection.select(self._groups.keys_of(group, self._summaries()))

    def chip_menu(self, group: Group, parent: QWidget) -> QMenu:
        """What can be done with a group."""
        menu = QMenu(parent)
        menu.addAction(tr("Select its vehicles"), partial(self.select, group))
        if group.is_rule:
            menu.addAction(tr("Write its rule into the filter"), partial(self.box.setText, group.rule))
        else:
            chosen = self._selection.keys
            adding = menu.addAction(tr("Add the selected vehicles"), lambda: self._groups.add(group.name, chosen))
            adding.setEnabled(bool(chosen))
            gone = menu.addAction(
                tr("Take the selected vehicles out"), lambda: self._groups.take_out(group.name, chosen)
            )
            gone.setEnabled(any(str(key) in group.members for key in chosen))
        menu.addSeparator()
        menu.addAction(tr("Remove this group"), partial(self._groups.remove, group.name))
        return menu

    def _on_chip_menu(self, group: Group, button: QToolButton, point: QPoint) -> None:
        menu = self.chip_menu(group, button)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(button.mapToGlobal(point))


def fill_groups(menu: QMenu, groups: GroupDesk, keys: tuple[VehicleKey, ...], parent: QWidget) -> None:
    """Fill a menu with what can be done about groups of vehicles.

    Args:
        menu: emptied by the caller.
        groups: what is kept.
        keys: the vehicles.
        parent: of a question.
    """
    by_hand = [one for one in groups.book.groups if not one.is_rule][:MENU_GROUPS]
    for group in by_hand:
        is_in = all(str(key) in group.members for key in keys)
        action = menu.addAction(group.name.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(is_in)
        act = groups.take_out if is_in else groups.add
        action.triggered.connect(lambda _on=False, act=act, name=group.name: act(name, keys))
    if by_hand:
        menu.addSeparator()
    menu.addAction(tr("New group…"), lambda: groups.ask_for_group(keys, parent))
