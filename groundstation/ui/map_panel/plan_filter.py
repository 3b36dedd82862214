# SPDX-License-Identifier: Apache-2.0
"""Whose plans the map draws. GUI thread."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable

from groundstation.fleet.identity import VehicleKey

MAX_KEPT = 1_000
"""Vehicles that settings remember."""


class PlanFilter:
    """Plans of a fleet hide each other: those of some vehicles are left out, or only the selected ones' are drawn."""

    def __init__(self) -> None:
        self.hidden: frozenset[VehicleKey] = frozenset()
        """Vehicles whose plans are not drawn."""
        self.is_only_selected = False
        """Whether only plans of selected vehicles are drawn; those of which none is selected are all drawn."""

    def shows(self, key: VehicleKey, selected: Collection[VehicleKey]) -> bool:
        """Whether a vehicle's plans are drawn.

        Args:
            key: the vehicle.
            selected: who is selected.
        """
        if self.is_only_selected:
            # who selects a vehicle wants to see its plan, hidden or not
            return key in selected
        return key not in self.hidden

    def hide(self, keys: Iterable[VehicleKey]) -> None:
        """Leave the plans of some vehicles out."""
        self.hidden |= frozenset(keys)

    def show_all(self) -> None:
        """Draw the plans of all again."""
        self.hidden, self.is_only_selected = frozenset(), False

    @property
    def state(self) -> Hashable:
        """Differs when something else is to be drawn."""
        return self.hidden, self.is_only_selected

    def view_state(self) -> dict[str, object]:
        """What settings remember."""
        return {"plans_hidden": sorted(str(one) for one in self.hidden), "plans_selected": self.is_only_selected}

    def restore_state(self, hidden: object, is_only_selected: object) -> None:
        """Back from settings; what doesn't fit is left out."""
        found = hidden if isinstance(hidden, list) else []
        parts = (str(one).partition("/") for one in found[:MAX_KEPT])
        self.hidden = frozenset(VehicleKey(root, vehicle) for root, _, vehicle in parts if vehicle)
        self.is_only_selected = is_only_selected is True
