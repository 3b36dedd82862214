# SPDX-License-Identifier: Apache-2.0
"""The page of a handover, gathered from what is known now. GUI thread; no widgets."""

from __future__ import annotations

from groundstation.fleet.alarms.alarm import AlarmState
from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.operators.handover_page import HandoverAlarm, HandoverPage, HandoverVehicle, with_room
from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.summary import VehicleSummary
from groundstation.ui.alarms.alarm_words import detail_text, names_of, source_text, state_text
from groundstation.ui.call_signs import call_sign
from groundstation.ui.commanding.words import label_of
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.operators.said_words import tr
from groundstation.ui.said import said, translated
from groundstation.ui.units import quantity

SHORT = 200
"""Letters of a cell."""
OLD_WIND_S = 60.0


def gathered(feed: FleetView, under_way: list[CommandRecord]) -> HandoverPage:
    """What there is to hand over; what people have to write is empty but for the wind.

    Args:
        feed: what is known.
        under_way: orders that have no end yet.
    """
    names = names_of(feed)
    alarms = tuple(
        HandoverAlarm(
            title=translated(one.title)[:SHORT],
            source=source_text(one, names)[:SHORT],
            state=(state_text(one) or tr("to acknowledge"))[:SHORT],
            assigned=one.assigned[:SHORT],
            note=(one.note or detail_text(one))[:SHORT],
        )
        for one in feed.fleet.alarms.sorted()
        if one.state is not AlarmState.OVER
    )
    orders = tuple(f"{one.key}: {label_of(one.verb)}, {one.state.value}"[:SHORT] for one in under_way)
    return with_room(
        HandoverPage(
            vehicles=tuple(_vehicle(one) for one in feed.summaries()),
            alarms=alarms,
            under_way=orders,
            weather=_weather(feed),
        )
    )


def _vehicle(one: VehicleSummary) -> HandoverVehicle:
    heard = tr("heard") if one.is_heard else tr("not heard")
    armed = {True: tr("armed"), False: tr("disarmed"), None: ""}[one.is_armed]
    flying = tr("in the air") if one.is_flying else ""
    words = [one.mode or "", armed, flying, heard]
    return HandoverVehicle(
        name=str(one.key),
        state=", ".join(word for word in words if word)[:SHORT],
        battery_percent=None if one.charge_fraction is None else round(100.0 * one.charge_fraction),
        controlled_by=str(one.owner)[:SHORT] if one.owner is not None else "",
        trouble=said(one.worst)[:SHORT],
    )


def _weather(feed: FleetView) -> str:
    """The strongest wind that a vehicle estimates now."""
    now_s = feed.now_s()
    found = [
        (state.wind.speed_mps, state.wind.from_deg, call_sign(state.key))
        for state in feed.fleet
        if state.wind is not None
        and state.wind.speed_mps is not None
        and (state.ages_s(now_s).get("wind") or 0.0) < OLD_WIND_S
    ]
    if not found:
        return ""
    speed_mps, from_deg, name = max(found, key=lambda one: one[0])
    where = tr(" from {course}°").format(course=f"{from_deg:03.0f}") if from_deg is not None else ""
    return tr("Wind {speed}{where}, as {name} estimates it").format(
        speed=quantity(speed_mps, Dimension.SPEED, 1), where=where, name=name
    )
