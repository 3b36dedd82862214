# SPDX-License-Identifier: Apache-2.0
"""A hand-driven autopilot on a link, for tests that need to say exactly what it sends and when."""

from __future__ import annotations

from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as dialect

from groundstation.bridge.hearing import Hearing
from groundstation.bridge.peer import Peer
from groundstation.bridge.publisher import Publisher
from groundstation.mavlink.dialect import MSGIDS, unpack
from tests.support.clock import ManualClock
from tests.support.fake_bus import FakeBus


class Autopilot:
    """Packs messages with its own sequence number on one link."""

    def __init__(
        self, sysid: int = 1, mav_type: int = 2, firmware: int = 3, booted_s: float = 900.0, compid: int = 1
    ) -> None:
        self.mav = dialect.MAVLink(None, srcSystem=sysid, srcComponent=compid)
        self.mav_type, self.firmware, self.booted_s = mav_type, firmware, booted_s

    def boot_ms(self, now_s: float) -> int:
        return max(1, int((now_s - self.booted_s) * 1000))

    def heartbeat(self, mode: int = 0, armed: bool = False, status: int = 3) -> bytes:
        base = 81 | (128 if armed else 0)
        return self.pack(dialect.MAVLink_heartbeat_message(self.mav_type, self.firmware, base, mode, status, 3))

    def attitude(self, now_s: float, roll: float = 0.1) -> bytes:
        return self.pack(dialect.MAVLink_attitude_message(self.boot_ms(now_s), roll, 0.0, 1.0, 0.0, 0.0, 0.0))

    def position(self, now_s: float, lat: float = 41.0, lon: float = 39.7) -> bytes:
        place = (int(lat * 1e7), int(lon * 1e7))
        boot = self.boot_ms(now_s)
        return self.pack(dialect.MAVLink_global_position_int_message(boot, *place, 100_000, 20_000, 0, 0, 0, 9_000))

    def battery(self, index: int, percent: int) -> bytes:
        return self.pack(
            dialect.MAVLink_battery_status_message(
                index, 0, 0, 2500, [12_000] + [65535] * 9, 100, -1, -1, percent, charge_state=1
            )
        )

    def radio(self, rssi: int, remote_rssi: int = 255) -> bytes:
        return self.pack(dialect.MAVLink_radio_status_message(rssi, remote_rssi, 80, 20, 30, 0, 0))

    def text(self, words: str, severity: int = 4) -> bytes:
        return self.pack(dialect.MAVLink_statustext_message(severity, words.encode()))

    def version(self, uid: int) -> bytes:
        return self.pack(
            dialect.MAVLink_autopilot_version_message(64495, 67438591, 0, 0, 0, [0] * 8, [0] * 8, [0] * 8, 0, 0, uid)
        )

    def pack(self, message: Any) -> bytes:
        packed = bytes(message.pack(self.mav))
        self.mav.seq = (self.mav.seq + 1) % 256
        return packed


class Bench:
    """A `Hearing` with a manual clock, a kept bus, and peers that keep what they are sent."""

    def __init__(self, names: dict[int, tuple[str, str]] | None = None) -> None:
        self.clock = ManualClock()
        self.bus = FakeBus()
        self.publisher = Publisher(self.bus, self.clock)
        self.hearing = Hearing("fleet", "br", self.publisher, names or {}, 1.0, 255)
        self.asked: dict[Peer, list[tuple[int, bytes]]] = {}

    def peer(self, name: str = "udp", *, is_known: bool = False) -> Peer:
        return Peer(f"link-{name}", name, lambda _: None, is_known=is_known, is_datagram=True)

    def hear(self, peer: Peer, *frames: bytes) -> None:
        for frame in frames:
            self.asked.setdefault(peer, []).extend(self.hearing.take(peer, frame, self.clock()))

    def run(
        self, seconds: float, *talkers: tuple[Peer, Autopilot], position: bool = False, step_s: float = 0.1
    ) -> None:
        """Let time pass; talkers send a heartbeat each second and an attitude ten times a second."""
        steps = round(seconds / step_s)
        for number in range(steps):
            now_s = self.clock.advance(step_s)
            for peer, autopilot in talkers:
                if number % 10 == 0:
                    self.hear(peer, autopilot.heartbeat())
                self.hear(peer, autopilot.attitude(now_s))
                if position:
                    self.hear(peer, autopilot.position(now_s))
            for peer, messages in self.hearing.tick(now_s):
                self.asked.setdefault(peer, []).extend(messages)
            self.publisher.flush()

    def commands(self, peer: Peer) -> list[tuple[int, int]]:
        """Command and first parameter of what was asked of a peer."""
        found = []
        for msgid, payload in self.asked.get(peer, []):
            if msgid == MSGIDS["COMMAND_LONG"]:
                fields = unpack(msgid, payload)
                found.append((fields["command"], int(fields["param1"])))
        return found
