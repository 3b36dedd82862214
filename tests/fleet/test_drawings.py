# SPDX-License-Identifier: Apache-2.0
"""What stations draw on the map: bounds, who may say what, GeoJSON."""

from __future__ import annotations

import json

import msgspec
import pytest

from groundstation.fleet.commands import Actor
from groundstation.fleet.drawings import drawing as limits
from groundstation.fleet.drawings.drawing import Boards, Drawing, DrawingBoard, DrawnKind
from groundstation.fleet.drawings.geojson import DrawingFileError, drawings_from, geojson_of
from groundstation.fleet.roster import Fleet
from groundstation.transport import payloads, topics
from groundstation.transport.commander import drawn
from groundstation.transport.inbox import Inbox
from groundstation.transport.leaves import STATION_DRAW, station_news
from tests.ui.support.pretend_fleet import message

AYSE = Actor(op="ayse", gs="gs-1")


def shape(kind=DrawnKind.POLYGON, **fields):
    fields.setdefault("places", ((41.0, 39.0), (41.1, 39.0), (41.1, 39.2)))
    return Drawing(**{"id": "a", "kind": kind, "text": "no entry", "colour": 3, **fields})


def board(*drawings, gs="gs-1"):
    return DrawingBoard(by=Actor(op="ayse", gs=gs), drawings=drawings)


def test_the_newest_word_of_a_station_is_its_whole_board():
    boards = Boards()
    assert boards.fold("gs-1", board(shape(), shape(id="b")))
    assert not boards.fold("gs-1", board(shape(), shape(id="b")))
    assert boards.revision == 1
    assert boards.fold("gs-1", board(shape(id="b")))
    assert [one.id for one in boards.all()[0].drawings] == ["b"]
    assert boards.fold("gs-1", board())
    assert boards.all() == []


def test_nobody_draws_in_the_name_of_another():
    boards = Boards()
    boards.fold("gs-1", board(shape()))
    assert not boards.fold("gs-2", board())
    assert (len(boards.all()), boards.ignored) == (1, 1)


def test_so_many_stations_are_remembered():
    boards = Boards()
    for number in range(limits.MAX_STATIONS):
        boards.fold(f"gs-{number}", board(shape(), gs=f"gs-{number}"))
    assert len(boards.all()) == limits.MAX_STATIONS
    # said again: not the one that was heard of longest ago any more
    boards.fold("gs-0", board(shape(), gs="gs-0"))
    boards.fold("gs-new", board(shape(), gs="gs-new"))
    known = {one.by.gs for one in boards.all()}
    assert (len(known), "gs-0" in known, "gs-1" in known) == (limits.MAX_STATIONS, True, False)


@pytest.mark.parametrize(
    ("fields", "is_fine"),
    [
        ({"places": [[90.0, 180.0]] * 3}, True),
        ({"places": [[90.001, 0.0]] * 3}, False),
        ({"places": [[0.0, -180.001]] * 3}, False),
        ({"places": []}, False),
        ({"places": [[0.0, 0.0]] * limits.MAX_PLACES}, True),
        ({"places": [[0.0, 0.0]] * (limits.MAX_PLACES + 1)}, False),
        ({"text": "x" * limits.MAX_TEXT}, True),
        ({"text": "x" * (limits.MAX_TEXT + 1)}, False),
        ({"radius_m": limits.MAX_RADIUS_M}, True),
        ({"radius_m": limits.MAX_RADIUS_M + 1}, False),
        ({"radius_m": 0.0}, False),
        ({"colour": limits.COLOURS - 1}, True),
        ({"colour": limits.COLOURS}, False),
        ({"id": ""}, False),
    ],
)
def test_what_breaks_a_limit_is_no_drawing(fields, is_fine):
    raw = msgspec.to_builtins(shape()) | fields
    if is_fine:
        msgspec.convert(raw, Drawing)
    else:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(raw, Drawing)


@pytest.mark.parametrize(
    ("kind", "count", "is_whole"),
    [
        (DrawnKind.POINT, 1, True),
        (DrawnKind.LINE, 1, False),
        (DrawnKind.LINE, 2, True),
        (DrawnKind.POLYGON, 2, False),
        (DrawnKind.POLYGON, 3, True),
        (DrawnKind.UNKNOWN, 5, False),
        (DrawnKind.CIRCLE, 1, False),
    ],
)
def test_what_has_too_few_corners_is_not_drawn(kind, count, is_whole):
    assert shape(kind, places=((1.0, 2.0),) * count).is_whole is is_whole


def test_a_circle_has_a_radius_and_a_kind_of_a_newer_version_is_unknown():
    assert shape(DrawnKind.CIRCLE, places=((1.0, 2.0),), radius_m=5.0).is_whole
    newer = msgspec.convert(msgspec.to_builtins(shape()) | {"kind": "sphere"}, Drawing)
    assert newer.kind is DrawnKind.UNKNOWN


def test_a_text_is_one_harmless_line():
    assert shape(text="a\nb\u202ec\x1b[31m").shown_text == "a b c [31m"


def heard(*found):
    inbox, fleet = Inbox(), Fleet()
    for topic, payload in found:
        inbox.offer(message(topic, payload, 10.0))
    fleet.fold(inbox.drain().updates)
    return fleet, inbox


def test_a_board_comes_over_the_wire_as_it_was_said():
    said = drawn(board(shape(), shape(DrawnKind.CIRCLE, id="c", places=((1.0, 2.0),), radius_m=9.0)), 0)
    assert (said.topic, said.qos, said.retain) == ("fleet/_gs/gs-1/draw", 1, False)
    fleet, _ = heard((said.topic, said.payload))
    [found] = fleet.boards.all()
    assert [one.id for one in found.drawings] == ["a", "c"]
    assert station_news()["fleet/_gs/+/draw"] == 1
    assert STATION_DRAW.is_recorded


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[1]",
        b'{"v":1,"sid":"gs-1","seq":0,"ts":0,"bms":0,"d":{"by":{"op":"x","gs":"gs-1"},"drawings":[{"id":"a"}]}}',
        drawn(board(shape(), gs="gs-9"), 0).payload,
        b"x" * 100_000,
    ],
)
def test_hostile_content_costs_itself(payload):
    good = drawn(board(shape()), 0)
    fleet, _ = heard((good.topic, good.payload), (topics.station("fleet", "gs-2", "draw"), payload))
    assert [one.by.gs for one in fleet.boards.all()] == ["gs-1"]


def test_what_is_full_fits_into_one_message():
    full = board(*(shape(DrawnKind.POINT, id=f"{number:032}", places=((41.123456789, 39.123456789),), text="ğ" * 60)
                   for number in range(limits.MAX_DRAWINGS)))  # fmt: skip
    assert len(msgspec.json.encode(full)) < limits.MAX_BYTES
    assert len(payloads.encode(payloads.Envelope(sid="s", seq=0, ts=0, bms=0, d=full))) < 64 * 1024


def test_geojson_goes_out_and_comes_back():
    mine = (
        shape(),
        shape(DrawnKind.LINE, text='quoted "name"'),
        shape(DrawnKind.POINT, places=((1.0, 2.0),), colour=0),
        shape(DrawnKind.CIRCLE, places=((1.0, 2.0),), radius_m=250.0),
    )
    content = geojson_of(mine)
    document = json.loads(content)
    ring = document["features"][0]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1] == [39.0, 41.0]
    found = drawings_from(content)
    assert found.left_out == 0
    assert [msgspec.structs.replace(one, id="a") for one in found.drawings] == list(mine)
    assert len({one.id for one in found.drawings}) == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "no collection"),
        (b'{"features": 3}', "no collection"),
        (b'{"features": [3, {}, {"geometry": {"type": "Point", "coordinates": ["a", 1]}}]}', "holds no"),
        (b'{"features": [{"geometry": {"type": "Polygon", "coordinates": [3]}}]}', "holds no"),
        (b'{"features": [{"geometry": {"type": "Point", "coordinates": [0, 91]}}]}', "holds no"),
        (b" " * 8_000_001, "larger"),
    ],
)
def test_a_damaged_file_is_told(content, words):
    with pytest.raises(DrawingFileError, match=words):
        drawings_from(content)


@pytest.mark.parametrize(("colour", "taken"), [(7, 7), (8, 0), (-1, 7), ("#ff0000", 0), (None, 0)])
def test_a_colour_that_is_none_of_ours_is_another(colour, taken):
    geometry = {"type": "Point", "coordinates": [39.0, 41.0]}
    features = [{"type": "Feature", "geometry": geometry, "properties": {"colour": colour}}]
    [found] = drawings_from(json.dumps({"features": features}).encode()).drawings
    assert found.colour == taken


def test_what_cannot_be_drawn_of_a_file_is_counted():
    point = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [39.0, 41.0, 8.0]}, "properties": None}
    other = {"type": "Feature", "geometry": {"type": "MultiPoint", "coordinates": []}, "properties": {}}
    many = {"features": [point] * (limits.MAX_DRAWINGS + 5) + [other]}
    found = drawings_from(json.dumps(many).encode())
    assert (len(found.drawings), found.left_out) == (limits.MAX_DRAWINGS, 6)
