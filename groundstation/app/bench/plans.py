# SPDX-License-Identifier: Apache-2.0
"""`bench plans`: long plans that are edited, panned and looked at, beside a QGraphicsScene with an item a waypoint."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from groundstation.app.bench.report import Comparison, Report
from groundstation.app.display import check_qt
from groundstation.app.wiring import calm_collector
from groundstation.fleet.geometry import moved
from groundstation.fleet.identity import VehicleKey, VehicleKind
from groundstation.fleet.plans.files.plan_file import Area, PlanFile, Spot
from groundstation.fleet.plans.fleet_check import Flyer, check_fleet, kept_apart, remedied
from groundstation.fleet.plans.fleet_plan import FleetPlan, PlanPart
from groundstation.fleet.plans.pace import pace_of
from groundstation.fleet.plans.plan_check import Checked
from groundstation.fleet.plans.plan_commands import Cmd
from groundstation.fleet.plans.plan_items import PlanItem
from groundstation.fleet.plans.plan_path import Place
from groundstation.transport.bus import BusState, BusStatus, Outgoing

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from groundstation.ui.main_window import MainWindow

HOME = Place(41.0, 39.7)
EDITED, SHOWN = 1_000, 5_000
"""Items of the plan that is edited, and of those that are panned together."""
EDITS, FRAMES = 60, 120
VEHICLES, EACH = 12, 100
"""Plans that are flown in thought together, and items of each."""
WIDTH, HEIGHT = 1440, 900
FRAME_MS = 1000.0 / 60.0
EDIT_GOAL_MS, CHECK_GOAL_S, REMEDY_GOAL_S, SURVEY_GOAL_S = 50.0, 1.0, 5.0, 2.0


class _NoBus:
    """Takes nothing and says that it is there."""

    def start(self) -> None:
        """Nothing to do."""

    def stop(self) -> None:
        """Nothing to do."""

    def publish(self, messages: list[Outgoing]) -> int:
        """All are thrown away."""
        return len(messages)

    def subscribe(self, filters: dict[str, int]) -> None:
        """Nothing comes."""

    def unsubscribe(self, filters: list[str]) -> None:
        """Nothing comes."""

    @property
    def status(self) -> BusStatus:
        """Connected, so that nothing is dimmed."""
        return BusStatus(state=BusState.CONNECTED, broker="bench", since_s=time.monotonic())


def run(stop: threading.Event, say: Callable[[str], None]) -> Report:
    """Measure; takes a minute.

    Args:
        stop: ends it early, with what is there.
        say: told what is being done, for the operator who waits.
    """
    check_qt("offscreen")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from groundstation.ui.application import make_application

    application = make_application(["groundstation"])
    with tempfile.TemporaryDirectory() as folder:
        window = _window(Path(folder))
        say(f"editing a plan of {EDITED} items, {EDITS} times")
        edits = _edits(application, window, stop)
        say(f"panning plans of {SHOWN} items, {FRAMES} frames, then the same in a QGraphicsScene")
        frames = _frames(application, window, stop)
        window.leave()
    peers = _scene(application, stop)
    say(f"flying {VEHICLES} plans of {EACH} items in thought, and laying 5 km² with lines 10 m apart")
    (checked_s, remedied_s, apart_s), laid_s = _checked(), _laid()
    met = f"{VEHICLES} plans of {EACH} items"
    comparisons = (
        _plain(f"an edit of {EDITED} items until it is drawn, p50", "ms", _share(edits, 50.0), EDIT_GOAL_MS),
        _plain(f"an edit of {EDITED} items until it is drawn, p99", "ms", _share(edits, 99.0), 2.0 * EDIT_GOAL_MS),
        _of_frames("p50", frames, peers, 50.0),
        _of_frames("p99", frames, peers, 99.0),
        _plain(f"who meets whom of {met}", "s", checked_s, CHECK_GOAL_S),
        _plain(f"remedies for one of {met}", "s", remedied_s, REMEDY_GOAL_S),
        _plain(f"keeping apart {met}", "s", apart_s, REMEDY_GOAL_S),
        _plain("laying 5 km² with lines 10 m apart", "s", laid_s, SURVEY_GOAL_S),
    )
    return Report(bench="plans", settings={"edited": float(EDITED), "shown": float(SHOWN)}, comparisons=comparisons)


def _plain(name: str, unit: str, value: float, goal: float) -> Comparison:
    return Comparison(name=name, unit=unit, value=value, goal=goal)


def _of_frames(name: str, ours: list[float], peers: list[float], share: float) -> Comparison:
    return Comparison(
        name=f"frame of a panned map with {SHOWN} items, {name}",
        unit="ms",
        value=_share(ours, share),
        peer=_share(peers, share),
        goal=FRAME_MS,
        is_by_ratio=False,
    )


def _share(found: list[float], share: float) -> float:
    return float(np.percentile(found, share)) if found else 0.0


def _window(folder: Path) -> MainWindow:
    """A whole window, with the panel of plans in front."""
    from PySide6.QtCore import QSettings

    from groundstation.fleet.commands import Actor
    from groundstation.transport.commander import Commander
    from groundstation.transport.inbox import Inbox
    from groundstation.ui.fleet_feed import FleetFeed
    from groundstation.ui.main_window import MainWindow
    from groundstation.ui.orders import Orders

    bus = _NoBus()
    feed = FleetFeed(Inbox(), lambda: bus.status)
    orders = Orders(Commander(Actor(op="bench", gs="bench"), bus, None), feed.fleet)
    window = MainWindow(feed, QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat), orders)
    window.resize(WIDTH, HEIGHT)
    window.show()
    window.dock("plan").setAsCurrentTab()
    # as a window that is served (`window_loop.py`): else the collector looks at all widgets every few edits
    calm_collector()
    return window


def lawn(count: int, east_m: float = 0.0) -> tuple[PlanItem, ...]:
    """A mission to and fro over a field."""
    takeoff = PlanItem(command=Cmd.TAKEOFF, x=HOME.lat_deg, y=HOME.lon_deg, z=30.0)
    return (takeoff, *_lines(count - 2, east_m), PlanItem(command=Cmd.RETURN, frame=2))


def _lines(count: int, east_m: float) -> Iterator[PlanItem]:
    for at in range(count):
        line, end = divmod(at, 2)
        north_m = 300.0 * (end ^ line & 1)
        lat_deg, lon_deg = moved(*HOME, 50.0 + north_m, east_m + 10.0 * line)
        yield PlanItem(command=Cmd.WAYPOINT, x=lat_deg, y=lon_deg, z=30.0)


def _edits(application: QApplication, window: MainWindow, stop: threading.Event) -> list[float]:
    """Milliseconds each, from the change to the pixels of table, checks and map."""
    from groundstation.ui.map_panel.map_panel import MapPanel

    document = window.document
    document.edit(PlanFile(mission=lawn(EDITED)), "begin")
    window.panel(MapPanel).view.restore_view(*_view(EDITED))
    application.processEvents()
    found = []
    for turn in range(EDITS):
        if stop.is_set():
            break
        number = 2 + turn * 16 % (EDITED - 2)
        item = document.plan.mission[number - 1]
        began_s = time.perf_counter()
        document.set_item(number, replace(item, z=(item.z or 0.0) + 1.0), "higher")
        window.repaint()
        application.processEvents()
        found.append((time.perf_counter() - began_s) * 1000.0)
    return found


def _view(count: int) -> tuple[float, float, float]:
    """Middle and scale of a view that shows a whole plan."""
    from groundstation.ui.map_panel.mercator import mercator_from_degrees

    wide_m = 10.0 * count / 2
    return *mercator_from_degrees(*moved(*HOME, 200.0, wide_m / 2)), wide_m / 700.0


def _frames(application: QApplication, window: MainWindow, stop: threading.Event) -> list[float]:
    """Milliseconds a frame of a map that is panned: all of it is drawn anew."""
    from groundstation.ui.map_panel.map_panel import MapPanel

    each = SHOWN // 5
    parts = tuple(
        PlanPart(plan=PlanFile(mission=lawn(each, 400.0 * at)), vehicle=VehicleKey("fleet", f"uav-{at}"))
        for at in range(5)
    )
    window.document.edit_fleet(FleetPlan(parts=parts), "more")
    view = window.panel(MapPanel).view
    x_m, y_m, scale_m = _view(each)
    application.processEvents()
    found = []
    for turn in range(FRAMES):
        if stop.is_set():
            break
        view.restore_view(x_m + 20.0 * turn * scale_m / 4.0, y_m, scale_m * (1.0 + 0.002 * turn))
        began_s = time.perf_counter()
        view.viewport().repaint()
        found.append((time.perf_counter() - began_s) * 1000.0)
    return found[1:]


def _scene(application: QApplication, stop: threading.Event) -> list[float]:
    """The same, as most programs draw plans: an object of Qt for each waypoint and each leg."""
    from PySide6.QtCore import QPointF
    from PySide6.QtWidgets import QGraphicsScene, QGraphicsView

    scene = QGraphicsScene()
    each = SHOWN // 5
    for at in range(5):
        spots = [
            QPointF((one.y - HOME.lon_deg) * 84_000.0, -(one.x - HOME.lat_deg) * 111_000.0)
            for one in lawn(each, 400.0 * at)
            if one.x is not None and one.y is not None and one.x
        ]
        for one, other in pairwise(spots):
            scene.addLine(one.x(), one.y(), other.x(), other.y())
        for spot in spots:
            scene.addEllipse(spot.x() - 4, spot.y() - 4, 8, 8)
    view = QGraphicsView(scene)
    view.resize(WIDTH // 2, HEIGHT // 2)
    view.scale(0.15, 0.15)
    view.show()
    application.processEvents()
    found = []
    for turn in range(FRAMES):
        if stop.is_set():
            break
        view.horizontalScrollBar().setValue(20 * turn)
        began_s = time.perf_counter()
        view.viewport().repaint()
        found.append((time.perf_counter() - began_s) * 1000.0)
    view.close()
    return found[1:]


def _checked() -> tuple[float, float, float]:
    """Seconds until it is known who meets whom, until one has remedies, and until all are kept apart."""
    flyers = [
        Flyer(
            name=f"uav-{at}",
            checked=Checked(items=lawn(EACH, 40.0 * at), home=HOME, kind=VehicleKind.MULTICOPTER),
            pace=pace_of(VehicleKind.MULTICOPTER),
        )
        for at in range(VEHICLES)
    ]
    began_s = time.perf_counter()
    found = check_fleet(flyers)
    told_s = time.perf_counter() - began_s
    remedied(found, flyers, 0)
    remedied_s = time.perf_counter() - began_s - told_s
    kept_apart(flyers)
    return told_s, remedied_s, time.perf_counter() - began_s - told_s - remedied_s


def _laid() -> float:
    from groundstation.fleet.plans.survey.lay import lay
    from groundstation.fleet.plans.survey.survey_task import SurveyTask

    corners = ((0.0, 0.0), (2_500.0, 300.0), (2_400.0, 2_300.0), (900.0, 2_100.0), (700.0, 1_200.0), (-100.0, 1_900.0))
    area = Area(outer=tuple(Spot(*moved(*HOME, north_m, east_m)) for east_m, north_m in corners))
    began_s = time.perf_counter()
    lay(SurveyTask(area=area, spacing_m=10.0, trigger_m=10.0))
    return time.perf_counter() - began_s
