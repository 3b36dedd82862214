# SPDX-License-Identifier: Apache-2.0
"""Commands in words, with a sign and a colour for each state. GUI thread; no widgets."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence

import msgspec
from PySide6.QtCore import QCoreApplication

from groundstation.fleet.command_book import CommandRecord
from groundstation.fleet.commands import Actor, Args, CommandState, Reason, Verb
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.summary import natural_order
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import VERBS
from groundstation.ui.call_signs import call_sign
from groundstation.ui.language.letters import small
from groundstation.ui.language.shown import percent, shown
from groundstation.ui.language.speaking import counted, speaking
from groundstation.ui.language.words import word
from groundstation.ui.theme.roles import Ink
from groundstation.ui.units import fixed, unit_shown

NAMES_SHOWN = 6
"""Vehicles that are named one by one; the rest is counted."""
WHOLE_NUMBERS = frozenset({"item", "number", "channel", "command", "mav_frame"})
"""Arguments that are numbers of things."""


def tr(text: str) -> str:
    """A text of this subject in the operator's language."""
    return QCoreApplication.translate("Commanding", text)


class Tone(enum.Enum):
    """How a state of a command looks."""

    WAITING = "waiting"
    BUSY = "busy"
    GOOD = "good"
    UNSURE = "unsure"
    BAD = "bad"


class StateLook(msgspec.Struct, frozen=True):
    """A state of a command for people."""

    words: str
    icon: str
    tone: Tone


_S = CommandState
_LOOKS: dict[CommandState, StateLook] = {
    _S.QUEUED: StateLook("queued", "waiting", Tone.WAITING),
    _S.SENT: StateLook("sent", "sent", Tone.BUSY),
    _S.RECEIVED: StateLook("received by the bridge", "sent", Tone.BUSY),
    _S.ACCEPTED: StateLook("accepted", "busy", Tone.BUSY),
    _S.IN_PROGRESS: StateLook("in progress", "busy", Tone.BUSY),
    _S.SUCCEEDED: StateLook("done", "done", Tone.GOOD),
    _S.ACCEPTED_UNVERIFIED: StateLook("accepted, effect not seen", "unsure", Tone.UNSURE),
    _S.FAILED: StateLook("failed", "failed", Tone.BAD),
    _S.REJECTED: StateLook("refused", "failed", Tone.BAD),
    _S.CANCELLED: StateLook("cancelled", "stopped", Tone.UNSURE),
    _S.EXPIRED: StateLook("too late", "failed", Tone.BAD),
    _S.TIMEOUT: StateLook("no answer", "unsure", Tone.BAD),
    _S.UNKNOWN: StateLook("outcome unknown", "unsure", Tone.BAD),
}
_ROLES = {
    Tone.WAITING: Ink.MUTED,
    Tone.BUSY: Ink.ACCENT,
    Tone.GOOD: Ink.TEXT,
    Tone.UNSURE: Ink.MUTED,
    Tone.BAD: Ink.CAUTION,
}


def look_of(state: CommandState) -> StateLook:
    """How a state is shown."""
    return _LOOKS[state]


_DONE: dict[Verb, str] = {
    Verb.ARM: "armed",
    Verb.DISARM: "disarmed",
    Verb.FORCE_DISARM: "motors stopped",
    Verb.TAKEOFF: "at its height",
    Verb.HEIGHT: "at its height",
    Verb.LAND: "landed",
    Verb.RTL: "turned back",
    Verb.HOLD: "holding",
    Verb.GOTO: "there",
    Verb.MODE: "set",
    Verb.ORBIT: "circling",
    Verb.MISSION_START: "flying it",
    Verb.MISSION_PAUSE: "holding",
    Verb.MISSION_RESUME: "flying it",
    Verb.REBOOT: "restarted",
    Verb.PARAM_READ: "read",
    Verb.PARAM_WRITE: "written",
}
"""What telemetry has shown when a verb has succeeded: a vehicle that turned back is not home."""


def state_words(state: CommandState, verb: Verb, reason: Reason = Reason.NONE) -> str:
    """A state of a command for people; a dry run has shown nothing at the vehicle."""
    if reason is Reason.DRY_RUN:
        return tr("dry run")
    return tr(_DONE.get(verb, "done") if state is _S.SUCCEEDED else _LOOKS[state].words)


def tone_role(tone: Tone) -> Ink:
    """What a tone is painted in."""
    return _ROLES[tone]


def record_words(record: CommandRecord) -> str:
    """State of a command, with its percent."""
    words = state_words(record.state, record.verb, record.reason)
    if record.progress is not None and not record.is_over:
        words += f" {percent(record.progress)}"
    return words


def actor_text(actor: Actor) -> str:
    """Who it is, for people: the operator's name and the computer, or the station's id where it was named by hand."""
    return tr("{operator} at {place}").format(operator=actor.op, place=actor.place)


def unlock_word(verb: Verb, vehicles: int) -> str:
    """What has to be typed before a dangerous order to so many vehicles: the same for one and for a hundred."""
    return f"{tr('kill') if verb is Verb.FORCE_DISARM else small(label_of(verb))} {vehicles}"


def label_of(verb: Verb) -> str:
    """The verb on a button."""
    spec = VERBS.get(verb)
    return tr(spec.label) if spec is not None else verb.value


def args_text(args: Args) -> str:
    """Arguments that were given, values with their units."""
    parts = []
    for name, value in args.items():
        # what a height is above means nothing without a height
        if value is None or (name == "frame" and args.get("height_m") is None):
            continue
        if name == "replace":
            # "no" behind the name of a list reads like its number
            parts += [tr("in flight")] if value == "yes" else []
            continue
        parts.append(_value_text(name, value))
    return " ".join(parts)


def _value_text(name: str, value: float | str | bool) -> str:
    if isinstance(value, str | bool):
        return {"home": tr("above home"), "amsl": tr("above sea level")}.get(str(value)) or word(str(value))
    if name in WHOLE_NUMBERS:
        return f"{value:.0f}"
    if name.startswith("param"):
        return f"{shown(value):g}"
    unit = unit_shown(name)
    value = value * unit.factor + unit.offset
    # the sixth digit of a degree is ten centimetres, which nobody reads
    digits = min(unit.digits, 5)
    number = f"{value:.{digits}f}".removesuffix(".0")
    number = speaking().numerals.written("0" if number == "-0" else number)
    return f"{number}{unit.symbol}" if unit.symbol.startswith("°") else f"{number} {unit.symbol}".rstrip()


def brief_text(verb: Verb, args: Args) -> str:
    """The same without coordinates, where the place is seen or little room is."""
    return order_text(verb, {name: value for name, value in args.items() if name not in ("lat_deg", "lon_deg")})


def order_text(verb: Verb, args: Args) -> str:
    """A verb with its arguments: `Take off 10 m`."""
    return f"{label_of(verb)} {args_text(args)}".rstrip()


def names_text(keys: Sequence[VehicleKey], shown: int = NAMES_SHOWN) -> str:
    """Ids of vehicles, as many as can be read."""
    names = ", ".join(call_sign(key) for key in keys[:shown])
    more = len(keys) - shown
    return tr("{names} and {more} more").format(names=names, more=more) if more > 0 else names


def by_name(keys: Iterable[VehicleKey]) -> list[VehicleKey]:
    """Vehicles as one reads them: uav-2 before uav-10."""
    return sorted(keys, key=lambda key: (natural_order(key.id), key.root))


def vehicle_count(count: int) -> str:
    """`3 vehicles`."""
    return counted("Commanding", "{count} vehicle", "{count} vehicles", count).format(count=count)


def vehicles_text(keys: Sequence[VehicleKey], shown: int = NAMES_SHOWN) -> str:
    """`uav-1`, or `3 vehicles: uav-1, uav-2, uav-3`."""
    if len(keys) == 1:
        return keys[0].id
    return tr("{vehicles}: {names}").format(vehicles=vehicle_count(len(keys)), names=names_text(keys, shown))


def reasons_text(reasons: Iterable[tuple[VehicleKey, str]]) -> str:
    """Vehicles that are left out, by reason: `uav-3, uav-4 (it is not armed)`."""
    by_reason: dict[str, list[VehicleKey]] = {}
    for key, reason in reasons:
        by_reason.setdefault(reason, []).append(key)
    return "; ".join(f"{names_text(keys)} ({reason})" for reason, keys in by_reason.items())


def condition_text(state: VehicleState | None) -> str:
    """What one should know of a vehicle before commanding it: armed, in the air, mode, height."""
    if state is None:
        return tr("not heard yet")
    armed = state.armed.is_armed if state.armed is not None else None
    flying = state.is_flying
    mode = state.mode.name if state.mode is not None else None
    height_m = state.position.height_home_m if state.position is not None else None
    parts = [
        {True: tr("armed"), False: tr("disarmed"), None: tr("arming unknown")}[armed],
        {True: tr("flying"), False: tr("on ground"), None: tr("flying or not: unknown")}[flying],
        mode or tr("mode unknown"),
        "" if height_m is None else f"{fixed(height_m)} m",
    ]
    return " · ".join(part for part in parts if part)
