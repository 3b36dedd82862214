# SPDX-License-Identifier: Apache-2.0
"""What operators say, in the words of a row. GUI thread; no widgets."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.identity import vehicle_key
from groundstation.fleet.operators.conversation import Conversation
from groundstation.fleet.operators.names import is_same
from groundstation.fleet.operators.said import OperatorMessage, SaidKind
from groundstation.fleet.shown_text import harmless
from groundstation.ui.call_signs import call_sign
from groundstation.ui.commanding.words import vehicle_count
from groundstation.ui.language.shown import shown_time
from groundstation.ui.language.speaking import counted
from groundstation.ui.operators.operators_port import Delivery
from groundstation.ui.timeline import local_time
from groundstation.ui.units import place_shown

MOST_READERS = 3
"""That are named beside a message; of more the number is told."""
TO = "\N{RIGHTWARDS ARROW}"


def tr(text: str) -> str:
    """In the operator's language."""
    return QCoreApplication.translate("Operators", text)


def when_text(unix_s: float, now_unix_s: float) -> str:
    """The time of day, with the date where that is another one."""
    is_today = local_time(unix_s, "%Y-%m-%d") == local_time(now_unix_s, "%Y-%m-%d")
    return shown_time(unix_s, "%H:%M:%S" if is_today else "%Y-%m-%d %H:%M")


def head_text(one: OperatorMessage, me: str) -> str:
    """Who says it to whom."""
    who = tr("you") if one.is_by(me) else harmless(one.by.op)
    to = ", ".join(tr("you") if is_same(name, me) else harmless(name) for name in one.to)
    return f"{who} {TO} {to}" if to else who


def body_text(one: OperatorMessage, conversation: Conversation) -> str:
    """What it says; of a handover what it is about."""
    words = one.shown_text
    if one.kind is SaidKind.HANDOVER:
        page = one.page
        vehicles, alarms = (len(page.vehicles), len(page.alarms)) if page is not None else (0, 0)
        said = tr("Handover: {vehicles}, {alarms}")
        said = said.format(vehicles=vehicle_count(vehicles), alarms=alarm_count(alarms))
        return f"{said}\n{words}" if words else said
    if one.kind in (SaidKind.ACCEPTED, SaidKind.DECLINED):
        asked = conversation.get(one.about)
        whose = harmless(asked.by.op) if asked is not None else ""
        template = tr("Takes over from {who}") if one.kind is SaidKind.ACCEPTED else tr("Does not take over from {who}")
        said = template.format(who=whose).rstrip()
        return f"{said}: {words}" if words else said
    return words


def about_text(one: OperatorMessage, now_unix_s: float) -> str:
    """Which vehicle, place and moment are meant."""
    key = vehicle_key(one.vehicle)
    parts = [call_sign(key)] if key is not None else [one.vehicle] if one.vehicle else []
    if one.lat_deg is not None and one.lon_deg is not None:
        parts.append(place_shown(one.lat_deg, one.lon_deg))
    if one.about_unix_s is not None:
        parts.append(tr("at {time}").format(time=when_text(one.about_unix_s, now_unix_s)))
    return harmless(" · ".join(parts))


def state_text(one: OperatorMessage, conversation: Conversation, me: str, delivery: Delivery) -> str:
    """At the right: how far an own message is and who has read it; whether a handover is signed."""
    if one.kind is SaidKind.HANDOVER:
        return handover_text(one, conversation)
    if not one.is_by(me):
        return ""
    readers = [harmless(name) for name in conversation.readers(one.id) if not is_same(name, me)]
    if readers:
        named = ", ".join(readers[:MOST_READERS])
        more = f" +{len(readers) - MOST_READERS}" if len(readers) > MOST_READERS else ""
        return tr("read by {names}").format(names=named + more)
    return {
        Delivery.WAITING: tr("waits for the broker"),
        Delivery.SENT: tr("sent; nobody keeps it yet"),
        Delivery.KEPT: tr("sent"),
    }[delivery]


def handover_text(one: OperatorMessage, conversation: Conversation) -> str:
    """Whether both have signed it."""
    end = conversation.end_of(one.id)
    if end is None:
        return tr("waits for {who}").format(who=harmless(", ".join(one.to)))
    template = tr("signed by {who}") if end.kind is SaidKind.ACCEPTED else tr("declined by {who}")
    return template.format(who=harmless(end.by.op))


def alarm_count(count: int) -> str:
    """`2 alarms`."""
    return counted("Operators", "{count} alarm", "{count} alarms", count).format(count=count)
