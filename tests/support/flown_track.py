# SPDX-License-Identifier: Apache-2.0
"""What a broker tells of vehicles that fly their plans: places, active items, arming; and how near to the plan it was.

Times are the vehicle's own: between two places its own clock tells how long it took, however fast it was simulated.
"""

from __future__ import annotations

import bisect
import math
import threading
from collections.abc import Callable, Mapping
from itertools import pairwise

import msgspec

from groundstation.app.wiring import StationBus
from groundstation.fleet.geometry import METRES_PER_DEGREE
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.motion import Position
from groundstation.fleet.plans.plan_path import Place
from groundstation.fleet.status import Armed, MissionProgress, Mode
from groundstation.fleet.updates import VehicleUpdate
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.inbox import Inbox
from tests.support.waiting import wait_until


class Fix(msgspec.Struct, frozen=True):
    """Where a vehicle was."""

    at_s: float
    """On the bridge's clock."""
    boot_s: float
    """On the vehicle's."""
    place: Place
    height_m: float
    heading_deg: float


class Passing(msgspec.Struct, frozen=True):
    """How a vehicle came past a place."""

    away_m: float
    boot_s: float
    height_m: float


class Track:
    """One vehicle's flight, as it was told."""

    def __init__(self) -> None:
        self.fixes: list[Fix] = []
        self.items: list[tuple[float, int]] = []
        """When each item became the active one, on the bridge's clock; none twice in a row."""
        self.modes: list[tuple[float, str]] = []
        self.armed: list[tuple[float, bool]] = []

    def take(self, sample: object) -> None:
        if isinstance(sample, Position):
            self._take_place(sample)
        elif isinstance(sample, MissionProgress) and sample.item is not None:
            _append(self.items, (sample.at_s, sample.item))
        elif isinstance(sample, Mode) and sample.name is not None:
            _append(self.modes, (sample.at_s, sample.name))
        elif isinstance(sample, Armed) and sample.is_armed is not None:
            _append(self.armed, (sample.at_s, sample.is_armed))

    def _take_place(self, sample: Position) -> None:
        lat_deg, lon_deg, height_m, boot_ms = sample.lat_deg, sample.lon_deg, sample.height_home_m, sample.boot_ms
        if lat_deg is None or lon_deg is None or height_m is None or boot_ms is None:
            return
        if self.fixes and (sample.at_s <= self.fixes[-1].at_s or boot_ms / 1e3 <= self.fixes[-1].boot_s):
            return
        self.fixes.append(Fix(sample.at_s, boot_ms / 1e3, Place(lat_deg, lon_deg), height_m, sample.heading_deg or 0.0))

    def boot_s(self, at_s: float) -> float:
        """The vehicle's clock at a time of the bridge's."""
        at = bisect.bisect_left([one.at_s for one in self.fixes], at_s)
        after, before = self.fixes[min(at, len(self.fixes) - 1)], self.fixes[max(0, at - 1)]
        if after.at_s <= before.at_s:
            return after.boot_s
        share = (at_s - before.at_s) / (after.at_s - before.at_s)
        return before.boot_s + (after.boot_s - before.boot_s) * share

    def began_s(self, item: int) -> float | None:
        """When an item became the active one first, on the vehicle's clock."""
        return next((self.boot_s(at_s) for at_s, number in self.items if number == item), None)

    def passing(self, place: Place, from_s: float, until_s: float) -> Passing:
        """How near it came to a place between two times of its own clock."""
        found = Passing(math.inf, 0.0, 0.0)
        for one, other in pairwise(self.fixes):
            if other.boot_s < from_s or one.boot_s > until_s:
                continue
            ax, ay = _metres(place, one.place)
            bx, by = _metres(place, other.place)
            length2 = (bx - ax) ** 2 + (by - ay) ** 2
            share = 0.0 if length2 == 0.0 else min(1.0, max(0.0, -(ax * (bx - ax) + ay * (by - ay)) / length2))
            away_m = math.hypot(ax + (bx - ax) * share, ay + (by - ay) * share)
            if away_m < found.away_m:
                found = Passing(
                    away_m,
                    one.boot_s + (other.boot_s - one.boot_s) * share,
                    one.height_m + (other.height_m - one.height_m) * share,
                )
        return found


def _append(row: list, entry: tuple) -> None:
    # on a busy machine an overview may come behind the news that it was made before
    is_news = not row or (entry[0] > row[-1][0] and entry[1] != row[-1][1])
    if is_news:
        row.append(entry)


def _metres(origin: Place, place: Place) -> tuple[float, float]:
    across = METRES_PER_DEGREE * math.cos(math.radians(origin.lat_deg))
    return (place.lon_deg - origin.lon_deg) * across, (place.lat_deg - origin.lat_deg) * METRES_PER_DEGREE


class Witness:
    """Listens to a broker from its own thread, and keeps the track of each vehicle."""

    def __init__(self, url: str, root: str) -> None:
        self.tracks: dict[VehicleKey, Track] = {}
        self._inbox, self._stop = Inbox(), threading.Event()
        self._bus = StationBus(parse_broker_url(url), (root,), self._inbox)
        self._bus.start()
        # the queue of a station is not endless: a test that waits for a program must not lose what is told meanwhile
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while not self._stop.wait(0.02):
            self._turn()

    def _turn(self) -> None:
        for update in self._inbox.drain().updates:
            if isinstance(update, VehicleUpdate) and update.field == "samples":
                track = self.tracks.setdefault(update.key, Track())
                for sample in _samples(update.content):
                    track.take(sample)

    def wait(self, key: VehicleKey, is_true: Callable[[Track], bool], what: str, timeout_s: float) -> Track:
        """Wait until a track shows something."""
        wait_until(lambda: key in self.tracks and is_true(self.tracks[key]), timeout_s, what)
        return self.tracks[key]

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._bus.stop()


def _samples(content: object) -> list[object]:
    if isinstance(content, Mapping):
        return list(content.values())
    return [getattr(content, name) for name in getattr(content, "__struct_fields__", ())]
