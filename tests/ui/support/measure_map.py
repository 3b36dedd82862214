# SPDX-License-Identifier: Apache-2.0
"""Measure frames of the map: `QT_QPA_PLATFORM=offscreen python -m tests.ui.support.measure_map [vehicles] [frames]`.

A frame is all that stands between two pictures: the fleet as it is now, where it is due, the view moved, all painted,
and a turn of what is drawn between frames.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from PySide6.QtCore import QPointF

from groundstation.ui.application import make_application
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.selection import Selection
from tests.ui.support.pretend_fleet import PretendVehicle
from tests.ui.support.show_window import Show, say

PAST_S = 180.0
SIZE = (1000, 640)
REFRESH_FRAMES = 72
"""With a thousand vehicles the fleet is drawn anew each 1.2 s, see `FRAME_A_MARK_S`."""


class Stopped(Show):
    """Its clock moves with its messages alone: nobody grows old while it is measured."""

    now_s = 1000.0

    def clock(self):
        return self.now_s


def fleet_of(count):
    """A show with so many vehicles, spread over more and more room, and trails of three minutes."""
    show = Stopped(14, 0.0)
    show.vehicles = [PretendVehicle(number) for number in range(1, count + 1)]
    for vehicle in show.vehicles:
        lap = 1.0 + vehicle.number / 250.0
        vehicle.centre = (vehicle.centre[0] * lap, vehicle.centre[1] * lap)
        vehicle.charge = 0.12 if vehicle.number % 97 == 0 else 0.8
    show.announce()
    show.feed.tick()
    for second in range(int(PAST_S) + 1):
        show.now_s += 1.0
        for vehicle in show.vehicles:
            show.inbox.offer(
                vehicle.wrap(f"{vehicle.key}/tlm/motion", vehicle.motion(float(second), show.now_s), show.now_s)
            )
            if second >= PAST_S - 2:
                for name, samples in vehicle.slow(0.0, show.now_s).items():
                    show.inbox.offer(vehicle.wrap(f"{vehicle.key}/tlm/{name}", samples, show.now_s))
                status = vehicle.wrap(f"{vehicle.key}/tlm/status", vehicle.status(0.0, show.now_s), show.now_s)
                show.inbox.offer(status)
                show.inbox.offer(vehicle.link_report(0.0, show.now_s))
            if vehicle.number % 200 == 0:
                show.feed.tick()
        show.feed.tick()
    return show


def frames(panel, show, count, move):
    """Milliseconds of each frame, wall and processor."""
    view, walls, cpus = panel.view, [], []
    for turn in range(count):
        began_s, cpu_s = time.perf_counter(), time.process_time()
        if turn % REFRESH_FRAMES == 0:
            view.refresh(show.clock())
        move(turn)
        view.viewport().repaint()
        view._on_turn()
        walls.append((time.perf_counter() - began_s) * 1000.0)
        cpus.append((time.process_time() - cpu_s) * 1000.0)
    return np.array(walls[3:]), np.array(cpus[3:])


def told(name, found):
    walls, cpus = found
    say(
        f"{name}: wall p50 {np.percentile(walls, 50):.1f} p99 {np.percentile(walls, 99):.1f} max {walls.max():.1f} ms;"
        f" processor mean {cpus.mean():.1f} p99 {np.percentile(cpus, 99):.1f} ms;"
        f" over 16.7 ms: {100.0 * float((walls > 16.7).mean()):.0f} %"
    )


def main():
    numbers = [int(one) for one in sys.argv[1:]]
    count, turns = (numbers + [1000, 240][len(numbers) :])[:2]
    app = make_application(sys.argv[:1])
    show = fleet_of(count)
    selection = Selection()
    panel = MapPanel(MapContext(show.feed, selection))
    panel.resize(*SIZE)
    panel.show()
    app.processEvents()
    panel.fit_fleet()
    panel.view.refresh(show.clock())
    app.processEvents()
    view = panel.view
    say(f"{len(view.marks)} vehicles, {SIZE[0]}x{SIZE[1]}, {view.camera.ground_scale_m:.1f} m a pixel")
    still = frames(panel, show, turns, lambda _turn: None)
    told("at rest", still)

    def pan(turn):
        sign = 1 if (turn // 40) % 2 else -1
        view.pan(0.006 * sign, 0.003 * sign)

    def zoom(turn):
        factor = 1.02 if (turn // 40) % 2 else 1 / 1.02
        view.box.scaleBy((factor, factor), center=QPointF(view.camera.x_m, view.camera.y_m))

    told("pan, whole fleet", frames(panel, show, turns, pan))
    told("zoom, whole fleet", frames(panel, show, turns, zoom))
    view.zoom(0.25)
    told("pan, a quarter", frames(panel, show, turns, pan))
    panel.close()


if __name__ == "__main__":
    main()
