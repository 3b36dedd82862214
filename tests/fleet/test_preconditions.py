# SPDX-License-Identifier: Apache-2.0
"""What stands against a command: a table of states and words, and what must never stand against one."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from groundstation.fleet.commands import Args, Reason, Verb
from groundstation.fleet.identity import Autopilot, VehicleInfo, VehicleKey, VehicleKind
from groundstation.fleet.link import Connection, LinkState
from groundstation.fleet.motion import Home, Position
from groundstation.fleet.plans.plan_status import ListState, ListStatus, PlanStatus
from groundstation.fleet.preconditions import EVEN_UNHEARD, RULES, Limits, refusal
from groundstation.fleet.status import Armed, Landed, LandedState, MissionProgress, Mode
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import EMERGENCY_VERBS, VERBS, ArgKind, checked_args

NOW_S = 1_000.0
LIMITS = Limits()
ALL = tuple(verb.value for verb in VERBS)
LAT, LON = 41.0, 39.7
NEAR: Args = {"lat_deg": LAT + 0.001, "lon_deg": LON}
FAR: Args = {"lat_deg": LAT + 0.1, "lon_deg": LON}


def info(kind: VehicleKind = VehicleKind.MULTICOPTER, autopilot: Autopilot = Autopilot.ARDUPILOT) -> VehicleInfo:
    return VehicleInfo(name="one", sysid=1, kind=kind, autopilot=autopilot, modes=("GUIDED", "RTL"), verbs=ALL)


def heard(link: LinkState = LinkState.ONLINE, conflict: str | None = None) -> Connection:
    return Connection(state=link, via="br", conflict=conflict)


BARE = VehicleState(key=VehicleKey("fleet", "uav-1"), info=info(), connection=heard(), session="s", clock_offset_s=0.0)
"""Heard, and nothing known of it."""
GROUND = replace(
    BARE,
    armed=Armed(at_s=NOW_S, is_armed=False),
    landed=Landed(at_s=NOW_S, state=LandedState.ON_GROUND),
    position=Position(at_s=NOW_S, lat_deg=LAT, lon_deg=LON, height_amsl_m=100.0, height_home_m=0.0),
    home=Home(at_s=NOW_S, lat_deg=LAT, lon_deg=LON, height_amsl_m=100.0),
    mission_progress=MissionProgress(at_s=NOW_S, item=0, items=5, state="not_started"),
)
ARMED = replace(GROUND, armed=Armed(at_s=NOW_S, is_armed=True))
FLYING = replace(
    ARMED,
    landed=Landed(at_s=NOW_S, state=LandedState.IN_AIR),
    position=replace(ARMED.position, height_amsl_m=130.0, height_home_m=30.0),
)
NO_MISSION = replace(FLYING, mission_progress=MissionProgress(at_s=NOW_S, item=0, items=0, state="no_mission"))
ROVER = replace(ARMED, info=info(VehicleKind.ROVER))
PX4 = replace(FLYING, info=info(autopilot=Autopilot.PX4))
PX4_WITHOUT_HOME = replace(PX4, home=None)


def asked(verb: Verb, state: VehicleState, now_s: float | None = NOW_S, **args: float | str) -> str | None:
    required = {arg.name: 1.0 for arg in VERBS[verb].args if arg.is_required and arg.kind is ArgKind.NUMBER}
    if "lat_deg" in required:
        required |= NEAR  # type: ignore[operator]
    if verb in (Verb.MODE, Verb.CANCEL):
        required[VERBS[verb].args[0].name] = "GUIDED"  # type: ignore[assignment]
    if verb is Verb.SERVO:
        required["pwm_us"] = 1_500.0
    found = refusal(verb, checked_args(verb, {**required, **args}), state, LIMITS, now_s)
    return None if found is None else str(found.said)


# ---- the table ----

IN_MISSION = replace(
    FLYING,
    mode=Mode(at_s=NOW_S, name="AUTO", custom_mode=3),
    mission_progress=MissionProgress(at_s=NOW_S, item=3, items=5, state="active"),
)


def with_plan(state: ListState, count: int = 5) -> VehicleState:
    """In the air, with a mission that is known as well as this."""
    return replace(FLYING, plans=PlanStatus(mission=ListStatus(state=state, why="half of it", count=count)))


REFUSED = [
    (Verb.ARM, ARMED, {}, "it is armed already"),
    (Verb.DISARM, GROUND, {}, "it is not armed"),
    (Verb.DISARM, FLYING, {}, "it is flying"),
    (Verb.TAKEOFF, FLYING, {"height_m": 10.0}, "it is flying"),
    (Verb.TAKEOFF, replace(PX4_WITHOUT_HOME, landed=GROUND.landed), {"height_m": 10.0}, "height of its home"),
    (Verb.LAND, GROUND, {}, "it is not armed"),
    (Verb.RTL, GROUND, {}, "it is not armed"),
    (Verb.HOLD, GROUND, {}, "it is not armed"),
    (Verb.GOTO, ARMED, NEAR, "it is not flying"),
    (Verb.GOTO, FLYING, FAR, "the point is 11.1 km away; the limit is 10 km"),
    (Verb.GOTO, FLYING, {**NEAR, "height_m": 501.0}, "501 m above home is higher than the limit of 500 m"),
    (Verb.GOTO, FLYING, {**NEAR, "height_m": 601.0, "frame": "amsl"}, "501 m above home"),
    (Verb.GOTO, replace(FLYING, home=None), {**NEAR, "height_m": 601.0, "frame": "amsl"}, "501 m above home"),
    (Verb.GOTO, replace(FLYING, position=None), NEAR, "its position is not known"),
    (Verb.GOTO, PX4_WITHOUT_HOME, {**NEAR, "height_m": 20.0}, "height of its home"),
    (Verb.GOTO, replace(ROVER, armed=GROUND.armed), NEAR, "it is not armed"),
    (Verb.MODE, FLYING, {"mode": "WARP"}, "it has no mode 'WARP'; it has GUIDED, RTL"),
    (Verb.SPEED, ARMED, {"speed_mps": 5.0}, "it is not flying"),
    (Verb.HEIGHT, ARMED, {"height_m": 20.0}, "it is not flying"),
    (Verb.HEIGHT, FLYING, {"height_m": 5_000.0}, "higher than the limit"),
    (Verb.HEIGHT, PX4_WITHOUT_HOME, {"height_m": 20.0}, "height of its home"),
    (Verb.YAW, ARMED, {"heading_deg": 90.0}, "it is not flying"),
    (Verb.ORBIT, ARMED, NEAR, "it is not flying"),
    (Verb.ORBIT, FLYING, FAR, "the limit is 10 km"),
    (Verb.ORBIT, FLYING, {**NEAR, "radius_m": 0.5}, "a radius of at least 1 m"),
    (Verb.ORBIT, FLYING, {**NEAR, "radius_m": -0.5}, "a radius of at least 1 m"),
    (Verb.SET_HOME, FLYING, {}, "it is flying: home here"),
    (Verb.SET_HOME, GROUND, {"lat_deg": LAT}, "latitude and longitude"),
    (Verb.SET_HOME, GROUND, NEAR, "its height above mean sea level"),
    (Verb.SET_HOME, GROUND, {**FAR, "height_m": 100.0}, "the limit is 10 km"),
    (Verb.ROI, FLYING, FAR, "the limit is 10 km"),
    (Verb.MISSION_START, NO_MISSION, {}, "it has no mission; upload one first"),
    (Verb.MISSION_PAUSE, GROUND, {}, "it is not flying"),
    (Verb.MISSION_RESUME, GROUND, {}, "it is not flying"),
    (Verb.MISSION_RESUME, NO_MISSION, {}, "it has no mission"),
    (Verb.MISSION_JUMP, NO_MISSION, {"item": 1.0}, "it has no mission"),
    (Verb.MISSION_START, with_plan(ListState.DOUBTFUL), {}, "its mission is not known: half of it; read it"),
    (Verb.MISSION_START, with_plan(ListState.KNOWN, 0), {}, "it has no mission"),
    (Verb.MISSION_RESUME, with_plan(ListState.DOUBTFUL), {}, "its mission is not known"),
    (Verb.MISSION_JUMP, with_plan(ListState.SENDING), {"item": 1.0}, "its mission is being sent"),
    (Verb.PLAN_UPLOAD, IN_MISSION, {"list": "mission"}, "it flies its mission (item 3); say replace=yes"),
    (Verb.PLAN_CLEAR, IN_MISSION, {"list": "mission", "replace": "no"}, "it flies its mission"),
    (Verb.MISSION_JUMP, FLYING, {"item": 6.0}, "its mission ends with item 5"),
    (Verb.REBOOT, ARMED, {}, "it is armed; disarm it first"),
    (Verb.CALIBRATE, ARMED, {}, "it is armed; disarm it first"),
]
TAKEN = [
    (Verb.ARM, GROUND, {}),
    (Verb.DISARM, ARMED, {}),
    (Verb.FORCE_DISARM, FLYING, {}),
    (Verb.FORCE_DISARM, GROUND, {}),
    (Verb.TAKEOFF, GROUND, {"height_m": 500.0}),
    (Verb.TAKEOFF, ARMED, {"height_m": 10.0}),
    *((verb, state, {}) for verb in EMERGENCY_VERBS for state in (ARMED, FLYING, ROVER, PX4_WITHOUT_HOME)),
    (Verb.GOTO, FLYING, {**NEAR, "height_m": 500.0}),
    (Verb.GOTO, FLYING, {**NEAR, "height_m": 600.0, "frame": "amsl"}),
    (Verb.GOTO, ROVER, NEAR),
    (Verb.GOTO, PX4_WITHOUT_HOME, {**NEAR, "height_m": 120.0, "frame": "amsl"}),
    (Verb.MODE, GROUND, {"mode": "GUIDED"}),
    (Verb.SPEED, ROVER, {"speed_mps": 1.0}),
    (Verb.ORBIT, FLYING, {**NEAR, "radius_m": -30.0}),
    (Verb.SET_HOME, GROUND, {}),
    (Verb.SET_HOME, FLYING, {**NEAR, "height_m": 100.0}),
    (Verb.MISSION_JUMP, FLYING, {"item": 5.0}),
    (Verb.MISSION_START, with_plan(ListState.KNOWN), {}),
    (Verb.MISSION_START, replace(NO_MISSION, plans=with_plan(ListState.KNOWN).plans), {}),
    (Verb.MISSION_START, with_plan(ListState.UNKNOWN), {}),
    (Verb.PLAN_UPLOAD, IN_MISSION, {"list": "mission", "replace": "yes"}),
    (Verb.PLAN_UPLOAD, IN_MISSION, {"list": "fence"}),
    (Verb.PLAN_UPLOAD, FLYING, {"list": "mission"}),
    (Verb.MISSION_RESUME, FLYING, {}),
    (Verb.REBOOT, GROUND, {}),
    (Verb.CALIBRATE, GROUND, {}),
]


@pytest.mark.parametrize(("verb", "state", "args", "words"), REFUSED)
def test_what_stands_against_it_is_said_with_its_value(verb: Verb, state: VehicleState, args: Args, words: str) -> None:
    found = refusal(verb, checked_args(verb, args), state, LIMITS, NOW_S)
    assert found is not None
    assert found.reason is Reason.PRECONDITION
    assert words in str(found.said)


@pytest.mark.parametrize(("verb", "state", "args"), TAKEN)
def test_what_nothing_stands_against_is_taken(verb: Verb, state: VehicleState, args: Args) -> None:
    assert refusal(verb, checked_args(verb, args), state, LIMITS, NOW_S) is None


def test_every_rule_has_been_seen_to_refuse() -> None:
    assert set(RULES) <= {verb for verb, *_ in REFUSED}


# ---- what is not known, and what is old ----

NEEDS_A_PLACE = {Verb.GOTO, Verb.HEIGHT, Verb.ORBIT}
"""The present height, or place, is part of their orders."""


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in NEEDS_A_PLACE])
def test_what_is_not_known_never_refuses(verb: Verb) -> None:
    assert asked(verb, BARE) is None
    assert asked(verb, replace(BARE, info=None)) is None


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_can_be_asked_about_without_arguments(verb: Verb) -> None:
    for state in (BARE, GROUND, ARMED, FLYING, NO_MISSION, ROVER, PX4_WITHOUT_HOME):
        found = refusal(verb, {}, state, LIMITS, NOW_S)
        assert found is None or str(found.said)


NO_HEIGHT = replace(FLYING, position=replace(FLYING.position, height_home_m=None))
OLD = [
    (Verb.LAND, GROUND, "armed", 4.0),
    (Verb.RTL, GROUND, "armed", 4.0),
    (Verb.HOLD, GROUND, "armed", 4.0),
    (Verb.ARM, ARMED, "armed", 4.0),
    (Verb.REBOOT, ARMED, "armed", 4.0),
    (Verb.DISARM, NO_HEIGHT, "landed", 30.0),
    (Verb.TAKEOFF, NO_HEIGHT, "landed", 30.0),
    (Verb.GOTO, ARMED, "landed", 30.0),
    (Verb.MISSION_START, NO_MISSION, "mission_progress", 60.0),
]


@pytest.mark.parametrize(("verb", "state", "kind", "age_s"), OLD)
def test_what_is_old_does_not_refuse(verb: Verb, state: VehicleState, kind: str, age_s: float) -> None:
    assert asked(verb, state) is not None, "fresh it does"
    aged = replace(state, **{kind: replace(getattr(state, kind), at_s=NOW_S - age_s)})
    assert asked(verb, aged) is None
    assert asked(verb, aged, None) is not None, "who has no clock believes everything"


def test_a_height_of_long_ago_is_no_sign_of_flying() -> None:
    high = replace(ARMED, landed=None, position=replace(ARMED.position, height_home_m=50.0))
    assert asked(Verb.DISARM, high) == "it is flying"
    long_ago = replace(high, position=replace(high.position, at_s=NOW_S - 60.0))
    assert asked(Verb.DISARM, long_ago) is None
    assert asked(Verb.GOTO, long_ago) == "its position is not known", "and no height to keep"


# ---- before every rule ----


@pytest.mark.parametrize("verb", VERBS)
def test_a_vehicle_that_is_not_heard_or_not_alone_gets_nothing(verb: Verb) -> None:
    for connection in (heard(LinkState.OFFLINE), heard(LinkState.UNKNOWN), None):
        found = refusal(verb, {}, replace(FLYING, connection=connection), LIMITS, NOW_S)
        if verb in EVEN_UNHEARD:
            assert found is None, "the way to it may be open"
            continue
        assert found is not None
        assert found.reason is Reason.NOT_HEARD
    found = refusal(verb, {}, replace(FLYING, connection=heard(conflict="two of them")), LIMITS, NOW_S)
    if verb in EMERGENCY_VERBS:
        assert found is None, "emergencies always pass"
        return
    assert found is not None
    assert (found.reason, "two of them" in str(found.said)) == (Reason.IDENTITY_CONFLICT, True)


@pytest.mark.parametrize("verb", EMERGENCY_VERBS)
def test_what_may_be_the_other_vehicles_state_stands_against_no_emergency(verb: Verb) -> None:
    standing = replace(FLYING, armed=Armed(at_s=NOW_S, is_armed=False))
    assert refusal(verb, {}, standing, LIMITS, NOW_S) is not None
    assert refusal(verb, {}, replace(standing, connection=heard(conflict="two of them")), LIMITS, NOW_S) is None


@pytest.mark.parametrize("verb", EMERGENCY_VERBS)
def test_a_link_that_is_silent_for_seconds_does_not_keep_an_emergency(verb: Verb) -> None:
    assert refusal(verb, {}, replace(FLYING, connection=heard(LinkState.STALE)), LIMITS, NOW_S) is None


def test_a_verb_that_the_vehicle_has_not_is_unsupported_and_cancel_needs_no_vehicle() -> None:
    without = replace(FLYING, info=replace(info(VehicleKind.PLANE), verbs=("arm",)))
    found = refusal(Verb.YAW, {}, without, LIMITS, NOW_S)
    assert found is not None
    assert (found.reason, str(found.said)) == (Reason.UNSUPPORTED, "this plane (ardupilot) has no 'yaw'")
    assert refusal(Verb.CANCEL, {}, without, LIMITS, NOW_S) is None


def test_limits_are_those_that_were_given() -> None:
    narrow = Limits(distance_m=50.0, height_home_m=30.0)
    assert refusal(Verb.GOTO, dict(NEAR), FLYING, narrow, NOW_S) is not None
    assert refusal(Verb.TAKEOFF, {"height_m": 31.0}, GROUND, narrow, NOW_S) is not None
    assert refusal(Verb.TAKEOFF, {"height_m": 30.0}, GROUND, narrow, NOW_S) is None


@pytest.mark.parametrize("verb", [Verb.TAKEOFF, Verb.DISARM])
def test_a_ground_contact_that_flaps_refuses_nothing(verb: Verb) -> None:
    """PX4 with idling motors was seen to report take-offs on the ground."""
    flapping = replace(FLYING, position=replace(FLYING.position, height_home_m=0.3))
    assert asked(verb, flapping, **({"height_m": 10.0} if verb is Verb.TAKEOFF else {})) is None
    without_height = replace(FLYING, position=replace(FLYING.position, height_home_m=None))
    assert asked(verb, without_height, **({"height_m": 10.0} if verb is Verb.TAKEOFF else {})) == "it is flying"
