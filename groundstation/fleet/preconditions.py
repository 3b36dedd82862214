# SPDX-License-Identifier: Apache-2.0
"""What must be true before a command is sent, and why it is refused. A table of pure rules.

The bridge asks before it sends; the window asks to know which verbs to offer. What is not known never refuses: the
vehicle itself is the last judge, and a rule that guesses would keep a vehicle from being saved.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from groundstation.fleet.commands import Args, Reason, Verb
from groundstation.fleet.geometry import distance_m
from groundstation.fleet.identity import Autopilot, Root, VehicleKind
from groundstation.fleet.kinds import Freshness
from groundstation.fleet.link import LinkState
from groundstation.fleet.phrases import Phrase, Words, say
from groundstation.fleet.plans.plan_status import ListState
from groundstation.fleet.vehicle import FLYING_HEIGHT_M, GROUND_KINDS, VehicleState
from groundstation.fleet.verbs import EMERGENCY_VERBS


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How far an operator may send a vehicle; autopilots accept a thousand kilometres."""

    distance_m: float = 10_000.0
    """Farthest point from where the vehicle is, metres."""
    height_home_m: float = 500.0
    """Highest, above home, metres."""
    least_height_home_m: float = 2.0
    """Lowest, above home, metres; negative where the ground falls away from home."""


class Refusal(msgspec.Struct, frozen=True):
    """Why not."""

    reason: Reason
    said: Words
    """With the value that stands against it, and the remedy where there is one."""


EVEN_UNHEARD = frozenset({*EMERGENCY_VERBS, Verb.FORCE_DISARM})
"""Sent to a vehicle that is not heard, too: the way to it may be open when the way from it is not."""

Rule = Callable[[VehicleState, Args, Limits], Phrase | None]


MISSION_MODES = frozenset({"AUTO", "MISSION"})
"""In which a mission is flown (ArduPilot, PX4)."""
_OF_THIS_MOMENT = ("armed", "landed", "mission_progress")
"""Kinds that refuse only while they are fresh: what was so a minute ago must not keep a vehicle from being saved."""


def _believed(state: VehicleState, now_s: float) -> VehicleState:
    """The state without what is too old to refuse by."""
    old = {kind: None for kind in _OF_THIS_MOMENT if state.freshness(kind, now_s) is not Freshness.FRESH}
    # a place that is some seconds old still tells whether a point is kilometres away
    if state.freshness("position", now_s) is Freshness.EXPIRED:
        old["position"] = None
    return replace(state, **old)


def refusal(verb: Verb, args: Args, state: VehicleState, limits: Limits, now_s: float | None = None) -> Refusal | None:
    """Why a command can't be given now; None when it can.

    Args:
        verb: what.
        args: checked arguments; empty to ask about the verb alone.
        state: the vehicle.
        limits: how far it may be sent.
        now_s: seconds on the clock of who asks; None to believe everything, however old.
    """
    # there is no vehicle behind a recording: a refusal here holds for every station and script
    if state.key.root == Root.REPLAY:
        return Refusal(Reason.UNSUPPORTED, say("recording"))
    if now_s is not None:
        state = _believed(state, now_s)
    connection, info = state.connection, state.info
    is_unclear = connection is not None and connection.conflict is not None
    if connection is not None and is_unclear and verb not in EMERGENCY_VERBS:
        return Refusal(Reason.IDENTITY_CONFLICT, say("blocked_by_conflict", conflict=connection.conflict))
    is_heard = connection is not None and connection.state in (LinkState.ONLINE, LinkState.STALE)
    if not is_heard and verb not in EVEN_UNHEARD:
        return Refusal(Reason.NOT_HEARD, say("not_heard"))
    # a cancel is the bridge's own matter, so that no autopilot has it in its list
    if info is not None and verb.value not in info.verbs and verb is not Verb.CANCEL:
        return Refusal(Reason.UNSUPPORTED, _has_no_verb(verb, info.autopilot, info.kind))
    # what is known may be the other vehicle's: it stands against no emergency
    for rule in () if is_unclear else RULES.get(verb, ()):
        said = rule(state, args, limits)
        if said is not None:
            return Refusal(Reason.PRECONDITION, said)
    return None


def _has_no_verb(verb: Verb, autopilot: Autopilot, kind: VehicleKind) -> Phrase:
    return say("has_no_verb", kind=kind.value, autopilot=autopilot.value, verb=verb.value)


def _on_ground(state: VehicleState, _args: Args, _limits: Limits) -> Phrase | None:
    """PX4's ground contact flaps while it idles: what says to fly at no height refuses nothing."""
    height_m = state.position.height_home_m if state.position is not None else None
    is_low = height_m is not None and abs(height_m) <= FLYING_HEIGHT_M
    return say("flying") if state.is_flying and not is_low else None


def _flying(state: VehicleState, args: Args, limits: Limits) -> Phrase | None:
    if state.info is not None and state.info.kind in GROUND_KINDS:
        # what drives is never in the air; that its motors may turn is what counts there
        return _armed(state, args, limits)
    # only a certain no refuses: where ground and air are not told, the vehicle itself decides
    return None if state.is_flying is not False else say("not_flying")


def _disarmed(state: VehicleState, _args: Args, _limits: Limits) -> Phrase | None:
    return say("disarm_first") if state.armed is not None and state.armed.is_armed else None


def _armed(state: VehicleState, _args: Args, _limits: Limits) -> Phrase | None:
    return say("not_armed") if state.armed is not None and state.armed.is_armed is False else None


def _not_armed_yet(state: VehicleState, _args: Args, _limits: Limits) -> Phrase | None:
    return say("armed_already") if state.armed is not None and state.armed.is_armed else None


def _knows_place(state: VehicleState, _args: Args, _limits: Limits) -> Phrase | None:
    position = state.position
    if position is None or position.lat_deg is None or position.lon_deg is None:
        return say("position_not_known")
    return None


def _knows_home(state: VehicleState, args: Args, _limits: Limits) -> Phrase | None:
    """Heights are sent above mean sea level where an autopilot takes no others (PX4): that needs home's height."""
    needs_home = state.info is not None and state.info.autopilot is Autopilot.PX4
    if not needs_home or args.get("frame", "home") == "amsl":
        return None
    home = state.home
    # without it a height above home can't be turned into the one that is sent
    return say("home_height_not_known") if home is None or home.height_amsl_m is None else None


def _near(state: VehicleState, args: Args, limits: Limits) -> Phrase | None:
    position, lat_deg, lon_deg = state.position, args.get("lat_deg"), args.get("lon_deg")
    if position is None or position.lat_deg is None or position.lon_deg is None:
        return None
    if not isinstance(lat_deg, float) or not isinstance(lon_deg, float):
        return None
    far_m = distance_m(position.lat_deg, position.lon_deg, lat_deg, lon_deg)
    if far_m <= limits.distance_m:
        return None
    return say("point_too_far", distance_km=far_m / 1000.0, limit_km=limits.distance_m / 1000.0)


def _height_home_m(state: VehicleState, args: Args) -> float | None:
    """The height that is asked for, above home; None for none, or one that can't be compared."""
    height_m = args.get("height_m")
    if not isinstance(height_m, float) or args.get("frame", "home") != "amsl":
        return height_m if isinstance(height_m, float) else None
    home_m = state.home_amsl_m
    return None if home_m is None else height_m - home_m


def _not_too_low(state: VehicleState, args: Args, limits: Limits) -> Phrase | None:
    """Autopilots fly into the ground when they are told to."""
    height_m = _height_home_m(state, args)
    drives = state.info is not None and state.info.kind in GROUND_KINDS
    if height_m is None or drives or height_m >= limits.least_height_home_m:
        return None
    return say("point_too_low", height_m=height_m, limit_m=limits.least_height_home_m)


def _not_too_high(state: VehicleState, args: Args, limits: Limits) -> Phrase | None:
    height_m = _height_home_m(state, args)
    if height_m is not None and height_m > limits.height_home_m:
        return say("point_too_high", height_m=height_m, limit_m=limits.height_home_m)
    return None


def _has_mode(state: VehicleState, args: Args, _limits: Limits) -> Phrase | None:
    mode = args.get("mode")
    if mode is None or state.info is None or mode in state.info.modes:
        return None
    return say("has_no_mode", mode=str(mode), modes=state.info.modes)


def _here_on_ground(state: VehicleState, args: Args, _limits: Limits) -> Phrase | None:
    """Setting home here moves the zero of all heights to where the vehicle is."""
    if args.get("lat_deg") is not None and args.get("lon_deg") is not None:
        return None if args.get("height_m") is not None else say("point_needs_height")
    if args.get("lat_deg") is not None or args.get("lon_deg") is not None:
        return say("point_needs_place")
    return say("home_while_flying") if state.is_flying else None


def _has_mission(state: VehicleState, _args: Args, _limits: Limits) -> Phrase | None:
    mission = state.mission_progress
    known = state.plans.mission if state.plans is not None else None
    # what was read is newer than what the vehicle tells now and then
    if known is not None and known.state is ListState.KNOWN:
        return None if known.count else say("no_mission")
    if mission is None:
        return None
    return say("no_mission") if mission.state == "no_mission" or mission.items == 0 else None


def _has_sure_mission(state: VehicleState, _args: Args, _limits: Limits) -> Phrase | None:
    """What a broken transfer left may be half of two missions, and flies."""
    mission = state.plans.mission if state.plans is not None else None
    if mission is None or mission.state not in (ListState.DOUBTFUL, ListState.SENDING):
        return None
    return say("plan_is_sent") if mission.state is ListState.SENDING else say("plan_is_doubtful", why=mission.why)


def _may_change_plan(state: VehicleState, args: Args, _limits: Limits) -> Phrase | None:
    """A mission under way is never replaced by the way."""
    mission, mode = state.mission_progress, state.mode.name if state.mode is not None else None
    is_flown = state.armed is not None and state.armed.is_armed and mode in MISSION_MODES
    if not is_flown or args.get("list") != "mission" or args.get("replace") == "yes":
        return None
    return say("plan_under_way", item=mission.item if mission is not None else None)


def _has_item(state: VehicleState, args: Args, _limits: Limits) -> Phrase | None:
    item, mission = args.get("item"), state.mission_progress
    if not isinstance(item, float) or mission is None or mission.items is None:
        return None
    # MISSION_CURRENT.total leaves out home where that is item 0, so that the last item has that very number
    return say("mission_ends_with", item=mission.items) if item > mission.items else None


def _radius(_state: VehicleState, args: Args, _limits: Limits) -> Phrase | None:
    radius_m = args.get("radius_m")
    return say("radius_too_small") if isinstance(radius_m, float) and abs(radius_m) < 1.0 else None


RULES: dict[Verb, tuple[Rule, ...]] = {
    Verb.ARM: (_not_armed_yet,),
    Verb.DISARM: (_armed, _on_ground),
    Verb.TAKEOFF: (_on_ground, _not_too_high, _knows_home),
    # by HEARTBEAT, which comes at once; ground or air is told seconds late, and a vehicle in trouble can't wait for it
    Verb.LAND: (_armed,),
    Verb.RTL: (_armed,),
    Verb.HOLD: (_armed,),
    Verb.GOTO: (_flying, _knows_place, _knows_home, _near, _not_too_high, _not_too_low),
    Verb.MODE: (_has_mode,),
    Verb.SPEED: (_flying,),
    Verb.HEIGHT: (_flying, _knows_place, _knows_home, _not_too_high, _not_too_low),
    Verb.YAW: (_flying,),
    Verb.ORBIT: (_flying, _knows_place, _knows_home, _near, _not_too_high, _not_too_low, _radius),
    Verb.SET_HOME: (_here_on_ground, _near),
    Verb.ROI: (_near,),
    Verb.MISSION_START: (_has_mission, _has_sure_mission),
    Verb.MISSION_PAUSE: (_flying,),
    Verb.MISSION_RESUME: (_flying, _has_mission, _has_sure_mission),
    Verb.MISSION_JUMP: (_has_mission, _has_sure_mission, _has_item),
    Verb.PLAN_UPLOAD: (_may_change_plan,),
    Verb.PLAN_CLEAR: (_may_change_plan,),
    Verb.REBOOT: (_disarmed,),
    Verb.CALIBRATE: (_disarmed,),
}
"""Rules of each verb, in the order in which they are asked. Killing the motors has none: it always goes out."""
