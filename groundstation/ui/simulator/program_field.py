# SPDX-License-Identifier: Apache-2.0
"""Which simulator: the built-in one, an autopilot that was found, or one that is looked for. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from groundstation.ui.choice_field import ChoiceField

CHOOSE = Path("?")
"""Stands for a program that is to be looked for."""
PX4 = "px4"


def tr(text: str) -> str:
    """A text of this field in the operator's language."""
    return QCoreApplication.translate("ProgramField", text)


class ProgramField(ChoiceField[Path | None]):
    """Its value is None for the built-in simulator."""

    chosen = Signal()
    """Another one was chosen."""

    def __init__(self, name: str, programs: Sequence[Path], parent: QWidget | None = None) -> None:
        """Build it.

        Args:
            name: for who hears the window read.
            programs: real autopilots that were found.
            parent: Qt's.
        """
        found = [(_words(one), one) for one in programs]
        rows = [(tr("Built-in simulator"), None), *found, (tr("Another autopilot…"), CHOOSE)]
        super().__init__(name, rows, parent)
        self.activated.connect(self._on_activated)

    @property
    def keeps_to_our_time(self) -> bool:
        """Whether its time can't be hurried: PX4's own physics follow the computer's clock."""
        return self.value is not None and self.value.name == PX4

    def choose(self, path: Path) -> None:
        """Take a program that was looked for."""
        self.show_value(path, _words(path))
        self.chosen.emit()

    def _on_activated(self) -> None:
        if self.value != CHOOSE:
            self.chosen.emit()
            return
        self.setCurrentIndex(0)
        dialog = QFileDialog(self.window(), tr("The program of an autopilot, such as arducopter"))
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: self.choose(Path(chosen)))
        dialog.show()


def _words(path: Path) -> str:
    return f"{path.name}  {path.parent}"
