# SPDX-License-Identifier: Apache-2.0
"""What arrives from the bus, decoded: the only things that cross from the worker thread to the fleet. Frozen. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from groundstation.fleet.identity import VehicleKey


class Update(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One message about the fleet."""

    session: str
    """The writer's session id (`sid`)."""
    content: Any
    """What it says, see `transport/leaves.py`."""
    received_s: float = 0.0
    """When it came, seconds on this station's monotonic clock."""


class VehicleUpdate(Update, frozen=True, kw_only=True, gc=False):
    """One message about one vehicle."""

    key: VehicleKey
    """Which vehicle."""
    field: str
    """Field of `VehicleState` that it is about; `samples` for any of its kinds; empty for what is not of its state."""
    clock_offset_s: float = 0.0
    """Bridge clock to this station's monotonic clock, seconds."""
    written_s: float = 0.0
    """When it was written, on the bridge's clock."""
    unix_s: float = 0.0
    """When it was written, by the bridge's wall clock, seconds since 1970; may be wrong."""
    is_retained: bool = False
    """Whether the broker had kept it: nobody need have said it now."""

    @property
    def heard_s(self) -> float | None:
        """When somebody said it, on this station's clock; None for what the broker had kept."""
        return None if self.is_retained else self.received_s

    @property
    def came_s(self) -> float:
        """When it came, on the bridge's clock: no sample in it, or held before it, can be younger."""
        return self.received_s - self.clock_offset_s


class ServiceUpdate(Update, frozen=True, kw_only=True, gc=False):
    """Birth, death or report of a bridge or a recorder."""

    root: str
    """`fleet`, `sim` or `replay`."""
    service: str
    """Its id."""
