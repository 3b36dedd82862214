# SPDX-License-Identifier: Apache-2.0
"""The one address of a value, from the tree to plots, filters, recordings, reports and foreign logs. Pure.

    <kind>.<field>            position.height_home_m
    <kind>.<index>.<field>    battery.1.voltage_v    of what there can be several: the one whose `index` is that
    <kind>[...].<item>        battery.0.cells_v.2    an item of a list by its place
    <kind>[...].<list>        vibration.clipping     a list as one number: its largest
    link.<link>.<field>       link.udpin:0.0.0.0:14550.rtt_ms; `best` stands for the link that commands would take
    awareness.<field>         awareness.closest_m    what the station works out itself; no message has it

A sensor's values are addressed by its topic and the path in its JSON (`ValueRef`); what a log calls by names of its own
is `raw:<message>.<field>` (`raw.py`), which leads to nothing of a vehicle's state.
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable
from typing import Any

import msgspec

from groundstation.fleet.awareness.derived import AWARENESS, Awareness
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import INDEXED_KINDS, KINDS, Samples
from groundstation.fleet.link import LinkQuality, LinkReport
from groundstation.fleet.navigation import GpsFix
from groundstation.fleet.raw import RAW, is_raw
from groundstation.fleet.sample import Name
from groundstation.fleet.status import LandedState
from groundstation.fleet.units import Unit, label_of, unit_of
from groundstation.fleet.vehicle import VehicleState

LINK = "link"
BEST = "best"
"""In place of a link's text."""
MAX_REFS = 64
RAW_UNIT = Unit("", 4)
"""Of what a log calls by names of its own."""


class ValueRef(msgspec.Struct, frozen=True):
    """Names one value."""

    source: VehicleKey | str
    """A vehicle, or a sensor's topic exactly as received."""
    path: str
    """Which value of it; empty for a sensor that sends a plain number."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[ValueRef])


def json_from_refs(refs: list[ValueRef]) -> bytes:
    """For settings and for a drag; at most `MAX_REFS` of them."""
    return _encoder.encode(refs[:MAX_REFS])


def refs_from_json(data: bytes | str) -> list[ValueRef]:
    """Back from settings or a drag; damaged data gives none."""
    try:
        # settings may be of an older version, and a drag may come from another program
        return _decoder.decode(data)[:MAX_REFS]
    except msgspec.DecodeError:
        return []


Getter = Callable[[VehicleState | Samples], object]
"""Reads a value; None for what is unknown."""


@functools.lru_cache(maxsize=8192)
def getter(path: str) -> Getter:
    """A function that reads a vehicle's value from its state, or from samples as they are recorded.

    It answers None for what is unknown, and for a path that leads nowhere.
    """
    kind, *rest = path.split(".")
    if kind == LINK:
        link, field = _link_and_field(path)
        return lambda state: _of_link(getattr(state, LINK, None), link, field)
    if kind == AWARENESS:
        # samples, as they are recorded, have nothing of it
        return lambda state: _below(getattr(state, AWARENESS, None), tuple(rest)) if rest else None
    if kind not in KINDS or not rest:
        return lambda _state: None
    if kind in INDEXED_KINDS:
        index = int(rest[0]) if rest[0].isdecimal() else -1
        # a list's place is not the pack's number: a message may carry the second one alone
        return functools.partial(_indexed, kind=kind, index=index, rest=tuple(rest[1:]))
    return functools.partial(_plain, kind=kind, rest=tuple(rest))


def value_in(content: object, path: str) -> object:
    """What a message of ours says of a value.

    Args:
        content: of its envelope.
        path: the value's address.

    Returns:
        The value; None where the message says nothing of it.
    """
    if isinstance(content, LinkReport):
        return _of_link(content, *_link_and_field(path)) if kind_of(path) == LINK else None
    return getter(path)(content) if isinstance(content, Samples) else None


def kind_of(path: str) -> str:
    """The kind of sample that a path reads; `link` for link reports."""
    return path.partition(".")[0]


def field_of(path: str) -> str:
    """The field that gives a path its unit: the last part that is a name."""
    return next((part for part in reversed(path.split(".")) if not part.isdecimal()), path)


def unit_of_path(path: str) -> Unit:
    """How the number that is there is shown."""
    # the names of a log's fields tell no unit of ours
    return RAW_UNIT if is_raw(path) else unit_of(field_of(path))


def label_of_path(path: str) -> str:
    """What a value is called, for reading."""
    return path.removeprefix(RAW) if is_raw(path) else label_of(field_of(path))


@functools.lru_cache(maxsize=8192)
def exists(path: str) -> bool:
    """Whether a path can lead to a value of a vehicle."""
    kind, *rest = path.split(".")
    if kind == LINK:
        return _link_and_field(path)[1] in LinkQuality.__struct_fields__
    if kind == AWARENESS:
        return len(rest) == 1 and rest[0] in Awareness.__struct_fields__
    if kind not in KINDS:
        return False
    if kind in INDEXED_KINDS:
        if not rest or not rest[0].isdecimal():
            return False
        rest = rest[1:]
    names = [part for part in rest if not part.isdecimal()]
    return len(names) == 1 and rest[0] == names[0] and names[0] in sample_type(kind).__struct_fields__


@functools.cache
def sample_type(kind: str) -> Any:
    """The type of the samples of a kind, also of one of which there can be several."""
    # annotations are texts here, and have to be resolved
    hint = typing.get_type_hints(Samples)[kind]
    return next(one for one in typing.get_args(hint) if hasattr(one, "__struct_fields__"))


INSTEAD: dict[str, tuple[tuple[str, float], ...]] = {
    "position.height_home_m": (("altitude.height_home_m", 1.0),),
    "velocity.ground_speed_mps": (("air_data.ground_speed_mps", 1.0),),
    "air_data.climb_mps": (("velocity.down_mps", -1.0),),
    "attitude.yaw_deg": (("position.heading_deg", 1.0),),
}
"""What tells the same where a vehicle does not tell a value: addresses, the best first, and factors."""

CODES: dict[type[Name], dict[str, float]] = {
    # as MAVLink GPS_FIX_TYPE counts
    GpsFix: {
        one.value: float(number)
        for number, one in enumerate(
            (
                *(GpsFix.NO_GPS, GpsFix.NO_FIX, GpsFix.FIX_2D, GpsFix.FIX_3D),
                *(GpsFix.DGPS, GpsFix.RTK_FLOAT, GpsFix.RTK_FIXED, GpsFix.STATIC, GpsFix.PPP),
            )
        )
    },
    # 1 on the ground, 0 in the air
    LandedState: {
        LandedState.ON_GROUND.value: 1.0,
        LandedState.IN_AIR.value: 0.0,
        LandedState.TAKING_OFF.value: 0.0,
        LandedState.LANDING.value: 0.0,
    },
}
"""Numbers that names stand for in plots, charts and comparisons; what is not here is unknown."""
_CODED = {("gps", "fix"): GpsFix, ("landed", "state"): LandedState}


def codes_of(path: str) -> dict[str, float] | None:
    """Numbers by name for a value that is a name; None for any other."""
    kind = _CODED.get((kind_of(path), field_of(path)))
    return CODES[kind] if kind is not None else None


def number(value: object) -> float | None:
    """What of a value can be drawn: a number, a boolean as 0 or 1, a name by `CODES`, of a list the largest."""
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, Name):
        return CODES.get(type(value), {}).get(value.value)
    if isinstance(value, tuple):
        return max((float(one) for one in value if isinstance(one, int | float)), default=None)
    return None


def _below(value: object, rest: tuple[str, ...]) -> object:
    for name in rest:
        if isinstance(value, tuple):
            value = value[int(name)] if name.isdecimal() and int(name) < len(value) else None
        else:
            value = getattr(value, name, None)
    return value


def _plain(state: VehicleState | Samples, kind: str, rest: tuple[str, ...]) -> object:
    return _below(getattr(state, kind), rest)


def _indexed(state: VehicleState | Samples, kind: str, index: int, rest: tuple[str, ...]) -> object:
    for sample in getattr(state, kind):
        if sample.index == index:
            return _below(sample, rest)
    return None


def _link_and_field(path: str) -> tuple[str, str]:
    """A link's text may have dots in it; the field is behind the last one."""
    link, _, field = path.removeprefix(f"{LINK}.").rpartition(".")
    return link, field


def _of_link(report: LinkReport | None, link: str, field: str) -> object:
    for one in report.links if report is not None else ():
        if one.link == link or (link == BEST and one.is_best):
            return getattr(one, field, None)
    return None
