# SPDX-License-Identifier: Apache-2.0
"""Broker, bridges and vehicles' links as rows. Pure but for the translation; GUI thread."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from PySide6.QtCore import QCoreApplication

from groundstation.fleet.conditions import Level, heartbeat_age_s
from groundstation.fleet.link import LinkState
from groundstation.fleet.status import Radio
from groundstation.fleet.summary import natural_order
from groundstation.fleet.vehicle import VehicleState
from groundstation.transport.bus import BusState
from groundstation.ui.call_signs import call_sign
from groundstation.ui.fleet_view import FleetView
from groundstation.ui.language.shown import percent
from groundstation.ui.language.words import word
from groundstation.ui.units import DASH, age_text, fixed


class LinkRow(msgspec.Struct, frozen=True):
    """One row of the tree."""

    path: tuple[str, ...]
    """Stays the same while the texts change; all but its last part is the path of the row above."""
    texts: tuple[str, ...]
    """Name, state, age, rate, loss, round trip."""
    level: Level = Level.NORMAL
    is_old: bool = False


def _tr(text: str) -> str:
    return QCoreApplication.translate("LinkRows", text)


_BUS_LEVELS = {BusState.CONNECTED: Level.NORMAL, BusState.CONNECTING: Level.CAUTION}


def link_rows(feed: FleetView) -> Iterator[LinkRow]:
    """Everything that is between this station and the vehicles, rows above before rows below."""
    now_s = feed.now_s()
    yield from _broker_rows(feed, now_s)
    # a bridge before its vehicles, whose path goes through it
    for (root, bridge), presence in sorted(feed.bridges.items()):
        path = ("bridge", f"{root}/{bridge}")
        is_online = presence.state is LinkState.ONLINE
        words = _state_text(presence.state, presence.reason)
        name = _tr("Bridge {name}").format(name=f"{root}/{bridge}")
        if presence.version and is_online:
            words += _tr(", version {version}").format(version=presence.version)
        level = Level.NORMAL if is_online else Level.WARNING
        yield LinkRow(("/".join(path),), (name, words, "", "", "", ""), level)
    for state in sorted(feed.fleet, key=lambda one: natural_order(one.key.id)):
        yield from _vehicle_rows(state, now_s, feed)


def _broker_rows(feed: FleetView, now_s: float) -> Iterator[LinkRow]:
    status, counts, stats = feed.bus, feed.counts, feed.stats()
    if stats is None:
        return  # the past needs no broker
    since = age_text(max(0.0, now_s - status.since_s)) if status.since_s else ""
    level = _BUS_LEVELS.get(status.state, Level.WARNING)
    rtt = f"{fixed(status.rtt_ms, 0)} ms"
    words = f"{word(str(status.state))} {status.reason}".strip()
    yield LinkRow(("broker",), (_tr("Broker {url}").format(url=status.broker), words, since, "", "", rtt), level)
    details = (
        (_tr("Protocol"), status.protocol or DASH),
        (_tr("Messages received"), f"{status.received}"),
        (_tr("Messages sent"), f"{status.sent}"),
        (_tr("Connections made"), f"{status.connections}"),
        (_tr("Missing by their numbers"), f"{counts.missing}"),
        (_tr("Twice or late, dropped"), f"{counts.duplicates}"),
        (_tr("Pushed out of a full queue"), f"{counts.dropped}"),
        (_tr("Not decodable"), f"{counts.undecodable}"),
        (_tr("Number or time that can't be"), f"{counts.implausible}"),
        (_tr("Too large"), f"{status.oversize}"),
        (_tr("Merged after a stall"), f"{stats.coalesced}"),
    )
    for name, text in details:
        yield LinkRow(("broker", name), (name, text, "", "", "", ""))


def _vehicle_rows(state: VehicleState, now_s: float, feed: FleetView) -> Iterator[LinkRow]:
    connection = state.connection
    bridge = f"bridge/{state.key.root}/{connection.via}" if connection is not None and connection.via else ""
    # a bridge that was never heard of has no row to hang a vehicle under
    is_known = connection is not None and (state.key.root, connection.via) in feed.bridges
    above = (bridge,) if is_known else ()
    words = DASH
    if connection is not None:
        words = _state_text(connection.state, connection.reason)
    path = (*above, str(state.key))
    own = call_sign(state.key)
    name = own if state.key.id in own else f"{own}  {state.key.id}"
    age = age_text(heartbeat_age_s(state, now_s))
    yield LinkRow(path, (name, words, age, "", "", ""), Level.NORMAL if state.is_heard else Level.WARNING)
    # reports come once a second, on a slow way every five
    is_old = state.link_received_s is None or now_s - state.link_received_s > 5.0
    for one in state.link.links if state.link is not None else ():
        texts = (
            one.link,
            _tr("best") if one.is_best else "",
            age_text(one.heartbeat_age_s),
            f"{fixed(one.messages_per_s, 0)}/s",
            DASH if one.loss_fraction is None else percent(one.loss_fraction, 1),
            f"{fixed(one.rtt_ms, 0)} ms",
        )
        yield LinkRow((*path, one.link), texts, is_old=is_old)
        if one.radio is not None:
            name, words = _tr("Radio, here and at the vehicle"), _radio_text(one.radio)
            yield LinkRow((*path, one.link, "radio"), (name, words, "", "", "", ""), is_old=is_old)


def _state_text(state: str, reason: str) -> str:
    """How it is reached, and why it is not."""
    words = word(str(state))
    return words if state == LinkState.ONLINE or not reason else f"{words}, {word(reason.replace('_', ' '))}"


def _radio_text(radio: Radio) -> str:
    """Signal and noise in the device's own units, for both ends."""
    ends = ((radio.rssi, radio.noise), (radio.remote_rssi, radio.remote_noise))
    texts = [f"{DASH if signal is None else signal}/{DASH if noise is None else noise}" for signal, noise in ends]
    return _tr("signal/noise {here}, {there}").format(here=texts[0], there=texts[1])
