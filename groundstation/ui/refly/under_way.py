# SPDX-License-Identifier: Apache-2.0
"""The flight that is under way: a row for each run with what it does or waits for, and where it is. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from groundstation.fleet.refly.news import FlightNews, Phase
from groundstation.ui.eliding_label import ElidingLabel
from groundstation.ui.language.shown import shown
from groundstation.ui.refly.beside_view import BesideView
from groundstation.ui.refly.verdict import name_title
from groundstation.ui.theme.dress import set_style
from groundstation.ui.theme.icons import icon

LEAST_ROWS_PX, ROWS_PX = 320, 460
"""Wide enough for what is done, with Cancel beside it; the rest is the picture."""
PHASES = {
    Phase.READING: "reading the log",
    Phase.SIMULATOR: "starting the simulator",
    Phase.MISSION: "uploading the mission",
    Phase.READY: "waiting until it would arm",
    Phase.START: "starting the mission",
    Phase.FLIES: "flying",
    Phase.COMPARES: "comparing with the record",
}


def tr(text: str) -> str:
    """A text of the panel in the operator's language."""
    return QCoreApplication.translate("ReflyPanel", text)


class RunRow(QWidget):
    """One run: its name, what it does or waits for, and a bar."""

    def __init__(self) -> None:
        super().__init__()
        self.name, self.words, self.bar = ElidingLabel(), QLabel(), QProgressBar()
        set_style(self.name, "font-weight: 600;")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setProperty("role", "muted")
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._line.setSpacing(2)
        self._line.addWidget(self.name, 1)
        self._line.addWidget(self.words)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._line)
        layout.addWidget(self.bar)

    def show_run(self, name: str, words: str, share: float, is_now: bool) -> None:
        """Show how far it is; that which is under way has a line of its own for what it does.

        Args:
            name: of the run.
            words: what it does or waits for.
            share: of the run, 0 to 1.
            is_now: it is under way.
        """
        self.name.setText(name)
        self.words.setText(words)
        self.bar.setValue(int(1000 * share))
        self.words.setWordWrap(is_now)
        self._line.setDirection(QBoxLayout.Direction.TopToBottom if is_now else QBoxLayout.Direction.LeftToRight)


class UnderWay(QWidget):
    """Runs in their order, that which flies with Cancel on its row, beside it the two vehicles on their way."""

    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[RunRow] = []
        """In the order of the runs."""
        self._newest = FlightNews(share=0.0, phase=Phase.READING)
        self.cancel = QPushButton(icon("close"), tr("Cancel"))
        self.cancel.setToolTip(tr("Give the flight up; what was recorded stays"))
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self.cancel_wanted)
        self.view = BesideView()
        self.view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        rows = QWidget()
        rows.setMinimumWidth(LEAST_ROWS_PX)
        rows.setMaximumWidth(ROWS_PX)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(12, 4, 12, 8)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(0, 1)
        self._grid.addWidget(self.cancel, 0, 1)
        column = QVBoxLayout(rows)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._grid)
        column.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(rows, 2)
        layout.addWidget(self.view, 3)

    def begin(self) -> None:
        """Another flight: nothing is known of it yet."""
        self.cancel.setEnabled(True)
        self.view.clear()
        self.show_news(FlightNews(share=0.0, phase=Phase.READING))

    def end(self) -> None:
        """It is given up, and ends in its time."""
        self.cancel.setEnabled(False)
        self.show_news(self._newest)

    def show_news(self, news: FlightNews) -> None:
        """Show how far it is."""
        self._newest = news
        self.view.show_news(news)
        names = [name_title(one) for one in news.runs] or [tr("Flown again")]
        self._make_rows(len(names))
        self._grid.addWidget(self.cancel, news.run, 1, Qt.AlignmentFlag.AlignVCenter)
        for place, (row, name) in enumerate(zip(self.rows, names, strict=True)):
            if place == news.run:
                row.show_run(name, self._words(news), _share(news), is_now=True)
            elif place < news.run:
                row.show_run(name, tr("flown"), 1.0, is_now=False)
            else:
                row.show_run(name, tr("waits for its turn"), 0.0, is_now=False)

    def _words(self, news: FlightNews) -> str:
        if not self.cancel.isEnabled():
            return tr("is being ended")
        return phase_words(news)

    def _make_rows(self, count: int) -> None:
        while len(self.rows) > count:
            row = self.rows.pop()
            self._grid.removeWidget(row)
            # it goes with the next turn of the loop, and would be seen until then
            row.hide()
            row.deleteLater()
        while len(self.rows) < count:
            row = RunRow()
            self._grid.addWidget(row, len(self.rows), 0)
            self.rows.append(row)


def phase_words(news: FlightNews) -> str:
    """What is done or waited for; while it flies how long, and how far it is from the record at this moment."""
    if news.phase is not Phase.FLIES:
        return tr(PHASES[news.phase])
    words = tr("flying {flown:.0f} of {whole:.0f} s").format(flown=news.flown_s, whole=news.of_s)
    far_m = [one.distance_m for one in news.vehicles if one is not None and one.distance_m is not None]
    if not far_m:
        return words
    told = tr("{words}, {far:.1f} m from the record now")
    if len(news.vehicles) > 1:
        told = tr("{words}, at most {far:.1f} m from the record now")
    return told.format(words=words, far=shown(max(far_m)))


def _share(news: FlightNews) -> float:
    """Of the run that is under way: by its own seconds, since the whole also counts those before it."""
    if news.phase is Phase.COMPARES:
        return 1.0
    return min(news.flown_s / news.of_s, 1.0) if news.of_s > 0.0 else 0.0
