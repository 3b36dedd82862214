# SPDX-License-Identifier: Apache-2.0
"""A part of a map that is kept for where there is no network, from a real server that is good, slow, wrong or dead."""

from __future__ import annotations

import sqlite3
import time

import pytest
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from groundstation.fleet.progress import CancelledError
from groundstation.fleet.tiles.address import HALF_WORLD_M, Cell, Tile
from groundstation.fleet.tiles.area import MOST_TILES, count_tiles, span, tiles_of, why_not
from groundstation.fleet.tiles.mbtiles import MbtilesFile
from groundstation.fleet.tiles.mbtiles_writer import MbtilesWriter
from groundstation.fleet.tiles.tile_file import TileError, TileInfo
from groundstation.ui.map_panel import area_dialog
from groundstation.ui.map_panel.area_dialog import AreaDialog
from groundstation.ui.map_panel.mercator import Camera
from groundstation.ui.map_tiles.area_download import TRIES, Area, fetch_area
from groundstation.ui.map_tiles.disk_cache import DiskCache
from groundstation.ui.map_tiles.map_tiles import MapTiles
from groundstation.ui.map_tiles.reader import Wish
from groundstation.ui.map_tiles.server_reader import ServerReader
from groundstation.ui.map_tiles.sources import Source
from tests.support.tile_files import RED, png
from tests.support.tile_server import body, tile_server
from tests.support.waiting import wait_until

TRABZON = Cell(Tile(12, 2500, 1535), 2500).bounds
WORLD = (-HALF_WORLD_M, -HALF_WORLD_M, HALF_WORLD_M, HALF_WORLD_M)


@pytest.fixture
def server():
    with tile_server() as made:
        yield made


def wanted(server, path, least=11, most=13):
    west, south, east, north = TRABZON
    inside = (west + 10, south + 10, east - 10, north - 10)
    return Area(
        bounds=inside,
        degrees=(39.7, 40.9, 39.8, 41.0),
        least_zoom=least,
        most_zoom=most,
        server=server.template,
        title="mine",
        credit="© me",
        path=path,
    )


def reader_of(server, tmp_path):
    return lambda: ServerReader(server.template, TileInfo(), DiskCache(tmp_path / "cache.sqlite3", time.time))


def test_how_many_tiles_an_area_has():
    assert [count_tiles(WORLD, zoom, zoom) for zoom in range(4)] == [1, 4, 16, 64]
    # one tile of zoom 12 is one at every zoom before and four at the next
    inside = (TRABZON[0] + 1, TRABZON[1] + 1, TRABZON[2] - 1, TRABZON[3] - 1)
    assert span(inside, 12) == (2500, 2500, 1535, 1535)
    assert count_tiles(inside, 10, 13) == 1 + 1 + 1 + 4
    assert list(tiles_of(inside, 11, 12)) == [Tile(11, 1250, 767), Tile(12, 2500, 1535)]
    assert len(list(tiles_of(inside, 12, 14))) == count_tiles(inside, 12, 14) == 21


@pytest.mark.parametrize(
    ("template", "is_allowed"),
    [
        ("https://tile.openstreetmap.org/{z}/{x}/{y}.png", False),
        ("https://a.tile.openstreetmap.org/{z}/{x}/{y}.png", False),
        ("https://tile.openstreetmap.org.example.org/{z}/{x}/{y}.png", True),
        ("https://tiles.example.org/{z}/{x}/{y}.png", True),
    ],
)
def test_servers_whose_rules_forbid_it(template, is_allowed):
    assert (why_not(template) == "") is is_allowed


def test_an_area_becomes_a_map_file(server, tmp_path):
    path, told = tmp_path / "area.mbtiles", []
    done = fetch_area(wanted(server, path), reader_of(server, tmp_path), told.append, Wish())
    assert (done.done, done.of, done.kept, done.fetched) == (6, 6, 6, 6)
    assert [one.done for one in told] == [1, 2, 3, 4, 5, 6]
    made = MbtilesFile(path)
    assert made.tile(Tile(12, 2500, 1535)) is not None
    assert made.info.credit == "© me"
    assert (made.info.least_zoom, made.info.most_zoom) == (11, 13)
    made.close()
    assert server.most_at_once == 1


def test_it_goes_on_where_it_was_stopped(server, tmp_path):
    path, seen = tmp_path / "area.mbtiles", []

    def told(now):
        seen.append(now.done)
        if now.done == 3:
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        fetch_area(wanted(server, path), reader_of(server, tmp_path), told, Wish())
    assert len(server.asked) == 3
    done = fetch_area(wanted(server, path), reader_of(server, tmp_path / "other"), lambda _now: None, Wish())
    assert (done.done, done.kept, done.fetched) == (6, 6, 3)
    assert len(server.asked) == len(set(server.asked)) == 6


def test_a_server_in_trouble_is_asked_again_after_growing_waits_and_then_left(server, tmp_path):
    server.answer = body(b"", status=503)
    waits = []
    with pytest.raises(TileError, match="go on later"):
        fetch_area(wanted(server, tmp_path / "a.mbtiles"), reader_of(server, tmp_path), str, Wish(), waits.append)
    assert waits == [2.0, 4.0, 8.0, 16.0]
    assert len(server.asked) == TRIES


def test_what_a_server_does_not_have_and_what_is_no_picture_costs_itself(server, tmp_path):
    server.answer = body(b"<html>no</html>", status=200)
    done = fetch_area(wanted(server, tmp_path / "a.mbtiles"), reader_of(server, tmp_path), str, Wish())
    assert (done.done, done.kept) == (6, 0)


def test_another_map_is_not_written_into(server, tmp_path):
    foreign, none = tmp_path / "foreign.mbtiles", tmp_path / "none.mbtiles"
    with sqlite3.connect(foreign) as base:
        base.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        base.execute("INSERT INTO metadata VALUES ('name', 'theirs')")
    base.close()
    before = foreign.read_bytes()
    none.write_bytes(b"not a database at all" * 100)
    for path in (foreign, none):
        with pytest.raises(TileError):
            fetch_area(wanted(server, path), reader_of(server, tmp_path), str, Wish())
    assert foreign.read_bytes() == before
    assert none.read_bytes() == b"not a database at all" * 100
    MbtilesWriter(tmp_path / "a.mbtiles", "https://one/{z}/{x}/{y}", {}).close()
    with pytest.raises(TileError, match="another map"):
        MbtilesWriter(tmp_path / "a.mbtiles", "https://two/{z}/{x}/{y}", {})


def camera_of(bounds):
    west, south, east, north = bounds
    return Camera((west + east) / 2, (south + north) / 2, (east - west) / 500, 500, 500)


@pytest.fixture
def dialog(server, tmp_path, app):
    tiles = MapTiles(cache=lambda: DiskCache(tmp_path / "cache.sqlite3", time.time))
    made = AreaDialog(tiles, Source(template=server.template, name="mine"), camera_of(TRABZON))
    made.path.setText(str(tmp_path / "deep" / "area.mbtiles"))
    made.show()
    yield made
    if isValid(made):
        made.close()


def until(is_true):
    def look():
        QApplication.processEvents()
        return is_true()

    wait_until(look)


def test_a_person_fetches_pauses_goes_on_and_looks_at_it(dialog, server, tmp_path):
    dialog.least.setValue(12)
    dialog.most.setValue(15)
    count = dialog.count
    assert f"{count:,} tiles" in dialog.note.text()
    shown = []
    dialog.wanted.connect(shown.append)
    dialog.go.click()
    assert dialog.go.text() == "Pause"
    until(lambda: dialog._fetched.done >= 5)
    dialog.go.click()
    until(lambda: dialog.task is None)
    if dialog._fetched.done < count:
        assert "Paused" in dialog.note.text()
        assert dialog.go.text() == "Go on"
        dialog.go.click()
        until(lambda: dialog.task is None)
    assert "All is there" in dialog.note.text()
    # but for the one that was under way when it was paused
    assert len(server.asked) <= len(set(server.asked)) + 1
    dialog.show_it.click()
    assert shown == [tmp_path / "deep" / "area.mbtiles"]


def test_what_could_not_be_had_is_not_called_there(dialog, server):
    server.answer = body(b"", status=404)
    dialog.least.setValue(12)
    dialog.most.setValue(12)
    dialog.go.click()
    until(lambda: dialog.task is None and dialog._fetched.done)
    assert "could not be had" in dialog.note.text()
    assert "All is there" not in dialog.note.text()


def test_what_can_not_be_fetched_is_said_before(dialog, monkeypatch):
    dialog.least.setValue(0)
    dialog.most.setValue(12)
    count = dialog.count
    monkeypatch.setattr(area_dialog, "MOST_TILES", count)
    dialog.path.setText(dialog.path.text() + "s")
    assert dialog.go.isEnabled()
    monkeypatch.setattr(area_dialog, "MOST_TILES", count - 1)
    dialog.path.setText(dialog.path.text() + "s")
    assert not dialog.go.isEnabled()
    assert "show less" in dialog.note.text()
    monkeypatch.setattr(area_dialog, "MOST_TILES", MOST_TILES)
    dialog.least.setValue(13)
    assert not dialog.go.isEnabled()
    dialog.least.setValue(12)
    dialog.path.setText(" ")
    assert not dialog.go.isEnabled()


def test_a_dead_server_is_one_line_and_the_window_is_closed_at_once(dialog, server):
    release = server.release

    def silent(handler):
        release.wait(30.0)
        body(png(RED))(handler)

    server.answer = silent
    dialog.go.click()
    until(lambda: server.asked)
    task = dialog.task
    dialog.close()
    # what waits for the network ends, not after its time-out
    until(lambda: not task.thread.is_alive())
