# SPDX-License-Identifier: Apache-2.0
"""What can be drawn on the map for everybody, and files of it. GUI thread; files are read and written on another."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QCoreApplication, QPointF
from PySide6.QtGui import QAction, QActionGroup, QPixmap
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu, QWidget

from groundstation.fleet.drawings.drawing import COLOURS, MAX_TEXT, Drawing, DrawnKind
from groundstation.fleet.drawings.geojson import MAX_FILE_BYTES, ReadDrawings, drawings_from, geojson_of
from groundstation.ui.help_dialogs import show_beside
from groundstation.ui.language.shown import shown
from groundstation.ui.map_panel.drawing_desk import DrawingDesk
from groundstation.ui.map_panel.drawing_layer import DrawingLayer
from groundstation.ui.map_panel.map_view import MapView
from groundstation.ui.map_panel.sketch_tool import SketchTool
from groundstation.ui.task import Ended, Tasks
from groundstation.ui.theme.inks import vehicle_ink

FILES = "GeoJSON (*.geojson *.json)"
SWATCH_PX = 14


def tr(text: str) -> str:
    """A text in the operator's language."""
    return QCoreApplication.translate("DrawingMenu", text)


class DrawingMenu(QMenu):
    """Of one map on which drawings are made."""

    def __init__(self, desk: DrawingDesk, view: MapView, take: QAction, tool: SketchTool, parent: QWidget) -> None:
        """Build it.

        Args:
            desk: keeps and tells what is drawn.
            view: of the map.
            take: takes the tool in the hand.
            tool: draws.
            parent: Qt's.
        """
        super().__init__(tr("Markers and drawings"), parent)
        self._desk, self._view, self._take, self._tool, self._map = desk, view, take, tool, parent
        self._tasks = Tasks("drawings", tr("drawings can't be read or written"), self)
        self.dialog: QInputDialog | None = None
        """Asks for the text of what was drawn last."""
        self.told = ""
        """What became of the last file or shape, in a line; empty where all is well."""
        tool.drawn, tool.delete = self.ask_text, self._delete_at
        names = {
            DrawnKind.POINT: tr("Draw a marker"),
            DrawnKind.LINE: tr("Draw a line"),
            DrawnKind.POLYGON: tr("Draw an area"),
            DrawnKind.CIRCLE: tr("Draw a circle"),
        }
        self.kinds = {kind: self.addAction(words, partial(self.begin, kind)) for kind, words in names.items()}
        self.colours = self._colour_menu()
        self.addSeparator()
        self.open_file = self.addAction(tr("Open drawings (GeoJSON)…"), self._ask_open)
        self.save_file = self.addAction(tr("Save all drawings (GeoJSON)…"), self._ask_save)
        self.remove_all = self.addAction(tr("Remove all that this station has drawn"), desk.clear)
        desk.changed.connect(view.repaint_soon)
        self.aboutToShow.connect(self._refresh)

    def begin(self, kind: DrawnKind) -> None:
        """Take the tool, to draw something of a kind."""
        self._take.trigger()
        self._tool.put_away()
        self._tool.kind = kind

    def ask_text(self, drawing: Drawing) -> None:
        """It is drawn once its text is given, which may be empty; Cancel drops it."""
        dialog = self.dialog = QInputDialog(self._map)
        dialog.setWindowTitle(tr("Markers and drawings"))
        dialog.setLabelText(tr("Text beside it, for all stations (may be empty):"))
        dialog.textValueSelected.connect(partial(self._add, drawing))
        show_beside(dialog)

    def open(self, path: Path) -> None:
        """Draw what a file holds."""

        def read() -> ReadDrawings:
            with path.open("rb") as file:
                return drawings_from(file.read(MAX_FILE_BYTES + 1))

        self._tasks.run_task(lambda _task: read(), self._on_read)

    def save(self, path: Path) -> None:
        """Write all that is drawn, by others too."""
        content = geojson_of(tuple(one for one, _ in self._view.stack.layer(DrawingLayer).shown()))
        self._tasks.run_task(lambda _task: path.write_bytes(content), self._on_end)

    def _add(self, drawing: Drawing, text: str) -> None:
        full = msgspec.structs.replace(drawing, text=text[:MAX_TEXT])
        self._tell("" if self._desk.add((full,)) else tr("there is no room for more drawings; remove some"))

    def _delete_at(self, point: QPointF) -> bool:
        found = self._view.stack.layer(DrawingLayer).own_at(self._view.frame(), point)
        return found is not None and self._desk.remove(found.id)

    def _on_read(self, ended: Ended[ReadDrawings]) -> None:
        if ended.value is None:
            self._tell(ended.problem)
        elif not self._desk.add(ended.value.drawings):
            self._tell(tr("there is no room for more drawings; remove some"))
        else:
            left_out = tr("{count} shapes of the file can't be drawn and were left out")
            count = ended.value.left_out
            self._tell(left_out.format(count=shown(count)) if count else "")

    def _on_end(self, ended: Ended[int]) -> None:
        self._tell(ended.problem)

    def _tell(self, words: str) -> None:
        self.told = words
        if words:
            self._view.said.emit(words)

    def _colour_menu(self) -> list[QAction]:
        menu, group, made = self.addMenu(tr("Colour")), QActionGroup(self), []
        for number in range(COLOURS):
            action = QAction(tr("Colour {number}").format(number=number + 1), group)
            action.setCheckable(True)
            action.setChecked(number == self._tool.colour)
            action.triggered.connect(lambda _checked=False, number=number: setattr(self._tool, "colour", number))
            made.append(action)
        menu.addActions(made)
        return made

    def _refresh(self) -> None:
        """Another theme has other colours; what would do nothing is not offered."""
        for number, action in enumerate(self.colours):
            swatch = QPixmap(SWATCH_PX, SWATCH_PX)
            swatch.fill(vehicle_ink(number))
            action.setIcon(swatch)
        self.remove_all.setEnabled(bool(self._desk.own))
        self.save_file.setEnabled(bool(self._view.stack.layer(DrawingLayer).shown()))

    def _ask_open(self) -> None:
        dialog = QFileDialog(self._map, tr("Open drawings"), "", FILES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.open(Path(name)))
        show_beside(dialog)

    def _ask_save(self) -> None:
        dialog = QFileDialog(self._map, tr("Save drawings"), "", FILES)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("geojson")
        dialog.selectFile("drawings.geojson")
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        show_beside(dialog)
