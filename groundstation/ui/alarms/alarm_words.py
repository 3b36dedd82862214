# SPDX-License-Identifier: Apache-2.0
"""Alarms in the operator's words. GUI thread; no widgets."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.alarms.alarm import Alarm, AlarmState
from groundstation.fleet.alarms.flood import GROUP
from groundstation.fleet.alarms.nearness import BETWEEN
from groundstation.fleet.conditions import Level
from groundstation.ui.call_signs import call_sign
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.said import said, translated
from groundstation.ui.timeline import local_time
from groundstation.ui.units import fixed

Names = Callable[[str], str]
"""What a source is called: a vehicle written `fleet/uav-1`, or a topic exactly as received."""


def tr(text: str) -> str:
    """In the operator's language."""
    return QCoreApplication.translate("Alarms", text)


def names_of(view: FleetView) -> Names:
    """Names of vehicles, and of other devices by the file that says what topics mean.

    Args:
        view: whose vehicles, as they are now, and whose file.
    """
    vehicles = {str(state.key): call_sign(state.key) for state in view.fleet}

    def name(source: str) -> str:
        known = vehicles.get(source)
        if known is not None:
            return known
        meaning = view.meanings.of(source)
        return meaning.name if meaning.is_mapped else source.removeprefix("fleet/")

    return name


def source_text(alarm: Alarm, names: Names) -> str:
    """Whose it is: names of vehicles or of a device, a topic, or how many a group covers."""
    if alarm.source == GROUP or alarm.members:
        return tr("{count} affected").format(count=alarm.affected)
    return BETWEEN.join(names(one) for one in alarm.source.split(BETWEEN))


def detail_text(alarm: Alarm) -> str:
    """What, with its number, and what to do."""
    words = said(alarm.said)
    if alarm.value is not None:
        words = words or f"{fixed(alarm.value, 1)} {alarm.unit}".rstrip()
    elif alarm.members and words:
        # of one among many it would be taken for all
        words = ""
    shown = [words, translated(alarm.advice)]
    if alarm.note:
        shown.insert(0, f"“{alarm.note}”")
    return " · ".join(one for one in shown if one)


def state_text(alarm: Alarm) -> str:
    """Beside its age: who knows, until when it is shelved, that it is over."""
    if alarm.shelf is not None:
        shelf = alarm.shelf
        words = tr("shelved by {who} until {time}")
        words = words.format(who=shelf.deed.by.op, time=local_time(shelf.until_unix_s, "%H:%M"))
        return f"{words}: {shelf.reason}" if shelf.reason else words
    if alarm.state is AlarmState.RETURNED:
        return tr("has returned")
    if alarm.state is AlarmState.ACKNOWLEDGED and alarm.acknowledged is not None:
        return tr("acknowledged by {who}").format(who=alarm.acknowledged.by.op)
    return tr("for {who}").format(who=alarm.assigned) if alarm.assigned else ""


def spoken(alarm: Alarm, names: Names) -> str:
    """As a voice says it: the vehicle's name first."""
    level = {Level.WARNING: tr("Warning"), Level.CAUTION: tr("Caution")}.get(alarm.worst, "")
    return f"{level}. {source_text(alarm, names)}. {translated(alarm.title)}."


def age_words(seconds: float) -> str:
    """An age as a clock: `0:38`, `12:05`, `3 h`."""
    whole = max(0, int(seconds))
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02}"
    return f"{whole // 3600} h" if whole < 48 * 3600 else f"{whole // 86400} d"
