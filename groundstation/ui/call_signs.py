# SPDX-License-Identifier: Apache-2.0
"""What vehicles are called on this screen: by the operator's settings, else as they are called by whoever knows them.

A name comes from outside. Two vehicles with one name, or one whose name is another's id, are told apart by their ids:
nobody commands the wrong one because somebody gave it the right name. GUI thread.
"""

from __future__ import annotations

import functools
from collections import Counter

from PySide6.QtCore import Qt

from groundstation.fleet.folded import folded
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.settings.settings import CALL_SIGN_LETTERS
from groundstation.fleet.shown_text import harmless
from groundstation.ui.settings.chosen import chosen

MOST_TOLD = 10_000
"""Vehicles whose names are remembered; of more, the oldest are called by their ids."""


class CallSigns:
    """The names of a window."""

    def __init__(self) -> None:
        self._told: dict[VehicleKey, str] = {}
        self._shown: dict[VehicleKey, str] = {}
        self._taken: Counter[str] = Counter()
        self._ids: Counter[str] = Counter()
        self._is_counted = False

    def tell(self, key: VehicleKey, name: str, *, is_live: bool = True) -> None:
        """A vehicle is called so.

        Args:
            key: which.
            name: as its bridge says it.
            is_live: False for a recording, which does not rename what flies now.
        """
        before = self._told.get(key)
        if before == name or (before is not None and not is_live):
            return
        if before is None and len(self._told) >= MOST_TOLD:
            del self._told[next(iter(self._told))]
        self._told[key] = name
        self.forget()

    def drop(self, key: VehicleKey) -> None:
        """A vehicle is not shown any more: its name is free for others."""
        if self._told.pop(key, None) is not None:
            self.forget()

    def forget(self) -> None:
        """Settings or names are others now: all are worked out again when one is asked for."""
        self._shown.clear()
        self._is_counted = False

    def _count(self) -> None:
        self._is_counted = True
        names = {(key.id, folded(self._wanted(key))) for key in self._told}
        self._taken = Counter(name for _, name in names)
        self._ids = Counter(folded(one) for one in {key.id for key in self._told})

    def of(self, key: VehicleKey) -> str:
        """What a vehicle is called: its call sign, with its id behind it where another one could be meant."""
        found = self._shown.get(key)
        if found is None:
            found = self._shown[key] = self._named(key)
        return found

    def _named(self, key: VehicleKey) -> str:
        name = self._wanted(key)
        if name == key.id:
            return name
        if not self._is_counted:
            self._count()
        own = folded(name)
        others = self._taken[own] - (key in self._told)
        is_id = self._ids[own] - (own == folded(key.id))
        return f"{name} ({key.id})" if others > 0 or is_id > 0 else name

    def _wanted(self, key: VehicleKey) -> str:
        look = chosen().now.vehicles.get(key.id)
        if look is not None and look.call_sign:
            return look.call_sign
        told = harmless(self._told.get(key, ""))[:CALL_SIGN_LETTERS].strip()
        return told or key.id


@functools.cache
def call_signs() -> CallSigns:
    """The ones of this process."""
    book = CallSigns()
    chosen().changed.connect(lambda _before, _now: book.forget())
    return book


CUT = Qt.TextElideMode.ElideMiddle
"""How a name is cut where there is no room: what tells two of one name apart stands at the end."""


def call_sign(key: VehicleKey) -> str:
    """What a vehicle is called on this screen."""
    return call_signs().of(key)
