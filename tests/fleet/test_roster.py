# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from groundstation.fleet import roster
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Samples
from groundstation.fleet.link import BridgePresence, Connection, ConnReason, LinkState
from groundstation.fleet.motion import Position
from groundstation.fleet.roster import Fleet
from groundstation.fleet.updates import BridgeUpdate, ConnUpdate, SamplesUpdate

KEY = VehicleKey("fleet", "uav-1")


def sample(session: str = "a", at_s: float = 1.0, key: VehicleKey = KEY) -> SamplesUpdate:
    position = Position(at_s=at_s, lat_deg=41.0, lon_deg=39.7)
    return SamplesUpdate(session=session, key=key, samples=Samples(position=position), clock_offset_s=0.0)


def conn(state: LinkState, session: str = "a", key: VehicleKey = KEY) -> ConnUpdate:
    return ConnUpdate(session=session, key=key, connection=Connection(state=state, via="br"))


def bridge(state: LinkState, session: str) -> BridgeUpdate:
    reason = ConnReason.BRIDGE_LOST if state is LinkState.OFFLINE else ConnReason.BRIDGE_STARTED
    presence = BridgePresence(state=state, reason=reason)
    return BridgeUpdate(session=session, root="fleet", bridge="br", presence=presence)


def test_it_answers_which_vehicles_changed_once() -> None:
    fleet = Fleet()
    other = VehicleKey("sim", "uav-1")
    fleet.fold([sample(), sample(at_s=2.0), sample(key=other)])
    assert fleet.take_changed() == {KEY, other}
    assert fleet.take_changed() == set()
    assert len(fleet) == 2


def test_a_new_session_forgets_what_the_old_one_measured() -> None:
    fleet = Fleet()
    fleet.fold([conn(LinkState.ONLINE), sample("a", at_s=100.0), conn(LinkState.ONLINE, "b")])
    state = fleet.get(KEY)
    assert state is not None
    assert state.position is None
    fleet.fold([sample("b", at_s=1.0)])
    state = fleet.get(KEY)
    assert state is not None
    assert state.position is not None


def test_a_late_message_of_the_session_before_is_refused() -> None:
    fleet = Fleet()
    fleet.fold([conn(LinkState.ONLINE, "a"), conn(LinkState.ONLINE, "b"), conn(LinkState.OFFLINE, "a"), sample("a")])
    state = fleet.get(KEY)
    assert state is not None
    assert state.is_heard
    assert state.position is None
    assert fleet.ignored == 2


def test_the_death_of_a_bridge_is_the_death_of_its_vehicles_only() -> None:
    fleet = Fleet()
    simulated = VehicleKey("sim", "uav-1")
    fleet.fold([bridge(LinkState.ONLINE, "x"), conn(LinkState.ONLINE), conn(LinkState.ONLINE, key=simulated)])
    fleet.take_changed()
    fleet.fold([bridge(LinkState.OFFLINE, "x")])
    assert fleet.take_changed() == {KEY}
    state = fleet.get(KEY)
    assert state is not None
    assert state.connection == Connection(state=LinkState.OFFLINE, reason=ConnReason.BRIDGE_LOST, via="br")


def test_a_late_will_of_a_bridge_that_lives_again_kills_nobody() -> None:
    fleet = Fleet()
    fleet.fold([bridge(LinkState.ONLINE, "new"), conn(LinkState.ONLINE), bridge(LinkState.OFFLINE, "old")])
    state = fleet.get(KEY)
    assert state is not None
    assert state.is_heard


def test_a_flood_of_ids_is_no_fleet(monkeypatch) -> None:
    monkeypatch.setattr(roster, "MAX_VEHICLES", 3)
    fleet = Fleet()
    fleet.fold([sample(key=VehicleKey("fleet", f"uav-{number}")) for number in range(10)])
    assert len(fleet) == 3
    assert fleet.ignored == 7
