# SPDX-License-Identifier: Apache-2.0
"""Every limit that is a time or a distance, just inside and just outside; in numbers, not by the product's names."""

from __future__ import annotations

import itertools

import pytest
from msgspec.structs import replace

from groundstation.fleet.commands import Actor, CommandState, Reason, Verb
from groundstation.fleet.control import Control, ControlAction, ControlDecision, Outcome
from groundstation.fleet.control_keeper import ControlKeeper
from groundstation.fleet.energy import BatteryPack
from groundstation.fleet.errors import UsageError
from groundstation.fleet.fleet_filter import parse_filter
from groundstation.fleet.identity import VehicleInfo, VehicleKey
from groundstation.fleet.kinds import Samples
from groundstation.fleet.link import Connection, LinkState
from groundstation.fleet.motion import Position
from groundstation.fleet.operations import bridge_clock_ms
from groundstation.fleet.preconditions import Limits, refusal
from groundstation.fleet.recorder import RecorderState, RecorderStatus, recording_now
from groundstation.fleet.status import Armed, Landed, LandedState, MissionProgress
from groundstation.fleet.summary import Summaries
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import VERBS, ArgKind, checked_args
from tests.fleet.test_operations import KEYS, OTHER, Station
from tests.support.updates import service

KEY = VehicleKey("fleet", "uav-1")
METRE_DEG = 1 / 111_195
MARGIN_S = 0.15
"""A tick of the station and a little."""


# ---- commands and their bridges ----


@pytest.mark.parametrize(("age_s", "is_known"), [(9.95, True), (10.05, False)])
def test_a_bridges_clock_is_known_for_ten_seconds(age_s: float, is_known: bool) -> None:
    state = VehicleState(key=KEY, clock_offset_s=400.0, link_received_s=1_000.0)
    assert (bridge_clock_ms(state, 1_000.0 + age_s) is not None) is is_known


def sent(station: Station) -> None:
    station.give(KEYS[:1])
    station.tick()
    assert station.record(KEYS[0]).state is CommandState.SENT


def test_a_bridge_is_asked_two_seconds_after_a_command_is_too_old_and_every_two_seconds_five_times() -> None:
    station = Station()
    sent(station)
    began_s = station.now_s
    asked_s: list[float] = []
    while not station.record(KEYS[0]).is_over:
        station.tick()
        asked_s += [station.now_s - began_s] * (len(station.queries) - len(asked_s))
    # valid for five seconds
    assert asked_s == pytest.approx([7.0, 9.0, 11.0, 13.0, 15.0], abs=MARGIN_S)
    assert station.now_s - began_s == pytest.approx(17.0, abs=MARGIN_S)
    assert station.ends() == [(CommandState.UNKNOWN, Reason.BRIDGE_LOST)]


def test_a_bridge_that_is_silent_about_what_runs_is_asked_after_twenty_seconds() -> None:
    station = Station()
    sent(station)
    station.report(KEYS[0], CommandState.ACCEPTED)
    station.run(20.0 - MARGIN_S)
    assert station.queries == []
    station.run(2 * MARGIN_S)
    assert len(station.queries) == 1


def test_a_bridge_has_three_seconds_to_tell_what_became_of_the_commands_of_a_former_life() -> None:
    station = Station()
    sent(station)
    station.change(KEYS[0], session="life-2")
    station.run(3.0 - MARGIN_S)
    assert not station.record(KEYS[0]).is_over
    station.run(2 * MARGIN_S)
    assert station.ends() == [(CommandState.UNKNOWN, Reason.BRIDGE_LOST)]


def test_a_command_waits_thirteen_seconds_for_control() -> None:
    station = Station(is_in_control=False)
    station.give(KEYS[:1])
    station.run(13.0 - MARGIN_S)
    assert not station.record(KEYS[0]).is_over
    station.run(2 * MARGIN_S)
    assert station.ends() == [(CommandState.REJECTED, Reason.NOT_OWNER)]


# ---- control ----


class Keeping:
    """A keeper on a clock, and one vehicle."""

    def __init__(self, control: Control | None = None) -> None:
        numbers = itertools.count()
        self.keeper = ControlKeeper(Actor(op="ayse", gs="gs-1"), lambda: f"id-{next(numbers)}")
        self.now_s = 0.0
        self.state = VehicleState(key=KEY, control=control or Control())
        self.sent: list[tuple[float, ControlAction]] = []

    def run(self, until_s: float) -> None:
        while self.now_s < until_s - 1e-9:
            self.now_s = round(self.now_s + 0.05, 3)
            for _, request in self.keeper.tick(lambda _: self.state, self.now_s):
                self.sent.append((self.now_s, request.action))
                self.last = request

    def answer(self, outcome: Outcome, detail: str) -> None:
        decision = ControlDecision(request=self.last.id, outcome=outcome, by=OTHER, detail=detail)
        self.state = replace(self.state, control=Control(owner=OTHER, lease=3, last=decision))


def test_control_is_asked_for_again_every_three_seconds_and_given_up_after_fifteen() -> None:
    one = Keeping()
    one.keeper.want(one.state, 0.0)
    one.run(30.0)
    assert [at_s for at_s, _ in one.sent] == pytest.approx([0.05, 3.05, 6.05, 9.05, 12.05], abs=0.06)
    assert one.keeper.kept == frozenset()
    one = Keeping()
    one.keeper.want(one.state, 0.0)
    one.run(14.9)
    assert one.keeper.kept == {KEY}
    one.run(15.1)
    assert one.keeper.kept == frozenset()


def test_a_refusal_is_told_for_two_seconds_then_it_is_asked_anew() -> None:
    one = Keeping()
    one.keeper.want(one.state, 0.0)
    one.run(0.5)
    one.answer(Outcome.DENIED, "busy")
    one.run(2.4)
    assert one.keeper.want(one.state, one.now_s) == "busy"
    assert len(one.sent) == 1, "what was refused is not asked again by itself"
    one.run(2.7)
    assert one.keeper.kept == frozenset()
    assert one.keeper.want(one.state, one.now_s) == ""
    one.run(2.8)
    assert len(one.sent) == 2


def test_control_is_renewed_every_two_seconds() -> None:
    one = Keeping(Control(owner=Actor(op="ayse", gs="gs-1"), lease=7))
    one.keeper.want(one.state, 0.0)
    one.run(9.0)
    renewed = [at_s for at_s, action in one.sent if action is ControlAction.RENEW]
    assert renewed == pytest.approx([2.05, 4.1, 6.15, 8.2], abs=0.15)


# ---- what is believed for how long ----


@pytest.mark.parametrize(("age_s", "is_heard"), [(3.45, True), (3.55, False)])
def test_a_recorder_is_believed_for_three_and_a_half_seconds(age_s: float, is_heard: bool) -> None:
    status = RecorderStatus(state=RecorderState.RECORDING, elapsed_s=60.0)
    now = recording_now([service("r", status, "s", 100.0)], 100.0 + age_s)
    assert (now.is_heard, now.is_recording) == (is_heard, is_heard)


def test_a_summary_serves_for_a_quarter_of_a_second_unless_something_telling_changes() -> None:
    summaries, connection = Summaries(), Connection(state=LinkState.ONLINE)
    state = VehicleState(key=KEY, clock_offset_s=0.0, connection=connection)
    state = state.after(Samples(position=Position(at_s=10.0, height_home_m=5.0)), 0.0)
    first = summaries.of(state, 10.0)
    moved = state.after(Samples(position=Position(at_s=10.1, height_home_m=9.0)), 0.0)
    assert summaries.of(moved, 10.24) is first
    assert summaries.of(moved, 10.26).height_home_m == 9.0
    low = moved.after(Samples(battery=(BatteryPack(at_s=10.27, charge_fraction=0.1),)), 0.0)
    assert summaries.of(low, 10.27).charge_fraction == 0.1
    assert summaries.of(state, 10.0).height_home_m == 5.0, "a clock that went back has no summary"


# ---- how far a vehicle may be sent ----

FLYING = VehicleState(
    key=KEY,
    connection=Connection(state=LinkState.ONLINE),
    armed=Armed(at_s=0.0, is_armed=True),
    landed=Landed(at_s=0.0, state=LandedState.IN_AIR),
    position=Position(at_s=0.0, lat_deg=41.0, lon_deg=39.7, height_home_m=30.0, height_amsl_m=130.0),
)


def is_taken(verb: Verb, state: VehicleState = FLYING, **args: object) -> bool:
    return refusal(verb, args, state, Limits()) is None  # type: ignore[arg-type]


def test_a_point_may_be_ten_kilometres_away() -> None:
    for verb in (Verb.GOTO, Verb.ORBIT, Verb.ROI):
        for far_m, is_near in ((9_990.0, True), (10_010.0, False), (-9_990.0, True), (-10_010.0, False)):
            assert is_taken(verb, lat_deg=41.0 + far_m * METRE_DEG, lon_deg=39.7) is is_near


def test_a_height_may_be_five_hundred_metres_above_home() -> None:
    for verb in (Verb.GOTO, Verb.HEIGHT, Verb.ORBIT):
        assert is_taken(verb, height_m=499.9)
        assert not is_taken(verb, height_m=500.1)
        # home is 100 m above the sea, by the two heights of the position
        assert is_taken(verb, height_m=599.9, frame="amsl")
        assert not is_taken(verb, height_m=600.1, frame="amsl")


def test_a_circle_has_a_radius_of_a_metre_either_way_round() -> None:
    for radius_m, is_good in ((1.0, True), (0.99, False), (-1.0, True), (-0.99, False)):
        assert is_taken(Verb.ORBIT, radius_m=radius_m) is is_good


def test_what_says_to_fly_at_less_than_a_metre_and_a_half_may_be_disarmed() -> None:
    for height_m, is_low in ((1.45, True), (1.55, False), (-1.45, True), (-1.55, False)):
        assert FLYING.position is not None
        state = replace(FLYING, position=replace(FLYING.position, height_home_m=height_m))
        assert is_taken(Verb.DISARM, state) is is_low


def test_an_empty_mission_is_none() -> None:
    for items, state, is_there in (
        (0, "active", False),
        (1, "active", True),
        (5, "no_mission", False),
        (None, "", True),
    ):
        mission = MissionProgress(at_s=0.0, items=items, state=state)
        assert is_taken(Verb.MISSION_START, replace(FLYING, mission_progress=mission)) is is_there


def test_an_item_of_the_mission_ends_with_its_last() -> None:
    state = replace(FLYING, mission_progress=MissionProgress(at_s=0.0, item=1, items=5, state="active"))
    assert is_taken(Verb.MISSION_JUMP, state, item=5.0)
    assert not is_taken(Verb.MISSION_JUMP, state, item=6.0)


def test_a_vehicle_that_names_its_verbs_takes_those_and_cancel() -> None:
    info = VehicleInfo(name="a", sysid=1, verbs=("hold",))
    state = replace(FLYING, info=info)
    assert is_taken(Verb.HOLD, state)
    assert not is_taken(Verb.RTL, state)
    assert is_taken(Verb.CANCEL, state)


DEGREES = {"lat_deg": (-90.0, 90.0), "lon_deg": (-180.0, 180.0)}
HEIGHTS = (-500.0, 9_000.0)
RANGES: dict[Verb, dict[str, tuple[float, float]]] = {
    Verb.TAKEOFF: {"height_m": (1.0, 500.0)},
    Verb.GOTO: {**DEGREES, "height_m": HEIGHTS},
    Verb.SPEED: {"speed_mps": (0.1, 100.0)},
    Verb.HEIGHT: {"height_m": HEIGHTS},
    Verb.YAW: {"heading_deg": (0.0, 360.0)},
    Verb.ORBIT: {**DEGREES, "radius_m": (-5_000.0, 5_000.0), "height_m": HEIGHTS},
    Verb.SET_HOME: {**DEGREES, "height_m": HEIGHTS},
    Verb.ROI: {**DEGREES, "height_m": HEIGHTS},
    Verb.MISSION_JUMP: {"item": (0.0, 65_535.0)},
    Verb.GRIPPER: {"number": (0.0, 16.0)},
    Verb.SERVO: {"channel": (1.0, 32.0), "pwm_us": (500.0, 2_500.0)},
    Verb.RELAY: {"number": (0.0, 15.0)},
    Verb.MAV_CMD: {
        "command": (1.0, 65_535.0),
        **{f"param{number}": (-1e9, 1e9) for number in range(1, 8)},
        "mav_frame": (0.0, 21.0),
    },
}
"""What an operator may ask for."""
WHOLE = {"item", "number", "channel", "command", "mav_frame"}


def test_every_number_of_every_verb_has_its_range_here() -> None:
    numbers = {
        verb: {arg.name for arg in spec.args if arg.kind is ArgKind.NUMBER} for verb, spec in VERBS.items() if spec.args
    }
    assert {verb: names for verb, names in numbers.items() if names} == {verb: set(one) for verb, one in RANGES.items()}


@pytest.mark.parametrize(
    ("verb", "name", "bound", "outwards"),
    [(verb, name, bound, way) for verb, one in RANGES.items() for name, low_high in one.items()
     for bound, way in zip(low_high, (-1, 1), strict=True)],
)  # fmt: skip
def test_a_number_is_taken_up_to_its_bounds_and_not_beyond(verb: Verb, name: str, bound: float, outwards: int) -> None:
    middle = {one: (low + high) // 2 for one, (low, high) in RANGES[verb].items()}
    assert checked_args(verb, {**middle, name: bound})[name] == bound
    beyond = bound + outwards * (1.0 if name in WHOLE else max(0.001, abs(bound) * 1e-6))
    with pytest.raises(UsageError, match=name):
        checked_args(verb, {**middle, name: beyond})


def test_what_is_not_said_has_its_default() -> None:
    assert checked_args(Verb.TAKEOFF, {})["height_m"] == 10.0
    assert checked_args(Verb.ORBIT, {"lat_deg": 1.0, "lon_deg": 2.0})["radius_m"] == 50.0
    assert checked_args(Verb.ROI, {"lat_deg": 1.0, "lon_deg": 2.0})["height_m"] == 0.0
    assert checked_args(Verb.GRIPPER, {})["number"] == 1.0


def test_how_old_a_command_may_be() -> None:
    ages_ms = {verb: spec.ttl_ms for verb, spec in VERBS.items() if spec.ttl_ms != 5_000}
    emergencies = dict.fromkeys((Verb.HOLD, Verb.RTL, Verb.LAND), 15_000)
    plans = dict.fromkeys((Verb.PLAN_UPLOAD, Verb.PLAN_READ, Verb.PLAN_CLEAR), 60_000)
    parameters = dict.fromkeys((Verb.PARAM_READ, Verb.PARAM_WRITE), 60_000)
    assert ages_ms == {**emergencies, **plans, **parameters, Verb.MISSION_START: 30_000}


@pytest.mark.parametrize(
    ("is_flying", "flying", "ground"), [(True, True, False), (False, False, True), (None, False, False)]
)
def test_of_whom_nobody_knows_whether_it_flies_neither_is_said(
    is_flying: bool | None, flying: bool, ground: bool
) -> None:
    summary = replace(Summaries().of(VehicleState(key=KEY), 0.0), is_flying=is_flying)
    assert (parse_filter("flying")(summary), parse_filter("ground")(summary)) == (flying, ground)
