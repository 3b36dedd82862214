# SPDX-License-Identifier: Apache-2.0
"""What the chosen parameter is said to be, and what is said of a value that is not recommended."""

from __future__ import annotations

import pytest

from groundstation.fleet.parameters.fact_entries import ParameterFacts
from groundstation.fleet.parameters.parameter import Parameter, ParamType
from groundstation.ui.parameters.param_form import ParamForm, unusual_words
from groundstation.ui.parameters.param_rows import ParamRow

MODES = tuple((float(value), f"mode {value}") for value in (0, 1, 3, 10_000_001))


@pytest.fixture
def form(app):
    made = ParamForm(can_edit=True)
    made.resize(380, 300)
    yield made
    made.close()
    made.deleteLater()


def row(value, kind=ParamType.REAL32, edit=None, **told):
    return ParamRow(name="A", held=(Parameter("A", value, kind),), edit=edit, facts=ParameterFacts(name="A", **told))


def words(form, shown):
    form.show_row(shown)
    return form.words.text()


def test_a_range_with_one_end_is_shown_and_a_value_beyond_it_is_told(form):
    shown = row(0.0, unit="V", default=0.1, low=0.07)
    assert words(form, shown) == "unit V, default 0.1, recommended ≥ 0.07"
    assert shown.range == "≥ 0.07"
    assert unusual_words(shown, 0.07) == ""
    assert unusual_words(shown, 0.0699) == "Outside of the recommended ≥ 0.07."


def test_what_has_words_is_offered_below_and_its_default_has_its_word(form):
    shown = row(1.0, ParamType.INT32, default=3.0, low=0.0, high=10_000_001.0, values=MODES)
    assert words(form, shown) == "default 3 mode 3"
    assert (shown.value, shown.default) == ("1 mode 1", "3 mode 3")
    assert [form.choice.itemText(place) for place in range(form.choice.count())] == [
        "0  mode 0", "1  mode 1", "3  mode 3", "10000001  mode 10000001",
    ]  # fmt: skip
    assert form.choice.currentText() == "1  mode 1"
    bits = row(5.0, ParamType.INT32, default=5.0, low=0.0, high=511.0, bits=((0, "a"), (2, "b")))
    assert words(form, bits) == "default 5"


def test_a_range_is_told_in_all_its_digits(form):
    assert words(form, row(10_040.0, ParamType.INT32, low=0.0, high=9_999_999.0)) == "recommended 0 to 9999999"
