# SPDX-License-Identifier: Apache-2.0
"""Plots of any value over one time axis with one cursor. GUI thread; works only while visible."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QSplitter, QToolButton, QVBoxLayout, QWidget

from groundstation.fleet.sensor_map.sensor_map import SensorMap
from groundstation.fleet.settings.settings import Settings
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.language.speaking import speaking
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.plots.curve import Curve, ref_unit
from groundstation.ui.plots.older_asks import OlderAsks
from groundstation.ui.plots.plot_lane import PlotLane
from groundstation.ui.plots.shown_span import ShownSpan
from groundstation.ui.plots.span_box import SpanBox
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.theme.icons import icon
from groundstation.ui.theme.roles import Ink
from groundstation.ui.timeline import local_time
from groundstation.ui.value_drag import refs_from_mime

FIRST_SPAN_S = 120
MAX_LANES = 8
KEY_ZOOM, KEY_PAN = 1.5, 0.5
"""A key shows so many times as much time, or moves by such a share of it."""
FRAME_MS = 66
"""Curves move fifteen times a second: smooth enough for time to flow, cheap enough for a hundred curves."""


class PlotsPanel(LivePanel):
    """Values are dropped on it, or sent by `plot`."""

    changed = Signal()
    """What is plotted, or how, changed by the operator; silent about what a program plots."""
    moment_wanted = Signal(float)
    """A moment that was clicked, seconds on the clock of the view's timeline."""

    def __init__(self, feed: FleetView, parent: QWidget | None = None) -> None:
        super().__init__(FRAME_MS, parent)
        self.setAcceptDrops(True)
        self._feed = feed
        self._cursor_s: float | None = None
        self._is_live = feed.timeline.is_live
        self._shown = ShownSpan(FIRST_SPAN_S, is_live=self._is_live)
        self._asks = OlderAsks(feed.history, self)
        self.is_by_hand = False
        """Whether the operator ever chose what is plotted."""
        self.changed.connect(self.set_by_hand)
        self.lanes: list[PlotLane] = []
        self._removed: list[list[ValueRef]] = []
        self._drawn_s = -math.inf
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
        self._add_keys()
        self._asks.changed.connect(self._on_older_came)
        feed.timeline.rewound.connect(self._on_rewound)
        feed.meanings_changed.connect(self._on_meanings)
        chosen().changed.connect(self._on_settings)

    def _on_settings(self, _before: Settings, _now: Settings) -> None:
        """Units, names and colours may be others."""
        self._on_meanings()

    def _on_meanings(self) -> None:
        for lane in self.lanes:
            lane.use_meanings()

    @property
    def span_s(self) -> int:
        """How much time is shown while the plots follow, seconds."""
        return int(self._shown.span_s)

    @property
    def shown(self) -> tuple[float, float]:
        """Begin and end of what is shown, seconds on the clock of the view's timeline."""
        return self._shown.at(self._feed.now_s())

    @property
    def is_paused(self) -> bool:
        """True while time stands still in the plots; what comes is kept all the same."""
        return self._shown.is_by_hand

    def plot(self, refs: list[ValueRef]) -> None:
        """Plot values: with those of the same unit in the last plot that has it, else in a new one."""
        for ref in refs:
            lane = next((one for one in reversed(self.lanes) if _shares_unit(one, ref, self._feed.meanings)), None)
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
        self.span_box.choose(seconds)

    def follow(self) -> None:
        """Go with now, or with the playhead, again, and fit the values."""
        self._shown.follow()
        for lane in self.lanes:
            lane.fit_values()
        self._show_by_hand()

    def zoom(self, factor: float, at_s: float | None = None) -> None:
        """Show more or less time.

        Args:
            factor: how many times as much.
            at_s: the moment that stays where it is; None for the middle.
        """
        begin_s, end_s = self.shown
        self._shown.zoom(factor, (begin_s + end_s) / 2 if at_s is None else at_s, self._feed.now_s())
        self._show_by_hand()

    def pan(self, share: float) -> None:
        """Move by a share of what is shown; below 0 to the past."""
        begin_s, end_s = self.shown
        self._pan_by(share * (end_s - begin_s))

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
        now_s = self._feed.now_s()
        begin_s, end_s = self._shown.at(now_s)
        # beyond now there is nothing to be read
        self._asks.look(self._curves(), begin_s, min(end_s, now_s) if self._is_live else end_s)
        playhead_s, is_past = (None, False) if self._is_live else (now_s, self._asks.is_possible)
        for lane in self.lanes:
            lane.refresh(begin_s, end_s, playhead_s, self._asks.unread(lane.curves), is_past=is_past)
            lane.show_cursor(self._cursor_s, now_s)
        self._show_cursor_time()

    def _curves(self) -> list[Curve]:
        return [curve for lane in self.lanes for curve in lane.curves]

    def on_time(self) -> None:
        """Draw when time moved on by a pixel at least."""
        now_s = self._feed.now_s()
        begin_s, end_s = self._shown.at(now_s)
        width = min((lane.plot.width() for lane in self.lanes), default=1)
        # with ten minutes on the screen a pixel is a second: drawing more often shows nothing new but the newest value
        if abs(now_s - self._drawn_s) >= min(1.0, (end_s - begin_s) / max(100, width)):
            self._drawn_s = now_s
            self.refresh()

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(8)
        self.span_box = SpanBox(FIRST_SPAN_S, is_live=self._is_live)
        self.span_box.chosen.connect(self._on_span_chosen)
        self.pause_button = QToolButton()
        self.pause_button.setCheckable(True)
        self.pause_button.setIcon(icon("pause"))
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
        self._name_pause()
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
        lane = PlotLane(self._feed.history, self._asks.runs, self._wall_offset_s, lambda: self._feed.meanings)
        lane.box.zoom_wanted.connect(self.zoom)
        lane.box.pan_wanted.connect(self._pan_by)
        lane.box.box_wanted.connect(lambda *box: self._show_box(lane, *box))
        lane.box.moment_wanted.connect(self.moment_wanted)
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
            self.time_label.setText(self.tr("paused") if self.is_paused and self._is_live else "")
            return
        wall_s = self._cursor_s + self._wall_offset_s()
        text = f"{local_time(wall_s)}{speaking().numerals.decimal}{int(wall_s % 1 * 10)}"
        self.time_label.setText(text)

    def _on_refs_dropped(self, lane: PlotLane, refs: list[ValueRef]) -> None:
        for ref in refs:
            target = lane if _shares_unit(lane, ref, self._feed.meanings) or not lane.curves else self._lane_for(ref)
            target.add(ref)
        self.refresh()

    def _lane_for(self, ref: ValueRef) -> PlotLane:
        """A plot of the same unit, else a new one: two units never share an axis."""
        return (
            next((one for one in reversed(self.lanes) if _shares_unit(one, ref, self._feed.meanings)), None)
            or self._add_lane()
        )

    def _on_cursor_moved(self, time_s: float | None) -> None:
        self._cursor_s = time_s
        for lane in self.lanes:
            lane.show_cursor(time_s, self._feed.now_s())
        self._show_cursor_time()

    def _on_span_chosen(self, seconds: float) -> None:
        self._shown.follow(seconds)
        self.follow()
        self.changed.emit()

    def _on_pause_toggled(self, is_paused: bool) -> None:
        if is_paused:
            self._shown.hold(self._feed.now_s())
            self._show_by_hand()
        else:
            self.follow()

    def _pan_by(self, seconds: float) -> None:
        self._shown.pan(seconds, self._feed.now_s())
        self._show_by_hand()

    def _show_box(self, lane: PlotLane, begin_s: float, end_s: float, low: float, high: float) -> None:
        """Show what was framed: its time in all plots, its values in its own."""
        self._shown.show(begin_s, end_s, self._feed.now_s())
        lane.hold_values(low, high)
        self._show_by_hand()

    def _show_by_hand(self) -> None:
        """Show the axis as it is now, and whether somebody moved it."""
        is_by_hand = self._shown.is_by_hand
        begin_s, end_s = self.shown
        self.span_box.show_span(end_s - begin_s if is_by_hand else self.span_s, is_by_hand=is_by_hand)
        with QSignalBlocker(self.pause_button):
            self.pause_button.setChecked(is_by_hand)
        self.pause_button.setIcon(icon("play", Ink.ACCENT) if is_by_hand else icon("pause"))
        self._name_pause()
        self.refresh()
        for lane in self.lanes:
            lane.point_again()

    def _name_pause(self) -> None:
        hold = self.tr("Hold the time axis still; values are still kept")
        back = self.tr("Follow now again (Home)") if self._is_live else self.tr("Follow the playhead again (Ctrl+Home)")
        self.pause_button.setToolTip(back if self._shown.is_by_hand else hold)
        self.pause_button.setAccessibleName(back if self._shown.is_by_hand else self.tr("Pause the plots"))

    def _add_keys(self) -> None:
        """Keys while the plots have the keyboard; none of them is one of the window's."""
        for keys, act in (
            (("Ctrl++", "Ctrl+="), lambda: self.zoom(1 / KEY_ZOOM)),
            (("Ctrl+-",), lambda: self.zoom(KEY_ZOOM)),
            (("PgUp",), lambda: self.pan(-KEY_PAN)),
            (("PgDown",), lambda: self.pan(KEY_PAN)),
            # where the past is shown Home is the beginning of the recording, in the whole window
            (("Home", "Ctrl+Home") if self._is_live else ("Ctrl+Home",), self.follow),
        ):
            for key in keys:
                shortcut = QShortcut(QKeySequence(key), self)
                # not in the making: given there beside a slot it is lost, and the key the whole window's
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(act)

    def _on_older_came(self) -> None:
        # at the next frame: answers come by the dozen
        self._drawn_s = -math.inf

    def _on_rewound(self) -> None:
        if self.isVisible():
            self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: nobody looks any more."""
        self._asks.rest()
        super().hideEvent(event)

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


def _shares_unit(lane: PlotLane, ref: ValueRef, meanings: SensorMap) -> bool:
    """Whether a value belongs on a plot's axis."""
    if not lane.curves:
        return False
    other, mine, its = lane.curves[0].ref, ref_unit(ref, meanings).symbol, lane.curves[0].unit.symbol
    if isinstance(other.source, str) != isinstance(ref.source, str):
        return bool(its) and its == mine
    # values without a unit are comparable only when they are the same value
    return its == mine and (bool(its) or other.path == ref.path)
