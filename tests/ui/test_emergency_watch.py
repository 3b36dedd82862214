# SPDX-License-Identifier: Apache-2.0
"""An emergency order that fails is shouted, with what to try instead."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from groundstation.fleet.commands import CommandState, Reason, Verb
from groundstation.fleet.conditions import Level
from tests.ui.support.commanding import flying


@pytest.fixture
def beeps(monkeypatch):
    heard: list[int] = []
    monkeypatch.setattr(QApplication, "beep", staticmethod(lambda: heard.append(1)))
    return heard


def answer(commands, vehicle, state, **fields):
    now_s = commands.station.now_s
    (request,) = [one for key, one in commands.requests() if key == vehicle.key.id][-1:]
    commands.station.offer(vehicle.report(now_s, request, state, **fields))
    commands.station.feed.tick()


def conditions_of(commands, vehicle):
    state = commands.station.feed.fleet.get(vehicle.key)
    return [(one.level, str(one.said)) for one in commands.station.feed.summary(state).conditions]


def test_one_of_five_that_does_not_land_is_shouted_at_its_row_in_a_notice_and_by_sound(window, commands, beeps) -> None:
    vehicles = flying(1, 2, 3, 4, 5)
    commands.hear(*vehicles)
    window.selection.select(tuple(one.key for one in vehicles))
    window.desk.emergency(Verb.LAND, window.selection.keys)
    commands.station.pass_time(0.3)
    for vehicle in vehicles[1:]:
        answer(commands, vehicle, CommandState.SUCCEEDED)
    assert not beeps
    answer(commands, vehicles[0], CommandState.FAILED, reason=Reason.VEHICLE_DENIED, detail="no landing in its mission")
    assert window.floating.notices.texts[-1] == "Land of uav-01 FAILED: no landing in its mission. Try Return."
    assert len(beeps) == 1
    assert (Level.WARNING, "Land failed") in conditions_of(commands, vehicles[0])
    assert not any("failed" in text for _, text in conditions_of(commands, vehicles[1]))
    # the next emergency that goes well takes it back
    window.desk.emergency(Verb.RTL, [vehicles[0].key])
    commands.station.pass_time(0.3)
    answer(commands, vehicles[0], CommandState.SUCCEEDED)
    assert not any("failed" in text for _, text in conditions_of(commands, vehicles[0]))


@pytest.mark.parametrize("reason", [Reason.SUPERSEDED, Reason.ASKED])
def test_what_the_operator_ended_himself_is_no_failure(window, commands, beeps, reason) -> None:
    (vehicle,) = flying(1)
    commands.hear(vehicle)
    window.desk.emergency(Verb.HOLD, [vehicle.key])
    commands.station.pass_time(0.3)
    answer(commands, vehicle, CommandState.CANCELLED, reason=reason)
    assert not beeps
    assert not any("failed" in text for _, text in conditions_of(commands, vehicle))
