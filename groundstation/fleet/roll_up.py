# SPDX-License-Identifier: Apache-2.0
"""Counts of a fleet that add up, each of which is also a filter. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from groundstation.fleet.conditions import Level
from groundstation.fleet.sample import Name
from groundstation.fleet.summary import VehicleSummary


class Life(Name):
    """Where a vehicle is, coarse: each is in exactly one."""

    FLYING = "flying"
    GROUND = "ground"
    UNSURE = "unsure"
    """Heard, and nobody can tell."""
    LOST = "lost"
    """Not heard, wherever it may be."""


class RollUp(msgspec.Struct, frozen=True, kw_only=True):
    """The counts."""

    total: int
    levels: dict[Level, int]
    """Vehicles whose worst is a warning, and a caution."""
    lives: dict[Life, int]
    """They add up to the total."""
    modes: tuple[tuple[str, int], ...]
    """Of those that fly, the most frequent first: they add up to those; empty for one that tells none."""

    @property
    def counts(self) -> dict[str, int]:
        """All of them by their filters, see `passes`."""
        levels = {level_key(level): number for level, number in self.levels.items()}
        lives = {life_key(life): number for life, number in self.lives.items()}
        return levels | lives | {mode_key(mode): number for mode, number in self.modes}


def life_of(one: VehicleSummary) -> Life:
    """Where a vehicle is."""
    if not one.is_heard:
        return Life.LOST
    return {True: Life.FLYING, False: Life.GROUND, None: Life.UNSURE}[one.is_flying]


def roll_up(summaries: Iterable[VehicleSummary]) -> RollUp:
    """Count them."""
    found = list(summaries)
    lives, levels = Counter(life_of(one) for one in found), Counter(one.level for one in found)
    modes = Counter(one.mode or "" for one in found if life_of(one) is Life.FLYING)
    return RollUp(
        total=len(found),
        levels={level: levels[level] for level in (Level.WARNING, Level.CAUTION)},
        lives={life: lives[life] for life in LIVES},
        modes=tuple(sorted(modes.items(), key=lambda one: (-one[1], one[0] == "", one[0]))),
    )


LIVES = (Life.FLYING, Life.GROUND, Life.UNSURE, Life.LOST)


def level_key(level: Level) -> str:
    """The filter of a level."""
    return f"level:{int(level)}"


def life_key(life: Life) -> str:
    """The filter of a place."""
    return f"life:{life.value}"


def mode_key(mode: str) -> str:
    """The filter of those that fly in a mode."""
    return f"mode:{mode}"


def passes(key: str, one: VehicleSummary) -> bool:
    """Whether a vehicle is among those that a count counts.

    Args:
        key: of the count; an empty one lets everybody through.
        one: the vehicle.
    """
    kind, _, value = key.partition(":")
    if kind == "level":
        return value == str(int(one.level))
    if kind == "life":
        return life_of(one).value == value
    if kind == "mode":
        return life_of(one) is Life.FLYING and (one.mode or "") == value
    return not key
