# SPDX-License-Identifier: Apache-2.0
"""The plots, one above the other, and which value goes into which. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QScrollArea, QSplitter, QVBoxLayout, QWidget

from groundstation.fleet.sensor_map.sensor_map import SensorMap
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.plots.curve import Curve, ref_unit
from groundstation.ui.plots.older_runs import OlderRuns
from groundstation.ui.plots.plot_lane import MAX_CURVES, PlotLane

MAX_LANES = 8


class LaneStack(QWidget):
    """Plots share one time axis; two units never share an axis of values."""

    changed = Signal()
    """What is plotted changed."""
    removing = Signal()
    """A curve is about to be taken away by hand."""
    lane_made = Signal(object)
    """A new `PlotLane`, to be joined to the others."""

    def __init__(
        self, feed: FleetView, older: OlderRuns, wall_offset_s: Callable[[], float], parent: QWidget | None = None
    ) -> None:
        """Begin with none.

        Args:
            feed: what is known of the fleet.
            older: what was read of before.
            wall_offset_s: tells what to add to the view's clock to have seconds since 1970.
            parent: Qt's.
        """
        super().__init__(parent)
        self._feed, self._older, self._wall_offset_s = feed, older, wall_offset_s
        self.lanes: list[PlotLane] = []
        self.hint = QLabel(
            self.tr(
                "Drag a value here from a vehicle's values or from the sensors,\nor select it there and press Enter."
            )
        )
        self.hint.setProperty("role", "muted")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self.splitter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.hint, 1)
        layout.addWidget(self._scroll, 1)
        self._show_lanes()

    @property
    def curves(self) -> list[Curve]:
        """All that is drawn."""
        return [curve for lane in self.lanes for curve in lane.curves]

    def plots(self) -> list[list[ValueRef]]:
        """What is plotted, plot by plot."""
        return [lane.refs for lane in self.lanes]

    def plot(self, refs: Iterable[ValueRef], first: PlotLane | None = None) -> int:
        """Plot values: with those of the same unit in the last plot that has it, else in a new one.

        Args:
            refs: which; what is there already stays where somebody put it.
            first: where a value goes that fits there; None for nowhere before the others.

        Returns:
            For how many there was no room.
        """
        left = 0
        for ref in refs:
            if first is not None and ref in first.refs:
                continue
            if first is not None and self._fits(first, ref):
                first.add(ref)
            elif first is not None or not any(ref in one.refs for one in self.lanes):
                lane = self._lane_for(ref)
                left += lane is None or not (lane.add(ref) or ref in lane.refs)
        return left

    def restore(self, plots: Iterable[list[ValueRef]]) -> None:
        """Show these and no others."""
        self.clear()
        for refs in plots:
            lane = self._add_lane() if refs else None
            if lane is not None:
                lane.add_all(refs)

    def bring_back(self, before: Sequence[Sequence[ValueRef]]) -> None:
        """Show again what was there; what came since stays, and no curve that stands begins anew."""
        for number, refs in enumerate(before):
            lane = next((one for one in self.lanes if set(one.refs) & set(refs)), None) or self._add_lane(number)
            if lane is not None:
                lane.add_all(refs)

    def clear(self) -> None:
        """Remove every plot."""
        for lane in list(self.lanes):
            lane.clear()

    def _fits(self, lane: PlotLane, ref: ValueRef) -> bool:
        has_room = len(lane.curves) < MAX_CURVES
        return has_room and (not lane.curves or shares_unit(lane, ref, self._feed.meanings))

    def _lane_for(self, ref: ValueRef) -> PlotLane | None:
        """A plot of the same unit with room in it, else a new one; None when there are too many."""
        fitting = (one for one in reversed(self.lanes) if one.curves and self._fits(one, ref))
        return next(fitting, None) or self._add_lane()

    def _add_lane(self, number: int | None = None) -> PlotLane | None:
        if len(self.lanes) >= MAX_LANES:
            return None
        place = len(self.lanes) if number is None else min(number, len(self.lanes))
        lane = PlotLane(self._feed.history, self._older, self._wall_offset_s, lambda: self._feed.meanings)
        lane.emptied.connect(lambda: self._remove_lane(lane))
        lane.changed.connect(self.changed)
        lane.removing.connect(self.removing)
        self.lanes.insert(place, lane)
        self.splitter.insertWidget(place, lane)
        self.lane_made.emit(lane)
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
        self.hint.setVisible(not self.lanes)
        self._scroll.setVisible(bool(self.lanes))
        for lane in self.lanes:
            lane.show_axis(lane is self.lanes[-1])


def shares_unit(lane: PlotLane, ref: ValueRef, meanings: SensorMap) -> bool:
    """Whether a value belongs on a plot's axis."""
    if not lane.curves:
        return False
    other, mine, its = lane.curves[0].ref, ref_unit(ref, meanings).symbol, lane.curves[0].unit.symbol
    if isinstance(other.source, str) != isinstance(ref.source, str):
        return bool(its) and its == mine
    # values without a unit are comparable only when they are the same value
    return its == mine and (bool(its) or other.path == ref.path)
