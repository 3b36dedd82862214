# SPDX-License-Identifier: Apache-2.0
"""Thins a backlog after a stall: of samples only the newest of each kind counts. Pure; GUI thread."""

from __future__ import annotations

import msgspec

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import newer
from groundstation.fleet.updates import Update, VehicleUpdate

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
    newest: dict[tuple[VehicleKey, str, str], VehicleUpdate] = {}
    for update in updates:
        # events, births, deaths and answers tell what happened: the last of them does not stand for the others
        if not isinstance(update, VehicleUpdate) or update.field not in _THINNED:
            kept.append(update)
            continue
        address = (update.key, update.session, update.field)
        older = newest.get(address)
        # samples of two messages may be of different kinds, so that the later one does not replace the earlier one
        is_merged = older is not None and update.field == "samples"
        newest[address] = _merged(older, update) if older is not None and is_merged else update
    result = [*kept, *newest.values()]
    return result, len(updates) - len(result)


_THINNED = frozenset({"samples", "link", "overview"})
"""Parts of which only the newest counts."""


def _merged(older: VehicleUpdate, later: VehicleUpdate) -> VehicleUpdate:
    merged = msgspec.structs.replace(older.content, **newer(older.content, later.content))
    return msgspec.structs.replace(later, content=merged)
