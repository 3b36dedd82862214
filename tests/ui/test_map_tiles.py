# SPDX-License-Identifier: Apache-2.0
"""Tiles under the map, from files and from servers that are good, slow, wrong or dead: the window never waits."""

from __future__ import annotations

import json
import sys
import threading
import time
from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QPainter
from PySide6.QtWidgets import QApplication

from groundstation import __version__
from groundstation.fleet.tiles.address import Tile, cells_of
from groundstation.ui.map_panel.credit_layer import CreditLayer
from groundstation.ui.map_panel.layers import LAYERS
from groundstation.ui.map_panel.map_layer import MapContext
from groundstation.ui.map_panel.map_panel import MapPanel
from groundstation.ui.map_panel.mercator import mercator_from_degrees
from groundstation.ui.map_panel.server_dialog import ServerDialog
from groundstation.ui.map_panel.world_layer import WorldLayer
from groundstation.ui.map_tiles import server_reader
from groundstation.ui.map_tiles.disk_cache import DiskCache
from groundstation.ui.map_tiles.map_tiles import MapTiles
from groundstation.ui.map_tiles.sources import Source
from groundstation.ui.map_tiles.tile_memory import TileMemory
from groundstation.ui.selection import Selection
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from tests.support.tile_files import BLUE, GREEN, RED, mbtiles, pmtiles, png, png_that_says
from tests.support.tile_server import body, tile, tile_server
from tests.support.waiting import wait_until

TRABZON = Tile(12, 2500, 1535)
CENTRE = mercator_from_degrees(41.013, 39.7705)
"""The middle of that tile, about."""
SCALE_M = 38.2
"""Of zoom 12, about."""


@pytest.fixture
def server():
    with tile_server() as made:
        yield made


@pytest.fixture
def make_panel(station, tmp_path, app):
    made = []

    def make(state=None):
        tiles = MapTiles(cache=lambda: DiskCache(tmp_path / "cache.sqlite3", time.time))
        panel = MapPanel(MapContext(station.feed, Selection(), tiles=tiles))
        panel.resize(600, 400)
        if state is not None:
            panel.restore_state(state)
        panel.show()
        panel.view.restore_view(*CENTRE, SCALE_M)
        tiles.set_strength(100)
        made.append(panel)
        app.processEvents()
        return panel

    yield make
    for panel in made:
        panel.tiles.choose(None)


@pytest.fixture
def panel(make_panel):
    return make_panel()


def wait(panel, is_true, what=""):
    def look():
        panel.view.repaint_soon()
        QApplication.processEvents()
        return is_true()

    wait_until(look, what=what)


def colour(panel, place=CENTRE):
    """What is painted at a place; away from the lines of the grid, which stand there alone."""
    x, y = panel.view.camera.screen(*place)
    picture = panel.view.grab().toImage()
    found = [picture.pixelColor(round(x) + dx, round(y) + dy) for dx, dy in ((0, 0), (3, 5), (-4, 2))]
    return max(found, key=lambda one: sum(other.name() == one.name() for other in found)).getRgb()[:3]


def shows(panel, wanted, place=CENTRE):
    wait(panel, lambda: colour(panel, place) == wanted, f"{wanted} at {place}")


def lines(panel):
    panel.view.grab()
    return [text for text, _ in panel.view.stack.layer(CreditLayer).lines]


def open_file(panel, path):
    panel.ground.open(path)


def settled(panel):
    wait(panel, lambda: panel.tiles.info is not None and not panel.tiles.pool.is_busy, "everything read")


# ---- files ----


@pytest.mark.parametrize("make", [mbtiles, pmtiles])
def test_a_tile_of_a_file_lies_at_its_place_and_the_bundled_world_where_there_is_none(panel, tmp_path, make):
    beside = mercator_from_degrees(41.013, 39.7705 + 0.0879)
    bare = colour(panel, beside)
    flipped = Tile(12, TRABZON.x, 2**12 - 1 - TRABZON.y)
    open_file(panel, make(tmp_path / "a", {TRABZON: png(RED), flipped: png(GREEN)}))
    shows(panel, RED)
    settled(panel)
    assert colour(panel, beside) == bare


def test_a_tile_of_another_zoom_stands_in_until_the_right_one_is_there(panel, tmp_path):
    child = Tile(13, TRABZON.x * 2, TRABZON.y * 2)
    open_file(panel, mbtiles(tmp_path / "a", {TRABZON: png(RED), child: png(GREEN)}))
    shows(panel, RED)
    # farther away than the file has: the tile is made smaller
    panel.view.restore_view(*CENTRE, SCALE_M * 2)
    shows(panel, RED)
    # nearer: the child where there is one, and the parent enlarged beside it
    panel.view.restore_view(*CENTRE, SCALE_M / 2)
    x_m, y_m = CENTRE
    shows(panel, GREEN, (x_m - 1500.0, y_m + 1500.0))
    shows(panel, RED, (x_m + 1500.0, y_m - 1500.0))
    # nearer than the file has at all
    panel.view.restore_view(x_m + 1500.0, y_m - 1500.0, SCALE_M / 16)
    shows(panel, RED, (x_m + 1500.0, y_m - 1500.0))


def test_where_a_tile_is_missing_one_farther_away_is_asked_for(panel, tmp_path):
    far = TRABZON.up(2)
    open_file(panel, mbtiles(tmp_path / "a", {far: png(BLUE), Tile(12, 0, 0): png()}))
    shows(panel, BLUE)


def test_children_stand_in_where_the_view_went_farther_away(panel, tmp_path):
    open_file(panel, mbtiles(tmp_path / "a", {one: png(RED) for one in TRABZON.children}, minzoom="11"))
    panel.view.restore_view(*CENTRE, SCALE_M / 2)
    shows(panel, RED)
    panel.view.restore_view(*CENTRE, SCALE_M)
    wait(panel, lambda: panel.tiles.memory.is_absent(TRABZON))
    assert colour(panel) == RED


def test_a_map_is_weaker_than_what_flies_over_it(panel, tmp_path):
    open_file(panel, mbtiles(tmp_path / "a", {TRABZON: png((255, 255, 255))}))
    panel.tiles.set_strength(40)
    paper = ink(Ink.BACKGROUND).getRgb()[:3]
    settled(panel)
    wait(panel, lambda: colour(panel)[0] > 100)
    assert colour(panel) == pytest.approx([0.4 * 255 + 0.6 * one for one in paper], abs=2)


def test_a_map_that_is_dropped_on_the_map_is_shown_and_a_log_is_left_to_the_window(panel, tmp_path):
    log, path = tmp_path / "a.tlog", mbtiles(tmp_path / "a.MBTiles", {TRABZON: png(RED)})
    log.write_bytes(b"")
    for one, is_map in ((log, False), (path, True)):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(one))])
        buttons, keys, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
        enter = QDragEnterEvent(QPoint(50, 50), copy, data, buttons, keys)
        QApplication.sendEvent(panel.view.viewport(), enter)
        assert enter.isAccepted() is is_map
        drop = QDropEvent(QPointF(50, 50), copy, data, buttons, keys)
        QApplication.sendEvent(panel.view.viewport(), drop)
        assert drop.isAccepted() is is_map
    shows(panel, RED)


@pytest.mark.parametrize("kind", ["text", "gone", "vector", "zooms"])
def test_a_file_that_is_no_map_is_one_line_and_the_world_stays(panel, tmp_path, kind):
    path = tmp_path / "a.mbtiles"
    if kind == "text":
        path.write_text("hello")
    elif kind == "vector":
        mbtiles(path, {TRABZON: b"\x1f\x8b"})
    elif kind == "zooms":
        mbtiles(path, {TRABZON: png()}, maxzoom="99")
    bare = colour(panel)
    open_file(panel, path)
    wait(panel, lambda: panel.tiles.problem)
    assert len(lines(panel)) == 2
    assert lines(panel)[1].startswith("No map: a.mbtiles")
    assert colour(panel) == bare
    assert not panel.tiles.is_rough  # nothing is tried again and again


def test_pictures_that_are_broken_or_huge_cost_themselves(panel, tmp_path):
    beside = Tile(12, TRABZON.x + 1, TRABZON.y)
    tiles = {TRABZON: png(RED), beside: png_that_says(60_000), Tile(12, TRABZON.x - 1, TRABZON.y): png()[:-9]}
    open_file(panel, mbtiles(tmp_path / "a", tiles))
    shows(panel, RED)
    wait(panel, lambda: panel.tiles.trouble.missing == 2)
    assert "2 tiles missing" in lines(panel)[1]


@pytest.mark.parametrize(("side", "is_shown"), [(1024, True), (1025, False)])
def test_a_picture_of_1024_pixels_is_the_largest(panel, tmp_path, side, is_shown):
    open_file(panel, mbtiles(tmp_path / "a", {TRABZON: png(RED, side)}))
    wait(panel, lambda: panel.tiles.trouble.missing or panel.tiles.memory.get(TRABZON) is not None)
    assert (panel.tiles.trouble.missing == 0) is is_shown
    assert panel.tiles.memory.size_bytes == (256 * 256 * 4 if is_shown else 0)


def test_what_is_not_looked_at_is_let_go_first():
    memory = TileMemory(limit_bytes=3 * 256)
    from PySide6.QtGui import QPixmap

    tiles = [Tile(5, x, 0) for x in range(4)]
    for one in tiles[:3]:
        memory.put(one, QPixmap(8, 8))
    memory.use([tiles[0]])
    assert memory.size_bytes == 3 * 256
    memory.put(tiles[3], QPixmap(8, 8))
    memory.use([tiles[0], tiles[3]])
    assert [memory.get(one) is not None for one in tiles] == [True, False, True, True]
    memory.put(tiles[3], QPixmap(32, 32))
    # what is looked at stays though it is too much
    memory.use([tiles[3]])
    assert [memory.get(one) is not None for one in tiles] == [False, False, False, True]


# ---- remembered ----


def test_sources_are_remembered_and_can_be_forgotten(panel, make_panel, tmp_path):
    path = mbtiles(tmp_path / "a.mbtiles", {TRABZON: png(RED)})
    other = pmtiles(tmp_path / "b.pmtiles", {TRABZON: png(GREEN)})
    open_file(panel, other)
    open_file(panel, path)
    kept = json.loads(json.dumps(panel.view_state()))
    second = make_panel(kept)
    shows(second, RED)
    assert [one.text() for one in second.ground.choices] == ["The bundled world alone", "b.pmtiles", "a.mbtiles"]
    assert [one.isChecked() for one in second.ground.choices] == [False, False, True]
    second.ground.choices[1].trigger()
    shows(second, GREEN)
    second.ground.forget.trigger()
    assert second.tiles.chosen is None
    assert [one.text() for one in second.ground.choices] == ["The bundled world alone", "a.mbtiles"]
    assert json.loads(json.dumps(second.view_state()))["ground"]["source"] == ""


@pytest.mark.parametrize(
    "ground",
    [
        None,
        {"sources": 3},
        {"sources": [{"path": 3}, {"template": "ftp://a/{z}/{x}/{y}"}, {}, 7, {"path": "a", "template": "b"}]},
        {"sources": [{"template": "https://a.org/{z}/{x}/{y}", "most_zoom": 99}]},
        {"sources": [], "source": "https://a.org/{z}/{x}/{y}"},
    ],
)
def test_damaged_settings_are_no_source(make_panel, ground):
    made = make_panel({"ground": ground})
    assert (made.tiles.sources, made.tiles.chosen) == ([], None)


def test_the_past_shows_the_same_map(window, tmp_path):
    live = window.panel(MapPanel)
    open_file(live, mbtiles(tmp_path / "a.mbtiles", {TRABZON: png(RED)}))
    live.tiles.set_strength(55)
    workspace = window.workspace
    workspace.show_past(replace(workspace.context, desk=None))
    twin = workspace.shown("map")
    assert twin is not live
    assert (twin.tiles.chosen, twin.tiles.strength) == (live.tiles.chosen, 55)
    pool = twin.tiles.pool
    # what is chosen on the twin is kept, and what is the same is not opened again
    workspace.show_now()
    workspace.show_past(replace(workspace.context, desk=None))
    assert twin.tiles.pool is pool
    twin.tiles.choose(None)
    workspace.show_now()
    assert live.tiles.chosen is None


def test_the_ground_of_the_past_has_no_colour_under_tiles_either(panel, tmp_path):
    open_file(panel, mbtiles(tmp_path / "a", {TRABZON: png(RED)}))
    shows(panel, RED)
    image = QImage(600, 400, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    frame = panel.view.frame()
    WorldLayer(is_past=True, tiles=panel.tiles).paint(painter, frame)
    painter.end()
    x, y = frame.camera.screen(*CENTRE)
    red, green, blue, _ = image.pixelColor(round(x), round(y)).getRgb()
    assert red == green == blue > 40


# ---- servers ----


def chosen(server, **fields):
    return Source(template=server.template, **fields)


def test_no_server_is_asked_before_the_operator_chose_it(make_panel, server):
    source = {"template": server.template, "name": "mine"}
    panel = make_panel({"ground": {"sources": [source], "source": ""}})
    dialog = ServerDialog(panel)
    dialog.chosen.connect(panel.tiles.choose)
    dialog.address.setText(server.template)
    panel.view.grab()
    # a whole second source is read meanwhile: whatever would ask has had its turn
    assert panel.tiles.pool is None
    assert server.connections == 0
    dialog.ok.click()
    shows(panel, RED)
    assert server.asked


def test_a_dialog_says_what_is_wrong_with_an_address(panel):
    dialog = ServerDialog(panel)
    dialog.address.setText("https://a.org/{z}/{x}")
    assert not dialog.ok.isEnabled()
    assert "{y}" in dialog.note.text()
    dialog.address.setText("https://a.org/{z}/{x}/{y}")
    assert dialog.ok.isEnabled()


def test_a_server_is_asked_politely(panel, server):
    panel.tiles.choose(chosen(server))
    shows(panel, RED)
    settled(panel)
    seen = {f"/{one.tile.z}/{one.tile.x}/{one.tile.y}.png" for one in cells_of(panel.view.camera.bounds, 12)}
    # each tile of the view once, and none that is not seen
    assert sorted(server.asked) == sorted(seen)
    assert {one["User-Agent"] for one in server.headers} == {f"groundstation/{__version__}"}
    assert server.connections <= 4
    assert server.most_at_once <= 4


def test_while_the_map_is_zoomed_nothing_is_asked_for(panel, server):
    panel.tiles.choose(chosen(server))
    settled(panel)
    asked, camera = len(server.asked), panel.view.camera
    for step in range(1, 6):
        panel.tiles.look(replace(camera, scale_m=camera.scale_m / 2**step), 1.0)
        assert panel.tiles.is_rough
    assert panel.tiles.pool._wanted == []
    panel.tiles.look(replace(camera, scale_m=camera.scale_m / 2**5), 1.0)
    assert not panel.tiles.is_rough
    wait_until(lambda: len(server.asked) > asked)
    assert {one.split("/")[1] for one in server.asked[asked:]} == {"17"}


def test_who_made_the_map_is_always_named(panel, server):
    assert lines(panel) == []
    panel.tiles.choose(chosen(server, credit="© Somebody"))
    wait(panel, lambda: lines(panel) == ["© Somebody"])
    assert not next(row for row in LAYERS if row.key == "credit").is_switchable
    assert LAYERS[-1].key == "credit"
    panel.tiles.choose(chosen(server))
    wait(panel, lambda: lines(panel) == ["127.0.0.1"])


WRONG = {
    "a page in place of a picture": body(b"<html>log in</html>", kind="text/html"),
    "cut off": body(png()[:-30]),
    "it answers with HTTP 500": body(b"", 500),
    "it answers with HTTP 403": body(b"", 403),
    "it answers with HTTP 400": body(b"", 400),
    "it sends us to 127.0.0.2, which was not chosen": body(b"", 302, Location="http://127.0.0.2:9/a.png"),
    "it sends us round in a circle": body(b"", 302, Location="/again"),
    "more than 4 MB": body(b"\x89PNG\r\n\x1a\n" + bytes(4_000_001)),
    "nonsense": lambda handler: handler.wfile.write(b"what?\r\n\r\n") and setattr(handler, "close_connection", True),
}


@pytest.mark.parametrize("words", WRONG)
def test_a_server_that_is_wrong_is_one_calm_line_and_the_world_stays(panel, server, words):
    bare = colour(panel)
    server.answer = WRONG[words]
    panel.tiles.choose(chosen(server))
    wait(panel, lambda: len(lines(panel)) == 2 and words in lines(panel)[1], words)
    assert "missing" in lines(panel)[1]
    assert colour(panel) == bare
    # it is well again: so is the map, by itself
    server.answer = tile()
    shows(panel, RED)
    wait(panel, lambda: len(lines(panel)) == 1)


def test_a_tile_that_a_server_does_not_have_is_no_trouble(panel, server):
    server.answer = body(b"", 404)
    panel.tiles.choose(chosen(server))
    settled(panel)
    assert len(lines(panel)) == 1
    # each once, and those of three zooms farther away once
    assert len(server.asked) == len(set(server.asked))
    assert {one.split("/")[1] for one in server.asked} == {"12", "11", "10", "9"}


def test_a_redirect_within_the_server_is_followed(panel, server):
    moved, good = body(b"", 301, Location="/moved"), tile()
    server.answer = lambda handler: (good if handler.path == "/moved" else moved)(handler)
    panel.tiles.choose(chosen(server))
    shows(panel, RED)


def test_a_server_that_is_dead_is_one_line(panel, server):
    server.close()
    panel.tiles.choose(chosen(server))
    wait(panel, lambda: len(lines(panel)) == 2)
    assert "the connection is refused" in lines(panel)[1]


@pytest.fixture
def patient(monkeypatch):
    """No time runs out: what ends was ended."""
    monkeypatch.setattr(server_reader, "TIMEOUT_S", 1e5)


@pytest.mark.usefixtures("patient")
def test_what_is_no_more_looked_at_is_cancelled_and_the_newest_view_comes_first(panel, server):
    server.answer = server.never
    panel.tiles.choose(chosen(server))
    wait(panel, lambda: server.at_once == 4)
    before, server.answer = len(server.asked), tile()
    x_m, y_m = CENTRE
    panel.view.restore_view(x_m + 100_000.0, y_m, SCALE_M)
    # all four that wait are hung up, though the server would have let them wait for ever
    wait(panel, lambda: server.hung_up == 4)
    shows(panel, RED, (x_m + 100_000.0, y_m))
    first = server.asked[before].split("/")
    [middle] = cells_of((x_m + 100_000.0, y_m, x_m + 100_001.0, y_m + 1.0), 12)
    assert abs(int(first[2]) - middle.tile.x) <= 1


@pytest.mark.usefixtures("patient")
def test_a_map_that_is_hidden_asks_for_nothing(panel, server):
    server.answer = server.never
    panel.tiles.choose(chosen(server))
    wait(panel, lambda: server.at_once == 4)
    panel.hide()
    wait_until(lambda: server.hung_up == 4)
    assert panel.tiles.pool._wanted == []
    server.answer = tile()
    panel.show()
    shows(panel, RED)


def test_another_source_ends_the_threads_of_the_one_before(panel, server, tmp_path):
    panel.tiles.choose(chosen(server))
    shows(panel, RED)
    threads = panel.tiles.pool.threads
    open_file(panel, mbtiles(tmp_path / "a", {TRABZON: png(GREEN)}))
    shows(panel, GREEN)
    wait_until(lambda: not any(one.is_alive() for one in threads))


# ---- the GUI thread ----


class _Watch:
    found: list[tuple[str, object]] | None = None
    """What the GUI thread did; None while nobody looks."""


_EVENTS = ("socket.", "sqlite3.connect", "open", "urllib.", "http.client.")


def _hook(event, arguments):
    if _Watch.found is None or threading.current_thread() is not threading.main_thread():
        return
    if event.startswith(_EVENTS) and not (event == "open" and isinstance(arguments[0], int)):
        _Watch.found.append((event, arguments[:1]))


@pytest.fixture(scope="session")
def audit():
    # a hook stays for as long as the process
    sys.addaudithook(_hook)


@pytest.mark.usefixtures("audit")
@pytest.mark.parametrize("kind", ["good", "slow", "dead", "file"])
def test_the_gui_thread_calls_no_network_and_no_disk(panel, server, tmp_path, kind):
    path = mbtiles(tmp_path / "a", {TRABZON: png(RED)})
    source = Source(path=str(path)) if kind == "file" else chosen(server)
    if kind == "slow":
        server.answer = server.never
    elif kind == "dead":
        server.close()
    panel.view.grab()
    x_m, y_m = CENTRE
    try:
        _Watch.found = []
        panel.tiles.choose(source)
        for step in range(20):
            panel.view.restore_view(x_m + step * 300.0, y_m, SCALE_M)
            panel.view.grab()
            QApplication.processEvents()
        wait(
            panel,
            {
                "good": lambda: panel.tiles.memory.size_bytes > 0,
                "file": lambda: panel.tiles.memory.size_bytes > 0,
                "slow": lambda: server.at_once > 0,
                "dead": lambda: panel.tiles.trouble.missing > 0,
            }[kind],
        )
        panel.tiles.choose(None)
        found = _Watch.found
    finally:
        _Watch.found = None
    assert found == []
