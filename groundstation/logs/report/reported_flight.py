# SPDX-License-Identifier: Apache-2.0
"""What one page is about, and what its head says of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

from groundstation.fleet.flight import Flight, TimeBase
from groundstation.logs.log import Damage
from groundstation.logs.report import scales
from groundstation.logs.series import SeriesOf, ValueSeries

SIMULATED = "sim/"
"""Ids in a recording of ours begin so when nothing really flew."""
_KINDS = {"vtol": "VTOL"}
_AUTOPILOTS = {"ardupilot": "ArduPilot", "px4": "PX4"}


class Subject(NamedTuple):
    """A flight, or all that a log has of a vehicle."""

    flight: Flight
    """Of a whole log only the identity, the times and the modes are filled in."""
    series: SeriesOf
    place: str
    """As `flight 1 of 2`."""
    whole_because: str = ""
    """Why it is the whole log and no flight; empty for a flight."""

    def inside(self, path: str) -> ValueSeries | None:
        """A value while it lasted; None when the log tells none."""
        found = self.series.get(path)
        return found.between(self.flight.begin_s, self.flight.end_s) if found else None


class Figure(NamedTuple):
    """One of the numbers at the top."""

    label: str
    value: str
    """Empty when unknown."""
    unit: str = ""
    more: str = ""
    """In small letters below."""


def title(flight: Flight) -> str:
    """What the vehicle is called."""
    if flight.vehicle_name and flight.vehicle_name != flight.vehicle:
        return flight.vehicle_name
    # what readers call one without a name: its system id, or just `vehicle`
    if flight.vehicle.isdecimal() or flight.vehicle == "vehicle":
        return f"Vehicle {flight.sysid}" if flight.sysid is not None else "Vehicle"
    return flight.vehicle.rpartition("/")[2]


def subtitle(subject: Subject) -> str:
    """Autopilot, kind, file and who flew it, in one line."""
    flight = subject.flight
    kind = " ".join((_AUTOPILOTS.get(flight.autopilot, flight.autopilot), _KINDS.get(flight.kind, flight.kind))).strip()
    parts = [
        "simulated" if flight.vehicle.startswith(SIMULATED) else "",
        kind,
        subject.place,
        f"flown by {flight.operator}" if flight.operator else "",
        PurePath(flight.path).name,
    ]
    return "  ·  ".join(one for one in parts if one)


def when(flight: Flight) -> tuple[str, str]:
    """Date and time of the begin, and of the end."""
    if flight.time_base is TimeBase.UTC:
        begin, end = (dt.datetime.fromtimestamp(one, dt.UTC) for one in (flight.begin_s, flight.end_s))
        last = f"{end:%H:%M:%S} UTC" if begin.date() == end.date() else f"{end:%Y-%m-%d %H:%M:%S} UTC"
        return f"{begin:%Y-%m-%d  %H:%M:%S} UTC", f"to {last}"
    begins, ends = scales.clock(flight.begin_s), scales.clock(flight.end_s)
    # its seconds count from a moment that nobody knows
    if flight.time_base is TimeBase.UNSET:
        return "date unknown", f"{scales.clock(flight.duration_s)} long"
    return "date unknown", f"{begins} to {ends} after the autopilot started"


def zero(subject: Subject) -> str:
    """What the time axis counts from."""
    flight = subject.flight
    what = "begin of log" if subject.whole_because or not flight.begin_is_known else "arming"
    if flight.time_base is TimeBase.UTC:
        return f"{what}, {dt.datetime.fromtimestamp(flight.begin_s, dt.UTC):%H:%M:%S} UTC"
    return what if flight.time_base is TimeBase.UNSET else f"{what}, {scales.clock(flight.begin_s)} after boot"


def warnings(subject: Subject) -> Iterator[str]:
    """What a reader must know before trusting the page; nothing when all is well."""
    flight = subject.flight
    if subject.whole_because:
        yield subject.whole_because
    if not subject.whole_because and not flight.begin_is_known:
        yield "Armed before the log began: when is unknown, and so is what came before."
    if not subject.whole_because and not flight.is_ended:
        yield "Disarming was not heard: the log ended, the link was lost or the vehicle restarted."
    yield from _damage(subject.series.log.info.damage)


def _damage(damage: Damage) -> Iterator[str]:
    if damage.is_cut:
        yield "The log ends early: it was cut, or was still being written."
    parts = []
    if damage.parts:
        places = "1 damaged part" if damage.parts == 1 else f"{damage.parts:,} damaged parts"
        parts.append(f"{places}, {damage.size_bytes:,} bytes, can't be read")
    if damage.refused_times:
        parts.append(f"{damage.refused_times:,} messages with absurd times are left out")
    if parts:
        yield f"The log is damaged: {'; '.join(parts)}."


def figures(subject: Subject) -> tuple[Figure, ...]:
    """The numbers at the top; of a whole log only what needs no flight."""
    flight = subject.flight
    # the place that `flights.py` measured from
    origin = "from arming" if flight.takeoff_lat_deg is not None else "from home"
    duration = scales.clock(flight.duration_s)
    if subject.whole_because:
        return (Figure("Log", duration, _time_unit(duration)), _highest(subject), _fastest(subject), _voltage(subject))
    ended = "" if flight.is_ended and flight.begin_is_known else "at least"
    air = "" if flight.air_s is None else scales.clock(flight.air_s)
    return (
        Figure("Armed", duration, _time_unit(duration), ended),
        Figure("In the air", air, _time_unit(air)),
        Figure("Distance", *_metres(flight.distance_m), "along the ground"),
        Figure("Farthest", *_metres(flight.farthest_m), origin),
        _highest(subject),
        _fastest(subject),
        _used(flight),
        _voltage(subject),
    )


def _time_unit(shown: str) -> str:
    return "h" if shown.count(":") == 2 else "min"


def _metres(length_m: float | None) -> tuple[str, str]:
    if length_m is None:
        return "", ""
    return (scales.fixed(length_m / 1000.0, 1), "km") if length_m >= 10_000.0 else (scales.fixed(length_m, 0), "m")


def _highest(subject: Subject) -> Figure:
    height = subject.inside("position.height_home_m")
    return Figure("Highest", "" if height is None else scales.fixed(float(height.values.max()), 1), "m", "above home")


def _fastest(subject: Subject) -> Figure:
    speed = subject.inside("velocity.ground_speed_mps")
    return Figure("Fastest", "" if speed is None else scales.fixed(float(speed.values.max()), 1), "m/s", "over ground")


def _used(flight: Flight) -> Figure:
    part = flight.battery_used_fraction
    # damage can make any number of it
    share = "" if part is None or not 0.0 <= part <= 1.0 else scales.fixed(part * 100.0, 0)
    if flight.battery_used_mah is None:
        return Figure("Battery used", share, "%", "of its charge")
    return Figure(
        "Battery used", scales.fixed(flight.battery_used_mah, 0), "mAh", f"{share} % of its charge" if share else ""
    )


def _voltage(subject: Subject) -> Figure:
    voltage = subject.inside("battery.0.voltage_v")
    if voltage is None:
        return Figure("Lowest voltage", "")
    first, last = float(voltage.values[0]), float(voltage.values[-1])
    return Figure(
        "Lowest voltage",
        scales.fixed(float(voltage.values.min()), 2),
        "V",
        f"{scales.fixed(first, 2)} → {scales.fixed(last, 2)}",
    )
