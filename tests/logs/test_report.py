# SPDX-License-Identifier: Apache-2.0
"""A page a flight: well-formed, inside of the sheet, honest about what the log does not tell."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from groundstation.app.logbook_view import _used
from groundstation.fleet.progress import CancelledError
from groundstation.logs.flight_events import Text, texts
from groundstation.logs.flights import flights
from groundstation.logs.log import LogError
from groundstation.logs.open_log import open_log
from groundstation.logs.report import paper
from groundstation.logs.report.document import Page, html, pages_of
from groundstation.logs.report.sheet import UNITS_A_MM
from groundstation.logs.report.tables import important
from groundstation.logs.series import SeriesOf
from tests.conftest import shared_log
from tests.support.mcaps import METADATA, envelope, written
from tests.support.memory_log import START_S, MemoryLog, square_flight

LOGS = [
    "copter_square.bin",
    "copter_square.tlog",
    "copter_failsafe_gcs.tlog",
    "copter_reboot.tlog",
    "copter_params.tlog",
    "copter_refused_arming.tlog",
    "plane_mission.tlog",
    "px4_0_square.tlog",
    "px4_mission.tlog",
    "uavlogviewer_vtol.tlog",
    "dronekit-la_log171.bin",
    "pymavlink_test.bin",
    "pyulog_sample_log_small.ulg",
    "ardupilot_loganalyzer_nan.log",
]
SVG = "{http://www.w3.org/2000/svg}"
PATH_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def tree(page: Page) -> ET.Element:
    return ET.fromstring(page.svg)  # noqa: S314 - our own page


def words_of(page: Page) -> list[str]:
    return [words.strip() for one in tree(page).iter(f"{SVG}text") for words in one.itertext()]


def said(page: Page) -> str:
    return "\n".join(words_of(page))


def points_of(data: str) -> list[tuple[float, float]]:
    """Corners of path data made of M, l and h."""
    found: list[tuple[float, float]] = []
    for letter, rest in re.findall(r"([Mlhz])([^Mlhz]*)", data):
        numbers = [float(one) for one in PATH_NUMBER.findall(rest)]
        if letter == "M":
            found.append((numbers[0], numbers[1]))
        elif letter == "h":
            found.append((found[-1][0] + numbers[0], found[-1][1]))
        else:
            for across, down in zip(numbers[::2], numbers[1::2], strict=True):
                found.append((found[-1][0] + across, found[-1][1] + down))
    return found


def assert_is_good(page: Page) -> None:
    """Well-formed, every number a number, nothing outside of the sheet, no texts over each other."""
    width, height = paper.PAGE_WIDTH_MM * UNITS_A_MM, paper.PAGE_HEIGHT_MM * UNITS_A_MM
    root = tree(page)
    for one in root.iter():
        attributes = " ".join(value for name, value in one.attrib.items() if name != "font-family")
        assert not re.search(r"\b(nan|inf)\b", attributes, re.IGNORECASE), one.attrib
        places = points_of(one.get("d", ""))
        if one.get("x") is not None:
            places.append((float(one.attrib["x"]), float(one.attrib["y"])))
        if one.tag == f"{SVG}rect" and one.get("x") is not None:
            x, y = places[-1]
            assert float(one.attrib["width"]) >= 0
            assert float(one.attrib["height"]) >= 0
            places.append((x + float(one.attrib["width"]), y + float(one.attrib["height"])))
        assert all(0 <= x <= width and 0 <= y <= height for x, y in places), one.attrib
    assert not overlapping(root)


def look(part: ET.Element) -> tuple[float, int]:
    """Size and weight of a text or of a part of it."""
    return float(part.get("font-size", "0")), int(part.get("font-weight", "400"))


def overlapping(root: ET.Element) -> list[tuple[str, str]]:
    """Pairs of texts that stand on each other."""
    boxes = []
    for one in root.iter(f"{SVG}text"):
        # measured with slack for other fonts; the bundled one is narrower
        parts = [one, *one]
        wide = sum(paper.text_width_mm(part.text or "", *look(part)) for part in parts) / 1.05
        x = float(one.attrib["x"]) - {"start": 0.0, "middle": 0.5, "end": 1.0}[one.get("text-anchor", "start")] * wide
        high = max(look(part)[0] for part in parts if part.text) * 0.7
        boxes.append((x, float(one.attrib["y"]), wide, high, "".join(one.itertext())))
    assert all(x >= 0 and x + wide <= paper.PAGE_WIDTH_MM * UNITS_A_MM for x, _, wide, _, _ in boxes)
    found = []
    for place, (x, y, wide, high, words) in enumerate(boxes):
        for x2, y2, wide2, high2, words2 in boxes[place + 1 :]:
            if x < x2 + wide2 and x2 < x + wide and y - high < y2 and y2 - high2 < y:
                found.append((words, words2))
    return found


@pytest.mark.parametrize("name", LOGS)
def test_every_page_of_a_real_log_is_drawn_well(name: str) -> None:
    with open_log(shared_log(name)) as log:
        pages = pages_of(log)
        whole = pages_of(log, is_whole=True)
    for one in (*pages, *whole):
        assert_is_good(one)
        assert paper.text_width_mm(one.title, 1.0) > 0


def test_a_square_flight_is_told() -> None:
    (page,) = pages_of(square_flight())
    assert_is_good(page)
    words = words_of(page)
    for one in (
        "Vehicle 1",
        "1:20",
        "20.0",
        "10.0",
        "395",
        "GUIDED",
        "AUTO",
        "LAND",
        "Estimator ratio",
        "flight 1 of 1",
    ):
        assert any(one in text for text in words), one
    assert "0:00 is arming, 22:13:30 UTC" in words
    assert "WPNAV_SPEED" in words
    assert "500 → 1000" in words
    assert not page.is_whole


def test_texts_from_outside_stay_texts() -> None:
    log = square_flight()
    text = "<script>alert('1')</script> & \x00\x1b[31m\ud800"
    log.add("1", "STATUSTEXT", START_S + np.array([40.0]), severity=[2], text=[text])
    log.vehicles[0] = log.vehicles[0].__class__(id="1", name='</title><b>"x"&', sysid=1, autopilot="<i>", kind="plane")
    pages = pages_of(log)
    assert_is_good(pages[0])
    assert "<script>alert('1')</script>" in said(pages[0])
    document = html(pages)
    assert "<script" not in document
    assert "<b>" not in document
    assert "<i>" not in document
    document.encode("utf-8")


def test_the_document_needs_nothing_from_outside() -> None:
    document = html(pages_of(square_flight()))
    assert "@page" in document
    assert set(re.findall(r"https?://[^\"' ]+", document)) == {"http://www.w3.org/2000/svg"}
    for one in ("<img", "<link", "<script", "@import", "url(", "href"):
        assert one not in document


def test_a_log_without_position_and_battery_says_so() -> None:
    log = square_flight()
    for name in ("GLOBAL_POSITION_INT", "GPS_RAW_INT", "BATTERY_STATUS", "SYS_STATUS"):
        del log.kept["1", name]
    (page,) = pages_of(log)
    assert_is_good(page)
    words = words_of(page)
    assert words.count("unknown") >= 4
    assert "N" not in words
    absent = next(one for one in words if one.startswith("Not in this log"))
    assert "voltage and current" in absent
    assert "GPS quality" in absent
    assert "Battery" not in words


def test_a_value_that_is_zero_all_along_is_not_taken_for_measured() -> None:
    log = square_flight()
    time = log.kept["1", "SYS_STATUS"].time_s
    log.add("1", "VFR_HUD", time, airspeed=0.0, groundspeed=5.0, alt=0.0, climb=0.5, throttle=50)
    (page,) = pages_of(log)
    assert any("Zero all along, so not measured: airspeed" in one for one in words_of(page))
    assert "air" not in words_of(page)


def test_one_sample_of_each_is_enough() -> None:
    log = MemoryLog().vehicle("1", sysid=1, autopilot="ardupilot", kind="multicopter")
    at = [START_S]
    log.add("1", "HEARTBEAT", at, type=2, autopilot=3, base_mode=209, custom_mode=4)
    log.add("1", "SYS_STATUS", at, voltage_battery=16800, current_battery=1500, battery_remaining=90)
    log.add("1", "VIBRATION", at, vibration_x=3.0, vibration_y=4.0, vibration_z=50.0, clipping_0=1)
    log.add("1", "GLOBAL_POSITION_INT", at, lat=410000000, lon=397000000, alt=500000, relative_alt=0, vx=0, vy=0, vz=0)
    (page,) = pages_of(log)
    assert_is_good(page)
    assert "limit" in words_of(page)


def test_a_log_in_which_nobody_was_armed_is_a_page_that_says_so() -> None:
    log = square_flight(armed_s=(200.0, 200.0))
    (page,) = pages_of(log)
    assert_is_good(page)
    assert page.is_whole
    assert "never armed" in said(page)
    assert "unknown" not in words_of(page)


def test_what_is_unknown_of_the_times_is_said() -> None:
    (page,) = pages_of(square_flight(armed_s=(0.0, 200.0), is_ended=True))
    assert "Armed before the log began" in said(page)
    assert "Disarming was not heard" in said(page)
    assert "at least" in words_of(page)


def test_a_gap_is_not_bridged_by_a_line() -> None:
    log = square_flight()
    whole = log.kept["1", "SYS_STATUS"]
    is_heard = (whole.time_s < START_S + 30) | (whole.time_s > START_S + 60)
    log.add("1", "SYS_STATUS", whole.time_s[is_heard], voltage_battery=16800 - np.arange(is_heard.sum()))
    (page,) = pages_of(log)
    colour = paper.LINES[0][0]
    lines = [one for one in tree(page).iter(f"{SVG}path") if one.get("stroke") == colour]
    assert sum(one.attrib["d"].count("M") == 2 for one in lines) == 1


def test_positions_that_can_not_be_true_do_not_shrink_the_track() -> None:
    log = square_flight()
    place = log.kept["1", "GLOBAL_POSITION_INT"]
    place.values["lat"][500] = 500000000
    (page,) = pages_of(log)
    assert_is_good(page)
    assert "1 position far from all others is left out" in said(page)


def test_important_texts_come_first_when_there_are_too_many() -> None:
    log = square_flight()
    times = START_S + np.linspace(11.0, 80.0, 200)
    severities = np.full(200, 6)
    severities[[50, 150]] = (3, 4)
    texts = [f"text {place}" for place in range(200)]
    log.add("1", "STATUSTEXT", times, severity=severities, text=texts)
    (page,) = pages_of(log)
    assert_is_good(page)
    words = words_of(page)
    assert {"text 50", "text 150", "error", "warning"} <= set(words)
    assert any(re.fullmatch(r"\d+ of 200 left out: less important, or later", one) for one in words)


def test_who_was_in_control_crowds_out_nothing_that_the_vehicle_said() -> None:
    said_by_vehicle = [Text(float(n), f"own {n}", 6) for n in range(20)]
    of_control = [Text(float(n), f"control {n}", 4, is_own=False) for n in range(40)]
    shown = important([*of_control, *said_by_vehicle], 25, 0.0)
    assert [one.text for one in shown if one.is_own] == [f"own {n}" for n in range(20)]
    assert sum(not one.is_own for one in shown) == 5


def test_a_recorded_change_of_control_is_known_as_one(tmp_path: Path) -> None:
    said = [("control", "ada took control"), ("status_text", "Arming motors"), ("external_control", "flown by another")]
    path = written(
        tmp_path / "a.mcap",
        [
            ("fleet/uav-1/evt", "json", METADATA, n, envelope(n, {"kind": kind, "severity": "notice", "text": text}))
            for n, (kind, text) in enumerate(said)
        ],
    )
    with open_log(path) as log:
        found = texts(SeriesOf(log, "fleet/uav-1"))
    assert [(one.text, one.is_own) for one in found] == [
        ("ada took control", False),
        ("Arming motors", True),
        ("flown by another", False),
    ]


def test_nought_has_no_minus_before_it() -> None:
    log = square_flight()
    log.kept["1", "BATTERY_STATUS"].values["current_consumed"][:] = 5
    (flight,) = flights(log)
    assert flight.battery_used_mah is not None
    assert math.copysign(1.0, flight.battery_used_mah) == 1.0
    (page,) = pages_of(log)
    assert "-0" not in words_of(page)
    for used in (flight.battery_used_mah, -0.0, -0.4):
        assert _used(msgspec.structs.replace(flight, battery_used_mah=used)) == "0 mAh"


def test_ten_hours_at_ten_hertz_stay_small() -> None:
    time = np.arange(0.0, 36_000.0, 0.1)
    noise = np.random.default_rng(1).normal(size=len(time))
    log = MemoryLog().vehicle("1", sysid=1, autopilot="ardupilot", kind="multicopter")
    beat = np.arange(0.0, 36_000.0, 1.0)
    modes = np.where((beat // 20) % 2 == 0, 3, 4)
    log.add("1", "HEARTBEAT", START_S + beat, type=2, autopilot=3, base_mode=209, custom_mode=modes)
    angle = time / 30.0
    log.add(
        "1",
        "GLOBAL_POSITION_INT",
        START_S + time,
        lat=((41.0 + np.sin(angle) * 0.01 + noise * 1e-6) * 1e7).astype(np.int32),
        lon=((39.7 + np.cos(angle * 1.01) * 0.01) * 1e7).astype(np.int32),
        alt=(500_000 + noise * 1000).astype(np.int32),
        relative_alt=(50_000 + noise * 1000).astype(np.int32),
        vx=(noise * 100).astype(np.int16),
        vy=np.zeros(len(time), dtype=np.int16),
        vz=(noise * 50).astype(np.int16),
    )
    log.add("1", "VIBRATION", START_S + time, vibration_x=noise, vibration_y=noise, vibration_z=noise, clipping_0=0)
    log.add("1", "SYS_STATUS", START_S + time, voltage_battery=16000 + noise * 100, current_battery=noise * 100 + 900)
    (page,) = pages_of(log)
    assert_is_good(page)
    assert len(page.svg) < 1_000_000
    assert "10:00:00" in said(page)


def test_few_samples_are_lines_however_they_come_bunched_and_many_are_an_area() -> None:
    def areas(time_s: Any) -> int:
        log = square_flight()
        log.add("1", "SYS_STATUS", START_S + time_s, voltage_battery=16000.0 + 100 * np.sin(np.arange(len(time_s))))
        (page,) = pages_of(log)
        return sum(one.get("fill-opacity") is not None for one in tree(page).iter())

    assert areas(np.repeat(np.arange(0.0, 100.0), 8) + np.tile(np.arange(8) / 1000.0, 100)) == 0
    assert areas(np.arange(0.0, 100.0, 0.01)) == 1


def test_one_flight_or_one_vehicle_can_be_asked_for() -> None:
    with open_log(shared_log("ardupilot_loganalyzer_nan.log")) as log:
        assert len(pages_of(log)) == 2
        (second,) = pages_of(log, number=2)
        assert "flight 2 of 2" in said(second)
        with pytest.raises(LogError, match=r"no flight 3 .* there are 2"):
            pages_of(log, number=3)
        with pytest.raises(LogError, match="no vehicle"):
            pages_of(log, "7")


def test_it_can_be_cancelled_and_tells_how_far_it_is() -> None:
    told: list[float] = []
    pages_of(square_flight(), on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0

    def stop(_: float) -> Any:
        raise CancelledError("enough")

    with pytest.raises(CancelledError):
        pages_of(square_flight(), on_progress=stop)


@pytest.mark.parametrize("seed", range(40))
def test_absurd_values_neither_break_a_page_nor_run_over_its_texts(seed: int) -> None:
    chance = np.random.default_rng(seed)
    log = square_flight()
    for key, columns in log.kept.items():
        for name, values in columns.values.items():
            if key[1] in ("HEARTBEAT", "STATUSTEXT") or values.dtype == object or chance.random() < 0.6:
                continue
            odd = values.astype(np.float64)
            rows = chance.random(len(odd)) < chance.choice([0.01, 0.5, 1.0])
            absurd = [0.0, np.nan, np.inf, -1e17, 1e17, 1e-30, 360.0, 9e9, -5.0, 1e6]
            odd[rows] = chance.choice(absurd, size=int(rows.sum()))
            columns.values[name] = odd
    for page in (*pages_of(log), *pages_of(log, is_whole=True)):
        assert_is_good(page)
