# SPDX-License-Identifier: Apache-2.0
"""Files and folders are asked for beside the window, not in its way. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from groundstation.fleet.flight import LoggedFlight, name_of
from groundstation.fleet.shown_text import shown_path
from groundstation.ui.timeline import local_time

Chosen = Callable[[str], object]


def _tr(text: str) -> str:
    return QCoreApplication.translate("LogbookDialogs", text)


def csv_dialog(window: QWidget, now_unix_s: float, chosen: Chosen) -> QFileDialog:
    """Ask for a file of flights."""
    name = local_time(now_unix_s, "flights-%Y%m%d-%H%M.csv")
    return _saving(window, _tr("Save flights"), _tr("Comma-separated values (*.csv)"), name, chosen)


def report_dialog(window: QWidget, flight: LoggedFlight, chosen: Chosen) -> QFileDialog:
    """Ask for a file for the report of a flight."""
    name = f"{Path(shown_path(flight.log_name)).stem}-{name_of(flight.flight)}.html"
    # vehicles' names are text from outside: a slash in one would lead into another folder
    safe = "".join(one if one.isalnum() or one in "-_." else "-" for one in name)
    return _saving(window, _tr("Flight report"), _tr("Web page (*.html)"), safe, chosen)


def folder_dialog(window: QWidget, where: Path, chosen: Chosen) -> QFileDialog:
    """Ask for a folder of logs."""
    dialog = _made(window, _tr("Folder of logs"), chosen)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.setDirectory(str(where))
    dialog.show()
    return dialog


def _saving(window: QWidget, title: str, kind: str, name: str, chosen: Chosen) -> QFileDialog:
    dialog = _made(window, title, chosen)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilter(kind)
    dialog.setDefaultSuffix(Path(name).suffix[1:])
    dialog.setDirectory(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
    dialog.selectFile(name)
    dialog.show()
    return dialog


def _made(window: QWidget, title: str, chosen: Chosen) -> QFileDialog:
    dialog = QFileDialog(window, title)
    # the system's own dialog may hold the whole window, and with it the emergency keys
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(chosen)
    return dialog
