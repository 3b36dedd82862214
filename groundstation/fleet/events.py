# SPDX-License-Identifier: Apache-2.0
"""Things that happen to a vehicle, as told on the bus. Pure."""

from __future__ import annotations

from groundstation.fleet.sample import Name, Sample, Severity


class EventKind(Name):
    """What an event tells."""

    UNKNOWN = "unknown"
    STATUS_TEXT = "status_text"
    MODE = "mode"
    ARMED = "armed"
    LANDED = "landed"
    LINK = "link"
    REBOOT = "reboot"
    IDENTITY = "identity"
    FAILSAFE = "failsafe"
    CONTROL = "control"
    EXTERNAL_CONTROL = "external_control"


class Event(Sample, frozen=True, kw_only=True, gc=False):
    """Something that happened (topic `evt`): a STATUSTEXT in the vehicle's own words, or a change the bridge saw."""

    kind: EventKind
    """What it tells."""
    severity: Severity = Severity.INFO
    """How urgent."""
    text: str = ""
    """Plain text from outside; never interpreted."""
    component: str = ""
    """Who of the vehicle's system said it: empty for its autopilot and its bridge, else as `gimbal (154)`."""
    is_complete: bool = True
    """False when a chunk of a long STATUSTEXT was lost."""

    @property
    def words(self) -> str:
        """The text, with who said it where that is not the autopilot."""
        return f"{self.component}: {self.text}" if self.component else self.text
