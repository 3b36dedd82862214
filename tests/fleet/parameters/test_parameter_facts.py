# SPDX-License-Identifier: Apache-2.0
"""Metadata of parameters: both autopilots' files, packed and plain, and what strangers make of them."""

from __future__ import annotations

import contextlib
import gzip
import json
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstation.fleet.parameters.fact_entries import MAX_FACTS, ParameterFacts, ParameterFactsError
from groundstation.fleet.parameters.parameter_facts import MAX_UNPACKED_BYTES, facts_of

SPEED = ParameterFacts(
    name="WPNAV_SPEED",
    short="Waypoint speed",
    long="How fast it flies level.\nIn missions.",
    unit="cm/s",
    low=10.0,
    high=2000.0,
    increment=50.0,
    group="WPNAV_",
)
OPTIONS = ParameterFacts(
    name="FS_OPTIONS",
    short="Failsafe options",
    values=((-1.0, "All"), (0.0, "None")),
    bits=((0, "Go on"), (4, "Stay")),
    needs_reboot=True,
    is_read_only=True,
    is_calibration=True,
    is_volatile=True,
    group="ArduCopter",
    is_advanced=True,
)
PDEF_JSON = {
    "json": {"version": 0},
    "ArduCopter": {
        "FS_OPTIONS": {
            "displayName": "Failsafe options",
            "user": "Advanced",
            "Values": {"0": "None", "-1": "All"},
            "Bitmask": {"0": "Go on", "4": "Stay"},
            "RebootRequired": "True",
            "ReadOnly": "True",
            "Calibration": "1",
            "Volatile": "True",
        }
    },
    "WPNAV_": {
        "WPNAV_SPEED": {
            "displayName": "Waypoint speed",
            "description": "How fast it flies  level.\nIn missions.",
            "user": "Standard",
            "Units": "cm/s",
            "Range": {"low": "10", "high": "2000"},
            "Increment": "50",
        }
    },
}
PDEF_XML = """<?xml version="1.0" encoding="utf-8"?><paramfile>
<vehicles><parameters name="ArduCopter">
<param humanName="Failsafe options" name="ArduCopter:FS_OPTIONS" documentation="" user="Advanced">
<field name="RebootRequired">True</field><field name="ReadOnly">True</field><field name="Volatile">True</field>
<field name="Calibration">1</field>
<values><value code="0">None</value><value code="-1">All</value></values>
<bitmask><bit code="0">Go on</bit><bit code="4">Stay</bit></bitmask></param>
</parameters></vehicles>
<libraries><parameters name="WPNAV_">
<param humanName="Waypoint speed" name="WPNAV_SPEED" documentation="How fast it flies level.&#10;In missions."
 user="Standard"><field name="Range">10 2000</field><field name="Increment">50</field><field name="Units">cm/s</field>
</param></parameters></libraries></paramfile>"""
PDEF_OF_ARDUPILOT = {
    "FS_": {
        "FS_OPTIONS": {
            "Bitmask": {"0": "Go on", "10": "Late", "2": "Early"},
            "Description": "What it does then.",
            "DisplayName": "Failsafe options",
            "User": "Advanced",
            "Values": {"0": "None", "16": "Stay", "2": "Land"},
        }
    }
}
"""As its own param_parse.py spells it, with keys in the order of texts."""
GAIN = ParameterFacts(
    name="MC_ROLL_P",
    short="Roll P gain",
    long="Proportional.",
    unit="Hz",
    low=0.0,
    high=12.0,
    increment=0.1,
    default=6.5,
    values=((0.0, "Off"),),
    bits=((1, "Second"),),
    needs_reboot=True,
    is_read_only=True,
    is_volatile=True,
    group="Attitude",
    is_advanced=True,
)
REST = {
    "name": "MC_ROLL_P",
    "type": "Float",
    "units": "Hz",
    "increment": 0.1,
    "group": "Attitude",
    "category": "Developer",
    "rebootRequired": True,
    "readOnly": True,
    "volatile": True,
    "values": [{"value": 0, "description": "Off"}],
    "bitmask": [{"index": 1, "description": "Second"}],
}
NEW = {**REST, "shortDesc": "Roll P gain", "longDesc": "Proportional.", "default": 6.5, "min": 0, "max": 12}
OLD = {
    **REST,
    "shortDescription": "Roll P gain",
    "longDescription": "Proportional.",
    "defaultValue": 6.5,
    "minValue": 0,
    "maxValue": 12,
}


def as_json(document: object) -> bytes:
    return json.dumps(document).encode()


def of_px4(*entries: object) -> bytes:
    return as_json({"version": 1, "parameters": list(entries)})


def refusal(data: bytes) -> str:
    with pytest.raises(ParameterFactsError) as caught:
        facts_of(data)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("data", [as_json(PDEF_JSON), PDEF_XML.encode()], ids=["json", "xml"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress, lambda data: b"\xef\xbb\xbf\n" + data])
def test_ardupilots_files_say_the_same(data: bytes, pack) -> None:
    if data.startswith(b"<") and pack(data).startswith(b"\xef"):
        data = data[data.index(b"<paramfile>") :]  # an XML declaration stands first, or is none
    assert facts_of(pack(data)) == {"FS_OPTIONS": OPTIONS, "WPNAV_SPEED": SPEED}


@pytest.mark.parametrize("entry", [NEW, OLD], ids=["new", "old"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_both_spellings_of_px4_say_the_same(entry: dict, pack) -> None:
    assert facts_of(pack(of_px4(entry))) == {"MC_ROLL_P": GAIN}


def test_values_and_bits_of_the_xml_may_stand_in_fields() -> None:
    text = (
        '<paramfile><vehicles><parameters name="X"><param name="X:A"><field name="Values">0:No, 1:Yes</field>'
        '<field name="Bitmask">0:Roll,1:Pitch</field></param></parameters></vehicles></paramfile>'
    )
    found = facts_of(text.encode())["A"]
    assert found.values == ((0.0, "No"), (1.0, "Yes"))
    assert found.bits == ((0, "Roll"), (1, "Pitch"))


def test_only_a_name_is_needed_and_n_stands_for_every_number() -> None:
    found = facts_of(of_px4({"name": "A"}, {"name": "BAT{n}_CAP", "min": 1}, {"name": "TOO_LONG_{n}_FOR_IT"}))
    assert found["A"] == ParameterFacts(name="A")
    assert found["BAT15_CAP"].low == 1.0
    assert "BAT16_CAP" not in found
    assert len(found) == 17
    assert facts_of(of_px4({"name": "CAL_GYRO0_XOFF"}))["CAL_GYRO0_XOFF"].is_calibration


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "A", "min": "low", "max": True, "values": 5, "bitmask": [{"index": [1]}], "shortDesc": 7},
        {"name": "A", "min": float("inf"), "max": 10**400, "values": [1, {"value": None}], "bitmask": {"0": 1}},
        {
            "name": "A",
            "bitmask": [{"index": 32, "description": "x"}, {"index": 0.5, "description": "x"}, {"index": -1}],
        },
    ],
)
def test_what_is_damaged_costs_its_field_not_the_file(entry: dict) -> None:
    assert facts_of(of_px4(entry, 7, {"name": 5}, {"name": "x y"})) == {"A": ParameterFacts(name="A")}


def test_texts_are_plain_and_short() -> None:
    found = facts_of(of_px4({"name": "A", "shortDesc": "\x1b[31mred\u202e" + "x" * 999, "bitmask": [{"index": 31}]}))[
        "A"
    ]
    assert found.short.startswith("[31mred x")
    assert len(found.short) <= 200
    assert found.bits == ((31, ""),)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "neither"),
        (b"NAME,5", "neither"),
        (b"[]", "no list"),
        (b"[" * 200_000, "neither"),
        (b"{}", "no parameter"),
        (of_px4(), "no parameter"),
        (b"<html><body>404</body></html>", "no parameter"),
        (b"<paramfile>", "no XML"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><paramfile/>", "DOCTYPE"),
        (b"<a>" * 17, "deep"),
        (gzip.compress(as_json(PDEF_JSON))[:-20], "breaks off"),
        (lzma.compress(as_json(PDEF_JSON))[:-20], "breaks off"),
        (b"\x1f\x8bnonsense", "damaged"),
        (b"\xfd7zXZ\0nonsense", "damaged"),
        (of_px4(*({"name": f"A{number}"} for number in range(MAX_FACTS + 1))), "more than"),
    ],
)
def test_what_is_no_metadata_is_refused_in_one_line(data: bytes, word: str) -> None:
    assert word in refusal(data)


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: lzma.compress(data, preset=0)], ids=["gzip", "xz"])
@pytest.mark.long
def test_a_bomb_is_refused_at_its_limit(pack) -> None:
    small = of_px4({"name": "A"})
    just = small + b" " * (MAX_UNPACKED_BYTES - len(small))
    assert list(facts_of(pack(just))) == ["A"]
    assert "64 MB" in refusal(pack(just + b" "))


def test_as_many_facts_as_are_allowed_are_taken() -> None:
    assert len(facts_of(of_px4(*({"name": f"A{number}"} for number in range(MAX_FACTS))))) == MAX_FACTS


@given(st.binary(max_size=200), st.sampled_from([b"", b"<", b"{", b"\x1f\x8b\x08", b"\xfd7zXZ\0"]))
def test_no_bytes_make_anything_but_facts_or_a_refusal(data: bytes, head: bytes) -> None:
    with contextlib.suppress(ParameterFactsError):
        assert facts_of(head + data)


def test_titles_of_ardupilots_own_file_are_found_and_numbers_stand_in_their_order():
    [found] = facts_of(json.dumps(PDEF_OF_ARDUPILOT).encode()).values()
    assert (found.short, found.long, found.is_advanced) == ("Failsafe options", "What it does then.", True)
    assert found.bits == ((0, "Go on"), (2, "Early"), (10, "Late"))
    assert found.values == ((0.0, "None"), (2.0, "Land"), (16.0, "Stay"))


@pytest.mark.parametrize(
    ("low", "high", "told", "inside", "outside"),
    [
        (0.0, 20.0, "0 to 20", (0.0, 20.0), (-0.001, 20.001)),
        # of 73 parameters a PX4 1.14 recommends one end alone
        (0.07, None, "≥ 0.07", (0.07, 1e9), (0.0699,)),
        (None, -0.5, "≤ -0.5", (-0.5, -1e9), (-0.499,)),
        (None, None, "", (0.0, 1e30), ()),
        # six digits would tell ten millions, and a power of ten
        (0.0, 9_999_999.0, "0 to 9999999", (9_999_999.0,), (10_000_000.0,)),
        (-1_800_000_000.0, 1_800_000_000.0, "-1800000000 to 1800000000", (0.0,), (1_800_000_001.0,)),
        (0.0, 4_294_967_295.0, "0 to 4294967295", (0.0,), (-1.0,)),
        (0.0, 4_294_967_296.0, "0 to 4.2949673e+09", (0.0,), (-1.0,)),
        (0.0, 3.4e38, "0 to 3.4e+38", (3.4e38,), (-1.0,)),
    ],
)
def test_a_range_is_told_with_the_ends_that_it_has(low, high, told, inside, outside):
    facts = ParameterFacts(name="A", low=low, high=high)
    assert facts.range == told
    assert not any(facts.is_outside(value) for value in inside)
    assert all(facts.is_outside(value) for value in outside)


def test_a_value_has_the_meaning_that_is_its_own():
    facts = ParameterFacts(name="A", values=((0.0, "Off"), (1.0, "On")))
    assert [facts.meaning(value) for value in (0.0, 1.0, 1.0001, 2.0)] == ["Off", "On", "", ""]
