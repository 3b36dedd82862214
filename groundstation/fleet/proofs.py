# SPDX-License-Identifier: Apache-2.0
"""What telemetry must show before a command has succeeded. Pure: states in, verdicts out.

An autopilot's yes means that it will try. A proof looks only at samples that came after the command was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from groundstation.fleet.commands import Args
from groundstation.fleet.geometry import distance_m, turn_deg
from groundstation.fleet.sample import Sample
from groundstation.fleet.status import LandedState
from groundstation.fleet.vehicle import VehicleState

HEIGHT_TOLERANCE_M = 1.0
HEIGHT_TOLERANCE_FRACTION = 0.1
"""PX4 ends a take-off to 15 m at 14 m; whichever tolerance is larger."""
SETTLE_S = 1.2
"""A HEARTBEAT shows what was done up to a second later: one that came earlier speaks of before."""
TELLS_S = 8.0
"""A sample that is older tells nothing of now."""
HEADING_TOLERANCE_DEG = 5.0
HOME_TOLERANCE_M = 5.0
ITEMS_PASSED = 3
"""So many items that are done at once may follow each other."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a proof sees."""

    before: VehicleState
    """When the command was sent."""
    now: VehicleState
    """Now; its `clock_offset_s` is 0, so that ages are on the bridge's clock."""
    args: Args
    """Of the command."""
    sent_s: float
    """When it was sent, seconds on the bridge's clock."""
    now_s: float
    """Now, the same clock."""
    texts: tuple[str, ...] = ()
    """The vehicle's own words since."""

    def fresh(self, sample: Sample | None) -> bool:
        """Whether a sample came after the command was sent, and still tells of now."""
        return sample is not None and sample.at_s >= self.sent_s and self.now_s - sample.at_s <= TELLS_S

    def settled(self, sample: Sample) -> bool:
        """Whether it came late enough to stand against the command."""
        return sample.at_s >= self.sent_s + SETTLE_S

    def number(self, name: str) -> float | None:
        """A number among the arguments."""
        value = self.args.get(name)
        return value if isinstance(value, float) else None


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What it saw."""

    is_done: bool = False
    """The command has had its effect."""
    progress: float | None = None
    """Share that is done, 0 to 1; None when it can't be told."""
    against: str = ""
    """What stands against it at this moment: a failure if it still does when the time is over."""
    detail: str = ""
    """How far, in words."""


NOTHING = Seen()
"""Nothing was seen that tells."""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """How a command is verified."""

    look: Callable[[Look], Seen]
    """Looks once."""
    window_s: float
    """How long until the effect, or the first of it, must be seen."""
    stall_s: float | None = None
    """For what takes its time: how long it may stand still; None when `window_s` is all there is."""
    modes: tuple[str, ...] = ()
    """Modes that the vehicle stays in meanwhile; leaving them ends it, by somebody else's hand."""


def _armed(look: Look, *, wanted: bool) -> Seen:
    armed = look.now.armed
    if armed is None or not look.fresh(armed):
        return NOTHING
    if armed.is_armed == wanted:
        return Seen(is_done=True)
    if not look.settled(armed):
        return NOTHING
    return Seen(against="it is not armed" if wanted else "it is still armed")


def armed(look: Look) -> Seen:
    """HEARTBEAT says armed."""
    return _armed(look, wanted=True)


def disarmed(look: Look) -> Seen:
    """HEARTBEAT says disarmed."""
    return _armed(look, wanted=False)


def in_mode(*names: str) -> Callable[[Look], Seen]:
    """HEARTBEAT says one of these modes."""

    def look_at(look: Look) -> Seen:
        mode = look.now.mode
        if mode is None or not look.fresh(mode):
            return NOTHING
        if mode.name in names:
            return Seen(is_done=True)
        return Seen(against=f"its mode is {mode.name or mode.custom_mode}") if look.settled(mode) else NOTHING

    return look_at


def in_asked_mode(look: Look) -> Seen:
    """HEARTBEAT says the mode that was asked for."""
    return in_mode(str(look.args.get("mode")))(look)


def _start_and_now_m(look: Look, *, is_amsl: bool) -> tuple[float | None, float | None]:
    before, now = look.before.position, look.now.position
    if now is None or not look.fresh(now):
        return None, None
    if is_amsl:
        return (before.height_amsl_m if before is not None else None), now.height_amsl_m
    return (before.height_home_m if before is not None else None), now.height_home_m


def height(look: Look) -> Seen:
    """It is at the height that was asked for."""
    return _height(look, is_amsl=look.args.get("frame", "home") == "amsl")


def _height(look: Look, *, is_amsl: bool, tolerance_m: float = HEIGHT_TOLERANCE_M) -> Seen:
    target_m = look.number("height_m")
    start_m, now_m = _start_and_now_m(look, is_amsl=is_amsl)
    if target_m is None or now_m is None:
        return NOTHING
    way_m = abs(target_m - (start_m if start_m is not None else now_m))
    left_m = abs(target_m - now_m)
    if left_m <= max(tolerance_m, HEIGHT_TOLERANCE_FRACTION * way_m):
        return Seen(is_done=True, progress=1.0)
    progress = max(0.0, 1.0 - left_m / way_m) if way_m > 0 else 0.0
    return Seen(progress=progress, detail=f"at {now_m:z.0f} of {target_m:.0f} m")


def airborne_at_height(look: Look) -> Seen:
    """It has taken off and climbed to the height."""
    armed_now = look.now.armed
    if look.fresh(armed_now) and armed_now is not None and armed_now.is_armed is False:
        return Seen(against="it is not armed") if look.settled(armed_now) else NOTHING
    # a metre of tolerance would find a take-off to 1 m done on the ground
    target_m = look.number("height_m")
    tolerance_m = min(HEIGHT_TOLERANCE_M, target_m / 2) if target_m is not None else HEIGHT_TOLERANCE_M
    seen, landed_now = _height(look, is_amsl=False, tolerance_m=tolerance_m), look.now.landed
    if seen.is_done and landed_now is not None and look.fresh(landed_now) and landed_now.state is LandedState.ON_GROUND:
        return Seen(progress=0.0, detail="still on the ground")
    return seen


def landed(look: Look) -> Seen:
    """It is down and disarmed. Ground contact alone is no landing: PX4's flaps for seconds on touch-down."""
    armed_now = look.now.armed
    if look.fresh(armed_now) and armed_now is not None and armed_now.is_armed is False:
        return Seen(is_done=True, progress=1.0)
    start_m, now_m = _start_and_now_m(look, is_amsl=False)
    if now_m is None or start_m is None or start_m <= 0.0:
        return NOTHING
    landed_now = look.now.landed
    if landed_now is not None and landed_now.state is LandedState.ON_GROUND and look.fresh(landed_now):
        return Seen(progress=0.99, detail="on the ground, still armed")
    return Seen(progress=min(0.98, max(0.0, 1.0 - now_m / start_m)), detail=f"at {now_m:z.0f} m")


def at_place(radius_m: float) -> Callable[[Look], Seen]:
    """It has come within so many metres of the point, and to the height where one was given."""

    def look_at(look: Look) -> Seen:
        before, now = look.before.position, look.now.position
        lat_deg, lon_deg = look.number("lat_deg"), look.number("lon_deg")
        if now is None or not look.fresh(now) or now.lat_deg is None or now.lon_deg is None:
            return NOTHING
        if lat_deg is None or lon_deg is None:
            return NOTHING
        left_m = distance_m(now.lat_deg, now.lon_deg, lat_deg, lon_deg)
        vertical = height(look)
        is_at_height = look.number("height_m") is None or vertical.is_done
        if left_m <= radius_m and is_at_height:
            return Seen(is_done=True, progress=1.0)
        way_m = left_m
        if before is not None and before.lat_deg is not None and before.lon_deg is not None:
            way_m = distance_m(before.lat_deg, before.lon_deg, lat_deg, lon_deg)
        flat = 1.0 if way_m <= radius_m else max(0.0, 1.0 - max(0.0, left_m - radius_m) / (way_m - radius_m))
        share = min(flat, vertical.progress) if not is_at_height and vertical.progress is not None else flat
        words = f"{left_m:.0f} m to go" if left_m > radius_m else vertical.detail
        return Seen(progress=min(share, 0.99), detail=words)

    return look_at


def heading(look: Look) -> Seen:
    """The nose points there."""
    target_deg, attitude = look.number("heading_deg"), look.now.attitude
    if target_deg is None or attitude is None or not look.fresh(attitude) or attitude.yaw_deg is None:
        return NOTHING
    left_deg = abs(turn_deg(attitude.yaw_deg, target_deg))
    if left_deg <= HEADING_TOLERANCE_DEG:
        return Seen(is_done=True, progress=1.0)
    start_deg = look.before.heading_deg
    way_deg = abs(turn_deg(start_deg, target_deg)) if start_deg is not None else 180.0
    progress = max(0.0, 1.0 - left_deg / way_deg) if way_deg > 0 else 0.0
    return Seen(progress=progress, detail=f"{left_deg:.0f} degrees to go", against="it points elsewhere")


def mission_item(look: Look) -> Seen:
    """The item is the active one, or a later one already."""
    item, mission = look.number("item"), look.now.mission_progress
    if item is None or mission is None or not look.fresh(mission) or mission.item is None:
        return NOTHING
    before = look.before.mission_progress.item if look.before.mission_progress is not None else None
    by_itself = (before, before + 1) if before is not None else ()
    # setting a DO_ item moves on to the next at once
    has_passed = item < mission.item <= item + ITEMS_PASSED and mission.item not in by_itself
    if mission.item == item or has_passed:
        return Seen(is_done=True)
    return Seen(against=f"item {mission.item} is active") if look.settled(mission) else NOTHING


def home_moved(look: Look) -> Seen:
    """Home is where it was set to."""
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
    if off_m <= HOME_TOLERANCE_M:
        return Seen(is_done=True)
    return Seen(against=f"home is {off_m:.0f} m from there") if look.settled(home) else NOTHING


def flying_the_mission(*modes: str) -> Callable[[Look], Seen]:
    """It is armed and in the mode that flies missions."""
    mode_seen = in_mode(*modes)

    def look_at(look: Look) -> Seen:
        mode, arming = mode_seen(look), armed(look)
        if mode.is_done and arming.is_done:
            return Seen(is_done=True)
        return Seen(against=mode.against or arming.against)

    return look_at


_CALIBRATED = ("calibration done", "calibration complete", "trim ok")
_NOT_CALIBRATED = ("calibration failed", "calibration cancelled")
_PROGRESS = re.compile(r"progress <(\d{1,3})>")
"""PX4 tells of calibrations in texts: `[cal] progress <30>`, `[cal] calibration done: gyro`."""


def calibrated(look: Look) -> Seen:
    """The vehicle says that the calibration is done."""
    words = [text.lower() for text in look.texts]
    if any(sign in text for text in words for sign in _CALIBRATED):
        return Seen(is_done=True, progress=1.0)
    failed = next((text for text in words if any(sign in text for sign in _NOT_CALIBRATED)), "")
    shown = [int(found[1]) for text in words if (found := _PROGRESS.search(text))]
    return Seen(progress=min(shown[-1], 99) / 100 if shown else None, against=failed)


def nothing_tells(look: Look) -> Seen:
    """No telemetry shows this effect."""
    del look
    return NOTHING
