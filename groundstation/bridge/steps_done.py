# SPDX-License-Identifier: Apache-2.0
"""What of a command of several steps was done when it ended badly, and what the vehicle shows. Pure."""

from __future__ import annotations

from groundstation.fleet.vehicle import VehicleState


def so_far(done: list[str], asked: str, rest: list[str], state: VehicleState | None) -> str:
    """One line for the operator.

    Args:
        done: labels of steps that telemetry has shown, or that can't be shown.
        asked: the step that was sent and not shown; empty for none.
        rest: labels of steps that were not sent.
        state: the vehicle now; None where nothing is known.
    """
    parts = [f"done: {', '.join(done)}"]
    parts += [f"asked for: {asked}"] if asked else []
    parts += [f"not done: {', '.join(rest)}"] if rest else []
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
