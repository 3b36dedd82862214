# SPDX-License-Identifier: Apache-2.0
"""What a vehicle asks of its guidance, which turns flight mode and target into a `Demand`, once a tick. Sans-I/O.

It knows no vehicle, so that `vehicle` can build on it; what all guidances do alike stands in `base_guidance`.
"""

from __future__ import annotations

from abc import abstractmethod
from enum import IntEnum

from groundstation.simulator.engine.commands import MavResult
from groundstation.simulator.engine.field import Spot
from groundstation.simulator.engine.flight import Demand
from groundstation.simulator.engine.mission_run import ItemFlyer, MissionRun


class Landed(IntEnum):
    """MAV_LANDED_STATE."""

    ON_GROUND = 1
    IN_AIR = 2
    TAKEOFF = 3
    LANDING = 4


class Guidance(ItemFlyer):
    """How one vehicle is steered."""

    mission: MissionRun
    target: Spot | None = None
    """Where it is flying to, ``None`` without a place; also what POSITION_TARGET_GLOBAL_INT shows."""
    roi: Spot | None = None
    """What a multicopter looks at."""
    airborne_since_s: float | None = None
    """``None`` on the ground."""

    @property
    @abstractmethod
    def is_airborne(self) -> bool:
        """Is it off the ground."""

    @property
    @abstractmethod
    def home(self) -> Spot:
        """Home, or here while there is none."""

    @abstractmethod
    def down_of(self, height_m: float, *, is_relative: bool) -> float:
        """Return a height above home, or above sea level, as metres below the field's ground."""

    @abstractmethod
    def tick(self) -> Demand:
        """Go on by one tick."""

    @property
    @abstractmethod
    def is_idle(self) -> bool:
        """Does it stand armed on the ground with nothing to do."""

    @property
    @abstractmethod
    def landed(self) -> Landed:
        """EXTENDED_SYS_STATE.landed_state."""

    @abstractmethod
    def enter(self, mode: int) -> None:
        """Begin a flight mode that was just set."""

    @abstractmethod
    def armed(self) -> None:
        """Take note that the motors were just armed."""

    def disarmed(self) -> None:
        """Take note that the motors were just disarmed."""

    @abstractmethod
    def start_mission(self) -> None:
        """Fly the mission from its current item on: MISSION_START while armed."""

    @abstractmethod
    def can_enter(self, mode: int) -> str:
        """Return why a mode can't be entered now, an empty text when it can."""

    @abstractmethod
    def take_off(self, height_m: float) -> MavResult:
        """NAV_TAKEOFF by command."""

    @abstractmethod
    def land(self) -> MavResult:
        """NAV_LAND by command."""

    @abstractmethod
    def go_to(self, spot: Spot) -> None:
        """Fly to a place, in the guided mode."""

    @abstractmethod
    def change_speed(self, kind: int, speed_mps: float) -> MavResult:
        """DO_CHANGE_SPEED."""
