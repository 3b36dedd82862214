# SPDX-License-Identifier: Apache-2.0
"""What the fields of an order begin with: what was given last, else what the vehicles tell. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from groundstation.fleet.commands import Args, Verb
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import VerbSpec

States = Sequence[VehicleState | None]


def modes_of(states: States) -> list[str]:
    """Modes that all of the vehicles have, in the order of the first."""
    lists = [state.info.modes for state in states if state is not None and state.info is not None]
    return [mode for mode in lists[0] if all(mode in one for one in lists)] if lists else []


def start_values(spec: VerbSpec, states: States, known: Args) -> Args:
    """What the fields begin with.

    Args:
        spec: the verb.
        states: of its vehicles.
        known: what is known already; it stays.
    """
    # of several the first one stands for all: a mean of places is a place where nobody is
    first = next((state for state in states if state is not None), None)
    start: Args = {}
    if first is not None and first.position is not None:
        # what may be left out stays empty: a number in it would be an order of its own
        names = {arg.name for arg in spec.args if arg.is_required}
        measured: dict[str, float | None] = {
            "lat_deg": first.position.lat_deg,
            "lon_deg": first.position.lon_deg,
            "height_m": first.position.height_home_m,
            "heading_deg": first.heading_deg,
        }
        start = {name: value for name, value in measured.items() if name in names and value is not None}
    if spec.verb is Verb.SPEED and first is not None and first.velocity is not None:
        start["speed_mps"] = first.velocity.ground_speed_mps
    if spec.verb is Verb.MODE and first is not None and first.mode is not None:
        start["mode"] = first.mode.name
    return {**start, **{name: value for name, value in known.items() if value is not None}}
