# SPDX-License-Identifier: Apache-2.0
"""What vehicles are called: nobody commands the wrong one because somebody gave it the right name."""

from __future__ import annotations

import pytest

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.settings.settings import Settings, VehicleLook
from groundstation.ui.call_signs import MOST_TOLD, CallSigns, call_sign
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.wall.tile_paint import elided_name
from tests.ui.support.pretend_fleet import PretendVehicle

ONE, TWO, THREE = (VehicleKey("fleet", f"uav-{number}") for number in (1, 2, 3))


@pytest.fixture
def book(app):
    return CallSigns()


def test_by_its_id_until_somebody_knows_more(book):
    assert book.of(ONE) == "uav-1"
    book.tell(ONE, "Kartal")
    assert book.of(ONE) == "Kartal"


def test_the_operators_own_name_counts_before_what_it_calls_itself(app):
    from groundstation.ui.call_signs import call_signs

    call_signs().tell(ONE, "Kartal")
    chosen().put_on(Settings(vehicles={"uav-1": VehicleLook(call_sign="Puhu")}))
    assert call_sign(ONE) == "Puhu"
    chosen().put_on(Settings())
    assert call_sign(ONE) == "Kartal"


@pytest.mark.parametrize("other", ["Kartal", "KARTAL", "kartal"])
def test_two_of_one_name_are_told_apart(book, other):
    book.tell(ONE, "Kartal")
    book.tell(TWO, other)
    assert book.of(ONE) == "Kartal (uav-1)"
    assert book.of(TWO) == f"{other} (uav-2)"
    book.tell(TWO, "Puhu")
    assert book.of(ONE) == "Kartal"


def test_one_that_takes_the_id_of_another_is_seen_through(book):
    book.tell(ONE, "Kartal")
    book.tell(TWO, "uav-1")
    assert book.of(TWO) == "uav-1 (uav-2)"
    assert book.of(ONE) == "Kartal"


def test_the_same_vehicle_flown_and_simulated_is_no_other(book):
    book.tell(ONE, "Kartal")
    book.tell(VehicleKey("sim", "uav-1"), "Kartal")
    assert book.of(ONE) == "Kartal"


def test_a_recording_does_not_rename_what_flies(book):
    book.tell(ONE, "Kartal")
    book.tell(ONE, "Puhu", is_live=False)
    book.tell(THREE, "Şahin", is_live=False)
    assert (book.of(ONE), book.of(THREE)) == ("Kartal", "Şahin")


def test_names_from_outside_are_short_and_harmless(book):
    book.tell(ONE, "a\u202eb\n" + "x" * 100)
    assert len(book.of(ONE)) <= 24
    assert book.of(ONE).isprintable()
    book.tell(ONE, "   ")
    assert book.of(ONE) == "uav-1"


def test_a_name_is_free_once_its_vehicle_is_forgotten(book):
    book.tell(ONE, "Kartal")
    book.tell(TWO, "Kartal")
    assert book.of(ONE) == "Kartal (uav-1)"
    book.drop(TWO)
    assert book.of(ONE) == "Kartal"


def test_where_there_is_no_room_what_tells_two_apart_stays(app):
    texts = [elided_name(f"Kartal (uav-{number})", 80, 13) for number in (1, 2)]
    assert texts[0] != texts[1]
    assert all("\N{HORIZONTAL ELLIPSIS}" in one for one in texts)


def test_names_without_end_cost_no_memory(book):
    for number in range(MOST_TOLD + 100):
        book.tell(VehicleKey("fleet", f"v{number}"), f"n{number}")
    assert len(book._told) == MOST_TOLD


def test_what_is_heard_is_called_so_in_every_panel(station):
    vehicle = PretendVehicle(1)
    station.hear(vehicle)
    assert call_sign(vehicle.key) == vehicle.name
