# SPDX-License-Identifier: Apache-2.0
"""Numbers and dates are written and understood as the operator's language does; what others read has points."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from groundstation.fleet.phrases import say, written
from groundstation.fleet.verbs import VERBS, Verb
from groundstation.ui.command_sheet.arg_editors import ArgEditors
from groundstation.ui.commanding.words import args_text, unlock_word
from groundstation.ui.language.letters import capital, small
from groundstation.ui.language.numerals import Numerals, number_from_text, numerals_of
from groundstation.ui.language.shown import long_moment, percent, shown, shown_time
from groundstation.ui.language.switch import speak
from groundstation.ui.language.typed import place_from_text
from groundstation.ui.number_field import NumberField
from groundstation.ui.past.typed_time import time_from_text
from groundstation.ui.plots.number_axis import NumberAxis
from groundstation.ui.said import said
from groundstation.ui.timeline import local_time
from groundstation.ui.units import age_text, compact, distance_text, fixed, text_of

AT_S = 1_780_000_000.0


@pytest.fixture
def turkish(app):
    speak("tr")
    yield
    speak("en")


@pytest.mark.parametrize(
    ("locale", "decimal", "group", "date"),
    [
        ("tr", ",", ".", "%d.%m.%Y"),
        ("en_US", ".", ",", "%Y-%m-%d"),
        ("en_GB", ".", ",", "%Y-%m-%d"),
        ("de", ",", ".", "%d.%m.%Y"),
        ("fr", ",", "\N{NO-BREAK SPACE}", "%d/%m/%Y"),
        ("ja", ".", ",", "%Y/%m/%d"),
        ("C", ".", ",", "%Y-%m-%d"),
    ],
)
def test_signs_are_those_of_the_locale(locale, decimal, group, date):
    found = numerals_of(QLocale(locale))
    assert (found.decimal, found.group, found.layout("%Y-%m-%d")) == (decimal, group, date)


def test_parts_of_dates_keep_the_order_of_the_language():
    found = numerals_of(QLocale("tr"))
    assert [found.layout(one) for one in ("%m-%d", "%Y-%m", "%H:%M:%S")] == ["%d.%m", "%m.%Y", "%H:%M:%S"]
    assert [Numerals().layout(one) for one in ("%m-%d", "%Y-%m", "UTC%z")] == ["%m-%d", "%Y-%m", "UTC%z"]


@pytest.mark.usefixtures("turkish")
def test_what_is_shown_has_a_comma():
    assert [fixed(12.345), fixed(-0.04), fixed(None)] == ["12,3", "0,0", "\N{EM DASH}"]
    assert [compact(1.5), compact(3.0), age_text(0.44), distance_text(1500)] == ["1,5", "3", "0,4 s", "1,5 km"]
    assert [text_of(True, "is_armed"), text_of(1.5, "ground_speed_mps")] == ["evet", "1,5"]
    assert f"{shown(1234.5):,.1f} {shown(12345):,}" == "1.234,5 12.345"
    assert f"{shown(1.0):.2f} {shown(2.25):+.1f} {shown(0.5):g}" == "1,00 +2,2 0,5"
    assert [percent(0.5), percent(0.125, 1)] == ["%50", "%12,5"]
    assert args_text({"lat_deg": 40.99679, "height_m": 10.0}) == "40,99679° 10 m"
    assert said(say("point_too_far", distance_km=1.26, limit_km=1.5)) == "nokta 1,3 km uzakta; sınır 1,5 km"
    assert said(say("battery_low", name="Pil", percent=14.0)) == "Pil düşük %14"


@pytest.mark.usefixtures("turkish")
def test_what_other_programs_read_has_a_point():
    assert written(say("point_too_far", distance_km=1.26, limit_km=1.5)).startswith("the point is 1.3 km away")
    assert local_time(AT_S, "%Y-%m-%d").startswith("2026-")
    assert f"{1.5:.1f} {1.5!s} {shown(1.5)!r}" == "1.5 1.5 1.5"


def test_english_is_as_it_always_was(app):
    assert [fixed(12.345), percent(0.5), f"{shown(12345):,}"] == ["12.3", "50 %", "12,345"]
    assert shown_time(AT_S, "%Y-%m-%d %H:%M") == local_time(AT_S, "%Y-%m-%d %H:%M")
    assert text_of(False, "is_armed") == "no"


@pytest.mark.usefixtures("turkish")
def test_dates_are_those_of_the_language():
    assert shown_time(AT_S, "%Y-%m-%d") == local_time(AT_S, "%d.%m.%Y")
    assert "Mayıs 2026" in long_moment(AT_S)
    assert long_moment(AT_S).endswith(local_time(AT_S))
    # no calendar has it
    assert shown_time(1e20, "%Y-%m-%d") == ""
    assert long_moment(1e20) == ""


@pytest.mark.parametrize("text", ["28.05.2026 10:12", "28/5/2026 10:12", "2026-05-28 10:12"])
def test_a_date_is_understood_as_it_is_written(text):
    assert time_from_text(text, AT_S, None) == time_from_text("2026-05-28 10:12", AT_S, None) is not None


@pytest.mark.parametrize("text", ["31.02.2026 10:12", "28.05 10:12", "28.05.2026", "5.28.2026 10:12"])
def test_what_is_no_date_is_none(text):
    assert time_from_text(text, AT_S, None) is None


@pytest.mark.parametrize(
    ("text", "wanted"), [("1,5", 1.5), ("1.5", 1.5), ("-3", -3.0), ("\N{MINUS SIGN}0,25", -0.25), (" 7 ", 7.0)]
)
def test_a_number_is_understood_with_either_sign(text, wanted):
    assert number_from_text(text) == wanted


@pytest.mark.parametrize("text", ["1.234,5", "1,2,3", "", "1_000", "abc", "1 2"])
def test_what_may_mean_two_numbers_is_none(text):
    with pytest.raises(ValueError, match=r"number|convert"):
        number_from_text(text)


@pytest.mark.parametrize("language", ["en", "tr"])
@pytest.mark.parametrize(("typed", "wanted"), [("2,5", 2.5), ("2.5", 2.5), ("12", 12.0)])
def test_a_field_takes_comma_and_point(app, language, typed, wanted):
    speak(language)
    field = NumberField("height", "m", 0.0, 100.0)
    field.selectAll()
    QTest.keyClicks(field, typed)
    QTest.keyClick(field, "\r")
    assert field.value() == wanted
    field.deleteLater()
    speak("en")


def test_a_field_that_stands_is_written_anew_and_keeps_what_is_typed(app):
    field = NumberField("height", "m", 0.0, 100.0)
    field.show()
    field.setValue(2.5)
    assert field.text() == "2.5 m"
    speak("tr")
    assert field.text() == "2,5 m"
    assert field.value() == 2.5
    QApplication.setActiveWindow(field)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "7,2")
    speak("en")
    assert field.lineEdit().text().startswith("7.2")
    QTest.keyClick(field, "\r")
    assert field.value() == 7.2
    field.deleteLater()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("39.92077, 32.85411", (39.92077, 32.85411)),
        ("39,92077 32,85411", (39.92077, 32.85411)),
        ("39,92077; 32,85411", (39.92077, 32.85411)),
        ("39.9° N 32.8° E", (39.9, 32.8)),
        ("33.9 S, 18.4 W", (-33.9, -18.4)),
        ("90, 180", (90.0, 180.0)),
        ("90.1, 0", None),
        ("0, 180.1", None),
        ("39.92077", None),
        ("1,2,3", None),
        ("a, b", None),
    ],
)
def test_a_place_that_was_copied_somewhere_is_understood(text, wanted):
    assert place_from_text(text) == wanted


def test_a_place_pasted_into_one_field_fills_both(app):
    editors = ArgEditors(VERBS[Verb.GOTO], {"lat_deg": 1.0, "lon_deg": 2.0})
    editors.show()
    QGuiApplication.clipboard().setText("39,92077; 32,85411")
    QTest.keySequence(editors.fields["lon_deg"], "Ctrl+V")
    assert editors.args()["lat_deg"] == pytest.approx(39.92077)
    assert editors.args()["lon_deg"] == pytest.approx(32.85411)
    editors.deleteLater()


@pytest.mark.usefixtures("turkish")
def test_letters_are_those_of_the_language():
    assert [capital("irtifa"), capital("ılık"), capital("")] == ["İrtifa", "Ilık", ""]
    assert small("İN") == "in"
    assert small("IRMAK") == "ırmak"
    # what has to be typed is what stands there, whatever keyboard there is
    assert unlock_word(Verb.REBOOT, 2) == "yeniden başlat 2"
    assert [capital("a"), QLocale.c().toUpper("i")] == ["A", "I"]


@pytest.mark.usefixtures("turkish")
def test_ticks_of_a_plot_have_a_comma(app):
    axis = NumberAxis()
    assert axis.tickStrings([0.0, 0.5, 1.0], 1.0, 0.5) == ["0", "0,5", "1,0"]
    speak("en")
    assert axis.tickStrings([0.0, 0.5, 1.0], 1.0, 0.5) == ["0", "0.5", "1.0"]
