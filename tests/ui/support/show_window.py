# SPDX-License-Identifier: Apache-2.0
"""Open the window with a pretend fleet: `python -m tests.ui.support.show_window [vehicles] [seconds of past]`."""

from __future__ import annotations

import sys
import time

from PySide6.QtCore import QSettings, QTimer

from groundstation.fleet.sample import Severity
from groundstation.transport.bus import BusState, BusStatus
from groundstation.transport.inbox import Inbox
from groundstation.ui.application import make_application
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.main_window import MainWindow
from groundstation.ui.timeline import LiveTimeline
from tests.ui.support.pretend_fleet import PretendVehicle, bridge_birth, lively_fleet, sensor_messages

TEXTS = (
    ("EKF3 IMU0 is using GPS", Severity.INFO),
    ("PreArm: Battery 1 low voltage failsafe", Severity.CRITICAL),
    ("Mission: 5 WP", Severity.INFO),
    ("GPS Glitch or Compass error", Severity.WARNING),
    ("Battery 1 is low 22.20V used 2210 mAh", Severity.WARNING),
    ("Reached command #4", Severity.INFO),
    ("Terrain: clamping <i>offset</i>", Severity.NOTICE),
)


def say(what):
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


class Show:
    def __init__(self, count, past_s):
        self.inbox = Inbox()
        self.vehicles = lively_fleet(count)
        self.vehicles.append(PretendVehicle(21, root="sim", charge=0.9))
        self.vehicles[4].conflict = "uav-05: uid 3a40 and uid 77c1 both use system id 6"
        self.offset_s = past_s
        self.start_s = time.monotonic() - past_s
        self.tick = 0
        self.feed = FleetFeed(self.inbox, self.status, LiveTimeline(self.clock))
        self.is_lost = False
        self.announce()

    def announce(self):
        now_s = self.clock()
        self.inbox.offer(bridge_birth(now_s))
        for vehicle in self.vehicles:
            for one in vehicle.birth(now_s):
                self.inbox.offer(one)

    def clock(self):
        return time.monotonic() - self.offset_s

    def status(self):
        return BusStatus(
            state=BusState.CONNECTED,
            broker="mqtt://127.0.0.1:1883",
            since_s=self.start_s,
            protocol="MQTT 5",
            rtt_ms=3.0,
            connections=1,
        )

    def live_through(self, seconds):
        """Live the past quickly, so that plots and trails have something."""
        for _ in range(int(seconds * 2)):
            self.offset_s -= 0.5
            self.step(5)
            self.feed.tick()

    def step(self, ticks=1):
        now_s = self.clock()
        self.tick += ticks
        t = self.tick / 10
        for vehicle in self.vehicles:
            for sub in range(ticks):
                for one in vehicle.step(t, now_s - (ticks - 1 - sub) * 0.1, self.tick + sub):
                    self.inbox.offer(one)
        if self.tick % 20 == 0:
            for one in sensor_messages(t, now_s):
                self.inbox.offer(one)
        if self.tick % 70 == 0:
            vehicle = self.vehicles[self.tick // 70 % len(self.vehicles)]
            text, severity = TEXTS[self.tick // 70 % len(TEXTS)]
            if vehicle.is_heard:
                self.inbox.offer(vehicle.event(now_s, text, severity))
        if self.tick % 100 == 0 and len(self.vehicles) > 11:
            self.inbox.offer(self.vehicles[11].event(now_s, TEXTS[1][0], TEXTS[1][1]))

    def lose(self, number):
        for one in self.vehicles[number - 1].lost(self.clock()):
            self.inbox.offer(one)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 14
    past_s = float(sys.argv[2]) if len(sys.argv) > 2 else 120.0
    settings = QSettings(sys.argv[3] if len(sys.argv) > 3 else "/tmp/show-window.ini", QSettings.Format.IniFormat)
    began_s = time.monotonic()
    app = make_application(sys.argv[:1])
    show = Show(count, past_s)
    window = MainWindow(show.feed, settings)
    window.show()
    app.processEvents()
    say(f"first paint after {time.monotonic() - began_s:.2f} s")
    show.live_through(past_s - 25)
    if count > 8:
        show.lose(9)
    show.live_through(25)
    show.feed.start()
    timer = QTimer(interval=100)
    timer.timeout.connect(show.step)
    timer.start()
    report = QTimer(interval=10_000)
    report.timeout.connect(lambda: say(show.feed.stats()))
    report.start()
    app.show_data = (show, window, timer, report)
    sys.exit(app.exec())


if __name__ == "__main__":
    main()
