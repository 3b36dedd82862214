# SPDX-License-Identifier: Apache-2.0
"""The talk with the autopilot about the present step of a command, and what all of them have brought. Bridge thread."""

from __future__ import annotations

from groundstation.bridge.facts import Facts
from groundstation.mavlink.conversation import Outcome
from groundstation.mavlink.dialect import Fields
from groundstation.mavlink.handshakes import Handshake
from groundstation.mavlink.orders import Form, Order
from groundstation.mavlink.plan_send import PlanSend, Upload, conversation
from groundstation.mavlink.stream_requests import Outbound


class StepTalk:
    """Talks about one step at a time: a command's handshake, or the upload of a mission."""

    def __init__(self) -> None:
        self._talk: Handshake | PlanSend | None = None
        self.parameters: dict[str, float] = {}
        """Parameters of the vehicle that were read, by name."""
        self.sets: set[str] = set()
        """Parameters that were set."""
        self.uploaded: int | None = None
        """Items of the mission that the vehicle has taken; None when none was given."""

    @property
    def is_sent(self) -> bool:
        """Whether the present step was sent; one that needs no order has nothing to send."""
        return self._talk is not None

    @property
    def is_over(self) -> bool:
        """Whether it was answered for good, or given up."""
        return self._talk is not None and self._talk.is_over

    @property
    def command(self) -> int:
        """MAV_CMD whose answer is awaited; 0 for none."""
        return self._talk.command if isinstance(self._talk, Handshake) else 0

    @property
    def tries(self) -> int:
        """How often that command was said without an answer yet: so many answers may still come."""
        return self._talk.tries if isinstance(self._talk, Handshake) and self.command else 0

    @property
    def has_progressed(self) -> bool:
        """Whether the vehicle said that it is at it (MAV_RESULT_IN_PROGRESS)."""
        return isinstance(self._talk, Handshake) and self._talk.has_progressed

    @property
    def progress(self) -> float | None:
        """Share that the vehicle says is done; None when it does not say."""
        return self._talk.progress if isinstance(self._talk, Handshake) else None

    @property
    def hears(self) -> frozenset[int]:
        """Ids of the messages that are waited for."""
        return self._talk.hears if self._talk is not None else frozenset()

    @property
    def outcome(self) -> Outcome | None:
        """What came of it; None when no answer came in time."""
        return self._talk.outcome if self._talk is not None else None

    @property
    def result(self) -> int | None:
        """The answer as a MAV_RESULT; None before one, and where nothing was sent."""
        return self._talk.result if self._talk is not None else None

    def begin(self, order: Order | Upload, facts: Facts, again_until_s: float | None, now_s: float) -> list[Outbound]:
        """Send a step.

        Args:
            order: what.
            facts: the vehicle now.
            again_until_s: until when it is said again and again without an answer; None for what is said once.
            now_s: seconds on the bridge's clock.
        """
        # before it is sent: its echo would pass for the doing of another station
        if isinstance(order, Order) and order.form is Form.PARAM_SET:
            self.sets.add(order.parameter)
        self._talk = conversation(order, facts.sysid, facts.compid, again_until_s)
        return self._talk.start(now_s)

    def drop(self) -> None:
        """The present step is not sent."""
        self._talk = None

    def take(self, msgid: int, fields: Fields, now_s: float) -> list[Outbound]:
        """A message that it hears came; returns what to answer."""
        if self._talk is None:
            return []
        messages = self._talk.take(msgid, fields, now_s)
        if isinstance(self._talk, Handshake) and self._talk.value is not None:
            # by name: asked so, ArduPilot answers with the index 65535 (observed)
            self.parameters[fields["param_id"]] = self._talk.value
        return messages

    def tick(self, now_s: float) -> list[Outbound]:
        """Time passed; returns what is said again."""
        return self._talk.tick(now_s) if self._talk is not None else []

    def mark_taken(self) -> None:
        """The vehicle accepted it."""
        if isinstance(self._talk, PlanSend):
            self.uploaded = self._talk.size
