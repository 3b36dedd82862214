# SPDX-License-Identifier: Apache-2.0
"""What each autopilot is told for each verb, as numbers; heights, frames and signs as it was seen to take them."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from groundstation.fleet.commands import Args, Verb
from groundstation.fleet.identity import Autopilot, VehicleKey, VehicleKind
from groundstation.fleet.motion import Home, Position
from groundstation.fleet.proofs import Look
from groundstation.fleet.status import Armed, MissionProgress, Mode
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import EMERGENCY_VERBS, VERBS, checked_args
from groundstation.mavlink import orders
from groundstation.mavlink.orders import Form, Order
from groundstation.mavlink.plan_send import Upload
from groundstation.mavlink.recipes import CannotOrderError, Situation
from groundstation.mavlink.verb_table import COPTER, OTHER, PLANE, PX4, PX4_PLANE, ROVER, verb_table

LAT, LON, HOME_M, HEIGHT_M = 41.0, 39.7, 100.0, 30.0
TYPES = {"copter": (2, 3), "plane": (1, 3), "rover": (10, 3), "px4": (2, 12), "px4_plane": (1, 12), "other": (2, 0)}
TABLES = {"copter": COPTER, "plane": PLANE, "rover": ROVER, "px4": PX4, "px4_plane": PX4_PLANE, "other": OTHER}
NAN = math.nan
THERE: Args = {"lat_deg": 41.001, "lon_deg": 39.702}
FLYING = VehicleState(
    key=VehicleKey("fleet", "uav-1"),
    armed=Armed(at_s=0.0, is_armed=True),
    mode=Mode(at_s=0.0, name="STABILIZE"),
    home=Home(at_s=0.0, lat_deg=LAT, lon_deg=LON, height_amsl_m=HOME_M),
    position=Position(at_s=0.0, lat_deg=LAT, lon_deg=LON, height_home_m=HEIGHT_M, height_amsl_m=HOME_M + HEIGHT_M),
    mission_progress=MissionProgress(at_s=0.0, item=1, items=5, state="active"),
)
PARKED = replace(FLYING, armed=Armed(at_s=0.0, is_armed=False))


def situation(family: str, state: VehicleState, verb: Verb, args: Args) -> Situation:
    mav_type, mav_autopilot = TYPES[family]
    return Situation(
        state=state, first=state, args=checked_args(verb, args), mav_type=mav_type, mav_autopilot=mav_autopilot
    )


def made(
    family: str, verb: Verb, args: Args | None = None, state: VehicleState = FLYING
) -> list[Order | Upload | None]:
    look = situation(family, state, verb, args or {})
    return [step.make(look) for step in TABLES[family][verb]]


def numbers(order: Order | Upload | None) -> tuple | None:
    """Command, the parameters up to the last that is not zero; a frame before them for COMMAND_INT."""
    if order is None:
        return None
    assert isinstance(order, Order)
    last = max((n for n, value in enumerate(order.params, 1) if value != 0), default=0)
    if order.form is Form.PARAM_READ:
        return ("read", order.parameter)
    params = order.params[:last]
    if order.form is Form.INT:
        return (order.command, f"frame {order.frame}", *params)
    return (order.parameter or order.command, *params)


def same(found: list, expected: list) -> bool:
    return repr(found).replace(".0,", ",").replace(".0)", ")") == repr(expected).replace(".0,", ",").replace(".0)", ")")


ARMING = (400, 1)
RTL = (20,)
# family, verb, arguments, state, orders
ROWS = [
    *[
        (family, verb, args, FLYING, expected)
        for family in ("copter", "plane", "rover", "px4", "px4_plane")
        for verb, args, expected in [
            (Verb.DISARM, {}, [(400,)]),
            (Verb.FORCE_DISARM, {}, [(400, 0, 21196)]),
            (Verb.RTL, {}, [RTL]),
            (Verb.REBOOT, {}, [(246, 1)]),
            (Verb.ROI_NONE, {}, [(197,)]),
            (Verb.SET_HOME, {}, [(179, 1)]),
            (Verb.SET_HOME, {**THERE, "height_m": 90.0}, [(179, "frame 0", 0, 0, 0, 0, 41.001, 39.702, 90)]),
            (Verb.CALIBRATE, {"sensor": "gyro"}, [(241, 1)]),
            (Verb.CALIBRATE, {"sensor": "baro"}, [(241, 0, 0, 1)]),
            (Verb.CALIBRATE, {"sensor": "level"}, [(241, 0, 0, 0, 0, 2)]),
            (Verb.MAV_CMD, {"command": 31_010.0, "param2": 5.0}, [(31_010, 0, 5)]),
        ]
    ],
    *[
        (family, verb, args, FLYING, expected)
        for family in ("copter", "plane", "rover")
        for verb, args, expected in [
            (Verb.ROI, THERE, [(195, "frame 3", 0, 0, 0, 0, 41.001, 39.702)]),
            (Verb.ROI, {**THERE, "height_m": 5.0}, [(195, "frame 3", 0, 0, 0, 0, 41.001, 39.702, 5)]),
            (Verb.MISSION_RESUME, {}, [(176, 1, {"copter": 3}.get(family, 10))]),
            (Verb.MISSION_JUMP, {"item": 3.0}, [(224, 3)]),
            (Verb.GRIPPER, {"action": "grab"}, [(211, 1, 1)]),
            (Verb.GRIPPER, {"action": "release", "number": 2.0}, [(211, 2)]),
            (Verb.SERVO, {"channel": 9.0, "pwm_us": 1_500.0}, [(183, 9, 1500)]),
            (Verb.RELAY, {"number": 1.0, "state": "on"}, [(181, 1, 1)]),
            (Verb.RELAY, {"number": 1.0, "state": "off"}, [(181, 1)]),
            (Verb.CAMERA_TRIGGER, {}, [(203, 0, 0, 0, 0, 1)]),
            (Verb.GOTO, {**THERE, "height_m": 20.0}, [(192, "frame 3", -1, 1, 0, NAN, 41.001, 39.702, 20)]),
            (Verb.GOTO, THERE, [(192, "frame 3", -1, 1, 0, NAN, 41.001, 39.702, HEIGHT_M)]),
            (
                Verb.GOTO,
                {**THERE, "height_m": 120.0, "frame": "amsl"},
                [(192, "frame 0", -1, 1, 0, NAN, 41.001, 39.702, 120)],
            ),
        ]
    ],
    ("copter", Verb.ARM, {}, PARKED, [ARMING]),
    ("copter", Verb.TAKEOFF, {"height_m": 12.0}, PARKED, [(176, 1, 4), ARMING, (22, 0, 0, 0, 0, 0, 0, 12)]),
    ("copter", Verb.TAKEOFF, {"height_m": 12.0}, FLYING, [(176, 1, 4), None, (22, 0, 0, 0, 0, 0, 0, 12)]),
    ("copter", Verb.LAND, {}, FLYING, [(21,)]),
    ("copter", Verb.HOLD, {}, FLYING, [(176, 1, 17)]),
    ("copter", Verb.MISSION_PAUSE, {}, FLYING, [(176, 1, 17)]),
    ("copter", Verb.HEIGHT, {"height_m": 20.0}, FLYING, [(192, "frame 3", -1, 1, 0, NAN, LAT, LON, 20)]),
    ("copter", Verb.SPEED, {"speed_mps": 5.0}, FLYING, [(178, 1, 5, -1)]),
    ("copter", Verb.YAW, {"heading_deg": 90.0}, FLYING, [(115, 90)]),
    ("copter", Verb.YAW, {"heading_deg": 360.0}, FLYING, [(115,)]),
    ("copter", Verb.MODE, {"mode": "LOITER"}, FLYING, [(176, 1, 5)]),
    ("copter", Verb.MISSION_START, {}, PARKED, [(176, 1, 4), ARMING, (300,)]),
    ("copter", Verb.MISSION_START, {}, FLYING, [None, None, (300,)]),
    ("plane", Verb.ARM, {}, PARKED, [ARMING]),
    ("plane", Verb.TAKEOFF, {"height_m": 40.0}, PARKED, [("TKOFF_ALT", 40), (176, 1, 13), ARMING]),
    ("plane", Verb.HOLD, {}, FLYING, [(176, 1, 12)]),
    ("plane", Verb.MISSION_PAUSE, {}, FLYING, [(176, 1, 12)]),
    ("plane", Verb.LAND, {}, FLYING, [None, (189,), None]),
    ("plane", Verb.HEIGHT, {"height_m": 80.0}, FLYING, [(192, "frame 3", -1, 1, 0, NAN, LAT, LON, 80)]),
    ("plane", Verb.SPEED, {"speed_mps": 18.0}, FLYING, [(178, 0, 18, -1)]),
    ("plane", Verb.MODE, {"mode": "FBWA"}, FLYING, [(176, 1, 5)]),
    ("plane", Verb.MISSION_START, {}, PARKED, [(176, 1, 10), ARMING, (300,)]),
    # ArduPlane ignores a negative radius; the direction is param4
    (
        "plane",
        Verb.ORBIT,
        {**THERE, "radius_m": 80.0},
        FLYING,
        [(192, "frame 3", -1, 1, 80, NAN, 41.001, 39.702, HEIGHT_M)],
    ),
    (
        "plane",
        Verb.ORBIT,
        {**THERE, "radius_m": -80.0},
        FLYING,
        [(192, "frame 3", -1, 1, 80, 1, 41.001, 39.702, HEIGHT_M)],
    ),
    ("rover", Verb.ARM, {}, PARKED, [None, ARMING]),
    # armed in GUIDED it drives on to its former target
    ("rover", Verb.ARM, {}, replace(PARKED, mode=Mode(at_s=0.0, name="GUIDED")), [(176, 1, 4), ARMING]),
    ("rover", Verb.MODE, {"mode": "STEERING"}, FLYING, [(176, 1, 3)]),
    ("rover", Verb.HOLD, {}, FLYING, [(176, 1, 4)]),
    ("rover", Verb.MISSION_PAUSE, {}, FLYING, [(176, 1, 4)]),
    ("rover", Verb.SPEED, {"speed_mps": 2.0}, FLYING, [(178, 1, 2, -1)]),
    ("rover", Verb.MISSION_START, {}, PARKED, [(176, 1, 10), ARMING]),
    *[
        (family, verb, args, state, expected)
        for family in ("px4", "px4_plane")
        for verb, args, state, expected in [
            (Verb.ARM, {}, PARKED, [ARMING]),
            (Verb.TAKEOFF, {"height_m": 12.0}, PARKED, [(22, 0, 0, 0, NAN, NAN, NAN, HOME_M + 12), ARMING]),
            (Verb.LAND, {}, FLYING, [(21, 0, 0, 0, NAN, NAN, NAN, NAN)]),
            (Verb.HOLD, {}, FLYING, [(176, 1, 4, 3)]),
            (Verb.MISSION_PAUSE, {}, FLYING, [(176, 1, 4, 3)]),
            (Verb.MISSION_RESUME, {}, FLYING, [(176, 1, 4, 4)]),
            (Verb.MISSION_START, {}, PARKED, [(300,)]),
            (Verb.MODE, {"mode": "ORBIT"}, FLYING, [(176, 1, 3, 1)]),
            (Verb.SPEED, {"speed_mps": 5.0}, FLYING, [(178, 1, 5, -1)]),
            (Verb.CAMERA_TRIGGER, {}, FLYING, [(2000, 0, 0, 1)]),
            # the frame is ignored: every height is above the sea
            (
                Verb.GOTO,
                {**THERE, "height_m": 20.0},
                FLYING,
                [(192, "frame 0", -1, 1, 0, NAN, 41.001, 39.702, HOME_M + 20)],
            ),
            (Verb.GOTO, THERE, FLYING, [(192, "frame 0", -1, 1, 0, NAN, 41.001, 39.702, HOME_M + HEIGHT_M)]),
            (
                Verb.GOTO,
                {**THERE, "height_m": 140.0, "frame": "amsl"},
                FLYING,
                [(192, "frame 0", -1, 1, 0, NAN, 41.001, 39.702, 140)],
            ),
            (Verb.HEIGHT, {"height_m": 20.0}, FLYING, [(192, "frame 0", -1, 1, 0, NAN, LAT, LON, HOME_M + 20)]),
            (Verb.ROI, {**THERE, "height_m": 5.0}, FLYING, [(195, "frame 0", 0, 0, 0, 0, 41.001, 39.702, HOME_M + 5)]),
            (
                Verb.ORBIT,
                {**THERE, "radius_m": -30.0, "height_m": 20.0},
                FLYING,
                [(34, "frame 0", -30, NAN, 0, NAN, 41.001, 39.702, HOME_M + 20)],
            ),
        ]
    ],
]


@pytest.mark.parametrize(
    ("family", "verb", "args", "state", "expected"), ROWS, ids=[f"{row[0]}-{row[1].value}" for row in ROWS]
)
def test_each_verb_is_these_numbers(family: str, verb: Verb, args: Args, state: VehicleState, expected: list) -> None:
    found = [numbers(one) for one in made(family, verb, args, state)]
    circle = {"plane": "WP_LOITER_RAD", "px4_plane": "NAV_LOITER_RAD"}.get(family)
    if verb is Verb.GOTO and circle is not None:
        assert found.pop(0) == ("read", circle)
    assert same(found, expected), (found, expected)


def test_the_rows_cover_every_verb_of_every_family() -> None:
    rows = {(row[0], row[1]) for row in ROWS}
    message_of_its_own = {(family, Verb.MISSION_JUMP) for family in ("px4", "px4_plane")}
    for family, table in TABLES.items():
        if family != "other":
            assert {(family, verb) for verb in table} - rows <= message_of_its_own, family


def test_px4_sets_its_item_by_a_message() -> None:
    [order] = made("px4", Verb.MISSION_JUMP, {"item": 3.0})
    assert isinstance(order, Order)
    assert (order.form, order.params[0], order.command) == (Form.MISSION_SET_CURRENT, 3.0, 0)


def test_a_plane_without_a_mission_is_given_a_landing_and_loses_it_again() -> None:
    empty = replace(FLYING, mission_progress=MissionProgress(at_s=0.0, items=0, state="no_mission"))
    upload, order, clear = made("plane", Verb.LAND, {}, empty)
    assert isinstance(upload, Upload)
    assert len(upload.items) == 3
    assert numbers(order) == (176, 1, 10)
    assert clear == Upload(())


@pytest.mark.parametrize("family", TABLES)
def test_every_verb_of_a_table_has_a_line_a_label_and_words(family: str) -> None:
    for verb, recipe in TABLES[family].items():
        assert verb in VERBS
        assert recipe
        assert all(step.label for step in recipe)
        args = {arg.name: arg.choices[0] if arg.choices else max(arg.low, 1.0) for arg in VERBS[verb].args}
        args |= {"mode": "LOITER"} if verb is Verb.MODE else {}
        for order in made(family, verb, args) if family != "other" or verb is not Verb.MODE else ():
            assert order is None or isinstance(order, Upload) or orders.described(order)


def test_what_flies_can_be_held_returned_and_landed() -> None:
    for family in ("copter", "plane", "px4", "px4_plane"):
        assert set(EMERGENCY_VERBS) <= set(TABLES[family])
    assert {Verb.HOLD, Verb.RTL} <= set(ROVER)


@pytest.mark.parametrize(
    ("autopilot", "kind", "table"),
    [
        (Autopilot.ARDUPILOT, VehicleKind.MULTICOPTER, COPTER),
        (Autopilot.ARDUPILOT, VehicleKind.HELICOPTER, COPTER),
        (Autopilot.ARDUPILOT, VehicleKind.PLANE, PLANE),
        (Autopilot.ARDUPILOT, VehicleKind.VTOL, PLANE),
        (Autopilot.ARDUPILOT, VehicleKind.ROVER, ROVER),
        (Autopilot.ARDUPILOT, VehicleKind.BOAT, ROVER),
        (Autopilot.ARDUPILOT, VehicleKind.SUBMARINE, OTHER),
        (Autopilot.PX4, VehicleKind.MULTICOPTER, PX4),
        (Autopilot.PX4, VehicleKind.PLANE, PX4_PLANE),
        (Autopilot.PX4, VehicleKind.VTOL, PX4_PLANE),
        (Autopilot.PX4, VehicleKind.ROVER, OTHER),
        (Autopilot.OTHER, VehicleKind.MULTICOPTER, OTHER),
    ],
)
def test_each_vehicle_has_its_table(autopilot: Autopilot, kind: VehicleKind, table: dict) -> None:
    assert verb_table(autopilot, kind) is table


def test_what_was_not_seen_to_work_is_not_offered() -> None:
    for family in ("copter", "plane", "rover", "px4", "px4_plane"):
        commands = {
            order.command
            for verb in TABLES[family]
            if verb not in (Verb.MAV_CMD, Verb.MODE)
            for order in made(family, verb, {**_required(verb)})
            if isinstance(order, Order)
        }
        assert not commands & {43000, 43001, 43002}, "they override every later order"
        assert 17 not in commands, "LOITER obeys a throttle stick that nobody holds"
        assert 193 not in commands
    assert Verb.YAW not in PX4
    assert Verb.YAW not in PLANE
    assert Verb.LAND not in ROVER
    assert set(OTHER) == {Verb.ARM, Verb.DISARM, Verb.FORCE_DISARM, Verb.REBOOT, Verb.MAV_CMD, *EMERGENCY_VERBS}


def _required(verb: Verb) -> Args:
    return {arg.name: arg.low if arg.low >= 0 else 1.0 for arg in VERBS[verb].args if arg.is_required}


# ---- what is not known is not guessed ----

HOMELESS = replace(FLYING, home=None, position=Position(at_s=0.0, lat_deg=LAT, lon_deg=LON, height_home_m=HEIGHT_M))


@pytest.mark.parametrize("verb", [Verb.TAKEOFF, Verb.GOTO, Verb.HEIGHT, Verb.ORBIT, Verb.ROI])
def test_without_the_height_of_home_px4_is_told_no_height(verb: Verb) -> None:
    with pytest.raises(CannotOrderError, match="height of its home"):
        made("px4", verb, _required(verb), HOMELESS)


def test_home_is_told_by_its_own_message_else_by_the_two_heights() -> None:
    two_heights = replace(FLYING, home=None)
    [order] = made("px4", Verb.HEIGHT, {"height_m": 20.0}, two_heights)
    assert isinstance(order, Order)
    assert order.params[6] == HOME_M + 20.0
    moved = replace(FLYING, home=replace(FLYING.home, height_amsl_m=105.0))
    [order] = made("px4", Verb.HEIGHT, {"height_m": 20.0}, moved)
    assert isinstance(order, Order)
    assert order.params[6] == 125.0


def test_without_a_place_or_a_height_to_keep_there_is_no_order() -> None:
    nowhere = replace(FLYING, position=None)
    with pytest.raises(CannotOrderError, match="position is not known"):
        made("copter", Verb.HEIGHT, {"height_m": 20.0}, nowhere)
    with pytest.raises(CannotOrderError, match="height is not known"):
        made("copter", Verb.GOTO, THERE, nowhere)


def test_a_mode_that_it_has_not_is_no_order() -> None:
    for family in ("copter", "plane", "rover", "px4", "other"):
        look = situation(family, FLYING, Verb.MODE, {"mode": "WARP"})
        with pytest.raises(CannotOrderError, match="WARP"):
            COPTER[Verb.MODE][0].make(look)


# ---- proofs ----


@pytest.mark.parametrize("family", TABLES)
def test_every_proof_comes_to_an_end(family: str) -> None:
    for recipe in TABLES[family].values():
        for step in recipe:
            assert 0.0 <= step.proof.window_s <= 240.0
            assert step.proof.stall_s is None or 0.0 < step.proof.stall_s <= 240.0


@pytest.mark.parametrize(
    ("family", "radius_m"),
    # a plane circles the point at 60 m by default, and flies wide of that before it does
    [("copter", 3.0), ("px4", 3.0), ("rover", 5.0), ("plane", 120.0), ("px4_plane", 120.0)],
)
def test_each_vehicle_has_come_to_a_point_within_its_radius(family: str, radius_m: float) -> None:
    proof, metre_deg = TABLES[family][Verb.GOTO][-1].proof, 1 / 111_195
    before = replace(FLYING, clock_offset_s=0.0)
    for away_m, is_done in ((radius_m - 0.1, True), (radius_m + 0.1, False)):
        assert before.position is not None
        place = replace(before.position, lat_deg=LAT + (500.0 - away_m) * metre_deg)
        args: Args = {"lat_deg": LAT + 500.0 * metre_deg, "lon_deg": LON}
        look = Look(before=before, now=replace(before, position=place), args=args, sent_s=0.0, now_s=1.0)
        assert proof.look(look).is_done is is_done, away_m


PATIENCE_S = {
    # until the effect or the first of it is seen, and how long it may stand still
    ("copter", Verb.TAKEOFF): (20.0, 15.0),
    ("copter", Verb.LAND): (90.0, 45.0),
    ("copter", Verb.GOTO): (10.0, 20.0),
    ("copter", Verb.HEIGHT): (10.0, 20.0),
    ("copter", Verb.YAW): (10.0, 10.0),
    ("copter", Verb.ARM): (3.0, None),
    ("copter", Verb.HOLD): (3.0, None),
    ("copter", Verb.SET_HOME): (12.0, None),
    ("copter", Verb.MISSION_JUMP): (5.0, None),
    ("copter", Verb.MISSION_START): (10.0, None),
    ("copter", Verb.CALIBRATE): (60.0, None),
    ("copter", Verb.REBOOT): (60.0, None),
    ("plane", Verb.TAKEOFF): (20.0, 15.0),
    ("plane", Verb.GOTO): (60.0, 60.0),
    ("plane", Verb.HEIGHT): (60.0, 60.0),
    ("rover", Verb.GOTO): (10.0, 20.0),
    ("rover", Verb.MISSION_START): (10.0, None),
    ("px4", Verb.TAKEOFF): (20.0, 15.0),
    ("px4", Verb.LAND): (90.0, 45.0),
    ("px4", Verb.GOTO): (10.0, 20.0),
    ("px4_plane", Verb.GOTO): (60.0, 60.0),
    ("px4_plane", Verb.HEIGHT): (60.0, 60.0),
}
"""As real ones were seen to take, and half as long again at least."""


@pytest.mark.parametrize(("family", "verb"), PATIENCE_S)
def test_each_verb_is_waited_for_as_long_as_its_vehicle_takes(family: str, verb: Verb) -> None:
    proof = TABLES[family][verb][-1].proof
    assert (proof.window_s, proof.stall_s) == PATIENCE_S[family, verb]


def test_a_plane_has_four_minutes_to_its_landing() -> None:
    proof = PLANE[Verb.LAND][1].proof
    assert (proof.window_s, proof.stall_s) == (240.0, 240.0)
