# SPDX-License-Identifier: Apache-2.0
"""A file is opened for what it says, and whatever a stranger sends, the answer is a plan or one line soon."""

from __future__ import annotations

import json
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.plans.files.json_text import MAX_DEPTH
from groundstation.fleet.plans.files.plan_file import MAX_BYTES, Area, PlanFile, PlanFileError, Spot
from groundstation.fleet.plans.files.plan_formats import lost_in, read_plan, write_plan
from groundstation.fleet.plans.plan_items import PlanItem, PlanKind
from groundstation.fleet.shown_text import is_harmless
from tests.fleet.plans.files.drafts import SQUARE, as_text, jump, landing, simple, survey, waypoint

PLAN = as_text(simple(22), survey(simple(16, 2)), jump(1, 3), landing())
WPL = "QGC WPL 110\n0 1 0 16 0 0 0 0 47 8 400 1\n1 0 3 22 0 0 0 0 47 8 20 1\n"
FENCE = "-35.1 149.1\n-35.2 149.2\n-35.3 149.2\n-35.3 149.3\n-35.2 149.2\n"
RALLY = "RALLY -35.1 149.1 60 40 0 0\n"
KML = "<kml><Placemark><Point><coordinates>8,47,1</coordinates></Point></Placemark></kml>"
GEOJSON = '{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[8, 47], [9, 47], [9, 48], [8, 47]]]}}'
ALL = (PLAN, WPL, FENCE, RALLY, KML, GEOJSON)
CORNERS = [list(corner) for corner in SQUARE]
FENCED = as_text(
    geoFence={
        "version": 2,
        "breachReturn": [47, 8, 30],
        "circles": [{"inclusion": False, "circle": {"center": [47, 8], "radius": 9}}],
        "polygons": [{"inclusion": True, "polygon": CORNERS}],
    },
    rallyPoints={"version": 2, "points": [[47, 8, 40]]},
)
WPL_FENCE = write_plan(".waypoints", read_plan("a", FENCE.encode())).decode()
SEEDS = (*ALL, FENCED, WPL_FENCE)


def refusal(data: bytes | str, name: str = "a.plan") -> str:
    with pytest.raises(PlanFileError) as caught:
        read_plan(name, data.encode() if isinstance(data, str) else data)
    text = str(caught.value)
    assert is_a_line(text)
    return text


def is_a_line(text: str) -> bool:
    return all(map(is_harmless, text)) and len(text) < 400


@pytest.mark.parametrize("name", ["a.plan", "a.txt", "a", "a.kml"])
@pytest.mark.parametrize("lead", ["", "\ufeff", "\r\n  \n"])
def test_what_a_file_is_called_does_not_matter(name: str, lead: str) -> None:
    plan, wpl, fence, rally, kml, geojson = (read_plan(name, (lead + text).encode()) for text in ALL)
    assert (len(plan.mission), len(wpl.mission), len(fence.fence), len(rally.rally)) == (6, 1, 4, 1)
    assert (len(kml.marks), len(geojson.areas)) == (1, 1)


@pytest.mark.parametrize(
    "text",
    [FENCE.replace(" ", "\t"), FENCE.replace(" ", ", "), "# fence\n" + FENCE, FENCE.replace("-35.1 ", "+3.5e1 ")],
)
def test_numbers_only_are_a_fence(text: str) -> None:
    assert len(read_plan("a", text.encode()).fence) == 4


def test_an_error_names_the_file_the_place_and_what_to_do() -> None:
    text = refusal(WPL.replace("22", "x"), "north\nfield\x1b[31m.waypoints")
    assert text == "north field [31m.waypoints: line 3, command: 'x' is no number; correct it in the file"
    assert issubclass(PlanFileError, GroundStationError)


@pytest.mark.parametrize(("data", "said"), [
    (b"", "empty"), (b" \r\n\t", "empty"), (b"\xef\xbb\xbf", "empty"), (b"\xff\xfeQ\x00", "UTF-8"), (b"caf\xe9", "UTF-8"),
    (b"QGC WPL 110\n\x00", "no text"), (b"PK\x03\x04abc", "archive"), (b"hello", "'hello' begins no plan"),
    (b"x" * 1_000_000, "begins no plan"), (b"{", "line 1"), (b"{}", "neither"), (b"[]", "neither"), (b"{]", "no JSON"),
    (b'{"fileType": "Mission"}', "old one"), (b'{"MAV_AUTOPILOT": 3, "items": []}', "old one"),
    (b'{"type": ["Feature"]}', "neither"), (b'{"fileType": "Plan"}', "'version' is missing"),
    (b"1 2 3", "begins no plan"), (b"1 2", "0 corners"), (b"e e", "'e' is no number"), (b"QGC WPL", "begins no plan"),
    (b"QGC WPL 200", "110"), (b"<gpx/>", "no KML"), (b"<", "no KML"), (b'{"a": 1e400}', "beyond"),
    (b'{"a": -Infinity}', "Infinity"), (b'"Plan"', "begins no plan"),
])  # fmt: skip
def test_what_is_no_plan_is_refused_in_a_line(data: bytes, said: str) -> None:
    assert said in refusal(data)


def test_size_has_an_end() -> None:
    fill = b" " * (MAX_BYTES - len(KML))
    assert read_plan("a", KML.encode() + fill).marks
    assert "20 MB at most" in refusal(KML.encode() + fill + b" ")


def test_depth_has_an_end() -> None:
    def deep(count: int) -> str:
        return as_text(simple()).replace('"QGroundControl"', "[" * count + "]" * count)

    # within the document, which is one level itself
    assert read_plan("a", deep(MAX_DEPTH).encode()).mission
    assert "deep" in refusal(deep(MAX_DEPTH + 1))


WAYPOINT = json.dumps(simple())
HOSTILE = {
    "a million items": PLAN.replace(json.dumps(jump(1, 3)), ",".join(["0"] * 1_000_000)),
    "ten thousand and one items": as_text().replace('"items": []', f'"items": [{",".join([WAYPOINT] * 10_001)}]'),
    "a million lines": WPL + "1 0 3 16 0 0 0 0 47 8 20 1\n" * 700_000,
    "a million corners": "1 2\n" * 1_000_000,
    "a million rally points": RALLY * 500_000,
    "a million places": KML.replace("8,47,1", "8,47 " * 1_000_000),
    "a million elements": "<kml>" + "<a/>" * 1_000_000,
    "a million shapes": '{"type": "MultiPoint", "coordinates": [' + ",".join(["[8,47]"] * 1_000_000) + "]}",
    "deep lists": "[" * 5_000_000,
    "deep objects": '{"a":' * 3_000_000,
    "deep shapes": '{"type":"GeometryCollection","geometries":[' * 300_000,
    "deep elements": "<kml>" * 3_000_000,
    "huge whole numbers": PLAN.replace("50", "9" * 1_000_000, 1),
    "a huge name": WPL.replace("22", "9" * 10_000_000),
    "an endless line": "1 " * 5_000_000,
    "an endless word": "QGC WPL " + "1" * 10_000_000,
    "blanks": "QGC WPL 110" + " \n" * 9_000_000 + "x",
    "commas": KML.replace("8,47,1", " , " * 5_000_000),
    "entities": '<!DOCTYPE kml [<!ENTITY a "' + "a" * 1_000_000 + '">]><kml>' + "&a;" * 100_000 + "</kml>",
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.long
def test_hostile_files_are_refused_soon(what: str) -> None:
    started_s = time.process_time()
    refusal(HOSTILE[what])
    # no measure: a net against what grows faster than the file
    assert time.process_time() - started_s < 20.0


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SEEDS), st.data())
@pytest.mark.long
def test_mutated_files_are_read_or_refused_and_nothing_else(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 12)))
        put = data.draw(st.one_of(st.text(max_size=6), st.sampled_from(PIECES), st.just(text[end : end + 20])))
        text = text[:start] + put + text[end:]
    read_or_refused(text.encode("utf-8", "surrogatepass"))


PIECES = (
    "null", "NaN", "-Infinity", "1e308", "1e400", "-1", "[]", "{}", "true", '""', '"a"', "9" * 400, "0.5", "\t", "\n", ",",
    '"ComplexItem"', '"survey"', "177", "5001", "nan", "inf", "1_0", "\x00", "\ufeff", "<Polygon>", "</kml>", "]]", "\\ud800",
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from((b"", b"{", b"QGC WPL 110\n", b"RALLY ", b"1 2\n", b"<kml>", b'{"fileType":"Plan",')),
)
def test_any_bytes_are_read_or_refused(data: bytes, lead: bytes) -> None:
    read_or_refused(lead + data)


def read_or_refused(data: bytes) -> None:
    try:
        plan = read_plan("a", data)
    except PlanFileError as error:
        assert is_a_line(str(error))  # noqa: PT017 - any other exception fails the test
        return
    msgspec.json.encode(plan)
    for suffix in (".plan", ".waypoints", ".kml", ".geojson"):
        try:
            read_plan("b", write_plan(suffix, plan))
        except PlanFileError as error:
            assert is_a_line(str(error))  # noqa: PT017 - the same


def test_files_are_written_by_their_suffix() -> None:
    plan = read_plan("a", PLAN.encode())
    assert write_plan("PLAN", plan) == write_plan(".plan", plan)
    assert write_plan(".txt", plan) == write_plan(".waypoints", plan)
    assert b"<kml" in write_plan(".KML", plan)
    assert write_plan(".json", plan) == write_plan(".geojson", plan)
    for suffix in (".doc", "", "."):
        with pytest.raises(PlanFileError, match=r"\.waypoints"):
            write_plan(suffix, plan)


def test_the_first_list_that_is_there_is_written() -> None:
    fence = read_plan("a", FENCE.encode())
    assert read_plan("b", write_plan(".waypoints", fence)).fence == fence.fence
    both = msgspec.structs.replace(fence, mission=(waypoint(),))
    assert read_plan("b", write_plan(".waypoints", both)).fence == ()
    assert read_plan("b", write_plan(".waypoints", both, PlanKind.FENCE)).fence == fence.fence


def test_fence_and_rally_text_hold_their_own_list_whatever_stands_beside_it() -> None:
    fence = read_plan("a", FENCE.encode())
    both = msgspec.structs.replace(fence, mission=(waypoint(),), rally=read_plan("r", RALLY.encode()).rally)
    assert read_plan("b", write_plan(".FEN", both)).fence == fence.fence
    assert read_plan("b", write_plan(".ral", both)).rally == both.rally
    assert lost_in(".fen", fence) == ()
    assert lost_in(".fen", both) == lost_in(".ral", both) == ("the other lists of the plan",)
    turned = PlanFile(fence=(*fence.fence[1:], fence.fence[0]))
    assert lost_in(".fen", turned) == ("order, frames, heights and groups of the fence",)
    with pytest.raises(PlanFileError, match="no rally points"):
        write_plan(".ral", fence)


def test_what_a_file_can_not_hold_is_told() -> None:
    plan = read_plan("a", PLAN.encode())
    assert lost_in(".plan", plan) == ()
    assert lost_in(".waypoints", plan) == ("speeds", "kind of vehicle", "surveys and landing patterns as such")
    assert lost_in(".waypoints", PlanFile(mission=(waypoint(),))) == ()
    assert lost_in(".kml", plan) == ("the mission as something that can be flown",)
    fence = read_plan("a", FENCE.encode())
    # its return point stands before its corners, where QGroundControl has it behind them
    assert lost_in(".plan", fence) == ("order, frames and groups of fence shapes",)
    assert lost_in(".plan", PlanFile(fence=(*fence.fence[1:], fence.fence[0]))) == ()
    both = msgspec.structs.replace(fence, rally=(PlanItem(command=5100, x=1.0, y=2.0, z=3.0),))
    assert lost_in("txt", both) == ("the other lists of the plan",)
    drawn = PlanFile(areas=(Area(outer=tuple(Spot(*corner) for corner in SQUARE)),))
    assert lost_in(".plan", drawn) == lost_in(".txt", drawn) == ("areas, lines and points drawn",)
    assert lost_in(".kml", drawn) == lost_in(".doc", drawn) == ()
