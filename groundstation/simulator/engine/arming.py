# SPDX-License-Identifier: Apache-2.0
"""What a vehicle asks of its arming; the checks and their texts are the firmware's own. Sans-I/O."""

from __future__ import annotations

from abc import ABC, abstractmethod

from groundstation.simulator.engine.commands import MavResult


class Arming(ABC):
    """Whether the motors of one vehicle are armed, and whether they may be."""

    is_armed = False
    is_healthy = False
    """SYS_STATUS bit 28."""

    @abstractmethod
    def arm(self, *, force: bool = False, text: str = "") -> MavResult:
        """Try to arm; refusals are said as texts.

        Args:
            force: Leave the checks out.
            text: What is said when it works, empty for the flavour's own.

        Returns:
            MAV_RESULT.
        """

    @abstractmethod
    def disarm(self, *, force: bool = False, text: str = "") -> MavResult:
        """Try to disarm.

        Args:
            force: Even in the air.
            text: What is said when it works, empty for the flavour's own.

        Returns:
            MAV_RESULT.
        """

    @abstractmethod
    def tick(self) -> None:
        """Judge whether it may be armed; disarm what stands long enough."""
