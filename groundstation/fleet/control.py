# SPDX-License-Identifier: Apache-2.0
"""Who may command a vehicle: the types that travel. Pure."""

from __future__ import annotations

from typing import Annotated

import msgspec

from groundstation.fleet.commands import Actor, Id, Role, ShortText
from groundstation.fleet.link import LinkState
from groundstation.fleet.phrases import Words
from groundstation.fleet.sample import Name, Whole

RENEW_S = 2.0
"""A station renews its control this often."""
EXPIRE_S = 6.0
"""A station loses its control after so long without a renewal, which is three that were missed."""
ASK_S = 10.0
"""How long the holder is asked before the answer counts as no."""
REQUEST_TTL_MS = 5_000
"""Age at which a request for control is too old to be granted."""


MAX_LOOKED_AT = 16
"""Vehicles that a station tells that its operator looks at."""


class Takeover(Name):
    """What happens when another station asks for control that this one holds."""

    UNKNOWN = "unknown"
    AUTO = "auto"
    ASK = "ask"
    NO = "no"


class ControlAction(Name):
    """What a station wants."""

    UNKNOWN = "unknown"
    ACQUIRE = "acquire"
    RENEW = "renew"
    RELEASE = "release"
    GRANT = "grant"
    DENY = "deny"
    FORCE = "force"


class Outcome(Name):
    """What became of a request for control."""

    UNKNOWN = "unknown"
    GRANTED = "granted"
    ASKED = "asked"
    DENIED = "denied"
    RELEASED = "released"
    REFUSED = "refused"
    EXPIRED = "expired"


class ControlRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A wish about control (topic `ctl/req`)."""

    id: Id
    """Unique; the answer in `Control.last` names it."""
    action: ControlAction
    """What is wanted."""
    by: Actor
    """Who wants it."""
    lease: Whole | None = None
    """Fencing number of the control that is renewed, released, granted or denied."""
    takeover: Takeover = Takeover.ASK
    """For `acquire` and `renew`: what to do when another asks."""
    reason: ShortText = ""
    """For `force`: why; told to the former holder."""
    ref_bms: Whole | None = None
    """The bridge's clock as the station knew it, milliseconds; None when it never heard it."""
    v: Whole = 1
    """Version of this format."""


class ControlDecision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer to a request."""

    request: str
    """Id of the request; empty for what happened without one (a lease ran out)."""
    outcome: Outcome
    """The answer."""
    by: Actor | None = None
    """Who asked."""
    detail: Words = ""
    """Why."""


class Control(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who is in control of a vehicle (topic `ctl`)."""

    owner: Actor | None = None
    """Who; None when it is free."""
    lease: Whole = 0
    """Fencing number: grows with each change of hands; commands of an older one are refused."""
    until_bms: Whole | None = None
    """When it runs out unless renewed, the bridge's clock, milliseconds."""
    takeover: Takeover = Takeover.AUTO
    """What happens when another asks."""
    pending: Actor | None = None
    """Who asks for it and waits for the owner's answer."""
    pending_request: str | None = None
    """Id of that request."""
    last: ControlDecision | None = None
    """The newest decision."""

    def is_held_by(self, station: str) -> bool:
        """Whether a station holds it."""
        return self.owner is not None and self.owner.gs == station


class StationPresence(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Birth and death of a station (topic `_gs/<gid>/conn`, and its MQTT will)."""

    state: LinkState
    """`online` or `offline`."""
    op: ShortText = ""
    """The operator's name."""
    role: Role = Role.OPERATOR
    """What it may do."""
    version: ShortText = ""
    """Version of the software."""
    looks_at: Annotated[tuple[ShortText, ...], msgspec.Meta(max_length=MAX_LOOKED_AT)] = ()
    """Vehicles that the operator has chosen, `fleet/uav-1`; of more the first."""
