# SPDX-License-Identifier: Apache-2.0
"""Asks for an area that is kept in a file, and shows how far it is. GUI thread; fetched on thread `tiles-area`."""

from __future__ import annotations

from pathlib import Path

import platformdirs
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.geometry import distance_m
from groundstation.fleet.tiles.address import zoom_of
from groundstation.fleet.tiles.area import MOST_TILES, USUAL_BYTES, count_tiles, why_not
from groundstation.fleet.tiles.template import credit_of
from groundstation.ui.language.shown import shown
from groundstation.ui.map_panel.layer_menu import tr
from groundstation.ui.map_panel.mercator import Camera, degrees_from_mercator
from groundstation.ui.map_tiles.area_download import Area, Fetched, fetch_area
from groundstation.ui.map_tiles.map_tiles import MapTiles
from groundstation.ui.map_tiles.reader import Wish
from groundstation.ui.map_tiles.sources import Source
from groundstation.ui.task import Ended, Task, Tasks
from groundstation.ui.units import way_text

WIDTH = 520
NEARER = 4
"""Zooms that are proposed beside that of the view."""


class AreaDialog(QDialog):
    """The area is what the map shows when it is opened. Not modal: what flies goes on meanwhile."""

    wanted = Signal(object)
    """Path of a file that is to be shown."""

    def __init__(self, tiles: MapTiles, source: Source, camera: Camera, parent: QWidget | None = None) -> None:
        """Build it; nothing is fetched before it is begun.

        Args:
            tiles: of the map; knows how the server is asked.
            source: a server.
            camera: what the map shows.
            parent: the map.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Keep an area of the map"))
        self.setMinimumWidth(WIDTH)
        self._tiles, self._source, self._bounds = tiles, source, camera.bounds
        self._tasks = Tasks("tiles-area", tr("tiles can't be fetched"), self)
        self.task: Task | None = None
        """The one under way; None while nothing is."""
        self._wish, self._fetched = Wish(), Fetched()
        zoom = min(source.most_zoom, zoom_of(camera.scale_m))
        self.least, self.most = QSpinBox(), QSpinBox()
        for box, value in ((self.least, max(0, zoom - 2)), (self.most, min(source.most_zoom, zoom + NEARER))):
            box.setRange(0, source.most_zoom)
            box.setValue(value)
            box.valueChanged.connect(lambda _value: self._look())
        self.least.setAccessibleName(tr("Zoom seen from farthest away"))
        self.most.setAccessibleName(tr("Nearest zoom"))
        folder = Path(platformdirs.user_data_dir("groundstation", appauthor=False)) / "maps"
        self.path = QLineEdit(str(folder / f"{source.title or 'map'}.mbtiles"))
        self.path.setAccessibleName(tr("File"))
        self.path.textChanged.connect(lambda _text: self._look())
        browse = QPushButton(tr("Choose…"))
        browse.clicked.connect(self._ask_path)
        self.note, self.progress = QLabel(), QProgressBar()
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.progress.setAccessibleName(tr("How far it is"))
        self.progress.hide()
        self.go, self.show_it = QPushButton(tr("Fetch")), QPushButton(tr("Show it"))
        self.go.setProperty("role", "go")
        self.go.clicked.connect(self._on_go)
        self.show_it.clicked.connect(lambda: self.wanted.emit(Path(self.path.text())))
        self.show_it.hide()
        close = QPushButton(tr("Close"))
        close.clicked.connect(self.close)
        self._lay_out(browse, close)
        self._look()

    def _lay_out(self, browse: QPushButton, close: QPushButton) -> None:
        form = QFormLayout()
        zooms, file, foot = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for widget in (self.least, QLabel(tr("to")), self.most):
            zooms.addWidget(widget)
        zooms.addStretch(1)
        file.addWidget(self.path, 1)
        file.addWidget(browse)
        form.addRow(tr("Map"), QLabel(self._source.title))
        form.addRow(tr("Area"), QLabel(self._size_text()))
        form.addRow(tr("Zooms"), zooms)
        form.addRow(tr("File"), file)
        foot.addStretch(1)
        for button in (self.show_it, self.go, close):
            foot.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(self.note)
        layout.addWidget(self.progress)
        layout.addLayout(foot)

    def _degrees(self) -> tuple[float, float, float, float]:
        west, south, east, north = self._bounds
        (south_deg, west_deg), (north_deg, east_deg) = (
            degrees_from_mercator(west, south),
            degrees_from_mercator(east, north),
        )
        return west_deg, south_deg, east_deg, north_deg

    def _size_text(self) -> str:
        west, south, east, north = self._degrees()
        middle = (south + north) / 2
        across, up = distance_m(middle, west, middle, east), distance_m(south, west, north, west)
        return f"{way_text(across, 1)} \N{MULTIPLICATION SIGN} {way_text(up, 1)}"

    @property
    def count(self) -> int:
        """Tiles that the area has."""
        return count_tiles(self._bounds, self.least.value(), self.most.value())

    def _look(self) -> None:
        """Say what would be fetched, or why it can't be."""
        if self.task is not None:
            return
        count, why = self.count, why_not(self._source.template)
        problem = ""
        if why:
            problem = why
        elif self.least.value() > self.most.value():
            problem = tr("The nearest zoom is smaller than the farthest one.")
        elif count > MOST_TILES:
            problem = tr("{count:,} tiles are more than {most:,}: show less of the map, or choose fewer zooms.").format(
                count=shown(count), most=shown(MOST_TILES)
            )
        elif not self.path.text().strip():
            problem = tr("Choose a file.")
        self.go.setEnabled(not problem)
        words = tr("{count:,} tiles, about {size} MB. Ask who runs the server whether you may.")
        size = f"{shown(count * self._tile_bytes() / 1e6):,.0f}"
        self.note.setText(problem or words.format(count=shown(count), size=size))

    def _tile_bytes(self) -> float:
        now = self._fetched
        return now.size_bytes / now.fetched if now.fetched > 20 else USUAL_BYTES

    def _on_go(self) -> None:
        if self.task is not None:
            # its button says *Pause*: what came is kept, and it goes on where it was
            self._stop()
            return
        west, south, east, north = self._degrees()
        path = Path(self.path.text()).expanduser()
        area = Area(
            bounds=self._bounds,
            degrees=(west, south, east, north),
            least_zoom=self.least.value(),
            most_zoom=self.most.value(),
            server=self._source.template,
            title=self._source.title,
            credit=self._source.credit or credit_of(self._source.template),
            path=path,
        )
        make, wish = self._tiles.maker(self._source), Wish()
        self._wish = wish

        def work(task: Task) -> Fetched:
            path.parent.mkdir(parents=True, exist_ok=True)

            def told(now: Fetched) -> None:
                task.part(now)
                task.told(now.done / max(1, now.of))

            return fetch_area(area, make, told, wish)

        self.task = self._tasks.run_task(work, self._on_end, self._on_part)
        self._show_state()

    def _stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            self._wish.cancel()
            self.go.setEnabled(False)

    def _on_part(self, now: Fetched) -> None:
        self._fetched = now
        self.progress.setMaximum(max(1, now.of))
        self.progress.setValue(now.done)
        left = (now.of - now.done) * self._tile_bytes() / 1e6
        words = tr("{done:,} of {of:,} tiles; about {left} MB to come")
        self.note.setText(words.format(done=shown(now.done), of=shown(now.of), left=f"{shown(left):,.0f}"))

    def _on_end(self, ended: Ended[Fetched]) -> None:
        self.task = None
        self._show_state()
        if ended.value is not None:
            self._fetched = ended.value
            words = tr("All is there: {kept:,} tiles in {path}")
            missing = ended.value.of - ended.value.kept
            if missing:
                words = tr("{kept:,} tiles are in {path}; {missing:,} could not be had: none, or no picture")
            self.note.setText(words.format(kept=shown(ended.value.kept), path=self.path.text(), missing=shown(missing)))
            self.go.setEnabled(False)
        elif ended.problem:
            self.note.setText(ended.problem)
        else:
            self.note.setText(tr("Paused; what came is kept."))
        self.show_it.setVisible(self._fetched.kept > 0)

    def _show_state(self) -> None:
        is_busy = self.task is not None
        self.progress.setVisible(is_busy or self._fetched.of > 0)
        self.go.setText(tr("Pause") if is_busy else tr("Go on") if self._fetched.of else tr("Fetch"))
        self.go.setEnabled(True)
        for field in (self.least, self.most, self.path):
            field.setEnabled(not is_busy)

    def _ask_path(self) -> None:
        chosen, _filter = QFileDialog.getSaveFileName(
            self, tr("File"), self.path.text(), "MBTiles (*.mbtiles)", options=QFileDialog.Option.DontConfirmOverwrite
        )
        if chosen:
            self.path.setText(chosen)

    def done(self, result: int) -> None:
        """Qt: it goes; what was fetched is kept."""
        self._stop()
        super().done(result)
