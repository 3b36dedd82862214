# SPDX-License-Identifier: Apache-2.0
"""The open log in its own words. GUI thread."""

from __future__ import annotations

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.raw import RawMessage
from groundstation.ui.past.look_back import LookBack
from groundstation.ui.raw_source import RawSource


class PastRaw(RawSource):
    """Asks the player; what it tells is of the moment that was asked for."""

    def __init__(self, look: LookBack) -> None:
        """Ready.

        Args:
            look: has the open recording.
        """
        super().__init__(look)
        self._look = look
        look.raw_came.connect(self.came)

    def messages(self, key: VehicleKey) -> tuple[RawMessage, ...]:
        """What the log has of a vehicle; empty for a session of ours."""
        return self._look.told.raw.get(key, ()) if self._look.told is not None else ()

    def ask(self, key: VehicleKey, at_s: float, names: frozenset[str]) -> None:
        """Somebody looks at some of them."""
        if self._look.playback is not None:
            self._look.playback.ask_raw(key, at_s, names)
