# SPDX-License-Identifier: Apache-2.0
"""What one shift hands over to the next: the page that both sign. Pure."""

from __future__ import annotations

from typing import Annotated

import msgspec

from groundstation.fleet.commands import ShortText
from groundstation.fleet.sample import Whole

MAX_ROWS = 150
"""Vehicles, and alarms, of one page; of more the page says how many are left out."""
MOST_BYTES = 40_000
"""Of a page on its way: a message has 64 KiB at most."""
MAX_WORDS = 2_000
"""Letters of each of what is written by hand."""

Written = Annotated[str, msgspec.Meta(max_length=MAX_WORDS)]


class HandoverVehicle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One vehicle."""

    name: ShortText
    """`fleet/uav-1`."""
    state: ShortText = ""
    """In words: armed, mode, heard or not."""
    battery_percent: float | None = None
    """None where it does not tell."""
    controlled_by: ShortText = ""
    """Who is in control; empty for nobody."""
    trouble: ShortText = ""
    """The worst of what is wrong with it."""


class HandoverAlarm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One alarm that is not over."""

    title: ShortText
    source: ShortText = ""
    state: ShortText = ""
    assigned: ShortText = ""
    note: ShortText = ""


class HandoverPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The page."""

    vehicles: Annotated[tuple[HandoverVehicle, ...], msgspec.Meta(max_length=MAX_ROWS)] = ()
    alarms: Annotated[tuple[HandoverAlarm, ...], msgspec.Meta(max_length=MAX_ROWS)] = ()
    left_out: Whole = 0
    """Vehicles and alarms for which there was no room."""
    under_way: Annotated[tuple[ShortText, ...], msgspec.Meta(max_length=MAX_ROWS)] = ()
    """Orders that have no end yet, in words."""
    notes: Written = ""
    limits: Written = ""
    """What must not be done: heights, areas, hours."""
    weather: Written = ""


def with_room(page: HandoverPage) -> HandoverPage:
    """A page that one message holds: of long lists the first rows; what is left out is counted."""
    total = len(page.vehicles) + len(page.alarms) + len(page.under_way)
    most = MAX_ROWS
    while True:
        found = msgspec.structs.replace(
            page, vehicles=page.vehicles[:most], alarms=page.alarms[:most], under_way=page.under_way[:most]
        )
        left = len(found.vehicles) + len(found.alarms) + len(found.under_way)
        found = msgspec.structs.replace(found, left_out=page.left_out + total - left)
        if not most or len(msgspec.json.encode(found)) <= MOST_BYTES:
            return found
        most = most * 3 // 4
