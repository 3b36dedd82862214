# SPDX-License-Identifier: Apache-2.0
"""Which vehicles the operator has chosen, shared by list, map and panels. GUI thread.

It changes by the operator's hand only: a vehicle that is lost stays selected.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from groundstation.fleet.identity import VehicleKey


class Selection(QObject):
    """The chosen vehicles, the one in focus last."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keys: tuple[VehicleKey, ...] = ()

    def __contains__(self, key: VehicleKey) -> bool:
        return key in self._keys

    @property
    def keys(self) -> tuple[VehicleKey, ...]:
        """All of them."""
        return self._keys

    @property
    def current(self) -> VehicleKey | None:
        """The one in focus; None when nothing is selected."""
        return self._keys[-1] if self._keys else None

    def select(self, keys: tuple[VehicleKey, ...]) -> None:
        """Choose these, the one in focus last."""
        # in their order, since the last one is in focus
        unique = tuple(dict.fromkeys(keys))
        if unique != self._keys:
            self._keys = unique
            self.changed.emit()

    def toggle(self, key: VehicleKey) -> None:
        """Add a vehicle, or take it out."""
        if key in self._keys:
            self.select(tuple(one for one in self._keys if one != key))
        else:
            self.select((*self._keys, key))
