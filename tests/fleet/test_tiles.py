# SPDX-License-Identifier: Apache-2.0
"""Where tiles lie, and the files that hold them; broken and hostile ones cost one line."""

from __future__ import annotations

import gzip
import os
import sqlite3

import pytest

from groundstation.fleet.tiles.address import (
    MOST_CELLS,
    WORLD_M,
    Cell,
    Tile,
    bounds_of_degrees,
    cells_of,
    tms_row,
    zoom_of,
)
from groundstation.fleet.tiles.mbtiles import MbtilesFile
from groundstation.fleet.tiles.open_tiles import open_tiles
from groundstation.fleet.tiles.picture import picture_kind
from groundstation.fleet.tiles.pmtiles import MOST_UNPACKED, PmtilesFile, tile_number
from groundstation.fleet.tiles.retries import FIRST_S, LONGEST_S, Retries
from groundstation.fleet.tiles.template import checked_template, credit_of, url_of
from groundstation.fleet.tiles.tile_file import MOST_BYTES, TileError, credit_text
from groundstation.ui.map_panel.mercator import degrees_from_mercator, mercator_from_degrees
from tests.support.tile_files import GREEN, RED, directory, mbtiles, pmtiles, png, png_that_says

TRABZON = Tile(12, 2500, 1535)
"""It holds 41.0 N, 39.75 E."""
HERE = mercator_from_degrees(41.0, 39.75)


def around(x_m, y_m, half_m):
    return x_m - half_m, y_m - half_m, x_m + half_m, y_m + half_m


# ---- addresses ----


def test_a_place_lies_in_its_tile_and_rows_count_from_the_north():
    [cell] = cells_of(around(*HERE, 1.0), 12)
    assert cell.tile == TRABZON
    west, south, east, north = cell.bounds
    assert degrees_from_mercator(west, north) == pytest.approx((41.04622, 39.72656), abs=1e-5)
    assert degrees_from_mercator(east, south) == pytest.approx((40.97990, 39.81445), abs=1e-5)


def test_rows_of_mbtiles_count_from_the_south():
    # the example of the specification
    assert tms_row(Tile(11, 327, 791)) == 1256
    assert tms_row(Tile(0, 0, 0)) == 0


def test_the_zoom_is_the_one_whose_tiles_are_resized_the_least():
    scale_m = WORLD_M / 256 / 2**10
    assert zoom_of(scale_m) == 10
    assert zoom_of(scale_m * 1.41) == 10
    assert zoom_of(scale_m * 1.42) == 9
    assert (zoom_of(1e9), zoom_of(1e-9)) == (0, 24)


def test_the_middle_of_a_view_comes_first_and_a_view_over_longitude_180_is_whole():
    cells = cells_of((WORLD_M / 2 - 1e6, -1e6, WORLD_M / 2 + 1e6, 1e6), 5)
    assert {cell.tile.x for cell in cells} == {31, 0}
    assert {cell.column for cell in cells} == {31, 32}
    assert Cell(Tile(5, 0, 15), 32).bounds[0] == pytest.approx(WORLD_M / 2)
    order = cells_of(around(*HERE, 40_000.0), 12)
    assert order[0].tile == TRABZON
    assert len(order) > 25


def test_a_view_of_too_many_tiles_has_none():
    size = WORLD_M / 2**10
    # 24 x 25 tiles, then a column more
    bounds = (0.0, 0.0, 24 * size, 25 * size)
    assert len(cells_of(bounds, 10)) == MOST_CELLS
    assert cells_of((0.0, 0.0, 24.5 * size, 25 * size), 10) == []


def test_nothing_is_looked_for_outside_of_what_a_file_says_that_it_has():
    within = bounds_of_degrees(39.7, 40.98, 39.8, 41.04)
    assert [cell.tile for cell in cells_of(around(*HERE, 100_000.0), 12, within)] != []
    assert cells_of(around(*mercator_from_degrees(48.0, 11.0), 100.0), 12, within) == []


@pytest.mark.parametrize("box", [(0, 0, 0, 0), (10, 0, 5, 1), (-200, 0, 200, 1), (0, float("nan"), 1, 1)])
def test_bounds_that_cannot_be_limit_nothing(box):
    assert bounds_of_degrees(*box) is None


# ---- files ----


@pytest.mark.parametrize("make", [mbtiles, pmtiles])
def test_a_tile_is_where_it_was_put(tmp_path, make):
    other = Tile(12, TRABZON.x, 2**12 - 1 - TRABZON.y)
    file = open_tiles(make(tmp_path / "a", {TRABZON: png(RED), Tile(11, 3, 4): png(GREEN)}))
    assert file.tile(TRABZON) == png(RED)
    assert file.tile(Tile(11, 3, 4)) == png(GREEN)
    # the row that it would have, counted from the wrong side
    assert file.tile(other) is None
    assert (file.info.title, file.info.least_zoom, file.info.most_zoom) == ("made", 11, 12)
    file.close()


def test_what_a_file_says_of_itself_is_plain_text(tmp_path):
    file = open_tiles(
        mbtiles(
            tmp_path / "a", {TRABZON: png()}, attribution='<a href="x">© Us</a>\n\u202e&lt;b&gt;', bounds="39,40,41,42"
        )
    )
    assert file.info.credit == "© Us <b>"
    assert file.info.within == bounds_of_degrees(39, 40, 41, 42)
    assert open_tiles(pmtiles(tmp_path / "b", {TRABZON: png()})).info.credit == "somebody & others"
    assert len(credit_text("x" * 5000)) == 200


def test_zooms_that_a_file_does_not_name_are_looked_up(tmp_path):
    tiles = {Tile(3, 1, 1): png(), Tile(9, 1, 1): png()}
    info = MbtilesFile(mbtiles(tmp_path / "a", tiles, minzoom="", maxzoom="")).info
    assert (info.least_zoom, info.most_zoom) == (3, 9)


def test_numbers_of_tiles_are_those_of_the_specification():
    assert [tile_number(Tile(*one)) for one in ((0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0), (2, 0, 0))] == [
        0,
        1,
        2,
        3,
        4,
        5,
    ]
    assert tile_number(Tile(12, 3423, 1763)) == 19078479


def test_a_file_with_directories_below_the_root_is_read(tmp_path):
    tiles = {Tile(6, x, y): png((x, y, 0), 8) for x in range(20, 30) for y in range(20, 30)}
    file = PmtilesFile(pmtiles(tmp_path / "a", tiles, leaf_each=7))
    assert all(file.tile(tile) == data for tile, data in tiles.items())
    assert file.tile(Tile(6, 40, 40)) is None
    assert file.tile(Tile(5, 0, 0)) is None


def test_a_file_of_the_projects_own_writer_is_read(tmp_path):
    writer = pytest.importorskip("pmtiles.writer", reason="`pip install -r packaging/test-tools.txt` brings it")
    from pmtiles.tile import Compression, TileType, zxy_to_tileid

    tiles = {Tile(z, x, y): png((z, x, y), 8) for z in range(6) for x in range(2**z) for y in range(2**z)}
    with writer.write(str(tmp_path / "a")) as out:
        for number, data in sorted((zxy_to_tileid(*tile), data) for tile, data in tiles.items()):
            out.write_tile(number, data)
        head = {"tile_type": TileType.PNG, "tile_compression": Compression.NONE, "min_lon_e7": 0, "min_lat_e7": 0}
        head |= {"max_lon_e7": 0, "max_lat_e7": 0, "center_zoom": 0, "center_lon_e7": 0, "center_lat_e7": 0}
        out.finalize(head, {"name": "theirs"})
    file = PmtilesFile(tmp_path / "a")
    assert file.info.title == "theirs"
    assert all(file.tile(tile) == data for tile, data in tiles.items())


# ---- broken and hostile files ----


def said(path):
    with pytest.raises(TileError) as caught:
        open_tiles(path)
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) <= 300
    return text


def test_what_is_no_map_is_said_so(tmp_path):
    (tmp_path / "text").write_text("hello")
    (tmp_path / "empty").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe")
    assert "neither an MBTiles nor a PMTiles" in said(tmp_path / "text")
    assert "neither" in said(tmp_path / "empty")
    assert "is no file" in said(tmp_path / "pipe")
    assert "is no file" in said(tmp_path)
    assert "No such file" in said(tmp_path / "gone")


def test_vector_tiles_are_refused_by_name_by_content_and_by_kind(tmp_path):
    packed = gzip.compress(b"vector")
    for path in (
        mbtiles(tmp_path / "named", {TRABZON: packed}, format="pbf"),
        mbtiles(tmp_path / "unnamed", {TRABZON: packed}, format=""),
        pmtiles(tmp_path / "kind", {TRABZON: packed}, kind=1),
    ):
        assert "vector tiles are not drawn yet" in said(path)
    assert "AVIF" in said(pmtiles(tmp_path / "avif", {TRABZON: b"x"}, kind=5))


def base(path, *words):
    with sqlite3.connect(path) as made:
        for one in words:
            made.execute(one)
    made.close()
    return path


def test_an_mbtiles_file_without_its_tables_or_tiles_is_said_so(tmp_path):
    meta = "CREATE TABLE metadata (name TEXT, value TEXT)"
    assert "no such table: metadata" in said(base(tmp_path / "a", "CREATE TABLE other (x)"))
    assert "no such table: tiles" in said(base(tmp_path / "b", meta))
    assert "has no tiles" in said(mbtiles(tmp_path / "c", {}))
    whole = mbtiles(tmp_path / "d", {TRABZON: png()}).read_bytes()
    (tmp_path / "e").write_bytes(whole[:100] + b"\xff" * 3000)
    assert "no MBTiles file that can be read" in said(tmp_path / "e")


@pytest.mark.parametrize(("least", "most"), [("0", "99"), ("9", "3"), ("0", "25")])
def test_absurd_zooms_are_refused(tmp_path, least, most):
    assert "0 to 24 can be" in said(mbtiles(tmp_path / "a", {TRABZON: png()}, minzoom=least, maxzoom=most))
    if int(most) < 256:
        assert "0 to 24 can be" in said(pmtiles(tmp_path / "b", {TRABZON: png()}, zooms=(int(least), int(most))))


def test_the_nearest_zoom_that_can_be_is_taken(tmp_path):
    assert open_tiles(mbtiles(tmp_path / "a", {TRABZON: png()}, maxzoom="24")).info.most_zoom == 24


def test_a_view_that_goes_on_for_ever_is_given_up(tmp_path):
    path = base(
        tmp_path / "a",
        "CREATE TABLE metadata (name TEXT, value TEXT)",
        "INSERT INTO metadata VALUES ('minzoom', '0'), ('maxzoom', '3'), ('format', 'png')",
        """CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n)
           SELECT i * 0 AS zoom_level, i + 0 AS tile_column, i - i - 1 AS tile_row, x'00' AS tile_data FROM n""",
    )
    file = MbtilesFile(path)
    with pytest.raises(TileError, match="takes too long to look a tile up"):
        file.tile(TRABZON)


def test_a_tile_that_is_too_large_costs_itself(tmp_path):
    tiles = {Tile(12, 1, 1): png(), TRABZON: b"x" * (MOST_BYTES + 1)}
    file = MbtilesFile(mbtiles(tmp_path / "a", tiles))
    with pytest.raises(TileError, match="too big"):
        file.tile(TRABZON)
    assert file.tile(Tile(12, 1, 1)) == png()
    other = PmtilesFile(pmtiles(tmp_path / "b", tiles))
    with pytest.raises(TileError, match="4000001 bytes"):
        other.tile(TRABZON)
    assert other.tile(Tile(12, 1, 1)) == png()


def test_a_text_in_place_of_a_picture_is_no_tile(tmp_path):
    path = mbtiles(tmp_path / "a", {TRABZON: png(), Tile(12, 1, 1): "text"})
    assert MbtilesFile(path).tile(Tile(12, 1, 1)) is None


def test_a_broken_pmtiles_file_is_said_so(tmp_path):
    whole = pmtiles(tmp_path / "whole", {TRABZON: png()}).read_bytes()
    for name, data, words in (
        ("short", whole[:60], "ends in its first bytes"),
        ("no-root", whole[:130], "bytes from byte 127 on, of 130"),
        ("garbage", whole[:127] + b"\0" * 500, "incorrect header check"),
    ):
        (tmp_path / name).write_bytes(data)
        assert words in said(tmp_path / name)
    assert "version 2" in said(pmtiles(tmp_path / "old", {TRABZON: png()}, version=2))


def test_a_directory_that_unpacks_to_too_much_is_given_up(tmp_path):
    just = gzip.compress(b"\0" * MOST_UNPACKED)
    more = gzip.compress(b"\0" * (MOST_UNPACKED + 1))
    assert "a directory of 0 entries" in said(pmtiles(tmp_path / "just", {TRABZON: png()}, root=just))
    assert "unpacks to more than 8,000,000 bytes" in said(pmtiles(tmp_path / "more", {TRABZON: png()}, root=more))


@pytest.mark.parametrize("root", [b"\xff\xff\xff\xff\x7f", b"\x05\x01", b"\x80" * 40])
def test_a_directory_that_promises_more_than_it_has_is_given_up(tmp_path, root):
    assert "directory" in said(pmtiles(tmp_path / "a", {TRABZON: png()}, root=gzip.compress(root)))


def test_directories_that_go_round_in_a_circle_are_given_up(tmp_path):
    leaf = gzip.compress(directory([(0, 0, 0, 0)]))
    # each time the length is another one, until it says its own
    for _ in range(5):
        leaf = gzip.compress(directory([(0, 0, 0, len(leaf))]), mtime=0)
    tiles = {TRABZON: png()}
    path = pmtiles(tmp_path / "a", tiles, root=leaf)
    data = bytearray(path.read_bytes())
    data[40:48] = (127).to_bytes(8, "little")  # leaves begin where the root does
    path.write_bytes(data)
    file = PmtilesFile(path)
    with pytest.raises(TileError, match="round in a circle"):
        file.tile(TRABZON)


# ---- pictures ----


def test_only_whole_pictures_are_pictures():
    assert picture_kind(png()) == "png"
    for data, words in (
        (png()[:-1], "cut off"),
        (png()[:-20], "cut off"),
        (png().replace(b"IDAT", b"IDAU"), "damaged"),
        (b"\xff\xd8\xff\xe0 half", "cut off"),
        (b"RIFF\xff\xff\0\0WEBPVP8 ", "cut off"),
        (b" <!DOCTYPE html>", "a page"),
        (gzip.compress(b"x"), "vector"),
        (b"GIF89a", "no picture"),
        (b"", "no picture"),
        (png()[:8] + b"\0" * MOST_BYTES, "more than 4 MB"),
    ):
        with pytest.raises(TileError, match=words):
            picture_kind(data)
    assert picture_kind(b"\xff\xd8\xff\xe0 whole \xff\xd9\0\0") == "jpg"
    assert picture_kind(png_that_says(60_000)) == "png"  # its size is looked at where it is decoded


# ---- servers ----


def test_a_template_is_filled():
    assert url_of("https://a.org/{z}/{x}/{y}.png?k=1", Tile(3, 1, 2)) == "https://a.org/3/1/2.png?k=1"
    assert url_of("http://a.org/{z}/{x}/{-y}", Tile(3, 1, 2)) == "http://a.org/3/1/5"
    assert checked_template(" https://a.org:8080/{z}/{y}/{x} ") == "https://a.org:8080/{z}/{y}/{x}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.org/{z}/{x}/{y}",
        "ftp://a.org/{z}/{x}/{y}",
        "file:" + "///{z}/{x}/{y}",
        "https:///{z}/{x}/{y}",
        "https://a.org/{z}/{x}",
        "https://a.org/{z}/{x}/{y}/{y}",
        "https://a.org/{z}/{x}/{y}/{-y}",
        "https://{s}.a.org/{z}/{x}/{y}",
        "https://a.org/{q}/{z}/{x}/{y}",
        "https://me:secret@a.org/{z}/{x}/{y}",
        "https://a.org/{z}/{x}/{y}\nHost: b.org",
        "https://a.org/ {z}/{x}/{y}",
        "https://[a.org/{z}/{x}/{y}",
        "https://a.org:99999/{z}/{x}/{y}",
        "https://a.org/{z}/{x}/{y}" + "a" * 1000,
    ],
)
def test_what_is_no_template_is_refused(text):
    with pytest.raises(TileError):
        checked_template(text)


def test_somebody_is_always_named():
    assert credit_of("https://tile.openstreetmap.org/{z}/{x}/{y}.png") == "© OpenStreetMap contributors"
    assert credit_of("https://a.org/{z}/{x}/{y}") == "a.org"
    assert credit_of("https://a.org/{z}/{x}/{y}", " Us ") == "Us"


def test_what_fails_is_left_alone_for_twice_as_long_each_time():
    retries = Retries()
    assert retries.until_s("a") < 0.0
    waits, now_s = [], 100.0
    for _ in range(12):
        until_s = retries.failed("a", now_s)
        waits.append(until_s - now_s)
        now_s = until_s
    assert waits[:4] == [FIRST_S, 1.0, 2.0, 4.0]
    assert waits[-1] == LONGEST_S
    retries.succeeded("a")
    assert not retries.is_failing("a")
    assert retries.failed("a", now_s) == now_s + FIRST_S


def test_what_fails_together_is_one_failure_and_a_server_that_asks_for_time_gets_it():
    retries = Retries()
    assert retries.failed("a", 100.0) == 100.5
    assert retries.failed("a", 100.4) == 100.9  # was on its way: no second failure
    assert retries.failed("b", 100.0, 30.0) == 130.0
    assert retries.failed("c", 100.0, 1e9) == 100.0 + LONGEST_S
