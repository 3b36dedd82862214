# SPDX-License-Identifier: Apache-2.0
"""A recorder joined to its broker. Four threads: `mqtt-worker` takes in, `disk` and `large` write, this one tells."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
import uuid
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from groundstation.app.company import Company, stay_while_needed
from groundstation.app.processes import GOES_ON
from groundstation.app.wiring import calm_collector, host_name
from groundstation.bridge.publisher import new_session
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.recorder import Missed, RecorderState, RecorderStatus
from groundstation.recording.recorder import Recorder, RecorderSettings
from groundstation.transport import payloads, topics
from groundstation.transport.broker_url import BrokerUrl
from groundstation.transport.bus import BusState, BusStatus, Message, Outgoing
from groundstation.transport.leaves import SyncRequest
from groundstation.transport.mqtt_worker import MqttWorker

log = logging.getLogger("groundstation.recorder")

ROOTS = ("fleet", "sim")
STATUS_S = 1.0
STANDBY_S = 0.5
SHOWN_ARMED = 3
"""Vehicles that are named."""


class RecorderProcess:
    """A recorder with its connection to the broker."""

    def __init__(self, url: BrokerUrl, settings: RecorderSettings) -> None:
        """Prepare; `run` records.

        Args:
            url: the broker.
            settings: of the recorder.
        """
        name = f"rec-{host_name()}-{uuid.uuid4().hex[:6]}"
        self._topic = topics.recorder(name, topics.CONN)
        self._session, self._seq, self._connections = new_session(), 0, 0
        self._company = Company(time.monotonic())
        self.recorder = Recorder(settings, self._ask, lambda: self.bus.status.state is BusState.CONNECTED)
        self.recorder.on_filters = self._subscribe
        self.bus = MqttWorker(
            url,
            client_id=f"gs-{name}",
            echo_topic=topics.recorder(name, topics.ECHO),
            on_message=self._on_message,
            on_status=self._on_status,
            # what the broker says when the connection breaks off: windows must not show a recording that has ended
            will=self._report(RecorderStatus(state=RecorderState.ENDED, problem="the recorder vanished")),
            keeps_properties=True,
            large=self.recorder.large,
        )
        # a message comes at most with the QoS that it was published with: telemetry stays at 0
        self.bus.subscribe(dict.fromkeys(topics.recorder_filters(ROOTS), 1))
        self._subscribe(set(settings.filters))

    def run(self, stop: threading.Event) -> None:
        """Record until stopped."""
        calm_collector()
        self.recorder.start()
        self.bus.start()
        try:
            while not stop.wait(STATUS_S):
                self.bus.publish([self._report(self.recorder.status())])
        finally:
            self.recorder.stop()
            # behind the end of the recorder: these numbers are the last
            last = msgspec.structs.replace(self.recorder.status(), state=RecorderState.ENDED)
            self.bus.publish([self._report(last)])
            self.bus.stop()

    def stay(self, is_left: bool, linger_s: float, stop: threading.Event) -> None:
        """Go on without the window that started this, as long as something that is heard is armed, and a bit longer.

        Args:
            is_left: the window was closed, so that nothing armed is nothing to stay for.
            linger_s: how long to stay after that.
            stop: ends the wait.
        """
        armed = self._company.armed(time.monotonic())
        if is_left and not armed:
            return
        shown = ", ".join(armed[:SHOWN_ARMED]) + (" and others are" if len(armed) > SHOWN_ARMED else " is")
        why = f": {shown} armed" if armed else ""
        # the parent waits for `GOES_ON` on standard error, and else kills what has not ended
        log.warning("recording %s%s; it ends by itself %.0f s after the last is disarmed", GOES_ON, why, linger_s)
        self._company.linger_s = linger_s
        stay_while_needed(self._company, stop)

    def _report(self, status: RecorderStatus) -> Outgoing:
        envelope = payloads.Envelope(
            sid=self._session,
            seq=self._seq,
            ts=int(time.time() * 1000),
            bms=int(time.monotonic() * 1000),
            d=status,
        )
        self._seq += 1
        return Outgoing(self._topic, payloads.encode(envelope), qos=1)

    def _on_message(self, message: Message) -> None:
        self.recorder.offer(message)
        self._company.take(message, message.received_s)

    def _on_status(self, status: BusStatus) -> None:
        """On each new connection ask for everything: births, and how far every leaf is."""
        if status.state is BusState.CONNECTED and status.connections != self._connections:
            self._connections = status.connections
            # a new connection has missed what was said before it
            self.recorder.hurry()
            self.bus.publish([Outgoing(topics.sync_all(root), b"{}", 1) for root in ROOTS])

    def _ask(self, topic: str, missed: tuple[Missed, ...]) -> None:
        self.bus.publish([Outgoing(topic, payloads.encode_request(SyncRequest(gaps=missed)), 1)])

    def _subscribe(self, filters: set[str]) -> None:
        """Filters come from strangers too: what MQTT forbids, or is everything, is left out."""
        for one in filters:
            try:
                self.bus.subscribe({topics.checked_filter(one): 1})
            except UsageError as error:
                log.warning("%s", error)


def wait_for_turn(out: Path, broker: str, stop: threading.Event) -> FileLock | None:
    """Wait until no other recorder writes what a broker brings to a folder: two would only do the work twice.

    Args:
        out: the folder; made where it is missing.
        broker: its URL without a password.
        stop: ends the wait.

    Returns:
        What keeps others waiting; None when it was stopped.

    Raises:
        GroundStationError: the folder can't be written to.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        held = _turn(out, broker)
        is_told = False
        while not stop.is_set():
            try:
                held.acquire(timeout=0)
            except Timeout:
                if not is_told:
                    log.warning("another recorder writes %s to %s; standing by", broker, out)
                is_told = True
                stop.wait(STANDBY_S)
            else:
                return held
    except OSError as error:
        words = f"can't record to {out}: {error.strerror or error}; choose another --out or check who may write there"
        raise GroundStationError(words) from error
    return None


def is_recorded(out: Path, broker: str) -> bool:
    """Whether a recorder writes what a broker brings to a folder.

    Args:
        out: the folder.
        broker: its URL without a password.
    """
    if not out.is_dir():
        return False
    held = _turn(out, broker)
    try:
        held.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:
        return False  # the recorder itself says what is wrong with the folder
    held.release()
    return False


def _turn(out: Path, broker: str) -> FileLock:
    # a URL has signs that a file name can't have
    name = hashlib.sha256(broker.encode()).hexdigest()[:8]
    return FileLock(out / f".recorder-{name}.lock", thread_local=False)
