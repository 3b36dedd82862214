# SPDX-License-Identifier: Apache-2.0
"""A replay into a broker: under `replay/`, as one bridge that takes no orders. Main thread, and `mqtt-worker`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from groundstation import __version__
from groundstation.app.replaying.names import Names
from groundstation.app.replaying.output import TURN_MESSAGES, Output
from groundstation.app.replaying.played import Played, Source
from groundstation.app.replaying.refusals import Refusals, refused_filters
from groundstation.app.replaying.republisher import Republisher
from groundstation.app.replaying.timeline import Timeline
from groundstation.app.wiring import client_id
from groundstation.bridge.publisher import Publisher
from groundstation.bridge.service import bridge_will
from groundstation.fleet.identity import Root
from groundstation.fleet.link import BridgePresence, ConnReason, LinkState
from groundstation.transport import topics
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import BusState, BusStatus, Message
from groundstation.transport.leaves import BRIDGE_CONN
from groundstation.transport.mqtt_worker import MqttWorker

ROOT = Root.REPLAY.value
MAX_WAITING = 10_000
"""Requests that wait for a turn; more are dropped: their stations ask again, or see that nobody answers."""


class MqttOut(Output):
    """Sends a log's messages to a broker."""

    def __init__(self, url: BrokerUrl, name: str, source: Source, timeline: Timeline, label: str) -> None:
        """Prepare; `open` connects.

        Args:
            url: the broker.
            name: of the replay: our bridge id, and the beginning of each vehicle's id.
            source: what is played.
            timeline: where in the recording we are.
            label: what is played, for people.
        """
        self._source, self._timeline, self._label, self._name = source, timeline, label, name
        will = bridge_will(ROOT, name)
        self._session = will.session
        self.worker = MqttWorker(
            url,
            client_id=client_id("replay"),
            echo_topic=topics.bridge(ROOT, name, "echo"),
            on_message=self._on_message,
            on_status=self._on_status,
            will=will.message,
        )
        self._publisher = Publisher(self.worker, lambda: self.said.clock_s)
        self.said = Republisher(self._publisher, Names(name), timeline, name)
        self._refusals = Refusals(self.said)
        self._waiting: deque[Message] = deque()
        self._messages: Iterator[Played] = iter(())
        self._next: Played | None = None
        self._connections = self._seen_connections = 0

    # ---- worker thread ----

    def _on_message(self, message: Message) -> None:
        # appending here and taking on the other thread needs no lock in CPython
        if len(self._waiting) < MAX_WAITING:
            self._waiting.append(message)

    def _on_status(self, status: BusStatus) -> None:
        self._connections = status.connections

    # ---- main thread ----

    @property
    def is_ready(self) -> bool:
        """Whether the broker is there."""
        status = self.worker.status
        is_there = status.state is BusState.CONNECTED
        # while it connects anew it still says why it had to
        self.problem = "" if is_there else f"{status.broker}: {status.reason or 'no connection yet'}"
        return is_there

    @property
    def vehicles(self) -> int:
        """Vehicles that were told of in this pass."""
        return len(self.said.vehicles)

    def open(self) -> None:
        """Connect, and listen for what has to be refused."""
        self.worker.subscribe({**refused_filters(self._name), topics.sync_all(ROOT): 1})
        self.worker.start()

    def begin_pass(self) -> None:
        """What was known at the beginning goes out at once."""
        line = self._timeline
        # all that is said below is said on this connection: only the next one needs it again
        self._seen_connections = self._connections
        self._messages = self._source.play(line.begin_s, line.end_s)
        self._next = next(self._messages, None)
        while self._next is not None and self._next.time_s < line.begin_s:
            self.said.learn(self._next)
            self._next = next(self._messages, None)
        self._say_presence(LinkState.ONLINE, ConnReason.BRIDGE_STARTED, line.begin_s)
        self.said.say_all(line.begin_s)
        self._publisher.flush()

    def play(self, position_s: float, now_s: float) -> float:
        """See `Output.play`."""
        del now_s
        for _ in range(TURN_MESSAGES):
            one = self._next
            if one is None or one.time_s > position_s:
                self._publisher.flush()
                return position_s
            self.said.take(one)
            self._next = next(self._messages, None)
        self._publisher.flush()
        return min(position_s, self._next.time_s) if self._next is not None else position_s

    def tick(self, position_s: float, now_s: float) -> None:
        """See `Output.tick`."""
        is_anew = self._connections != self._seen_connections and self.worker.status.state is BusState.CONNECTED
        if is_anew:
            # our will was told while we were away: everybody is alive again
            self._seen_connections = self._connections
            self._say_presence(LinkState.ONLINE, ConnReason.BRIDGE_STARTED, position_s)
            self.said.say_again(None, None, position_s)
        while self._waiting:
            if self._refusals.take(self._waiting.popleft(), position_s, now_s):
                self._say_presence(LinkState.ONLINE, ConnReason.BRIDGE_STARTED, position_s)
        if self._timeline.is_slow and self.is_ready:
            self.said.repeat(position_s, now_s)
        self._publisher.flush()

    def end_pass(self, position_s: float) -> None:
        """See `Output.end_pass`."""
        self.said.end_pass(position_s)
        self._publisher.flush()

    def close(self) -> None:
        """Our own death, in the words that the will would have had, and the end of the connection."""
        self._say_presence(LinkState.OFFLINE, ConnReason.BRIDGE_STOPPED, self._timeline.end_s)
        self._publisher.flush()
        self.worker.stop()

    def _say_presence(self, state: LinkState, reason: ConnReason, position_s: float) -> None:
        self.said.clock_s = self._timeline.clock_s(position_s)
        presence = BridgePresence(state=state, reason=reason, links=(self._label,), version=__version__)
        self._publisher.say(topics.bridge(ROOT, self._name, topics.CONN), BRIDGE_CONN, self._session, presence)
