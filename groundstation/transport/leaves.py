# SPDX-License-Identifier: Apache-2.0
"""The table of leaves: what a topic of ours carries, how, and for whom. Whoever needs to know reads it here. Pure.

A new leaf is a row and its type: publisher, decoding, subscriptions, queues, lanes, outbox and schemas follow from it.
"""

from __future__ import annotations

import enum
from typing import Any

import msgspec

from groundstation.fleet.alarms.alarm import Alarm, EngineState
from groundstation.fleet.alarms.rule import RuleSet
from groundstation.fleet.alarms.wishes import AlarmWish
from groundstation.fleet.bookmark import Bookmark
from groundstation.fleet.commands import CommandQuery, CommandReport, CommandRequest
from groundstation.fleet.control import Control, ControlRequest, StationPresence
from groundstation.fleet.drawings.drawing import DrawingBoard
from groundstation.fleet.events import Event
from groundstation.fleet.identity import Root, VehicleInfo
from groundstation.fleet.kinds import Samples
from groundstation.fleet.link import BridgePresence, Connection, LinkReport
from groundstation.fleet.link_table import LinkRequest, LinkTable
from groundstation.fleet.operators.said import OperatorMessage, ReadMarks, SaidAnswer, SaidWish
from groundstation.fleet.overview import Overview
from groundstation.fleet.parameters.component_metadata import ParamMeta
from groundstation.fleet.parameters.parameter_status import ParamChange, ParamList, ParamStatus
from groundstation.fleet.plans.plan_status import PlanList, PlanStatus
from groundstation.fleet.recorder import LateEnd, LateMarks, Missed, RecorderStatus, StationSensors
from groundstation.fleet.sample import Whole
from groundstation.transport import topics
from groundstation.transport.parts import Part

VEHICLE = ""
"""Owner of the leaves of vehicles; the others are `topics.BRIDGE`, `STATION` and `RECORDER`."""


class SyncRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of `sync/req`; may be empty."""

    from_event: Whole | None = None
    """Number of the first event that the asker misses."""
    commands: CommandQuery | None = None
    """Commands whose fate is asked for."""
    gaps: tuple[Missed, ...] = ()
    """Messages that a recorder missed; answered on `late/<leaf>` and `late/end`."""
    parameters: bool = False
    """Whether only the parameters that are known already are asked for; answered on `par/all`."""
    metadata: bool = False
    """Whether only the file that describes them is asked for; answered on `par/meta`, where the vehicle gave one."""


class Audience(enum.Enum):
    """For whom a leaf is."""

    OVERVIEW = enum.auto()
    """Every station, of every vehicle."""
    DETAIL = enum.auto()
    """A station that shows, plots or pins that vehicle, see `interest.py`."""
    CONTROL = enum.auto()
    """The bridge: requests of stations."""
    BRIDGES = enum.auto()
    """Other bridges and programs, not a window."""
    RECORDER = enum.auto()
    """Recorders alone: nobody takes it for live."""


class Lane(enum.IntEnum):
    """How soon a message has to go where there is not room for all, see `lanes.py`."""

    URGENT = 0
    """Orders, answers, events: each of them, in order."""
    STATE = 1
    """What the broker keeps, and the bridge's heartbeat: the newest of a topic is all that counts."""
    MOTION = 2
    """Where a vehicle is: the newest of a topic is what counts."""
    TELEMETRY = 3
    """Everything else about it, in the same way."""
    BULK = 4
    """For recordings: it can be asked for again."""


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """One row."""

    name: str
    """What the topic ends with."""
    owner: str = VEHICLE
    content: Any
    """Type of what the envelope holds; of the whole payload for a request; None for frames, see `frame_batches.py`."""
    audience: Audience
    lane: Lane
    qos: int = 0
    is_retained: bool = False
    is_lossless: bool = True
    """Whether a station's queue keeps every one; else the newest wins."""
    is_kept: bool = True
    """Whether a bridge's outbox keeps it for recorders that miss it."""
    is_recorded: bool = True
    may_be_large: bool = False
    """Whether its content goes in parts above 64 KiB; of what is not, so much is nobody's but a forger's."""
    field: str = ""
    """Field of `VehicleState` that it is folded into; empty for what is not of a vehicle's state."""

    @property
    def schema_name(self) -> str:
        """What its schema is called in a recording."""
        return self.owner if self.owner and self.name == topics.CONN else self.name

    @property
    def is_request(self) -> bool:
        """Whether it comes from a station, without an envelope."""
        return self.audience is Audience.CONTROL


def _telemetry(name: str, lane: Lane = Lane.TELEMETRY) -> Leaf:
    return Leaf(
        name=name, content=Samples, audience=Audience.DETAIL, lane=lane, is_lossless=False, field="samples"
    )  # fmt: skip


def _request(name: str, content: Any, owner: str = VEHICLE) -> Leaf:
    return Leaf(
        name=name, owner=owner, content=content, audience=Audience.CONTROL, lane=Lane.URGENT, qos=1, is_kept=False
    )  # fmt: skip


def _frames(owner: str) -> Leaf:
    return Leaf(name=topics.RAW_FRAMES, owner=owner, content=None, audience=Audience.RECORDER, lane=Lane.BULK)


def _late(name: str, content: Any, owner: str) -> Leaf:
    return Leaf(
        name=name, owner=owner, content=content, audience=Audience.RECORDER, lane=Lane.BULK, qos=1,
        is_kept=False, is_recorded=False,
    )  # fmt: skip


CONN = Leaf(
    name=topics.CONN, content=Connection, audience=Audience.OVERVIEW, lane=Lane.STATE, qos=1, is_retained=True,
    field="connection",
)  # fmt: skip
INFO = Leaf(
    name=topics.INFO, content=VehicleInfo, audience=Audience.OVERVIEW, lane=Lane.STATE, qos=1, is_retained=True,
    field="info",
)  # fmt: skip
STATE = Leaf(
    name=topics.STATE, content=Samples, audience=Audience.OVERVIEW, lane=Lane.STATE, qos=1, is_retained=True,
    is_lossless=False, field="samples",
)  # fmt: skip
CTL = Leaf(
    name=topics.CTL, content=Control, audience=Audience.OVERVIEW, lane=Lane.STATE, qos=1, is_retained=True,
    field="control",
)  # fmt: skip
# its lane is that of what is kept: it brings the bridge's clock, without which no order can be given
LINK = Leaf(
    name=topics.LINK, content=LinkReport, audience=Audience.OVERVIEW, lane=Lane.STATE, is_lossless=False, field="link"
)
EVT = Leaf(name=topics.EVT, content=Event, audience=Audience.OVERVIEW, lane=Lane.URGENT, qos=1, field="messages")
CMD_ACK = Leaf(
    name=topics.CMD_ACK, content=CommandReport, audience=Audience.OVERVIEW, lane=Lane.URGENT, qos=1, may_be_large=True
)
MSN_ACK = msgspec.structs.replace(CMD_ACK, name=topics.MSN_ACK)
MSN_CUR = Leaf(
    name=topics.MSN_CUR, content=PlanStatus, audience=Audience.OVERVIEW, lane=Lane.STATE, qos=1, is_retained=True,
    field="plans",
)  # fmt: skip
# a mission of a thousand items must not stand before an order to hold
MSN_LISTS = {
    kind: Leaf(
        name=topics.MSN_LISTS[kind], content=PlanList, audience=Audience.OVERVIEW, lane=Lane.BULK, qos=1,
        may_be_large=True, field=f"{kind}_list",
    )
    for kind in ("mission", "fence", "rally")
}  # fmt: skip
PAR_ACK = msgspec.structs.replace(CMD_ACK, name=topics.PAR_ACK)
PAR_CUR = Leaf(
    name=topics.PAR_CUR, content=ParamStatus, audience=Audience.OVERVIEW, lane=Lane.STATE, qos=1, is_retained=True,
    field="parameters",
)  # fmt: skip
PAR_ALL = Leaf(
    name=topics.PAR_ALL, content=ParamList, audience=Audience.OVERVIEW, lane=Lane.BULK, qos=1, may_be_large=True,
    field="parameter_list",
)  # fmt: skip
# behind the list that it is a change of, on the same lane
PAR_VAL = msgspec.structs.replace(PAR_ALL, name=topics.PAR_VAL, content=ParamChange)
# of the firmware, not of a flight: whoever wants it asks for it
PAR_META = msgspec.structs.replace(
    PAR_ALL, name=topics.PAR_META, content=ParamMeta, is_kept=False, field="parameter_meta"
)  # fmt: skip
ACKS = (CMD_ACK, MSN_ACK, PAR_ACK)
"""What became of orders."""
# nobody asks for it again: what it says is in the others
TLM_SUM = Leaf(
    name=topics.TLM_SUM, content=Overview, audience=Audience.OVERVIEW, lane=Lane.TELEMETRY, is_lossless=False,
    is_kept=False, field="overview",
)  # fmt: skip
TLM_MOTION, TLM_STATUS, TLM_DETAIL = (
    _telemetry(topics.TLM_MOTION, Lane.MOTION),
    _telemetry("tlm/status"),
    _telemetry("tlm/detail"),
)
# what is joined of them goes on as the leaf that they name
PART = Leaf(name=topics.PART, content=Part, audience=Audience.OVERVIEW, lane=Lane.BULK, qos=1)
CMD_REQ = _request(topics.CMD_REQ, CommandRequest)
MSN_REQ = _request(topics.MSN_REQ, CommandRequest)
PAR_REQ = _request(topics.PAR_REQ, CommandRequest)
CTL_REQ = _request(topics.CTL_REQ, ControlRequest)
SYNC_REQ = _request(topics.SYNC_REQ, SyncRequest)
PART_REQ = msgspec.structs.replace(_request(topics.PART_REQ, Part), lane=Lane.BULK)
BRIDGE_CONN = Leaf(
    name=topics.CONN, owner=topics.BRIDGE, content=BridgePresence, audience=Audience.OVERVIEW, lane=Lane.STATE,
    qos=1, is_retained=True,
)  # fmt: skip
BRIDGE_LINKS = Leaf(
    name=topics.LINKS, owner=topics.BRIDGE, content=LinkTable, audience=Audience.OVERVIEW, lane=Lane.STATE, qos=1,
    is_retained=True, is_kept=False, is_recorded=False,
)  # fmt: skip
LINKS_REQ = _request(topics.LINKS_REQ, LinkRequest, topics.BRIDGE)
STATION_CONN = Leaf(
    name=topics.CONN, owner=topics.STATION, content=StationPresence, audience=Audience.OVERVIEW, lane=Lane.URGENT,
    qos=1,
)  # fmt: skip
STATION_SENSORS = Leaf(
    name=topics.SENSORS, owner=topics.STATION, content=StationSensors, audience=Audience.RECORDER, lane=Lane.URGENT,
    qos=1,
)  # fmt: skip
STATION_MARK = Leaf(
    name=topics.MARK, owner=topics.STATION, content=Bookmark, audience=Audience.OVERVIEW, lane=Lane.URGENT, qos=1,
    is_kept=False,
)  # fmt: skip
# said again each ten seconds, so that nothing depends on a broker that keeps it, and nothing stays of who is gone
STATION_DRAW = Leaf(
    name=topics.DRAW, owner=topics.STATION, content=DrawingBoard, audience=Audience.OVERVIEW, lane=Lane.BULK, qos=1,
    is_kept=False,
)  # fmt: skip
RECORDER_CONN = Leaf(
    name=topics.CONN, owner=topics.RECORDER, content=RecorderStatus, audience=Audience.OVERVIEW, lane=Lane.URGENT,
    qos=1, is_recorded=False,
)  # fmt: skip

STATION_ALM = Leaf(
    name=topics.ALM, owner=topics.STATION, content=AlarmWish, audience=Audience.BRIDGES, lane=Lane.URGENT, qos=1,
    is_kept=False,
)  # fmt: skip
ALARM_NOW = Leaf(
    name=topics.NOW, owner=topics.ALARM, content=Alarm, audience=Audience.OVERVIEW, lane=Lane.URGENT, qos=1,
    is_retained=True, is_kept=False,
)  # fmt: skip
ENGINE_CONN = Leaf(
    name=topics.CONN, owner=topics.ENGINE, content=EngineState, audience=Audience.OVERVIEW, lane=Lane.URGENT, qos=1,
    is_kept=False, is_recorded=False,
)  # fmt: skip
ENGINE_RULES = Leaf(
    name=topics.ENGINE_RULES, owner=topics.ENGINE, content=RuleSet, audience=Audience.OVERVIEW, lane=Lane.BULK, qos=1,
    is_retained=True, is_kept=False,
)  # fmt: skip

STATION_SAY = Leaf(
    name=topics.SAY, owner=topics.STATION, content=OperatorMessage, audience=Audience.OVERVIEW, lane=Lane.URGENT,
    qos=1, is_kept=False,
)  # fmt: skip
STATION_READ = msgspec.structs.replace(STATION_SAY, name=topics.READ, content=ReadMarks)
# what was said stands in a recording where it was said
ENGINE_SAID = Leaf(
    name=topics.SAID, owner=topics.ENGINE, content=SaidAnswer, audience=Audience.OVERVIEW, lane=Lane.BULK, qos=1,
    is_kept=False, is_recorded=False,
)  # fmt: skip
SAID_REQS = tuple(
    Leaf(
        name=topics.SAID_REQ, owner=owner, content=SaidWish, audience=Audience.BRIDGES, lane=Lane.URGENT, qos=1,
        is_kept=False, is_recorded=False,
    )
    for owner in (topics.STATION, topics.ENGINE)
)  # fmt: skip
"""From who wants to know what was said."""

LATE_MARKS, LATE_END = (_late(topics.LATE_MARKS, LateMarks, VEHICLE), _late(topics.LATE_END, LateEnd, VEHICLE))

LEAVES: tuple[Leaf, ...] = (
    *(CONN, INFO, STATE, CTL, LINK, EVT, CMD_ACK, TLM_SUM, TLM_MOTION, TLM_STATUS, TLM_DETAIL, PART),
    *(MSN_ACK, MSN_CUR, *MSN_LISTS.values(), PAR_ACK, PAR_CUR, PAR_ALL, PAR_VAL, PAR_META),
    *(CMD_REQ, MSN_REQ, PAR_REQ, CTL_REQ, PART_REQ, SYNC_REQ, _request(topics.SYNC_REQ, SyncRequest, topics.BRIDGE)),
    *(BRIDGE_CONN, BRIDGE_LINKS, LINKS_REQ, STATION_CONN, STATION_SENSORS, STATION_MARK, STATION_ALM, RECORDER_CONN),
    STATION_DRAW,
    *(ALARM_NOW, ENGINE_CONN, ENGINE_RULES, STATION_SAY, STATION_READ, ENGINE_SAID, *SAID_REQS),
    *(_frames(owner) for owner in (VEHICLE, topics.BRIDGE)),
    *(LATE_MARKS, LATE_END, *(msgspec.structs.replace(one, owner=topics.BRIDGE) for one in (LATE_MARKS, LATE_END))),
)
"""Every leaf."""

_BY_NAME: dict[tuple[str, str], Leaf] = {(one.owner, one.name): one for one in LEAVES}


def leaf_of(topic: topics.VehicleTopic | topics.ServiceTopic) -> Leaf | None:
    """The row of a parsed topic; None for a leaf that is not ours.

    A stream that only a newer bridge knows has samples in it, as all streams have.
    """
    if isinstance(topic, topics.ServiceTopic):
        return _BY_NAME.get((topic.service, topic.leaf))
    found = _BY_NAME.get((VEHICLE, topic.leaf))
    # an older station shows the values of a newer bridge, instead of losing them for want of a row
    return TLM_DETAIL if found is None and topic.leaf.startswith(f"{topics.TLM}/") else found


def stream(name: str) -> Leaf:
    """The row of a telemetry stream.

    Raises:
        KeyError: there is none of this name.
    """
    return _BY_NAME[VEHICLE, f"{topics.TLM}/{name}"]


def of_vehicles(audience: Audience) -> tuple[Leaf, ...]:
    """Leaves of vehicles that are for somebody."""
    return tuple(one for one in LEAVES if one.owner == VEHICLE and one.audience is audience)


RETAINED: tuple[Leaf, ...] = tuple(one for one in LEAVES if one.owner == VEHICLE and one.is_retained)
"""Leaves of a vehicle that a broker keeps."""


def station_filters(root: str) -> dict[str, int]:
    """What a station subscribes to on any way, with QoS; the rest is in `interest.py`.

    They don't overlap: RabbitMQ would deliver twice.
    """
    wanted = {f"{root}/+/{one.name}": one.qos for one in of_vehicles(Audience.OVERVIEW) if one is not LINK}
    told = (BRIDGE_CONN, BRIDGE_LINKS)
    return {**wanted, **{topics.bridge(root, "+", one.name): one.qos for one in told}}


def station_news() -> dict[str, int]:
    """What a station subscribes to whatever it watches: how recording goes, alarms, who is on, what operators say."""
    told = (STATION_CONN, STATION_MARK, STATION_SAY, STATION_READ, STATION_DRAW)
    stations = {topics.station(Root.FLEET.value, "+", one.name): one.qos for one in told}
    said = {topics.engine("+", topics.SAID): ENGINE_SAID.qos}
    alarms = {topics.alarm("+"): ALARM_NOW.qos, topics.engine("+", topics.CONN): ENGINE_CONN.qos}
    rules = {topics.engine("+", topics.ENGINE_RULES): ENGINE_RULES.qos}
    return {topics.recorder("+", topics.CONN): RECORDER_CONN.qos, **stations, **said, **alarms, **rules}


def engine_filters() -> dict[str, int]:
    """What an engine of alarms subscribes to besides what every station does: wishes, and who asks for everything."""
    wishes = {topics.station(Root.FLEET.value, "+", one): 1 for one in (topics.ALM, topics.SAID_REQ)}
    return {**wishes, topics.engine("+", topics.SAID_REQ): 1, topics.sync_all(Root.FLEET.value): 1}


def bridge_filters(root: str, bridge_id: str) -> dict[str, int]:
    """What a bridge subscribes to: requests, stations' births and deaths, and other bridges' vehicles.

    A filter for each kind of request, `_all` being a level like an id, since RabbitMQ delivers twice on overlap.
    """
    asked = of_vehicles(Audience.CONTROL)
    # who plays a recording takes no commands
    wanted = [SYNC_REQ, CONN] if root == Root.REPLAY.value else [*asked, CONN]
    filters = [f"{root}/+/{one.name}" for one in wanted]
    filters += [topics.station(Root.FLEET.value, "+", topics.CONN), topics.bridge(root, "+", topics.CONN)]
    # what plays a recording has no links that anybody could change
    own = [topics.SYNC_REQ] if root == Root.REPLAY.value else [topics.SYNC_REQ, topics.LINKS_REQ]
    return dict.fromkeys([*filters, *(topics.bridge(root, bridge_id, one) for one in own)], 1)
