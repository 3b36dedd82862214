# SPDX-License-Identifier: Apache-2.0
"""The table of verbs: arguments with units and limits, risk, how long a command stays valid. Pure.

Limits are a first net against slips of the keyboard, since no autopilot checks ranges; what depends on the vehicle
(distance, height, modes) is looked at in `preconditions.py`.
"""

from __future__ import annotations

import enum
import math

import msgspec

from groundstation.fleet.commands import Args, Verb
from groundstation.fleet.phrases import RefusedError, Value, say


class Risk(enum.IntEnum):
    """What an operator has to do before a command goes out; grows with the size of a group."""

    NONE = 0
    CLICK = 1
    HOLD = 2
    TYPE = 3


class ArgKind(enum.Enum):
    """What an argument is."""

    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"


class Arg(msgspec.Struct, frozen=True):
    """One argument of a verb."""

    name: str
    """With its unit, as it travels."""
    help: str
    """In a few words."""
    low: float = -math.inf
    """Smallest number that is taken."""
    high: float = math.inf
    """Largest number that is taken."""
    default: float | str | None = None
    """Taken where none is given."""
    is_required: bool = False
    """Must be given."""
    choices: tuple[str, ...] = ()
    """The words that are taken; empty for a number."""
    kind: ArgKind = ArgKind.NUMBER
    is_whole: bool = False
    """Whether a fraction makes no sense."""


class VerbSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One verb."""

    verb: Verb
    label: str
    """On a button, in a journal."""
    help: str
    """One line."""
    args: tuple[Arg, ...] = ()
    """In the order in which a command line takes them."""
    risk: Risk = Risk.CLICK
    ttl_ms: int = 5_000
    """How old it may be when it is executed (features: arm and the like 5 s, emergency 15 s, missions 30 s)."""
    is_emergency: bool = False
    """May be given without control, and never waits for anything."""
    needs_control: bool = True
    """Whether who gives it must be in control; what changes nothing needs none."""
    is_motion: bool = False
    """Decides where the vehicle goes: a newer one of these supersedes an older one."""


def _number(name: str, text: str, low: float, high: float, default: float | None = None) -> Arg:
    return Arg(name, text, low, high, default, default is None)


def _count(name: str, text: str, low: float, high: float, default: float | None = None) -> Arg:
    return Arg(name, text, low, high, default, default is None, is_whole=True)


def _optional(name: str, text: str, low: float, high: float) -> Arg:
    return Arg(name, text, low, high)


def _choice(name: str, text: str, *choices: str) -> Arg:
    return Arg(name, text, default=choices[0], choices=choices, kind=ArgKind.CHOICE)


_LAT = _number("lat_deg", "latitude, degrees north", -90.0, 90.0)
_LON = _number("lon_deg", "longitude, degrees east", -180.0, 180.0)
_FRAME = _choice("frame", "what the height is above: home or mean sea level (amsl)", "home", "amsl")
_LIST = _choice("list", "which", "mission", "fence", "rally")
_LOW_M, _HIGH_M = -500.0, 9_000.0
_LARGEST = 1e9
_WIDEST = 1e300
"""Beyond this is no number; NaN and whole numbers that no float holds neither."""

SPECS: tuple[VerbSpec, ...] = (
    VerbSpec(verb=Verb.ARM, label="Arm", help="Let the motors turn.", risk=Risk.HOLD),
    VerbSpec(verb=Verb.DISARM, label="Disarm", help="Stop the motors on the ground."),
    VerbSpec(
        verb=Verb.FORCE_DISARM,
        label="Kill motors",
        help="Stop the motors at once, even in the air: the vehicle falls.",
        risk=Risk.TYPE,
    ),
    VerbSpec(
        verb=Verb.TAKEOFF,
        label="Take off",
        help="Arm where needed and climb to a height above home.",
        args=(_number("height_m", "height above home, metres", 1.0, 500.0, 10.0),),
        risk=Risk.HOLD,
        is_motion=True,
    ),
    VerbSpec(
        verb=Verb.LAND,
        label="Land",
        help="Land here.",
        risk=Risk.CLICK,
        ttl_ms=15_000,
        is_emergency=True,
        is_motion=True,
    ),
    VerbSpec(
        verb=Verb.RTL,
        label="Return",
        help="Return to launch.",
        risk=Risk.CLICK,
        ttl_ms=15_000,
        is_emergency=True,
        is_motion=True,
    ),
    VerbSpec(
        verb=Verb.HOLD,
        label="Hold",
        help="Stop and stay here; a plane circles.",
        risk=Risk.NONE,
        ttl_ms=15_000,
        is_emergency=True,
        is_motion=True,
    ),
    VerbSpec(
        verb=Verb.GOTO,
        label="Go to",
        help="Fly to a point.",
        args=(
            _LAT,
            _LON,
            _optional("height_m", "metres, the present height where none is given", _LOW_M, _HIGH_M),
            _FRAME,
        ),
        is_motion=True,
    ),
    VerbSpec(
        verb=Verb.MODE,
        label="Mode",
        help="Set a flight mode.",
        args=(Arg("mode", "name of the mode", is_required=True, kind=ArgKind.TEXT),),
        risk=Risk.HOLD,
        is_motion=True,
    ),
    VerbSpec(
        verb=Verb.SPEED,
        label="Speed",
        help="Change the speed, over ground or through the air as the vehicle takes it.",
        args=(_number("speed_mps", "metres per second", 0.1, 100.0),),
    ),
    VerbSpec(
        verb=Verb.HEIGHT,
        label="Height",
        help="Go to another height, here.",
        args=(_number("height_m", "metres", _LOW_M, _HIGH_M), _FRAME),
        is_motion=True,
    ),
    VerbSpec(
        verb=Verb.YAW,
        label="Turn",
        help="Turn the nose to a heading.",
        args=(_number("heading_deg", "degrees from true north", 0.0, 360.0),),
    ),
    VerbSpec(
        verb=Verb.ORBIT,
        label="Orbit",
        help="Fly circles around a point.",
        args=(
            _LAT,
            _LON,
            _number("radius_m", "metres, negative for anticlockwise", -5_000.0, 5_000.0, 50.0),
            _optional("height_m", "metres, the present height where none is given", _LOW_M, _HIGH_M),
            _FRAME,
        ),
        is_motion=True,
    ),
    VerbSpec(
        verb=Verb.SET_HOME,
        label="Set home",
        help="Set the place to return to: a point, or here when none is given (on the ground only).",
        args=(
            _optional("lat_deg", "latitude, degrees north", -90.0, 90.0),
            _optional("lon_deg", "longitude, degrees east", -180.0, 180.0),
            _optional("height_m", "metres above mean sea level", _LOW_M, _HIGH_M),
        ),
        risk=Risk.HOLD,
    ),
    VerbSpec(
        verb=Verb.ROI,
        label="Look at",
        help="Point camera or nose at a place.",
        args=(_LAT, _LON, _number("height_m", "metres above home", _LOW_M, _HIGH_M, 0.0)),
        risk=Risk.NONE,
    ),
    VerbSpec(verb=Verb.ROI_NONE, label="Look ahead", help="Stop looking at a place.", risk=Risk.NONE),
    VerbSpec(
        verb=Verb.MISSION_START,
        label="Start mission",
        help="Fly the mission from where it stands; arms on the ground.",
        risk=Risk.HOLD,
        ttl_ms=30_000,
        is_motion=True,
    ),
    VerbSpec(
        verb=Verb.MISSION_PAUSE,
        label="Pause mission",
        help="Leave the mission and hold; it can be resumed.",
        risk=Risk.NONE,
        is_motion=True,
    ),
    VerbSpec(
        verb=Verb.MISSION_RESUME,
        label="Resume mission",
        help="Go on with the mission.",
        is_motion=True,
    ),
    VerbSpec(
        verb=Verb.MISSION_JUMP,
        label="Jump to item",
        help="Make an item of the mission the active one.",
        args=(_count("item", "number of the item", 0.0, 65_535.0),),
    ),
    VerbSpec(
        verb=Verb.PLAN_UPLOAD,
        label="Upload plan",
        help="Give it a mission, a fence or rally points, and read them back.",
        args=(_LIST, _choice("replace", "also while it flies that mission", "no", "yes")),
        ttl_ms=60_000,
    ),
    VerbSpec(
        verb=Verb.PLAN_READ,
        label="Read plan",
        help="Read its mission, fence or rally points.",
        args=(_LIST,),
        risk=Risk.NONE,
        ttl_ms=60_000,
        needs_control=False,
    ),
    VerbSpec(
        verb=Verb.PLAN_CLEAR,
        label="Clear plan",
        help="Take its mission, fence or rally points out.",
        args=(_LIST, _choice("replace", "also while it flies that mission", "no", "yes")),
        risk=Risk.HOLD,
        ttl_ms=60_000,
    ),
    VerbSpec(
        verb=Verb.PARAM_READ,
        label="Read parameters",
        help="Read all parameters, or some by their names.",
        risk=Risk.NONE,
        ttl_ms=60_000,
        needs_control=False,
    ),
    VerbSpec(
        verb=Verb.PARAM_WRITE,
        label="Write parameters",
        help="Write parameters, and read back what the vehicle made of them.",
        ttl_ms=60_000,
    ),
    VerbSpec(verb=Verb.REBOOT, label="Reboot", help="Restart the autopilot.", risk=Risk.TYPE),
    VerbSpec(
        verb=Verb.CALIBRATE,
        label="Calibrate",
        help="Calibrate a sensor; the vehicle stands still and level.",
        args=(_choice("sensor", "which", "gyro", "baro", "level"),),
        risk=Risk.HOLD,
    ),
    VerbSpec(
        verb=Verb.GRIPPER,
        label="Gripper",
        help="Open or close a gripper.",
        args=(_choice("action", "what", "release", "grab"), _count("number", "which gripper", 0.0, 16.0, 1.0)),
        risk=Risk.HOLD,
    ),
    VerbSpec(
        verb=Verb.SERVO,
        label="Servo",
        help="Set a servo output.",
        args=(_count("channel", "output", 1.0, 32.0), _number("pwm_us", "microseconds", 500.0, 2_500.0)),
        risk=Risk.HOLD,
    ),
    VerbSpec(
        verb=Verb.RELAY,
        label="Relay",
        help="Switch a relay.",
        args=(_count("number", "which relay, from 0", 0.0, 15.0), _choice("state", "what", "on", "off")),
        risk=Risk.HOLD,
    ),
    VerbSpec(verb=Verb.CAMERA_TRIGGER, label="Photo", help="Take a picture.", risk=Risk.NONE),
    VerbSpec(
        verb=Verb.MAV_CMD,
        label="MAV_CMD",
        help="Any MAVLink command with its parameters, for experts; nothing is checked but that it is well-formed.",
        args=(
            _count("command", "MAV_CMD number", 1.0, 65_535.0),
            *(
                _number(f"param{number}", "as the command defines it", -_LARGEST, _LARGEST, 0.0)
                for number in range(1, 8)
            ),
            _choice("form", "COMMAND_LONG, or COMMAND_INT with param5 and param6 in degrees", "long", "int"),
            _count("mav_frame", "MAV_FRAME, for the int form", 0.0, 21.0, 0.0),
        ),
        risk=Risk.TYPE,
    ),
    VerbSpec(
        verb=Verb.CANCEL,
        label="Cancel",
        help="Stop watching a command, and tell the vehicle to stop it where it can.",
        args=(Arg("command", "id of the command", is_required=True, kind=ArgKind.TEXT),),
        risk=Risk.NONE,
    ),
)

VERBS: dict[Verb, VerbSpec] = {spec.verb: spec for spec in SPECS}
"""Every verb."""
EMERGENCY_VERBS: tuple[Verb, ...] = (Verb.HOLD, Verb.RTL, Verb.LAND)
"""In the order of the strip."""
URGENT_VERBS = frozenset({*EMERGENCY_VERBS, Verb.FORCE_DISARM})
"""These never wait for the answer to another order: who presses twice means it."""

PLAN_VERBS = frozenset({Verb.PLAN_UPLOAD, Verb.PLAN_READ, Verb.PLAN_CLEAR})
"""These have topics of their own, and no MAV_CMD."""
PARAM_VERBS = frozenset({Verb.PARAM_READ, Verb.PARAM_WRITE})
"""In the same way."""
TRANSFER_VERBS = PLAN_VERBS | PARAM_VERBS
"""These move lists, one at a time."""

GROUP_OF_MANY = 2
"""From this many vehicles on a click is not enough for what moves vehicles."""


def risk_of(verb: Verb, vehicles: int, *, any_flying: bool, are_simulated: bool = False) -> Risk:
    """What the operator has to do before it goes out.

    Args:
        verb: what is to be done.
        vehicles: to how many.
        any_flying: whether one of them is in the air or may be.
        are_simulated: whether all of them are simulated; then their number asks for no word to be typed. What asks for
            one by itself goes on asking: a hand that learns it in the simulator has learnt it for the real ones.
    """
    spec = VERBS[verb]
    # however many, and wherever they are: seconds count, and nothing worse can come of these
    if spec.is_emergency or spec.risk is Risk.NONE:
        return spec.risk
    # what moves a vehicle is meant for the air; anything else may bring down one that flies
    steps = int(vehicles >= GROUP_OF_MANY) + int(any_flying and not spec.is_motion)
    most = max(spec.risk, Risk.HOLD) if are_simulated else Risk.TYPE
    return Risk(min(spec.risk + steps, most))


def checked_args(verb: Verb, given: Args) -> Args:
    """Arguments with defaults filled in, in the table's order.

    Args:
        verb: whose.
        given: as they came; None counts as not given.

    Raises:
        RefusedError: names the argument, what was wrong and what is taken.
    """
    spec = VERBS.get(verb)
    if spec is None:
        raise RefusedError(say("verb_not_known"))
    unknown = set(given) - {arg.name for arg in spec.args}
    if unknown:
        known = tuple(arg.name for arg in spec.args) or "none"
        raise RefusedError(say("no_such_arg", verb=verb.value, arg=min(unknown)[:40], known=known))
    return {arg.name: _checked(verb, arg, given.get(arg.name)) for arg in spec.args}


def _checked(verb: Verb, arg: Arg, value: float | str | bool | None) -> float | str | None:
    if value is None:
        if arg.is_required:
            raise _refused("arg_missing", verb, arg)
        return arg.default
    if arg.choices:
        if value not in arg.choices:
            raise _refused("arg_no_choice", verb, arg, choices=arg.choices, value=str(value)[:40])
        return str(value)
    if arg.kind is ArgKind.TEXT:
        return _text(verb, arg, value)
    # a bool is an int in Python, and `true` is no number; 10**400 has no float and would raise below
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_WIDEST <= value <= _WIDEST:
        raise _refused("arg_no_number", verb, arg, value=str(value)[:40])
    if not arg.low <= value <= arg.high:
        raise _refused("arg_outside", verb, arg, value=value, low=arg.low, high=arg.high)
    # MAVLink carries it as a whole number: 2.5 would go out as item 2, and never be proven
    if arg.is_whole and value != int(value):
        raise _refused("arg_not_whole", verb, arg, value=value)
    return float(value)


def _text(verb: Verb, arg: Arg, value: object) -> str:
    # it is kept by the bridge and shown to every station
    if not isinstance(value, str) or not value.strip() or len(value) > 64 or not value.isprintable():
        raise _refused("arg_no_word", verb, arg)
    return value.strip()


def _refused(code: str, verb: Verb, arg: Arg, **more: Value) -> RefusedError:
    return RefusedError(say(code, verb=verb.value, arg=arg.name, help=arg.help, **more))
