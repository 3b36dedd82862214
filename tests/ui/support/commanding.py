# SPDX-License-Identifier: Apache-2.0
"""A window's orders over a bus that keeps what is published, and vehicles that can be told everything."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject

from groundstation.fleet.commands import Actor, CommandReport, CommandRequest, CommandState, Reason, Role, Verb
from groundstation.fleet.control import Control, ControlDecision, ControlRequest, Outcome
from groundstation.fleet.identity import VehicleInfo
from groundstation.fleet.parameters.parameter_entries import entries_of
from groundstation.fleet.parameters.parameter_status import ParamList, ParamStatus, SetState, hash_text
from groundstation.fleet.plans.plan_items import hash_of
from groundstation.fleet.plans.plan_status import ListState, ListStatus, PlanList, PlanStatus
from groundstation.fleet.verbs import PARAM_VERBS, PLAN_VERBS
from groundstation.transport import payloads, topics
from groundstation.transport.commander import Commander
from groundstation.ui.commanding.desk import OperatorDesk
from groundstation.ui.orders import Orders
from groundstation.ui.selection import Selection
from tests.support.fake_bus import FakeBus
from tests.support.updates import decoded
from tests.ui.support.pretend_fleet import PretendVehicle, message

OURS = Actor(op="ayse", gs="gs-1")
THEIRS = Actor(op="mehmet", gs="gs-2")
VERBS = tuple(verb.value for verb in Verb if verb not in (Verb.UNKNOWN, Verb.CANCEL))


class ToldVehicle(PretendVehicle):
    """Knows every verb, and is called by its id."""

    def __post_init__(self):
        super().__post_init__()
        self.name = self.key.id

    def birth(self, now_s):
        info, connection = super().birth(now_s)
        content = decoded("info", info.payload).d
        told = msgspec.structs.replace(content, verbs=VERBS, bridge="b1")
        assert isinstance(told, VehicleInfo)
        return [self.wrap(topics.vehicle(self.key, "info"), told, now_s, retain=True), connection]

    def control(self, now_s, **fields):
        return self.wrap(topics.vehicle(self.key, topics.CTL), Control(**fields), now_s)

    def report(self, now_s, request, state, step=0, **fields):
        content = CommandReport(
            id=request.id, state=state, step=step, verb=request.verb, args=request.args, by=request.by,
            batch=request.batch, **fields,
        )  # fmt: skip
        leaf = topics.MSN_ACK if request.verb in PLAN_VERBS else topics.CMD_ACK
        leaf = topics.PAR_ACK if request.verb in PARAM_VERBS else leaf
        return self.wrap(topics.vehicle(self.key, leaf), content, now_s)

    def plan(self, now_s, kind, items, given=None, state=ListState.KNOWN):
        """A list, and how well it is known."""
        status = ListStatus(state=state, count=len(items), hash=hash_of(items), given=given)
        told = PlanList(hash=status.hash, items=items)
        return (
            self.wrap(topics.vehicle(self.key, topics.MSN_LISTS[kind.value]), told, now_s),
            self.wrap(topics.vehicle(self.key, topics.MSN_CUR), PlanStatus(**{kind.value: status}), now_s),
        )

    def parameters(self, now_s, held, state=SetState.KNOWN, **fields):
        """All parameters, and how well they are known."""
        hash_ = hash_text(held)
        told = ParamList(hash=hash_, entries=entries_of(held))
        status = ParamStatus(state=state, count=len(held), hash=hash_, read_at_s=now_s, **fields)
        return (
            self.wrap(topics.vehicle(self.key, topics.PAR_ALL), told, now_s),
            self.wrap(topics.vehicle(self.key, topics.PAR_CUR), status, now_s),
        )


class Commands(QObject):
    """Orders, desk and selection on a `Station` of `conftest.py`."""

    def __init__(self, station, role=Role.OPERATOR):
        super().__init__()
        self.station, self.bus = station, FakeBus()
        actor = msgspec.structs.replace(OURS, role=role)
        commander = Commander(actor, self.bus, None, lambda: station.now_s, lambda: 1.7e9 + station.now_s)
        self.orders = Orders(commander, station.feed.fleet, lambda: station.now_s)
        station.feed.on_updates = self.orders.tick
        self.selection = Selection()
        self.desk = OperatorDesk(self.orders, station.feed, self.selection)
        self.notices = []
        self.desk.noticed.connect(lambda words, level: self.notices.append(words))

    def hear(self, *vehicles, owner=OURS):
        """Everything of these vehicles, and who is in control of them."""
        self.station.hear(*vehicles)
        self.station.offer(*[one.control(self.station.now_s, owner=owner, lease=7) for one in vehicles])

    def select(self, *vehicles):
        self.selection.select(tuple(one.key for one in vehicles))

    def requests(self, verb=None):
        """Commands that went out: vehicle and request."""
        self.station.feed.tick()
        found = []
        for one in self.bus.sent:
            topic = topics.parse(one.topic)
            if isinstance(topic, topics.VehicleTopic) and topic.leaf in (
                topics.CMD_REQ,
                topics.MSN_REQ,
                topics.PAR_REQ,
            ):
                request = payloads.decode_request(CommandRequest, one.payload)
                if verb in (None, request.verb):
                    found.append((topic.key.id, request))
        return found

    def wishes(self):
        """Requests for control that went out."""
        self.station.feed.tick()
        found = []
        for one in self.bus.sent:
            topic = topics.parse(one.topic)
            if isinstance(topic, topics.VehicleTopic) and topic.leaf == topics.CTL_REQ:
                found.append((topic.key.id, payloads.decode_request(ControlRequest, one.payload)))
        return found


def flying(*numbers):
    return [ToldVehicle(number) for number in numbers]


def grounded(*numbers):
    return [ToldVehicle(number, is_flying=False, mode="STABILIZE") for number in numbers]


def decision(outcome=Outcome.DENIED, by=OURS, detail="no", request="r"):
    return ControlDecision(request=request, outcome=outcome, by=by, detail=detail)


__all__ = ["OURS", "THEIRS", "CommandState", "Commands", "Reason", "ToldVehicle", "flying", "grounded", "message"]
