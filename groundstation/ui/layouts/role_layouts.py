# SPDX-License-Identifier: Apache-2.0
"""Layouts that come along: which panels one needs in a role, and which of them lie in front. Pure."""

from __future__ import annotations

from typing import NamedTuple


class RoleLayout(NamedTuple):
    """A row."""

    title: str
    """In English; translated where it is shown."""
    shown: tuple[str, ...]
    """Panels by name; the others are closed, and come back by the View menu."""
    front: tuple[str, ...]
    """Which of them lie in front where several share a place."""


ROLE_LAYOUTS = (
    RoleLayout(
        "Pilot",
        ("fleet", "map", "vehicle", "plan", "messages", "alarms", "commands", "procedures", "readiness"),
        ("map", "vehicle", "alarms"),
    ),
    RoleLayout(
        "Supervisor",
        (
            "fleet",
            "map",
            "vehicle",
            "logbook",
            "messages",
            "commands",
            "alarms",
            "links",
            "operators",
            "procedures",
            "readiness",
            "wall",
        ),
        ("map", "vehicle", "alarms"),
    ),
    RoleLayout(
        "Engineer",
        ("fleet", "map", "vehicle", "plots", "messages", "sensors", "links", "logbook", "parameters", "refly"),
        ("map", "parameters", "plots", "messages"),
    ),
)
