# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.fleet.commands import Role
from groundstation.fleet.control import StationPresence
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import LinkState
from groundstation.fleet.operators import stations as module
from groundstation.fleet.operators.stations import GONE_S, Stations


def told(op="ayşe", state=LinkState.ONLINE, **more):
    return StationPresence(state=state, op=op, **more)


@pytest.mark.parametrize(("passed_s", "is_on"), [(GONE_S - 0.1, True), (GONE_S, False)])
def test_one_that_is_silent_is_gone(passed_s, is_on):
    found = Stations()
    found.fold("gui-a-1", told(role=Role.OBSERVER, looks_at=("fleet/uav-1", "nonsense", "fleet/../x")), 10.0)
    on = found.on(10.0 + passed_s)
    assert bool(on) is is_on
    if on:
        assert (on[0].actor.op, on[0].actor.gs, on[0].actor.role) == ("ayşe", "gui-a-1", Role.OBSERVER)
        assert on[0].looks_at == (VehicleKey("fleet", "uav-1"),)


def test_a_will_or_a_goodbye_ends_it_at_once():
    found = Stations()
    found.fold("gui-a-1", told(), 0.0)
    found.fold("gui-a-1", told(state=LinkState.OFFLINE), 0.1)
    assert found.on(0.2) == []


def test_operators_are_named_once_however_many_windows_they_have():
    found = Stations()
    for station, op in (("a", "Cem"), ("b", "ayşe"), ("c", "Cem")):
        found.fold(station, told(op), 0.0)
    assert found.operators(1.0) == ["ayşe", "Cem"]


def test_made_up_stations_push_out_the_longest_silent_alone(monkeypatch):
    monkeypatch.setattr(module, "MAX_STATIONS", 2)
    found = Stations()
    for number in range(3):
        found.fold(f"gs-{number}", told(f"op-{number}"), float(number))
    assert found.operators(3.0) == ["op-1", "op-2"]
