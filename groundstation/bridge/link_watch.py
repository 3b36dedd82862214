# SPDX-License-Identifier: Apache-2.0
"""Which link of a vehicle counts, when it is lost, when a shared system id is unique again. Bridge thread; no I/O."""

from __future__ import annotations

from groundstation.bridge.boot_watch import BootWatch
from groundstation.bridge.roll_call import RollCall
from groundstation.bridge.vehicle_session import VehicleSession
from groundstation.fleet.link import ConnReason, LinkState

LOST_S = 3.5
"""Silence of the heartbeat on every link after which a vehicle is `stale`,"""
OFFLINE_S = 10.0
"""and after which it is `offline`: the next heartbeat begins a new session."""
FAILOVER_S = 1.5
"""The other link takes over when the active one was silent for so long."""


class LinkWatch:
    """Looks at the silences of vehicles."""

    def __init__(self, roll: RollCall, boots: BootWatch, own_sysid: int) -> None:
        """Begin.

        Args:
            roll: knows namesakes.
            boots: knows of two that speak in turn.
            own_sysid: our system id, which no vehicle may have.
        """
        self._roll, self._boots, self._own_sysid = roll, boots, own_sysid

    def look(self, vehicle: VehicleSession, now_s: float) -> None:
        """Choose the ear that counts, and notice when there is none."""
        # the active one is left only after a while: two good links would take turns with each heartbeat
        best = min(vehicle.ears, key=lambda one: one.silence_s(now_s))
        if vehicle.active is not best and vehicle.active.silence_s(now_s) > FAILOVER_S:
            vehicle.active = best
        silence_s = best.silence_s(now_s)
        if silence_s > OFFLINE_S:
            vehicle.set_link_state(LinkState.OFFLINE, ConnReason.LINK_LOST, now_s, "given up after 10 s of silence")
        elif silence_s > LOST_S:
            vehicle.set_link_state(LinkState.STALE, ConnReason.LINK_LOST, now_s, "link lost")
        # last, since the silence that was looked at above may be what ends it
        if vehicle.conflict is not None and self._is_conflict_over(vehicle, now_s):
            vehicle.set_conflict(None, now_s)

    def _is_conflict_over(self, vehicle: VehicleSession, now_s: float) -> bool:
        namesakes = self._roll.namesakes(vehicle.active.sysid)
        alive = [one for one in namesakes if one.link_state is LinkState.ONLINE]
        is_in_turn = self._boots.speak_in_turn(vehicle.active, now_s)
        return len(alive) < 2 and not is_in_turn and not vehicle.is_claimed and vehicle.active.sysid != self._own_sysid
