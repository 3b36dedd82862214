# SPDX-License-Identifier: Apache-2.0
"""The mission protocol as PX4 speaks it: one conversation at a time, the old list kept until the new one is whole.

It asks again every 260 ms, gives up after 5 s of silence with a text only, and is blocked that long by a download
that nobody acknowledged. Seen in PX4 between 1.13 and 1.14. Sans-I/O; times come from the vehicle's clock.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

from groundstation.simulator.engine.boot import CRITICAL, INFO
from groundstation.simulator.engine.links import Link
from groundstation.simulator.engine.mission_transfer import MissionTransfer, item_of, item_values
from groundstation.simulator.engine.missions import FENCE, MISSION, Item, Result
from groundstation.simulator.engine.vehicle import Vehicle
from groundstation.simulator.engine.wire import Message
from groundstation.simulator.px4.mission_items import FRAME_MISSION, frame_given_back, stored_item
from groundstation.simulator.px4.mission_run import Px4MissionRun

_REQUEST, _REQUEST_INT, _COUNT, _ITEM, _ITEM_INT = 40, 51, 44, 39, 73
_MISSION_ACK = 47
_RESEND_S, _TIMEOUT_S = 0.26, 5.0
_UNSUPPORTED, _CANCELLED = 3, 15
"""MISSION_ACK.type (MAV_MISSION_RESULT)."""
_ALL_KINDS = 255


@dataclass
class _Talk:
    """The conversation under way."""

    link: Link
    system: int
    component: int
    kind: int
    count: int
    is_upload: bool
    heard_s: float
    asked_s: float = 0.0
    items: list[Item] = field(default_factory=list)
    """What has arrived of an upload."""


class Px4MissionTransfer(MissionTransfer):
    """A PX4's side of all mission conversations."""

    def __init__(self, vehicle: Vehicle) -> None:
        self._vehicle = vehicle
        self._talk: _Talk | None = None
        self.tells_ids = True
        """Whether each list has an id, as in PX4 since 1.14; without, all are 0."""
        self._speaks_int = False
        """Whether the station was heard to use the integer messages."""

    def list_id(self, kind: int) -> int:
        """The id of a list: the same items have the same one, and none has 0."""
        plan = self._vehicle.plans.get(kind)
        if plan is None or not self.tells_ids:
            return 0
        crc = 0
        for one in plan.items:
            places = struct.pack("<4f2if", *one.params, one.x, one.y, one.z)
            crc = zlib.crc32(struct.pack("<HBB", one.command, one.frame, one.autocontinue) + places, crc)
        return crc

    def forget(self, link: Link) -> None:
        """The link is gone, and the conversation with it."""
        if self._talk is not None and self._talk.link is link:
            self._talk = None

    def tick(self) -> None:
        """Ask again, or give up; a station that went silent is told nothing but a text."""
        talk, now_s = self._talk, self._vehicle.now_s
        if talk is None:
            return
        if now_s - talk.heard_s >= _TIMEOUT_S:
            self._talk = None
            self._say("Operation timeout")
        elif talk.is_upload and now_s - talk.asked_s >= _RESEND_S - 1e-6:
            self._ask_for_next(talk)

    def _say(self, text: str, severity: int = CRITICAL) -> None:
        self._vehicle.say(severity, f"{text}\t")

    # --- upload ---------------------------------------------------------

    def count(self, link: Link, message: Message) -> None:
        """MISSION_COUNT: somebody wants to upload."""
        kind, count = message.values["mission_type"], message.values["count"]
        talk = self._talk
        if talk is not None:
            talk.heard_s = self._vehicle.now_s
            if talk.is_upload and not talk.items:
                self._ask_for_next(talk)
                return
            self._answer(link, message, Result.ERROR)
            self._say("WPM: REJ. CMD: Busy" if talk.is_upload else "WPM: IGN MISSION_COUNT: Busy")
            return
        if kind not in self._vehicle.plans:
            self._say("Received unknown mission type, abort.")
            return
        now_s = self._vehicle.now_s
        talk = _Talk(link, message.system, message.component, kind, count, is_upload=True, heard_s=now_s)
        if count == 0:
            self._finish_upload(talk)
            return
        self._talk = talk
        self._ask_for_next(talk)

    def partial(self, link: Link, message: Message) -> None:
        """MISSION_WRITE_PARTIAL_LIST: not a word."""

    def _ask_for_next(self, talk: _Talk) -> None:
        talk.asked_s = self._vehicle.now_s
        talk.link.say(
            _REQUEST_INT if self._speaks_int else _REQUEST,
            target_system=talk.system,
            target_component=talk.component,
            seq=len(talk.items),
            mission_type=talk.kind,
        )

    def item(self, link: Link, message: Message) -> None:
        """MISSION_ITEM or MISSION_ITEM_INT: one item of the upload."""
        talk = self._talk
        as_int = message.number == _ITEM_INT
        self._speaks_int = as_int
        if talk is None:
            self._say("IGN MISSION_ITEM: No transfer")
            return
        if not talk.is_upload:
            self._say("IGN MISSION_ITEM: Busy")
            return
        if message.system != talk.system:
            self._say("REJ. WP CMD: partner id mismatch")
            return
        talk.heard_s = self._vehicle.now_s
        if message.values["seq"] != len(talk.items):  # one that was asked for twice came twice
            return
        kept, result = stored_item(item_of(message), as_int=as_int)
        if kept is None:
            self._talk = None
            self._say("IGN MISSION_ITEM: Invalid item")
            self._answer(link, message, result)
            return
        talk.items.append(kept)
        if len(talk.items) < talk.count:
            self._ask_for_next(talk)
            return
        self._talk = None
        self._finish_upload(talk)

    def _finish_upload(self, talk: _Talk) -> None:
        vehicle = self._vehicle
        vehicle.plans[talk.kind].items = talk.items  # whole or not at all
        target = {"target_system": talk.system, "target_component": talk.component}
        talk.link.say(
            _MISSION_ACK, **target, type=Result.ACCEPTED, mission_type=talk.kind, opaque_id=self.list_id(talk.kind)
        )
        mission = vehicle.guidance.mission
        if talk.kind == MISSION and isinstance(mission, Px4MissionRun):
            mission.forget()
            mission.check()

    # --- download, clear, current ---------------------------------------

    def request_list(self, link: Link, message: Message) -> None:
        """MISSION_REQUEST_LIST: somebody wants to download."""
        if self._talk is not None and self._talk.is_upload:
            self._say("Mission download request ignored, already active", INFO)
            return
        kind = message.values["mission_type"]
        plan = self._vehicle.plans.get(kind)
        count = 0 if plan is None else len(plan.items)
        if count:
            now_s = self._vehicle.now_s
            self._talk = _Talk(link, message.system, message.component, kind, count, is_upload=False, heard_s=now_s)
        link.answer(message, _COUNT, count=count, mission_type=kind, opaque_id=self.list_id(kind))

    def request(self, link: Link, message: Message) -> None:
        """MISSION_REQUEST or MISSION_REQUEST_INT: send one item, only while a download is under way."""
        talk = self._talk
        as_int = self._speaks_int = message.number == _REQUEST_INT
        if talk is None:
            return
        if talk.is_upload:
            self._say("WPM: REJ. CMD: Busy")
            return
        if message.system != talk.system:
            self._say("WPM: REJ. CMD: partner id mismatch")
            return
        talk.heard_s = self._vehicle.now_s
        seq, items = message.values["seq"], self._vehicle.plans[talk.kind].items
        if seq < len(items):
            self._send_item(link, message, seq, items[seq], as_int=as_int)

    def _send_item(self, link: Link, message: Message, seq: int, item: Item, *, as_int: bool) -> None:
        """Send one item; fences and rally points wrongly say that they are a mission's."""
        kind = message.values["mission_type"]
        # coordinates of MAV_FRAME_MISSION are none, and travel as they are in the float message too
        values = item_values(item, as_int=as_int or item.frame == FRAME_MISSION)
        values["current"] = int(seq == self._vehicle.guidance.mission.current if kind == MISSION else kind == FENCE)
        values |= {"seq": seq, "frame": frame_given_back(item, as_int=as_int), "mission_type": MISSION}
        link.answer(message, _ITEM_INT if as_int else _ITEM, **values)

    def acknowledged(self, _link: Link, message: Message) -> None:
        """MISSION_ACK: a download is over; to an upload, a station says what it can't do, or that it gives up."""
        talk = self._talk
        if talk is None or message.system != talk.system:
            return
        if not talk.is_upload or message.values["type"] == _CANCELLED:
            self._talk = None
        elif message.values["type"] == _UNSUPPORTED:
            # MAVSDK knows the integer messages alone, and says so of each request by the other name
            self._speaks_int = not self._speaks_int
            self._ask_for_next(talk)

    def clear(self, link: Link, message: Message) -> None:
        """MISSION_CLEAR_ALL, of one kind or of all."""
        if self._talk is not None:
            self._say("WPM: IGN CLEAR CMD: Busy")
            return
        kind = message.values["mission_type"]
        if kind not in self._vehicle.plans and kind != _ALL_KINDS:
            self._say("Received unknown mission type, abort.")
            return
        for plan in self._vehicle.plans.values():
            if kind in (plan.kind, _ALL_KINDS):
                plan.cut(0)
                if plan.kind == MISSION:
                    self._vehicle.guidance.mission.forget()
        self._answer(link, message, Result.ACCEPTED)

    def set_current(self, link: Link, message: Message) -> None:
        """MISSION_SET_CURRENT: no answer but the stream of MISSION_CURRENT, or a text that refuses."""
        del link
        if self._talk is not None:
            self._say("WPM: IGN WP CURR CMD: Busy")
        elif not self._vehicle.guidance.mission.set_current(message.values["seq"]):
            self._say("WPM: WP CURR CMD: Not in list")
