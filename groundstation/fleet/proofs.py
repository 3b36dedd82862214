# SPDX-License-Identifier: Apache-2.0
"""What telemetry must show before a command has succeeded. Pure: states in, verdicts out.

An autopilot's yes means that it will try. A proof looks only at samples that came after the command was sent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from groundstation.fleet.commands import Args
from groundstation.fleet.geometry import turn_deg
from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.phrases import Words, say
from groundstation.fleet.sample import Sample
from groundstation.fleet.status import LandedState, Mode
from groundstation.fleet.vehicle import VehicleState

HEIGHT_TOLERANCE_M = 2.0
"""PX4 ends a take-off to 15 m at 14 m; a tenth of the way would find a climb done that goes on."""
PLANE_HEIGHT_TOLERANCE_M = 6.0
"""A plane's height swings by some metres in turns and gusts."""
SETTLE_S = 1.2
"""A HEARTBEAT shows what was done up to a second later: one that came earlier speaks of before."""
TELLS_S = 8.0
"""A sample that is older tells nothing of now."""
HEADING_TOLERANCE_DEG = 5.0
FALL_M = 20.0
"""A landing below home ends nobody knows where: when it has sunk by so much, half of it is told as done."""
LIFT_M = 1.0
"""A vehicle that has risen by so much from where it stood has taken off."""
BEGUN = 0.05
"""Share of the way from which on telemetry shows that it has begun."""
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
    parameters: Mapping[str, float] = MappingProxyType({})
    """Parameters of the vehicle that were read for this command."""

    def at_sending(self) -> Look:
        """The same when it was sent: what is true then already, by the last that was known, proves nothing later."""
        # with both moments infinitely long ago no sample is too old: at that time it was the newest that was known
        return Look(before=self.before, now=self.before, args=self.args, sent_s=-math.inf, now_s=-math.inf)

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
    against: Words = ""
    """What stands against it at this moment: a failure if it still does when the time is over."""
    detail: Words = ""
    """How far."""


NOTHING = Seen()
"""Nothing was seen that tells."""


Came = Callable[[Look], bool]


def since(look_at: Callable[[Look], Seen]) -> Came:
    """Whether a proof is seen that was not there when the command was sent."""
    return lambda look: look_at(look).is_done and not look_at(look.at_sending()).is_done


def never(look: Look) -> bool:
    """Nothing tells whether it came."""
    del look
    return False


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
    came: Came | None = None
    """Whether telemetry shows that the vehicle got it, answered or not; None: when it is done and was not before."""
    settle_s: float = 0.0
    """How long it must be seen done, without a break."""
    enters: tuple[str, ...] = ()
    """Modes that the vehicle comes into by this."""
    is_flight: bool = False
    """Whether it ends when the vehicle disarms or lands meanwhile."""

    def has_come(self, look: Look) -> bool:
        """Whether telemetry shows that the order arrived: by a change since it was sent."""
        return (self.came or since(self.look))(look)


def _armed(look: Look, *, wanted: bool) -> Seen:
    armed = look.now.armed
    if armed is None or not look.fresh(armed):
        return NOTHING
    if armed.is_armed == wanted:
        return Seen(is_done=True)
    # HEARTBEAT comes once a second: this one may have been on its way when the order went out
    if not look.settled(armed):
        return NOTHING
    return Seen(against=say("not_armed" if wanted else "still_armed"))


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
        return Seen(against=say("mode_is", mode=shown_mode(mode))) if look.settled(mode) else NOTHING

    return look_at


def shown_mode(mode: Mode) -> str:
    """A mode by its name, or by its number where it has none."""
    return mode.name or str(mode.custom_mode)


def in_asked_mode(look: Look) -> Seen:
    """HEARTBEAT says the mode that was asked for."""
    return in_mode(str(look.args.get("mode")))(look)


def _start_and_now_m(look: Look, *, is_amsl: bool) -> tuple[float | None, float | None]:
    if is_amsl:
        before, now = look.before.position, look.now.position
        if now is None or not look.fresh(now):
            return None, None
        return (before.height_amsl_m if before is not None else None), now.height_amsl_m
    # by the kind that tells it now: one that came with a satellite link has no place, and its own age
    height = look.now.height
    if not look.fresh(getattr(look.now, height.kind)):
        return None, None
    return look.before.height.height_m, height.height_m


def _tolerance_m(look: Look) -> float:
    info = look.now.info
    is_plane = info is not None and info.kind in (VehicleKind.PLANE, VehicleKind.VTOL)
    return PLANE_HEIGHT_TOLERANCE_M if is_plane else HEIGHT_TOLERANCE_M


def height(look: Look) -> Seen:
    """It is at the height that was asked for."""
    return _height(look, is_amsl=look.args.get("frame", "home") == "amsl", tolerance_m=_tolerance_m(look))


def _height(look: Look, *, is_amsl: bool, tolerance_m: float) -> Seen:
    target_m = look.number("height_m")
    start_m, now_m = _start_and_now_m(look, is_amsl=is_amsl)
    if target_m is None or now_m is None:
        return NOTHING
    way_m = abs(target_m - (start_m if start_m is not None else now_m))
    left_m = abs(target_m - now_m)
    if left_m <= tolerance_m:
        return Seen(is_done=True, progress=1.0)
    progress = max(0.0, 1.0 - left_m / way_m) if way_m > 0 else 0.0
    return Seen(progress=progress, detail=say("at_of", height_m=now_m, target_m=target_m))


def airborne_at_height(look: Look) -> Seen:
    """It has taken off and climbed to the height."""
    armed_now = look.now.armed
    if look.fresh(armed_now) and armed_now is not None and armed_now.is_armed is False:
        return Seen(against=say("not_armed")) if look.settled(armed_now) else NOTHING
    # a metre of tolerance would find a take-off to 1 m done on the ground
    target_m = look.number("height_m")
    tolerance_m = min(_tolerance_m(look), target_m / 2) if target_m is not None else _tolerance_m(look)
    seen, landed_now = _height(look, is_amsl=False, tolerance_m=tolerance_m), look.now.landed
    # the height alone may say so on the ground, where home was set lower or the estimate is off
    if seen.is_done and landed_now is not None and look.fresh(landed_now) and landed_now.state is LandedState.ON_GROUND:
        return Seen(progress=0.0, detail=say("still_on_ground"))
    return seen


def lifts_off(look: Look) -> bool:
    """Armed since, off the ground since, or higher by a metre from where it stood: a take-off has come."""
    before, now = look.before, look.now
    # a take-off arms first; where it was not known before, armed now is no change
    if since(armed)(look) and before.armed is not None:
        return True
    # who flies already can't show by flying that the order came
    if before.is_flying:
        return False
    landed_now, here, there = now.landed, now.position, before.position
    if landed_now is not None and look.fresh(landed_now) and landed_now.state in _IN_AIR:
        return before.landed is not None and before.landed.state is LandedState.ON_GROUND
    if here is None or there is None or not look.fresh(here):
        return False
    # where it stood at a height that was not known, any height may be the one it stood at
    if here.height_home_m is None or there.height_home_m is None:
        return False
    return here.height_home_m - there.height_home_m >= LIFT_M


_IN_AIR = (LandedState.IN_AIR, LandedState.TAKING_OFF)


def landed(look: Look) -> Seen:
    """It is down and disarmed. Ground contact alone is no landing: PX4's flaps for seconds on touch-down."""
    armed_now = look.now.armed
    if look.fresh(armed_now) and armed_now is not None and armed_now.is_armed is False:
        return Seen(is_done=True, progress=1.0)
    start_m, now_m = _start_and_now_m(look, is_amsl=False)
    if now_m is None or start_m is None:
        return NOTHING
    landed_now = look.now.landed
    if landed_now is not None and landed_now.state is LandedState.ON_GROUND and look.fresh(landed_now):
        return Seen(progress=0.99, detail=say("on_ground_armed"))
    if start_m <= 0.0:
        # the ground lies lower than home, nobody knows how much: what it has sunk is all that tells
        sunk_m = max(0.0, start_m - now_m)
        return Seen(progress=min(0.98, sunk_m / (sunk_m + FALL_M)), detail=say("at", height_m=now_m))
    return Seen(progress=min(0.98, max(0.0, 1.0 - now_m / start_m)), detail=say("at", height_m=now_m))


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
    return Seen(progress=progress, detail=say("degrees_to_go", left_deg=left_deg), against=say("points_elsewhere"))


def mission_item(look: Look) -> Seen:
    """The item is the active one, or a later one already."""
    item, mission = look.number("item"), look.now.mission_progress
    if item is None or mission is None or not look.fresh(mission) or mission.item is None:
        return NOTHING
    before = look.before.mission_progress.item if look.before.mission_progress is not None else None
    # a mission that runs comes to the next item by itself: that is no answer to a jump
    by_itself = (before, before + 1) if before is not None else ()
    # setting a DO_ item moves on to the next at once
    has_passed = item < mission.item <= item + ITEMS_PASSED and mission.item not in by_itself
    if mission.item == item or has_passed:
        return Seen(is_done=True)
    return Seen(against=say("item_is_active", item=mission.item)) if look.settled(mission) else NOTHING


def flying_the_mission(*modes: str, first_item: int) -> Callable[[Look], Seen]:
    """It is armed, in the mode that flies missions, and at an item of its mission.

    Args:
        modes: names of that mode.
        first_item: number of the first item that is flown: 1 where item 0 is home.
    """
    mode_seen = in_mode(*modes)

    def look_at(look: Look) -> Seen:
        mode, arming, item = mode_seen(look), armed(look), _item_begun(look, first_item)
        waits = (
            (mode, say("waits_for_mode", mode=modes[0])),
            (arming, say("waits_for_arming")),
            (item, say("waits_for_item")),
        )
        for seen, detail in waits:
            if not seen.is_done:
                return Seen(against=mode.against or arming.against or item.against, detail=detail)
        return Seen(is_done=True)

    return look_at


def _item_begun(look: Look, first_item: int) -> Seen:
    """It tells which item it flies; an autopilot that tells the state of its mission says that too."""
    mission = look.now.mission_progress
    if mission is None or not look.fresh(mission) or mission.item is None:
        return NOTHING
    if mission.item >= first_item and mission.state in (None, "active"):
        return Seen(is_done=True)
    return Seen(against=say("no_item_begun")) if look.settled(mission) else NOTHING


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
