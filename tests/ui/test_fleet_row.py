# SPDX-License-Identifier: Apache-2.0
"""What a row of the fleet list says, letter by letter: the painter is asked for the texts that it drew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from groundstation.ui.fleet_list.fleet_panel import FleetPanel
from groundstation.ui.selection import Selection
from tests.ui.support.pretend_fleet import PretendVehicle


@pytest.fixture
def drawn(station, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    texts: list[str] = []
    draw = QPainter.drawText

    def note(painter: QPainter, *arguments) -> None:
        texts.append(arguments[-1])
        draw(painter, *arguments)

    def show(vehicle: PretendVehicle, width: int) -> list[str]:
        station.hear(vehicle)
        panel = FleetPanel(station.feed, Selection())
        panel.resize(width, 300)
        panel.show()
        monkeypatch.setattr(QPainter, "drawText", note)
        texts.clear()
        QWidget.grab(panel)
        monkeypatch.setattr(QPainter, "drawText", draw)
        return list(texts)

    return show


@pytest.mark.parametrize(
    ("width", "beside"),
    [(420, ["51.7 m · 1/8 · 18.2 m/s"]), (300, ["51.7 m"]), (120, [])],
    ids=["wide", "usual", "narrow"],
)
def test_who_is_in_trouble_keeps_his_height_and_speed_where_there_is_room(drawn, width, beside):
    vehicle = PretendVehicle(1)
    vehicle.charge = 0.2
    texts = drawn(vehicle, width)
    assert any(one.startswith("battery 1 low") for one in texts)
    assert [one for one in texts if " m" in one] == beside


def test_without_trouble_they_are_said_once(drawn):
    assert [one for one in drawn(PretendVehicle(1), 420) if " m" in one] == ["51.7 m · 1/8 · 18.2 m/s"]
