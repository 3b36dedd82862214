# SPDX-License-Identifier: Apache-2.0
"""A vehicle on its flight, with the recorded one beside it at the same moment after the take-off of each. Pure."""

from __future__ import annotations

import math

import numpy as np

from groundstation.fleet.refly.flown import UP_M, FlownFlight, metres_from, place_of
from groundstation.fleet.refly.news import Beside
from groundstation.fleet.vehicle import GROUND_KINDS


class Shadowed:
    """Follows one vehicle by its own clock, so that nothing of a message's way through a busy machine is in it."""

    def __init__(self, recorded: FlownFlight) -> None:
        """It stands on the ground.

        Args:
            recorded: its flight.
        """
        self._recorded = recorded
        air = recorded.under_way
        self._takeoff_s = float(recorded.way.time_s[air.start])
        self._ground: tuple[float, float, float] | None = None
        """Where it stood when it was heard first: north and east of the record's origin, height, metres."""
        self._last_s = -math.inf
        self._off_s: float | None = None
        """Its take-off by its own clock: the last sample on the ground, as a comparison counts it."""
        self.beside: Beside | None = None
        """The newest; None as long as its place is not known."""

    def heard(self, boot_s: float, lat_deg: float, lon_deg: float, height_m: float) -> Beside | None:
        """It told where it is.

        Args:
            boot_s: its own clock when it was there.
            lat_deg: where, degrees.
            lon_deg: where, degrees.
            height_m: above home.

        Returns:
            `beside`; the same as before for a moment that was told already.
        """
        if boot_s <= self._last_s:
            return self.beside
        north, east = metres_from(self._recorded.origin, np.array([lat_deg]), np.array([lon_deg]))
        here = (float(north[0]), float(east[0]), height_m)
        if self._ground is None:
            self._ground = here
        if self._off_s is None and self._is_off(here, self._ground):
            self._off_s = max(self._last_s, boot_s - 1.0)
        self._last_s = boot_s
        self.beside = self._with_record(boot_s, (lat_deg, lon_deg), here)
        return self.beside

    def _is_off(self, here: tuple[float, float, float], ground: tuple[float, float, float]) -> bool:
        if self._recorded.kind in GROUND_KINDS:
            return math.hypot(here[0] - ground[0], here[1] - ground[1]) > UP_M
        return abs(here[2] - ground[2]) > UP_M

    def _with_record(self, boot_s: float, place: tuple[float, float], here: tuple[float, float, float]) -> Beside:
        since_s = 0.0 if self._off_s is None else boot_s - self._off_s
        was = self._recorded.way.at(np.array([self._takeoff_s + since_s]))
        north_m, east_m, height_m = (float(one[0]) for one in (was.north_m, was.east_m, was.height_m))
        recorded = place_of(self._recorded.origin, north_m, east_m)
        apart_m = math.dist(here, (north_m, east_m, height_m))
        return Beside(
            lat_deg=round(place[0], 7),
            lon_deg=round(place[1], 7),
            height_m=round(here[2], 2),
            recorded_lat_deg=round(recorded.lat_deg, 7),
            recorded_lon_deg=round(recorded.lon_deg, 7),
            recorded_height_m=round(height_m, 2),
            distance_m=None if self._off_s is None else round(apart_m, 2),
        )
