# SPDX-License-Identifier: Apache-2.0
"""The mission protocol as ArduPilot 4.5.7 speaks it: upload, download, partial write, clear. Sans-I/O.

It asks with MISSION_REQUEST, keeps each item at once (nothing is rolled back), asks again every second and
gives up after eight; times come from the vehicle's clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from groundstation.simulator.ardupilot.mission_items import MAX_ITEMS, stored_item
from groundstation.simulator.ardupilot.mission_run import ArduPilotMissionRun
from groundstation.simulator.engine.boot import DEBUG, INFO, WARNING
from groundstation.simulator.engine.links import Link
from groundstation.simulator.engine.mission_transfer import MissionTransfer, item_of, item_values
from groundstation.simulator.engine.missions import FENCE, MISSION, RALLY, Item, MissionPlan, Nav, Result
from groundstation.simulator.engine.vehicle import Vehicle
from groundstation.simulator.engine.wire import Message

_REQUEST, _COUNT, _ITEM, _ITEM_INT, _CURRENT = 40, 44, 39, 73, 42
_RESEND_S = 1.0
_TIMEOUT_S = 8.0
_RECEIVED_TEXTS = {
    MISSION: (INFO, "Flight plan received"),
    FENCE: (DEBUG, "Fence Indexed OK"),
    RALLY: (INFO, "Rally points received"),
}
_POLYGONS = frozenset({5001, 5002})


@dataclass
class _Upload:
    """One upload under way."""

    link: Link
    system: int
    component: int
    kind: int
    next_seq: int
    last_seq: int
    heard_s: float
    asked_s: float


class ArduPilotMissionTransfer(MissionTransfer):
    """An ArduPilot's side of all mission conversations."""

    def __init__(self, vehicle: Vehicle) -> None:
        self._vehicle = vehicle
        self._upload: _Upload | None = None

    def forget(self, link: Link) -> None:
        """The link is gone; an upload over it never ends otherwise."""
        if self._upload is not None and self._upload.link is link:
            self._upload = None

    def tick(self) -> None:
        """Ask again, or give up."""
        upload = self._upload
        if upload is None:
            return
        now_s = self._vehicle.now_s
        if now_s - upload.heard_s >= _TIMEOUT_S:
            self._upload = None
            self._ack(upload.link, upload.system, upload.component, upload.kind, Result.CANCELLED)
            self._vehicle.say(WARNING, "Mission upload timeout")
        elif now_s - upload.asked_s >= _RESEND_S:
            self._ask(upload)

    # --- upload ---------------------------------------------------------

    def count(self, link: Link, message: Message) -> None:
        """MISSION_COUNT: somebody wants to upload."""
        kind, count = message.values["mission_type"], message.values["count"]
        plan = self._vehicle.plans.get(kind)
        if plan is None:
            self._answer(link, message, Result.UNSUPPORTED)
        elif self._upload is not None and self._upload.system != message.system:
            self._answer(link, message, Result.DENIED)
        elif count > MAX_ITEMS:
            self._vehicle.say(WARNING, f"Only {MAX_ITEMS} items are supported")
            self._answer(link, message, Result.NO_SPACE)
        else:
            # the list shrinks at once: an upload that breaks off leaves a mixture of old and new items
            self._upload = None
            plan.cut(count)
            self._tell_changed(kind)
            self._begin(link, message, plan, 0, count - 1)

    def partial(self, link: Link, message: Message) -> None:
        """MISSION_WRITE_PARTIAL_LIST: replace some items of the list."""
        plan = self._vehicle.plans.get(message.values["mission_type"])
        first, last = message.values["start_index"], message.values["end_index"]
        if plan is None:
            self._answer(link, message, Result.UNSUPPORTED)
        elif self._upload is not None:
            self._answer(link, message, Result.DENIED)
        elif not 0 <= first <= last < len(plan.items):
            self._answer(link, message, Result.ERROR)
        else:
            self._begin(link, message, plan, first, last)

    def _begin(self, link: Link, message: Message, plan: MissionPlan, first: int, last: int) -> None:
        now_s = self._vehicle.now_s
        upload = _Upload(link, message.system, message.component, plan.kind, first, last, now_s, now_s)
        if last < first:
            self._finish(upload)
            return
        self._upload = upload
        self._ask(upload)

    def _ask(self, upload: _Upload) -> None:
        upload.asked_s = self._vehicle.now_s
        upload.link.say(
            _REQUEST,
            target_system=upload.system,
            target_component=upload.component,
            seq=upload.next_seq,
            mission_type=upload.kind,
        )

    def item(self, link: Link, message: Message) -> None:
        """MISSION_ITEM or MISSION_ITEM_INT: one item of the upload."""
        upload = self._upload
        if upload is None:
            return
        seq = message.values["seq"]
        if message.system != upload.system:
            self._answer(link, message, Result.DENIED)
            return
        if seq != upload.next_seq:
            self._answer(link, message, Result.INVALID_SEQUENCE)
            # the same item twice is answered and the upload goes on; any other number ends it
            if seq != upload.next_seq - 1:
                self._upload = None
            return
        result = self._keep(upload, message)
        if result != Result.ACCEPTED:
            self._upload = None
            self._answer(link, message, result)
            return
        upload.next_seq += 1
        upload.heard_s = self._vehicle.now_s
        if upload.next_seq > upload.last_seq:
            self._upload = None
            self._finish(upload)
        else:
            self._ask(upload)

    def _keep(self, upload: _Upload, message: Message) -> Result:
        item = item_of(message)
        plan = self._vehicle.plans[upload.kind]
        if upload.kind == MISSION and upload.next_seq == 0:
            kept: Item | None = Item(Nav.WAYPOINT, frame=0)
            result = Result.ACCEPTED
        else:
            kept, result = stored_item(item, upload.kind, self._vehicle.flavour.name)
        if kept is None:
            return result
        if not plan.put(upload.next_seq, kept):
            return Result.ERROR
        self._tell_changed(upload.kind)
        return result

    def _tell_changed(self, kind: int) -> None:
        """A mission under way goes on: with which item is its own affair."""
        mission = self._vehicle.guidance.mission
        if kind == MISSION and isinstance(mission, ArduPilotMissionRun):
            mission.changed()

    def _finish(self, upload: _Upload) -> None:
        vehicle = self._vehicle
        plan = vehicle.plans[upload.kind]
        result = Result.ACCEPTED
        if upload.kind == FENCE and any(item.command in _POLYGONS and item.params[0] < 3 for item in plan.items):
            result = Result.ERROR
        self._ack(upload.link, upload.system, upload.component, upload.kind, result)
        if result == Result.ACCEPTED:
            vehicle.say(*_RECEIVED_TEXTS[upload.kind])

    # --- download, clear, current ---------------------------------------

    def request_list(self, link: Link, message: Message) -> None:
        """MISSION_REQUEST_LIST: somebody wants to download."""
        kind = message.values["mission_type"]
        if kind not in self._vehicle.plans:
            self._answer(link, message, Result.UNSUPPORTED)
        elif self._upload is not None:
            self._answer(link, message, Result.DENIED)
        else:
            self._tell_count(link, message, kind)

    def _tell_count(self, link: Link, message: Message, kind: int) -> None:
        link.answer(message, _COUNT, count=len(self._vehicle.plans[kind].items), mission_type=kind)

    def request(self, link: Link, message: Message) -> None:
        """MISSION_REQUEST or MISSION_REQUEST_INT: send one item."""
        kind, seq = message.values["mission_type"], message.values["seq"]
        plan = self._vehicle.plans.get(kind)
        if plan is None:
            self._answer(link, message, Result.UNSUPPORTED)
            return
        if not 0 <= seq < len(plan.items):
            self._tell_count(link, message, kind)
            self._answer(link, message, Result.ERROR)
            return
        item = self._home_item() if kind == MISSION and seq == 0 else plan.items[seq]
        is_float = message.number == _REQUEST
        values = {**item_values(item, as_int=not is_float), "frame": item.frame, "seq": seq, "mission_type": kind}
        link.answer(message, _ITEM if is_float else _ITEM_INT, **values)
        if is_float and seq == 0:
            self._vehicle.say(WARNING, "got MISSION_REQUEST; use MISSION_REQUEST_INT!")

    def _home_item(self) -> Item:
        vehicle = self._vehicle
        if vehicle.home is None:
            return Item(Nav.WAYPOINT, frame=0)
        x, y = vehicle.field.scaled(vehicle.home.north_m, vehicle.home.east_m)
        z = vehicle.field.altitude_amsl_m - vehicle.home.down_m
        return Item(Nav.WAYPOINT, frame=0, x=x, y=y, z=z)

    def clear(self, link: Link, message: Message) -> None:
        """MISSION_CLEAR_ALL."""
        kind = message.values["mission_type"]
        plan = self._vehicle.plans.get(kind)
        if plan is None:
            self._answer(link, message, Result.UNSUPPORTED)
        elif self._upload is not None or (kind == MISSION and self._is_flown):
            self._answer(link, message, Result.ERROR)
        else:
            plan.cut(0)
            if kind == MISSION:
                self._vehicle.guidance.mission.forget()
            self._answer(link, message, Result.ACCEPTED)

    @property
    def _is_flown(self) -> bool:
        """Is the mission under way: it is not cleared then (observed)."""
        return self._vehicle.armed and self._vehicle.guidance.mission.is_running

    def set_current(self, link: Link, message: Message) -> None:
        """MISSION_SET_CURRENT: a number that doesn't exist changes nothing and is not refused."""
        mission = self._vehicle.guidance.mission
        mission.set_current(message.values["seq"])
        link.say(
            _CURRENT,
            seq=mission.current,
            total=max(len(mission.items) - 1, 0),
            mission_state=mission.state,
            mission_mode=int(self._vehicle.mode == self._vehicle.flavour.auto_mode),
        )
