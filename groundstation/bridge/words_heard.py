# SPDX-License-Identifier: Apache-2.0
"""What a vehicle said while a command was under way, and which of it is the reason of a refusal. Bridge thread.

Autopilots say why in a STATUSTEXT just before or after the COMMAND_ACK, and talk of other things at the same time.
"""

from __future__ import annotations

import re

import msgspec

from groundstation.fleet.sample import Severity

MAX_TEXTS = 8
BEFORE_S = 0.5
"""A reason comes so long before the refusal at most (observed: 0 to 60 ms), or after it while it is waited for."""
TEXTS_S = 0.3
"""How long after a refusal the vehicle's words may still come; PX4's second one was seen after 52 ms."""
_URGENT = (Severity.EMERGENCY, Severity.ALERT, Severity.CRITICAL, Severity.ERROR, Severity.WARNING)
_REFUSES = re.compile(
    r"arm: |denied|reject|refus|fail|not |n't\b|no such|already|unsupported|invalid|require|cannot|disarm|unable|busy",
    re.IGNORECASE,
)
"""Words of those who say no, for texts that are no warnings: 'Disarm to allow calibration' is a notice."""
_TELLS = re.compile(r"(EKF|AHRS|GPS|IMU|Baro|Compass)\S* .*(initialised|complete|active|using|origin|detected)")
"""Reports of an estimator that is coming up: never a reason."""


class Heard(msgspec.Struct, frozen=True):
    """One text."""

    at_s: float
    severity: Severity
    text: str


class WordsHeard:
    """The texts of one command's time."""

    def __init__(self) -> None:
        self._heard: list[Heard] = []

    @property
    def texts(self) -> tuple[str, ...]:
        """All of them, each once, the last few."""
        return tuple(one.text for one in self._heard)

    def take(self, text: str, severity: Severity, now_s: float) -> None:
        """The vehicle said something."""
        # ArduPilot repeats its 'PreArm' texts every 30 s (observed): the same words are one reason
        if text not in self.texts:
            self._heard = [*self._heard, Heard(now_s, severity, text)][-MAX_TEXTS:]

    def reason(self, refused_s: float) -> str:
        """The words that belong to a refusal; empty for none.

        Args:
            refused_s: when the answer came, seconds on the bridge's clock.
        """
        # PX4's reasons have no prefix (observed): they are told by their time, urgency and wording
        near = [one for one in self._heard if one.at_s >= refused_s - BEFORE_S and not _TELLS.search(one.text)]
        return "; ".join(one.text for one in near if one.severity in _URGENT or _REFUSES.search(one.text))
