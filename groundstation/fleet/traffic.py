# SPDX-License-Identifier: Apache-2.0
"""Samples of other aircraft, as a vehicle's receiver hears them. Pure."""

from __future__ import annotations

from groundstation.fleet.sample import Sample, Whole

MAX_TRAFFIC = 64
"""Aircraft kept of one vehicle, the newest: anybody may transmit any number of addresses."""
TRAFFIC_S = 60.0
"""One that was not heard for so long, while others were, is not kept."""


class Traffic(Sample, frozen=True, kw_only=True, gc=False):
    """One aircraft (MAVLink ADSB_VEHICLE). What it says of itself is its own word: anybody can transmit it."""

    index: Whole = 0
    """Its ICAO address."""
    callsign: str = ""
    """As transmitted; empty for unknown."""
    lat_deg: float | None = None
    """WGS 84 latitude, degrees north."""
    lon_deg: float | None = None
    """WGS 84 longitude, degrees east."""
    height_amsl_m: float | None = None
    """Height above mean sea level, metres, by its barometer or its satellites."""
    track_deg: float | None = None
    """Course over ground, degrees from true north."""
    ground_speed_mps: float | None = None
    """Metres per second."""
    climb_mps: float | None = None
    """Metres per second, up positive."""
    squawk: Whole | None = None
    """Transponder code, as its four digits read."""
    emitter: Whole | None = None
    """MAVLink ADSB_EMITTER_TYPE."""
    seen_s: float | None = None
    """How long before this was told the receiver had heard it, seconds."""
    is_simulated: bool = False
    """By its own word."""


def kept_traffic(some: dict[int, Traffic]) -> dict[int, Traffic]:
    """Those that are kept: bounded in time and in number.

    Args:
        some: by address.
    """
    newest_s = max((one.at_s for one in some.values()), default=0.0)
    found = sorted((one for one in some.values() if newest_s - one.at_s <= TRAFFIC_S), key=lambda one: -one.at_s)
    return {one.index: one for one in found[:MAX_TRAFFIC]}
