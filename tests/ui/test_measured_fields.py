# SPDX-License-Identifier: Apache-2.0
"""Numbers that are shown and typed in other units: SI stays exact for who sets and reads it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from groundstation.fleet.phrases import say
from groundstation.fleet.settings.measures import Dimension
from groundstation.fleet.settings.settings import SYSTEMS, Settings, Units
from groundstation.fleet.verbs import VERBS, Verb
from groundstation.ui.command_sheet.arg_editors import ArgEditors
from groundstation.ui.language.switch import speak
from groundstation.ui.language.typed import place_from_text
from groundstation.ui.number_field import NumberField
from groundstation.ui.said import said
from groundstation.ui.settings.chosen import chosen
from groundstation.ui.settings.taking_effect import take_effect
from groundstation.ui.units import distance_text, place_shown, quantity, round_length, way_text


@pytest.fixture(autouse=True)
def effects():
    chosen().changed.connect(take_effect)
    yield
    speak("en")
    chosen().put_on(Settings())
    chosen().changed.disconnect(take_effect)


def use(**units):
    chosen().put_on(Settings(units=Units(**units)))


def typed(field, text):
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_what_nobody_types_stays_exact(app):
    field = NumberField("Height", Dimension.HEIGHT, 0.0, 120.0)
    field.show()
    field.setValue(10.0)
    assert field.text() == "10.0 m"
    use(height="ft")
    assert field.text() == "33 ft"
    assert field.value() == 10.0
    # entered and left again
    field.setFocus()
    field.interpretText()
    field.clearFocus()
    assert field.value() == 10.0
    use()
    assert field.text() == "10.0 m"
    assert field.value() == 10.0
    field.deleteLater()


def test_another_unit_changes_no_plan(app):
    field, told = NumberField("Height", Dimension.HEIGHT, 0.0, 120.0), []
    field.setValue(10.0584)
    use(height="ft")
    typed(field, "33")
    field.valueChanged.connect(told.append)
    use()
    use(height="ft")
    assert told == []
    field.deleteLater()


def test_what_is_typed_is_taken_as_it_is_shown_within_the_limits(app):
    use(height="ft")
    field = NumberField("Height", Dimension.HEIGHT, 0.0, 120.0)
    field.show()
    typed(field, "100")
    assert field.value() == pytest.approx(30.48)
    assert field.text() == "100 ft"
    typed(field, "393")
    assert field.value() == pytest.approx(393 * 0.3048)
    typed(field, "395")
    assert field.value() == 120.0
    typed(field, "-5")
    assert field.value() == 0.0
    field.deleteLater()


def test_a_step_is_one_of_the_unit_that_is_seen(app):
    use(speed="kn")
    field = NumberField("Speed", Dimension.SPEED, 0.0, 60.0)
    field.setValue(10 * 1852 / 3600)
    field.stepUp()
    assert field.text() == "11.0 kn"
    field.deleteLater()


def test_a_comma_is_a_point_in_another_unit_too(app):
    use(speed="kn")
    field = NumberField("Speed", Dimension.SPEED, 0.0, 60.0)
    field.show()
    typed(field, "10,5")
    assert field.value() == pytest.approx(10.5 * 1852 / 3600)
    speak("tr")
    assert field.text() == "10,5 kn"
    field.deleteLater()


def test_half_a_number_does_not_change_its_meaning_with_the_unit(app):
    field = NumberField("Height", Dimension.HEIGHT, 0.0, 120.0)
    field.show()
    field.setValue(50.0)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "9")
    use(height="ft")
    field.interpretText()
    assert field.value() in (50.0, 9.0)
    assert field.text() == f"{field.value() / 0.3048:.0f} ft"
    field.deleteLater()


def test_an_order_is_given_in_the_unit_that_is_seen(app):
    use(height="ft")
    editors = ArgEditors(VERBS[Verb.TAKEOFF], {"height_m": 10.0})
    editors.show()
    box = editors.fields["height_m"]
    assert box.text() == "33 ft"
    assert editors.args()["height_m"] == 10.0
    typed(box, "50")
    assert editors.args()["height_m"] == pytest.approx(15.24)
    editors.deleteLater()


@pytest.mark.parametrize(
    ("code", "args", "metric", "aviation"),
    [
        ("at_of", {"height_m": 4.9, "target_m": 10.0}, "at 5 of 10 m", "at 16 of 33 ft"),
        (
            "point_too_high",
            {"height_m": 130.0, "limit_m": 120.0},
            "130 m above home is higher than the limit of 120 m",
            "427 ft above home is higher than the limit of 393.7 ft",
        ),
        (
            "point_too_far",
            {"distance_km": 12.4, "limit_km": 10.0},
            "the point is 12.4 km away; the limit is 10 km",
            "the point is 6.7 NM away; the limit is 5.4 NM",
        ),
        ("to_go", {"left_m": 50.0}, "50 m to go", "164 ft to go"),
    ],
)
def test_sentences_have_the_units_too(app, code, args, metric, aviation):
    assert said(say(code, **args)) == metric
    chosen().put_on(Settings(units=SYSTEMS["aviation"]))
    assert said(say(code, **args)) == aviation
    assert str(say(code, **args)) == metric


def test_a_sentence_of_a_stranger_that_does_not_fit_is_still_shown(app):
    chosen().put_on(Settings(units=SYSTEMS["aviation"]))
    assert "to go" in said(say("to_go", left_m="far")) or "far" in said(say("to_go", left_m="far"))


def test_lengths(app):
    assert [way_text(one) for one in (0.0, 850.0, 999.6, 12_345.0)] == ["0 m", "850 m", "1.00 km", "12.35 km"]
    assert way_text(16_261_000.0, 0) == "16,261 km"
    use(distance="ft, mi")
    assert [way_text(one) for one in (100.0, 1609.344)] == ["328 ft", "1.00 mi"]
    assert quantity(None, Dimension.HEIGHT) == "\N{EM DASH}"


@pytest.mark.parametrize("distance", ["m, km", "ft, mi", "ft, NM", "m, NM"])
@pytest.mark.parametrize("metres", [0.3, 7.0, 99.0, 640.0, 900.0, 1700.0, 52_000.0, 9e6])
def test_a_scale_has_round_numbers_in_every_unit(app, distance, metres):
    use(distance=distance)
    length_m = round_length(metres)
    assert 0.19 * metres < length_m <= metres * 1.000001
    digits = distance_text(length_m).split(" ")[0].replace(".", "").strip("0")
    assert digits in ("1", "2", "5")


def test_places_are_written_as_chosen_and_typed_as_anybody_does(app):
    use(coordinates="MGRS")
    text = place_shown(39.92077, 32.85411)
    assert text == "36S VK 87532 18973"
    read = place_from_text(text)
    assert read == pytest.approx((39.92077, 32.85411), abs=2e-5)
    assert place_from_text("39.92, 32.85") == (39.92, 32.85)
