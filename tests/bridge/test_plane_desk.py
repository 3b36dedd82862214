# SPDX-License-Identifier: Apache-2.0
"""A plane's landing: broken off, ordered again, or refused by a mission without one; something is always done."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from groundstation.bridge.command_desk import CommandDesk
from groundstation.bridge.facts import Facts
from groundstation.fleet.commands import Actor, CommandRequest, CommandState, Reason, Verb
from groundstation.fleet.identity import Autopilot, VehicleInfo, VehicleKey, VehicleKind
from groundstation.fleet.link import Connection, LinkState
from groundstation.fleet.motion import Home, Position
from groundstation.fleet.preconditions import Limits
from groundstation.fleet.status import Armed, MissionProgress, Mode
from groundstation.fleet.vehicle import VehicleState
from groundstation.mavlink.dialect import MSGIDS, unpack
from groundstation.mavlink.handshakes import COMMAND_ACK
from groundstation.mavlink.plan_send import MISSION_ACK, MISSION_REQUEST
from groundstation.mavlink.stream_requests import Outbound
from groundstation.transport.leaves import CMD_ACK, Leaf

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
        self.reports: list[Any] = []

    def facts(self) -> Facts:
        return Facts(state=self.state, link=LinkState.ONLINE, sysid=1, compid=1, mav_type=1, mav_autopilot=3)

    def say(self, leaf: Leaf, content: Any) -> int:
        self.reports += [content] if leaf is CMD_ACK else []
        return 0

    def tell(self, event: Any) -> None:
        pass

    def order(self, verb: Verb, *, dry: bool = False) -> list[Outbound]:
        self.count += 1
        request = CommandRequest(
            id=f"c-{self.count}",
            by=Actor(op="o", gs="g"),
            sid="s",
            verb=verb,
            count=self.count,
            ref_bms=int(NOW_S * 1000),
            ttl_ms=15_000,
            dry=dry,
        )
        return self.desk.take(request, NOW_S)

    def take_mission(self, items: int) -> None:
        for seq in range(items):
            assert self.desk.hear(MISSION_REQUEST, {"seq": seq, "mission_type": 0}, NOW_S)[1]
        self.desk.hear(MISSION_ACK, {"type": 0, "mission_type": 0}, NOW_S)
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


# ---- a mission without a landing ----


def sent(messages: list[Outbound]) -> list[int]:
    return [unpack(msgid, payload)["command"] for msgid, payload in messages if msgid == MSGIDS["COMMAND_LONG"]]


def shows(plane: Plane, mode: str, at_s: float) -> None:
    plane.state = replace(plane.state, mode=Mode(at_s=at_s, name=mode, custom_mode=11))


def returns(plane: Plane, messages: list[Outbound], at_s: float) -> None:
    assert sent(messages) == [20]
    plane.desk.hear(COMMAND_ACK, {"command": 20, "result": 0, "progress": 255}, at_s + 0.1)
    shows(plane, "RTL", at_s + 0.5)
    plane.desk.tick(at_s + 0.6)
    end = plane.reports[-1]
    assert (end.state, end.reason) == (CommandState.FAILED, Reason.VEHICLE_DENIED)
    assert str(end.detail).endswith("instead: return, which telemetry shows")


def test_a_mission_without_a_landing_is_left_alone_and_the_plane_returns_instead() -> None:
    plane = Plane()
    plane.has_items(7)
    assert sent(plane.order(Verb.LAND)) == [189]
    plane.desk.hear(COMMAND_ACK, {"command": 189, "result": 4, "progress": 255}, NOW_S + 0.1)
    messages = plane.desk.tick(NOW_S + 0.5)
    assert "instead: return" in str(plane.reports[-1].detail)
    returns(plane, messages, NOW_S + 0.5)


def test_a_plane_whose_home_is_not_known_returns_instead() -> None:
    plane = Plane()
    plane.state = replace(plane.state, home=None)
    returns(plane, plane.order(Verb.LAND), NOW_S)


def test_a_landing_that_nobody_takes_ends_in_a_return() -> None:
    plane = Plane()
    plane.order(Verb.LAND)
    for tenth in range(1, 300):
        messages = plane.desk.tick(NOW_S + tenth / 10)
        if sent(messages):
            returns(plane, messages, NOW_S + tenth / 10)
            return
    raise AssertionError("nothing was done")


def test_a_dry_run_says_what_is_done_instead() -> None:
    plane = Plane()
    plane.has_items(7)
    plane.order(Verb.LAND, dry=True)
    assert any("if that is refused: COMMAND_LONG NAV_RETURN_TO_LAUNCH" in line for line in plane.reports[-1].sends), (
        plane.reports[-1]
    )
