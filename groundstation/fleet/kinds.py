# SPDX-License-Identifier: Apache-2.0
"""The table of sample kinds: name, type, how often each is expected. Pure.

`Samples` is what a `tlm/<stream>` or `state` message carries: any subset of the kinds. Adding a kind is one line
here, one in `EXPECTED_PERIOD_S`, and one in `bridge/streams.py`, where a stream carries it.
"""

from __future__ import annotations

import enum
import math
import operator
from typing import Any

import msgspec

from groundstation.fleet.awareness.derived import AWARENESS
from groundstation.fleet.energy import BatteryPack, Esc
from groundstation.fleet.motion import (
    AirData,
    Altitude,
    Attitude,
    Home,
    NavigationTarget,
    Position,
    PositionTarget,
    Velocity,
)
from groundstation.fleet.navigation import (
    Environment,
    Estimator,
    GpsReceiver,
    RangeFinder,
    Terrain,
    Vibration,
    Wind,
)
from groundstation.fleet.status import (
    Armed,
    FlightStatus,
    Health,
    Landed,
    MissionProgress,
    Mode,
    Radio,
    Rc,
    VehicleClock,
)
from groundstation.fleet.traffic import Traffic, kept_traffic


class Samples(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Any subset of the kinds. An absent kind says nothing; a present one replaces its predecessor, Nones included."""

    position: Position | None = None
    """Where it is."""
    altitude: Altitude | None = None
    """How high, where the place does not tell."""
    velocity: Velocity | None = None
    """How it moves."""
    attitude: Attitude | None = None
    """How it is oriented."""
    air_data: AirData | None = None
    """Airspeed, climb, throttle."""
    navigation_target: NavigationTarget | None = None
    """Where it is steering to."""
    position_target: PositionTarget | None = None
    """The point that it was told to go to."""
    home: Home | None = None
    """Where it returns to."""
    mode: Mode | None = None
    """Flight mode."""
    armed: Armed | None = None
    """Whether its motors may turn."""
    landed: Landed | None = None
    """Ground or air."""
    flight_status: FlightStatus | None = None
    """Its judgement of itself."""
    mission_progress: MissionProgress | None = None
    """Where in its mission it is."""
    health: Health | None = None
    """Its parts."""
    battery: tuple[BatteryPack, ...] = ()
    """Packs by index."""
    esc: tuple[Esc, ...] = ()
    """Motor controllers by index."""
    gps: tuple[GpsReceiver, ...] = ()
    """Satellite receivers by index."""
    estimator: Estimator | None = None
    """State of the position filter."""
    vibration: Vibration | None = None
    """Vibration of its inertial sensors."""
    wind: Wind | None = None
    """Wind estimate."""
    range_finder: tuple[RangeFinder, ...] = ()
    """Distance sensors by index."""
    traffic: tuple[Traffic, ...] = ()
    """Other aircraft that it hears, by ICAO address."""
    terrain: Terrain | None = None
    """Height over ground."""
    environment: Environment | None = None
    """Air around it."""
    rc: Rc | None = None
    """The pilot's radio control."""
    radio: Radio | None = None
    """The telemetry radio."""
    clock: VehicleClock | None = None
    """Its clocks."""


KINDS: tuple[str, ...] = Samples.__struct_fields__
"""Names of all kinds, in order of display."""
_each_kind = operator.attrgetter(*KINDS)

INDEXED_KINDS = frozenset({"battery", "esc", "gps", "range_finder", "traffic"})
"""Kinds of which a vehicle can have several, told apart by `index`."""

EXPECTED_PERIOD_S: dict[str, float] = {
    "position": 0.5,
    "altitude": 2.0,
    "velocity": 0.5,
    "attitude": 0.5,
    "air_data": 0.5,
    "navigation_target": 2.0,
    "position_target": 2.0,
    "home": 60.0,
    "mode": 1.0,
    "armed": 1.0,
    "landed": 2.0,
    "flight_status": 1.0,
    "mission_progress": 5.0,
    "health": 2.0,
    "battery": 2.0,
    "esc": 2.0,
    "gps": 2.0,
    "estimator": 2.0,
    "vibration": 2.0,
    "wind": 2.0,
    "range_finder": 2.0,
    "traffic": 2.0,
    "terrain": 5.0,
    "environment": 2.0,
    "rc": 2.0,
    "radio": 5.0,
    "clock": 2.0,
    AWARENESS: 0.5,
}
"""Time between two samples when all is well, seconds; what freshness is judged by."""


class Freshness(enum.Enum):
    """How far a value may be believed by its age."""

    MISSING = "missing"
    FRESH = "fresh"
    STALE = "stale"
    EXPIRED = "expired"


def freshness(kind: str, age_s: float | None) -> Freshness:
    """Judge a kind by its age: stale after three expected periods and 2 s at least, expired after 10 s more.

    Args:
        kind: one of `KINDS`.
        age_s: seconds since reception; None when it never came.

    Returns:
        What a panel must make of it.
    """
    if age_s is None:
        return Freshness.MISSING
    stale_s = max(2.0, 3.0 * EXPECTED_PERIOD_S[kind])
    if age_s <= stale_s:
        return Freshness.FRESH
    return Freshness.STALE if age_s <= stale_s + 10.0 else Freshness.EXPIRED


Indexed = BatteryPack | Esc | GpsReceiver | RangeFinder | Traffic
"""A sample of which a vehicle can have several."""


def newer(held: object, come: Samples, latest_s: float = math.inf) -> dict[str, Any]:
    """What changes by samples that came: a sample older than the one that is held is dropped (reordered delivery).

    Args:
        held: a vehicle's state, or samples: anything with a field for each of `KINDS`.
        come: what came.
        latest_s: a sample from after this moment is dropped, and one that is held gives way; on the bridge's clock.

    Returns:
        The fields to replace in `held`.
    """
    changes: dict[str, Any] = {}
    # a message tells one kind or two: the others are passed over without a look-up of each by name
    for kind, new in zip(KINDS, _each_kind(come), strict=True):
        if not new:
            continue
        old = getattr(held, kind)
        if kind in INDEXED_KINDS:
            changes[kind] = merge_indexed(
                *(tuple(one for one in some if one.at_s <= latest_s) for some in (old, new)),
            )
        # messages overtake each other on the broker; what is held and can't be true keeps nothing out
        elif new.at_s <= latest_s and (old is None or not new.at_s < old.at_s <= latest_s):
            changes[kind] = new
    return changes


def merge_indexed(old: tuple[Indexed, ...], new: tuple[Indexed, ...]) -> tuple[Indexed, ...]:
    """Replace samples of the same `index` by newer ones and keep the others, sorted by index."""
    if not old and len(new) < 2:
        return new
    by_index = {sample.index: sample for sample in old}
    for sample in new:
        known = by_index.get(sample.index)
        # a message may bring one pack of several: each is compared with its own predecessor
        if known is None or sample.at_s >= known.at_s:
            by_index[sample.index] = sample
    # of parts there are as many as a vehicle has; of aircraft as many as somebody transmits
    if isinstance(new[0], Traffic) if new else False:
        by_index = kept_traffic(by_index)  # type: ignore[assignment, arg-type]
    return tuple(by_index[index] for index in sorted(by_index))
