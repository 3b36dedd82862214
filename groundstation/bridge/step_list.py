# SPDX-License-Identifier: Apache-2.0
"""The steps of one command: which is the present one, what was done, and how that is said. Pure."""

from __future__ import annotations

from groundstation.fleet.phrases import Words, joined, say
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
        self._refused: Words = ""

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

    def do_instead(self, step: Step, why: Words) -> Words:
        """A step was refused, and something must be done all the same; says which."""
        self._refused = self.named(why)
        self._instead = step
        return self.instead

    @property
    def instead(self) -> Words:
        """What is done because the vehicle refused a step, and why it did."""
        return joined(self._refused, say("instead", step=self.present.label))

    def mark_done(self) -> None:
        """The present step had its effect, or it can't be shown; what is optional is not spoken of."""
        if not self.present.is_optional:
            self._done.append(self.present.label)

    @property
    def label(self) -> Words:
        """The present step, where words need to name it."""
        return say("step", step=self.present.label) if self.has_several else ""

    def named(self, said: Words) -> Words:
        """What is said with the step that it is about, where there are several."""
        return say("at_step", step=self.present.label, said=said) if self.has_several else said

    def so_far(self, state: VehicleState | None, *, is_sent: bool) -> Words:
        """What was done, what was not, and what the vehicle shows: one line for the operator.

        Args:
            state: the vehicle now; None where nothing is known.
            is_sent: whether the present step was sent.
        """
        # of the recipe, and not what is done instead: `instead` tells that
        label = self._recipe[max(self._at, 0)].label
        rest = [step.label for step in self._recipe[self._at + 1 :] if not step.is_tidying]
        # what was sent may have been heard, so that nobody can call it not done
        left = rest if is_sent else [label, *rest]
        return joined(
            say("done", steps=tuple(self._done)),
            say("asked_for", step=label) if is_sent and label not in self._done else "",
            say("not_done", steps=tuple(left)) if left else "",
            shown(state) if state is not None else "",
        )


def shown(state: VehicleState) -> Words:
    """Arming, mode and height as a vehicle shows them; what it doesn't tell is left out."""
    armed, mode, height_m = state.armed, state.mode, state.height.height_m
    parts: list[Words] = []
    if armed is not None and armed.is_armed is not None:
        parts.append(say("is_armed" if armed.is_armed else "is_disarmed"))
    if mode is not None and mode.name is not None:
        parts.append(mode.name)
    if height_m is not None:
        parts.append(say("metres", height_m=height_m))
    return say("it_shows", parts=tuple(parts)) if parts else ""
