# SPDX-License-Identifier: Apache-2.0
"""From power-on to armable: the form in which a firmware writes down what it says and knows at each age. Pure."""

from __future__ import annotations

from dataclasses import dataclass

ALERT, CRITICAL, WARNING, NOTICE, INFO, DEBUG = 1, 2, 4, 5, 6, 7
"""MAV_SEVERITY."""

READY_AGE_S = 60.0
"""The age at which a vehicle that skips its boot begins."""

FIRST_BURST_S = 0.69
"""Unasked PARAM_VALUEs, the very first frames."""


@dataclass(frozen=True)
class Said:
    """One text of the boot."""

    age_s: float
    severity: int
    text: str


@dataclass(frozen=True)
class Unready:
    """One reason to refuse arming at some ages."""

    from_s: float
    until_s: float
    reason: str
    only_with_position: bool = False
    """It matters only in modes that need a position."""


@dataclass(frozen=True)
class BootScript:
    """The timeline of one flavour, ages in seconds."""

    heartbeat_s: float
    initialising_until_s: float
    """Until then the early status and mode are shown."""
    early_status: int
    """HEARTBEAT.system_status until then."""
    early_mode: int | None
    """HEARTBEAT.custom_mode until then, ``None`` is the chosen one."""
    telemetry_s: float
    battery_s: float
    alignment_s: float
    """Tilt and yaw are known."""
    gps_s: float
    home_s: float
    healthy_s: float
    """SYS_STATUS bit 28 can be good."""
    local_s: float
    """LOCAL_POSITION_NED begins."""
    position_s: float
    """The estimator uses the GPS."""
    texts: tuple[Said, ...]
    unready: tuple[Unready, ...]
    burst: tuple[str, ...]
    """Parameters sent unasked at the very beginning."""

    def reasons(self, age_s: float, *, needs_position: bool) -> list[str]:
        """Return why a vehicle of this age may not be armed in the present mode."""
        return [
            row.reason
            for row in self.unready
            if row.from_s <= age_s < row.until_s and (needs_position or not row.only_with_position)
        ]
