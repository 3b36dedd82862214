# SPDX-License-Identifier: Apache-2.0
"""The connection to a broker: a thread of its own around paho's client. The only module that imports paho.

Thread `mqtt-worker`: connects, reads, writes, watches, reconnects with jitter. Other threads hand messages over by
`publish` and get callbacks that must only store. A new paho client is made for each connection, so nothing is kept and
sent later: what can't be sent now is refused.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, cast

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from groundstation.transport.arrivals import Arrivals
from groundstation.transport.backoff import Backoff
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import BusState, BusStatus, MessageCallback, Outgoing, StatusCallback
from groundstation.transport.bus_report import BusReport
from groundstation.transport.causes import cause_of
from groundstation.transport.departures import Departures
from groundstation.transport.large import WHOLE_BYTES, LargePayloads, LargeWay
from groundstation.transport.mqtt_connection import MqttConnection
from groundstation.transport.mqtt_properties import named
from groundstation.transport.mqtt_socket import MqttSocket, Received
from groundstation.transport.refusal import WRONG_PROTOCOL, RefusedError, end_words, judged
from groundstation.transport.subscriptions import Subscriptions
from groundstation.transport.wake import Wake

log = logging.getLogger("groundstation.mqtt")

KEEPALIVE_S, CONNECT_TIMEOUT_S = 5, 5.0
ANSWER_S = 2.0
"""Silence after a CONNECT of version 5 that means 3.1.1: some brokers wait for ever for the rest of one with a will."""
STATUS_PERIOD_S, MISC_PERIOD_S = 1.0, 0.5
_V5, _V311 = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311
_PROTOCOL_NAMES = {_V5: "MQTT 5", _V311: "MQTT 3.1.1"}


class _Client(mqtt.Client):
    """paho's client on our socket."""

    on_quick: Received
    limit_bytes = WHOLE_BYTES
    large: LargeWay | None = None

    def _create_socket(self) -> Any:
        has_properties = self._protocol is _V5
        return MqttSocket(
            super()._create_socket(), self.limit_bytes, self.on_quick, has_properties=has_properties, large=self.large
        )

    def send(self, message: Outgoing) -> None:
        """Publish; how long it may wait on its way is told where the version can."""
        properties = None
        if self._protocol is _V5 and message.expiry_s is not None:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = message.expiry_s
        self.publish(message.topic, message.payload, message.qos, message.retain, properties)

    def ask_for(self, filters: list[tuple[str, int]]) -> None:
        """Subscribe."""
        is_v5 = self._protocol is _V5
        options: list[Any] = [(one, SubscribeOptions(qos=qos)) for one, qos in filters] if is_v5 else filters
        self.subscribe(options)

    @property
    def unacknowledged(self) -> int:
        """Messages at QoS 1 that the broker has not acknowledged; paho tells it nowhere in public."""
        return len(self._out_messages)

    def read_packet(self) -> bool:
        """Read one packet; False when the connection is gone."""
        return self.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS and self.socket() is not None

    def keep_alive(self) -> bool:
        """Ping when it is time; False when the broker did not answer the last one."""
        return self.loop_misc() == MQTTErrorCode.MQTT_ERR_SUCCESS

    def saw_life(self) -> None:
        """Forget the ping that is under way."""
        self._ping_t = 0

    def drop(self) -> None:
        """Close without a DISCONNECT, for which paho has no public way."""
        self.on_disconnect = None
        self._sock_close()


class MqttWorker:
    """A `Bus` over MQTT 5, or 3.1.1 where that is refused."""

    def __init__(
        self,
        url: BrokerUrl,
        *,
        client_id: str,
        echo_topic: str,
        on_message: MessageCallback,
        on_status: StatusCallback | None = None,
        will: Outgoing | Callable[[], Outgoing] | None = None,
        backoff: Backoff | None = None,
        limit_bytes: int = WHOLE_BYTES,
        keeps_properties: bool = False,
        large: LargePayloads | None = None,
    ) -> None:
        """Prepare a connection; `start` makes it.

        Args:
            url: the broker.
            client_id: unique on the broker; a second client with it throws the first one out.
            echo_topic: a topic of our own, for noticing a silent broker.
            on_message: called on the worker thread for every message.
            on_status: called on the worker thread on each change and once a second.
            will: what the broker publishes when we vanish; a function is asked for it at each connection.
            backoff: waits between tries.
            limit_bytes: longest PUBLISH kept whole; a longer one is cut to its beginning.
            keeps_properties: give the properties of MQTT 5 on with each message.
            large: wants longer ones piece by piece; None where their beginning is enough.
        """
        self._url = url
        self._limit_bytes, self._keeps_properties = limit_bytes, keeps_properties
        self._client_id = client_id
        self._will = will
        self._backoff = backoff or Backoff()
        self._protocol = _V5
        self._subscriptions = Subscriptions({echo_topic: 0})
        self._departures = Departures(lambda: self.status.state is BusState.CONNECTED)
        self._arrivals = Arrivals(echo_topic, on_message, self._departures.came_back)
        self._large = None if large is None else LargeWay(large, self._arrivals, self._told_properties)
        self.report = BusReport(url.shown, self._departures, self._arrivals, on_status)
        """How it is; its `note` may be set."""
        self._stopping, self._renewing = threading.Event(), threading.Event()
        self._wake = Wake()
        self._thread = threading.Thread(target=self._run, name="mqtt-worker", daemon=True)
        self._client: _Client | None = None
        self._connection: MqttConnection | None = None

    # ---- any thread ----

    @property
    def status(self) -> BusStatus:
        """The newest report."""
        return self.report.status

    def start(self) -> None:
        """Connect and stay connected until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Send what waits, disconnect and end the thread."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            # bounded: a window that closes must not hang on a broker that does not answer; the thread is a daemon
            self._thread.join(timeout=3.0)
        self._wake.close()

    def publish(self, messages: list[Outgoing]) -> int:
        """Send messages in order; what can't be sent now is refused and counted, never kept for later."""
        taken, was_empty = self._departures.put(messages, time.monotonic())
        if taken and was_empty:
            self._wake.set()
        return taken

    def subscribe(self, filters: dict[str, int]) -> None:
        """Subscribe to topic filters with their QoS, now and after each reconnection."""
        self._subscriptions.add(filters)
        self._wake.set()

    def unsubscribe(self, filters: list[str]) -> None:
        """Take filters back."""
        self._subscriptions.remove(filters)
        self._wake.set()

    def renew(self) -> None:
        """Connect anew at once: what the broker holds for us on the way is given up."""
        self._renewing.set()
        self._wake.set()

    # ---- worker thread ----

    def _run(self) -> None:
        while not self._stopping.is_set():
            wait_s = self._one_connection()
            self._drop_client()
            self._departures.clear()
            self._stopping.wait(max(0.0, wait_s))
        self.report.tell(BusState.CLOSED, "closed")

    def _one_connection(self) -> float:
        """Connect and stay until it ends; returns the seconds to wait before the next try."""
        try:
            connection = self._connect()
            try:
                self._stay(connection)
            finally:
                # try version 5 anew: a broker that dies in the middle of a CONNECT looks like one that refuses it
                self._protocol = _V5
        except RefusedError as refusal:
            return self._after_refusal(str(refusal))
        except (OSError, ValueError, EOFError) as error:
            self._protocol = _V5
            self.report.tell(BusState.LOST, cause_of(error, self._url))
        except Exception:  # the thread must outlive any fault in a library; it is logged whole and shown
            log.exception("the connection to %s failed unexpectedly", self._url.shown)
            self.report.tell(BusState.LOST, "internal fault, see the log")
        return 0.0 if self._stopping.is_set() or self._renewing.is_set() else self._backoff.next_s()

    def _after_refusal(self, reason: str) -> float:
        """Tell why, and say when to try again: at once with the older version, where it may be that."""
        was_v5 = self._protocol is _V5
        is_wrong = reason == WRONG_PROTOCOL
        if is_wrong:
            self._protocol = _V311 if was_v5 else _V5
        if is_wrong and was_v5:
            return 0.0
        state, words, wait_s = judged(reason, self._url, self._backoff)
        self.report.tell(state, words)
        return wait_s

    def _connect(self) -> MqttConnection:
        """Open the connection and wait for the broker's answer.

        Raises:
            RefusedError: the broker said no.
            OSError: the network said no.
        """
        if self.status.state is not BusState.LOST:
            self.report.tell(BusState.CONNECTING, self.status.reason)
        self._renewing.clear()  # where this fails, the next try waits like any other
        self.report.protocol = _PROTOCOL_NAMES[self._protocol]
        client = self._client = self._new_client()
        fresh: dict[str, Any] = {"clean_start": True} if self._protocol is _V5 else {}
        client.connect(self._url.host, self._url.port, KEEPALIVE_S, **fresh)
        sock, is_v5 = cast("MqttSocket", client.socket()), self._protocol is _V5
        waiting = self._departures, self._arrivals, self._subscriptions
        connection = self._connection = MqttConnection(client, sock, self._url, self._wake, *waiting)
        connection.wait_for_answer(ANSWER_S if is_v5 else CONNECT_TIMEOUT_S, self._stopping, is_v5=is_v5)
        return connection

    def _stay(self, connection: MqttConnection) -> None:
        """Serve the connection until it ends."""
        self.report.connections += 1
        self._backoff.reset()
        connection.begin()
        self.report.tell(BusState.CONNECTED)
        next_misc_s = next_status_s = time.monotonic()
        while not self._stopping.is_set() and not self._renewing.is_set():
            if not connection.turn(0.25):
                self.report.tell(BusState.LOST, connection.reason or "the broker closed the connection")
                return
            now_s = time.monotonic()
            if now_s >= next_misc_s:
                given_up = connection.look_after(now_s - next_misc_s)
                next_misc_s = now_s + MISC_PERIOD_S
                if given_up:
                    self.report.tell(BusState.LOST, given_up)
                    return
            if now_s >= next_status_s:
                next_status_s = now_s + STATUS_PERIOD_S
                self.report.tell(BusState.CONNECTED)
        if not self._stopping.is_set():
            # from here on nothing is taken any more that the end of this connection would cost
            self.report.tell(BusState.CONNECTING, "")
        connection.say_goodbye()

    @property
    def _tells_properties(self) -> bool:
        return self._keeps_properties and self._protocol is _V5

    def _drop_client(self) -> None:
        client, self._client, self._connection = self._client, None, None
        if client is not None:
            client.drop()

    # ---- paho ----

    def _new_client(self) -> _Client:
        options: dict[str, Any] = {} if self._protocol is _V5 else {"clean_session": True}
        client = _Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=self._protocol,
            transport="websockets" if self._url.is_websocket else "tcp",
            # paho would send again what is out of date by then: each connection has a client of its own
            reconnect_on_failure=False,
            **options,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        # paho would swallow what our callbacks raise; faults are to be seen
        client.suppress_exceptions = False
        # above MAX_UNACKNOWLEDGED of `mqtt_connection.py`: what is urgent must not wait in paho behind the rest
        client.max_inflight_messages_set(100)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_quick = self._on_quick
        client.limit_bytes, client.large = self._limit_bytes, self._large
        if self._url.is_websocket:
            client.ws_set_options(path=self._url.path)
        if self._url.user is not None:
            client.username_pw_set(self._url.user, self._url.password)
        if self._url.is_tls:
            client.tls_set(ca_certs=self._url.ca, certfile=self._url.cert, keyfile=self._url.key)
        will = self._will() if callable(self._will) else self._will
        if will is not None:
            client.will_set(will.topic, will.payload, will.qos, will.retain)
        return client

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if self._connection is not None:
            self._connection.answer = reason

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if self._connection is not None and reason.is_failure:
            self._connection.reason = end_words(str(reason), self._client_id) or self._connection.reason

    def _on_message(self, _client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
        """A QoS 1 message, from the library."""
        cut = self._connection.next_cut() if self._connection is not None else None
        if cut is not None and cut.is_taken:
            return
        missing = cut.missing_bytes if cut is not None else 0
        self._arrivals.oversize += missing > 0
        told = _named(message.properties) if self._tells_properties else None
        with contextlib.suppress(UnicodeDecodeError):
            self._arrivals.take(message.topic, bytes(message.payload), missing, message.qos, message.retain, told)

    def _on_quick(self, topic: bytes, payload: bytes, missing: int, retain: bool, properties: bytes) -> None:
        """A QoS 0 message, from the socket."""
        self._arrivals.oversize += missing > 0
        told = self._told_properties(properties)
        with contextlib.suppress(UnicodeDecodeError):
            self._arrivals.take(topic.decode(), payload, missing, 0, retain, told)

    def _told_properties(self, properties: bytes) -> tuple[tuple[str, str], ...] | None:
        if not self._tells_properties:
            return None
        return _unpacked(properties) if properties else ()


def _named(properties: Properties | None) -> tuple[tuple[str, str], ...]:
    try:
        return named(properties.json()) if properties is not None else ()  # type: ignore[no-untyped-call]
    except Exception:  # a stranger's properties must not cost the connection; it is logged whole
        log.exception("the properties of a message can't be read")
        return ()


def _unpacked(properties: bytes) -> tuple[tuple[str, str], ...]:
    """The properties of a PUBLISH (MQTT 5, section 3.3.2.3), their length in front; none when they make no sense."""
    found = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    try:
        found.unpack(properties)  # type: ignore[no-untyped-call]
    except Exception:  # noqa: BLE001 - the library raises whatever comes to hand on a stranger's bytes
        return ()
    return _named(found)
