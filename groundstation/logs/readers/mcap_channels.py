# SPDX-License-Identifier: Apache-2.0
"""What the messages of a channel are: by what an import wrote beside it, by our topics, or anybody's. Pure."""

from __future__ import annotations

from typing import NamedTuple

from mcap.records import Channel

from groundstation.logs.log import FieldInfo, LogVehicle, Vocabulary
from groundstation.logs.mcap import channels, origin
from groundstation.transport import frame_batches, topics

_TEXTS = frozenset({channels.JSON, channels.TEXT})


class Kind(NamedTuple):
    """What the messages of a channel are."""

    vehicle: str
    """`LogVehicle.id`; empty for nobody, and for frames of a whole telemetry log."""
    name: str
    vocabulary: Vocabulary
    is_text: bool
    """JSON, or text that may be."""
    is_frames: bool = False
    """Batches of MAVLink frames."""
    is_copy: bool = False
    """The same is in the file as frames."""
    is_certificate: bool = False
    """Tells who the vehicle is."""
    fields: tuple[FieldInfo, ...] = ()
    """Where an import tells them."""
    origin_vehicle: LogVehicle | None = None
    """The same."""


def kind_of(number: int, channel: Channel | None) -> Kind:
    """What the messages of a channel are.

    Args:
        number: of the channel.
        channel: its definition; None for one that was lost.
    """
    if channel is None:
        return Kind("", f"channel {number}", Vocabulary.FOREIGN, is_text=False)
    is_text = channel.message_encoding in _TEXTS
    is_frames = channel.message_encoding == frame_batches.CONTENT_TYPE
    told = origin.of(channel.metadata)
    if told is not None:
        vehicle = told.vehicle.id if told.vehicle is not None else ""
        return Kind(
            vehicle,
            told.message,
            told.vocabulary,
            is_text,
            is_frames=is_frames,
            is_copy=told.is_copy,
            fields=told.fields,
            origin_vehicle=told.vehicle,
        )
    topic = topics.parse(channel.topic)
    if isinstance(topic, topics.VehicleTopic):
        is_certificate = topic.leaf == topics.INFO
        vehicle, name = str(topic.key), topic.leaf
        return Kind(vehicle, name, Vocabulary.STREAMS, is_text, is_frames=is_frames, is_certificate=is_certificate)
    # of ours, but of no vehicle: a bridge, a station, a recorder
    if topic is not None:
        owner, _ = topics.owner_and_leaf(channel.topic)
        vehicle = owner if is_frames else ""
        return Kind(vehicle, channel.topic, Vocabulary.STREAMS, is_text, is_frames=is_frames)
    return Kind("", channel.topic, Vocabulary.FOREIGN, is_text, is_frames=is_frames)
