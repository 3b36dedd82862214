# SPDX-License-Identifier: Apache-2.0
"""What is wrong with recorders, as conditions like those of vehicles. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from groundstation.fleet.conditions import Condition, Level
from groundstation.fleet.phrases import say
from groundstation.fleet.recorder import RecorderStatus
from groundstation.fleet.updates import ServiceUpdate

RECORDER = "recorder "
"""Before the id of a recorder: the source of its alarms."""


def recorder_conditions(recorders: Mapping[str, ServiceUpdate]) -> dict[str, tuple[Condition, ...]]:
    """By the names of the recorders that are in trouble, or soon will be; a problem is a warning: flights are lost."""
    found: dict[str, tuple[Condition, ...]] = {}
    for name, update in recorders.items():
        status: RecorderStatus = update.content
        if status.problem:
            found[RECORDER + name] = (Condition(Level.WARNING, say("recorder_problem", why=status.problem)),)
        elif status.warning:
            found[RECORDER + name] = (Condition(Level.CAUTION, say("recorder_warning", why=status.warning)),)
    return found
