# SPDX-License-Identifier: Apache-2.0
"""Builds and parses every topic of the fleet's tree; the only place where its words are written.

The tree is `<root>/<id>/<leaf>`, for bridges `<root>/_bridge/<bid>/<leaf>`, for stations `<root>/_gs/<gid>/<leaf>`, for
recorders `fleet/_recorder/<id>/<leaf>`, for engines of alarms `fleet/_engine/<id>/<leaf>`, for an alarm itself
`fleet/_alm/<key>/now`.
No thread, no I/O.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from groundstation.fleet.errors import UsageError
from groundstation.fleet.identity import Root, VehicleKey, is_vehicle_id

ROOTS = frozenset(root.value for root in Root if root is not Root.UNKNOWN)
ALL = "_all"
BRIDGE = "_bridge"
STATION = "_gs"
RECORDER = "_recorder"
ENGINE = "_engine"
ALARM = "_alm"

CONN, INFO, STATE, LINK, EVT, TLM, SUM = "conn", "info", "state", "link", "evt", "tlm", "sum"
TLM_SUM, TLM_MOTION = f"{TLM}/{SUM}", f"{TLM}/motion"
SYNC_REQ = "sync/req"
CMD_REQ, CMD_ACK = "cmd/req", "cmd/ack"
MSN_REQ, MSN_ACK, MSN_CUR = "msn/req", "msn/ack", "msn/cur"
PAR_REQ, PAR_ACK, PAR_CUR, PAR_ALL, PAR_VAL = "par/req", "par/ack", "par/cur", "par/all", "par/val"
PAR_META = "par/meta"
MSN_LISTS = {"mission": "msn/mission", "fence": "msn/fence", "rally": "msn/rally"}
"""Where a list is told, by its kind."""
CTL, CTL_REQ = "ctl", "ctl/req"
RAW_FRAMES = "raw/_mav"
"""Batches of the frames as they came, see `frame_batches.py`."""
LATE = "late/"
"""Before a leaf: a message of the past, sent again for a recorder that missed it. Nobody takes it for live."""
LATE_MARKS, LATE_END = "late/marks", "late/end"
"""How far each leaf is; what of a request for missed messages could be had."""
PART, PART_REQ = "part", "part/req"
"""Slices of what is too large for one message, see `parts.py`."""
SENSORS = "sensors"
"""Of a station: what else it listens to."""
MARK = "mark"
"""Of a station: something that its operator marked."""
DRAW = "draw"
"""Of a station: what its operator has drawn on the map."""
ALM, NOW, ENGINE_RULES = "alm", "now", "rules"
"""Of a station: what its operator wants of alarms. Of an alarm: how it is. Of an engine: what it goes by."""
SAY, READ, SAID, SAID_REQ = "say", "read", "said", "said/req"
"""Of a station: a word of its operator, what that one has read. Of an engine: what was said. Of both: who wants it."""
LINKS, LINKS_REQ = "links", "links/req"
"""Of a bridge: its links and what they hear; what operators want of them."""
ECHO = "echo"

MAX_TOPIC_BYTES = 65_535
"""MQTT 5, section 1.5.4: a string has a two-byte length."""


class VehicleTopic(NamedTuple):
    """A parsed topic of a vehicle."""

    key: VehicleKey
    leaf: str
    """What follows the id: `conn`, `state`, `tlm/motion` ..."""


class ServiceTopic(NamedTuple):
    """A parsed topic of a bridge, a station, a recorder, an engine of alarms or an alarm."""

    root: str
    service: str
    """`_bridge`, `_gs`, `_recorder`, `_engine` or `_alm`."""
    id: str
    leaf: str


_SERVICES = frozenset({BRIDGE, STATION, RECORDER, ENGINE, ALARM})


def vehicle(key: VehicleKey, leaf: str) -> str:
    """Topic of a vehicle's leaf.

    Raises:
        UsageError: the id can't stand in a topic.
    """
    if key.root not in ROOTS or not is_vehicle_id(key.id):
        raise UsageError(f"'{key.id}' can't be a vehicle id: use letters, digits, '-' and '_', at most 32")
    return f"{key.root}/{key.id}/{leaf}"


def stream(key: VehicleKey, name: str) -> str:
    """Topic of a telemetry stream."""
    return vehicle(key, f"{TLM}/{name}")


def bridge(root: str, bridge_id: str, leaf: str) -> str:
    """Topic of a bridge's leaf."""
    return f"{root}/{BRIDGE}/{bridge_id}/{leaf}"


def station(root: str, station_id: str, leaf: str) -> str:
    """Topic of a ground station's leaf. Its `conn` is under `fleet`, whatever it watches: it has one will only."""
    return f"{root}/{STATION}/{station_id}/{leaf}"


def recorder(recorder_id: str, leaf: str) -> str:
    """Topic of a recorder's leaf; under `fleet`, whatever it records."""
    return f"{Root.FLEET.value}/{RECORDER}/{recorder_id}/{leaf}"


def engine(engine_id: str, leaf: str) -> str:
    """Topic of a leaf of an engine of alarms; under `fleet`, whatever it looks at."""
    return f"{Root.FLEET.value}/{ENGINE}/{engine_id}/{leaf}"


def alarm(key: str) -> str:
    """Topic of an alarm."""
    return f"{Root.FLEET.value}/{ALARM}/{key}/{NOW}"


def late(topic: str) -> str:
    """Topic on which a message of `topic` is sent again."""
    root, owner, leaf = _apart(topic)
    return f"{root}/{owner}/{LATE}{leaf}"


def original(topic: str) -> str | None:
    """Topic that a late message was first sent on; None for a topic that is not late."""
    root, owner, leaf = _apart(topic)
    if not leaf.startswith(LATE) or leaf in (LATE_MARKS, LATE_END):
        return None
    return f"{root}/{owner}/{leaf.removeprefix(LATE)}"


def sync_for(topic: str) -> str:
    """Topic on which the writer of `topic` is asked for what was missed."""
    root, owner, _ = _apart(topic)
    return f"{root}/{owner}/{SYNC_REQ}"


def owner_and_leaf(topic: str) -> tuple[str, str]:
    """`fleet/uav-1` and `tlm/motion`, or `fleet/_bridge/b1` and `raw/_mav`."""
    root, owner, leaf = _apart(topic)
    return f"{root}/{owner}", leaf


def _apart(topic: str) -> tuple[str, str, str]:
    """Root, owner (a vehicle's id, or `_bridge/<bid>`), leaf."""
    root, _, rest = topic.partition("/")
    owner, _, leaf = rest.partition("/")
    if owner == BRIDGE:
        name, _, leaf = leaf.partition("/")
        owner = f"{owner}/{name}"
    return root, owner, leaf


def sync_all(root: str) -> str:
    """Topic on which any client asks every bridge to publish itself again."""
    return f"{root}/{ALL}/{SYNC_REQ}"


def recorder_filters(roots: tuple[str, ...]) -> tuple[str, ...]:
    """What a recorder subscribes to: whole trees."""
    return tuple(f"{root}/#" for root in roots)


def parse(topic: str) -> VehicleTopic | ServiceTopic | None:
    """Take a topic of the fleet's tree apart; None for any other topic."""
    root, _, rest = topic.partition("/")
    if root not in ROOTS:
        return None
    first, _, leaf = rest.partition("/")
    # names of services begin with `_`, which no vehicle id may: the two can not be confused
    if first in _SERVICES:
        service_id, _, leaf = leaf.partition("/")
        return ServiceTopic(root, first, service_id, leaf) if service_id and leaf else None
    return VehicleTopic(VehicleKey(root, first), leaf) if leaf and is_vehicle_id(first) else None


def checked_filter(text: str) -> str:
    """A topic filter for foreign sensors, kept byte for byte.

    Args:
        text: as the operator wrote it; spaces belong to it.

    Raises:
        UsageError: the filter breaks MQTT's rules (MQTT 5, section 4.7), or would subscribe to everything.
    """
    problem = _filter_problem(text)
    if problem is not None:
        raise UsageError(f"topic filter '{text[:80]}': {problem}")
    return text


def _is_wild_inside(text: str) -> bool:
    levels = text.split("/")
    return any("#" in level and level != "#" for level in levels) or "#" in levels[:-1]


_FILTER_RULES: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda text: not text, "it is empty; write a topic such as site/room/#"),
    (
        lambda text: any(letter == "\0" or unicodedata.category(letter) == "Cs" for letter in text),
        "it holds a character that MQTT forbids",
    ),
    (lambda text: len(text.encode()) > MAX_TOPIC_BYTES, "it is longer than 65535 bytes"),
    (lambda text: text == "#", "'#' alone would bring every message of the broker; begin with a topic: site/#"),
    (_is_wild_inside, "'#' stands alone and last, as in site/#"),
    (
        lambda text: any("+" in level and level != "+" for level in text.split("/")),
        "'+' stands for a whole level, as in site/+/humidity",
    ),
)


def _filter_problem(text: str) -> str | None:
    return next((problem for is_broken, problem in _FILTER_RULES if is_broken(text)), None)
