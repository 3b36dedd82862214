# SPDX-License-Identifier: Apache-2.0
"""`bench plots`: ten long curves that are panned and zoomed, beside pyqtgraph's own way of drawing long curves."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from groundstation.app.bench.report import Comparison, Report
from groundstation.app.display import check_qt
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import ValueRef

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from groundstation.ui.plots.older_runs import OlderRuns

SERIES = 10
RATE_HZ = 50.0
GAPS = 100
"""Of each series."""
WIDTH, HEIGHT = 1400, 600
"""Of the plot with its legend, pixels: most of a screen."""
ZOOMS, MOVES = 25, 6
"""From all there is to a few hundred points, and steps to the side at each."""
PEER_EVERY = 7
"""The peer shows each so many of the same frames, as one may take it seconds; 7 has all zooms and moves among them."""
BLOCK = 100_000
"""Points that come at once from a recording."""
BLOCKS = 20

Span = tuple[float, float]


class _Frames(NamedTuple):
    """Milliseconds a frame."""

    ours: list[float]
    peers: list[float]
    """Of some of the same frames."""


def run(points: int, stop: threading.Event, say: Callable[[str], None]) -> Report:
    """Measure; ten million points take some minutes, most of them the peer's, and 3 GB of memory.

    Args:
        points: of each series.
        stop: ends it early, with what is there.
        say: told what is being done, for the operator who waits.
    """
    check_qt("offscreen")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    say(f"making {SERIES} series of {points} points, half of them noisy")
    runs, refs = _recorded(points)
    held = runs.nbytes / (SERIES * points)
    say(f"panning and zooming, {ZOOMS * MOVES} frames, then {ZOOMS * MOVES // PEER_EVERY} of them in plain pyqtgraph")
    frames = _frames(runs, refs, points, stop)
    came_ms = _come(runs, refs[0], points, stop)
    comparisons = (
        _of_frames("frame while panning and zooming, p50", frames, 50.0),
        _of_frames("frame while panning and zooming, p99", frames, 99.0),
        Comparison(name="memory for a point", unit="B", value=held, goal=20.0),
        Comparison(name=f"taking in {BLOCK} more points, p50", unit="ms", value=_percentile(came_ms, 50.0), goal=50.0),
    )
    return Report(bench="plots", settings={"series": float(SERIES), "points": float(points)}, comparisons=comparisons)


def _of_frames(name: str, frames: _Frames, share: float) -> Comparison:
    peer = _percentile(frames.peers, share)
    return Comparison(
        name=name, unit="ms", value=_percentile(frames.ours, share), peer=peer, goal=50.0, is_by_ratio=False
    )


def _percentile(found: list[float], share: float) -> float:
    return float(np.percentile(found, share)) if found else 0.0


def _recorded(points: int) -> tuple[OlderRuns, list[ValueRef]]:
    """As if it had been read from a recording."""
    from groundstation.ui.plots.older_runs import OlderRuns

    runs = OlderRuns(most_bytes=1 << 40)
    refs = [ValueRef(VehicleKey("bench", f"uav-{number}"), "position.height_home_m") for number in range(SERIES)]
    for number, ref in enumerate(refs):
        _take(runs, ref, np.arange(points) / RATE_HZ, _values(points, number))
    return runs, refs


def _values(points: int, number: int) -> NDArray[np.float64]:
    """A height that wanders; every other one with noise all over the plot; with gaps."""
    rng = np.random.default_rng(number)
    found = np.cumsum(rng.standard_normal(points)) * 0.05 + 20.0 * number
    if number % 2:
        found += rng.standard_normal(points) * 20.0
    found[rng.integers(0, points, GAPS)] = np.nan
    return found


def _take(runs: OlderRuns, ref: ValueRef, times: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    from groundstation.ui.plots.older_values import OlderPart
    from groundstation.ui.series import PlotSeries

    begin_s, end_s = float(times[0]), float(times[-1]) + 1.0 / RATE_HZ
    part = OlderPart(ref=ref, begin_s=begin_s, end_s=end_s, times=times, values=values)
    runs.add(part, PlotSeries())


def _spans(points: int) -> Iterator[Span]:
    """What is shown, frame by frame: ever less time, each moved aside a little."""
    whole_s = points / RATE_HZ
    for share in np.geomspace(1.0, min(1.0, 300.0 / points), ZOOMS).tolist():
        for step in range(MOVES):
            width_s = share * whole_s
            begin_s = 0.37 * (whole_s - width_s) + step * 0.03 * width_s
            yield begin_s, begin_s + width_s


def _frames(runs: OlderRuns, refs: list[ValueRef], points: int, stop: threading.Event) -> _Frames:
    """Each from the wish for a span of time to pixels."""
    import pyqtgraph as pg

    from groundstation.ui.application import make_application
    from groundstation.ui.history import History
    from groundstation.ui.plots.plot_lane import PlotLane

    application = make_application(["groundstation"])
    lane = PlotLane(History(), runs, lambda: 0.0)
    for ref in refs:
        lane.add(ref)
    plain = pg.PlotWidget()
    for ref in refs:
        item = pg.PlotDataItem(connect="finite", pen=pg.mkPen(lane.curves[0].colour, width=1))
        item.setDownsampling(auto=True, method="peak")
        item.setClipToView(True)
        plain.addItem(item)
        (one,) = runs.runs(ref, 0.0, points / RATE_HZ)
        item.setData(one.pyramid.times, one.pyramid.values)
    for widget in (lane, plain):
        widget.resize(WIDTH, HEIGHT)
        widget.show()
    application.processEvents()
    # as wide as ours, whose legend takes room
    plain.resize(lane.plot.size())
    # the first frame of a program draws fonts and styles for the first time
    spans = [(0.0, 1.0), *_spans(points)]
    ours, values = [], []
    for begin_s, end_s in spans:
        if stop.is_set():
            break
        began_s = time.perf_counter()
        lane.refresh(begin_s, end_s, is_past=True)
        lane.plot.viewport().repaint()
        ours.append((time.perf_counter() - began_s) * 1000.0)
        values.append(lane.box.viewRange()[1])
    peers = []
    # afterwards: it goes through gigabytes for a frame, and ours would begin each with cold caches
    for (begin_s, end_s), (low, high) in list(zip(spans, values, strict=False))[::PEER_EVERY]:
        if stop.is_set():
            break
        began_s = time.perf_counter()
        plain.setXRange(begin_s, end_s, padding=0)
        plain.setYRange(low, high, padding=0)
        plain.viewport().repaint()
        peers.append((time.perf_counter() - began_s) * 1000.0)
    lane.close()
    plain.close()
    return _Frames(ours[1:], peers[1:])


def _come(runs: OlderRuns, ref: ValueRef, points: int, stop: threading.Event) -> list[float]:
    """Milliseconds for each block that joins a long run."""
    came = []
    for number in range(BLOCKS):
        if stop.is_set():
            break
        times = (points + number * BLOCK + np.arange(BLOCK)) / RATE_HZ
        began_s = time.perf_counter()
        _take(runs, ref, times, np.sin(times))
        came.append((time.perf_counter() - began_s) * 1000.0)
    return came
