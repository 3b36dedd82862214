# SPDX-License-Identifier: Apache-2.0
"""The life of one connection to a broker, once it is asked for: turn by turn until it is gone. Thread `mqtt-worker`.

What the MQTT library is asked for is a `Client`; the library itself is known to `mqtt_worker.py` alone.
"""

from __future__ import annotations

import select
import ssl
import threading
import time
from typing import Any, Protocol

from groundstation.transport.arrivals import Arrivals
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import Outgoing
from groundstation.transport.causes import cause_of
from groundstation.transport.departures import Departures
from groundstation.transport.echo import Echo, silence
from groundstation.transport.mqtt_socket import Cut, MqttSocket
from groundstation.transport.refusal import WRONG_PROTOCOL, RefusedError
from groundstation.transport.subscriptions import Subscriptions
from groundstation.transport.wake import Wake

MAX_UNACKNOWLEDGED = 80
"""Messages at QoS 1 under way; beside the urgent. paho keeps more than a hundred back, the urgent among them."""
CROWDED_S = 0.03
"""Time between two looks at a way that is full: the system does not tell when there is room again."""
MAX_READS = 500
"""Packets read before outgoing messages get their turn."""


class Client(Protocol):
    """What a connection needs of the MQTT library."""

    def send(self, message: Outgoing) -> None:
        """Give it a message to send."""

    def ask_for(self, filters: list[tuple[str, int]]) -> None:
        """Subscribe to filters, with their QoS."""

    def unsubscribe(self, topic: list[str]) -> object:
        """Take filters back."""

    @property
    def unacknowledged(self) -> int:
        """Messages at QoS 1 that the broker has not acknowledged."""

    def read_packet(self) -> bool:
        """Read one packet; False when the connection is gone."""

    def keep_alive(self) -> bool:
        """Ping when it is time; False when the broker did not answer the last one."""

    def saw_life(self) -> None:
        """Something came: the answer to a ping is not waited for any more."""

    def disconnect(self) -> object:
        """DISCONNECT."""


class Answer(Protocol):
    """The broker's answer to a CONNECT, whose text is its reason."""

    @property
    def is_failure(self) -> bool:
        """It does not let us in."""


class MqttConnection:
    """One connection: it writes, waits, reads, and looks whether anybody is still there."""

    def __init__(
        self,
        client: Client,
        sock: MqttSocket,
        url: BrokerUrl,
        wake: Wake,
        departures: Departures,
        arrivals: Arrivals,
        subscriptions: Subscriptions,
    ) -> None:
        """The socket stands; the broker has not answered the CONNECT yet.

        Args:
            client: the library's side of it.
            sock: what it reads from and writes to.
            url: for words about what went wrong.
            wake: set when another thread has something to say.
            departures: what is to be sent.
            arrivals: takes in what comes.
            subscriptions: what is wanted of the broker.
        """
        self._client, self.sock, self._url, self._wake = client, sock, url, wake
        self._departures, self._arrivals, self._subscriptions = departures, arrivals, subscriptions
        self._began_s = time.monotonic()
        self.answer: Answer | None = None
        """To the CONNECT, set by the library's callback; None until then, and nothing is said before."""
        self.reason = ""
        """One line: why it ended; empty when nobody said."""
        self._bytes_seen = self._publishes_seen = 0

    def wait_for_answer(self, limit_s: float, stopping: threading.Event, *, is_v5: bool) -> None:
        """Until the broker answered the CONNECT, and lets us in.

        Args:
            limit_s: how long it may take.
            stopping: ends the wait.
            is_v5: whether we spoke MQTT 5, which some brokers don't know and say in strange ways.

        Raises:
            RefusedError: it does not let us in.
            OSError: the connection ended, or no answer came.
        """
        while self.answer is None:
            left_s = self._began_s + limit_s - time.monotonic()
            if left_s <= 0 and is_v5:
                raise RefusedError(WRONG_PROTOCOL)
            if left_s <= 0 or stopping.is_set():
                raise TimeoutError("no answer to CONNECT")
            if not self.turn(min(left_s, 0.2)):
                if isinstance(self.sock.last_error, ssl.SSLError):
                    raise self.sock.last_error  # in TLS 1.3 a broker refuses after the handshake
                # 3.1.1 brokers, rumqttd among them, hang up on a CONNECT of version 5 without a word
                raise RefusedError(WRONG_PROTOCOL if self.answer is None else str(self.answer))
        if self.answer.is_failure:
            raise RefusedError(str(self.answer))

    def begin(self) -> None:
        """Begin anew what belongs to a connection: echo, pace and subscriptions. Call it once the broker lets us in."""
        now_s = time.monotonic()
        self._arrivals.echo = Echo(now_s)
        self._departures.begin(now_s, now_s - self._began_s)
        self._subscriptions.begin()
        self._sync_subscriptions()

    def turn(self, timeout_s: float) -> bool:
        """Write what waits, then wait for the network and read; False when the connection is gone."""
        sock = self.sock
        try:
            self._send_waiting()
            sock.flush()
            readable = sock.pending() > 0
            timeout_s = min(timeout_s, CROWDED_S) if self._departures else timeout_s
            # bytes that TLS or the socket's own buffer holds already wake no select
            if not readable:
                watched: list[Any] = [sock, self._wake]
                found, _, _ = select.select(watched, [sock] if sock.has_outgoing else [], [], timeout_s)
                readable = sock in found
                if self._wake in found:
                    self._wake.clear()
            if readable:
                return self._read()
        except (OSError, ValueError) as error:
            self.reason = self.reason or cause_of(error, self._url)
            return False
        return True

    def look_after(self, late_s: float) -> str:
        """Keepalive and echo.

        Args:
            late_s: how much later this is called than it was meant to be.

        Returns:
            Why the connection is to be given up; empty while it is not.
        """
        sock, echo, now_s = self.sock, self._arrivals.echo, time.monotonic()
        echo.forgive(late_s)
        if echo.is_lost(sock.received_bytes, now_s, is_midway=sock.is_midway):
            return silence(is_midway=sock.is_midway)
        payload = echo.due(now_s)
        if payload is not None:
            self._client.send(Outgoing(self._arrivals.echo_topic, payload, qos=1))
        if sock.received_bytes != self._bytes_seen:
            # on a slow way the answer to a ping waits behind telemetry: any byte is a sign of life, as for the echo
            self._bytes_seen = sock.received_bytes
            self._client.saw_life()
        # in the middle of a large message the answer to a ping can't come: it waits behind the rest
        if not sock.is_midway and not self._client.keep_alive():
            return "the broker did not answer the keepalive"
        return ""

    def say_goodbye(self) -> None:
        """Send what waits, wait a second at most for the broker's word on it, and disconnect."""
        self._send_waiting()
        give_up_s = time.monotonic() + 1.0
        # brokers may throw away what they have not acknowledged when a DISCONNECT follows
        while time.monotonic() < give_up_s and (
            self.sock.has_outgoing or self._client.unacknowledged or self._departures
        ):
            if not self.turn(0.05):
                return
        self.sock.is_leaving = True
        self._client.disconnect()

    def next_cut(self) -> Cut | None:
        """What was cut from the next PUBLISH that the library hands out; asked once for each, in order."""
        self._publishes_seen += 1
        return self.sock.cut_of(self._publishes_seen)

    def _read(self) -> bool:
        for _ in range(MAX_READS):
            if not self._client.read_packet():
                return False
            if self.sock.pending() == 0:
                break
        return True

    def _send_waiting(self) -> None:
        if self.answer is None:
            return
        sock, now_s = self.sock, time.monotonic()
        given_bytes, room_acks = sock.given_bytes, MAX_UNACKNOWLEDGED - self._client.unacknowledged
        batch = self._departures.take(given_bytes, sock.queued_bytes(), room_acks, now_s)
        # behind the look at what waits: a filter that was asked for before a message is at the broker before it
        self._sync_subscriptions()
        refused = 0
        for message in batch:
            if message.qos == 0 and message.expiry_s is None:
                refused += not sock.publish(message.topic.encode(), message.payload, retain=message.retain)
            else:
                self._client.send(message)
        self._departures.gave(sock.given_bytes - given_bytes, refused)

    def _sync_subscriptions(self) -> None:
        """Bring the broker's subscriptions to what is wanted; before anything is sent that may be answered on them."""
        gone, new = self._subscriptions.changes()
        if gone:
            self._client.unsubscribe(gone)
        for start in range(0, len(new), 8):
            self._client.ask_for(new[start : start + 8])
