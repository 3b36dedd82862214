# SPDX-License-Identifier: Apache-2.0
"""A plane's landing that is broken off: the next one must not be refused for the mission that the first has left."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from groundstation.bridge.command_desk import CommandDesk
from groundstation.bridge.facts import Facts
from groundstation.fleet.commands import Actor, CommandRequest, Verb
from groundstation.fleet.identity import Autopilot, VehicleInfo, VehicleKey, VehicleKind
from groundstation.fleet.link import Connection, LinkState
from groundstation.fleet.motion import Home, Position
from groundstation.fleet.preconditions import Limits
from groundstation.fleet.status import Armed, MissionProgress
from groundstation.fleet.vehicle import VehicleState
from groundstation.mavlink.dialect import MSGIDS, unpack
from groundstation.mavlink.mission_upload import MISSION_ACK, MISSION_REQUEST
from groundstation.mavlink.stream_requests import Outbound

NOW_S = 100.0


class Plane:
    """What a desk sees of a plane that flies without a mission."""

    def __init__(self) -> None:
        self.state = VehicleState(
            key=VehicleKey("fleet", "uav-1"),
            info=VehicleInfo(
                name="p", sysid=1, kind=VehicleKind.PLANE, autopilot=Autopilot.ARDUPILOT, verbs=("land", "hold")
            ),
            connection=Connection(state=LinkState.ONLINE),
            session="s",
            clock_offset_s=0.0,
            armed=Armed(at_s=NOW_S, is_armed=True),
            home=Home(at_s=NOW_S, lat_deg=-35.0, lon_deg=149.0, height_amsl_m=584.0),
            position=Position(at_s=NOW_S, lat_deg=-35.01, lon_deg=149.0, height_home_m=80.0),
            mission_progress=MissionProgress(at_s=NOW_S, item=0, items=0, state="no_mission"),
        )
        self.desk = CommandDesk(self, Limits(), lambda: NOW_S)
        self.count = 0

    def facts(self) -> Facts:
        return Facts(state=self.state, link=LinkState.ONLINE, sysid=1, compid=1, mav_type=1, mav_autopilot=3)

    def say(self, leaf: str, content: Any, *, qos: int = 0, retain: bool = False) -> int:
        return 0

    def tell(self, event: Any) -> None:
        pass

    def order(self, verb: Verb) -> list[Outbound]:
        self.count += 1
        request = CommandRequest(
            id=f"c-{self.count}",
            by=Actor(op="o", gs="g"),
            sid="s",
            verb=verb,
            count=self.count,
            ref_bms=int(NOW_S * 1000),
            ttl_ms=15_000,
        )
        return self.desk.take(request, NOW_S)

    def take_mission(self, items: int) -> None:
        for seq in range(items):
            assert self.desk.on_mission(MISSION_REQUEST, {"seq": seq, "mission_type": 0}, NOW_S)
        self.desk.on_mission(MISSION_ACK, {"type": 0, "mission_type": 0}, NOW_S)
        self.has_items(items - 1)

    def has_items(self, count: int) -> None:
        mission = MissionProgress(at_s=NOW_S, item=1, items=count, state="active")
        self.state = replace(self.state, mission_progress=mission)


@pytest.fixture
def plane() -> Plane:
    one = Plane()
    [(msgid, payload)] = one.order(Verb.LAND)
    assert (msgid, unpack(msgid, payload)["count"]) == (MSGIDS["MISSION_COUNT"], 3)
    one.take_mission(3)
    assert one.order(Verb.HOLD)
    return one


def test_a_landing_that_was_broken_off_can_be_ordered_again(plane: Plane) -> None:
    [(msgid, payload)] = plane.order(Verb.LAND)
    assert msgid == MSGIDS["MISSION_COUNT"], "DO_LAND_START finds no start in a landing of ours"
    assert unpack(msgid, payload)["count"] == 3


def test_a_mission_that_came_from_elsewhere_meanwhile_is_not_overwritten(plane: Plane) -> None:
    plane.has_items(7)
    [(msgid, payload)] = plane.order(Verb.LAND)
    assert (msgid, unpack(msgid, payload)["command"]) == (MSGIDS["COMMAND_LONG"], 189)
