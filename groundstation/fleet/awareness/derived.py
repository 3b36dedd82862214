# SPDX-License-Identifier: Apache-2.0
"""What a station works out about one vehicle: values like those that are told, but never sent. Pure.

They are addressed as any other (`awareness.closest_m`), so that they are in the tree, plots, filters and alarms; who
lists values marks them as worked out.
"""

from __future__ import annotations

from groundstation.fleet.sample import Sample

AWARENESS = "awareness"
"""The kind in addresses; none of `KINDS`, since nothing carries it."""


class Awareness(Sample, frozen=True, kw_only=True, gc=False):
    """Estimates. `at_s` is that of the place from which they were worked out: they are as old as that."""

    closest_m: float | None = None
    """How near the nearest other vehicle comes within a minute, metres, in all directions; along the ground where one
    of the heights is not known. None while it, or everybody else, does not fly or is not heard."""
    closest_in_s: float | None = None
    """When that is, seconds from now; 0 where they part already."""
    closest_height_m: float | None = None
    """Between their heights then, metres; None where one is not known."""
    closing_mps: float | None = None
    """How fast the two come nearer now, metres per second; negative while they part."""
    closest_with: str | None = None
    """Id of the other."""
    traffic_m: float | None = None
    """How near the nearest aircraft that is heard comes within a minute, metres, as above (`traffic_near.py`)."""
    traffic_in_s: float | None = None
    """When that is, seconds from now."""
    traffic_with: str | None = None
    """Its call sign or address."""
    reach_m: float | None = None
    """From how far away it gets home, in the direction in which it is, metres (`reach.py`)."""
    return_in_s: float | None = None
    """How long it would fly home from here, seconds."""
    return_margin_fraction: float | None = None
    """Share of what its battery has left that would be left after it has landed at home; negative where it is not
    enough."""
    breach_in_s: float | None = None
    """When it crosses its fence as it flies on, seconds; 0 on the wrong side (`breach.py`). None for not within two
    minutes, and where that is not known."""
    doubt_m: float | None = None
    """Of a vehicle that is not heard any more: how far it may be from where it is drawn, metres (`ghost.py`)."""
    is_near: bool | None = None
    """Whether the two come nearer than the margin below which the map draws a line."""
