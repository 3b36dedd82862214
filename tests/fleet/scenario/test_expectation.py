# SPDX-License-Identifier: Apache-2.0
"""Sentences that are expected of a flight."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstation.fleet.errors import UsageError
from groundstation.fleet.scenario.expectation import FORMS, TAKEOFF, Expectation, What

ARGUMENTS = {
    What.MODE: st.sampled_from(["RTL", "LOITER", "QRTL"]),
    What.SAYS: st.text("abc within 3 s of after for (.*)", min_size=1).filter(
        lambda text: text == " ".join(text.split())
    ),
    What.REACHES: st.integers(0, 99999).map(str),
    What.OBEYS: st.sampled_from(["rtl", "takeoff"]),
}
NUMBERS = st.one_of(st.integers(0, 5000), st.decimals(0, 900, places=1)).map(str)


@st.composite
def sentences(draw):
    form = draw(st.sampled_from(FORMS))
    first, second = draw(st.lists(st.integers(1, 50), min_size=2, max_size=2, unique=True))
    within_s = draw(st.none() | st.floats(0, 10_000).map(lambda value: round(value, 3)))
    return Expectation(
        what=form.what,
        vehicles=(f"uav-{first}", f"uav-{second}") if form.is_pair else (f"uav-{first}",),
        argument=draw(ARGUMENTS.get(form.what, NUMBERS)) if form.argument else "",
        is_negated=bool(form.negated) and draw(st.booleans()),
        within_s=within_s,
        of=draw(st.sampled_from([TAKEOFF, "gps_loss", "the end of link_loss", "rtl"])),
    )


@given(sentences())
def test_every_sentence_reads_back_as_it_was_written(one):
    assert Expectation.parse(one.text) == one


@pytest.mark.parametrize(
    ("text", "what", "within_s", "of"),
    [
        ("uav-2 lands within 90 s", What.LANDS, 90.0, TAKEOFF),
        ("uav-1 is in RTL within 20 s of gps_loss", What.MODE, 20.0, "gps_loss"),
        ("uav-1 says 'Battery Failsafe'", What.SAYS, None, TAKEOFF),
        ("uav-1 does not say 'back within 5 s after all'", What.SAYS, None, TAKEOFF),
        ("uav-1 reaches item 3 within 60 s", What.REACHES, 60.0, TAKEOFF),
        ("uav-1 stays below 60 m", What.BELOW, None, TAKEOFF),
        ("uav-1 stays within 200 m for 30 s of wind", What.NEAR, 30.0, "wind"),
        ("uav-1 does not stay above 5 m for 10 s of motor", What.ABOVE, 10.0, "motor"),
        ("uav-1  and  uav-2 stay 5 m apart after rtl", What.APART, None, "rtl"),
        ("uav-1 disarms within 120.5 s of the end of link_loss", What.DISARMS, 120.5, "the end of link_loss"),
    ],
)
def test_sentences_of_the_handbook_are_read(text, what, within_s, of):
    one = Expectation.parse(text)
    assert (one.what, one.within_s, one.of) == (what, within_s, of)


@pytest.mark.parametrize(
    "text",
    [
        "uav-1 explodes",
        "",
        "lands within 3 s",
        "uav-1 lands for 3 s",
        "uav-1 stays below 60 m within 3 s",
        "uav-1 and uav-2 land",
        "uav-1 stay 5 m apart",
        "uav-1 is in",
        "uav-1 says Battery Failsafe",
        "uav-1 reaches item three",
        "uav-1 and uav-2 do not stay 3 m apart",
    ],
)
def test_what_is_no_sentence_is_one_line_that_lists_them(text):
    with pytest.raises(UsageError) as told:
        Expectation.parse(text)
    said = str(told.value)
    assert "\n" not in said
    assert "uav-1 and uav-2 stay 5 m apart" in said
    assert "uav-1 lands" in said


def test_only_what_keeps_two_apart_has_no_not():
    assert {form.what for form in FORMS if not form.negated} == {What.APART}
