# SPDX-License-Identifier: Apache-2.0
"""The groups of this operator, shared by all panels of the window, and kept on disk. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QInputDialog, QMessageBox, QWidget

from groundstation.fleet.errors import UsageError
from groundstation.fleet.expression_text import ExpressionError
from groundstation.fleet.fleet_filter import parse_filter
from groundstation.fleet.groups import NO_GROUPS, Group, GroupBook, with_members, without_members
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.summary import VehicleSummary
from groundstation.ui.choosing.group_port import GroupAccess
from groundstation.ui.said import said_by
from groundstation.ui.task import Ended, Tasks


def tr(text: str) -> str:
    """A text of this subject in the operator's language."""
    return QCoreApplication.translate("Groups", text)


class GroupDesk(QObject):
    """Every change is seen at once and written on thread `groups`; what goes wrong there is told in one line."""

    changed = Signal()

    def __init__(self, access: GroupAccess | None = None, parent: QObject | None = None) -> None:
        """Begin with none, and read them.

        Args:
            access: ways to the disk; None for groups that are forgotten with the window.
            parent: Qt's.
        """
        super().__init__(parent)
        self._access = access
        self._is_read = access is None
        self._tasks = Tasks("groups", tr("groups can't be had"), self)
        self._early: list[Group] = []
        self.book: GroupBook = NO_GROUPS
        self.dialog: QInputDialog | None = None
        """The question for a name that was asked last."""
        self.message: QMessageBox | None = None
        """The last one that was shown."""
        if access is not None:
            self._tasks.run_task(lambda _task: access.read(), self._on_read)

    # ---- asking ----

    def keys_of(self, group: Group, summaries: Iterable[VehicleSummary]) -> tuple[VehicleKey, ...]:
        """Who of these is in a group now; nobody where its rule can't be read."""
        try:
            test = parse_filter(group.filter_text, self.book)
        except ExpressionError:
            return ()
        return tuple(one.key for one in summaries if test(one))

    # ---- changing ----

    def put(self, group: Group) -> bool:
        """Keep a group, in the place of one of the same name; False when it can't be, which is told."""
        try:
            book = self.book.put(group)
            # one that asks for itself, or can't be read, is told now and not when it is needed
            parse_filter(group.filter_text, book)
        except UsageError as error:
            self._tell(said_by(error))
            return False
        if not self._is_read:
            # what is on the disk comes first, or it would be written over
            self._early.append(group)
        self._keep(book)
        return True

    def remove(self, name: str) -> None:
        """Keep it no more."""
        self._keep(self.book.without(name))

    def add(self, name: str, keys: Sequence[VehicleKey]) -> bool:
        """Put vehicles into a group by hand, which is made where there is none."""
        group = self.book.get(name) or Group(name=name)
        if group.is_rule:
            self._tell(tr("{name} is a rule: who passes it is in it.").format(name=group.name))
            return False
        return self.put(with_members(group, keys))

    def take_out(self, name: str, keys: Sequence[VehicleKey]) -> None:
        """Take vehicles out of a group by hand."""
        group = self.book.get(name)
        if group is not None:
            self.put(without_members(group, keys))

    def ask_for_group(self, keys: Sequence[VehicleKey], parent: QWidget) -> None:
        """Ask for the name of a new group of these vehicles."""
        wanted = tuple(keys)
        self._ask(tr("New group"), parent, lambda name: self.add(name, wanted))

    def ask_for_filter(self, rule: str, parent: QWidget) -> None:
        """Ask for the name of a filter that is to be kept."""
        self._ask(tr("Save the filter"), parent, lambda name: self.put(Group(name=name, rule=rule)))

    def _ask(self, title: str, parent: QWidget, then: Callable[[str], object]) -> None:
        dialog = self.dialog = QInputDialog(parent)
        dialog.setWindowTitle(title)
        dialog.setLabelText(tr("Name"))
        dialog.textValueSelected.connect(then)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # ---- the disk ----

    def _on_read(self, ended: Ended[GroupBook]) -> None:
        if ended.value is None:
            # a file that can't be read is not written over: groups of now are forgotten with the window
            if ended.problem:
                self._tell(ended.problem)
            return
        self._is_read = True
        book, early, self._early = ended.value, self._early, []
        for group in early:
            try:
                book = book.put(group)
            except UsageError as error:
                self._tell(said_by(error))
        self._show(book)
        if early:
            self._write(book)

    def _keep(self, book: GroupBook) -> None:
        if book == self.book:
            return
        self._show(book)
        if self._is_read:
            self._write(book)

    def _show(self, book: GroupBook) -> None:
        self.book = book
        self.changed.emit()

    def _write(self, book: GroupBook) -> None:
        access = self._access
        if access is None:
            return

        def on_end(ended: Ended[None]) -> None:
            if ended.problem:
                self._tell(ended.problem)

        self._tasks.run_task(lambda _task: access.write(book), on_end)

    def _tell(self, problem: str) -> None:
        parent = self.parent()
        box = self.message = QMessageBox(
            QMessageBox.Icon.NoIcon, tr("Groups"), "", parent=parent if isinstance(parent, QWidget) else None
        )
        box.setInformativeText(problem)
        # what a file or an operator wrote is letters, not markup
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()
