# SPDX-License-Identifier: Apache-2.0
"""The steps of one command: which is the present one, what was done, and how that is said. Pure."""

from __future__ import annotations

from groundstation.fleet.vehicle import VehicleState
from groundstation.mavlink.recipes import Recipe, Step


class StepList:
    """Goes through a recipe once."""

    def __init__(self, recipe: Recipe) -> None:
        """Stand before the first step."""
        self._recipe, self._at = recipe, -1
        self._instead: Step | None = None
        self._done: list[str] = []
        """Labels of steps that were sent and had their effect."""
        self._refused = ""

    @property
    def present(self) -> Step:
        """The step that is carried out; the first one before the beginning."""
        return self._instead or self._recipe[max(self._at, 0)]

    @property
    def has_more(self) -> bool:
        """Whether another step of the recipe follows."""
        return self._at + 1 < len(self._recipe)

    @property
    def has_several(self) -> bool:
        """Whether words need to name their step."""
        return len(self._recipe) > 1

    @property
    def is_instead(self) -> bool:
        """Whether something else is done, because the vehicle refused a step."""
        return self._instead is not None

    @property
    def has_done(self) -> bool:
        """Whether any step was done."""
        return bool(self._done)

    @property
    def is_tidying(self) -> bool:
        """Whether what was wanted is done, and the rest only tidies up."""
        return self._at >= 0 and self._recipe[self._at].is_tidying

    def advance(self) -> Step:
        """Go to the next step, which there must be."""
        self._at += 1
        return self.present

    def do_instead(self, step: Step, why: str) -> str:
        """A step was refused, and something must be done all the same; returns words of it."""
        self._refused = self.named(why)
        self._instead = step
        return f"{self._refused}; instead: {step.label}"

    @property
    def instead_words(self) -> str:
        """Words of what was done because the vehicle refused a step."""
        return f"{self._refused}; instead: {self.present.label}"

    def mark_done(self) -> None:
        """The present step had its effect, or it can't be shown; what is optional is not spoken of."""
        if not self.present.is_optional:
            self._done.append(self.present.label)

    def named(self, words: str) -> str:
        """Words with the step that they are about, where there are several."""
        return f"{self.present.label}: {words}" if self.has_several else words

    def so_far(self, state: VehicleState | None, *, is_sent: bool) -> str:
        """What was done, what was not, and what the vehicle shows: one line for the operator.

        Args:
            state: the vehicle now; None where nothing is known.
            is_sent: whether the present step was sent.
        """
        label = self._recipe[max(self._at, 0)].label
        rest = [step.label for step in self._recipe[self._at + 1 :] if not step.is_tidying]
        parts = [f"done: {', '.join(self._done)}"]
        parts += [f"asked for: {label}"] if is_sent and label not in self._done else []
        left = rest if is_sent else [label, *rest]
        parts += [f"not done: {', '.join(left)}"] if left else []
        shows = shown(state) if state is not None else ""
        return "; ".join([*parts, f"it shows {shows}"] if shows else parts)


def shown(state: VehicleState) -> str:
    """Arming, mode and height as a vehicle shows them; what it doesn't tell is left out."""
    armed, mode, height_m = state.armed, state.mode, state.height.height_m
    words = []
    if armed is not None and armed.is_armed is not None:
        words.append("armed" if armed.is_armed else "disarmed")
    if mode is not None and mode.name is not None:
        words.append(mode.name)
    if height_m is not None:
        words.append(f"{height_m:z.0f} m")
    return ", ".join(words)
