# SPDX-License-Identifier: Apache-2.0
"""What the tiles of a vehicle say. Pure but for the translation; GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.conditions import (
    BATTERY_CAUTION_FRACTION,
    BATTERY_WARNING_FRACTION,
    ESTIMATOR_FAILED_RATIO,
    Level,
    heartbeat_age_s,
)
from groundstation.fleet.energy import BatteryPack
from groundstation.fleet.kinds import Freshness
from groundstation.fleet.link import LinkQuality
from groundstation.fleet.navigation import GpsFix, GpsReceiver
from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.language.shown import percent
from groundstation.ui.language.speaking import counted
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.units import DASH, age_text, fixed, in_unit, quantity
from groundstation.ui.vehicle_panel.tile import TileContent

LINK_OLD_S = 5.0
"""A link report comes once a second; older than this it is history."""
VIBRATION_HIGH_MPS2 = 30.0
"""ArduPilot's documentation calls levels above 30 m/s² a problem."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("VehicleTiles", text)


def _age_note(state: VehicleState, kind: str, now_s: float) -> tuple[str, bool]:
    """The age when it matters, and whether the values are too old to be believed."""
    if state.freshness(kind, now_s) in (Freshness.FRESH, Freshness.MISSING):
        return "", False
    return _tr("{age} old").format(age=age_text(state.age_s(kind, now_s))), True


def battery_content(state: VehicleState, now_s: float) -> TileContent:
    """All packs; the weakest gives the big number."""
    note, is_stale = _age_note(state, "battery", now_s)
    title = (
        _tr("Battery")
        if len(state.battery) < 2
        else _tr("Battery \N{MULTIPLICATION SIGN}{count}").format(count=len(state.battery))
    )
    if not state.battery:
        return TileContent(title=title, icon="battery", details=(DASH,))
    charges = [pack.charge_fraction for pack in state.battery if pack.charge_fraction is not None]
    # the weakest pack ends the flight
    lowest = min(charges, default=None)
    return TileContent(
        title=title,
        icon="battery",
        value=fixed(lowest, 0, 100.0),
        unit="%",
        note=note,
        details=tuple(_pack_text(pack, len(state.battery) > 1) for pack in state.battery),
        level=_charge_level(lowest),
        is_stale=is_stale,
        bar=lowest,
    )


def _charge_level(charge: float | None) -> Level:
    if charge is None or charge >= BATTERY_CAUTION_FRACTION:
        return Level.NORMAL
    return Level.WARNING if charge < BATTERY_WARNING_FRACTION else Level.CAUTION


def _pack_text(pack: BatteryPack, is_one_of_many: bool) -> str:
    parts = [f"{fixed(pack.voltage_v)} V", f"{fixed(pack.current_a)} A"]
    if is_one_of_many:
        parts = [f"{pack.index + 1}:", DASH if pack.charge_fraction is None else percent(pack.charge_fraction), *parts]
    elif pack.time_left_s is not None:
        parts.append(f"~{pack.time_left_s / 60:.0f} min")
    return "  ".join(parts)


_FIX_NAMES = {
    GpsFix.NO_GPS: "no GPS",
    GpsFix.NO_FIX: "no fix",
    GpsFix.FIX_2D: "2D",
    GpsFix.FIX_3D: "3D",
    GpsFix.DGPS: "DGPS",
    GpsFix.RTK_FLOAT: "RTK float",
    GpsFix.RTK_FIXED: "RTK",
    GpsFix.STATIC: "static",
    GpsFix.PPP: "PPP",
    GpsFix.UNKNOWN: DASH,
}


def fix_name(fix: GpsFix) -> str:
    """A fix in a short word."""
    return _tr(_FIX_NAMES.get(fix, DASH))


def gps_content(state: VehicleState, now_s: float) -> TileContent:
    """Every receiver; the first gives the big word."""
    note, is_stale = _age_note(state, "gps", now_s)
    if not state.gps:
        return TileContent(title=_tr("GPS"), icon="gps", details=(DASH,))
    first = state.gps[0]
    is_lost = first.fix in (GpsFix.NO_FIX, GpsFix.NO_GPS)
    return TileContent(
        title=_tr("GPS")
        if len(state.gps) < 2
        else _tr("GPS \N{MULTIPLICATION SIGN}{count}").format(count=len(state.gps)),
        icon="gps",
        value=fix_name(first.fix),
        unit="" if first.satellites is None else _tr("{count} sat").format(count=first.satellites),
        note=note,
        details=tuple(_receiver_text(one, len(state.gps) > 1) for one in state.gps),
        level=Level.CAUTION if is_lost else Level.NORMAL,
        is_stale=is_stale,
    )


def _receiver_text(receiver: GpsReceiver, is_one_of_many: bool) -> str:
    parts = [f"HDOP {fixed(receiver.hdop)}"]
    if is_one_of_many:
        satellites = DASH if receiver.satellites is None else str(receiver.satellites)
        parts = [
            f"{receiver.index + 1}: {fix_name(receiver.fix)}",
            _tr("{count} sat").format(count=satellites),
            *parts,
        ]
    elif receiver.horizontal_accuracy_m is not None:
        parts.append(f"±{quantity(receiver.horizontal_accuracy_m, Dimension.DISTANCE)}")
    return "  ".join(parts)


def link_content(state: VehicleState, now_s: float) -> TileContent:
    """The best link's share of messages that came, and every link's numbers."""
    title = _tr("Link")
    age_s = heartbeat_age_s(state, now_s)
    if state.link is None or state.link_received_s is None or not state.link.links:
        return TileContent(title=title, icon="link", details=(DASH,))
    # the one that commands would take comes first
    links = sorted(state.link.links, key=lambda one: not one.is_best)
    loss = links[0].loss_fraction
    is_old = now_s - state.link_received_s > LINK_OLD_S
    is_lost = not state.is_heard
    return TileContent(
        title=title if len(links) < 2 else _tr("Links \N{MULTIPLICATION SIGN}{count}").format(count=len(links)),
        icon="link_lost" if is_lost else "link",
        value=_tr("lost") if is_lost else fixed(None if loss is None else 1.0 - loss, 1, 100.0),
        unit="" if is_lost else "%",
        note=age_text(age_s) if age_s is not None else "",
        # numbers of a link that is not reported any more are of the past
        details=tuple(_link_text(one) for one in links) if not is_old else (_tr("no report"),),
        level=Level.WARNING if is_lost else Level.NORMAL,
        is_stale=is_old and not is_lost,
    )


def _link_text(link: LinkQuality) -> str:
    """Round trip, rate and loss of one link."""
    loss = DASH if link.loss_fraction is None else percent(link.loss_fraction, 1)
    return f"{fixed(link.rtt_ms, 0)} ms  {fixed(link.messages_per_s, 0)}/s  " + _tr("{share} lost").format(share=loss)


def wind_content(state: VehicleState, now_s: float) -> TileContent:
    """Speed, and where it comes from."""
    note, is_stale = _age_note(state, "wind", now_s)
    wind = state.wind
    unit = chosen().measures.of(Dimension.SPEED)
    from_text = DASH if wind is None or wind.from_deg is None else f"{round(wind.from_deg) % 360:03d}°"
    return TileContent(
        title=_tr("Wind"),
        icon="wind",
        value=in_unit(wind.speed_mps if wind is not None else None, unit),
        unit=unit.symbol,
        note=note,
        details=(_tr("from {direction}").format(direction=from_text),),
        is_stale=is_stale,
    )


def estimator_content(state: VehicleState, now_s: float) -> TileContent:
    """The worst innovation ratio; above 1 the filter rejects a sensor."""
    note, is_stale = _age_note(state, "estimator", now_s)
    one = state.estimator
    ratios = {
        _tr("v"): one.velocity_ratio if one is not None else None,
        _tr("p"): one.horizontal_position_ratio if one is not None else None,
        _tr("h"): one.vertical_position_ratio if one is not None else None,
        _tr("m"): one.compass_ratio if one is not None else None,
    }
    known = [ratio for ratio in ratios.values() if ratio is not None]
    worst = max(known, default=None)
    return TileContent(
        title=_tr("Estimator"),
        icon="estimator",
        value=fixed(worst, 2),
        unit=_tr("worst ratio"),
        note=note,
        details=("  ".join(f"{name} {fixed(ratio)}" for name, ratio in ratios.items()),),
        level=Level.CAUTION if worst is not None and worst > ESTIMATOR_FAILED_RATIO else Level.NORMAL,
        is_stale=is_stale,
    )


def vibration_content(state: VehicleState, now_s: float) -> TileContent:
    """The strongest axis."""
    note, is_stale = _age_note(state, "vibration", now_s)
    one = state.vibration
    axes = (one.x_mps2, one.y_mps2, one.z_mps2) if one is not None else (None, None, None)
    worst = max((axis for axis in axes if axis is not None), default=None)
    clips = sum(one.clipping) if one is not None else 0
    details = "  ".join(f"{name} {fixed(axis)}" for name, axis in zip("xyz", axes, strict=True))
    return TileContent(
        title=_tr("Vibration"),
        icon="vibration",
        value=fixed(worst),
        unit="m/s²",
        note=note
        or (counted("VehicleTiles", "{count} clip", "{count} clips", clips).format(count=clips) if clips else ""),
        details=(details,),
        level=Level.CAUTION if worst is not None and worst > VIBRATION_HIGH_MPS2 else Level.NORMAL,
        is_stale=is_stale,
    )


TILES: tuple[Callable[[VehicleState, float], TileContent], ...] = (
    battery_content,
    gps_content,
    link_content,
    wind_content,
    estimator_content,
    vibration_content,
)
"""In order of display, two in a row."""


def _clips_text(clips: int) -> str:
    return counted("VehicleTiles", "{count} clip", "{count} clips", clips).format(count=clips) if clips else ""
