# SPDX-License-Identifier: Apache-2.0
"""A bench for simulated vehicles without sockets: a manual clock, pymavlink as the station's ear and mouth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as dialect

from groundstation.simulator.airfield import Airfield
from groundstation.simulator.plan import SquadronPlan

if TYPE_CHECKING:
    from collections.abc import Callable

    from groundstation.simulator.engine.links import Link

EPOCH_S = 1_700_000_000.0


class Station:
    """A ground station on one link of one vehicle; it never answers by itself."""

    def __init__(self, bench: Bench, system: int, own_id: int = 255) -> None:
        self.bench = bench
        self.vehicle = bench.airfield.vehicle(system)
        self.target = system
        self.mav = dialect.MAVLink(None, srcSystem=own_id, srcComponent=190)
        self._ear = dialect.MAVLink(None)
        self._ear.robust_parsing = True
        self.link: Link = self.vehicle.open_link()
        self.heard: list[tuple[float, Any]] = []
        self.raw = bytearray()

    def reconnect(self) -> None:
        self.link = self.vehicle.open_link()
        self._ear = dialect.MAVLink(None)

    def send(self, message: Any) -> None:
        self.vehicle.receive(self.link, message.pack(self.mav), self.bench.airfield.now_s)
        self.listen()

    def listen(self) -> None:
        data = b"".join(self.link.take())
        self.raw += data
        for message in self._ear.parse_buffer(data) or []:
            self.heard.append((self.bench.airfield.now_s, message))

    def forget(self) -> None:
        self.heard.clear()

    def all(self, name: str) -> list[Any]:
        return [message for _, message in self.heard if message.get_type() == name]

    def last(self, name: str) -> Any:
        found = self.all(name)
        assert found, f"no {name} was heard, only {sorted({m.get_type() for _, m in self.heard})}"
        return found[-1]

    def texts(self) -> list[str]:
        return [message.text for message in self.all("STATUSTEXT")]

    def times(self, name: str) -> list[float]:
        return [at_s for at_s, message in self.heard if message.get_type() == name]

    def command(self, number: int, *params: float, wait_s: float = 0.1) -> int | None:
        """Send a COMMAND_LONG and return the result of its ack, ``None`` when none came in time."""
        full = [*params, *[0.0] * (7 - len(params))]
        return self._asked(number, self.mav.command_long_encode(self.target, 1, number, 0, *full), wait_s)

    def command_int(self, number: int, frame: int, params: tuple[float, ...], x: int, y: int, z: float) -> int | None:
        message = self.mav.command_int_encode(self.target, 1, frame, number, 0, 0, *params, x, y, z)
        return self._asked(number, message, 0.1)

    def _asked(self, number: int, message: Any, wait_s: float) -> int | None:
        before = len(self.heard)
        self.send(message)
        self.bench.run(wait_s)
        acks = [m for _, m in self.heard[before:] if m.get_type() == "COMMAND_ACK" and m.command == number]
        assert len(acks) <= 2
        return acks[0].result if acks else None

    def mode(self, number: int) -> int | None:
        return self.command(176, 1, number)

    def px4_mode(self, main: int, sub: int = 0, base: int = 1) -> int | None:
        return self.command(176, base, main, sub)

    def stream(self, rate_hz: int, group: int = 0) -> None:
        self.send(self.mav.request_data_stream_encode(self.target, 1, group, rate_hz, int(rate_hz > 0)))

    def heartbeat(self) -> None:
        self.send(self.mav.heartbeat_encode(6, 8, 0, 0, 4))

    def wait_for(self, condition: Callable[[], bool], limit_s: float) -> float:
        """Run until a condition holds; return how long that took, fail after ``limit_s``."""
        began_s = self.bench.airfield.now_s
        while not condition():
            assert self.bench.airfield.now_s - began_s < limit_s, f"not within {limit_s} s: {self.texts()[-5:]}"
            self.bench.run(0.1)
        return self.bench.airfield.now_s - began_s

    def take_off(self, height_m: float) -> None:
        assert self.mode(4) == 0
        assert self.command(400, 1) == 0
        assert self.command(22, 0, 0, 0, 0, 0, 0, height_m) == 0
        self.wait_for(lambda: self.vehicle.height_home_m > height_m - 1.0, 30.0)


class Bench:
    """An airfield and its stations."""

    def __init__(self, **plan: Any) -> None:
        plan.setdefault("flavours", ("copter",))
        plan.setdefault("ready", True)
        self.airfield = Airfield(SquadronPlan(**plan), epoch_unix_s=EPOCH_S)
        self.stations: list[Station] = []

    def station(self, system: int = 1, own_id: int = 255) -> Station:
        made = Station(self, system, own_id)
        self.stations.append(made)
        return made

    def run(self, seconds: float) -> None:
        until_s = self.airfield.now_s + seconds - 1e-9
        while self.airfield.now_s < until_s:
            self.airfield.step()
            for station in self.stations:
                station.listen()


@pytest.fixture
def bench() -> Callable[..., Bench]:
    return Bench


@pytest.fixture
def copter() -> Station:
    """A station on a copter that may be armed, in calm air."""
    return Bench(wind_mps=0.0, gps_noise_m=0.0).station()


@pytest.fixture
def plane() -> Station:
    """A station on a plane that may be armed, in calm air."""
    return Bench(flavours=("plane",), wind_mps=0.0, gps_noise_m=0.0).station()


@pytest.fixture
def px4() -> Station:
    """A station on a PX4 that may be armed, in calm air."""
    return Bench(flavours=("px4",), wind_mps=0.0, gps_noise_m=0.0).station()
