# SPDX-License-Identifier: Apache-2.0
"""Places in five ways of writing, there and back; known places from outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstation.fleet.geometry import distance_m
from groundstation.fleet.settings.coordinates import place_in_words, place_text

LATS = st.floats(-79.9, 83.9)
LONS = st.floats(-180.0, 180.0)


def test_a_place_in_every_way():
    # the Statue of Liberty: 18T WL 80735 04695 in the literature on MGRS
    lat_deg, lon_deg = 40.6892491, -74.0445004
    assert place_text(lat_deg, lon_deg, "degrees") == "40.68925° N  74.04450° W"
    assert place_text(lat_deg, lon_deg, "minutes") == "40° 41.3549\N{PRIME} N  074° 02.6700\N{PRIME} W"
    assert place_text(lat_deg, lon_deg, "seconds") == (
        "40° 41\N{PRIME} 21.3\N{DOUBLE PRIME} N  074° 02\N{PRIME} 40.2\N{DOUBLE PRIME} W"
    )
    assert place_text(lat_deg, lon_deg, "MGRS").startswith("18T WL 807")
    assert place_text(lat_deg, lon_deg, "UTM").startswith("18T 5807")


@pytest.mark.parametrize(("format_", "off_m"), [("minutes", 0.3), ("seconds", 4.5), ("MGRS", 1.5), ("UTM", 1.0)])
@given(lat_deg=LATS, lon_deg=LONS)
def test_what_is_written_is_understood(format_, off_m, lat_deg, lon_deg):
    read = place_in_words(place_text(lat_deg, lon_deg, format_))
    assert read is not None
    assert distance_m(lat_deg, lon_deg, *read) < off_m


def test_no_sixty_minutes_come_of_rounding():
    assert place_text(39.9999999, 9.99999999, "minutes") == "40° 00.0000\N{PRIME} N  010° 00.0000\N{PRIME} E"
    assert place_text(-39.9999999, 0.0, "seconds").startswith("40° 00\N{PRIME} 00.0\N{DOUBLE PRIME} S")


def test_where_a_grid_has_no_name_degrees_are_written():
    assert place_text(84.1, 10.0, "UTM") == "84.10000° N  10.00000° E"
    assert not place_text(84.0, 10.0, "UTM").endswith("E")
    assert place_text(89.0, 10.0, "MGRS").startswith("Z AF")
    assert "° N" in place_text(91.0, 10.0, "MGRS")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "home",
        "ABC",
        "12",
        "39 55 12",
        "39° 61\N{PRIME} N 32° 0\N{PRIME} E",
        "61S 500000 E 4418974 N",
        "36S IO 1 1",
        "9" * 500,
    ],
)
def test_what_is_no_place_is_none(text):
    assert place_in_words(text) is None


@pytest.mark.parametrize(
    "text",
    ["39°55'14.8\"N 32°51'14.8\"E", "N 39 55.2467 E 32 51.2467", "39° 55,2467\N{PRIME} N, 32° 51,2467\N{PRIME} E"],
)
def test_ways_in_which_people_type_it(text):
    read = place_in_words(text)
    assert read is not None
    assert distance_m(39.920778, 32.854111, *read) < 2.0
