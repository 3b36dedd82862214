# SPDX-License-Identifier: Apache-2.0
"""How each autopilot is told each verb: a table by firmware and kind of vehicle. Pure.

Written after what autopilots answered when they were asked: ArduCopter, ArduPlane and Rover 4.5.7, a PX4 quadrotor. A
verb that is not in a vehicle's table is not offered for it.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from groundstation.fleet import place_proofs, proofs
from groundstation.fleet.commands import Verb
from groundstation.fleet.identity import Autopilot, VehicleKind
from groundstation.fleet.proofs import Look, Proof, Seen
from groundstation.mavlink import orders
from groundstation.mavlink.orders import FRAME_GLOBAL, FRAME_RELATIVE, NAN, Form, Order
from groundstation.mavlink.plane_landing import CLEAR, has_mission, landing_if_needed
from groundstation.mavlink.recipes import (
    ALREADY,
    ARM_DISARM,
    ARMED,
    DISARMED,
    FORCE,
    MODE_S,
    UNPROVEN,
    Recipe,
    Situation,
    Step,
    arm_if_needed,
    fixed,
    height_above_sea,
    height_as_asked,
    mode_order,
    mode_proof,
    place,
    read_parameter,
    reposition,
    set_parameter,
    single,
    to_asked_mode,
    to_mode,
    to_mode_if_needed,
)

# MAV_CMD numbers, MAVLink common.xml
LOITER_UNLIMITED, RETURN_TO_LAUNCH, LAND, TAKEOFF, DO_ORBIT = 17, 20, 21, 22, 34
CONDITION_YAW, CHANGE_SPEED, SET_HOME = 115, 178, 179
SET_RELAY, SET_SERVO, DO_LAND_START = 181, 183, 189
SET_ROI_LOCATION, SET_ROI_NONE, DIGICAM_CONTROL, GRIPPER = 195, 197, 203, 211
SET_MISSION_CURRENT, CALIBRATION, REBOOT, MISSION_START, IMAGE_START_CAPTURE = 224, 241, 246, 300, 2000

CLIMB_FIRST_S, CLIMB_STALL_S = 20.0, 15.0
GO_FIRST_S, GO_STALL_S = 10.0, 20.0
PLANE_GO_FIRST_S, PLANE_GO_STALL_S = 60.0, 60.0
"""A plane turns first, and spirals to a height."""
COPTER_RADIUS_M, ROVER_RADIUS_M, PLANE_RADIUS_M = 3.0, 5.0, 120.0
"""Nearer than this is there; a plane circles the point (WP_LOITER_RAD is 60 m by default)."""
PLANE_LAND_S = 240.0
"""A plane flies to its approach at its height first, and disarms 20 s after it stands (LAND_DISARMDELAY)."""
LAND_FIRST_S, LAND_STALL_S = 90.0, 45.0
"""A touch-down at 0.5 m/s and a disarm 2 s later; PX4's contact flaps for up to 12 s before."""
HOME_S, ITEM_S, MISSION_S, CALIBRATE_S, REBOOT_S, YAW_STALL_S = 12.0, 5.0, 10.0, 60.0, 60.0, 10.0


def _speed(kind: float) -> Recipe:
    """DO_CHANGE_SPEED: param1 0 airspeed, 1 ground speed; throttle unchanged."""
    return single("change speed", lambda one: orders.long(CHANGE_SPEED, kind, one.number("speed_mps"), -1))


def _set_home(situation: Situation) -> Order:
    if situation.args.get("lat_deg") is None:
        # without a place the height becomes the present one: in the air that moves the zero of all heights (observed)
        return orders.long(SET_HOME, 1)
    lat_deg, lon_deg = place(situation)
    return orders.at_place(SET_HOME, (0,), lat_deg, lon_deg, situation.number("height_m"), FRAME_GLOBAL)


def _roi(situation: Situation) -> Order:
    lat_deg, lon_deg = place(situation)
    return orders.at_place(SET_ROI_LOCATION, (), lat_deg, lon_deg, situation.number("height_m", 0.0), FRAME_RELATIVE)


_CALIBRATIONS: dict[str, tuple[float, ...]] = {"gyro": (1,), "baro": (0, 0, 1), "level": (0, 0, 0, 0, 2)}
"""PREFLIGHT_CALIBRATION's parameters by sensor."""


def _calibrate(situation: Situation) -> Order:
    return orders.long(CALIBRATION, *_CALIBRATIONS[str(situation.args["sensor"])])


def _raw(situation: Situation) -> Order:
    first = tuple(situation.number(f"param{number}", 0.0) for number in range(1, 8))
    is_int = situation.args.get("form") == "int"
    p1, p2, p3, p4, p5, p6, p7 = first
    return Order(
        command=int(situation.number("command")),
        params=(p1, p2, p3, p4, p5, p6, p7),
        form=Form.INT if is_int else Form.LONG,
        frame=int(situation.number("mav_frame", 0.0)),
        is_place=is_int,
    )


def _gripper(situation: Situation) -> Order:
    return orders.long(GRIPPER, situation.number("number"), 1 if situation.args["action"] == "grab" else 0)


def _relay(situation: Situation) -> Order:
    return orders.long(SET_RELAY, situation.number("number"), 1 if situation.args["state"] == "on" else 0)


def _is_armed(situation: Situation) -> bool:
    armed = situation.state.armed
    return armed is not None and armed.is_armed is True


def _climb(modes: tuple[str, ...]) -> Proof:
    return Proof(
        look=proofs.airborne_at_height,
        window_s=CLIMB_FIRST_S,
        stall_s=CLIMB_STALL_S,
        modes=modes,
        enters=modes,
        came=proofs.lifts_off,
        is_flight=True,
    )


def _go(radius_m: float, modes: tuple[str, ...], first_s: float = GO_FIRST_S, stall_s: float = GO_STALL_S) -> Proof:
    return _way(place_proofs.at_place(radius_m), modes, first_s, stall_s)


def _way(look: Callable[[Look], Seen], modes: tuple[str, ...], first_s: float, stall_s: float) -> Proof:
    """To a point or a height: flown in one of these modes, and to their end."""
    came = place_proofs.steers_there(*modes)
    return Proof(look=look, window_s=first_s, stall_s=stall_s, modes=modes, enters=modes, came=came, is_flight=True)


def _plane_go(modes: tuple[str, ...], parameter: str) -> Recipe:
    """A plane circles the point, as wide as its parameter says."""
    proof = _way(place_proofs.at_place(PLANE_RADIUS_M, parameter), modes, PLANE_GO_FIRST_S, PLANE_GO_STALL_S)
    height_of = height_as_asked if modes == _GUIDED else height_above_sea
    read = Step(f"read {parameter}", read_parameter(parameter), UNPROVEN, is_optional=True)
    return read, Step("go there", reposition(height_of), proof)


def _orbit(modes: tuple[str, ...], first_s: float, stall_s: float) -> Proof:
    return replace(_way(place_proofs.on_circle, modes, first_s, stall_s), settle_s=place_proofs.CIRCLE_S)


def _height(modes: tuple[str, ...], first_s: float = GO_FIRST_S, stall_s: float = GO_STALL_S) -> Proof:
    return _way(proofs.height, modes, first_s, stall_s)


def _mission(mode: str, first_item: int = 1) -> Proof:
    # MISSION_CURRENT may come each few seconds on a slow link
    look = proofs.flying_the_mission(mode, first_item=first_item)
    return Proof(look=look, window_s=MISSION_S, enters=(mode,))


def _landing(*modes: str) -> Proof:
    came = proofs.since(proofs.in_mode(*modes))
    return Proof(look=proofs.landed, window_s=LAND_FIRST_S, stall_s=LAND_STALL_S, modes=modes, enters=modes, came=came)


HOME_SET = Proof(look=place_proofs.home_moved, window_s=HOME_S, came=place_proofs.home_came)

_COMMON: dict[Verb, Recipe] = {
    Verb.ARM: single("arm", fixed(orders.long(ARM_DISARM, 1)), ARMED),
    Verb.DISARM: single("disarm", fixed(orders.long(ARM_DISARM, 0)), DISARMED),
    Verb.FORCE_DISARM: single("kill the motors", fixed(orders.long(ARM_DISARM, 0, FORCE)), DISARMED),
    Verb.RTL: single("return", fixed(orders.long(RETURN_TO_LAUNCH)), mode_proof("RTL")),
    Verb.MODE: single("set the mode", to_asked_mode, Proof(look=proofs.in_asked_mode, window_s=MODE_S)),
    Verb.REBOOT: single("restart", fixed(orders.long(REBOOT, 1)), Proof(look=proofs.nothing_tells, window_s=REBOOT_S)),
    Verb.SET_HOME: single(
        "set home", _set_home, Proof(look=place_proofs.home_moved, window_s=HOME_S, came=place_proofs.home_came)
    ),
    Verb.ROI: single("look at the place", _roi),
    Verb.ROI_NONE: single("look ahead", fixed(orders.long(SET_ROI_NONE))),
    Verb.CALIBRATE: single("calibrate", _calibrate, Proof(look=proofs.calibrated, window_s=CALIBRATE_S)),
    Verb.MAV_CMD: single("send the command", _raw),
}
_ARDUPILOT: dict[Verb, Recipe] = {
    **_COMMON,
    Verb.MISSION_RESUME: single("resume the mission", to_mode("AUTO"), mode_proof("AUTO")),
    # by the command: to a wrong number the message MISSION_SET_CURRENT gives no refusal (observed)
    Verb.MISSION_JUMP: single(
        "set the item",
        lambda one: orders.long(SET_MISSION_CURRENT, one.number("item")),
        Proof(look=proofs.mission_item, window_s=ITEM_S),
    ),
    Verb.GRIPPER: single("move the gripper", _gripper),
    Verb.SERVO: single(
        "set the servo", lambda one: orders.long(SET_SERVO, one.number("channel"), one.number("pwm_us"))
    ),
    Verb.RELAY: single("switch the relay", _relay),
    Verb.CAMERA_TRIGGER: single("take a picture", fixed(orders.long(DIGICAM_CONTROL, 0, 0, 0, 0, 1))),
}
_GUIDED = ("GUIDED",)

COPTER: dict[Verb, Recipe] = {
    **_ARDUPILOT,
    Verb.TAKEOFF: (
        Step("set GUIDED", to_mode_if_needed("GUIDED"), mode_proof("GUIDED")),
        Step("arm", arm_if_needed, ARMED),
        # param7 is the height above home
        Step("take off", lambda one: orders.long(TAKEOFF, 0, 0, 0, 0, 0, 0, one.number("height_m")), _climb(_GUIDED)),
    ),
    Verb.LAND: single("land", fixed(orders.long(LAND)), _landing("LAND")),
    # LOITER would obey a throttle stick that nobody holds
    Verb.HOLD: single("hold", to_mode("BRAKE"), mode_proof("BRAKE")),
    Verb.GOTO: single("go there", reposition(height_as_asked), _go(COPTER_RADIUS_M, _GUIDED)),
    Verb.HEIGHT: single("change height", reposition(height_as_asked), _height(_GUIDED)),
    Verb.SPEED: _speed(1),
    Verb.YAW: single(
        "turn",
        lambda one: orders.long(CONDITION_YAW, one.number("heading_deg") % 360.0, 0, 0, 0),
        Proof(look=proofs.heading, window_s=YAW_STALL_S, stall_s=YAW_STALL_S),
    ),
    Verb.MISSION_PAUSE: single("hold", to_mode("BRAKE"), mode_proof("BRAKE")),
    Verb.MISSION_START: (
        # arming in AUTO is refused; flying already, it needs neither
        Step(
            "set GUIDED", lambda one: None if _is_armed(one) else to_mode_if_needed("GUIDED")(one), mode_proof("GUIDED")
        ),
        Step("arm", arm_if_needed, ARMED),
        Step(
            "start the mission",
            fixed(orders.long(MISSION_START)),
            _mission("AUTO"),
        ),
    ),
}
PLANE_LANDING = Proof(
    look=proofs.landed,
    window_s=PLANE_LAND_S,
    stall_s=PLANE_LAND_S,
    modes=("AUTO",),
    enters=("AUTO",),
    came=proofs.since(proofs.in_mode("AUTO")),
)
RETURN = Step("return", fixed(orders.long(RETURN_TO_LAUNCH)), mode_proof("RTL"))


def _plane_land(situation: Situation) -> Order:
    """To the landing of its mission, else into the mission that was just given to it."""
    return orders.long(DO_LAND_START) if has_mission(situation.first) else mode_order(situation, "AUTO")


PLANE: dict[Verb, Recipe] = {
    **_ARDUPILOT,
    Verb.TAKEOFF: (
        # by the mode: disarmed, ArduPlane refuses NAV_TAKEOFF (observed)
        Step("set TKOFF_ALT", set_parameter("TKOFF_ALT", "height_m"), UNPROVEN),
        Step("set TAKEOFF", to_mode_if_needed("TAKEOFF"), mode_proof("TAKEOFF")),
        Step("arm and climb", arm_if_needed, _climb(("TAKEOFF",))),
    ),
    Verb.LAND: (
        Step("upload a landing", landing_if_needed, UNPROVEN, otherwise=RETURN),
        # a mission of the operator's without a landing refuses it, and is not thrown away
        Step("go to the landing", _plane_land, PLANE_LANDING, otherwise=RETURN),
        # it had no mission before
        Step("clear the landing", lambda one: None if has_mission(one.first) else CLEAR, ALREADY, is_tidying=True),
    ),
    Verb.HOLD: single("circle here", to_mode("LOITER"), mode_proof("LOITER")),
    Verb.GOTO: _plane_go(_GUIDED, "WP_LOITER_RAD"),
    Verb.HEIGHT: single(
        "change height", reposition(height_as_asked), _height(_GUIDED, PLANE_GO_FIRST_S, PLANE_GO_STALL_S)
    ),
    Verb.ORBIT: single(
        "circle the point",
        reposition(height_as_asked, has_radius=True),
        _orbit(_GUIDED, PLANE_GO_FIRST_S, PLANE_GO_STALL_S),
    ),
    Verb.SPEED: _speed(0),
    # DO_PAUSE_CONTINUE is not known to ArduPlane (observed)
    Verb.MISSION_PAUSE: single("circle here", to_mode("LOITER"), mode_proof("LOITER")),
    Verb.MISSION_START: (
        Step("set AUTO", to_mode_if_needed("AUTO"), mode_proof("AUTO")),
        Step("arm", arm_if_needed, ARMED),
        Step(
            "start the mission",
            fixed(orders.long(MISSION_START)),
            _mission("AUTO"),
        ),
    ),
}


def _leave_guided(situation: Situation) -> Order | None:
    """Armed in GUIDED, a rover drives on to its former target by itself; another mode forgets it."""
    mode = situation.state.mode
    is_needed = not _is_armed(situation) and mode is not None and mode.name == "GUIDED"
    return mode_order(situation, "HOLD") if is_needed else None


_ROVER_MOTION: dict[Verb, Recipe] = {
    Verb.ARM: (Step("leave GUIDED", _leave_guided, mode_proof("HOLD")), Step("arm", arm_if_needed, ARMED)),
    Verb.HOLD: single("stop", to_mode("HOLD"), mode_proof("HOLD")),
    Verb.GOTO: single("go there", reposition(height_as_asked), _go(ROVER_RADIUS_M, _GUIDED)),
    Verb.SPEED: _speed(1),
    Verb.MISSION_PAUSE: single("stop", to_mode("HOLD"), mode_proof("HOLD")),
    # AUTO first: GUIDED would drive to its former target once armed, and RTL can't be armed in
    Verb.MISSION_START: (
        Step("set AUTO", to_mode("AUTO"), mode_proof("AUTO")),
        Step("arm", arm_if_needed, _mission("AUTO")),
    ),
}
ROVER: dict[Verb, Recipe] = {**_ARDUPILOT, **_ROVER_MOTION}


def _px4_takeoff(situation: Situation) -> Order:
    """NAV_TAKEOFF here, param7 above mean sea level; yaw and place NaN: as it is."""
    height_m = situation.number("height_m") + situation.height_home_of_sea_m
    return orders.long(TAKEOFF, 0, 0, 0, NAN, NAN, NAN, height_m)


def _px4_orbit(situation: Situation) -> Order:
    """DO_ORBIT: param1 radius, 2 speed NaN, 3 yaw 0 (towards the centre), 4 unused; height above the sea."""
    lat_deg, lon_deg = place(situation)
    z, frame = height_above_sea(situation)
    return orders.at_place(DO_ORBIT, (situation.number("radius_m"), NAN, 0, NAN), lat_deg, lon_deg, z, frame)


def _px4_roi(situation: Situation) -> Order:
    """The frame is ignored: heights are above the sea."""
    lat_deg, lon_deg = place(situation)
    height_m = situation.number("height_m", 0.0) + situation.height_home_of_sea_m
    return orders.at_place(SET_ROI_LOCATION, (), lat_deg, lon_deg, height_m, FRAME_GLOBAL)


def _mission_set_current(situation: Situation) -> Order:
    """PX4 takes the message; command 224 it refuses."""
    return Order(form=Form.MISSION_SET_CURRENT, params=(situation.number("item"), 0, 0, 0, 0, 0, 0))


_LOITER = ("LOITER",)

PX4: dict[Verb, Recipe] = {
    **_COMMON,
    Verb.TAKEOFF: (
        # disarmed, PX4 only changes its mode by it (observed): the arming behind it is what flies
        Step("set take-off", _px4_takeoff, Proof(look=proofs.in_mode("TAKEOFF", "LOITER"), window_s=MODE_S)),
        Step("arm and climb", arm_if_needed, _climb(("TAKEOFF", "LOITER"))),
    ),
    Verb.LAND: single("land", fixed(orders.long(LAND, 0, 0, 0, NAN, NAN, NAN, NAN)), _landing("LAND")),
    Verb.HOLD: single("hold", to_mode("LOITER"), mode_proof("LOITER")),
    Verb.GOTO: single("go there", reposition(height_above_sea), _go(COPTER_RADIUS_M, _LOITER)),
    Verb.HEIGHT: single("change height", reposition(height_above_sea), _height(_LOITER)),
    Verb.ORBIT: single("circle the point", _px4_orbit, _orbit(("ORBIT",), GO_FIRST_S, GO_STALL_S)),
    Verb.ROI: single("look at the place", _px4_roi),
    Verb.SPEED: _speed(1),
    # DO_PAUSE_CONTINUE is not known to PX4 (observed)
    Verb.MISSION_PAUSE: single("hold", to_mode("LOITER"), mode_proof("LOITER")),
    Verb.MISSION_RESUME: single("resume the mission", to_mode("MISSION"), mode_proof("MISSION")),
    Verb.MISSION_JUMP: single("set the item", _mission_set_current, Proof(look=proofs.mission_item, window_s=ITEM_S)),
    # arms and flies at once
    Verb.MISSION_START: single(
        "start the mission",
        fixed(orders.long(MISSION_START)),
        _mission("MISSION", first_item=0),
    ),
    Verb.CAMERA_TRIGGER: single("take a picture", fixed(orders.long(IMAGE_START_CAPTURE, 0, 0, 1))),
}
PX4_PLANE: dict[Verb, Recipe] = {
    **PX4,
    # it circles the point, as every plane does
    Verb.GOTO: _plane_go(_LOITER, "NAV_LOITER_RAD"),
    Verb.HEIGHT: single(
        "change height", reposition(height_above_sea), _height(_LOITER, PLANE_GO_FIRST_S, PLANE_GO_STALL_S)
    ),
}
OTHER: dict[Verb, Recipe] = {
    **{verb: _COMMON[verb] for verb in (Verb.ARM, Verb.DISARM, Verb.FORCE_DISARM, Verb.REBOOT, Verb.MAV_CMD)},
    # the emergencies by their own commands, which telemetry can't prove where the modes have no names
    Verb.LAND: single("land", fixed(orders.long(LAND, 0, 0, 0, NAN, NAN, NAN, NAN))),
    Verb.RTL: single("return", fixed(orders.long(RETURN_TO_LAUNCH))),
    Verb.HOLD: single("hold", fixed(orders.long(LOITER_UNLIMITED, 0, 0, 0, NAN, NAN, NAN, NAN))),
}
"""Firmware or frame that nobody has tried: only what means the same everywhere."""

_TABLES: dict[tuple[Autopilot, VehicleKind], dict[Verb, Recipe]] = {
    (Autopilot.ARDUPILOT, VehicleKind.MULTICOPTER): COPTER,
    (Autopilot.ARDUPILOT, VehicleKind.HELICOPTER): COPTER,
    (Autopilot.ARDUPILOT, VehicleKind.PLANE): PLANE,
    (Autopilot.ARDUPILOT, VehicleKind.VTOL): PLANE,
    (Autopilot.ARDUPILOT, VehicleKind.ROVER): ROVER,
    (Autopilot.ARDUPILOT, VehicleKind.BOAT): ROVER,
    (Autopilot.PX4, VehicleKind.MULTICOPTER): PX4,
    (Autopilot.PX4, VehicleKind.HELICOPTER): PX4,
    (Autopilot.PX4, VehicleKind.PLANE): PX4_PLANE,
    (Autopilot.PX4, VehicleKind.VTOL): PX4_PLANE,
}


def verb_table(autopilot: Autopilot, kind: VehicleKind) -> dict[Verb, Recipe]:
    """The recipes for a kind of vehicle; a vehicle has the verbs that are in it."""
    return _TABLES.get((autopilot, kind), OTHER)
