# SPDX-License-Identifier: Apache-2.0
"""What is told of flights, of vehicles and of logs that can't be read, column by column. GUI thread; no widgets."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.flight import LoggedFlight, UnreadLog, VehicleTotals, name_of
from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.shown_text import shown_path
from groundstation.fleet.summary import natural_order
from groundstation.ui.language.shown import percent, shown_time
from groundstation.ui.logbook_panel.row_model import Column, nothing
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.theme.roles import Ink
from groundstation.ui.units import DASH, fixed, in_unit, length_text, quantity

NEWEST_FIRST = 1
"""Place of the column that flights are sorted by to begin with."""

MOST_COMPARED = 200
"""Characters of a text that it is sorted by."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("LogbookColumns", text)


def flight_columns() -> tuple[Column, ...]:
    """Of one flight a row."""
    return (*_who_and_when(), *_how_far(), *_how_and_where())


def _who_and_when() -> tuple[Column, ...]:
    return (
        Column(
            "",
            26,
            lambda _: "",
            lambda one: one.is_pinned,
            tip=_sign_tip,
            mark=lambda one: "pin" if one.is_pinned else "copy" if one.duplicate_of is not None else "",
            title_tip=_tr("A pin: its session is kept for ever. Two sheets: the same flight is in another log too"),
        ),
        Column(
            _tr("Armed at"),
            142,
            lambda one: moment(one.flight.begin_unix_s),
            lambda one: one.flight.begin_unix_s,
            tip=lambda one: "" if one.flight.begin_unix_s is not None else _tr("The log does not tell the date"),
            role=_counting,
            title_tip=_tr("When it was armed, local time"),
        ),
        Column(
            _tr("Vehicle"),
            112,
            lambda one: name_of(one.flight),
            lambda one: _natural(name_of(one.flight)),
            tip=_about,
            role=_counting,
        ),
        Column(
            _tr("Operator"),
            96,
            lambda one: one.flight.operator or DASH,
            lambda one: _natural(one.flight.operator) if one.flight.operator else None,
            tip=lambda one: one.flight.operator or "",
            title_tip=_tr("Who had control of it most recently"),
            rank=5,
        ),
    )


def _how_far() -> tuple[Column, ...]:
    return (
        Column(
            _tr("In the air"),
            74,
            lambda one: length_text(one.flight.air_s),
            lambda one: one.flight.air_s,
            is_number=True,
            role=_counting,
            searched=nothing,
        ),
        Column(
            _tr("Armed"),
            78,
            _armed,
            lambda one: one.flight.duration_s,
            is_number=True,
            tip=_armed_tip,
            role=_counting,
            rank=3,
            searched=nothing,
        ),
        Column(
            _tr("Distance"),
            82,
            lambda one: _way(one.flight.distance_m),
            lambda one: one.flight.distance_m,
            is_number=True,
            role=_counting,
            title_tip=_tr("Along the ground"),
            rank=1,
            searched=nothing,
        ),
        Column(
            _tr("Height"),
            66,
            lambda one: quantity(one.flight.max_height_home_m, Dimension.HEIGHT, 0),
            lambda one: one.flight.max_height_home_m,
            is_number=True,
            role=_counting,
            title_tip=_tr("Highest above home"),
            rank=4,
            searched=nothing,
        ),
        Column(
            _tr("Speed"),
            80,
            lambda one: quantity(one.flight.max_ground_speed_mps, Dimension.SPEED, 1),
            lambda one: one.flight.max_ground_speed_mps,
            is_number=True,
            role=_counting,
            title_tip=_tr("Fastest over the ground"),
            rank=6,
            searched=nothing,
        ),
        Column(
            _tr("Battery"),
            88,
            _used,
            _used_order,
            is_number=True,
            role=_counting,
            title_tip=_tr("Used of the first pack: its charge, else its share"),
            rank=2,
            searched=nothing,
        ),
    )


def _how_and_where() -> tuple[Column, ...]:
    return (
        Column(
            _tr("Modes"),
            170,
            lambda one: _modes(one) or DASH,
            lambda one: _modes(one) or None,
            tip=_modes,
            rank=8,
        ),
        Column(
            _tr("Log"),
            170,
            lambda one: shown_path(one.log_name),
            lambda one: _natural(shown_path(one.log_name)),
            tip=_log_tip,
            searched=lambda one: f"{shown_path(one.log_name)}\n{shown_path(one.flight.path)}",
            mark=lambda one: "copy" if one.duplicate_of is not None else "",
            rank=7,
        ),
    )


def hours_columns() -> tuple[Column, ...]:
    """Of one vehicle a row."""

    def number(title: str, width: int, tell: str, tip: str = "", rank: int = 0) -> Column:
        return Column(
            title,
            width,
            lambda one: str(getattr(one, tell)),
            lambda one: getattr(one, tell),
            is_number=True,
            role=lambda _: Ink.TEXT,
            title_tip=tip,
            rank=rank,
        )

    def time_of(title: str, tell: str, rank: int = 0) -> Column:
        return Column(
            title,
            92,
            lambda one: length_text(getattr(one, tell)),
            lambda one: getattr(one, tell),
            is_number=True,
            role=lambda _: Ink.TEXT,
            rank=rank,
        )

    def vehicle(one: VehicleTotals) -> str:
        return one.name

    return (
        Column(
            _tr("Vehicle"),
            160,
            vehicle,
            lambda one: _natural(one.name),
            tip=vehicle,
            role=lambda _: Ink.TEXT,
        ),
        Column(
            _tr("Last flight"),
            142,
            lambda one: moment(one.last_flight_unix_s),
            lambda one: one.last_flight_unix_s,
            title_tip=_tr("When it was armed, local time"),
            rank=4,
        ),
        number(_tr("Flights"), 68, "flights"),
        number(_tr("Bench tests"), 92, "bench_tests", _tr("Armings that never left the ground"), 3),
        time_of(_tr("In the air"), "air_s"),
        time_of(_tr("Armed"), "armed_s", 2),
        Column(
            _tr("Distance"),
            92,
            lambda one: _long(one.distance_m),
            lambda one: one.distance_m,
            is_number=True,
            role=lambda _: Ink.TEXT,
            rank=1,
        ),
        Column(
            _tr("Battery"),
            92,
            lambda one: _with(one.battery_used_mah, "mAh", 0),
            lambda one: one.battery_used_mah,
            is_number=True,
            role=lambda _: Ink.TEXT,
            title_tip=_tr("Charge used of first packs"),
            rank=5,
        ),
    )


def unread_columns() -> tuple[Column, ...]:
    """Of one log that could not be read a row."""

    def name(one: UnreadLog) -> str:
        return Path(shown_path(one.path)).name

    def reason(one: UnreadLog) -> str:
        # readers begin with the path, which has a column of its own
        return shown_path(one.reason).removeprefix(shown_path(one.path)).strip()

    return (
        Column(_tr("Log"), 200, name, name, tip=lambda one: shown_path(one.path), role=lambda _: Ink.TEXT),
        Column(_tr("Why it could not be read"), 320, reason, reason, tip=lambda one: shown_path(one.reason)),
    )


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """`copter 2` before `copter 10`; texts from outside may be of any length."""
    return natural_order(text[:MOST_COMPARED])


def moment(unix_s: float | None) -> str:
    """A date and time of this computer's zone, to the minute; a dash for unknown."""
    if unix_s is None:
        return DASH
    return shown_time(unix_s, "%Y-%m-%d %H:%M") or DASH


def _counting(row: LoggedFlight) -> Ink:
    """What counts in another log is less bright."""
    return Ink.MUTED if row.duplicate_of is not None else Ink.TEXT


def _with(value: float | None, unit: str, digits: int, factor: float = 1.0) -> str:
    if unit == "%" and value is not None:
        return percent(value, digits)
    return DASH if value is None else f"{fixed(value, digits, factor)} {unit}"


def _way(metres: float | None) -> str:
    """In one unit, so that a column of them can be compared at a glance."""
    # a thin space: commas and points part thousands in some countries and decimals in others
    unit = chosen().measures.of(Dimension.DISTANCE)
    number = None if metres is None else metres * unit.factor
    return DASH if number is None else f"{number:,.0f} {unit.symbol}".replace(",", "\N{THIN SPACE}")


def _long(metres: float) -> str:
    unit = chosen().measures.long()
    return f"{in_unit(metres, unit, 1)} {unit.symbol}"


def _modes(row: LoggedFlight) -> str:
    return ", ".join(one.name for one in row.flight.modes)


def _armed(row: LoggedFlight) -> str:
    # the log began or ended in the middle of it: it was at least so long
    return length_text(row.flight.duration_s) if row.flight.is_whole else f"≥ {length_text(row.flight.duration_s)}"


def _armed_tip(row: LoggedFlight) -> str:
    if row.is_recording:
        return _tr("Still being recorded")
    return "" if row.flight.is_whole else _tr("Longer than that: the log does not have the whole flight")


def _used(row: LoggedFlight) -> str:
    if row.flight.battery_used_mah is None and row.flight.battery_used_fraction is not None:
        return _with(row.flight.battery_used_fraction, "%", 0, 100.0)
    return _with(row.flight.battery_used_mah, "mAh", 0)


def _used_order(row: LoggedFlight) -> tuple[bool, float] | None:
    """Shares among themselves, charges among themselves: neither tells the other."""
    if row.flight.battery_used_mah is not None:
        return True, row.flight.battery_used_mah
    return None if row.flight.battery_used_fraction is None else (False, row.flight.battery_used_fraction)


def _sign_tip(row: LoggedFlight) -> str:
    pinned = _tr("Its session is kept for ever") if row.is_pinned else ""
    return "\n".join(line for line in (pinned, _same(row)) if line)


def _same(row: LoggedFlight) -> str:
    if row.duplicate_of is None:
        return ""
    return _tr("The same flight is in {path}, and counts there").format(path=shown_path(row.duplicate_of))


def _log_tip(row: LoggedFlight) -> str:
    return "\n".join(line for line in (shown_path(row.flight.path), _same(row)) if line)


def _about(row: LoggedFlight) -> str:
    """The flight in full: narrow panels have no room for every column."""
    told = (
        (_tr("Vehicle"), name_of(row.flight)),
        (_tr("Armed"), _armed(row)),
        (_tr("Distance"), _way(row.flight.distance_m)),
        (_tr("Height"), quantity(row.flight.max_height_home_m, Dimension.HEIGHT, 0)),
        (_tr("Speed"), quantity(row.flight.max_ground_speed_mps, Dimension.SPEED, 1)),
        (_tr("Battery"), _used(row)),
        (_tr("Operator"), row.flight.operator or DASH),
        (_tr("Modes"), _modes(row) or DASH),
        (_tr("Log"), _log_tip(row)),
    )
    return "\n".join(f"{title}: {text}" for title, text in told)
