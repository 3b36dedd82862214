# SPDX-License-Identifier: Apache-2.0
"""What a view knows of a log in the log's own words. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.raw import RawMessage


class RawSource(QObject):
    """Messages of vehicles as their log names them; this one has none."""

    came = Signal(object, float, object)
    """A `VehicleKey`, the moment that was asked for, and a tuple of `RawRow`."""

    def messages(self, key: VehicleKey) -> tuple[RawMessage, ...]:
        """What there is of a vehicle: the same object as long as it is the same log; empty where nothing is raw."""
        del key
        return ()

    def ask(self, key: VehicleKey, at_s: float, names: frozenset[str]) -> None:
        """Somebody looks at some of them at a moment; `came` tells, of the newest wish at least."""
