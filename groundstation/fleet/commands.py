# SPDX-License-Identifier: Apache-2.0
"""A command to one vehicle, and what became of it: the types that travel, and the table of legal steps. Pure."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

from groundstation.fleet.parameters.parameter_entries import Entries, Results
from groundstation.fleet.phrases import Words
from groundstation.fleet.plans.plan_items import Items
from groundstation.fleet.sample import Name, Whole

MAX_ID = 64
"""Characters of a command's or a batch's id; more is refused."""
Id = Annotated[str, msgspec.Meta(max_length=MAX_ID)]
ShortText = Annotated[str, msgspec.Meta(max_length=200)]
"""What strangers write is kept and repeated by bridges, so it has a length."""


class Verb(Name):
    """What a vehicle can be told; see `verbs.py` for arguments and risk."""

    UNKNOWN = "unknown"
    ARM = "arm"
    DISARM = "disarm"
    FORCE_DISARM = "force_disarm"
    TAKEOFF = "takeoff"
    LAND = "land"
    RTL = "rtl"
    HOLD = "hold"
    GOTO = "goto"
    MODE = "mode"
    SPEED = "speed"
    HEIGHT = "height"
    YAW = "yaw"
    ORBIT = "orbit"
    SET_HOME = "set_home"
    ROI = "roi"
    ROI_NONE = "roi_none"
    MISSION_START = "mission_start"
    MISSION_PAUSE = "mission_pause"
    MISSION_RESUME = "mission_resume"
    MISSION_JUMP = "mission_jump"
    PLAN_UPLOAD = "plan_upload"
    PLAN_READ = "plan_read"
    PLAN_CLEAR = "plan_clear"
    PARAM_READ = "param_read"
    PARAM_WRITE = "param_write"
    REBOOT = "reboot"
    CALIBRATE = "calibrate"
    GRIPPER = "gripper"
    SERVO = "servo"
    RELAY = "relay"
    CAMERA_TRIGGER = "camera_trigger"
    MAV_CMD = "mav_cmd"
    CANCEL = "cancel"


class CommandState(Name):
    """Where in its life a command is. `queued` and `sent` are the station's, the others the bridge's."""

    QUEUED = "queued"
    SENT = "sent"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    SUCCEEDED = "succeeded"
    ACCEPTED_UNVERIFIED = "accepted_unverified"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    TIMEOUT = "timeout"
    UNKNOWN = "unknown"


_RUNNING = (
    CommandState.QUEUED,
    CommandState.SENT,
    CommandState.RECEIVED,
    CommandState.ACCEPTED,
    CommandState.IN_PROGRESS,
)
END_STATES = frozenset(CommandState) - frozenset(_RUNNING)
"""A command is in one of these for good."""

STEPS: dict[CommandState, frozenset[CommandState]] = {
    **{state: frozenset(_RUNNING[number + 1 :]) | END_STATES for number, state in enumerate(_RUNNING)},
    # how far it is, is told many times
    CommandState.IN_PROGRESS: END_STATES | {CommandState.IN_PROGRESS},
    **dict.fromkeys(END_STATES, frozenset()),
}
"""Legal steps: always forward, some may be skipped, an end is the end."""


class Reason(Name):
    """Why a command ended as it did, in a word; the whole is in `CommandReport.detail`."""

    UNKNOWN = "unknown"
    NONE = "none"
    MALFORMED = "malformed"
    RETAINED = "retained"
    WRONG_SESSION = "wrong_session"
    TOO_OLD = "too_old"
    OUT_OF_ORDER = "out_of_order"
    OBSERVER = "observer"
    NOT_OWNER = "not_owner"
    STALE_LEASE = "stale_lease"
    IDENTITY_CONFLICT = "identity_conflict"
    NOT_HEARD = "not_heard"
    UNSUPPORTED = "unsupported"
    ARGUMENTS = "arguments"
    PRECONDITION = "precondition"
    BUSY = "busy"
    VEHICLE_BUSY = "vehicle_busy"
    VEHICLE_DENIED = "vehicle_denied"
    VEHICLE_FAILED = "vehicle_failed"
    VEHICLE_CANCELLED = "vehicle_cancelled"
    NOT_OWNER_AT_VEHICLE = "not_owner_at_vehicle"
    FORM = "form"
    FRAME = "frame"
    NO_ANSWER = "no_answer"
    NO_EFFECT = "no_effect"
    STALLED = "stalled"
    EXTERNAL = "external"
    SUPERSEDED = "superseded"
    DISARMED = "disarmed"
    LANDED = "landed"
    FAILSAFE = "failsafe"
    LINK_LOST = "link_lost"
    REBOOTED = "rebooted"
    BRIDGE_LOST = "bridge_lost"
    NEVER_ARRIVED = "never_arrived"
    OFFLINE = "offline"
    ASKED = "asked"
    BATCH_STOPPED = "batch_stopped"
    DRY_RUN = "dry_run"


class Role(Name):
    """What a station may do; brokers with access lists hold it, bridges look at it again."""

    UNKNOWN = "unknown"
    OBSERVER = "observer"
    OPERATOR = "operator"


_OWN_STATION = re.compile(r"gs-[a-z]+-(?P<host>.+)-\d+-[0-9a-f]{4,12}")
"""What our own stations call themselves: role, computer, process and a number by chance."""


class Actor(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who asks, from where."""

    op: ShortText
    """The operator's name."""
    gs: ShortText
    """Id of the station; no other process has it."""
    role: Role = Role.OPERATOR
    """What the station may do."""

    @property
    def place(self) -> str:
        """Where, for people: the computer, or the station's id where somebody chose it."""
        # nobody knows a station by its process number; people know the computer
        own_make = _OWN_STATION.fullmatch(self.gs)
        return own_make["host"] if own_make is not None else self.gs

    def __str__(self) -> str:
        return f"{self.op} at {self.place}"


Args = dict[ShortText, float | ShortText | bool | None]
"""Arguments of a verb by name, units in the names."""
MAX_ARGS = 32
"""No verb has as many."""


class CommandRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A command on its way to a bridge (`cmd/req`, `msn/req` or `par/req`). Never retained, never kept for later."""

    id: Id
    """Unique for ever; the same id is never executed twice."""
    by: Actor
    """Who asks."""
    sid: ShortText
    """Session of the vehicle that the operator saw; of any other session it is refused."""
    verb: Verb
    """What to do."""
    args: Annotated[Args, msgspec.Meta(max_length=MAX_ARGS)] = {}
    """How."""
    lease: Whole | None = None
    """Fencing number of the station's control; None for emergency verbs without control."""
    count: Whole = 0
    """Grows with each command of a station to a vehicle; one that comes after a higher one is refused."""
    ref_bms: Whole
    """The bridge's clock when the station made it, as far as the station knew, milliseconds; never ahead of it."""
    ttl_ms: Whole
    """How long after `ref_bms` it may still be executed, milliseconds of the bridge's clock."""
    batch: Id | None = None
    """Shared by the commands of one group order."""
    dry: bool = False
    """Only tell what would be sent."""
    items: Items = ()
    """What a plan order gives, home not among them; empty for every other verb."""
    values: Entries = ()
    """Parameters to be written, or those to be read by name; empty for every other verb, and for reading all."""
    v: Whole = 1
    """Version of this format."""


class CommandReport(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One step in the life of a command (topic `cmd/ack`, `msn/ack` or `par/ack`), for every station and recorder."""

    id: str
    """The command."""
    state: CommandState
    """The step."""
    step: Whole
    """Number of this report among those of the command, from 0."""
    verb: Verb
    """What was asked."""
    args: Args = {}
    """How."""
    by: Actor | None = None
    """By whom; None when the request could not be read so far."""
    batch: str | None = None
    """Its group order."""
    reason: Reason = Reason.NONE
    """Why, for programs."""
    detail: Words = ""
    """Why, or how far."""
    texts: tuple[str, ...] = ()
    """The vehicle's own words (STATUSTEXT) since the command was sent."""
    progress: float | None = None
    """Share that is done, 0 to 1; None when nobody can tell."""
    result: Whole | None = None
    """COMMAND_ACK.result as sent (MAV_RESULT); None before an answer."""
    sends: tuple[str, ...] = ()
    """For a dry run: the MAVLink messages that would be sent."""
    results: Results = ()
    """What became of each parameter of an order about some, in the order in which they were given."""
    at_s: float = 0.0
    """When, seconds on the bridge's monotonic clock."""


class CommandQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Asks a bridge what became of commands (in `sync/req`); one that never came is refused from then on."""

    ids: tuple[str, ...] = ()
    """Ids of the commands."""
    sid: str = ""
    """Session that they were meant for: only of that one a bridge can say that a command never came."""


def is_step(old: CommandState, new: CommandState) -> bool:
    """Whether a command may go from one state to another."""
    return new in STEPS[old]
