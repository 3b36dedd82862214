# SPDX-License-Identifier: Apache-2.0
"""Whether a flight to somewhere is over before it is there: disarmed, landed, failsafe. Bridge thread; no I/O."""

from __future__ import annotations

from groundstation.fleet.commands import Reason
from groundstation.fleet.phrases import Words, say
from groundstation.fleet.status import LandedState
from groundstation.fleet.vehicle import GROUND_KINDS, VehicleState

GROUNDED_S = 2.0
"""So long on the ground is landed; PX4's contact flaps."""


class FlightWatch:
    """Watches one flight from the moment that it was ordered."""

    def __init__(self, before: VehicleState, sent_s: float) -> None:
        """Begin.

        Args:
            before: the vehicle when it was ordered.
            sent_s: when that was, seconds on the bridge's clock.
        """
        self._before, self._sent_s = before, sent_s
        self._was_armed = before.armed is not None and before.armed.is_armed is True
        self._was_in_air = False
        self._grounded_s: float | None = None

    def broken_off(self, state: VehicleState, now_s: float) -> tuple[Reason, Words] | None:
        """Why it is over; None while it goes on."""
        status, before = state.flight_status, self._before.flight_status
        # a vehicle that is ordered out of a failsafe shows it for a moment more
        is_new = before is None or not before.is_in_failsafe
        if status is not None and status.at_s >= self._sent_s and status.is_in_failsafe and is_new:
            return Reason.FAILSAFE, say("failsafe_meanwhile")
        armed = state.armed
        if armed is not None and armed.at_s >= self._sent_s:
            if self._was_armed and armed.is_armed is False:
                return Reason.DISARMED, say("disarmed_meanwhile")
            # an order that arms begins disarmed: what never was armed did not disarm meanwhile
            self._was_armed = self._was_armed or armed.is_armed is True
        return (Reason.LANDED, say("landed_meanwhile")) if self._has_landed(state, now_s) else None

    def _has_landed(self, state: VehicleState, now_s: float) -> bool:
        landed = state.landed
        drives = state.info is not None and state.info.kind in GROUND_KINDS
        if landed is None or landed.at_s < self._sent_s or drives:
            return False
        is_down = landed.state is LandedState.ON_GROUND
        # a take-off is ordered on the ground: only who was in the air can land
        self._was_in_air = self._was_in_air or landed.state in (LandedState.IN_AIR, LandedState.LANDING)
        self._grounded_s = (self._grounded_s or now_s) if is_down else None
        return self._was_in_air and self._grounded_s is not None and now_s - self._grounded_s >= GROUNDED_S
