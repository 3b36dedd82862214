# SPDX-License-Identifier: Apache-2.0
"""A telemetry log through a whole bridge into a station, and the same log as pymavlink reads it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from groundstation.bridge import service
from groundstation.bridge.link_text import parse_link
from groundstation.bridge.service import BridgeService, BridgeSettings
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.roster import Fleet
from groundstation.fleet.vehicle import VehicleState
from groundstation.transport.inbox import Inbox
from tests.support.clock import ManualClock
from tests.support.fake_bus import FakeBus
from tests.support.peer_tlog import pymavlink_log

STEP_S = 1.0103
"""Longer than the period of every stream, so that each step shows the newest of everything, and no frame's very time."""


class Station:
    """A bridge playing one file, and a station that hears it."""

    def __init__(self, path: Path, speed: str, clock: ManualClock | None = None) -> None:
        self.clock = clock or ManualClock()
        self.bus = FakeBus()
        settings = BridgeSettings(links=(parse_link(f"tlog:{path}@{speed}"),), root="replay", bridge_id="br")
        self.service = BridgeService(settings, self.bus, "session", self.clock)
        self.service.open()
        self.inbox, self.fleet = Inbox(), Fleet()
        self.unlisted: list[str] = []
        self.service.hearing.take_unlisted = self._take_unlisted  # type: ignore[method-assign]
        self._take = type(self.service.hearing).take_unlisted

    def _take_unlisted(self) -> list[str]:
        found = self._take(self.service.hearing)
        self.unlisted += found
        return found

    @property
    def link(self) -> Any:
        return self.service.links[0]

    def take_in(self) -> None:
        """Everything published so far goes to the fleet."""
        self.bus.deliver_to(self.inbox, self.clock())
        self.bus.sent.clear()
        self.fleet.fold(self.inbox.drain().updates)

    def state(self, vehicle: str) -> VehicleState:
        found = self.fleet.get(VehicleKey("replay", vehicle))
        assert found is not None
        return found

    def steps(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[float]:
        """Play at the log's own pace in steps of `STEP_S`; yields the seconds since its first frame."""
        monkeypatch.setattr(service, "TICK_S", 0.0)
        began_s = self.clock()
        while not self.link.is_ended:
            self.service.step()
            self.take_in()
            yield self.clock() - began_s
            self.clock.advance(STEP_S)

    def close(self) -> None:
        self.service._end()
        self.take_in()


class Truth:
    """Every message of one autopilot from its first heartbeat on, as pymavlink decodes it, by type and time."""

    def __init__(self, path: Path, sysid: int) -> None:
        log = pymavlink_log(path)
        self._stamps: dict[str, list[float]] = {}
        self._messages: dict[str, list[Any]] = {}
        # the first frame may be one that pymavlink doesn't know
        first_s = int.from_bytes(path.read_bytes()[:8], "big") / 1e6
        is_known = False
        while (message := log.recv_match()) is not None:
            if message.get_srcSystem() != sysid:
                continue
            is_known = is_known or message.get_type() == "HEARTBEAT"
            if is_known:
                self._stamps.setdefault(message.get_type(), []).append(message._timestamp - first_s)
                self._messages.setdefault(message.get_type(), []).append(message)
        log.close()

    def of(self, name: str) -> list[Any]:
        return self._messages.get(name, [])

    def newest(self, name: str, elapsed_s: float = 1e9) -> Any:
        """The last message of a type up to a moment; None when there was none."""
        place = bisect_right(self._stamps.get(name, []), elapsed_s + 1e-6)
        return self._messages[name][place - 1] if place else None
