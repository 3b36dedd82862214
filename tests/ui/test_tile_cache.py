# SPDX-License-Identifier: Apache-2.0
"""Tiles of servers on this disk, and when a server is asked again: clocks are moved, nothing is waited for by hope."""

from __future__ import annotations

import sqlite3
import threading

import pytest

from groundstation.fleet.tiles.address import Tile
from groundstation.fleet.tiles.tile_file import TileInfo
from groundstation.ui.map_tiles.disk_cache import ROW_BYTES, DiskCache
from groundstation.ui.map_tiles.reader import ServerError, Wish
from groundstation.ui.map_tiles.server_reader import LONGEST_S, WITHOUT_WORD_S, ServerReader, fresh_for
from groundstation.ui.map_tiles.tile_pool import MOST_FOUND, TilePool
from tests.support.tile_files import GREEN, RED, png
from tests.support.tile_server import body, tile, tile_server
from tests.support.waiting import wait_until

HERE, THERE = Tile(5, 1, 2), Tile(5, 3, 4)
NOW_S = 1_800_000_000.0


class Clock:
    def __init__(self, now_s=NOW_S):
        self.now_s = now_s

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def cache(tmp_path, clock):
    made = DiskCache(tmp_path / "deep" / "tiles.sqlite3", clock)
    yield made
    made.close()


@pytest.fixture
def server():
    with tile_server() as made:
        yield made


@pytest.fixture
def pools():
    made = []
    yield made
    for one in made:
        one.close()


def reader(server, cache):
    return ServerReader(server.template, TileInfo(), cache)


def read(server, cache, one=HERE):
    """As a pool does: what is kept and fresh, else the server."""
    asks = reader(server, cache)
    found = asks.local(one, is_down=False) or asks.ask(one, Wish())
    asks.close()
    return found.data


# ---- the cache ----


def test_what_is_kept_stays_within_the_limit_and_what_was_used_longest_ago_goes_first(tmp_path, clock):
    room = 1000 + ROW_BYTES + len("/0")
    cache = DiskCache(tmp_path / "a", clock, limit_bytes=lambda: 10 * room)
    for number in range(10):
        clock.now_s += 7200.0
        cache.put(f"/{number}", b"x" * 1000, "", "", 1e6)
    assert cache.size_bytes == 10 * room  # just full
    clock.now_s += 7200.0
    assert cache.get("/0").body == b"x" * 1000  # used again
    cache.put("/a", b"x" * 1000, "", "", 1e6)
    # one too many: a tenth of the room is made
    assert cache.size_bytes == 9 * room
    assert [number for number in range(10) if cache.get(f"/{number}") is None] == [1, 2]
    assert cache.get("/a") is not None


def test_the_file_does_not_grow_beyond_what_it_may_keep(tmp_path, clock):
    cache = DiskCache(tmp_path / "a", clock, limit_bytes=lambda: 400_000)
    for number in range(400):
        clock.now_s += 1.0
        cache.put(f"/{number}", bytes(10_000), "", "", 1e6)
    assert cache.size_bytes <= 400_000
    cache.close()
    assert (tmp_path / "a").stat().st_size < 3 * 400_000


def test_what_is_kept_is_there_for_the_next_window(tmp_path, clock):
    first = DiskCache(tmp_path / "a", clock)
    first.put("/1", b"one", "tag", "then", 60.0)
    first.close()
    second = DiskCache(tmp_path / "a", clock)
    assert second.get("/1") == (b"one", "tag", "then", True)
    clock.now_s += 59.9
    assert second.get("/1").is_fresh
    clock.now_s += 0.2
    assert not second.get("/1").is_fresh
    # a clock that was set back makes nothing fresh
    clock.now_s = NOW_S - 61.0
    assert not second.get("/1").is_fresh
    assert second.get("/2") is None


def test_a_cache_that_is_damaged_is_begun_anew(tmp_path, clock):
    (tmp_path / "a").write_bytes(b"no database" * 1000)
    cache = DiskCache(tmp_path / "a", clock)
    assert cache.get("/1") is None
    cache.put("/1", b"one", "", "", 60.0)
    assert cache.get("/1").body == b"one"


def test_a_cache_of_another_version_is_begun_anew(tmp_path, clock):
    with sqlite3.connect(tmp_path / "a") as base:
        base.execute("CREATE TABLE tiles (other TEXT)")
        base.execute("PRAGMA user_version = 99")
    base.close()
    cache = DiskCache(tmp_path / "a", clock)
    cache.put("/1", b"one", "", "", 60.0)
    assert cache.get("/1").body == b"one"


def test_without_a_cache_the_map_works(tmp_path, clock, server):
    (tmp_path / "file").write_text("")
    cache = DiskCache(tmp_path / "file" / "tiles.sqlite3", clock)
    assert [read(server, cache) for _ in range(2)] == [png()] * 2
    assert len(server.asked) == 2
    assert cache.problem


# ---- asking again ----


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, WITHOUT_WORD_S),
        ({"Cache-Control": "max-age=60"}, 60.0),
        ({"Cache-Control": "public, Max-Age=60"}, 60.0),
        ({"Cache-Control": "max-age=60", "Age": "50"}, 10.0),
        ({"Cache-Control": "max-age=60", "Age": "70"}, 0.0),
        ({"Cache-Control": "max-age=999999999999"}, LONGEST_S),
        ({"Cache-Control": "no-cache, max-age=60"}, 0.0),
        ({"Cache-Control": "no-store"}, None),
        ({"Cache-Control": "max-age=soon"}, WITHOUT_WORD_S),
        ({"Expires": "Thu, 01 Jan 2026 00:01:00 GMT", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"}, 60.0),
        ({"Expires": "Thu, 01 Jan 2026 00:00:00 GMT", "Date": "Thu, 01 Jan 2026 00:01:00 GMT"}, 0.0),
        ({"Expires": "0"}, WITHOUT_WORD_S),
        ({"Cache-Control": "max-age=5", "Expires": "Thu, 01 Jan 2099 00:00:00 GMT"}, 5.0),
    ],
)
def test_a_tile_is_good_for_as_long_as_its_server_says(headers, seconds):
    assert fresh_for(headers, NOW_S) == seconds


def test_a_tile_that_is_fresh_is_not_asked_for_again_and_one_that_is_not_with_its_mark(server, cache, clock):
    server.answer = tile(Cache_Control="max-age=60", ETag='"one"', Last_Modified="then")
    assert [read(server, cache) for _ in range(3)] == [png()] * 3
    assert len(server.asked) == 1
    assert "If-None-Match" not in server.headers[0]
    clock.now_s += 61.0
    server.answer = body(b"", 304, Cache_Control="max-age=60")
    assert read(server, cache) == png()
    assert (server.headers[1]["If-None-Match"], server.headers[1]["If-Modified-Since"]) == ('"one"', "then")
    # it is good for another while
    clock.now_s += 59.0
    assert read(server, cache) == png()
    assert len(server.asked) == 2
    clock.now_s += 2.0
    server.answer = body(png(GREEN))
    assert read(server, cache) == png(GREEN)


def test_what_must_not_be_kept_and_what_is_no_picture_is_not_kept(server, cache):
    server.answer = tile(Cache_Control="no-store")
    assert read(server, cache) == png()
    server.answer = body(b"<html>")
    for _ in range(2):
        with pytest.raises(Exception, match="a page in place of a picture"):
            read(server, cache)
    assert cache.size_bytes == 0
    assert len(server.asked) == 3


def test_a_connection_is_kept_and_one_that_the_server_closed_is_opened_again(server, cache):
    asks = reader(server, cache)
    for x in range(5):
        asks.ask(Tile(5, x, 0), Wish())
    assert server.connections == 1

    def closing(handler):
        tile()(handler)
        handler.close_connection = True  # without a word about it

    server.answer = closing
    for x in range(5, 8):
        assert asks.ask(Tile(5, x, 0), Wish()).data == png()
    asks.close()
    assert server.connections == 3


def test_a_server_that_never_answers_is_given_up(server, cache):
    server.answer = server.never
    asks = ServerReader(server.template, TileInfo(), cache, timeout_s=0.05)
    with pytest.raises(ServerError, match="does not answer in time"):
        asks.ask(HERE, Wish())


# ---- the pool ----


def pool_of(pools, server, cache, clock, threads=4):
    made = TilePool(lambda: reader(server, cache), threads, 256, clock)
    pools.append(made)
    return made


def taken(pool, count):
    found = []
    wait_until(lambda: found.extend(pool.take(100)) or len(found) >= count)
    return found


def test_a_server_that_fails_is_tried_by_one_question_and_ever_less_often(server, cache, clock, pools):
    server.answer = body(b"", 503)
    pool = pool_of(pools, server, cache, clock)
    pool.want([Tile(5, x, y) for x in range(5) for y in range(5)])
    wait_until(lambda: len(pool._to_ask) == pool.trouble.missing == 25 and not pool._under_way)
    first = len(server.asked)
    assert first <= 4  # those that were on their way together
    for wait_s in (0.5, 1.0, 2.0):
        asked = len(server.asked)
        clock.now_s += wait_s - 0.01
        pool.want([Tile(5, x, y) for x in range(5) for y in range(5)])
        assert pool._choose()[0] is None  # just before
        clock.now_s += 0.02
        pool.want([Tile(5, x, y) for x in range(5) for y in range(5)])
        wait_until(lambda asked=asked: len(server.asked) > asked and not pool._asking)
        assert len(server.asked) == asked + 1
    server.answer = tile()
    clock.now_s += 5.0
    pool.want([Tile(5, x, y) for x in range(5) for y in range(5)])
    assert {one.tile for one in taken(pool, 25)} == {Tile(5, x, y) for x in range(5) for y in range(5)}
    assert pool.trouble.missing == 0


def test_a_server_that_asks_to_be_left_alone_is_left_alone(server, cache, clock, pools):
    server.answer = body(b"", 429, Retry_After="60")
    pool = pool_of(pools, server, cache, clock, threads=1)
    pool.want([HERE])
    wait_until(lambda: pool.trouble.missing == 1)
    clock.now_s += 59.9
    pool.want([HERE])
    assert pool._choose()[0] is None
    clock.now_s += 0.2
    pool.want([HERE])
    wait_until(lambda: len(server.asked) == 2)


def test_where_the_server_is_gone_what_is_old_is_shown(server, cache, clock, pools):
    server.answer = tile(Cache_Control="max-age=60")
    assert read(server, cache, HERE) == read(server, cache, THERE) == png()
    clock.now_s += 3600.0
    server.close()
    pool = pool_of(pools, server, cache, clock)
    pool.want([Tile(5, 9, 9), HERE, THERE])
    # although the clock stands still, and the server may not be tried again
    assert {one.tile for one in taken(pool, 2)} == {HERE, THERE}
    assert pool.trouble.missing == 1


def test_pictures_that_nobody_takes_stop_the_threads(server, cache, clock, pools):
    many = [Tile(8, x, y) for x in range(10) for y in range(20)]
    pool = pool_of(pools, server, cache, clock)
    pool.want(many)
    wait_until(lambda: len(pool._found) >= MOST_FOUND and not pool._under_way)
    # each of four threads may have been at work on one more
    assert len(pool._found) < MOST_FOUND + 4
    assert len(taken(pool, 200)) == 200


def test_what_was_found_for_a_view_that_is_gone_is_let_go(server, cache, clock, pools):
    gate, arrived = threading.Event(), threading.Event()

    def held(handler):
        arrived.set()
        gate.wait(60)
        tile()(handler)

    server.answer = held
    pool = pool_of(pools, server, cache, clock, threads=1)
    pool.want([HERE])
    assert arrived.wait(60)
    pool.want([THERE])
    gate.set()
    assert [one.tile for one in taken(pool, 1)] == [THERE]


def test_a_fault_of_ours_ends_the_map_and_is_said(pools, caplog):
    def broken():
        raise RuntimeError("ours")

    pool = TilePool(broken, 1, 256)
    pools.append(pool)
    wait_until(lambda: pool.problem)
    assert pool.problem == "tiles can't be read: RuntimeError; report it"
    pool.want([HERE])
    assert not pool.is_busy


def test_colours_of_a_picture_stay(server, cache, clock, pools):
    pool = pool_of(pools, server, cache, clock)
    pool.want([HERE])
    [one] = taken(pool, 1)
    assert one.image.pixelColor(10, 10).getRgb()[:3] == RED
