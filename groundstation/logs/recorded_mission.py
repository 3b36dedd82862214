# SPDX-License-Identifier: Apache-2.0
"""The mission that a vehicle had when it flew, as far as its log tells. Used by one thread at a time, as the log is."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from groundstation.fleet.flight import Flight
from groundstation.fleet.plans.plan_items import FRAME_RELATIVE, PlanItem
from groundstation.logs.log import LogError
from groundstation.logs.series import SeriesOf

_INT, _FLOAT = "MISSION_ITEM_INT", "MISSION_ITEM"
_FIELDS = ("seq", "frame", "command", "autocontinue", "param1", "param2", "param3", "param4", "x", "y", "z")
_CMD_FIELDS = ("CTot", "CNum", "CId", "Prm1", "Prm2", "Prm3", "Prm4", "Lat", "Lng", "Alt")
_DEGREES = 1e-7
_MISSION = 0
_ARDUPILOT = "ardupilot"
MOST_ROWS = 100_000

_Numbered = dict[int, PlanItem]


def recorded_mission(series: SeriesOf, flight: Flight) -> tuple[PlanItem, ...]:
    """The items, home left out; empty where the log has not all of them.

    Args:
        series: of the vehicle.
        flight: what was told until its end counts.
    """
    for read in (_from_lists, _from_messages, _from_dataflash):
        found = read(series, flight)
        if found:
            return found
    return ()


def _whole(numbered: _Numbered, *, has_home: bool) -> tuple[PlanItem, ...]:
    """Items in order, when none is missing."""
    if not numbered or sorted(numbered) != list(range(max(numbered) + 1)):
        return ()
    ordered = [numbered[number] for number in range(len(numbered))]
    return tuple(ordered[1:] if has_home else ordered)


def _from_lists(series: SeriesOf, flight: Flight) -> tuple[PlanItem, ...]:
    """Of a recording of ours: the list as the bridge read it."""
    columns = series.columns("msn/mission", ("items",))
    if columns is None:
        return ()
    found: tuple[PlanItem, ...] = ()
    for at, raw in zip(columns.time_s.tolist(), columns.values["items"].tolist(), strict=True):
        if at <= flight.end_s and isinstance(raw, list):
            try:
                found = tuple(msgspec.convert(raw, type=tuple[PlanItem, ...]))
            except msgspec.ValidationError:
                continue
    return found


def _from_messages(series: SeriesOf, flight: Flight) -> tuple[PlanItem, ...]:
    """Of telemetry: what a station gave the vehicle, or read of it; whoever said it."""
    has_home = series.vehicle.autopilot == _ARDUPILOT
    numbered: _Numbered = {}
    for message, scale in ((_FLOAT, 1.0), (_INT, _DEGREES)):
        senders = {one.vehicle for one in series.log.info.messages if one.name == message and one.count}
        for sender in sorted(senders):
            numbered.update(_rows(series, message, sender, scale, flight))
        if message == _INT and numbered:
            break
    return _whole(numbered, has_home=has_home)


def _rows(series: SeriesOf, message: str, sender: str, scale: float, flight: Flight) -> _Numbered:
    try:
        columns = series.log.columns(message, None, vehicle=sender)
    except LogError:
        return {}
    if not set(_FIELDS) <= set(columns.values):
        return {}
    count = len(columns.time_s)
    kinds = columns.values.get("mission_type")
    targets = columns.values.get("target_system")
    found: _Numbered = {}
    for row in range(min(count, MOST_ROWS)):
        is_ours = targets is None or sender == series.vehicle.id or int(targets[row]) in (0, series.vehicle.sysid)
        is_mission = kinds is None or int(kinds[row]) == _MISSION
        if columns.time_s[row] <= flight.end_s and is_ours and is_mission:
            values = {name: columns.values[name][row] for name in _FIELDS}
            found[int(values["seq"])] = _item(values, scale)
    return found


def _item(values: dict[str, Any], scale: float) -> PlanItem:
    params = tuple(_known(float(values[f"param{place}"])) for place in range(1, 5))
    return PlanItem(
        command=int(values["command"]),
        frame=int(values["frame"]),
        params=params,  # type: ignore[arg-type]
        x=float(values["x"]) * scale,
        y=float(values["y"]) * scale,
        z=_known(float(values["z"])),
        goes_on=bool(values["autocontinue"]),
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _from_dataflash(series: SeriesOf, flight: Flight) -> tuple[PlanItem, ...]:
    """Of ArduPilot's own log: CMD is written for each item at the arming, home among them."""
    columns = series.columns("CMD", _CMD_FIELDS)
    if columns is None:
        return ()
    frames = series.columns("CMD", ("Frame",))
    numbered: _Numbered = {}
    total = 0
    for row, at in enumerate(columns.time_s.tolist()[:MOST_ROWS]):
        if at > flight.end_s:
            continue
        values = {name: float(columns.values[name][row]) for name in _CMD_FIELDS}
        total = int(values["CTot"])
        numbered[int(values["CNum"])] = PlanItem(
            command=int(values["CId"]),
            frame=int(frames.values["Frame"][row]) if frames is not None else FRAME_RELATIVE,
            params=(values["Prm1"], values["Prm2"], values["Prm3"], values["Prm4"]),
            x=values["Lat"],
            y=values["Lng"],
            z=values["Alt"],
        )
    # a shorter mission leaves items of the longer one before it
    return _whole({number: item for number, item in numbered.items() if number < total}, has_home=True)
