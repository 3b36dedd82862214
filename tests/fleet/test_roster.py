# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.fleet import lives, roster
from groundstation.fleet.control import Control
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.kinds import Samples
from groundstation.fleet.link import BridgePresence, Connection, ConnReason, LinkState
from groundstation.fleet.motion import Position
from groundstation.fleet.recorder import RecorderState, RecorderStatus
from groundstation.fleet.roster import Fleet
from groundstation.fleet.updates import ServiceUpdate, VehicleUpdate
from tests.support import updates
from tests.support.updates import kept, service

KEY = VehicleKey("fleet", "uav-1")


def sample(session: str = "a", at_s: float = 1.0, key: VehicleKey = KEY) -> VehicleUpdate:
    position = Position(at_s=at_s, lat_deg=41.0, lon_deg=39.7)
    return kept("samples", Samples(position=position), session, key)


def conn(state: LinkState, session: str = "a", key: VehicleKey = KEY) -> VehicleUpdate:
    return kept("connection", Connection(state=state, via="br"), session, key)


def bridge(state: LinkState, session: str) -> ServiceUpdate:
    reason = ConnReason.BRIDGE_LOST if state is LinkState.OFFLINE else ConnReason.BRIDGE_STARTED
    presence = BridgePresence(state=state, reason=reason)
    return service("br", presence, session)


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


# ---- lives: one message blinds nobody ----


def live(session: str, now_s: float, at_s: float | None = None) -> VehicleUpdate:
    content = sample(session, at_s=now_s if at_s is None else at_s).content
    return updates.live("samples", content, now_s, session)


def session_of(fleet: Fleet) -> str | None:
    state = fleet.get(KEY)
    assert state is not None
    return state.session


def test_one_message_with_a_made_up_session_blinds_a_station_for_two_seconds_at_most() -> None:
    fleet = Fleet()
    fleet.fold([conn(LinkState.ONLINE), *(live("a", 0.2 * number) for number in range(10))])
    fleet.fold([conn(LinkState.OFFLINE, "forged"), live("forged", 1.9)])
    assert session_of(fleet) == "forged"
    fleet.fold(live("a", 2.0 + 0.2 * number) for number in range(7))
    assert session_of(fleet) == "forged"  # 3.2 s: 1.3 s of silence
    fleet.fold([live("a", 3.41)])
    state = fleet.get(KEY)
    assert state is not None
    # with all that it said meanwhile, and with the connection that it had
    assert (state.session, state.is_heard, state.position.at_s if state.position else None) == ("a", True, 3.41)


def test_a_heap_of_late_messages_of_a_former_life_is_no_life() -> None:
    fleet = Fleet()
    fleet.fold([live("a", 0.0), live("b", 1.0), live("b", 2.0)])
    fleet.fold(live("a", 5.0 + 0.01 * number, at_s=0.1) for number in range(90))  # 0.9 s
    assert session_of(fleet) == "b"
    fleet.fold([live("a", 6.01)])
    assert session_of(fleet) == "a"


def test_of_two_bridges_with_one_id_the_other_is_shown_soon_after_one_dies() -> None:
    fleet = Fleet()
    ours, theirs = (Connection(state=LinkState.ONLINE, via=name) for name in ("ours", "theirs"))
    fleet.fold([kept("connection", ours)])
    for number in range(20):
        fleet.fold([live("a", 0.5 * number)])
        if number == 2:
            fleet.fold([kept("connection", theirs, "b")])
        if number >= 2:
            fleet.fold([live("b", 0.5 * number)])
    assert session_of(fleet) == "b"
    presence = BridgePresence(state=LinkState.OFFLINE, reason=ConnReason.BRIDGE_LOST)
    fleet.fold([service("theirs", presence, "x")])
    fleet.fold(live("a", 9.5 + 0.5 * number) for number in range(4))  # until 11.0: 1.5 s
    assert session_of(fleet) == "b"
    fleet.fold([live("a", 11.5)])
    state = fleet.get(KEY)
    assert state is not None
    assert (state.session, state.connection) == ("a", ours)


def test_a_death_that_telemetry_contradicts_is_taken_back_and_a_true_one_is_not() -> None:
    for repeats_old, is_heard in ((False, True), (True, False)):
        fleet = Fleet()
        fleet.fold([conn(LinkState.ONLINE), live("a", 1.0), bridge(LinkState.OFFLINE, "x")])
        for number in range(4):
            now_s = 1.1 + 0.5 * number
            fleet.fold([live("a", now_s, at_s=1.0 if repeats_old else now_s)])
            state = fleet.get(KEY)
            assert state is not None
            assert state.is_heard is (is_heard and number == 3)


def test_lives_of_a_vehicle_are_bounded() -> None:
    fleet = Fleet()
    fleet.fold(live(f"forged-{number}", 0.001 * number) for number in range(1_000))
    assert len(fleet._lives[KEY]._others) == lives.MAX_OTHERS
    fleet.fold(live("a", 2.0 + 0.5 * number) for number in range(4))
    assert session_of(fleet) == "a"


def test_a_heap_of_made_up_sessions_pushes_out_no_life_that_spoke() -> None:
    fleet = Fleet()
    control = kept("control", Control(lease=7))
    fleet.fold([control, *(live("a", 0.2 * number) for number in range(10))])
    for burst in range(3):
        now_s = 2.0 + 5.0 * burst
        fleet.fold([live(f"forged-{burst}-{number}", now_s) for number in range(2 * lives.MAX_OTHERS)])
        fleet.fold([live("a", now_s + 0.2 * number) for number in range(1, 20)])
        state = fleet.get(KEY)
        assert state is not None
        assert (state.session, state.control) == ("a", control.content)


@pytest.mark.parametrize(("later_s", "has_room"), [(29.9, False), (30.1, True)])
def test_a_flood_of_made_up_ids_keeps_nobody_out_who_comes_after_it(
    monkeypatch, later_s: float, has_room: bool
) -> None:
    monkeypatch.setattr(roster, "MAX_VEHICLES", 3)
    fleet = Fleet()
    real = VehicleKey("fleet", "real")
    for number in range(10):
        fleet.fold([updates.live("samples", sample().content, 100.0, key=VehicleKey("fleet", f"v{number}"))])
    fleet.fold([updates.live("samples", sample().content, 100.0 + later_s, key=real)])
    assert (real in fleet) is has_room
    assert len(fleet) == 3


def test_made_up_recorders_and_bridges_are_bounded_and_give_way() -> None:
    fleet = Fleet()
    for number in range(roster.MAX_RECORDERS + 20):
        told = RecorderStatus(state=RecorderState.RECORDING)
        fleet.fold([service(f"r{number}", told, "s", float(number))])
    assert len(fleet.recorders) == roster.MAX_RECORDERS
    assert f"r{roster.MAX_RECORDERS + 19}" in fleet.recorders
    presence = BridgePresence(state=LinkState.ONLINE)
    fleet.fold(service(f"b{number}", presence, "x") for number in range(roster.MAX_BRIDGES + 20))
    assert len(fleet.bridges) == roster.MAX_BRIDGES
