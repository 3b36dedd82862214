# SPDX-License-Identifier: Apache-2.0
"""A node of Sparkplug B among the topics: values by name with their units, what is wrong with them, who is dead."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt

from groundstation.fleet.value_path import ValueRef
from groundstation.ui.sensors_panel.sensors_panel import SensorsPanel
from groundstation.ui.sensors_panel.topic_detail import CHANGED, HISTORY, PAYLOAD
from groundstation.ui.theme.inks import ink
from groundstation.ui.theme.roles import Ink
from groundstation.ui.value_drag import refs_from_mime
from tests.support import sparkplug_wire as wire
from tests.ui.support.pretend_fleet import message

NODE, TANK = "spBv1.0/Rig A/NDATA/n1", "spBv1.0/Rig A/DDATA/n1/Tank 1"


@pytest.fixture
def panel(station):
    made = SensorsPanel(station.feed)
    made.resize(900, 700)
    made.show()
    return made


@pytest.fixture
def born(station):
    metrics = (
        wire.metric("Temperature", wire.DOUBLE, 21.5, alias=1, unit="°C"),
        wire.metric("Pressure", wire.DOUBLE, 3.0, alias=2, unit="bar", quality=0),
        wire.metric("Up/Down", wire.STRING, "up"),
        wire.metric("Flow", wire.FLOAT),
    )
    level = wire.metric("Level", wire.FLOAT, 3.25, alias=3, unit="m")
    say(station, "NBIRTH", wire.birth(*metrics, life=4))
    say(station, "DBIRTH", wire.payload(level, seq=1), "/Tank 1")
    return station


def say(station, kind, data, device=""):
    station.offer(message(f"spBv1.0/Rig A/{kind}/n1{device}", data, station.now_s))


def below(panel, topic):
    """Values below a topic with their colour."""
    panel.refresh()
    index = panel.model.find(topic)
    if panel.model.canFetchMore(index):
        panel.model.fetchMore(index)
    rows = (panel.model.index(row, 0, index) for row in range(panel.model.rowCount(index)))
    return {
        one.data(): (one.siblingAtColumn(1).data(), one.siblingAtColumn(1).data(Qt.ItemDataRole.ForegroundRole))
        for one in rows
    }


def choose(panel, topic, tab=PAYLOAD):
    panel.refresh()
    panel.tree.setCurrentIndex(panel.model.find(topic))
    panel.detail.tabs.setCurrentIndex(tab)
    panel.detail.refresh()
    return panel.detail.text.toPlainText()


def test_a_birth_shows_values_where_data_are_said(panel, born):
    found = below(panel, NODE)
    assert {name: text for name, (text, _) in found.items()} == {
        "Flow": "—", "Node Control/Rebirth": "false", "Pressure": "3 bar  bad", "Temperature": "21.5 °C",
        "Up/Down": "up", "bdSeq": "4",
    }  # fmt: skip
    assert found["Temperature"][1] == ink(Ink.TEXT)
    assert found["Pressure"][1] == found["Flow"][1] == ink(Ink.MUTED)


def test_values_change_by_their_alias(panel, born):
    below(panel, NODE)
    say(born, "NDATA", wire.payload(wire.metric(alias=1, datatype=wire.DOUBLE, value=-4.0, tells_type=False), seq=2))
    assert below(panel, NODE)["Temperature"][0] == "-4 °C"
    say(born, "NDATA", wire.payload(wire.metric(alias=1), seq=3))
    assert below(panel, NODE)["Temperature"][0] == "—"


def test_values_of_the_dead_are_old_and_said_to_be(panel, born):
    assert below(panel, TANK)["Level"] == ("3.25 m", ink(Ink.TEXT))
    say(born, "NDEATH", wire.death(life=4))
    assert below(panel, TANK)["Level"] == ("3.25 m", ink(Ink.MUTED))
    choose(panel, TANK)
    assert "its node is dead: these values are old" in panel.detail._facts.toolTip() + panel.detail._facts.text()
    assert "dead: these values are old" in panel.model.find(NODE).data(Qt.ItemDataRole.ToolTipRole)


def test_one_message_closely_has_names_units_and_its_own_words(panel, born):
    say(born, "NDATA", wire.payload(wire.metric(alias=1, datatype=wire.DOUBLE, value=22.0, tells_type=False), seq=2))
    text = choose(panel, NODE)
    assert "Temperature           22 °C" in text
    assert '"alias 1": 22.0' in text
    assert "alias 1 22" in choose(panel, NODE, HISTORY)
    assert "21.5" in choose(panel, NODE, CHANGED) + choose(panel, NODE, HISTORY)
    assert '"Temperature"' in choose(panel, "spBv1.0/Rig A/NBIRTH/n1")


def test_a_value_is_dragged_by_its_name_and_a_line_breaks_where_it_is_not_known(panel, born):
    panel.refresh()
    index = panel.model.find(TANK)
    panel.model.fetchMore(index)
    (ref,) = refs_from_mime(panel.model.mimeData([panel.model.index(0, 0, index)]))
    assert ref == ValueRef(TANK, "Level")
    series = born.feed.history.track(ref)
    born.now_s += 1.0
    say(
        born,
        "DDATA",
        wire.payload(wire.metric(alias=3, datatype=wire.FLOAT, value=4.0, tells_type=False), seq=2),
        "/Tank 1",
    )
    assert series.newest == (born.now_s, 4.0)
    born.now_s += 1.0
    say(born, "NDEATH", wire.death(life=4))
    assert series.newest[0] == born.now_s
    assert math.isnan(series.newest[1])


def test_a_node_with_thousands_of_values_is_shown(panel, station):
    metrics = [wire.metric(f"m{number}", wire.BOOLEAN, value=True) for number in range(3_000)]
    say(station, "NBIRTH", wire.birth(*metrics))
    assert len(below(panel, NODE)) == 3_002
    assert "… 1,002 more" in choose(panel, NODE)
