# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import struct
import zlib

import cbor2
import msgspec
import pytest
from PySide6.QtTest import QSignalSpy

from groundstation.fleet.sensors import PayloadKind
from groundstation.fleet.value_path import ValueRef
from groundstation.transport.bus import Message
from groundstation.ui.sensors_panel.payload_words import HEX_BYTES, differences, hex_dump, laid_out
from groundstation.ui.sensors_panel.sensors_panel import ROOM_HEIGHT, ROOM_WIDTH, SensorsPanel
from groundstation.ui.sensors_panel.topic_detail import CHANGED, HEX, HISTORY, PAYLOAD, PROPERTIES
from tests.ui.support.pretend_fleet import message

JSON, NUMBER, TEXT = PayloadKind.JSON, PayloadKind.NUMBER, PayloadKind.TEXT


@pytest.fixture
def panel(station):
    made = SensorsPanel(station.feed)
    made.resize(900, 700)
    made.show()
    return made


def choose(panel, topic, tab=PAYLOAD):
    panel.refresh()
    panel.tree.setCurrentIndex(panel.model.find(topic))
    panel.detail.tabs.setCurrentIndex(tab)
    panel.detail.refresh()
    return panel.detail.text.toPlainText()


def picture(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(3 * width) for _ in range(min(height, 64)))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


VALUE = {"t": 21.5, "güç": {"akım_a": 1.25}}


@pytest.mark.parametrize("payload", [json.dumps(VALUE).encode(), cbor2.dumps(VALUE), msgspec.msgpack.encode(VALUE)])
def test_what_has_names_is_laid_out_whatever_it_was_packed_in(panel, station, payload):
    station.offer(message("a/b", payload, station.now_s))
    assert json.loads(choose(panel, "a/b")) == VALUE
    assert choose(panel, "a/b", HEX).splitlines()[0].startswith("000000  ")


def test_text_and_csv_are_shown_letter_by_letter_and_nothing_steers(panel, station):
    station.offer(message("a/t", "satır <b>1</b>\nsatır\u202e 2".encode(), station.now_s))
    assert choose(panel, "a/t") == "satır <b>1</b>\nsatır\N{REPLACEMENT CHARACTER} 2"
    station.offer(message("a/c", b"t;h\n21,5;40", station.now_s))
    assert choose(panel, "a/c") == "t;h\n21,5;40"


@pytest.mark.parametrize(("size", "is_cut"), [(HEX_BYTES, False), (HEX_BYTES + 1, True)])
def test_a_dump_of_bytes_is_bounded(size, is_cut):
    rows = hex_dump(bytes(size)).splitlines()
    assert ("1 bytes more" in rows[-1]) is is_cut
    assert rows[0] == "000000  " + "  ".join(["00 " * 7 + "00"] * 2) + "  " + "." * 16


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (b'{"a": 1, "b": {"c": 2}}', b'{"a": 1, "b": {"c": 3}, "d": "x"}', ["b.c: 2 → 3  (+1)", "+ d: x"]),
        (b'{"a": 1, "b": 2}', b'{"b": 2}', ["\N{MINUS SIGN} a: 1"]),
        (b'{"on": false}', b'{"on": true}', ["on: False → True"]),
        (b'{"a": [1, 2]}', b'{"a": [1, 4]}', ["a.1: 2 → 4  (+2)"]),
        (b'{"a": 1}', b'{"a": 1.0}', []),
    ],
)
def test_a_difference_names_what_changed(before, after, told):
    assert differences(before, JSON, after, JSON) == told


def test_a_difference_of_numbers_and_of_text():
    assert differences(b"20,5", NUMBER, b" 21 ", NUMBER) == ["20.5 → 21  (+0.5)"]
    assert differences(b"a\nb", TEXT, b"a\nc", TEXT) == [" a", "-b", "+c"]
    assert differences(b"1", NUMBER, b"x", TEXT) == ["-1", "+x"]
    assert differences(b"same", TEXT, b"same", TEXT) == []


def test_a_json_that_is_too_deep_or_odd_is_shown_as_bytes_or_text():
    deep = b'{"a":' * 3_000 + b"1" + b"}" * 3_000
    assert laid_out(deep, JSON)
    assert laid_out(cbor2.dumps({"x": b"\x01\x02", "y": {1: 2}}), PayloadKind.CBOR).count("01 02") == 1


def test_what_was_said_before_it_was_chosen_is_there_too(panel, station):
    for value in (b"1", b"2", b"4"):
        station.offer(message("a/b", value, station.now_s), message("a/c", b"0", station.now_s))
        station.now_s += 1.0
    rows = choose(panel, "a/b", HISTORY).splitlines()
    assert [row.split()[-1] for row in rows] == ["4", "2", "1"]
    assert rows[0].split()[:2] == ["1.0", "s"]
    assert choose(panel, "a/b", CHANGED) == "2 → 4  (+2)"
    station.offer(message("a/b", b"9", station.now_s))
    panel.refresh()
    assert panel.detail.text.toPlainText() == "4 → 9  (+5)"


def test_properties_are_named_and_what_is_not_known_is_said_to_be(panel, station):
    told = (("ContentType", "text/plain"), ("UserProperty.birim", "°C"))
    station.offer(Message("a/b", b"1", 1, 1, False, station.now_s, told))
    rows = choose(panel, "a/b", PROPERTIES).splitlines()
    assert [row.split() for row in rows] == [["ContentType", "text/plain"], ["UserProperty.birim", "°C"]]
    assert "QoS 1" in panel.detail._facts.text()
    station.offer(Message("a/b", b"1", 1, 0, False, station.now_s, ()))
    assert choose(panel, "a/b", PROPERTIES) == "It came without properties"
    station.offer(message("a/b", b"1", station.now_s))
    assert choose(panel, "a/b", PROPERTIES).startswith("Not known")


def test_a_picture_is_drawn_and_one_that_says_it_is_huge_is_not(panel, station):
    station.offer(message("a/p", picture(64, 48), station.now_s))
    choose(panel, "a/p")
    assert not panel.detail.picture.pixmap().isNull()
    assert "64 x 48" in panel.detail._facts.text()
    station.offer(message("a/p", picture(60_000, 60_000), station.now_s))
    panel.refresh()
    assert panel.detail.picture.pixmap().isNull()
    assert "too large to be drawn" in panel.detail._facts.text()
    station.offer(message("a/p", picture(64, 48)[:30], station.now_s))
    panel.refresh()
    assert panel.detail.picture.pixmap().isNull()


def test_a_paused_topic_is_shown_as_it_was(panel, station):
    station.offer(message("a/b", b"1", station.now_s))
    choose(panel, "a/b")
    panel.acts.pause(panel.model.row_at(panel.model.find("a")))
    station.now_s += 3.0
    station.offer(message("a/b", b"2", station.now_s))
    assert choose(panel, "a/b") == "1"
    assert "paused for 3.0 s" in panel.detail._facts.text()
    panel.acts.resume(panel.model.row_at(panel.model.find("a")))
    assert choose(panel, "a/b") == "2"


def test_its_numbers_go_into_a_plot(panel, station):
    station.offer(message("a/b", b'{"x": 1, "y": {"z": 2}}', station.now_s), message("a/t", b"text", station.now_s))
    choose(panel, "a/b")
    spy = QSignalSpy(panel.plot_requested)
    panel.detail.plot_button.click()
    assert spy.at(0)[0] == [ValueRef("a/b", "x"), ValueRef("a/b", "y.z")]
    choose(panel, "a/t")
    assert not panel.detail.plot_button.isEnabled()


def test_a_topic_whose_payload_made_room_says_so(panel, station):
    station.offer(message("a/b", b"1", station.now_s))
    choose(panel, "a/b")
    tree = station.feed.topics
    tree.forget(tree.find("a/b"))
    panel.refresh()
    assert panel.detail._title.text() == "Choose a topic to see all of it"


@pytest.mark.parametrize(
    ("width", "height", "is_shown"),
    [
        (ROOM_WIDTH - 1, ROOM_HEIGHT - 1, False),
        (ROOM_WIDTH, ROOM_HEIGHT - 1, True),
        (ROOM_WIDTH - 1, ROOM_HEIGHT, True),
    ],
)
def test_where_there_is_little_room_it_is_shown_when_it_is_asked_for(panel, station, width, height, is_shown):
    station.offer(message("a/b", b"1", station.now_s))
    panel.refresh()
    panel.resize(width, height)
    assert panel.detail.isVisible() is is_shown
    panel.detail_button.click()
    assert panel.detail.isVisible() is not is_shown
