# SPDX-License-Identifier: Apache-2.0
"""Asks which file a plan is opened from or saved to. GUI thread; nothing waits for an answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from groundstation.fleet.plans.files.fleet_file import SUFFIX
from groundstation.ui.plans.plan_document import PlanDocument

FILTER = "Plans (*.plan *.fleet *.waypoints *.txt *.fen *.ral *.kml *.geojson *.json);;All files (*)"
SAVED = "QGroundControl plan (*.plan);;Waypoints (*.waypoints);;KML (*.kml);;GeoJSON (*.geojson)"
SAVED_FLEET = f"Plans of several vehicles (*{SUFFIX});;The plan that is worked on (*.plan *.waypoints *.kml *.geojson)"


def tr(text: str) -> str:
    """A text in the operator's language."""
    return QCoreApplication.translate("PlanDialogs", text)


def ask_open(document: PlanDocument, window: QWidget) -> None:
    """Ask for a file, and open it."""
    dialog = _dialog(document, window, tr("Open a plan"), FILTER)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda name: document.open(Path(name)))
    dialog.show()


def ask_compare(document: PlanDocument, take: Callable[[Path], None], window: QWidget) -> None:
    """Ask for a file that a plan is compared with."""
    dialog = _dialog(document, window, tr("Compare with a file"), FILTER)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda name: take(Path(name)))
    dialog.show()


def ask_save(document: PlanDocument, window: QWidget) -> None:
    """Ask where to, and save it there."""
    is_fleet = len(document.fleet.parts) > 1
    dialog = _dialog(document, window, tr("Save the plan"), SAVED_FLEET if is_fleet else SAVED)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    suffix = SUFFIX if is_fleet else ".plan"
    dialog.setDefaultSuffix(suffix[1:])
    path = document.path
    dialog.selectFile(path.with_suffix(suffix).name if path is not None else f"mission{suffix}")
    dialog.fileSelected.connect(lambda name: document.save(Path(name)))
    dialog.show()


def ask_export(document: PlanDocument, window: QWidget) -> None:
    """Ask for a folder, and write a file for each part into it."""
    dialog = _dialog(document, window, tr("Write a .plan for each vehicle into a folder"), "")
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(lambda name: document.export(Path(name)))
    dialog.show()


def _dialog(document: PlanDocument, window: QWidget, title: str, kinds: str) -> QFileDialog:
    for open_one in window.findChildren(QFileDialog):
        # the key pressed once more: one question is enough
        if open_one.windowTitle() == title and open_one.isVisible():
            open_one.close()
    dialog = QFileDialog(window, title)
    dialog.setDirectory(str(document.folder))
    dialog.fileSelected.connect(document.remember_folder)
    # the system's own dialog may hold the whole window, and with it the emergency keys
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setWindowModality(Qt.WindowModality.NonModal)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if kinds:
        dialog.setNameFilter(kinds)
    return dialog
