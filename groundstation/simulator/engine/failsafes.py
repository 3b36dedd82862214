# SPDX-License-Identifier: Apache-2.0
"""What every firmware watches for on one vehicle: the loss of station, battery or GPS. Sans-I/O.

What is said then and what is done is the firmware's own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import IntEnum


class Charge(IntEnum):
    """MAV_BATTERY_CHARGE_STATE."""

    OK = 1
    LOW = 2
    CRITICAL = 3
    EMERGENCY = 4


class Failsafes(ABC):
    """The watches of one vehicle."""

    def __init__(self) -> None:
        self._heard_s: float | None = None
        self._is_station_lost = False
        self.charge_state = Charge.OK
        self._gps_lost_s: float | None = None
        self._has_estimator_failed = False
        self.has_lost_position = False
        """The estimator has given up on the GPS."""

    @property
    @abstractmethod
    def is_active(self) -> bool:
        """Is HEARTBEAT.system_status critical."""

    @abstractmethod
    def heard_station(self) -> None:
        """Note a HEARTBEAT of a station that the vehicle follows."""

    @abstractmethod
    def disarmed(self) -> None:
        """Forget what only matters in the air."""

    def new_battery(self) -> None:
        """Somebody put in a full battery."""
        self.charge_state = Charge.OK

    def tick(self) -> None:
        """Look at everything once."""
        self._watch_station()
        self._watch_battery()

    @abstractmethod
    def _watch_station(self) -> None:
        """Look whether the station is still heard."""

    @abstractmethod
    def _watch_battery(self) -> None:
        """Look whether the battery lasts."""

    @abstractmethod
    def gps_lost(self) -> None:
        """Start the timeline of a lost GPS."""

    @abstractmethod
    def gps_back(self) -> None:
        """Start the timeline of a GPS that came back."""

    def _while_lost(self, lost_s: float, job: Callable[[], None]) -> Callable[[], None]:
        """Wrap a job so that it is left out when the GPS has come back meanwhile."""

        def run() -> None:
            if self._gps_lost_s == lost_s:
                job()

        return run
