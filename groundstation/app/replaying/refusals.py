# SPDX-License-Identifier: Apache-2.0
"""Orders and wishes that stations send to a replay over MQTT: each is answered, none is carried out. One thread.

A bridge of a recording does not listen for orders at all. Here somebody else may watch, to whom silence would look like
a broken link.
"""

from __future__ import annotations

from typing import Any

import msgspec

from groundstation.app.replaying.republisher import Republisher
from groundstation.fleet.commands import MAX_ID, CommandReport, CommandRequest, CommandState, Reason, Verb
from groundstation.fleet.control import ControlDecision, ControlRequest, Outcome
from groundstation.fleet.identity import Root, VehicleKey
from groundstation.fleet.phrases import Words, say
from groundstation.transport import parts, payloads, topics
from groundstation.transport.bus import Message
from groundstation.transport.leaves import SyncRequest
from groundstation.transport.parts import Joiner, Part
from groundstation.transport.payloads import PayloadError

MAX_QUERIED = 100
"""Commands that one question may ask about."""


class _IdOnly(msgspec.Struct):
    """As much of a request as can be read when the rest can't."""

    id: str = ""


def refused_filters(bridge_id: str) -> dict[str, int]:
    """What a replay subscribes to, with QoS: all that a station may ask of it."""
    root = Root.REPLAY.value
    asked = [f"{root}/+/{leaf}" for leaf in (topics.CMD_REQ, topics.CTL_REQ, topics.PART_REQ, topics.SYNC_REQ)]
    return dict.fromkeys([*asked, topics.bridge(root, bridge_id, topics.SYNC_REQ)], 1)


class Refusals:
    """Answers what is asked of the vehicles of a replay."""

    def __init__(self, said: Republisher) -> None:
        """Begin.

        Args:
            said: knows the vehicles and says the answers.
        """
        self._said, self._joiner = said, Joiner()
        self.refused = 0
        """Orders that were refused."""

    def take(self, message: Message, position_s: float, now_s: float) -> bool:
        """A message of `refused_filters` came.

        Args:
            message: as it came.
            position_s: where in the recording we are.
            now_s: seconds on our monotonic clock.

        Returns:
            Whether it asks for us as a bridge, too.
        """
        parsed = topics.parse(message.topic)
        if not isinstance(parsed, topics.VehicleTopic):
            # `_all` is no vehicle's id, and `_bridge/<id>` is us
            self._sync(None, message, position_s)
            return not message.retain
        if parsed.key in self._said.vehicles:
            self._asked(parsed.key, parsed.leaf, message, position_s, now_s)
        return False

    def _asked(self, key: VehicleKey, leaf: str, message: Message, position_s: float, now_s: float) -> None:
        if leaf == topics.CMD_REQ:
            self._said.answer(key, self._refusal(message), position_s)
            self.refused += 1
        elif leaf == topics.CTL_REQ:
            self._refuse_control(key, message, position_s)
        elif leaf == topics.SYNC_REQ:
            self._sync(key, message, position_s)
        elif leaf == topics.PART_REQ and not message.retain:
            self._part(key, message, position_s, now_s)

    def _refusal(self, message: Message) -> CommandReport:
        try:
            request = payloads.decode_request(CommandRequest, message.payload, parts.MAX_CONTENT_BYTES)
        except PayloadError as error:
            return _bare(_id_of(message.payload), Reason.MALFORMED, str(error)[:200])
        return CommandReport(
            id=request.id,
            state=CommandState.REJECTED,
            step=0,
            verb=request.verb,
            args=request.args,
            by=request.by,
            batch=request.batch,
            reason=Reason.UNSUPPORTED,
            detail=say("recording"),
            at_s=self._said.clock_s,
        )

    def _refuse_control(self, key: VehicleKey, message: Message, position_s: float) -> None:
        try:
            wish = payloads.decode_request(ControlRequest, message.payload, parts.MAX_CONTENT_BYTES)
        except PayloadError:
            return
        answer = ControlDecision(request=wish.id, outcome=Outcome.REFUSED, by=wish.by, detail=say("recording"))
        self._said.refuse_control(key, answer, position_s)
        self.refused += 1

    def _sync(self, key: VehicleKey | None, message: Message, position_s: float) -> None:
        if message.retain:
            return
        try:
            request = payloads.decode_request(SyncRequest, message.payload, parts.MAX_CONTENT_BYTES)
        except PayloadError:
            request = SyncRequest()  # a test message that was written by hand is answered too
        if request.commands is not None and key is not None:
            for command_id in request.commands.ids[:MAX_QUERIED]:
                self._said.answer(key, _bare(command_id, Reason.UNSUPPORTED, say("recording")), position_s)
        elif not request.gaps:
            self._said.say_again(key, request.from_event, position_s)

    def _part(self, key: VehicleKey, message: Message, position_s: float, now_s: float) -> None:
        try:
            part = payloads.decode_request(Part, message.payload)
        except PayloadError:
            return
        whole = self._joiner.take(str(key), part, now_s)
        if whole is not None and part.leaf in (topics.CMD_REQ, topics.CTL_REQ):
            told: Any = msgspec.structs.replace(message, payload=whole)
            self._asked(key, part.leaf, told, position_s, now_s)


def _bare(command_id: str, reason: Reason, detail: Words) -> CommandReport:
    return CommandReport(
        id=command_id[:MAX_ID], state=CommandState.REJECTED, step=0, verb=Verb.UNKNOWN, reason=reason, detail=detail
    )


def _id_of(payload: bytes) -> str:
    try:
        return msgspec.json.decode(payload[: payloads.MAX_PAYLOAD_BYTES], type=_IdOnly).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
