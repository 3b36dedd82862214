# SPDX-License-Identifier: Apache-2.0
"""Links in the operator's words. Pure but for the translation; GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.link_table import LinkEntry, LinkOrigin, LinkUse, Speaker
from groundstation.fleet.shown_text import harmless as made_harmless
from groundstation.ui.said import said

KINDS = {"udpin": "UDP", "udpout": "UDP", "tcp": "TCP", "tcpin": "TCP", "serial": "Serial port", "tlog": "Recording"}
ANY_HOSTS = ("0.0.0.0", "[::]", "::", "")  # noqa: S104 - only named here


MOST_SHOWN = 200
"""Letters of a text from outside: what a stranger tells of its links may be long."""


def harmless(text: str) -> str:
    """A text from outside, on one line and of a length that can be laid out."""
    text = made_harmless(text[: 2 * MOST_SHOWN])
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def tr(text: str) -> str:
    """In the operator's language."""
    return QCoreApplication.translate("Links", text)


def title_of(one: LinkEntry) -> str:
    """What a link is, in a few words: `Cube Orange+`, `UDP 14550`."""
    if one.title:
        return harmless(one.title)
    kind, _, rest = one.text.partition(":")
    _, _, last = rest.rpartition(":")
    if kind == "serial":
        return harmless(rest.partition(":")[0].rpartition("/")[2])
    return harmless(f"{tr(KINDS[kind])} {last}") if kind in KINDS else harmless(one.text)


def about_of(one: LinkEntry) -> str:
    """Where it listens or calls, and what it is good for."""
    kind, _, rest = one.text.partition(":")
    host, _, port = rest.rpartition(":")
    if kind in ("udpin", "tcpin"):
        where = tr("all interfaces") if host in ANY_HOSTS else tr("this computer alone") if is_own(host) else host
        usual = {"14550": tr("ArduPilot, most radios"), "14540": tr("PX4 companions")}.get(port, "")
        return harmless(" · ".join(part for part in (where, usual) if part))
    if kind in ("udpout", "tcp"):
        return harmless(tr("calls {host}").format(host=host))
    device = rest.partition(":")[0].rpartition("/")[2]
    return harmless(" · ".join(part for part in (device, one.about) if part))


def is_own(host: str) -> bool:
    """Whether only this computer can call there."""
    return host.startswith("127.") or host in ("localhost", "::1", "[::1]")


def state_of(one: LinkEntry) -> str:
    """What it hears, or why it does not work."""
    if one.problem:
        return harmless(said(one.problem))
    if one.use is LinkUse.PAUSED:
        return tr("paused")
    if one.use is LinkUse.LEFT_ALONE:
        return tr("not an autopilot, left alone")
    return _heard(one) or _silent(one)


def _heard(one: LinkEntry) -> str:
    """Whom it hears; empty for nobody."""
    vehicles = one.vehicles
    if vehicles:
        return harmless(tr("hears {names}").format(names=", ".join(vehicles[:3])) + ("…" if len(vehicles) > 3 else ""))
    if one.hears:
        return _other(one.hears[0])
    return tr("MAVLink, but no heartbeat of an autopilot") if one.messages_per_s else ""


def _silent(one: LinkEntry) -> str:
    if one.text.startswith("serial:"):
        return tr("open, waits for a heartbeat")
    return tr("listening, nothing yet") if one.text.startswith(("udpin:", "tcpin:")) else tr("calling, no answer yet")


def _other(who: Speaker) -> str:
    words = tr("hears a {role}: system {number}, no vehicle") if who.role else tr("hears system {number}, no vehicle")
    text = words.format(role=tr(who.role), number=who.sysid)
    return harmless(f"{text} ({who.address})" if who.address else text)


def is_quiet(one: LinkEntry) -> bool:
    """Whether all is well with it, though nothing may have come."""
    return not one.problem and one.use is LinkUse.OPEN


def can_remove(one: LinkEntry) -> bool:
    """A port that is plugged in goes when it is unplugged."""
    return one.origin is not LinkOrigin.FOUND
