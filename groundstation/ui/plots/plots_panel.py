# SPDX-License-Identifier: Apache-2.0
"""Plots of any value over one time axis with one cursor. GUI thread; works only while visible."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QScrollArea, QSplitter, QToolButton, QVBoxLayout, QWidget

from groundstation.fleet.value_path import ValueRef
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.plots.curve import ref_unit
from groundstation.ui.plots.plot_lane import PlotLane
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.roles import Ink
from groundstation.ui.timeline import local_time
from groundstation.ui.value_drag import refs_from_mime

SPANS_S = (30, 60, 120, 300, 600)
FIRST_SPAN_S = 120
MAX_LANES = 8
FRAME_MS = 66
"""Curves move fifteen times a second: smooth enough for time to flow, cheap enough for a hundred curves."""


class PlotsPanel(LivePanel):
    """Values are dropped on it, or sent by `plot`."""

    changed = Signal()
    """What is plotted, or how, changed by the operator; silent about what a program plots."""

    def __init__(self, feed: FleetView, parent: QWidget | None = None) -> None:
        super().__init__(FRAME_MS, parent)
        self.setAcceptDrops(True)
        self._feed = feed
        self._cursor_s: float | None = None
        self._frozen_s: float | None = None
        self.is_by_hand = False
        """Whether the operator ever chose what is plotted."""
        self.changed.connect(self.set_by_hand)
        self.lanes: list[PlotLane] = []
        self._removed: list[list[ValueRef]] = []
        self._drawn_s = -1.0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        self._hint = QLabel(
            self.tr(
                "Drag a value here from a vehicle's values or from the sensors,\nor select it there and press Enter."
            )
        )
        self._hint.setProperty("role", "muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        layout.addWidget(self._hint, 1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._splitter)
        layout.addWidget(self._scroll, 1)
        self._show_lanes()

    @property
    def span_s(self) -> int:
        """How much of the past is shown, seconds."""
        return int(self.span_box.currentData())

    @property
    def is_paused(self) -> bool:
        """True while time stands still in the plots; what comes is kept all the same."""
        return self.pause_button.isChecked()

    def plot(self, refs: list[ValueRef]) -> None:
        """Plot values: with those of the same unit in the last plot that has it, else in a new one."""
        for ref in refs:
            lane = next((one for one in reversed(self.lanes) if _shares_unit(one, ref)), None)
            # it is there already, wherever somebody put it
            if any(ref in one.refs for one in self.lanes):
                continue
            (lane or self._add_lane()).add(ref)
        self.refresh()

    def plots(self) -> list[list[ValueRef]]:
        """What is plotted, plot by plot, for settings."""
        return [lane.refs for lane in self.lanes]

    def restore(self, plots: Iterable[list[ValueRef]], span_s: int) -> None:
        """Back from settings."""
        # a layout that is brought back is no change by the operator, and is not written back
        with QSignalBlocker(self):
            self.clear()
            for refs in plots:
                if refs and len(self.lanes) < MAX_LANES:
                    lane = self._add_lane()
                    for ref in refs:
                        lane.add(ref)
            self.set_span(str(span_s))
        self.refresh()

    def set_span(self, seconds: str) -> None:
        """Show so much of the past; what is no choice of the box is left out."""
        index = self.span_box.findData(int(seconds)) if seconds.isdecimal() else -1
        if index >= 0:
            self.span_box.setCurrentIndex(index)

    def set_by_hand(self) -> None:
        """From now on nothing is plotted unasked."""
        self.is_by_hand = True

    def clear(self) -> None:
        """Remove every plot."""
        for lane in list(self.lanes):
            lane.clear()

    def clear_by_hand(self) -> None:
        """Remove every plot; until something is plotted, they can be brought back."""
        removed = self.plots()
        self.clear()
        if removed:
            self._removed = removed
            self.undo_button.show()

    def undo(self) -> None:
        """Bring back what was removed last."""
        removed, self._removed = self._removed, []
        self.undo_button.hide()
        self.restore(removed, self.span_s)
        self.changed.emit()

    def refresh(self) -> None:
        """Draw what is new."""
        stop_s = self._now_s()
        for lane in self.lanes:
            lane.refresh(stop_s - self.span_s, stop_s)
            lane.show_cursor(self._cursor_s, stop_s)
        self._show_cursor_time()

    def _now_s(self) -> float:
        """The end of the time axis: now, or when it was paused."""
        return self._frozen_s if self._frozen_s is not None else self._feed.now_s()

    def on_time(self) -> None:
        """Draw when time moved on by a pixel at least."""
        now_s = self._feed.now_s()
        width = min((lane.plot.width() for lane in self.lanes), default=1)
        # with ten minutes on the screen a pixel is a second: drawing more often shows nothing new
        if now_s - self._drawn_s >= self.span_s / max(100, width):
            self._drawn_s = now_s
            self.refresh()

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(8)
        self.span_box = QComboBox()
        self.span_box.setAccessibleName(self.tr("Time shown"))
        for span in SPANS_S:
            name = self.tr("last {n} s").format(n=span) if span < 60 else self.tr("last {n} min").format(n=span // 60)
            self.span_box.addItem(name, span)
        self.span_box.setCurrentIndex(self.span_box.findData(FIRST_SPAN_S))
        self.span_box.currentIndexChanged.connect(self._on_span_changed)
        self.pause_button = QToolButton()
        self.pause_button.setCheckable(True)
        self.pause_button.setIcon(icon("pause"))
        self.pause_button.setToolTip(self.tr("Hold the time axis still; values are still kept"))
        self.pause_button.setAccessibleName(self.tr("Pause the plots"))
        self.pause_button.toggled.connect(self._on_pause_toggled)
        self.time_label = QLabel()
        self.time_label.setProperty("role", "muted")
        remove = QToolButton()
        remove.setIcon(icon("remove"))
        remove.setToolTip(self.tr("Remove all plots"))
        remove.setAccessibleName(self.tr("Remove all plots"))
        remove.clicked.connect(self.clear_by_hand)
        self.undo_button = QToolButton()
        self.undo_button.setText(self.tr("Undo"))
        self.undo_button.setToolTip(self.tr("Bring the removed plots back"))
        self.undo_button.clicked.connect(self.undo)
        self.undo_button.hide()
        bar.addWidget(self.span_box)
        bar.addWidget(self.pause_button)
        bar.addWidget(self.time_label)
        bar.addStretch(1)
        bar.addWidget(self.undo_button)
        bar.addWidget(remove)
        return bar

    def _wall_offset_s(self) -> float:
        return self._feed.timeline.unix_s(0.0)

    def _add_lane(self) -> PlotLane:
        if len(self.lanes) >= MAX_LANES:
            return self.lanes[-1]
        lane = PlotLane(self._feed.history, self._wall_offset_s)
        lane.refs_dropped.connect(lambda refs: self._on_refs_dropped(lane, refs))
        lane.cursor_moved.connect(self._on_cursor_moved)
        lane.emptied.connect(lambda: self._remove_lane(lane))
        lane.changed.connect(self.changed)
        self.lanes.append(lane)
        self.undo_button.hide()
        self._splitter.addWidget(lane)
        self._show_lanes()
        return lane

    def _remove_lane(self, lane: PlotLane) -> None:
        if lane in self.lanes:
            self.lanes.remove(lane)
            # out of the splitter now: `deleteLater` comes a turn later, and would leave a hole until then
            lane.setParent(None)
            lane.deleteLater()
            self._show_lanes()

    def _show_lanes(self) -> None:
        self._hint.setVisible(not self.lanes)
        self._scroll.setVisible(bool(self.lanes))
        for lane in self.lanes:
            lane.show_axis(lane is self.lanes[-1])

    def _show_cursor_time(self) -> None:
        if self._cursor_s is None:
            self.time_label.setText(self.tr("paused") if self.is_paused else "")
            return
        wall_s = self._cursor_s + self._wall_offset_s()
        text = f"{local_time(wall_s)}.{int(wall_s % 1 * 10)}"
        self.time_label.setText(text)

    def _on_refs_dropped(self, lane: PlotLane, refs: list[ValueRef]) -> None:
        for ref in refs:
            target = lane if _shares_unit(lane, ref) or not lane.curves else self._lane_for(ref)
            target.add(ref)
        self.refresh()

    def _lane_for(self, ref: ValueRef) -> PlotLane:
        """A plot of the same unit, else a new one: two units never share an axis."""
        return next((one for one in reversed(self.lanes) if _shares_unit(one, ref)), None) or self._add_lane()

    def _on_cursor_moved(self, time_s: float | None) -> None:
        self._cursor_s = time_s
        for lane in self.lanes:
            lane.show_cursor(time_s, self._now_s())
        self._show_cursor_time()

    def _on_span_changed(self) -> None:
        self.refresh()
        self.changed.emit()

    def _on_pause_toggled(self, is_paused: bool) -> None:
        self._frozen_s = self._feed.now_s() if is_paused else None
        self.pause_button.setIcon(icon("play", Ink.ACCENT) if is_paused else icon("pause"))
        self.refresh()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Qt: values may be dropped beside the plots too."""
        if refs_from_mime(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt: values were dropped beside the plots."""
        refs = refs_from_mime(event.mimeData())
        if refs:
            event.acceptProposedAction()
            self.plot(refs)


def _shares_unit(lane: PlotLane, ref: ValueRef) -> bool:
    """Whether a value belongs on a plot's axis."""
    if not lane.curves:
        return False
    other = lane.curves[0].ref
    if isinstance(other.source, str) != isinstance(ref.source, str):
        return bool(ref_unit(other).symbol) and ref_unit(other).symbol == ref_unit(ref).symbol
    # values without a unit are comparable only when they are the same value
    if not ref_unit(other).symbol:
        return other.path == ref.path
    return ref_unit(other).symbol == ref_unit(ref).symbol
