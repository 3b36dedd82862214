# SPDX-License-Identifier: Apache-2.0
"""What happened to a vehicle in a log: modes it was in, texts it said, parameters that were changed."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from groundstation.fleet.events import EventKind
from groundstation.fleet.flight import ModeSpan
from groundstation.fleet.identity import VehicleKind
from groundstation.fleet.sample import Severity
from groundstation.fleet.shown_text import harmless
from groundstation.logs.log import Columns, Vocabulary
from groundstation.logs.series import SeriesOf
from groundstation.mavlink import modes

MAX_TEXTS = 100_000
"""Texts of one vehicle that are kept."""
MAV_TYPES = {
    VehicleKind.PLANE: 1,
    VehicleKind.MULTICOPTER: 2,
    VehicleKind.HELICOPTER: 4,
    VehicleKind.AIRSHIP: 7,
    VehicleKind.ROVER: 10,
    VehicleKind.BOAT: 11,
    VehicleKind.SUBMARINE: 12,
    VehicleKind.VTOL: 1,
}
"""MAV_TYPE by kind, for the names of modes; ArduPilot's VTOLs are planes."""
NAV_STATES = {
    0: "MANUAL",
    1: "ALTCTL",
    2: "POSCTL",
    3: "MISSION",
    4: "LOITER",
    5: "RTL",
    10: "ACRO",
    12: "DESCEND",
    13: "TERMINATION",
    14: "OFFBOARD",
    15: "STABILIZED",
    17: "TAKEOFF",
    18: "LAND",
    19: "FOLLOWME",
    20: "PRECLAND",
    21: "ORBIT",
    22: "VTOL_TAKEOFF",
}
"""PX4's vehicle_status.nav_state (msg/VehicleStatus.msg), by the names that its MAVLink modes have."""
WHOLE_TYPES = {1: "B", 2: "b", 3: "H", 4: "h", 5: "I", 6: "i"}
"""MAV_PARAM_TYPE of whole numbers, which PX4 sends as the bits of a float."""


_OF_CONTROL = ([EventKind.CONTROL.value], [EventKind.EXTERNAL_CONTROL.value])


class Text(NamedTuple):
    """Something the vehicle said."""

    time_s: float
    text: str
    """Plain text from outside; never interpreted."""
    severity: int | None
    """MAVLink MAV_SEVERITY, 0 the worst; None where the log does not tell."""
    is_own: bool = True
    """In the vehicle's words, or a change of it; False for who was in control of it."""


class Change(NamedTuple):
    """A parameter that got another value while the log ran."""

    time_s: float
    name: str
    before: float
    after: float


def mode_spans(series: SeriesOf) -> tuple[ModeSpan, ...]:
    """The flight modes in order, none twice in a row; empty when the log does not tell."""
    for vocabulary in series.vocabularies:
        named = _named_modes(series, vocabulary)
        if named:
            return _joined(named, series.last_s(named[-1][0]))
    return ()


def texts(series: SeriesOf) -> tuple[Text, ...]:
    """What the vehicle said, in order, at most `MAX_TEXTS`."""
    for vocabulary in series.vocabularies:
        found = sorted(_texts(series, vocabulary), key=lambda one: one.time_s)[:MAX_TEXTS]
        if found:
            return tuple(found)
    return ()


def changes(series: SeriesOf) -> tuple[Change, ...]:
    """Parameters that were told a second time with another value, in order."""
    known: dict[str, float] = {}
    found = []
    for time_s, name, value in parameters(series):
        # told the first time it is no change: logs begin with all parameters
        before = known.get(name, value)
        known[name] = value
        if before != value and not (np.isnan(before) and np.isnan(value)):
            found.append(Change(time_s, name, before, value))
    return tuple(found)


def _named_modes(series: SeriesOf, vocabulary: Vocabulary) -> list[tuple[float, str]]:
    if vocabulary is Vocabulary.MAVLINK:
        fields: tuple[str, ...] = ("type", "autopilot", "base_mode", "custom_mode")
        return _heartbeat_modes(series.columns("HEARTBEAT", fields))
    if vocabulary is Vocabulary.ULOG:
        columns = series.columns("vehicle_status", ("nav_state",))
        return [(at, NAV_STATES.get(int(one), f"MODE {one}")) for at, (one,) in _rows(columns)]
    if vocabulary is Vocabulary.DATAFLASH:
        return _dataflash_modes(series)
    for message in ("state", "tlm/status"):
        rows = _rows(series.columns(message, ("mode.name",)))
        named = [(at, name) for at, (name,) in rows if isinstance(name, str) and name]
        if named:
            return named
    return []


def _heartbeat_modes(columns: Columns | None) -> list[tuple[float, str]]:
    names: dict[tuple[int, ...], str] = {}
    found = []
    for at, row in _rows(columns):
        kind, autopilot, base, custom = key = tuple(int(one) for one in row)
        # a gimbal or a companion of the same system: its modes are none of the vehicle's
        if autopilot == modes.MAV_AUTOPILOT_INVALID:
            continue
        if key not in names:
            names[key] = modes.mode_name(kind, autopilot, base, custom) or f"MODE {custom}"
        found.append((at, names[key]))
    return found


def _dataflash_modes(series: SeriesOf) -> list[tuple[float, str]]:
    # old logs have the name in Mode, and no number
    columns = series.columns("MODE", ("ModeNum",)) or series.columns("MODE", ("Mode",))
    kind = series.vehicle.kind
    mav_type = MAV_TYPES.get(VehicleKind(kind), 2) if kind in tuple(VehicleKind) else 2
    found = []
    for at, (mode,) in _rows(columns):
        if isinstance(mode, str):
            found.append((at, mode.upper()))
            continue
        base, autopilot = modes.CUSTOM_MODE_ENABLED, modes.MAV_AUTOPILOT_ARDUPILOT
        found.append((at, modes.mode_name(mav_type, autopilot, base, int(mode)) or f"MODE {mode}"))
    return found


def _joined(named: list[tuple[float, str]], last_s: float) -> tuple[ModeSpan, ...]:
    named = sorted(named, key=lambda one: one[0])
    starts = [one for place, one in enumerate(named) if not place or named[place - 1][1] != one[1]]
    ends = [at for at, _ in starts[1:]] + [last_s]
    return tuple(ModeSpan(name, at, end) for (at, name), end in zip(starts, ends, strict=True))


def _texts(series: SeriesOf, vocabulary: Vocabulary) -> Iterator[Text]:
    if vocabulary is Vocabulary.MAVLINK:
        for at, (severity, text) in _rows(series.columns("STATUSTEXT", ("severity", "text"))):
            yield Text(at, _plain(text), int(severity))
    elif vocabulary is Vocabulary.DATAFLASH:
        for at, (text,) in _rows(series.columns("MSG", ("Message",))):
            yield Text(at, _plain(text), None)
        for at, (part, code) in _rows(series.columns("ERR", ("Subsys", "ECode"))):
            # ERR tells no severity; 3 is MAV_SEVERITY_ERROR
            yield Text(at, f"error {int(code)} of subsystem {int(part)}", 3)
    elif vocabulary is Vocabulary.ULOG:
        for at, (severity, text) in _rows(series.columns("logged_messages", ("log_level", "message"))):
            yield Text(at, _plain(text), int(severity))
    else:
        ranks = {one.value: rank for rank, one in enumerate(Severity) if one is not Severity.UNKNOWN}
        columns = series.columns("evt", ("severity", "text", "kind")) or series.columns("evt", ("severity", "text"))
        for at, (severity, text, *kind) in _rows(columns):
            if isinstance(text, str) and text:
                yield Text(at, _plain(text), ranks.get(severity), is_own=kind[:1] not in _OF_CONTROL)


def parameters(series: SeriesOf) -> Iterable[tuple[float, str, float]]:
    """Time, name and value of each parameter that was told."""
    # ArduPilot sends whole numbers as floats of the same value (MAVLink guide, "Parameter Protocol")
    is_packed = series.vehicle.autopilot == "px4"
    for at, (name, value, kind) in _rows(series.columns("PARAM_VALUE", ("param_id", "param_value", "param_type"))):
        yield at, _plain(name), _unpacked(float(value), int(kind)) if is_packed else float(value)
    for message, fields in (("PARM", ("Name", "Value")), ("parameters", ("name", "value"))):
        for at, (name, value) in _rows(series.columns(message, fields)):
            yield at, _plain(name), float(value)


def _unpacked(value: float, kind: int) -> float:
    letter = WHOLE_TYPES.get(kind)
    if letter is None:
        return value
    return float(struct.unpack_from("<" + letter, struct.pack("<f", value))[0])


def _rows(columns: Columns | None) -> Iterator[tuple[float, tuple[Any, ...]]]:
    """Time and values of each row with a time."""
    if columns is None:
        return
    lists = [column.tolist() for column in columns.values.values()]
    for at, *row in zip(columns.time_s.tolist(), *lists, strict=True):
        if np.isfinite(at):
            yield at, tuple(row)


def _plain(text: object) -> str:
    """Text without what is not printable."""
    shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    # a text of fixed width ends with its first NUL, and has none where it fills the width (MAVLink, STATUSTEXT.text)
    return harmless(shown.split("\0", 1)[0]).strip()
