# SPDX-License-Identifier: Apache-2.0
"""The connection to a broker: a thread of its own around paho's client. The only module that imports paho.

Thread `mqtt-worker`: connects, reads, writes, watches, reconnects with jitter. Other threads hand messages over by
`publish` and get callbacks that must only store. A new paho client is made for each connection, so nothing is kept and
sent later: what can't be sent now is refused.
"""

from __future__ import annotations

import contextlib
import logging
import select
import ssl
import threading
import time
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from groundstation.transport.backoff import AFTER_REFUSAL_S, Backoff
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import BusState, BusStatus, Message, MessageCallback, Outgoing, StatusCallback
from groundstation.transport.causes import cause_of, hangs_up
from groundstation.transport.echo import Echo, silence
from groundstation.transport.lanes import Lanes
from groundstation.transport.mqtt_properties import named
from groundstation.transport.mqtt_socket import MqttSocket, Received
from groundstation.transport.pace import Pace
from groundstation.transport.wake import Wake

log = logging.getLogger("groundstation.mqtt")

KEEPALIVE_S, CONNECT_TIMEOUT_S = 5, 5.0
ANSWER_S = 2.0
"""Silence after a CONNECT of version 5 that means 3.1.1: some brokers wait for ever for the rest of one with a will."""
LIMIT_BYTES = 192 * 1024
"""Longest PUBLISH kept whole; more than 64 KiB is never parsed, only shown as large."""
MAX_UNACKNOWLEDGED = 80
"""Messages at QoS 1 under way; beside the urgent. paho keeps more than a hundred back, the urgent among them."""
CROWDED_S = 0.03
"""Time between two looks at a way that is full: the system does not tell when there is room again."""
STATUS_PERIOD_S, MISC_PERIOD_S = 1.0, 0.5
MAX_READS = 500
"""Packets read before outgoing messages get their turn."""

_V5, _V311 = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311
_PROTOCOL_NAMES = {_V5: "MQTT 5", _V311: "MQTT 3.1.1"}
_WRONG_PROTOCOL = "Unsupported protocol version"
_REFUSED_FOR_GOOD = frozenset({"Bad user name or password", "Not authorized", "Banned", "Bad authentication method"})


class _Client(mqtt.Client):
    """paho's client on our socket."""

    on_quick: Received
    limit_bytes = LIMIT_BYTES

    def _create_socket(self) -> Any:
        has_properties = self._protocol is _V5
        return MqttSocket(super()._create_socket(), self.limit_bytes, self.on_quick, has_properties=has_properties)


class _RefusedError(Exception):
    """The broker answered the CONNECT with a refusal, whose reason this carries."""


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
        will: Outgoing | None = None,
        backoff: Backoff | None = None,
        limit_bytes: int = LIMIT_BYTES,
        keeps_properties: bool = False,
    ) -> None:
        """Prepare a connection; `start` makes it.

        Args:
            url: the broker.
            client_id: unique on the broker; a second client with it throws the first one out.
            echo_topic: a topic of our own, for noticing a silent broker.
            on_message: called on the worker thread for every message.
            on_status: called on the worker thread on each change and once a second.
            will: what the broker publishes when we vanish.
            backoff: waits between tries.
            limit_bytes: longest PUBLISH kept whole; a longer one is cut to its beginning.
            keeps_properties: give the properties of MQTT 5 on with each message.
        """
        self._url = url
        self._limit_bytes, self._keeps_properties = limit_bytes, keeps_properties
        self._client_id = client_id
        self._echo_topic = echo_topic
        self._on_message_callback = on_message
        self._on_status_callback = on_status
        self._will = will
        self._backoff = backoff or Backoff()
        self._protocol = _V5
        self._status = BusStatus(broker=url.shown, since_s=time.monotonic())
        self._filters: dict[str, int] = {}
        self._subscribed: dict[str, int] = {}
        self._lanes = Lanes()
        self._pace = Pace(0.0)
        self._lock = threading.Lock()
        self._stopping, self._renewing = threading.Event(), threading.Event()
        self.note = ""
        """Repeated in each report."""
        self._wake = Wake()
        self._thread = threading.Thread(target=self._run, name="mqtt-worker", daemon=True)
        self._client: _Client | None = None
        self._socket: MqttSocket | None = None
        self._echo = Echo(0.0)
        self._connack: ReasonCode | None = None
        self._disconnect_reason = ""
        self._publishes_seen = self._bytes_seen = 0
        self._received = self._sent = self._refused = self._oversize = self._connections = 0

    # ---- any thread ----

    @property
    def status(self) -> BusStatus:
        """The newest report."""
        return self._status

    def start(self) -> None:
        """Connect and stay connected until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Send what waits, disconnect and end the thread."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=3.0)
        self._wake.close()

    def publish(self, messages: list[Outgoing]) -> int:
        """Send messages in order; what can't be sent now is refused and counted, never kept for later."""
        with self._lock:
            was_empty = not self._lanes
            is_connected = self._status.state is BusState.CONNECTED
            taken = self._lanes.put(messages, time.monotonic()) if is_connected else 0
            self._refused += len(messages) - taken
        if taken and was_empty:
            self._wake.set()
        return taken

    def subscribe(self, filters: dict[str, int]) -> None:
        """Subscribe to topic filters with their QoS, now and after each reconnection."""
        with self._lock:
            self._filters.update(filters)
        self._wake.set()

    def unsubscribe(self, filters: list[str]) -> None:
        """Take filters back."""
        with self._lock:
            for one in filters:
                self._filters.pop(one, None)
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
            with self._lock:
                self._refused += self._lanes.clear()
            self._stopping.wait(max(0.0, wait_s))
        self._report(BusState.CLOSED, "closed")

    def _one_connection(self) -> float:
        """Connect and stay until it ends; returns the seconds to wait before the next try."""
        try:
            self._connect()
            try:
                self._stay()
            finally:
                # try version 5 anew: a broker that dies in the middle of a CONNECT looks like one that refuses it
                self._protocol = _V5
        except _RefusedError as refusal:
            return self._after_refusal(str(refusal))
        except (OSError, ValueError, EOFError) as error:
            self._protocol = _V5
            self._report(BusState.LOST, cause_of(error, self._url))
        except Exception:  # the thread must outlive any fault in a library; it is logged whole and shown
            log.exception("the connection to %s failed unexpectedly", self._url.shown)
            self._report(BusState.LOST, "internal fault, see the log")
        return 0.0 if self._stopping.is_set() or self._renewing.is_set() else self._backoff.next_s()

    def _after_refusal(self, reason: str) -> float:
        is_wrong = reason == _WRONG_PROTOCOL
        if is_wrong and self._protocol is _V5:
            self._protocol = _V311
            return 0.0
        self._protocol = _V5 if is_wrong else self._protocol
        if reason in _REFUSED_FOR_GOOD:
            self._report(BusState.REFUSED, f"the broker refused us: {reason.lower()}; check user and password")
            return AFTER_REFUSAL_S
        # one that hangs up without a word did so in both versions
        words = hangs_up(self._url) if is_wrong else f"the broker refused the connection: {reason.lower()}"
        self._report(BusState.LOST, words)
        return self._backoff.next_s()

    def _connect(self) -> None:
        """Open the connection and wait for the broker's answer.

        Raises:
            _RefusedError: the broker said no.
            OSError: the network said no.
        """
        if self._status.state is not BusState.LOST:
            self._report(BusState.CONNECTING, self._status.reason)
        self._renewing.clear()  # where this fails, the next try waits like any other
        client = self._client = self._new_client()
        self._connack, self._disconnect_reason, self._publishes_seen = None, "", 0
        fresh: dict[str, Any] = {"clean_start": True} if self._protocol is _V5 else {}
        client.connect(self._url.host, self._url.port, KEEPALIVE_S, **fresh)
        self._socket = client.socket()  # type: ignore[assignment]
        asked_s = time.monotonic()
        give_up_s = asked_s + (ANSWER_S if self._protocol is _V5 else CONNECT_TIMEOUT_S)
        while self._connack is None:
            left_s = give_up_s - time.monotonic()
            if left_s <= 0 and self._protocol is _V5:
                raise _RefusedError(_WRONG_PROTOCOL)
            if left_s <= 0 or self._stopping.is_set():
                raise TimeoutError("no answer to CONNECT")
            if not self._turn(min(left_s, 0.2)):
                if isinstance(self._parts()[1].last_error, ssl.SSLError):
                    raise self._parts()[1].last_error or OSError  # in TLS 1.3 a broker refuses after the handshake
                # 3.1.1 brokers, rumqttd among them, hang up on a CONNECT of version 5 without a word
                raise _RefusedError(_WRONG_PROTOCOL if self._connack is None else str(self._connack))
        if self._connack.is_failure:
            raise _RefusedError(str(self._connack))
        self._echo, self._pace = Echo(time.monotonic()), Pace(time.monotonic(), time.monotonic() - asked_s)

    def _stay(self) -> None:
        """Serve the connection until it ends."""
        self._connections += 1
        self._backoff.reset()
        self._subscribed = {}
        self._sync_subscriptions()
        self._report(BusState.CONNECTED, "")
        next_misc_s = next_status_s = time.monotonic()
        while not self._stopping.is_set() and not self._renewing.is_set():
            if not self._turn(0.25):
                self._report(BusState.LOST, self._disconnect_reason or "the broker closed the connection")
                return
            now_s = time.monotonic()
            if now_s >= next_misc_s:
                self._echo.forgive(now_s - next_misc_s)
                next_misc_s = now_s + MISC_PERIOD_S
                if not self._look_after(now_s):
                    return
            if now_s >= next_status_s:
                next_status_s = now_s + STATUS_PERIOD_S
                self._report(BusState.CONNECTED, "")
        if not self._stopping.is_set():
            # from here on nothing is taken any more that the end of this connection would cost
            self._report(BusState.CONNECTING, "")
        self._say_goodbye()

    def _look_after(self, now_s: float) -> bool:
        """Keepalive and echo; False when the connection is to be given up."""
        client, sock = self._parts()
        if self._echo.is_lost(sock.received_bytes, now_s, is_midway=sock.is_midway):
            self._report(BusState.LOST, silence(is_midway=sock.is_midway))
            return False
        payload = self._echo.due(now_s)
        if payload is not None:
            client.publish(self._echo_topic, payload, qos=1)
        if sock.received_bytes != self._bytes_seen:
            # on a slow way the answer to a ping waits behind telemetry: any byte is a sign of life, as for the echo
            self._bytes_seen, client._ping_t = sock.received_bytes, 0  # noqa: SLF001
        if not sock.is_midway and client.loop_misc() != MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._report(BusState.LOST, "the broker did not answer the keepalive")
            return False
        return True

    def _turn(self, timeout_s: float) -> bool:
        """Write what waits, then wait for the network and read; False when the connection is gone."""
        client, sock = self._parts()
        try:
            self._send_waiting(client, sock)
            sock.flush()
            readable = sock.pending() > 0
            timeout_s = min(timeout_s, CROWDED_S) if self._lanes else timeout_s
            if not readable:
                watched: list[Any] = [sock, self._wake]
                found, _, _ = select.select(watched, [sock] if sock.has_outgoing else [], [], timeout_s)
                readable = sock in found
                if self._wake in found:
                    self._wake.clear()
            if readable:
                return self._read(client, sock)
        except (OSError, ValueError) as error:
            self._disconnect_reason = self._disconnect_reason or cause_of(error, self._url)
            return False
        return True

    def _read(self, client: _Client, sock: MqttSocket) -> bool:
        for _ in range(MAX_READS):
            if client.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS or client.socket() is None:
                return False
            if sock.pending() == 0:
                break
        return True

    def _send_waiting(self, client: _Client, sock: MqttSocket) -> None:
        if self._connack is None:
            return
        now_s, given_bytes = time.monotonic(), sock.given_bytes
        room_bytes = self._pace.room(given_bytes, sock.queued_bytes(), now_s)
        room_acks = MAX_UNACKNOWLEDGED - len(client._out_messages)  # noqa: SLF001 - paho tells it nowhere in public
        with self._lock:
            batch = list(self._lanes.take(room_bytes, room_acks, now_s))
        # behind the look at what waits: a filter that was asked for before a message is at the broker before it
        self._sync_subscriptions()
        for message in batch:
            if message.qos == 0 and message.expiry_s is None:
                self._refused += not sock.publish(message.topic.encode(), message.payload, retain=message.retain)
                continue
            properties = self._publish_properties(message)
            client.publish(message.topic, message.payload, message.qos, message.retain, properties)
        self._sent += len(batch)
        self._pace.gave(sock.given_bytes - given_bytes, is_short=bool(self._lanes))

    def _publish_properties(self, message: Outgoing) -> Properties | None:
        if self._protocol is not _V5 or message.expiry_s is None:
            return None
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.MessageExpiryInterval = message.expiry_s
        return properties

    def _sync_subscriptions(self) -> None:
        """Bring the broker's subscriptions to what is wanted; before anything is sent that may be answered on them."""
        subscribed = self._subscribed
        assert self._client is not None  # noqa: S101 - set by _connect
        with self._lock:
            wanted = {self._echo_topic: 0, **self._filters}
        if wanted == subscribed:
            return
        gone = [one for one in subscribed if one not in wanted]
        if gone:
            self._client.unsubscribe(gone)
        new = [(one, qos) for one, qos in wanted.items() if subscribed.get(one) != qos]
        options: list[Any] = [(one, SubscribeOptions(qos=qos)) for one, qos in new] if self._protocol is _V5 else new
        for start in range(0, len(new), 8):
            self._client.subscribe(options[start : start + 8])
        self._subscribed = wanted

    def _say_goodbye(self) -> None:
        client, sock = self._parts()
        self._send_waiting(client, sock)
        give_up_s = time.monotonic() + 1.0
        # brokers may throw away what they have not acknowledged when a DISCONNECT follows; paho tells it nowhere
        unacknowledged = client._out_messages  # noqa: SLF001
        while time.monotonic() < give_up_s and (sock.has_outgoing or unacknowledged or self._lanes):
            if not self._turn(0.05):
                return
        sock.is_leaving = True
        client.disconnect()

    def _parts(self) -> tuple[_Client, MqttSocket]:
        """Client and socket of the connection, which are there once it is made."""
        assert self._client is not None  # noqa: S101 - set by _connect
        assert self._socket is not None  # noqa: S101 - set by _connect
        return self._client, self._socket

    def _drop_client(self) -> None:
        client, self._client, self._socket = self._client, None, None
        if client is not None:
            client.on_disconnect = None
            client._sock_close()  # noqa: SLF001 - paho has no public way to drop a connection without DISCONNECT

    # ---- paho ----

    def _new_client(self) -> _Client:
        options: dict[str, Any] = {} if self._protocol is _V5 else {"clean_session": True}
        client = _Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=self._protocol,
            transport="websockets" if self._url.is_websocket else "tcp",
            reconnect_on_failure=False,
            **options,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.suppress_exceptions = False
        client.max_inflight_messages_set(100)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_quick = self._on_quick
        client.limit_bytes = self._limit_bytes
        if self._url.is_websocket:
            client.ws_set_options(path=self._url.path)
        if self._url.user is not None:
            client.username_pw_set(self._url.user, self._url.password)
        if self._url.is_tls:
            client.tls_set(ca_certs=self._url.ca, certfile=self._url.cert, keyfile=self._url.key)
        if self._will is not None:
            client.will_set(self._will.topic, self._will.payload, self._will.qos, self._will.retain)
        return client

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        self._connack = reason

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if str(reason) == "Session taken over":
            self._disconnect_reason = f"another client uses our id '{self._client_id}'; stop it or start this one anew"
        elif reason.is_failure and str(reason) != "Unspecified error":
            self._disconnect_reason = f"the broker ended the connection: {str(reason).lower()}"

    def _on_message(self, _client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
        """A QoS 1 message, from the library."""
        self._publishes_seen += 1
        missing = self._parts()[1].missing_bytes(self._publishes_seen)
        self._oversize += missing > 0
        properties = message.properties if self._keeps_properties else None
        with contextlib.suppress(UnicodeDecodeError):
            self._deliver(message.topic, bytes(message.payload), missing, message.qos, message.retain, properties)

    def _on_quick(self, topic: bytes, payload: bytes, missing: int, retain: bool, properties: bytes) -> None:
        """A QoS 0 message, from the socket."""
        self._oversize += missing > 0
        unpacked = _unpacked(properties) if self._keeps_properties and properties else None
        with contextlib.suppress(UnicodeDecodeError):
            self._deliver(topic.decode(), payload, missing, 0, retain, unpacked)

    def _deliver(
        self, topic: str, payload: bytes, missing: int, qos: int, retain: bool, properties: Properties | None
    ) -> None:
        """Every message comes through here; a fault in taking one in must not end the thread."""
        now_s = time.monotonic()
        if topic == self._echo_topic:
            if self._echo.came_back(payload, now_s) and self._echo.rtt_ms is not None:
                self._pace.came_back(self._echo.rtt_ms / 1000.0, now_s)
            return
        self._received += 1
        try:
            told = named(properties.json()) if properties is not None else ()  # type: ignore[no-untyped-call]
            size_bytes = len(payload) + missing
            self._on_message_callback(Message(topic, payload, size_bytes, qos, retain, now_s, told))
        except Exception:  # a fault in a subscriber is a bug to be seen, not a reason to lose the connection
            log.exception("a message on %r could not be taken in", topic)

    def _report(self, state: BusState, reason: str) -> None:
        old = self._status
        is_same = old.state is state
        self._status = BusStatus(
            state=state,
            broker=self._url.shown,
            reason=reason,
            since_s=old.since_s if is_same else time.monotonic(),
            protocol=_PROTOCOL_NAMES[self._protocol] if state is BusState.CONNECTED else "",
            rtt_ms=self._echo.shown_ms(time.monotonic()) if state is BusState.CONNECTED else None,
            note=self.note,
            received=self._received,
            sent=self._sent,
            refused=self._refused,
            oversize=self._oversize,
            connections=self._connections,
            thinned=self._lanes.thinned,
            is_slow=self._pace.is_slow,
            bytes_per_s=self._pace.bytes_per_s,
        )
        if not is_same:
            is_trouble = state in (BusState.LOST, BusState.REFUSED)
            log.log(logging.WARNING if is_trouble else logging.INFO, "%s: %s", self._url.shown, reason or state.value)
        if self._on_status_callback is not None:
            self._on_status_callback(self._status)


def _unpacked(properties: bytes) -> Properties | None:
    """The properties of a PUBLISH (MQTT 5, section 3.3.2.3), their length in front; None when they make no sense."""
    found = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    try:
        found.unpack(properties)  # type: ignore[no-untyped-call]
    except Exception:  # noqa: BLE001 - the library raises whatever comes to hand on a stranger's bytes
        return None
    return found
