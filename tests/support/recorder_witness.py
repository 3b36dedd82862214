# SPDX-License-Identifier: Apache-2.0
"""Hears what a recorder and a bridge say of themselves."""

from __future__ import annotations

import json
import time
from pathlib import Path

from groundstation.transport import topics
from groundstation.transport.broker_url import parse_broker_url
from groundstation.transport.bus import BusState, Outgoing
from groundstation.transport.mqtt_worker import MqttWorker
from tests.support.recordings import recorded
from tests.support.waiting import Collector, wait_until


class Witness:
    """A client of its own: hears what recorder and bridge say of themselves."""

    def __init__(self, url: str, vehicles: int) -> None:
        self.vehicles = vehicles
        self.heard = Collector()
        self.bus = MqttWorker(
            parse_broker_url(url),
            client_id="witness",
            echo_topic="sim/_gs/witness/echo",
            on_message=self.heard.on_message,
            on_status=self.heard.on_status,
        )
        self.bus.subscribe({"fleet/_recorder/+/conn": 1, "sim/+/late/marks": 1})
        self.bus.start()
        self.heard.wait_state(BusState.CONNECTED)

    def recorder(self) -> dict[str, object]:
        """The recorder's newest report; empty before one came."""
        reports = [one for one in self.heard.messages if one.topic.startswith("fleet/_recorder/")]
        return dict(json.loads(reports[-1].payload)["d"]) if reports else {}

    def wait_whole(self, folder: Path) -> dict[tuple[str, str], int]:
        """Until recorder and bridge are there, every vehicle has told how far it is, and the recorder misses nothing of it.

        Args:
            folder: of the session that is being recorded.

        Returns:
            What `following` told.
        """
        self.heard.messages.clear()
        wait_until(lambda: bool(self.recorder()), what="the recorder is there")
        expected = self.following()
        self._wait_recorded(folder)
        self.heard.messages.clear()
        wait_until(lambda: self.recorder().get("missing") == 0, what="everything missed was had")
        return expected

    def _wait_recorded(self, folder: Path) -> None:
        """Until what was published before now is on the disk: a word of our own, which comes behind it, is."""
        word = f"said at {time.monotonic_ns()}".encode()
        wait_until(lambda: self.bus.publish([Outgoing("sim/witness/says/so", word, 1)]) == 1, what="a connection")
        looked_at = -1

        def is_there() -> bool:
            nonlocal looked_at
            reports = sum(one.topic.startswith("fleet/_recorder/") for one in list(self.heard.messages))
            if reports == looked_at:
                return False
            looked_at = reports
            return any(one.payload == word for one in recorded(folder))

        wait_until(is_there, what="our own word is recorded")

    def following(self) -> dict[tuple[str, str], int]:
        """By topic and session the number that comes next, as the bridge tells it now."""
        self.heard.messages.clear()
        wait_until(lambda: self.bus.publish([Outgoing(topics.sync_all("sim"), b"{}", 1)]) == 1, what="a connection")

        def told() -> set[str]:
            return {one.topic for one in list(self.heard.messages) if one.topic.endswith("late/marks")}

        wait_until(lambda: len(told()) == self.vehicles)
        found: dict[tuple[str, str], int] = {}
        for one in [message for message in self.heard.messages if message.topic.endswith("late/marks")]:
            owner, _ = topics.owner_and_leaf(one.topic)
            for leaf, sid, _, following in _marks(one.payload):
                key = (f"{owner}/{leaf}", sid)
                found[key] = max(found.get(key, 0), following)
        return found

    def close(self) -> None:
        self.bus.stop()


def _marks(payload: bytes) -> list[tuple[str, str, int, int]]:
    marks = json.loads(payload)["d"]["marks"]
    return [(one["leaf"], one["sid"], one["first"], one["following"]) for one in marks]
