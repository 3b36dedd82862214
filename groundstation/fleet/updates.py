# SPDX-License-Identifier: Apache-2.0
"""What arrives from the bus, decoded: the only things that cross from the worker thread to the fleet. Frozen. Pure."""

from __future__ import annotations

import math

import msgspec

from groundstation.fleet.commands import CommandReport
from groundstation.fleet.control import Control
from groundstation.fleet.events import Event
from groundstation.fleet.identity import VehicleInfo, VehicleKey
from groundstation.fleet.kinds import Samples
from groundstation.fleet.link import BridgePresence, Connection, LinkReport
from groundstation.fleet.recorder import RecorderStatus


class Update(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One message about the fleet."""

    session: str
    """The writer's session id (`sid`)."""


class VehicleUpdate(Update, frozen=True, kw_only=True, gc=False):
    """One message about one vehicle."""

    key: VehicleKey
    """Which vehicle."""


class SamplesUpdate(VehicleUpdate, frozen=True, kw_only=True, gc=False):
    """Samples from `tlm/<stream>` or `state`."""

    samples: Samples
    """What was measured."""
    clock_offset_s: float
    """Bridge clock to this station's monotonic clock, seconds."""
    heard_s: float | None = None
    """When it came, seconds on this station's monotonic clock; None for what the broker had kept."""
    came_s: float = math.inf
    """When the message came, on the bridge's clock: no sample in it, or held before it, can be younger."""


class ConnUpdate(VehicleUpdate, frozen=True, kw_only=True, gc=False):
    """Birth or death."""

    connection: Connection
    """Heard or not."""


class InfoUpdate(VehicleUpdate, frozen=True, kw_only=True, gc=False):
    """The certificate."""

    info: VehicleInfo
    """Who it is."""


class LinkUpdate(VehicleUpdate, frozen=True, kw_only=True, gc=False):
    """The bridge's heartbeat for a vehicle."""

    report: LinkReport
    """How it is heard."""
    received_s: float
    """When it came, seconds on this station's monotonic clock."""
    clock_offset_s: float
    """Bridge clock to this station's monotonic clock, seconds; never a guess, since link reports are not retained."""


class EventUpdate(VehicleUpdate, frozen=True, kw_only=True, gc=False):
    """Something happened."""

    event: Event
    """What."""
    clock_offset_s: float
    """Bridge clock to this station's monotonic clock, seconds."""


class ControlUpdate(VehicleUpdate, frozen=True, kw_only=True, gc=False):
    """Who is in control changed, or was repeated."""

    control: Control
    """Who."""


class CommandUpdate(VehicleUpdate, frozen=True, kw_only=True, gc=False):
    """A step in the life of a command, of this station or another."""

    report: CommandReport
    """The step."""
    received_s: float
    """When it came, seconds on this station's monotonic clock."""
    unix_s: float
    """When it was written, by the bridge's wall clock, seconds since 1970."""


class BridgeUpdate(Update, frozen=True, kw_only=True, gc=False):
    """Birth or death of a bridge."""

    root: str
    """`fleet`, `sim` or `replay`."""
    bridge: str
    """Bridge id."""
    presence: BridgePresence
    """Alive or not."""


class RecorderUpdate(Update, frozen=True, kw_only=True, gc=False):
    """A recorder told how it goes."""

    recorder: str
    """Recorder id."""
    status: RecorderStatus
    """How."""
    received_s: float
    """When it came, seconds on this station's monotonic clock."""
