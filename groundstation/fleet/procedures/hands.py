# SPDX-License-Identifier: Apache-2.0
"""Whether a hand that is none of ours changed a vehicle's mode: a pilot's, another ground station's. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from groundstation.fleet.events import EventKind
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.vehicle import VehicleState

TOGETHER_S = 5.0
"""A change of mode and the bridge's word that it was by no command of ours come by two ways, at most so far apart."""


class _Seen(msgspec.Struct):
    mode: str | None = None
    changed_s: float | None = None
    """When it changed last, on this station's clock; None for not since the begin."""
    told_at_s: float | None = None
    """Newest word of another hand, on the bridge's clock; None for none before."""
    told_s: float | None = None
    """When one came since the begin."""


class Hands:
    """Looks at some vehicles again and again."""

    def __init__(self) -> None:
        self._seen: dict[VehicleKey, _Seen] = {}

    def look(self, states: Iterable[VehicleState], now_s: float) -> list[VehicleKey]:
        """Vehicles whose mode another hand changed since the first look.

        Args:
            states: as they are now; one that is new is only remembered.
            now_s: seconds on this station's monotonic clock.
        """
        return [state.key for state in states if self._is_taken(state, now_s)]

    def _is_taken(self, state: VehicleState, now_s: float) -> bool:
        # what another station asked for, as a message, is told in the same way: only a mode decides where it flies
        told_at_s = max((one.at_s for one in state.messages if one.kind is EventKind.EXTERNAL_CONTROL), default=None)
        mode = state.mode.name if state.mode is not None else None
        seen = self._seen.get(state.key)
        if seen is None:
            self._seen[state.key] = _Seen(mode=mode, told_at_s=told_at_s)
            return False
        if mode is not None and seen.mode is not None and mode != seen.mode:
            seen.changed_s = now_s
        seen.mode = mode if mode is not None else seen.mode
        if told_at_s is not None and (seen.told_at_s is None or told_at_s > seen.told_at_s):
            seen.told_at_s, seen.told_s = told_at_s, now_s
        if seen.changed_s is None or seen.told_s is None:
            return False
        return abs(seen.changed_s - seen.told_s) <= TOGETHER_S
