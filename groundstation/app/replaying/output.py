# SPDX-License-Identifier: Apache-2.0
"""What every way out of a replay offers to the player. Types only."""

from __future__ import annotations

import abc

TURN_MESSAGES = 500
"""Messages of one turn; what is more slows the replay down instead of making the loop deaf."""


class Output(abc.ABC):
    """One way out."""

    problem = ""
    """One line: why nothing goes out and what helps; empty when all is well."""

    @property
    def is_ready(self) -> bool:
        """Whether somebody can hear it: until then the recording waits."""
        return True

    @property
    def vehicles(self) -> int:
        """Vehicles that were sent out in this pass."""
        return 0

    @abc.abstractmethod
    def open(self) -> None:
        """Begin.

        Raises:
            GroundStationError: an address can't be had.
        """

    @abc.abstractmethod
    def begin_pass(self) -> None:
        """The recording is played from its beginning, for the first time or again."""

    @abc.abstractmethod
    def play(self, position_s: float, now_s: float) -> float:
        """Send what is due.

        Args:
            position_s: where in the recording it should be.
            now_s: seconds on our monotonic clock.

        Returns:
            How far it came: before `position_s` where that was too much for one turn.
        """

    @abc.abstractmethod
    def tick(self, position_s: float, now_s: float) -> None:
        """Answer what is asked, repeat what is to be repeated; called some fifty times a second, also while waiting."""

    @abc.abstractmethod
    def end_pass(self, position_s: float) -> None:
        """The recording has ended, or somebody ends it."""

    @abc.abstractmethod
    def close(self) -> None:
        """Say goodbye."""
