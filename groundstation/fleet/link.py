# SPDX-License-Identifier: Apache-2.0
"""How a vehicle and its bridge are heard, and why that changed. Pure."""

from __future__ import annotations

import msgspec

from groundstation.fleet.phrases import Words
from groundstation.fleet.sample import Name, Sample, Whole
from groundstation.fleet.status import Radio


class LinkState(Name):
    """Whether a vehicle is heard, by its heartbeats."""

    ONLINE = "online"
    STALE = "stale"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class ConnReason(Name):
    """Why a `conn` was published; these are told apart."""

    DISCOVERED = "discovered"
    LINK_LOST = "link_lost"
    LINK_BACK = "link_back"
    REBOOTED = "rebooted"
    BRIDGE_STARTED = "bridge_started"
    BRIDGE_STOPPED = "bridge_stopped"
    BRIDGE_LOST = "bridge_lost"
    IDENTITY_CONFLICT = "identity_conflict"
    UNKNOWN = "unknown"


class Connection(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Birth and death of a vehicle on the bus (topic `conn`)."""

    state: LinkState
    """Heard or not."""
    reason: ConnReason = ConnReason.UNKNOWN
    """What led to it."""
    via: str = ""
    """Id of the bridge; its death is the death of all its vehicles."""
    conflict: Words | None = None
    """Set while another autopilot uses the same system id: names both, and the remedy."""


class BridgePresence(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Birth and death of a bridge (topic `_bridge/<bid>/conn`, and its MQTT will)."""

    state: LinkState
    """`online` or `offline`."""
    reason: ConnReason = ConnReason.BRIDGE_STARTED
    """What led to it."""
    links: tuple[str, ...] = ()
    """Its links as their texts."""
    version: str = ""
    """Version of the software."""


class LinkQuality(Sample, frozen=True, kw_only=True, gc=False):
    """How one vehicle is heard on one link, counted by the bridge."""

    link: str
    """The link's text, such as `udpin:0.0.0.0:14550`."""
    is_best: bool = False
    """True for the link that commands would take."""
    heartbeat_age_s: float | None = None
    """Seconds since the last HEARTBEAT at the moment of the report."""
    messages_per_s: float | None = None
    """Messages received a second."""
    bytes_per_s: float | None = None
    """Bytes received a second."""
    loss_fraction: float | None = None
    """Share of messages missing by their sequence numbers over the last 10 s; None before enough came."""
    rtt_ms: float | None = None
    """Round trip to the autopilot by TIMESYNC, milliseconds."""
    radio: Radio | None = None
    """What the telemetry radio of this link reports; None where there is none, or it fell silent."""


class LinkReport(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The bridge's heartbeat for one vehicle (topic `link`)."""

    links: tuple[LinkQuality, ...] = ()
    """Every link that has heard the vehicle."""
    damaged: Whole = 0
    """Frames refused for damage on those links since the bridge started."""
    dropped: Whole = 0
    """Messages that the bridge could not deliver to the broker since it started."""
    thinned: Whole = 0
    """Messages that gave way to newer ones since it started, the way to the broker being too slow for all."""
    bus_bytes_per_s: float | None = None
    """What the way to the broker carries while it is too slow for all; None while it is not."""
