# SPDX-License-Identifier: Apache-2.0
"""Plots as files: a picture of what is seen, or the numbers of the time shown. GUI thread; writes on another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QPoint, QRect, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from groundstation.fleet.derived import formula_of, is_derived
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import unit_of_path
from groundstation.ui.plots.curve import Curve, curve_titles
from groundstation.ui.plots.plot_bar import PlotBar
from groundstation.ui.plots.plot_port import Column, PlotAccess
from groundstation.ui.task import Ended, Task, Tasks

LOOK_MS = 250
SAVED = "plots"


class PlotExport(QObject):
    """Asks for a place, and writes there."""

    def __init__(
        self,
        access: PlotAccess,
        bar: PlotBar,
        picture: Callable[[], QWidget],
        table: Callable[[], Sequence[Column]],
    ) -> None:
        """Nothing is written yet.

        Args:
            access: ways to files.
            bar: where its button stands, and what became of a file is told.
            picture: what is seen.
            table: the numbers of the time that is shown.
        """
        super().__init__(bar)
        self._access, self._bar, self._picture, self._table = access, bar, picture, table
        self._tasks = Tasks("plot-export", self.tr("plots can't be written"), self)
        self.task: Task | None = None
        self.button = bar.button("export", self.tr("Save the plots"))
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.button)
        menu.addAction(self.tr("Picture of what is seen (PNG)…"), lambda: self._ask("png", self.save_png))
        menu.addAction(self.tr("Drawing of what is seen (SVG)…"), lambda: self._ask("svg", self.save_svg))
        menu.addAction(self.tr("Numbers of the time shown (CSV)…"), lambda: self._ask("csv", self.save_csv))
        self.button.setMenu(menu)
        self.cancel_button = QToolButton()
        self.cancel_button.setText(self.tr("Cancel"))
        self.cancel_button.setToolTip(self.tr("Do not write the file"))
        self.cancel_button.clicked.connect(self.cancel)
        self.cancel_button.hide()
        for one in (self.cancel_button, self.button):
            bar.add(one)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._tell)

    def save_png(self, path: Path) -> None:
        """What is seen, as fine as the screen is."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._picture().grab().save(buffer, "PNG")
        data = bytes(buffer.data().data())
        self._write(path, lambda _: self._access.write_bytes(data, path))

    def save_svg(self, path: Path) -> None:
        """What is seen, as lines and letters that can be made larger."""
        widget, data = self._picture(), QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        made = QSvgGenerator()
        made.setOutputDevice(buffer)
        made.setSize(widget.size())
        made.setViewBox(QRect(0, 0, widget.width(), widget.height()))
        painter = QPainter(made)
        widget.render(painter, QPoint())
        painter.end()
        drawn = bytes(data.data())
        self._write(path, lambda _: self._access.write_bytes(drawn, path))

    def save_csv(self, path: Path) -> None:
        """All points of the time that is shown, in SI."""
        columns = self._table()
        self._write(path, lambda task: self._access.write_table(columns, path, task.told))

    def cancel(self) -> None:
        """The file is not wanted any more."""
        if self.task is not None:
            self.task.cancel()

    def _ask(self, kind: str, save: Callable[[Path], None]) -> None:
        words = self.tr("Save the plots")
        chosen, _ = QFileDialog.getSaveFileName(self._bar, words, f"{SAVED}.{kind}", f"{kind.upper()} (*.{kind})")
        if chosen:
            path = Path(chosen)
            save(path if path.suffix else path.with_suffix(f".{kind}"))

    def _write(self, path: Path, work: Callable[[Task], object]) -> None:
        self.task = self._tasks.run_task(work, lambda ended: self._on_end(path, ended))
        self._timer.start()

    def _tell(self) -> None:
        """It takes a while: how far it is."""
        if self.task is not None:
            self.cancel_button.show()
            self._bar.say(self.tr("writing, {n} %").format(n=round(100 * self.task.share)))

    def _on_end(self, path: Path, ended: Ended[object]) -> None:
        self.task = None
        self._timer.stop()
        self.cancel_button.hide()
        if ended.is_cancelled:
            self._bar.say(self.tr("not written"))
        else:
            self._bar.say(ended.problem or self.tr("saved as {name}").format(name=path.name))


def columns_of(curves: Sequence[Curve], begin_s: float, end_s: float, wall_offset_s: float) -> list[Column]:
    """The points of curves in a span of time, in SI, as they are kept; nothing is copied that is long.

    Args:
        curves: which.
        begin_s: where the span begins, seconds.
        end_s: where it ends.
        wall_offset_s: from the clock of the curves to seconds since 1970.
    """
    names = curve_titles([curve.ref for curve in curves])
    found = []
    for name, curve in zip(names, curves, strict=True):
        times, values = [np.empty(0)], [np.empty(0)]
        for part in curve.parts(begin_s, end_s):
            first, stop = np.searchsorted(part.times, (begin_s, end_s)).tolist()
            times.append(part.times[first:stop])
            values.append(part.values[first:stop])
        symbol, factor, offset = _unit(curve)
        title = f"{name} {curve.ref.path.removeprefix('=').strip()}".strip()
        found.append(
            Column(
                title=f"{title} [{symbol}]" if symbol else title,
                times=np.concatenate(times) + wall_offset_s,
                values=np.concatenate(values) * factor + offset,
            )
        )
    return found


def _unit(curve: Curve) -> tuple[str, float, float]:
    path = curve.ref.path
    if not isinstance(curve.ref.source, VehicleKey):
        # in the unit that the file of what topics mean gives it
        zero = curve.in_its_unit(0.0)
        return curve.unit.symbol, curve.in_its_unit(1.0) - zero, zero
    if is_derived(path):
        formula = formula_of(path)
        return (formula.symbol if formula is not None else ""), 1.0, 0.0
    unit = unit_of_path(path)
    return unit.symbol, unit.factor, unit.offset
