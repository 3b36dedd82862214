# SPDX-License-Identifier: Apache-2.0
"""How well a vehicle's lists are known, and what is in them: the types that travel. Pure."""

from __future__ import annotations

import msgspec

from groundstation.fleet.commands import Actor, ShortText
from groundstation.fleet.phrases import Words
from groundstation.fleet.plans.plan_items import Items, PlanKind
from groundstation.fleet.sample import Name, Whole


class ListState(Name):
    """How well a list is known."""

    UNKNOWN = "unknown"
    """It was not read yet, or what was read is out of date."""
    SENDING = "sending"
    """It is being given to the vehicle."""
    KNOWN = "known"
    """What was read is what the vehicle has."""
    DOUBTFUL = "doubtful"
    """A transfer broke off: what is there may be half of one and half of another plan."""


class ListStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One list of one vehicle."""

    state: ListState = ListState.UNKNOWN
    count: Whole | None = None
    """Items, home not counted; None before they were read."""
    hash: ShortText | None = None
    """Of what was read last."""
    given: ShortText | None = None
    """Hash of what was sent last and found equal to it; None where something else came there since."""
    by: Actor | None = None
    """Who gave that."""
    read_at_s: float | None = None
    """When it was read, seconds on the bridge's clock."""
    why: Words = ""
    """Why it is doubtful or unknown."""


class PlanStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """All lists of a vehicle (topic `msn/cur`)."""

    mission: ListStatus = ListStatus()
    fence: ListStatus = ListStatus()
    rally: ListStatus = ListStatus()

    def of(self, kind: PlanKind) -> ListStatus:
        """One of the three."""
        found: ListStatus = getattr(self, kind.value)
        return found


class PlanList(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one list holds, as it was read (topics `msn/mission`, `msn/fence`, `msn/rally`)."""

    hash: ShortText
    """Of the items."""
    items: Items = ()
    """Home not among them."""
