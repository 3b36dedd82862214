# SPDX-License-Identifier: Apache-2.0
"""The same values of every vehicle that is selected. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QDropEvent

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import ValueRef


def for_each(refs: Sequence[ValueRef], keys: Sequence[VehicleKey]) -> list[ValueRef]:
    """Values of some vehicles, of each of others instead; a sensor's stay what they are.

    Args:
        refs: of any vehicle, or several.
        keys: whose values are wanted; empty for those whose they are.
    """
    found: list[ValueRef] = []
    for ref in refs:
        is_of_vehicle = isinstance(ref.source, VehicleKey) and bool(keys)
        found += [ValueRef(key, ref.path) for key in keys] if is_of_vehicle else [ref]
    return list(dict.fromkeys(found))


def is_for_each(event: QDropEvent) -> bool:
    """Whether what is dropped is meant of every vehicle that is selected: Shift is held."""
    return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
