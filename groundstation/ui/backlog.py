# SPDX-License-Identifier: Apache-2.0
"""Thins a backlog after a stall: of samples only the newest of each kind counts. Pure; GUI thread."""

from __future__ import annotations

import msgspec

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import INDEXED_KINDS, KINDS, Samples, merge_indexed
from groundstation.fleet.updates import LinkUpdate, SamplesUpdate, Update

LIMIT = 5000
"""Updates in one tick; more means that the GUI thread was held up for seconds."""


def thinned(updates: list[Update], limit: int = LIMIT) -> tuple[list[Update], int]:
    """The updates, with samples merged when there are too many; events, births and deaths always stay.

    Args:
        updates: what was drained, in order.
        limit: up to so many nothing is changed.

    Returns:
        The updates to fold, and how many were merged into others.
    """
    if len(updates) <= limit:
        return updates, 0
    kept: list[Update] = []
    samples: dict[tuple[VehicleKey, str], SamplesUpdate] = {}
    links: dict[tuple[VehicleKey, str], LinkUpdate] = {}
    for update in updates:
        if isinstance(update, SamplesUpdate):
            address = (update.key, update.session)
            older = samples.get(address)
            samples[address] = update if older is None else _merged(older, update)
        elif isinstance(update, LinkUpdate):
            links[update.key, update.session] = update
        else:
            kept.append(update)
    result = [*kept, *samples.values(), *links.values()]
    return result, len(updates) - len(result)


def _merged(older: SamplesUpdate, newer: SamplesUpdate) -> SamplesUpdate:
    changes: dict[str, object] = {}
    for kind in KINDS:
        new, old = getattr(newer.samples, kind), getattr(older.samples, kind)
        if not new:
            continue
        if kind in INDEXED_KINDS:
            changes[kind] = merge_indexed(old, new)
        elif old is None or new.at_s >= old.at_s:
            changes[kind] = new
    merged: Samples = msgspec.structs.replace(older.samples, **changes)
    return msgspec.structs.replace(newer, samples=merged)
