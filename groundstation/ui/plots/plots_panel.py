# SPDX-License-Identifier: Apache-2.0
"""Plots of any value over one time axis with one cursor. GUI thread; works only while visible."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.settings.settings import Settings
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.language.speaking import speaking
from groundstation.ui.live_panel import LivePanel
from groundstation.ui.plots.event_marks import Commands, EventMarks
from groundstation.ui.plots.for_selection import for_each, is_for_each
from groundstation.ui.plots.formula_dialog import FormulaDialog
from groundstation.ui.plots.lane_stack import LaneStack
from groundstation.ui.plots.older_asks import OlderAsks
from groundstation.ui.plots.plot_bar import PlotBar
from groundstation.ui.plots.plot_export import PlotExport, columns_of
from groundstation.ui.plots.plot_lane import PlotLane
from groundstation.ui.plots.plot_port import Column, PlotAccess
from groundstation.ui.plots.plot_set import PlotSet, plots_of
from groundstation.ui.plots.plot_sets import PlotSets
from groundstation.ui.plots.removed_plots import RemovedPlots
from groundstation.ui.plots.shown_span import ShownSpan
from groundstation.ui.plots.statistics_table import Asked, StatisticsTable
from groundstation.ui.selection import Selection
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.timeline import local_time
from groundstation.ui.value_drag import refs_from_mime

FIRST_SPAN_S = 120
KEY_ZOOM, KEY_PAN = 1.5, 0.5
"""A key shows so many times as much time, or moves by such a share of it."""
AHEAD_S = 1.0
MARKS_S = 0.3
FRAME_MS = 66
"""Curves move fifteen times a second: smooth enough for time to flow, cheap enough for a hundred curves."""


class PlotsPanel(LivePanel):
    """Values are dropped on it, or sent by `plot`."""

    changed = Signal()
    """What is plotted, or how, changed by the operator; silent about what a program plots."""
    moment_wanted = Signal(float)
    """A moment that was clicked, seconds on the clock of the view's timeline."""

    def __init__(
        self,
        feed: FleetView,
        parent: QWidget | None = None,
        selection: Selection | None = None,
        commands: Commands = tuple,
        access: PlotAccess | None = None,
    ) -> None:
        """Begin with nothing.

        Args:
            feed: what is known of the fleet.
            parent: Qt's.
            selection: for whom one value of a whole selection is plotted; None for nobody.
            commands: that are marked.
            access: ways to files; None for plots that write none.
        """
        super().__init__(FRAME_MS, parent)
        self.setAcceptDrops(True)
        self._feed = feed
        self._selection = selection if selection is not None else Selection(self)
        self._cursor_s: float | None = None
        self._is_live = feed.timeline.is_live
        self._shown = ShownSpan(FIRST_SPAN_S, is_live=self._is_live)
        self._asks = OlderAsks(feed.history, self)
        self.is_by_hand = False
        """Whether the operator ever chose what is plotted."""
        self.changed.connect(self.set_by_hand)
        self._drawn_s = -math.inf
        self.removed = RemovedPlots(feed.history, self)
        self.removed.changed.connect(self._show_removed)
        self.stack = LaneStack(feed, self._asks.runs, self._wall_offset_s)
        self.marks = EventMarks(feed, commands, self)
        self._marked, self._marked_s = (0.0, 0.0), -math.inf
        self.statistics = StatisticsTable(self._asked)
        self.statistics.hide()
        self._make_bar()
        self.export: PlotExport | None = None
        self.sets: PlotSets | None = None
        if access is not None:
            self.export = PlotExport(access, self.bar, lambda: self.stack.splitter, self._columns)
            if access.sets is not None:
                self.sets = PlotSets(access.sets, self.bar, lambda: (self.plots(), self.span_s), self.wear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.stack, 1)
        layout.addWidget(self.statistics)
        self._join_stack()
        self._add_keys()
        self._asks.changed.connect(self._on_older_came)
        feed.timeline.rewound.connect(self._on_rewound)
        feed.meanings_changed.connect(self._on_meanings)
        chosen().changed.connect(self._on_settings)

    def _make_bar(self) -> None:
        self.bar = PlotBar(FIRST_SPAN_S, is_live=self._is_live)
        self.span_box, self.pause_button = self.bar.span_box, self.bar.pause_button
        self.time_label, self.undo_button = self.bar.time_label, self.bar.undo_button
        self.span_box.chosen.connect(self._on_span_chosen)
        self.pause_button.toggled.connect(self._on_pause_toggled)
        self.bar.remove_button.clicked.connect(self.clear_by_hand)
        self.undo_button.clicked.connect(self.undo)
        self.formula_button = self.bar.button("formula", self.tr("Plot a computed value…"))
        self.formula_button.clicked.connect(lambda _: self.ask_formula())
        self.bar.add(self.formula_button)
        self.marks_button = self.bar.button("marks", self.tr("Mark arming, modes, warnings, commands and bookmarks"))
        self.marks_button.setCheckable(True)
        self.marks_button.setChecked(True)
        self.marks_button.toggled.connect(lambda _: self._show_marks(*self.shown))
        self.marks_button.toggled.connect(lambda _: self.changed.emit())
        self.bar.add(self.marks_button)
        self.statistics_button = self.bar.button("statistics", self.tr("Statistics over the time shown"))
        self.statistics_button.setCheckable(True)
        self.statistics_button.toggled.connect(self.statistics.setVisible)
        self.statistics_button.toggled.connect(lambda _: self.changed.emit())
        self.bar.add(self.statistics_button)

    def _join_stack(self) -> None:
        self.stack.lane_made.connect(self._join_lane)
        self.stack.changed.connect(self.changed)
        self.stack.removing.connect(lambda: self.removed.keep(self.plots()))

    @property
    def lanes(self) -> list[PlotLane]:
        """The plots from top to bottom."""
        return self.stack.lanes

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

    def plot(self, refs: list[ValueRef], first: PlotLane | None = None) -> None:
        """Plot values: with those of the same unit in the last plot that has it, else in a new one.

        Args:
            refs: which.
            first: where a value goes that fits there; None for nowhere before the others.
        """
        left = self.stack.plot(refs, first)
        if left:
            self.bar.say(self.tr("no room for {n} of the values").format(n=left))
        self.refresh()

    def plot_for_selection(self, refs: list[ValueRef], first: PlotLane | None = None) -> None:
        """The same values of each vehicle that is selected."""
        self.plot(for_each(refs, self._selection.keys), first)

    def plots(self) -> list[list[ValueRef]]:
        """What is plotted, plot by plot, for settings."""
        return self.stack.plots()

    def restore(self, plots: Iterable[list[ValueRef]], span_s: int) -> None:
        """Back from settings."""
        # a layout that is brought back is no change by the operator, and is not written back
        with QSignalBlocker(self):
            self.stack.restore(plots)
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

    def ask_formula(self, text: str = "") -> FormulaDialog:
        """Ask for a value that follows from others, of the selected vehicles or of those that are plotted."""
        dialog = FormulaDialog(self._vehicles(), self.plot, text, self)
        dialog.open()
        return dialog

    def clear(self) -> None:
        """Remove every plot."""
        self.stack.clear()

    def clear_by_hand(self) -> None:
        """Remove every plot; they can be brought back."""
        self.removed.keep(self.plots())
        self.clear()

    def undo(self) -> None:
        """Bring back what was removed last."""
        before = self.removed.take()
        if before is None:
            self.bar.say(self.tr("Nothing to undo"))
            return
        self.stack.bring_back(before)
        if not self.removed.is_offered:
            self.removed.let_go()
        self.refresh()

    def _show_removed(self) -> None:
        self.undo_button.setVisible(self.removed.is_offered)

    def refresh(self) -> None:
        """Draw what is new."""
        now_s = self._feed.now_s()
        begin_s, end_s = self._shown.at(now_s)
        # beyond now there is nothing to be read
        self._asks.look(self.stack.curves, begin_s, min(end_s, now_s) if self._is_live else end_s)
        playhead_s, is_past = (None, False) if self._is_live else (now_s, self._asks.is_possible)
        for lane in self.lanes:
            lane.refresh(begin_s, end_s, playhead_s, self._asks.unread(lane.curves), is_past=is_past)
            lane.show_cursor(self._cursor_s, now_s)
        # a mark moves with the axis by itself: new ones are looked for a few times a second
        if (begin_s, end_s) != self._marked and (not self._is_live or abs(now_s - self._marked_s) >= MARKS_S):
            self._marked, self._marked_s = (begin_s, end_s), now_s
            self._show_marks(begin_s, end_s)
        self._show_cursor_time()

    def _show_marks(self, begin_s: float, end_s: float) -> None:
        """Mark what happened to the vehicles of each plot."""
        for lane in self.lanes:
            keys = {ref.source for ref in lane.refs if isinstance(ref.source, VehicleKey)}
            is_on = self.marks_button.isChecked()
            lane.marks.show_marks(self.marks.within(begin_s, end_s, keys) if is_on else ())

    def wear(self, one: PlotSet) -> None:
        """Show saved plots for the selected vehicles; what was plotted can be brought back."""
        plots = plots_of(one, self._vehicles())
        if not plots:
            self.bar.say(self.tr("Select a vehicle first"))
            return
        self.removed.keep(self.plots())
        self.restore(plots, one.span_s)
        self.changed.emit()

    def _vehicles(self) -> tuple[VehicleKey, ...]:
        """The selected ones, else one that is plotted or known."""
        plotted = (ref.source for refs in self.plots() for ref in refs)
        known = [*(one for one in plotted if isinstance(one, VehicleKey)), *(state.key for state in self._feed.fleet)]
        return self._selection.keys or tuple(known[:1])

    def _columns(self) -> list[Column]:
        asked = self._asked()
        return columns_of(asked.curves, asked.begin_s, asked.end_s, self._wall_offset_s())

    def _asked(self) -> Asked:
        """What the statistics are about."""
        now_s = self._feed.now_s()
        begin_s, end_s = self.shown
        if self._is_live and not self.is_paused:
            # by the clock of a vehicle the newest value may be a little ahead of now
            end_s = now_s + AHEAD_S
        return Asked(self.stack.curves, begin_s, end_s, lambda curve: not self._asks.unread([curve]))

    def on_time(self) -> None:
        """Draw when time moved on by a pixel at least."""
        now_s = self._feed.now_s()
        begin_s, end_s = self._shown.at(now_s)
        width = min((lane.plot.width() for lane in self.lanes), default=1)
        # with ten minutes on the screen a pixel is a second: drawing more often shows nothing new but the newest value
        if abs(now_s - self._drawn_s) >= min(1.0, (end_s - begin_s) / max(100, width)):
            self._drawn_s = now_s
            self.refresh()

    def _wall_offset_s(self) -> float:
        return self._feed.timeline.unix_s(0.0)

    def _join_lane(self, lane: PlotLane) -> None:
        lane.box.zoom_wanted.connect(self.zoom)
        lane.box.pan_wanted.connect(self._pan_by)
        lane.box.box_wanted.connect(lambda *box: self._show_box(lane, *box))
        lane.box.moment_wanted.connect(self.moment_wanted)
        lane.refs_dropped.connect(lambda refs, is_each: self._on_dropped(refs, lane, is_each=is_each))
        lane.legend.each_wanted.connect(lambda ref: self.plot_for_selection([ref], lane))
        lane.legend.count_selected = lambda: len(self._selection.keys)
        lane.hovered.connect(self._tell_of_selection)
        lane.cursor_moved.connect(self._on_cursor_moved)

    def _show_cursor_time(self) -> None:
        if self._cursor_s is None:
            self.time_label.setText(self.tr("paused") if self.is_paused and self._is_live else "")
            return
        wall_s = self._cursor_s + self._wall_offset_s()
        text = f"{local_time(wall_s)}{speaking().numerals.decimal}{int(wall_s % 1 * 10)}"
        self.time_label.setText(text)

    def _tell_of_selection(self) -> None:
        """A drag is over the plots: it may be meant of more than one vehicle."""
        count = len(self._selection.keys)
        if count > 1:
            self.bar.say(self.tr("with Shift: of all {n} selected").format(n=count))

    def _on_dropped(self, refs: list[ValueRef], lane: PlotLane | None, *, is_each: bool) -> None:
        (self.plot_for_selection if is_each else self.plot)(refs, lane)

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
        self.bar.show_pause(is_by_hand=is_by_hand)
        self.refresh()
        for lane in self.lanes:
            lane.point_again()

    def _add_keys(self) -> None:
        """Keys while the plots have the keyboard; none of them is one of the window's."""
        for keys, act in (
            (("Ctrl++", "Ctrl+="), lambda: self.zoom(1 / KEY_ZOOM)),
            (("Ctrl+-",), lambda: self.zoom(KEY_ZOOM)),
            (("Ctrl+Z",), self.undo),
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
            self._tell_of_selection()
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt: values were dropped beside the plots."""
        refs = refs_from_mime(event.mimeData())
        if refs:
            event.acceptProposedAction()
            self._on_dropped(refs, None, is_each=is_for_each(event))
