# SPDX-License-Identifier: Apache-2.0
"""A vehicle at a glance: six numbers, what is wrong, what it does; the same on a tile, a card and a row. GUI thread.

No widgets. The numbers stand in the same order everywhere, so that the eye finds them.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from PySide6.QtCore import QCoreApplication

from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.conditions import BATTERY_CAUTION_FRACTION, BATTERY_WARNING_FRACTION, Level
from groundstation.fleet.geometry import distance_m
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Freshness
from groundstation.fleet.navigation import GpsFix
from groundstation.fleet.plans.plan_progress import MISSION_MODES, current_number, item_count
from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.summary import VehicleSummary
from groundstation.fleet.vehicle import VehicleState
from groundstation.ui.call_signs import call_sign
from groundstation.ui.commanding.words import actor_text, brief_text, record_words
from groundstation.ui.language.shown import shown_time
from groundstation.ui.said import said
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.units import DASH, age_text, fixed, in_unit
from groundstation.ui.vehicle_panel.tile_contents import LINK_OLD_S, fix_name


def tr(text: str) -> str:
    """A text of this subject in the operator's language."""
    return QCoreApplication.translate("Glance", text)


class Figure(NamedTuple):
    """One number."""

    title: str
    value: str
    unit: str = ""
    note: str = ""
    """Beside the value, small: how many satellites."""
    is_old: bool = False
    """Too old to be believed: struck through."""
    level: Level = Level.NORMAL


class Glance(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of a vehicle in little room."""

    key: VehicleKey
    name: str
    mode: str
    is_armed: bool | None
    is_heard: bool
    is_simulated: bool
    level: Level
    """Of the worst that is wrong with it."""
    is_known: bool
    """Whether that was acknowledged: its mark is hollow then."""
    trouble: str
    """What is wrong; empty where nothing is."""
    more: int
    """How much else is wrong."""
    figures: tuple[Figure, ...]
    """Height, speed, battery, way home, GPS, link."""
    charge_fraction: float | None
    """For the bar beside it; None where that is not known now."""
    doing: str
    control: str
    """Who is in control, in words; empty where nobody is."""
    is_mine: bool
    """Whether that is this station."""
    age: str
    """How long ago it was heard."""

    @property
    def sentence(self) -> str:
        """All of it for a screen reader."""
        numbers = (f"{one.title} {one.value} {one.unit}".strip() for one in self.figures)
        return ", ".join(one for one in (self.name, self.key.id, self.mode, self.trouble, *numbers, self.doing) if one)


class Looker(NamedTuple):
    """Who looks, and when."""

    now_s: float
    now_unix_s: float
    station: str = ""
    """Id of our own station."""


def glance_of(one: VehicleSummary, looker: Looker, record: CommandRecord | None = None) -> Glance:
    """A vehicle at a glance.

    Args:
        one: in a few words, made of its state.
        looker: who looks, and when.
        record: the newest command to it; None for none.
    """
    is_mine = one.owner is not None and one.owner.gs == looker.station
    control = ""
    if one.owner is not None:
        control = tr("you are in control") if is_mine else tr("control: {who}").format(who=actor_text(one.owner))
    return Glance(
        key=one.key,
        name=call_sign(one.key),
        mode=one.mode or DASH,
        is_armed=one.is_armed,
        is_heard=one.is_heard,
        is_simulated=one.is_simulated,
        level=one.level,
        is_known=one.is_known,
        trouble=said(one.worst) if one.level >= Level.CAUTION else "",
        more=max(0, len(one.conditions) - 1),
        figures=figures_of(one, looker.now_s),
        charge_fraction=one.charge_fraction if one.is_heard else None,
        doing=_doing(one, looker, record),
        control=control,
        is_mine=is_mine,
        age=age_text(one.heard_age_s),
    )


def figures_of(one: VehicleSummary, now_s: float) -> tuple[Figure, ...]:
    """The six numbers."""
    state = one.state
    is_lost = not one.is_heard
    charge = one.charge_fraction
    height_old = is_lost or state is None or _is_old(state, state.height.kind, now_s)
    speed_old = is_lost or state is None or _is_old(state, "velocity", now_s)
    return (
        _measured(tr("Height"), one.height_home_m, Dimension.HEIGHT, is_old=height_old),
        _measured(tr("Speed"), one.ground_speed_mps, Dimension.SPEED, is_old=speed_old),
        Figure(
            tr("Battery"),
            fixed(charge, 0, 100.0),
            "%",
            is_old=is_lost,
            level=_charge_level(charge) if one.is_heard else Level.NORMAL,
        ),
        _measured(tr("Home"), _home_m(state), Dimension.DISTANCE, 0, is_old=is_lost or one.is_stale),
        _gps(state, now_s, is_lost),
        _link(state, now_s, is_lost),
    )


def _measured(title: str, value: float | None, what: Dimension, digits: int | None = None, *, is_old: bool) -> Figure:
    unit = chosen().measures.of(what)
    text = in_unit(value, unit, digits if unit.factor == 1.0 else None)
    return Figure(title, text, unit.symbol, is_old=is_old)


def _is_old(state: VehicleState, kind: str, now_s: float) -> bool:
    return state.freshness(kind, now_s) is Freshness.EXPIRED


def _charge_level(charge: float | None) -> Level:
    if charge is None or charge >= BATTERY_CAUTION_FRACTION:
        return Level.NORMAL
    return Level.WARNING if charge < BATTERY_WARNING_FRACTION else Level.CAUTION


def _home_m(state: VehicleState | None) -> float | None:
    """How far home is; None where one of the two places is not known."""
    if state is None or state.position is None or state.home is None:
        return None
    here, home = state.position, state.home
    if None in (here.lat_deg, here.lon_deg, home.lat_deg, home.lon_deg):
        return None
    ends = (here.lat_deg, here.lon_deg, home.lat_deg, home.lon_deg)
    return distance_m(*(end for end in ends if end is not None))


def _gps(state: VehicleState | None, now_s: float, is_lost: bool) -> Figure:
    if state is None or not state.gps:
        return Figure(tr("GPS"), DASH, is_old=is_lost)
    first = state.gps[0]
    note = "" if first.satellites is None else str(first.satellites)
    is_bad = first.fix in (GpsFix.NO_FIX, GpsFix.NO_GPS) and not is_lost
    is_old = is_lost or _is_old(state, "gps", now_s)
    return Figure(
        tr("GPS"), fix_name(first.fix), note=note, is_old=is_old, level=Level.CAUTION if is_bad else Level.NORMAL
    )


def _link(state: VehicleState | None, now_s: float, is_lost: bool) -> Figure:
    """The share of messages that come on the best link: none of one that is not heard, whatever was told before."""
    title = tr("Link")
    if is_lost:
        return Figure(title, fixed(0.0, 0), "%")
    if state is None or state.link is None or state.link_received_s is None or not state.link.links:
        return Figure(title, DASH, "%")
    loss = min(state.link.links, key=lambda one: not one.is_best).loss_fraction
    is_old = now_s - state.link_received_s > LINK_OLD_S
    return Figure(title, fixed(None if loss is None else 1.0 - loss, 1, 100.0), "%", is_old=is_old)


def _doing(one: VehicleSummary, looker: Looker, record: CommandRecord | None) -> str:
    """What it does: an order under way, the item of a mission, where it waits; of a lost one when it was heard."""
    if not one.is_heard:
        if one.heard_age_s is None:
            return tr("never heard")
        return tr("last heard {time}").format(time=shown_time(looker.now_unix_s - one.heard_age_s))
    if record is not None and not record.is_over:
        return f"{brief_text(record.verb, record.args)}, {record_words(record)}"
    if one.is_flying is False:
        return _waiting(one, one.state)
    # an advisory is no alarm, but says more than that it flies
    return _mission(one) or (said(one.worst) if one.level is Level.ADVISORY else "")


def _mission(one: VehicleSummary) -> str:
    """Which item it flies, while it flies a mission."""
    if one.state is None or one.mode not in MISSION_MODES:
        return ""
    number, count = current_number(one.state), item_count(one.state)
    if number is None:
        return ""
    return (tr("item {number} of {count}") if count else tr("item {number}")).format(number=number, count=count)


def _waiting(one: VehicleSummary, state: VehicleState | None) -> str:
    if one.is_armed:
        return tr("on ground, armed")
    is_armable = state.health.is_armable if state is not None and state.health is not None else None
    if one.level is Level.ADVISORY:
        return said(one.worst)
    return tr("on ground, ready") if is_armable else tr("on ground")
