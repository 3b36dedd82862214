# SPDX-License-Identifier: Apache-2.0
"""What topics of other devices mean: by a file, and where it is sure by themselves."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from groundstation.fleet.errors import UsageError
from groundstation.fleet.sensor_map.mapping import (
    PlaceRow,
    SensorRow,
    ValueRow,
    json_schema,
    problem_of,
    read_map,
    write_map,
)
from groundstation.fleet.sensor_map.placed import FIRST_ROOM, PlacedSensors
from groundstation.fleet.sensor_map.sensor_map import SensorMap, guessed_place
from groundstation.fleet.sensors import PayloadKind, SensorBoard, SensorReading
from groundstation.fleet.yaml_file import YamlFileError

FILE = """
sensors:
- topics: Türkiye/Trabzon/+/KTÜ/+/Nem
  name: "{2} ({1}) nem"
  kind: humidity
  values:
    "": {name: Humidity, unit: "%", low: 0, high: 100}
  place:
    by: "{2}"
    at:
      Kabin1: [40.99, 39.77]
      Kabin2: [40.98, 39.78]
  period_s: 60
- topics: city/#
  values:
    temp: {unit: °F, factor: 1.8, offset: 32}
  place: {lat_path: position.lat, lon_path: position.lon}
- topics: city/exact
  name: never, since the row above fits first
""".encode()
CABIN = "Türkiye/Trabzon/Orta Hisar/KTÜ/Kabin1/Nem"


def reading(topic, numbers, received_s=1.0, **more):
    return SensorReading(
        topic=topic, received_s=received_s, kind=PayloadKind.JSON, size_bytes=1, text="", numbers=numbers, **more
    )


def meanings(data=FILE):
    return SensorMap(read_map("x.yaml", data).sensors)


def test_a_file_gives_names_units_places_and_periods():
    meaning = meanings().of(CABIN)
    assert (meaning.name, meaning.kind, meaning.period_s) == ("Kabin1 (Orta Hisar) nem", "humidity", 60.0)
    assert (meaning.label(""), meaning.unit("")) == ("Humidity", "%")
    assert meaning.place({"": 61.0}) == (40.99, 39.77)
    assert meaning.main_path({"": 61.0}) == ""


def test_a_number_is_shown_as_the_file_says_and_the_first_row_that_fits_counts():
    meaning = meanings().of("city/exact")
    assert meaning.name == "city/exact"
    assert meaning.shown("temp", 20.0) == pytest.approx(68.0)
    assert meaning.shown("other", 20.0) == 20.0
    assert meaning.place({"position.lat": 41.0, "position.lon": 39.0, "temp": 1.0}) == (41.0, 39.0)
    assert meaning.place({"temp": 1.0}) is None


def test_a_cabin_that_has_no_row_has_no_place_and_nobody_speaks_of_the_rest():
    assert meanings().of(CABIN.replace("Kabin1", "Kabin9")).place({"": 1.0}) is None
    other = meanings().of("elsewhere/x")
    assert (other.is_mapped, other.name, other.unit("a")) == (False, "elsewhere/x", "")


def test_a_level_that_looks_like_a_mark_is_a_level():
    found = SensorMap((SensorRow(topics="+/+", name="{1} of {2}"),)).of("{2}/x")
    assert found.name == "{2} of x"


@pytest.mark.parametrize(
    ("numbers", "place"),
    [
        ({"lat": 41.0, "lon": 39.0}, (41.0, 39.0)),
        ({"data.Latitude": 41.0, "data.Longitude": 39.0, "x": 1.0}, (41.0, 39.0)),
        ({"lat": 41.0, "lng": 39.0}, (41.0, 39.0)),
        ({"a.lat": 41.0, "b.lon": 39.0}, None),
        ({"lat": 41.0}, None),
        ({"lat": 0.0, "lon": 0.0}, None),
        ({"lat": 90.0, "lon": 180.0}, (90.0, 180.0)),
        ({"lat": 90.1, "lon": 1.0}, None),
        ({"lat": 1.0, "lon": 180.1}, None),
        ({"lat": math.nan, "lon": 1.0}, None),
        ({"platform": 1.0, "lonely": 2.0}, None),
    ],
)
def test_a_place_is_guessed_only_where_it_is_sure(numbers, place):
    assert guessed_place(numbers) == place


def test_what_the_map_shows_of_a_payload_with_a_guessed_place_is_no_part_of_the_place():
    meaning = SensorMap().of("a")
    assert meaning.main_path({"lat": 41.0, "lon": 39.0, "temp_c": 20.0}) == "temp_c"
    assert meaning.main_path({"lat": 41.0, "lon": 39.0}) is None
    assert meaning.unit("air.temp_c") == "°C"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (SensorRow(topics="a/b+"), "stands alone"),
        (SensorRow(topics="a/#/b"), "alone at the end"),
        (SensorRow(topics="a/b#"), "alone at the end"),
        (SensorRow(topics="a/+", name="{2}"), "{1} is the first"),
        (SensorRow(topics="a/+", name="{0}"), "{1} is the first"),
        (SensorRow(topics="a/+", name="{1"), "not closed"),
        (SensorRow(topics="a", values={"x": ValueRow()}, main="y"), "none of its values"),
        (SensorRow(topics="a", values={"x": ValueRow(low=2.0, high=2.0)}), "low (2) must be below high (2)"),
        (SensorRow(topics="a", values={"x": ValueRow(low=float("inf"))}), "finite numbers"),
        (SensorRow(topics="a", values={"x": ValueRow(factor=float("nan"))}), "finite numbers"),
        (SensorRow(topics="a", values={"x": ValueRow(factor=0.0)}), "every number would be the same"),
        (SensorRow(topics="a", place=PlaceRow()), "place: give"),
        (SensorRow(topics="a", place=PlaceRow(lat_deg=1.0)), "other half"),
        (SensorRow(topics="a", place=PlaceRow(lat_path="x")), "other half"),
        (SensorRow(topics="a/+", place=PlaceRow(by="{1}")), "other half"),
        (SensorRow(topics="a", place=PlaceRow(lat_deg=1.0, lon_deg=2.0, lat_path="x", lon_path="y")), "place: give"),
    ],
)
def test_a_row_that_means_nothing_is_named_with_the_remedy(row, words):
    data = write_map(msgspec.convert({"sensors": [msgspec.to_builtins(row)]}, type=_file()))
    with pytest.raises(UsageError, match=r"row 1 .*") as caught:
        read_map("x.yaml", data)
    assert words in str(caught.value)


def test_a_scale_that_is_just_one_is_none_wrong():
    assert problem_of(SensorRow(topics="a", values={"x": ValueRow(low=2.0, high=2.1, factor=-1.0)})) == ""


def _file():
    from groundstation.fleet.sensor_map.mapping import SensorMapFile

    return SensorMapFile


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sensors: [{topics: a, unit: x}]", "unit: no such field"),
        ("sensors: [{topics: a, place: {lat_deg: 91, lon_deg: 0}}]", "line 1"),
        ("sensors: [{topics: a, period_s: 0}]", "period_s"),
        ("rows: []", "rows: no such field"),
        ("[1]", "begins with 'sensors:'"),
        ("sensors: [", "is no YAML"),
    ],
)
def test_a_file_that_is_none_says_where(text, words):
    with pytest.raises(YamlFileError) as caught:
        read_map("x.yaml", text.encode())
    assert words in str(caught.value)


def test_a_file_reads_back_equal_and_has_a_schema():
    found = read_map("x.yaml", FILE)
    assert read_map("y.yaml", write_map(found)) == found
    assert "sensors" in str(json_schema())


# ---- those that have a place ----


def placed(*readings, rows=None):
    board = SensorBoard()
    board.fold(list(readings))
    found = PlacedSensors(meanings() if rows is None else SensorMap(rows))
    found.fold(board.take_changed(), board)
    return found, board


def test_devices_with_a_place_are_columns_and_others_are_not_there():
    found, board = placed(
        reading(CABIN, {"": 61.0}), reading("x", {"": 1.0}), reading("y", {"lat": 1.0, "lon": 2.0, "v": 5.0}, 9.0)
    )
    rows = {topic: number for number, topic in enumerate(found.topics)}
    assert set(rows) == {CABIN, "y"}
    assert found.places[rows[CABIN]].tolist() == [40.99, 39.77]
    assert (found.values[rows["y"]], found.heard_s[rows["y"]]) == (5.0, 9.0)
    # one that tells its place only now and then stays there
    board.fold([reading("y", {"v": 6.0}, 10.0)])
    found.fold(["y"], board)
    assert found.places[rows["y"]].tolist() == [1.0, 2.0]
    assert found.values[rows["y"]] == 6.0


def test_what_the_broker_had_kept_is_of_unknown_age():
    found, _ = placed(reading("y", {"lat": 1.0, "lon": 2.0}, 9.0, is_retained=True))
    assert found.heard_s[0] == -np.inf
    assert math.isnan(found.values[0])


@pytest.mark.parametrize("count", [FIRST_ROOM, FIRST_ROOM + 1, 3 * FIRST_ROOM])
def test_there_is_room_for_all_and_what_a_board_forgot_goes(count, monkeypatch):
    many = [reading(f"s/{number}", {"lat": 1.0, "lon": number / 100.0, "v": float(number)}) for number in range(count)]
    found, board = placed(*many)
    assert len(found) == count
    assert found.values.tolist() == [float(topic[2:]) for topic in found.topics]
    monkeypatch.setattr("groundstation.fleet.sensors.MAX_TOPICS", 10)
    board.fold([many[0]])
    found.fold(board.take_changed(), board)
    assert len(found) == 10
    assert found.values.tolist() == [float(topic[2:]) for topic in found.topics]
    assert set(found.topics) == set(board.topics())


def test_another_file_is_another_place():
    found, board = placed(reading("a", {"": 1.0}), rows=())
    assert len(found) == 0
    found.use(SensorMap((SensorRow(topics="a", place=PlaceRow(lat_deg=3.0, lon_deg=4.0)),)), board)
    assert found.places.tolist() == [[3.0, 4.0]]


def test_what_a_board_forgot_goes_though_most_devices_have_no_place(monkeypatch):
    monkeypatch.setattr("groundstation.fleet.sensors.MAX_TOPICS", 10)
    found, board = placed(*[reading(f"s/{number}", {"lat": 1.0, "lon": 2.0}) for number in range(3)])
    for number in range(9):
        board.fold([reading(f"room/{number}", {"v": 1.0})])
        found.fold(board.take_changed(), board)
    assert found.topics == ["s/2"]


def test_one_whose_first_word_had_no_number_is_compared_with_its_kind_later():
    found, board = placed(
        reading("a", {"lat": 1.0, "lon": 2.0}),
        reading("b", {"lat": 1.0, "lon": 2.0, "temp_c": 10.0}),
        reading("c", {"lat": 1.0, "lon": 2.0, "temp_c": 20.0}),
    )
    board.fold([reading("a", {"lat": 1.0, "lon": 2.0, "temp_c": 15.0})])
    found.fold(["a"], board)
    assert dict(zip(found.topics, found.shares().tolist(), strict=True)) == {"a": 0.5, "b": 0.0, "c": 1.0}


def test_as_many_kinds_as_devices_are_compared_each_with_its_own_and_forgotten_with_them():
    count = 3 * FIRST_ROOM
    found, board = placed()
    for round_ in range(4):
        topics = [f"{round_}/{number}" for number in range(count)]
        board.fold([reading(one, {"lat": 1.0, "lon": 2.0, one.replace("/", "_"): 1.0}) for one in topics])
        found.fold(board.take_changed(), board)
        if round_:
            for number in range(count):
                found._drop(f"{round_ - 1}/{number}")
    board.fold([reading("x", {"lat": 1.0, "lon": 2.0, "v": 1.0}), reading("y", {"lat": 1.0, "lon": 2.0, "v": 3.0})])
    found.fold(board.take_changed(), board)
    shares = dict(zip(found.topics, found.shares().tolist(), strict=True))
    assert (shares.pop("x"), shares.pop("y")) == (0.0, 1.0)
    assert set(shares.values()) == {0.5}
    assert len(found._kinds) <= 2 * len(found) + FIRST_ROOM + 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e308, -1e308])
def test_a_number_that_can_not_be_shown_costs_itself(value):
    rows = (SensorRow(topics="#", values={"v": ValueRow(factor=1e10)}, place=PlaceRow(lat_path="lat", lon_path="lon")),)
    found, _ = placed(
        reading("a", {"lat": 1.0, "lon": 2.0, "v": value}),
        reading("b", {"lat": 1.0, "lon": 2.0, "v": 1.0}),
        reading("c", {"lat": 1.0, "lon": 2.0, "v": 3.0}),
        rows=rows,
    )
    shares = dict(zip(found.topics, found.shares().tolist(), strict=True))
    assert math.isnan(shares["a"])
    assert (shares["b"], shares["c"]) == (0.0, 1.0)
