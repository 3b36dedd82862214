# SPDX-License-Identifier: Apache-2.0
"""The topics of a moment of a recording as a tree. GUI thread; made only while somebody looks."""

from __future__ import annotations

from groundstation.fleet.sensors import SensorBoard, SensorReading
from groundstation.fleet.topics.topic_tree import TopicTree


def fit(tree: TopicTree, shown: dict[str, SensorReading], board: SensorBoard) -> None:
    """Make a tree show what a board knows.

    Args:
        tree: what was shown until now.
        shown: the readings in it by topic; changed with it.
        board: what is known at the moment.
    """
    for topic in [one for one in shown if board.get(one) is None]:
        node = tree.find(topic)
        if node is not None:
            tree.forget(node)
        del shown[topic]
    for topic in board.topics():
        reading = board.get(topic)
        # a player hands out the same reading for as long as nothing came
        if reading is None or shown.get(topic) is reading:
            continue
        shown[topic] = reading
        # only what was understood of the payload is in a recording's moments
        tree.take(topic, b"", reading.size_bytes, reading.received_s, is_retained=reading.is_retained)
