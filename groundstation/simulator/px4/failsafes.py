# SPDX-License-Identifier: Apache-2.0
"""What a simulated PX4 does by itself when something is lost: station, sticks, battery, GPS. Sans-I/O.

The loss of the station, of the sticks and the low battery were seen; what follows a lost GPS or a critical
battery was not, and is what PX4's source of that time says.
"""

from __future__ import annotations

from groundstation.simulator.engine.boot import CRITICAL, INFO
from groundstation.simulator.engine.failsafes import Charge, Failsafes
from groundstation.simulator.engine.vehicle import Vehicle
from groundstation.simulator.px4 import modes
from groundstation.simulator.px4.guidance import pilot_of

_TIMEOUT_S = 2.5
"""Seen on top of COM_DL_LOSS_T."""
_STATION_BACK_S = 0.01
_LINK_ACTIONS = {1: modes.HOLD, 2: modes.RTL, 3: modes.LAND}
"""NAV_DLL_ACT."""
_STICKS_S = 0.5
"""COM_RC_LOSS_T: how long a mode that needs sticks lasts without them."""
_POSITION_LOST_S = 8.0
_EMERGENCY = 0
"""MAV_SEVERITY."""
_LOW_TEXTS = {
    Charge.LOW: (CRITICAL, "Low battery level, return advised\t"),
    Charge.CRITICAL: (CRITICAL, "Critical battery level, return now\t"),
    Charge.EMERGENCY: (_EMERGENCY, "Dangerous battery level, land now\t"),
}
_BATTERY_ACTIONS: dict[int, dict[int, int]] = {
    2: {Charge.CRITICAL: modes.LAND, Charge.EMERGENCY: modes.LAND},
    3: {Charge.CRITICAL: modes.RTL, Charge.EMERGENCY: modes.LAND},
}
"""COM_LOW_BAT_ACT to what each level leads to."""


class Px4Failsafes(Failsafes):
    """The watches of one PX4."""

    def __init__(self, vehicle: Vehicle) -> None:
        super().__init__()
        self._vehicle = vehicle
        self._is_stickless = False
        self._by_hand_since_s: float | None = None

    @property
    def is_active(self) -> bool:
        """Is HEARTBEAT.system_status critical: not for a lost station, nor for the battery."""
        return self._vehicle.armed and (self._is_stickless or self._has_estimator_failed)

    def heard_station(self) -> None:
        """Note a HEARTBEAT of any ground station."""
        vehicle = self._vehicle
        self._heard_s = vehicle.now_s
        if self._is_station_lost:
            self._is_station_lost = False
            vehicle.later(_STATION_BACK_S, lambda: vehicle.say(INFO, vehicle.flavour.gcs_failsafe_texts[1]))

    def disarmed(self) -> None:
        """End what only matters in the air; a lost station stays lost."""
        self._is_stickless = False
        self._has_estimator_failed = False

    def tick(self) -> None:
        """Look at everything once."""
        super().tick()
        self._watch_sticks()

    def _watch_station(self) -> None:
        """A station is lost after a while, on the ground too; nothing is said until it is back."""
        vehicle = self._vehicle
        if self._heard_s is None or self._is_station_lost:
            return
        patience_s = vehicle.parameters.value("COM_DL_LOSS_T") + _TIMEOUT_S
        if vehicle.now_s - self._heard_s < patience_s:
            return
        self._is_station_lost = True
        mode = _LINK_ACTIONS.get(int(vehicle.parameters.value(vehicle.flavour.gcs_failsafe_parameter)))
        if mode is not None and vehicle.armed and vehicle.guidance.is_airborne:
            pilot_of(vehicle).way_home.is_silent = True
            self._go(mode)

    def _go(self, mode: int) -> None:
        """Change the mode; a landing is never called off."""
        vehicle = self._vehicle
        if vehicle.mode not in (modes.LAND, modes.PRECLAND, mode) and not vehicle.guidance.can_enter(mode):
            vehicle.set_mode(mode)

    def _watch_sticks(self) -> None:
        """Nobody holds the sticks: a mode that needs them, or setpoints without them, ends at once."""
        vehicle = self._vehicle
        is_bare = vehicle.mode in modes.BY_HAND or vehicle.mode == modes.OFFBOARD
        if not (is_bare and vehicle.armed and vehicle.guidance.is_airborne):
            self._by_hand_since_s = None
            return
        if self._by_hand_since_s is None:
            self._by_hand_since_s = vehicle.now_s
        if vehicle.now_s - self._by_hand_since_s < _STICKS_S:
            return
        self._fail("No manual control stick input")
        self._is_stickless = True
        self._go(modes.LAND if vehicle.mode == modes.OFFBOARD or not vehicle.has_position else modes.RTL)

    def _fail(self, reason: str) -> None:
        self._vehicle.say(CRITICAL, f"Failsafe enabled: {reason}\t")
        self._vehicle.say(INFO, "Failsafe mode activated\t")

    def _watch_battery(self) -> None:
        """Warn at each level once; the mode changes only when COM_LOW_BAT_ACT says so."""
        vehicle = self._vehicle
        if not vehicle.armed:
            return
        value = vehicle.parameters.value
        left = 1.0 - vehicle.motion.consumed_mah / vehicle.flavour.airframe.capacity_mah
        levels = ((Charge.EMERGENCY, "BAT_EMERGEN_THR"), (Charge.CRITICAL, "BAT_CRIT_THR"), (Charge.LOW, "BAT_LOW_THR"))
        state = next((state for state, name in levels if left < value(name)), Charge.OK)
        if state <= self.charge_state:  # each level is told once
            return
        self.charge_state = state
        vehicle.say(*_LOW_TEXTS[state])
        mode = _BATTERY_ACTIONS.get(int(value("COM_LOW_BAT_ACT")), {}).get(state)
        if mode is not None and vehicle.guidance.is_airborne:
            vehicle.later(value("COM_BAT_ACT_T"), lambda: self._go(mode))

    def gps_lost(self) -> None:
        """Start the timeline of a lost GPS."""
        lost_s = self._gps_lost_s = self._vehicle.now_s
        self._vehicle.later(_POSITION_LOST_S, self._while_lost(lost_s, self._position_fails))

    def _position_fails(self) -> None:
        """Come down where the wind leads, when a position was needed."""
        vehicle = self._vehicle
        self.has_lost_position = True
        needs = vehicle.flavour.modes[vehicle.mode].needs_position
        if needs and vehicle.armed and vehicle.guidance.is_airborne:
            self._has_estimator_failed = True
            self._fail("no global position")
            if vehicle.mode != modes.LAND:
                vehicle.set_mode(modes.LAND)

    def gps_back(self) -> None:
        """Take the position back; the mode stays."""
        self._gps_lost_s = None
        self.has_lost_position = False
        if self._has_estimator_failed:
            self._has_estimator_failed = False
            self._vehicle.say(INFO, "Failsafe mode deactivated\t")
