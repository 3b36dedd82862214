# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import random

import pytest

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.plots.curve import STYLES, curve_titles, free_look
from groundstation.ui.plots.plots_panel import PlotsPanel
from groundstation.ui.theme.colours import COLOURS, SIGNS, ColourBook, vehicle_colour, vehicle_sign

HEIGHT = "position.height_home_m"


@pytest.mark.parametrize(
    "names",
    [
        [f"uav-{number}" for number in range(1, COLOURS + 1)],
        ["uav-1", "uav-11", "uav-21"],
        ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett"],
        ["42", "2", "12", "22", "32", "x-2", "y-2"],
    ],
)
def test_as_long_as_there_are_colours_no_two_vehicles_share_one(names):
    for seed in range(20):
        book, order = ColourBook(), random.Random(seed).sample(names, len(names))
        assert len({book.place(name) % COLOURS for name in order}) == len(names)


def test_a_numbered_fleet_has_the_colours_of_its_numbers_in_any_order():
    names = [f"uav-{number}" for number in range(1, COLOURS + 1)]
    book = ColourBook()
    for name in reversed(names):
        book.place(name)
    assert [book.place(name) for name in names] == list(range(COLOURS))


def test_where_colours_repeat_the_sign_differs():
    book = ColourBook()
    places = [book.place(f"uav-{number}") for number in range(1, COLOURS * SIGNS + 1)]
    looks = {(place % COLOURS, place // COLOURS % SIGNS) for place in places}
    assert len(looks) == COLOURS * SIGNS


def test_a_vehicle_keeps_its_colour():
    first = vehicle_colour("keeps-7"), vehicle_sign("keeps-7")
    for number in range(100):
        vehicle_colour(f"other-{number}")
    assert (vehicle_colour("keeps-7"), vehicle_sign("keeps-7")) == first


def test_no_two_curves_of_a_plot_look_the_same():
    vehicles = [ValueRef(VehicleKey("fleet", f"c-{number}"), HEIGHT) for number in range(1, 13)]
    sensors = [ValueRef(f"site/room-{number}/t", "") for number in range(12)]
    taken = []
    for ref in (*vehicles, *sensors):
        taken.append(free_look(ref, taken))
    assert len(set(taken)) == 24


def test_values_of_one_vehicle_share_its_colour():
    key, taken = VehicleKey("fleet", "uav-3"), []
    for number in range(len(STYLES)):
        taken.append(free_look(ValueRef(key, f"attitude.{number}"), taken))
    assert len({look.colour for look in taken}) == 1
    assert len(set(taken)) == len(STYLES)


@pytest.mark.parametrize(
    ("topics", "titles"),
    [
        (["a/Kabin1/Nem", "a/Kabin2/Nem"], ["Kabin1 / Nem", "Kabin2 / Nem"]),
        (["a/Kabin1/Nem", "a/Kabin1/Isi"], ["Nem", "Isi"]),
        (["a/K1/x/Nem", "b/K1/x/Nem"], ["a / Nem", "b / Nem"]),
        (["Nem", "a/Nem"], ["Nem", "a / Nem"]),
        (["a/1/t", "a/2/t", "b/1/t", "b/2/t"], ["a / 1 / t", "a / 2 / t", "b / 1 / t", "b / 2 / t"]),
        (["a/ b/t", "a/b/t"], ["·b / t", "b / t"]),
    ],
)
def test_sensors_of_one_name_are_told_apart_by_the_level_that_differs(topics, titles):
    assert curve_titles([ValueRef(topic, "") for topic in topics]) == titles


def test_the_legend_names_them_so(station, app):
    panel = PlotsPanel(station.feed)
    panel.resize(500, 300)
    panel.show()
    panel.plot([ValueRef("a/Kabin1/Nem", ""), ValueRef("a/Kabin2/Nem", "")])
    assert panel.lanes[0].legend.names == ["Kabin1 / Nem", "Kabin2 / Nem"]
    assert len({curve.colour.name() for curve in panel.lanes[0].curves}) == 2
    panel.deleteLater()
