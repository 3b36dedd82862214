# SPDX-License-Identifier: Apache-2.0
"""What is told of flying again while it goes on, from the process that flies to whoever looks. Pure."""

from __future__ import annotations

from enum import StrEnum

import msgspec
import numpy as np

from groundstation.fleet.refly.flown import FlownFlight

MOST_WAY_POINTS = 300
"""Of each recorded way that is told."""


class Phase(StrEnum):
    """What is done, or waited for; each is its own words in English."""

    READING = "reads the log"
    SIMULATOR = "waits for the simulator"
    MISSION = "gives the mission"
    READY = "waits until all are ready"
    START = "starts the mission"
    FLIES = "flies"
    COMPARES = "compares"


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """One vehicle, and where it was in the record at the same moment of the flight."""

    lat_deg: float
    lon_deg: float
    height_m: float
    """Above home."""
    recorded_lat_deg: float
    recorded_lon_deg: float
    recorded_height_m: float
    distance_m: float | None = None
    """Between both, in all directions; None before it has taken off."""


class RecordedWay(msgspec.Struct, frozen=True, kw_only=True):
    """The way that is flown again, thinned; tuples of one length."""

    name: str
    """Of the vehicle."""
    lat_deg: tuple[float, ...]
    lon_deg: tuple[float, ...]


class FlightNews(msgspec.Struct, frozen=True, kw_only=True):
    """How far it is."""

    share: float
    """Of everything, 0 to 1."""
    phase: Phase
    runs: tuple[str, ...] = ()
    """Names of all runs, in their order; empty as long as the log is read."""
    run: int = 0
    """Place of the one that is under way."""
    flown_s: float = 0.0
    """Simulated seconds since the first one was armed."""
    of_s: float = 0.0
    """How long it took in the record."""
    vehicles: tuple[Beside | None, ...] = ()
    """In the order of the record; None for one whose place is not known yet."""
    ways: tuple[RecordedWay, ...] = ()
    """Of all vehicles; told once, at the beginning of each run."""


def recorded_way(flight: FlownFlight) -> RecordedWay:
    """The way of a record, as it is told."""
    air = flight.under_way
    rows = np.unique(np.linspace(air.start, air.stop - 1, MOST_WAY_POINTS).astype(int)).tolist()
    places = [flight.place(row) for row in rows]
    return RecordedWay(
        name=flight.name,
        lat_deg=tuple(round(one.lat_deg, 7) for one in places),
        lon_deg=tuple(round(one.lon_deg, 7) for one in places),
    )
