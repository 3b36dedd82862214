# SPDX-License-Identifier: Apache-2.0
"""The menu of saved plots: open one for the selected vehicles, save, remove. GUI thread; files on another."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QMenu,
    QToolButton,
    QWidget,
)

from groundstation.fleet.errors import UsageError
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.plots.plot_bar import PlotBar
from groundstation.ui.plots.plot_port import SetAccess
from groundstation.ui.plots.plot_set import PlotSet, Whose, set_of
from groundstation.ui.task import Ended, Tasks
from groundstation.ui.theme.icons import icon


class SaveDialog(QDialog):
    """Asks for a name, and for whom the vehicle stands."""

    def __init__(self, on_save: Callable[[str, Whose], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Save these plots"))
        self._on_save = on_save
        self.name = QLineEdit()
        self.name.setMaxLength(60)
        self.name.setAccessibleName(self.tr("Name"))
        self.whose = QComboBox()
        self.whose.setAccessibleName(self.tr("Vehicle"))
        self.whose.addItem(self.tr("the selected one"), Whose.ONE)
        self.whose.addItem(self.tr("each of the selection"), Whose.EACH)
        self.buttons = QDialogButtonBox()
        self.buttons.addButton(self.tr("Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QFormLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.addRow(self.tr("Name"), self.name)
        layout.addRow(self.tr("Vehicle"), self.whose)
        layout.addRow(self.buttons)

    def accept(self) -> None:
        """Qt: Enter, or the button."""
        if self.name.text().strip():
            self._on_save(self.name.text(), self.whose.currentData())
            super().accept()


class PlotSets(QObject):
    """Its button stands in the bar of the plots."""

    def __init__(
        self,
        access: SetAccess,
        bar: PlotBar,
        now: Callable[[], tuple[Sequence[Sequence[ValueRef]], int]],
        wear: Callable[[PlotSet], None],
    ) -> None:
        """Ask which there are.

        Args:
            access: ways to files.
            bar: where its button stands, and what became of a wish is told.
            now: what is plotted, and over how much time, seconds.
            wear: shows a set.
        """
        super().__init__(bar)
        self._access, self._bar, self._now, self._wear = access, bar, now, wear
        self.names: list[str] = []
        self._tasks = Tasks("plot-sets", self.tr("saved plots can't be read"), self)
        self.button = bar.button("plot_sets", self.tr("Saved plots"))
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.button)
        self.menu.aboutToShow.connect(self._list)
        self.button.setMenu(self.menu)
        bar.add(self.button)
        self._fill()
        self._list()

    def ask_name(self) -> SaveDialog:
        """Save what is plotted under a name."""
        dialog = SaveDialog(self.save, self._bar)
        dialog.open()
        return dialog

    def save(self, name: str, whose: Whose) -> None:
        """Keep what is plotted, in place of one of the same name."""
        plots, span_s = self._now()
        try:
            one = set_of(name, plots, span_s, whose)
        except UsageError as error:
            self._bar.say(str(error))
            return
        self._tasks.run_task(lambda _: self._access.write(one), self._on_changed)

    def open(self, name: str) -> None:
        """Show a set for the selected vehicles."""
        self._tasks.run_task(lambda _: self._access.read(name), self._on_read)

    def remove(self, name: str) -> None:
        """Forget one."""
        self._tasks.run_task(lambda _: self._access.remove(name), self._on_changed)

    def _list(self) -> None:
        self._tasks.run_task(lambda _: list(self._access.names()), self._on_listed)

    def _on_read(self, ended: Ended[PlotSet]) -> None:
        if ended.value is not None:
            self._wear(ended.value)
        elif ended.problem:
            self._bar.say(ended.problem)

    def _on_changed(self, ended: Ended[None]) -> None:
        if ended.problem:
            self._bar.say(ended.problem)
        self._list()

    def _on_listed(self, ended: Ended[list[str]]) -> None:
        if ended.problem:
            self._bar.say(ended.problem)
        elif ended.value is not None and ended.value != self.names:
            self.names = ended.value
            self._fill()

    def _fill(self) -> None:
        self.menu.clear()
        for name in self.names:
            # names may have a & in them
            self.menu.addAction(name.replace("&", "&&"), functools.partial(self.open, name))
        if self.names:
            self.menu.addSeparator()
        self.menu.addAction(icon("save"), self.tr("Save these plots…"), self.ask_name)
        gone = self.menu.addMenu(icon("remove"), self.tr("Remove"))
        gone.setEnabled(bool(self.names))
        for name in self.names:
            gone.addAction(name.replace("&", "&&"), functools.partial(self.remove, name))
