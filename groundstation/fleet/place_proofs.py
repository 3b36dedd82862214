# SPDX-License-Identifier: Apache-2.0
"""What telemetry must show of places: a point reached, a circle flown, home set. Pure; see `proofs.py`."""

from __future__ import annotations

from collections.abc import Callable

from groundstation.fleet.geometry import bearing_deg, distance_m, turn_deg
from groundstation.fleet.phrases import say
from groundstation.fleet.proofs import HEIGHT_TOLERANCE_M, NOTHING, Came, Look, Seen, height
from groundstation.fleet.vehicle import GROUND_KINDS, VehicleState

HOME_TOLERANCE_M = 5.0
MOVED_M = 0.5
"""Home has moved when it is so far from where it was, in place or height."""
TARGET_TOLERANCE_M = 2.0
"""The point that a vehicle repeats is the one it was told within so much."""
CIRCLE_TOLERANCE_M, CIRCLE_TOLERANCE_FRACTION = 3.0, 0.25
"""A vehicle is on a circle when its distance from the centre is the radius within the larger of the two."""
ALONG_DEG = 40.0
"""It also has to fly along the circle: its direction may be off the tangent by so much."""
WIDEST_CIRCLE_M = 1_000.0
"""A plane that says that it flies wider circles around a point is not believed."""
CIRCLE_S = 5.0
"""How long a vehicle has to be seen on its circle; one that crosses it is there for a moment, too."""
SLOWEST_CIRCLE_MPS = 0.5


def _left_m(look: Look, state: VehicleState) -> float | None:
    """Metres from a state's position to the point that was asked for."""
    here, lat_deg, lon_deg = state.position, look.number("lat_deg"), look.number("lon_deg")
    if here is None or here.lat_deg is None or here.lon_deg is None or lat_deg is None or lon_deg is None:
        return None
    return distance_m(here.lat_deg, here.lon_deg, lat_deg, lon_deg)


def _has_height(look: Look) -> bool:
    """Whether a height was asked for that the vehicle can have: what drives or swims has none."""
    info = look.now.info
    is_on_ground = info is not None and info.kind in GROUND_KINDS
    return look.number("height_m") is not None and not is_on_ground


def at_place(radius_m: float, loiter_parameter: str = "") -> Callable[[Look], Seen]:
    """It has come within so many metres of the point, and to the height where one was given.

    Args:
        radius_m: near enough.
        loiter_parameter: parameter with the radius of the circle that the vehicle flies around a point; with a larger
            one than usual it comes no nearer.
    """

    def look_at(look: Look) -> Seen:
        left_m = _left_m(look, look.now)
        if left_m is None or not look.fresh(look.now.position):
            return NOTHING
        # a plane never reaches its point, it circles around it; the sign of the parameter is the way round
        circle_m = abs(look.parameters.get(loiter_parameter, 0.0))
        near_m = max(radius_m, 1.25 * circle_m + 30.0) if 0.0 < circle_m <= WIDEST_CIRCLE_M else radius_m
        vertical = height(look)
        is_at_height = not _has_height(look) or vertical.is_done
        if left_m <= near_m and is_at_height:
            return Seen(is_done=True, progress=1.0)
        began_m = _left_m(look, look.before)
        way_m = left_m if began_m is None else began_m
        flat = 1.0 if way_m <= near_m else max(0.0, 1.0 - max(0.0, left_m - near_m) / (way_m - near_m))
        share = min(flat, vertical.progress) if not is_at_height and vertical.progress is not None else flat
        detail = say("to_go", left_m=left_m) if left_m > near_m else vertical.detail
        return Seen(progress=min(share, 0.99), detail=detail)

    return look_at


def steers_there(*modes: str) -> Came:
    """Whether an order to a point has come: the mode that obeys it is entered, or the vehicle repeats the point."""

    def came(look: Look) -> bool:
        mode, before = look.now.mode, look.before.mode
        # entered since: a vehicle that was in that mode before may be on its way to a former point
        is_entered = mode is not None and look.fresh(mode) and mode.name in modes
        if is_entered and before is not None and before.name not in modes:
            return True
        return _repeats_target(look) and not _repeats_target(look.at_sending())

    return came


def _repeats_target(look: Look) -> bool:
    target, lat_deg, lon_deg = look.now.position_target, look.number("lat_deg"), look.number("lon_deg")
    if target is None or not look.fresh(target) or target.lat_deg is None or target.lon_deg is None:
        return False
    height_m = look.number("height_m")
    if lat_deg is not None and lon_deg is not None:
        is_there = distance_m(target.lat_deg, target.lon_deg, lat_deg, lon_deg) <= TARGET_TOLERANCE_M
        return is_there and (height_m is None or _is_at_target_height(look, height_m))
    return height_m is not None and _is_at_target_height(look, height_m)


def _is_at_target_height(look: Look, height_m: float) -> bool:
    """Whether the height that it repeats, above the sea, is the one asked for; True where that can't be told."""
    target, here = look.now.position_target, look.now.position
    if target is None or target.height_amsl_m is None:
        return True
    if look.args.get("frame", "home") == "amsl":
        return abs(target.height_amsl_m - height_m) <= TARGET_TOLERANCE_M
    if here is None or here.height_amsl_m is None or here.height_home_m is None:
        return True
    home_m = here.height_amsl_m - here.height_home_m
    return abs(target.height_amsl_m - home_m - height_m) <= TARGET_TOLERANCE_M


def on_circle(look: Look) -> Seen:
    """It flies along the circle that was asked for: its radius, around its centre, the way round that was asked for."""
    left_m, radius_m, velocity = _left_m(look, look.now), look.number("radius_m"), look.now.velocity
    if left_m is None or radius_m is None or not look.fresh(look.now.position):
        return NOTHING
    off_m = abs(left_m - abs(radius_m))
    tolerance_m = max(CIRCLE_TOLERANCE_M, CIRCLE_TOLERANCE_FRACTION * abs(radius_m))
    if off_m > tolerance_m:
        began_m = _left_m(look, look.before)
        way_m = max(abs((left_m if began_m is None else began_m) - abs(radius_m)), tolerance_m)
        return Seen(progress=min(0.9, max(0.0, 1.0 - off_m / way_m)), detail=say("from_centre", distance_m=left_m))
    angle_deg = _around_deg(look)
    # one that hovers on the line of the circle does not fly it
    is_moving = velocity is not None and (velocity.ground_speed_mps or 0.0) >= SLOWEST_CIRCLE_MPS
    if angle_deg is None or not is_moving:
        return Seen(progress=0.9, detail=say("from_centre_still", distance_m=left_m))
    # positive is clockwise, as in MAV_CMD_DO_ORBIT
    if abs(turn_deg(angle_deg, 90.0 if radius_m > 0 else -90.0)) <= ALONG_DEG:
        return Seen(is_done=True, progress=0.95, detail=say("on_circle"))
    return Seen(progress=0.9, detail=say("from_centre_across", distance_m=left_m))


def _around_deg(look: Look) -> float | None:
    """Direction of movement seen from the centre: 0 is outwards, 90 clockwise around it."""
    here, velocity = look.now.position, look.now.velocity
    lat_deg, lon_deg = look.number("lat_deg"), look.number("lon_deg")
    if here is None or here.lat_deg is None or here.lon_deg is None or lat_deg is None or lon_deg is None:
        return None
    if velocity is None or velocity.track_deg is None or not look.fresh(velocity):
        return None
    return turn_deg(bearing_deg(lat_deg, lon_deg, here.lat_deg, here.lon_deg), velocity.track_deg)


def home_moved(look: Look) -> Seen:
    """Home is where it was set to, in height too where one was given."""
    home = look.now.home
    if home is None or not look.fresh(home) or home.lat_deg is None or home.lon_deg is None:
        return NOTHING
    lat_deg, lon_deg = look.number("lat_deg"), look.number("lon_deg")
    if lat_deg is None or lon_deg is None:
        place = look.before.position
        lat_deg, lon_deg = (place.lat_deg, place.lon_deg) if place is not None else (None, None)
    if lat_deg is None or lon_deg is None:
        return NOTHING
    off_m = distance_m(home.lat_deg, home.lon_deg, lat_deg, lon_deg)
    height_m, home_m = look.number("height_m"), home.height_amsl_m
    too_high_m = home_m - height_m if height_m is not None and home_m is not None else 0.0
    if off_m <= HOME_TOLERANCE_M and abs(too_high_m) <= HEIGHT_TOLERANCE_M:
        return Seen(is_done=True)
    if not look.settled(home):
        return NOTHING
    if off_m > HOME_TOLERANCE_M:
        return Seen(against=say("home_is_off", distance_m=off_m))
    return Seen(against=say("home_height_is_off", off_m=too_high_m))


def home_came(look: Look) -> bool:
    """Home is where it was set to, and was elsewhere."""
    before, now = look.before.home, look.now.home
    if not home_moved(look).is_done or before is None or now is None:
        return False
    if before.lat_deg is None or before.lon_deg is None or now.lat_deg is None or now.lon_deg is None:
        return before.lat_deg is None
    moved_m = distance_m(before.lat_deg, before.lon_deg, now.lat_deg, now.lon_deg)
    if moved_m > MOVED_M:
        return True
    # a height that becomes known has not changed by that
    is_known = now.height_amsl_m is not None and before.height_amsl_m is not None
    return is_known and abs((now.height_amsl_m or 0.0) - (before.height_amsl_m or 0.0)) > MOVED_M
