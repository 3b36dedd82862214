# SPDX-License-Identifier: Apache-2.0
"""The menu of layouts: those that come along, this user's own, and files. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu, QMessageBox, QWidget

from groundstation.fleet.errors import UsageError
from groundstation.ui.layouts.layout_file import LayoutFile, checked_name
from groundstation.ui.layouts.layout_port import LayoutAccess
from groundstation.ui.layouts.role_layouts import ROLE_LAYOUTS, RoleLayout
from groundstation.ui.task import Ended, Tasks
from groundstation.ui.workspace import Workspace

T = TypeVar("T")
FILES = "*.json"


def tr(text: str) -> str:
    """A text of this menu in the operator's language."""
    return QCoreApplication.translate("LayoutMenu", text)


class LayoutMenu(QMenu):
    """Disk is touched on thread `layouts`; what goes wrong there is told in one line."""

    def __init__(self, workspace: Workspace, access: LayoutAccess, parent: QWidget) -> None:
        """Fill it.

        Args:
            workspace: whose panels are placed.
            access: ways to the disk.
            parent: the window.
        """
        super().__init__(tr("La&youts"), parent)
        self._workspace, self._access, self._window = workspace, access, parent
        self._tasks = Tasks("layouts", tr("layouts can't be had"), self)
        self.message: QMessageBox | None = None
        """The last one that was shown."""
        for role in ROLE_LAYOUTS:
            self.addAction(tr(role.title), partial(self.wear_role, role))
        self._own_end = self.addSeparator()
        self.own: list[QAction] = []
        """Entries of this user's layouts."""
        self.addAction(tr("&Save as…"), self.ask_to_save)
        self.addAction(tr("&Open a file…"), self.ask_to_open)
        self.addAction(tr("Give to &others…"), self.ask_to_export)
        self.removing = self.addMenu(tr("&Remove"))
        self.look()

    # ---- showing ----

    def look(self) -> None:
        """List what is on the disk."""
        self._tasks.run_task(lambda _task: self._access.names(), self._on_names)

    def _on_names(self, ended: Ended[Sequence[str]]) -> None:
        for action in self.own:
            self.removeAction(action)
        self.removing.clear()
        self.own = []
        for name in ended.value or ():
            # an ampersand in a name is no key
            action = QAction(name.replace("&", "&&"), self)
            action.triggered.connect(partial(self.wear, name))
            self.insertAction(self._own_end, action)
            self.own.append(action)
            self.removing.addAction(name.replace("&", "&&"), partial(self._remove, name))
        self.removing.setEnabled(bool(self.own))

    def _tell(self, problem: str) -> None:
        box = self.message = QMessageBox(QMessageBox.Icon.NoIcon, tr("Layouts"), "", parent=self._window)
        box.setInformativeText(problem)
        # what a file says of itself is letters, not markup
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    # ---- acting ----

    def wear_role(self, role: RoleLayout) -> None:
        """Place the panels for a role."""
        self._workspace.show_only(role.shown, role.front)

    def wear(self, name: str) -> None:
        """Place them as one of this user's own layouts says."""
        self._do(lambda: self._access.read(name), self._wear)

    def _wear(self, one: LayoutFile) -> None:
        if not self._workspace.show_layout(one):
            self._tell(tr("This layout is of another version of the program; it does not fit."))

    def save(self, name: str) -> None:
        """Keep the panels as they are now under a name."""
        try:
            one = self._workspace.layout_now(checked_name(name))
        except UsageError as error:
            self._tell(str(error))
            return
        self._do(lambda: self._access.write(one), lambda _nothing: self.look())

    def export(self, path: Path) -> None:
        """Write the panels as they are now to a file for somebody else."""
        one = self._workspace.layout_now(path.stem[:60] or "layout")
        self._do(lambda: self._access.write_file(one, path), lambda _nothing: None)

    def open(self, path: Path) -> None:
        """Place the panels as a file says."""
        self._do(lambda: self._access.read_file(path), self._wear)

    def _remove(self, name: str) -> None:
        self._do(lambda: self._access.remove(name), lambda _nothing: self.look())

    def _do(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        def on_end(ended: Ended[T]) -> None:
            if ended.problem:
                self._tell(ended.problem)
            elif not ended.is_cancelled:
                then(ended.value)  # type: ignore[arg-type]

        self._tasks.run_task(lambda _task: work(), on_end)

    # ---- asking ----

    def ask_to_save(self) -> None:
        """Ask for a name."""
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle(tr("Save the layout"))
        dialog.setLabelText(tr("Name"))
        dialog.textValueSelected.connect(self.save)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def ask_to_open(self) -> None:
        """Ask for a file."""
        dialog = QFileDialog(self._window, tr("Open a layout"), "", f"{tr('Layouts')} ({FILES})")
        dialog.fileSelected.connect(lambda name: self.open(Path(name)))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def ask_to_export(self) -> None:
        """Ask where to write it."""
        dialog = QFileDialog(self._window, tr("Give the layout to others"), "", f"{tr('Layouts')} ({FILES})")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(lambda name: self.export(Path(name)))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
