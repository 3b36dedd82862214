# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with what nodes say: counted, told, and no harm. Pure."""

from __future__ import annotations

import enum
from collections import Counter


class Fault(enum.StrEnum):
    """One kind."""

    MALFORMED = "malformed"
    """Bytes that are no payload."""
    TOO_LARGE = "too_large"
    """A message that was cut on its way here: it can't be read."""
    LEFT_OUT = "left_out"
    """Metrics and values beyond the bounds, and what was too deep in templates."""
    UNNAMED = "unnamed"
    """Metrics without name and alias, or whose name is too long."""
    UNKNOWN_ALIAS = "unknown_alias"
    """An alias that no birth of this node gave, or that it gave to another of its devices."""
    ALIAS_TWICE = "alias_twice"
    """An alias that a birth gave twice; the first counts."""
    MISTYPED = "mistyped"
    """Values that are not what their type says."""
    UNBORN = "unborn"
    """Data of who was not born, as far as is known, or that the birth does not name."""
    LATE = "late"
    """Messages of an earlier life, and such that came twice."""
    LATE_DEATH = "late_death"
    """Deaths of an earlier life."""
    MISSING = "missing"
    """Messages that never came, by their numbers; less those that came late."""
    TWICE = "twice"
    """Births of two that have one name."""
    FORGOTTEN = "forgotten"
    """Nodes and devices that made room for others."""
    HISTORICAL = "historical"
    """No fault: values of the past, which leave the one of now."""


Faults = Counter[Fault]
"""How often."""
