# SPDX-License-Identifier: Apache-2.0
"""What the ground of the map is made of: chosen, added, forgotten; how strong it is. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QMenu, QSlider, QWidget, QWidgetAction
from shiboken6 import isValid

from groundstation.ui.help_dialogs import show_beside
from groundstation.ui.map_panel.area_dialog import AreaDialog
from groundstation.ui.map_panel.layer_menu import tr
from groundstation.ui.map_panel.mercator import Camera
from groundstation.ui.map_panel.server_dialog import ServerDialog
from groundstation.ui.map_tiles.map_tiles import LEAST_STRENGTH, MapTiles
from groundstation.ui.map_tiles.sources import Source

ENDS = (".mbtiles", ".pmtiles")
"""What is dropped on the map and has such a name is a map; a log is for the window."""


class GroundMenu(QMenu):
    """An entry for each source, one of them chosen."""

    def __init__(self, tiles: MapTiles, camera: Callable[[], Camera], parent: QWidget) -> None:
        """Build it.

        Args:
            tiles: of the map.
            camera: what the map shows.
            parent: the map.
        """
        super().__init__(tr("Background map"), parent)
        self._tiles, self._camera, self._map = tiles, camera, parent
        self.dialog: ServerDialog | None = None
        """The one that was opened last."""
        self.open_file = QAction(tr("Open a map file…"), parent)
        self.open_file.triggered.connect(lambda _checked=False: self._ask_file())
        self.add_server = QAction(tr("Add a tile server…"), parent)
        self.add_server.triggered.connect(lambda _checked=False: self._ask_server())
        self.fetch = QAction(tr("Keep this area for offline use…"), parent)
        self.fetch.triggered.connect(lambda _checked=False: self.ask_area())
        self.area_dialog: AreaDialog | None = None
        """The one that was opened last."""
        self.forget = QAction(tr("Forget this map"), parent)
        self.forget.triggered.connect(lambda _checked=False: self._forget())
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.choices: list[QAction] = []
        """The bundled world, then the sources."""
        self._group = QActionGroup(self)
        self._end = self.addSeparator()
        self.addActions([self.open_file, self.add_server, self.fetch, self.forget])
        self.addSeparator()
        self._strength = self._strength_entry()
        self.addAction(self._strength)
        tiles.sources_changed.connect(self._fill)
        # another theme has another one
        self.aboutToShow.connect(self._show_strength)
        self._fill()

    def open(self, path: Path) -> None:
        """Show a file, and remember it."""
        self._tiles.choose(Source(path=str(path.absolute())))

    def _fill(self) -> None:
        # one of them may be what is being pressed: deleted later
        for old in self.choices:
            self._group.removeAction(old)
            self.removeAction(old)
            old.deleteLater()
        self.choices = [self._choice(tr("The bundled world alone"), None)]
        self.choices += [self._choice(source.title, source) for source in self._tiles.sources]
        self.insertActions(self._end, self.choices)
        chosen = self._tiles.chosen
        self.forget.setEnabled(chosen is not None)
        self.fetch.setEnabled(chosen is not None and bool(chosen.template))
        self._strength.setVisible(chosen is not None)
        self._show_strength()

    def _show_strength(self) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(self._tiles.strength)
        self.slider.blockSignals(False)

    def _choice(self, title: str, source: Source | None) -> QAction:
        # a name with an ampersand is no key
        action = QAction(title.replace("&", "&&"), self)
        action.setCheckable(True)
        action.setChecked(source == self._tiles.chosen)
        self._group.addAction(action)
        action.triggered.connect(partial(self._on_chosen, source))
        return action

    def _on_chosen(self, source: Source | None, _checked: bool = False) -> None:
        # chosen once more: it is looked at anew, as where a file is back
        if source is not None and source == self._tiles.chosen:
            self._tiles.again()
        else:
            self._tiles.choose(source)

    def _strength_entry(self) -> QWidgetAction:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(12, 4, 12, 4)
        label = QLabel(tr("Strength"))
        label.setTextFormat(Qt.TextFormat.PlainText)
        self.slider.setRange(LEAST_STRENGTH, 100)
        self.slider.setMinimumWidth(120)
        self.slider.setAccessibleName(tr("Strength of the map, per cent"))
        self.slider.valueChanged.connect(self._tiles.set_strength)
        row.addWidget(label)
        row.addWidget(self.slider)
        entry = QWidgetAction(self._map)
        entry.setDefaultWidget(box)
        return entry

    def _forget(self) -> None:
        if self._tiles.chosen is not None:
            self._tiles.forget(self._tiles.chosen)

    def _ask_file(self) -> None:
        kinds = tr("Maps (*.mbtiles *.pmtiles);;All files (*)")
        chosen, _ = QFileDialog.getOpenFileName(self._map, tr("Open a map file"), "", kinds)
        if chosen:
            self.open(Path(chosen))

    def _ask_server(self) -> None:
        self.dialog = ServerDialog(self._map)
        self.dialog.chosen.connect(self._tiles.choose)
        show_beside(self.dialog)

    def ask_area(self) -> AreaDialog | None:
        """Ask which part of the map is to be had without a network; None where no server is shown."""
        source = self._tiles.chosen
        if source is None or not source.template:
            return None
        dialog = self.area_dialog
        if dialog is None or not isValid(dialog):
            dialog = self.area_dialog = AreaDialog(self._tiles, source, self._camera(), self._map)
            dialog.wanted.connect(self.open)
        show_beside(dialog)
        return dialog


def map_file_of(paths: list[str]) -> Path | None:
    """The map among files that are dropped; None where there is none."""
    return next((Path(one) for one in paths if one.lower().endswith(ENDS)), None)
