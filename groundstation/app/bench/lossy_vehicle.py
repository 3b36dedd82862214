# SPDX-License-Identifier: Apache-2.0
"""A simulated vehicle at the end of a way that loses frames, by a manual clock and by seed: no sockets, no waiting.

What `bench transfers` measures with, and what tests of transfers use.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Protocol

from groundstation.bridge.facts import Facts
from groundstation.bridge.plan_job import PlanJob
from groundstation.fleet.identity import Autopilot, VehicleInfo, VehicleKey, VehicleKind
from groundstation.fleet.link import LinkState
from groundstation.fleet.parameters.parameter import float32
from groundstation.fleet.plans.plan_items import KINDS, PlanItem, PlanKind
from groundstation.fleet.vehicle import VehicleState
from groundstation.mavlink.dialect import DEFINITIONS, Fields, unpack
from groundstation.mavlink.frames import FrameParser, frame_bytes
from groundstation.mavlink.param_wire import Encoding
from groundstation.mavlink.plan_wire import item_of, without_home
from groundstation.mavlink.stream_requests import Outbound
from groundstation.simulator.airfield import Airfield
from groundstation.simulator.engine.parameters import Declared
from groundstation.simulator.flavours import FLAVOURS
from groundstation.simulator.plan import SquadronPlan

STEP_S = 0.02
ENCODINGS = {"copter": Encoding.C_CAST, "plane": Encoding.C_CAST, "px4": Encoding.BYTEWISE}
AUTOPILOTS = {"copter": Autopilot.ARDUPILOT, "plane": Autopilot.ARDUPILOT, "px4": Autopilot.PX4}


class Talk(Protocol):
    """A conversation, as far as a way has to know it."""

    is_over: bool

    @property
    def hears(self) -> frozenset[int]:
        """What it waits for."""

    def start(self, now_s: float) -> list[Outbound]:
        """Begin."""

    def take(self, msgid: int, fields: Fields, now_s: float) -> list[Outbound]:
        """A message came."""

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed."""


def made_parameters() -> tuple[Declared, ...]:
    """Two thousand parameters that no firmware has, with digits of their own, so that a mixed up value is seen."""
    whole = (Declared(f"ZZ_MADE_{number}", float(number * 37 - 9_000), 6) for number in range(1_000))
    real = (Declared(f"ZZ_REAL_{number}", float32(number / 7.0), 9) for number in range(1_000))
    return tuple(one for pair in zip(whole, real, strict=True) for one in pair)


class LossyVehicle:
    """One vehicle, and a station's ear and mouth that miss each frame with the same chance."""

    def __init__(
        self, flavour: str, loss: float = 0.0, seed: int = 1, own_sysid: int = 255, *, parameters: int | None = None
    ) -> None:
        """Stand it on the field, ready.

        Args:
            flavour: of the simulator.
            loss: chance of each frame to be lost, each way.
            seed: of the vehicle and of what is lost.
            own_sysid: of the station.
            parameters: how many it has, made up behind its own; None for its own alone.
        """
        self.airfield = Airfield(SquadronPlan(flavours=(flavour,), ready=True, seed=seed), epoch_unix_s=1.7e9)
        self.vehicle = self.airfield.vehicle(1)
        self.link = self.vehicle.open_link()
        self.autopilot, self.loss, self.own_sysid = AUTOPILOTS[flavour], loss, own_sysid
        self._dice, self._parser, self._seq = random.Random(seed), FrameParser(), 0
        self.encoding = ENCODINGS[flavour]
        self.sent = 0
        if parameters is not None:
            own = FLAVOURS[flavour].flavour.parameters
            made = type(self.vehicle.parameters)((*own, *made_parameters()), {}, parameters)
            self.vehicle.parameters = made

    @property
    def now_s(self) -> float:
        """Seconds on its clock, from its start."""
        return self.airfield.now_s

    def facts(self) -> Facts:
        """What a bridge knows of it."""
        info = VehicleInfo(
            name="one", sysid=1, compid=1, kind=VehicleKind.MULTICOPTER, autopilot=self.autopilot, mav_type=2
        )
        state = VehicleState(key=VehicleKey("sim", "uav-1"), info=info)
        return Facts(state=state, link=LinkState.ONLINE, sysid=1, compid=1, mav_type=2, mav_autopilot=3)

    def send(self, messages: list[Outbound]) -> None:
        """What the station says."""
        for msgid, payload in messages:
            self.sent += 1
            self._seq = (self._seq + 1) & 0xFF
            frame = frame_bytes(msgid, payload, self._seq, self.own_sysid, 190)
            if self._dice.random() >= self.loss:
                self.vehicle.receive(self.link, frame, self.now_s)

    def heard(self) -> list[tuple[int, Fields]]:
        """What of the vehicle's words came."""
        frames = [frame for data in self.link.take() for frame in self._parser.feed(data) if frame.is_known]
        came = [frame for frame in frames if self._dice.random() >= self.loss]
        return [(frame.msgid, unpack(frame.msgid, frame.payload)) for frame in came if frame.msgid in DEFINITIONS]

    def heard_raw(self) -> list[bytes]:
        """What of the vehicle's frames came, as they are, for a station that reads them by itself."""
        frames = [frame for data in self.link.take() for frame in self._parser.feed(data)]
        return [frame.raw for frame in frames if self._dice.random() >= self.loss]

    def receive_raw(self, frame: bytes) -> None:
        """A frame that such a station said."""
        if self._dice.random() >= self.loss:
            self.vehicle.receive(self.link, frame, self.now_s)

    def run(self, job: PlanJob, until: Callable[[], bool] = lambda: False, limit_s: float = 400.0) -> PlanJob:
        """Serve a transfer until it ends, or until something is so."""
        end_s = self.now_s + limit_s
        self.send(job.start(self.now_s))
        while job.end is None and not until() and self.now_s < end_s:
            self.step(job)
        return job

    def step(self, job: PlanJob) -> None:
        """Go on by one tick."""
        self.airfield.step()
        for msgid, fields in self.heard():
            if msgid in job.hears and fields.get("target_system", 0) in (0, self.own_sysid):
                self.send(job.take(msgid, fields, self.now_s))
        self.send(job.tick(self.now_s))

    def held(self, kind: PlanKind) -> tuple[PlanItem, ...]:
        """What the vehicle really has, home not among it."""
        items = self.vehicle.plans[KINDS.index(kind)].items
        fields = (
            {
                "command": one.command,
                "frame": one.frame,
                **{f"param{number}": value for number, value in enumerate(one.params, start=1)},
                "x": one.x,
                "y": one.y,
                "z": one.z,
                "autocontinue": one.autocontinue,
            }
            for one in items
        )
        return without_home(tuple(item_of(one, is_int=True) for one in fields), kind, self.autopilot)

    # ---- parameters ----

    @property
    def values(self) -> dict[str, float]:
        """The parameters that it really has, by name."""
        parameters = self.vehicle.parameters
        found = (parameters.at(index) for index in range(parameters.count))
        return {one.name: one.value for one in found if one is not None}

    def talk(self, talk: Talk, until: Callable[[], bool] = lambda: False, limit_s: float = 400.0) -> float:
        """Serve a conversation until it is over; returns how many seconds it took."""
        began_s = self.now_s
        self.send(talk.start(self.now_s))
        while not talk.is_over and not until() and self.now_s < began_s + limit_s:
            self.step_talk(talk)
        return self.now_s - began_s

    def step_talk(self, talk: Talk) -> None:
        """Go on by one tick."""
        self.airfield.step()
        for msgid, fields in self.heard():
            if msgid in talk.hears and fields.get("target_system", 0) in (0, self.own_sysid):
                self.send(talk.take(msgid, fields, self.now_s))
        self.send(talk.tick(self.now_s))
