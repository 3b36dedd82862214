# SPDX-License-Identifier: Apache-2.0
"""What tests do to a window."""

from __future__ import annotations

from PySide6.QtGui import QAction

from groundstation.ui.vehicle_panel.vehicle_panel import VehiclePanel


def by_key(window, keys):
    """The window's action of a key."""
    return next(one for one in window.findChildren(QAction) if one.shortcut().toString() == keys)


def pinned_panel(window, key):
    """One more vehicle panel, pinned to a vehicle; None when there are enough."""
    row = next(row for row in window.workspace.rows if row.name == "vehicle")
    made = window.workspace.add(row)
    if made is not None:
        assert isinstance(made, VehiclePanel)
        made.pin(key)
    return made


def settle(app):
    for _ in range(6):
        app.processEvents()
