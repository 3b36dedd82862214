# SPDX-License-Identifier: Apache-2.0
"""A bus that loses, repeats and reorders what is published on it, above a real connection. Any thread."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

from groundstation.transport.bus import BusStatus, Outgoing
from groundstation.transport.mqtt_worker import MqttWorker

REPEAT_S = 1.5
"""A repeated message comes up to so much later."""


class BadBus:
    """What a `Commander` publishes on while it is tried."""

    def __init__(self, worker: MqttWorker, loss: float, twice: float, late: float, rng: random.Random) -> None:
        """Wrap a connection.

        Args:
            worker: the connection.
            loss: share of messages that are taken and never sent.
            twice: share that is sent again later.
            late: share that is sent later, so that others overtake it.
            rng: makes the faults.
        """
        self._worker, self._rng = worker, rng
        self._loss, self._twice, self._late = loss, twice, late
        self.lost = self.repeated = 0

    def publish(self, messages: list[Outgoing]) -> int:
        """As a bus does, but badly; what was taken may still be lost."""
        taken = 0
        for one in messages:
            if not self._worker_is_there():
                break
            taken += 1
            self._publish_one(one)
        return taken

    def _publish_one(self, one: Outgoing) -> None:
        chance = self._rng.random()
        # it was counted as taken: what gets lost on the way is nothing that its sender can see
        if chance < self._loss:
            self.lost += 1
            return
        if chance < self._loss + self._late:
            self._later(one)
            return
        self._worker.publish([one])
        if self._rng.random() < self._twice:
            self.repeated += 1
            self._later(one)

    def _later(self, one: Outgoing) -> None:
        waits_s = self._rng.random() * REPEAT_S
        # a thread for each: who publishes must not wait, and what comes behind is to overtake it
        threading.Thread(target=self._publish_late, args=(one, waits_s), name="late-message", daemon=True).start()

    def _publish_late(self, one: Outgoing, waits_s: float) -> None:
        time.sleep(waits_s)
        self._worker.publish([one])

    def _worker_is_there(self) -> bool:
        return self._worker.status.state == "connected"

    @property
    def status(self) -> BusStatus:
        """The connection's."""
        return self._worker.status

    def start(self) -> None:
        """The connection is started by its owner."""

    def stop(self) -> None:
        """The connection is stopped by its owner."""

    def subscribe(self, filters: dict[str, int]) -> None:
        """As the connection."""
        self._worker.subscribe(filters)

    def unsubscribe(self, filters: list[str]) -> None:
        """As the connection."""
        self._worker.unsubscribe(filters)


def badly_delivered(take: Callable[[Any], None], loss: float, rng: random.Random) -> Callable[[Any], None]:
    """A receiver that never sees some of what is delivered to it."""

    def deliver(message: Any) -> None:
        if rng.random() >= loss:
            take(message)

    return deliver
