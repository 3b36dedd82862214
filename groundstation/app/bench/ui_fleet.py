# SPDX-License-Identifier: Apache-2.0
"""A fleet as a broker tells it to a window: overview of all, detail of those that are looked at. Thread `speaker`."""

from __future__ import annotations

import math
import threading
import time

from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import Autopilot, VehicleInfo, VehicleKey, VehicleKind
from groundstation.fleet.kinds import Samples
from groundstation.fleet.link import Connection, ConnReason, LinkState
from groundstation.fleet.motion import Attitude, Position, Velocity
from groundstation.fleet.overview import Overview
from groundstation.fleet.sample import Severity
from groundstation.transport import payloads, topics
from groundstation.transport.bus import Message
from groundstation.transport.inbox import Inbox

MIDDLE, METRES_A_DEGREE = (41.0, 39.7), 111_320.0
BRIDGE = "bench"
TURNS = 20
"""Parts of a second."""
MOTION_EVERY = 4
"""Turns: five times a second."""


class Fleet:
    """Vehicles that circle over a field, each where nobody else is."""

    def __init__(self, inbox: Inbox, vehicles: int) -> None:
        """Nothing is said yet.

        Args:
            inbox: of the window.
            vehicles: how many.
        """
        self.keys = [VehicleKey("fleet", f"uav-{number + 1}") for number in range(vehicles)]
        self.wanted: frozenset[VehicleKey] | None = frozenset()
        """Whose detail is said; None for all."""
        self.events_a_second = 1
        self.said = 0
        self._inbox, self._seqs = inbox, dict[str, int]()
        self._side = max(1, math.isqrt(vehicles))

    def births(self) -> None:
        """Say who there is."""
        for number, key in enumerate(self.keys):
            info = VehicleInfo(
                name=key.id,
                sysid=number % 255 + 1,
                kind=VehicleKind.MULTICOPTER,
                autopilot=Autopilot.ARDUPILOT,
                firmware="4.5.7",
                modes=("AUTO", "GUIDED", "RTL"),
                links=("udpin:0.0.0.0:14550",),
                bridge=BRIDGE,
            )
            online = Connection(state=LinkState.ONLINE, reason=ConnReason.DISCOVERED, via=BRIDGE)
            self._say(key, "info", info, is_kept=True)
            self._say(key, "conn", online, is_kept=True)

    def speak(self, silence: threading.Event) -> None:
        """Say what a broker would deliver, until told to be silent."""
        turn, due_s = 0, time.monotonic()
        while not silence.is_set():
            self._turn(turn)
            turn += 1
            due_s += 1.0 / TURNS
            silence.wait(max(0.0, due_s - time.monotonic()))

    def _turn(self, turn: int) -> None:
        now_s = time.monotonic()
        for number in range(turn % TURNS, len(self.keys), TURNS):
            self._say(self.keys[number], "tlm/sum", self._overview(number, now_s))
        if turn % MOTION_EVERY == 0:
            for number, key in enumerate(self.keys):
                if self.wanted is None or key in self.wanted:
                    self._say(key, "tlm/motion", self._motion(number, now_s))
        share = self.events_a_second * (turn + 1) // TURNS - self.events_a_second * turn // TURNS
        for count in range(share):
            key = self.keys[(turn * 7 + count) % len(self.keys)]
            text = f"Reached command #{(turn + count) % 90}"
            event = Event(at_s=now_s, kind=EventKind.STATUS_TEXT, text=text, severity=Severity.INFO)
            self._say(key, "evt", event)

    def _place(self, number: int, now_s: float) -> tuple[float, float, float]:
        """Latitude, longitude, degrees of the circle."""
        angle = now_s / 12.0 + number
        north = (number // self._side - self._side / 2) * 60.0 + 25.0 * math.cos(angle)
        east = (number % self._side - self._side / 2) * 60.0 + 25.0 * math.sin(angle)
        lat_deg = MIDDLE[0] + north / METRES_A_DEGREE
        return lat_deg, MIDDLE[1] + east / METRES_A_DEGREE / math.cos(math.radians(MIDDLE[0])), math.degrees(angle)

    def _overview(self, number: int, now_s: float) -> Overview:
        lat_deg, lon_deg, angle_deg = self._place(number, now_s)
        return Overview(
            lat_deg=round(lat_deg, 7),
            lon_deg=round(lon_deg, 7),
            height_home_m=40.0 + number % 50,
            heading_deg=(angle_deg + 90.0) % 360.0,
            age_s=0.05,
            ground_speed_mps=13.1,
            charge_fraction=0.3 + number % 60 / 100.0,
            mode="AUTO",
            is_armed=True,
            mode_age_s=0.1,
            landed="in_air",
        )

    def _motion(self, number: int, now_s: float) -> Samples:
        lat_deg, lon_deg, angle_deg = self._place(number, now_s)
        heading_deg = (angle_deg + 90.0) % 360.0
        return Samples(
            position=Position(
                at_s=now_s, lat_deg=lat_deg, lon_deg=lon_deg, height_home_m=40.0 + number % 50, heading_deg=heading_deg
            ),
            velocity=Velocity(at_s=now_s, north_mps=9.0, east_mps=9.0, down_mps=0.1, ground_speed_mps=13.1),
            attitude=Attitude(at_s=now_s, roll_deg=12.0 * math.sin(now_s), pitch_deg=-3.0, yaw_deg=heading_deg),
        )

    def _say(self, key: VehicleKey, leaf: str, content: object, *, is_kept: bool = False) -> None:
        topic, now_s = topics.vehicle(key, leaf), time.monotonic()
        seq = self._seqs[topic] = self._seqs.get(topic, -1) + 1
        envelope = payloads.Envelope(
            sid=f"{BRIDGE}-{key.id}", seq=seq, ts=int(time.time() * 1000), bms=int(now_s * 1000), d=content
        )
        payload = payloads.encode(envelope)
        self._inbox.offer(Message(topic, payload, len(payload), 0, is_kept, now_s))
        self.said += 1
