# SPDX-License-Identifier: Apache-2.0
"""Every search finds what a Turkish keyboard writes: i, ı, I and İ are one letter, and accents don't count."""

from __future__ import annotations

import pytest

from groundstation.fleet.events import EventKind, Severity
from groundstation.fleet.fleet_filter import parse_filter
from groundstation.fleet.folded import folded
from groundstation.fleet.summary import summary_of
from groundstation.ui.commands_panel.journal_model import JournalFilter
from groundstation.ui.logbook_panel.logbook_columns import Column
from groundstation.ui.logbook_panel.row_model import RowModel
from groundstation.ui.messages.message_model import MessageFilter
from groundstation.ui.messages.message_store import LogEntry
from groundstation.ui.palette.entries import Entry, matching
from groundstation.ui.vehicle_panel.value_tree import ValueTree
from tests.ui.support.commanding import flying

WRITTEN = ("kabin ışığı", "KABİN IŞIĞI", "Kabin Isigi", "kabın ısıgı")


@pytest.mark.parametrize("text", WRITTEN)
@pytest.mark.parametrize("wanted", WRITTEN)
def test_all_ways_to_write_it_are_one(text, wanted):
    assert folded(text) == folded(wanted) == "kabin isigi"
    assert folded(text) != folded("kabin ışını")


@pytest.mark.parametrize("wanted", WRITTEN)
def test_messages(wanted):
    [vehicle] = flying(1)
    entry = LogEntry(vehicle.key, "Kabin Işığı açık", Severity.INFO, EventKind.STATUS_TEXT, 1.0, 1.0)
    assert MessageFilter(text=wanted).passes(entry)
    assert not MessageFilter(text="ışını").passes(entry)


@pytest.mark.parametrize("wanted", WRITTEN)
def test_the_logbook(app, wanted):
    model = RowModel((Column("Name", 10, str, lambda row: row),))
    model.set_rows(["KABİN IŞIĞI", "other"])
    model.set_filter(wanted)
    assert model.rows == ["KABİN IŞIĞI"]


@pytest.mark.parametrize("wanted", WRITTEN)
def test_the_palette(wanted):
    there = Entry("Kabin Işığı", "panel", "", True, False, lambda: None)
    assert matching([there], wanted) == [there]


@pytest.mark.parametrize("wanted", ["IŞIK", "ışık", "isik", "İŞİK"])
def test_the_fleet(station, commands, wanted):
    [vehicle] = flying(1)
    commands.hear(vehicle)
    state = station.feed.fleet.get(vehicle.key)
    summary = summary_of(state, station.now_s)
    named = type(summary)(**{name: getattr(summary, name) for name in summary.__struct_fields__} | {"name": "Işık"})
    assert parse_filter(wanted)(named)
    assert parse_filter(f"name : {wanted}")(named)
    assert not parse_filter("ışın")(named)


def test_values_of_a_vehicle(window, commands):
    [vehicle] = flying(1)
    commands.hear(vehicle)
    window.selection.select((vehicle.key,))
    commands.station.pass_time(0.4)
    tree = window.findChildren(ValueTree)[0]
    shown = tree.tree.model()
    tree.search("LATİTUDE")
    assert 0 < shown.rowCount() < 5
    tree.search("no such value")
    assert shown.rowCount() == 0
    tree.search("")
    assert shown.rowCount() > 5


def test_commands(app):
    class Row:
        haystack = folded("uav-1 KABİN IŞIĞI")
        state = None

    wanted = JournalFilter(words=tuple(folded("kabin isigi").split()))
    assert all(word in Row.haystack for word in wanted.words)
