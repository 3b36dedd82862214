# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from pathlib import Path

from groundstation.bridge.streams import STREAMS
from groundstation.fleet.vehicle import VehicleState
from groundstation.transport import leaves, topics

ROOT = Path(__file__).parents[2]


def test_every_row_is_the_only_one_of_its_leaf() -> None:
    addresses = [(one.owner, one.name) for one in leaves.LEAVES]
    assert len(set(addresses)) == len(addresses)


def test_every_part_is_a_field_of_the_state() -> None:
    parts = {one.part for one in leaves.LEAVES} - {"", "samples"}
    assert parts <= set(VehicleState.__struct_fields__)


def test_every_stream_of_a_bridge_has_its_row() -> None:
    assert [leaves.stream(one.name).content for one in STREAMS] == [leaves.TLM_MOTION.content] * len(STREAMS)


def test_a_stream_of_a_newer_bridge_has_samples_in_it_and_nothing_else_is_guessed() -> None:
    found = {
        topic: leaves.leaf_of(topics.parse(topic)) for topic in ("sim/a/tlm/new", "sim/a/new", "sim/_gs/a/tlm/new")
    }
    assert list(found.values()) == [leaves.TLM_DETAIL, None, None]


def test_the_topics_of_the_architecture_are_those_of_the_table() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    table = text[text.index("## Topics") : text.index("Nothing depends on retained")]
    told = set(re.findall(r"`([^`<]*<[^`]+)`", table))
    owners = {leaves.VEHICLE: "<id>", topics.BRIDGE: "_bridge/<bid>", topics.STATION: "_gs/<gid>"}
    missing = []
    for one in leaves.LEAVES:
        owner = owners.get(one.owner, "_recorder/<id>")
        root = "fleet" if one.owner in (topics.STATION, topics.RECORDER) else "<root>"
        if f"{root}/{owner}/{one.name}" not in table and one.name not in table:
            missing.append((one.owner, one.name))
    assert not missing, told
