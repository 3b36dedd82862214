# SPDX-License-Identifier: Apache-2.0
"""One value of a session over time: as it was recorded where that is little, else once a second. One thread."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Protocol

import numpy as np

from groundstation.fleet.core_values import CORE_PATHS
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import INDEXED_KINDS, Samples
from groundstation.fleet.link import LinkReport
from groundstation.fleet.past import GoesOn, PastValues, Track
from groundstation.fleet.sparkplug.address import NAMESPACE, parse
from groundstation.fleet.sparkplug.node import KeptNode
from groundstation.fleet.value_path import LINK, ValueRef, getter, kind_of, number, value_in
from groundstation.recording.keyframes import Taken
from groundstation.transport import payloads, topics
from groundstation.transport.bus import Message
from groundstation.transport.clock_offsets import ClockOffsets
from groundstation.transport.foreign import reading_from_message
from groundstation.transport.leaves import leaf_of
from groundstation.transport.sparkplug.listener import SparkplugListener

FINE_S = 900.0
"""Longer times are shown once a second, where a value is kept so."""
AT_ONCE = 100
"""Messages between two breaths, in which other threads run."""


class Recorded(Protocol):
    """What of a session its values are read from."""

    def track(self, key: VehicleKey, begin_s: float, end_s: float) -> Track:
        """Core values, once a second."""

    def messages_of(self, key: VehicleKey | None, begin_s: float, end_s: float) -> Iterator[Taken]:
        """Messages of a vehicle, or of all that belongs to none, both ends included."""

    def nodes_before(self, at_s: float) -> tuple[tuple[KeptNode, ...], float]:
        """What was known of nodes of Sparkplug B a while before a time, and when that was."""


def values(player: Recorded, ref: ValueRef, begin_s: float, end_s: float, goes_on: GoesOn) -> PastValues:
    """A value between two times; what was found so far when `goes_on` ends it.

    Args:
        player: of the session.
        ref: which value.
        begin_s: seconds since 1970.
        end_s: seconds since 1970.
        goes_on: asked now and then.
    """
    if isinstance(ref.source, VehicleKey) and ref.path in CORE_PATHS and end_s - begin_s > FINE_S:
        track = player.track(ref.source, begin_s, end_s)
        column = CORE_PATHS.index(ref.path)
        return PastValues(track.times, track.table[:, column] if len(track.times) else np.empty(0))
    if isinstance(ref.source, VehicleKey):
        points = _of_vehicle(_breathing(player.messages_of(ref.source, begin_s, end_s), goes_on), ref.path)
    elif parse(ref.source) is not None:
        # what a node says between two births is told by what was said before
        known, from_s = player.nodes_before(begin_s)
        messages = _breathing(player.messages_of(None, from_s, end_s), goes_on)
        points = (one for one in _of_node(messages, known, ref) if one[0] >= begin_s)
    else:
        points = _of_sensor(_breathing(player.messages_of(None, begin_s, end_s), goes_on), ref.source, ref.path)
    found = np.array(list(points), dtype=np.float64).reshape(-1, 2)
    # what was sent again, and what a sample's own time says, is not in the order of the file
    found = found[np.argsort(found[:, 0], kind="stable")]
    is_news = np.ones(len(found), dtype=np.bool_)
    is_news[1:] = np.diff(found[:, 0]) > 0
    return PastValues(found[is_news, 0], found[is_news, 1])


def _breathing(messages: Iterator[Taken], goes_on: GoesOn) -> Iterator[Taken]:
    for count, one in enumerate(messages):
        if count % AT_ONCE == AT_ONCE - 1:
            if not goes_on():
                return
            time.sleep(0)
        yield one


def _of_vehicle(messages: Iterator[Taken], path: str) -> Iterator[tuple[float, float]]:
    kind, clocks = kind_of(path), ClockOffsets()
    wanted, get = _bytes_of(kind), getter(path)
    for one in messages:
        # looked for as bytes first: to decode a message takes ten times as long
        if one.is_retained or wanted not in one.data:
            continue
        topic = topics.parse(one.topic)
        leaf = leaf_of(topic) if topic is not None else None
        if leaf is None or leaf.content not in (Samples, LinkReport):
            continue
        try:
            envelope = payloads.decode(leaf, one.data)
        except payloads.PayloadError:
            continue
        came_s = one.log_ns / 1e9
        if kind == LINK:
            value = number(value_in(envelope.d, path))
            yield came_s, np.nan if value is None else value
            continue
        known_s = clocks.known(envelope.sid)
        if not one.is_late:
            known_s = clocks.learn(envelope.sid, envelope.bms / 1000.0, came_s)
        sample = getattr(envelope.d, kind, None)
        if sample and kind in INDEXED_KINDS:
            sample = next((each for each in sample if path.startswith(f"{kind}.{each.index}.")), None)
        if sample:
            value = number(get(envelope.d))
            offset_s = known_s if known_s is not None else came_s - envelope.bms / 1000.0
            yield sample.at_s + offset_s, np.nan if value is None else value


def _bytes_of(kind: str) -> bytes:
    return b'"links"' if kind == LINK else f'"{kind}"'.encode()


def _of_sensor(messages: Iterator[Taken], topic: str, path: str) -> Iterator[tuple[float, float]]:
    for one in messages:
        if one.topic == topic and not one.is_retained:
            came_s = one.log_ns / 1e9
            reading = reading_from_message(Message(one.topic, one.data, len(one.data), 0, False, came_s))
            value = reading.numbers.get(path)
            if value is not None:
                yield came_s, value


def _of_node(messages: Iterator[Taken], known: tuple[KeptNode, ...], ref: ValueRef) -> Iterator[tuple[float, float]]:
    listener = SparkplugListener()
    listener.host.put_back(known)
    for one in messages:
        if not one.topic.startswith(f"{NAMESPACE}/"):
            continue
        came_s = one.log_ns / 1e9
        message = Message(one.topic, one.data, len(one.data), 0, one.is_retained, came_s)
        for reading in listener.take(message) or ():
            if reading.topic != ref.source or reading.is_retained:
                continue
            if ref.path in reading.numbers:
                yield came_s, reading.numbers[ref.path]
            elif reading.has_lost(ref.path):
                yield came_s, np.nan
