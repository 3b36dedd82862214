# SPDX-License-Identifier: Apache-2.0
"""Of which vehicles a station asks for more than the overview. Sans-I/O; its owner keeps threads apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from groundstation.fleet.identity import VehicleKey
from groundstation.transport import topics
from groundstation.transport.leaves import LINK, Audience, of_vehicles

FEW = 20
"""A fleet of so many is followed in detail as a whole, which any link carries; of a larger one, what is shown is."""
STILL_FEW = 24
"""Up to so many after that: a fleet about this size must not be asked for anew with each that comes and goes."""


def wanted_of(
    known: Collection[VehicleKey], shown: Iterable[VehicleKey], *, was_all: bool
) -> frozenset[VehicleKey] | None:
    """Of whom the detail is wanted; None for everybody.

    Args:
        known: every vehicle of the station.
        shown: those that are shown, plotted or pinned.
        was_all: whether everybody's was wanted until now.
    """
    # two limits, so that a fleet which grows and shrinks by one vehicle does not resubscribe each time
    return None if len(known) <= (STILL_FEW if was_all else FEW) else frozenset(shown)


class Interest:
    """What to subscribe to besides what every station has."""

    def __init__(self, roots: Iterable[str]) -> None:
        """Begin with everything of everybody.

        Args:
            roots: `fleet`, `sim` or both.
        """
        self._roots = tuple(roots)
        self.wanted: frozenset[VehicleKey] | None = None
        """Vehicles whose detail is wanted; None for all."""
        self.is_slow = False
        """Whether the way carries the overview only."""

    def filters(self) -> dict[str, int]:
        """Topic filters and QoS, none of which overlaps another.

        How vehicles are heard is told once a second, too: where the way is slow, that is left out.
        """
        if self.is_slow:
            return {}
        detail = of_vehicles(Audience.DETAIL)
        links = {f"{root}/+/{LINK.name}": LINK.qos for root in self._roots}
        if self.wanted is None:
            return links | {f"{root}/+/{one.name}": one.qos for root in self._roots for one in detail}
        return links | {topics.vehicle(key, one.name): one.qos for key in sorted(self.wanted) for one in detail}
