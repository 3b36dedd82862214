# SPDX-License-Identifier: Apache-2.0
"""Areas, lines and points come from KML, and what would harm whoever parses it is refused."""

from __future__ import annotations

import time

import pytest

from groundstation.fleet.plans.files.kml import MAX_ELEMENTS, read_kml
from groundstation.fleet.plans.files.plan_file import Area, Line, Mark, PlanFile, PlanFileError, Spot
from groundstation.fleet.plans.plan_items import MAX_ITEMS

RING = "8.1,47.1 8.2,47.1 8.2,47.2 8.1,47.1"
CORNERS = (Spot(47.1, 8.1), Spot(47.1, 8.2), Spot(47.2, 8.2))


def ring(coordinates: str = RING, boundary: str = "outerBoundaryIs") -> str:
    return f"<{boundary}><LinearRing><coordinates>{coordinates}</coordinates></LinearRing></{boundary}>"


def mark(geometry: str, name: str = "a field") -> str:
    return f"<Placemark><name>{name}</name>{geometry}</Placemark>"


def kml(*marks: str, namespace: str = "http://www.opengis.net/kml/2.2", head: str = "") -> str:
    return f'{head}<kml xmlns="{namespace}"><Document><Folder>{"".join(marks)}</Folder></Document></kml>'


def refusal(text: str) -> str:
    with pytest.raises(PlanFileError) as caught:
        read_kml(text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def polygon(*rings: str) -> str:
    return f"<Polygon>{''.join(rings)}</Polygon>"


def test_a_polygon_is_an_area_with_its_holes_and_name() -> None:
    inner = ring("8.11,47.11 8.12,47.11 8.12,47.12 8.11,47.11", "innerBoundaryIs")
    plan = read_kml(kml(mark(polygon(ring(), inner, inner))))
    hole = (Spot(47.11, 8.11), Spot(47.11, 8.12), Spot(47.12, 8.12))
    assert plan == PlanFile(areas=(Area(outer=CORNERS, holes=(hole, hole), name="a field"),))


def test_lines_and_points_keep_their_heights() -> None:
    line = "<LineString><coordinates>8.1,47.1,400 8.2,47.2,410.5</coordinates></LineString>"
    point = "<Point><coordinates> 8.3,47.3 </coordinates></Point>"
    plan = read_kml(kml(mark(line, "a road"), mark(point, " a  well ")))
    assert plan.lines == (Line(spots=(Spot(47.1, 8.1, 400.0), Spot(47.2, 8.2, 410.5)), name="a road"),)
    assert plan.marks == (Mark(spot=Spot(47.3, 8.3), name="a  well"),)


@pytest.mark.parametrize("namespace", ["", "http://earth.google.com/kml/2.0", "http://www.opengis.net/kml/2.3"])
def test_the_namespace_does_not_matter(namespace: str) -> None:
    assert len(read_kml(kml(mark(polygon(ring())), namespace=namespace)).areas) == 1


def test_several_shapes_of_one_mark_share_its_name() -> None:
    both = f"<MultiGeometry>{polygon(ring())}<MultiGeometry>{polygon(ring())}</MultiGeometry></MultiGeometry>"
    assert [area.name for area in read_kml(kml(mark(both))).areas] == ["a field", "a field"]


@pytest.mark.parametrize("told", ["8.1, 47.1  8.2 ,47.1\n8.2,47.2\t8.1,47.1", "8.1,47.1,0 8.2,47.1,0 8.2,47.2,0 8.1,47.1,0",
                                  "  8.1,47.1 8.2,47.1 8.2,47.2 8.1000001,47.1"])  # fmt: skip
def test_people_type_coordinates_loosely(told: str) -> None:
    (area,) = read_kml(kml(mark(polygon(ring(told))))).areas
    assert [(spot.lat_deg, spot.lon_deg) for spot in area.outer] == [(47.1, 8.1), (47.1, 8.2), (47.2, 8.2)]


def test_a_ring_that_is_not_closed_is_told() -> None:
    plan = read_kml(kml(mark(polygon(ring("8.1,47.1 8.2,47.1 8.2,47.2 8.1000002,47.1")))))
    assert len(plan.areas[0].outer) == 4
    assert plan.notes == ("shape 1 'a field': its last corner is not its first; it was closed",)


@pytest.mark.parametrize(("geometry", "said"), [
    (polygon(ring("8.1,47.1 8.2,47.1 8.1,47.1")), "2 corners"),
    (polygon(), "0 outer rings"),
    (polygon(ring(), ring()), "2 outer rings"),
    (polygon(ring("")), "no coordinates"),
    ("<Point/>", "no coordinates"),
    ("<Point><coordinates>8.1</coordinates></Point>", "'8.1'"),
    ("<Point><coordinates>8.1,47.1,1,2</coordinates></Point>", "'8.1,47.1,1,2'"),
    ("<Point><coordinates>8.1,x</coordinates></Point>", "'x'"),
    ("<Point><coordinates>47.1,149.1</coordinates></Point>", "swapped"),
    ("<Point><coordinates>180.1,47</coordinates></Point>", "beyond 180"),
    ("<Point><coordinates>nan,47</coordinates></Point>", "null or NaN"),
])  # fmt: skip
def test_a_damaged_shape_is_named(geometry: str, said: str) -> None:
    text = refusal(kml(mark("<Point><coordinates>8,47</coordinates></Point>"), mark(geometry, "bad\nname")))
    assert text.startswith("shape 2 'bad name'")
    assert said in text


@pytest.mark.parametrize("text", [
    "<kml>", "<kml></kml>", "<gpx></gpx>", "<kml><Placemark></kml>", "<", "<kml>&unknown;</kml>",
    "<kml><Placemark><Polygon/></Placemark>", "<kml>\x01</kml>", "<?xml version='1.0' encoding='martian'?><kml/>x",
])  # fmt: skip
def test_what_is_no_drawing_is_refused(text: str) -> None:
    assert refusal(text)


ENTITIES = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
BOMB = f'<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa">{ENTITIES}]>'


@pytest.mark.parametrize("head", [BOMB, "<!DOCTYPE kml>", '<!DOCTYPE kml SYSTEM "http://localhost/passwd">',
                                  "<?xml version='1.0'?><!DOCTYPE kml [<!ENTITY x SYSTEM 'http://localhost/hosts'>]>"])  # fmt: skip
def test_entities_are_refused_before_they_grow(head: str) -> None:
    started_s = time.process_time()
    assert "DOCTYPE" in refusal(kml(mark("<Point><coordinates>8,47</coordinates></Point>", "&i;"), head=head))
    assert time.process_time() - started_s < 5.0


def test_text_that_only_speaks_of_them_is_read() -> None:
    told = "<description><![CDATA[<!DOCTYPE html><p>]]></description><Point><coordinates>8,47</coordinates></Point>"
    assert len(read_kml(kml(mark(told))).marks) == 1


def test_depth_and_length_have_an_end() -> None:
    deep = "<Folder>" * 59
    inside = f"<kml><Document>{deep}{mark('<Point><coordinates>8,47</coordinates></Point>')}{'</Folder>' * 59}</Document></kml>"
    # kml, Document, folders, Placemark, Point, coordinates
    assert len(read_kml(inside).marks) == 1
    assert "deep" in refusal(inside.replace(deep, deep + "<Folder>", 1))
    point = mark("<Point><coordinates>8,47</coordinates></Point>")
    fill = "<x/>" * (MAX_ELEMENTS - 6)
    assert len(read_kml(f"<kml>{point}{fill}<x/></kml>").marks) == 1
    assert "elements" in refusal(f"<kml>{point}{fill}<x/><x/></kml>")


def test_as_many_places_are_read_as_a_list_holds() -> None:
    many = "8,47 " * MAX_ITEMS
    line = "<LineString><coordinates>%s</coordinates></LineString>"
    assert len(read_kml(kml(mark(line % many))).lines[0].spots) == MAX_ITEMS
    assert str(MAX_ITEMS) in refusal(kml(mark(line % (many + "8,47"))))
    point = mark("<Point><coordinates>8,47</coordinates></Point>")
    assert len(read_kml(kml(point * MAX_ITEMS)).marks) == MAX_ITEMS
    assert str(MAX_ITEMS) in refusal(kml(point * (MAX_ITEMS + 1)))


def test_names_are_no_longer_than_anybody_reads() -> None:
    point = "<Point><coordinates>8,47</coordinates></Point>"
    assert read_kml(kml(mark(point, "n" * 200))).marks[0].name == "n" * 200
    assert read_kml(kml(mark(point, "n" * 201))).marks[0].name == "n" * 200
