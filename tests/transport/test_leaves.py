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


def test_every_field_is_one_of_the_state() -> None:
    parts = {one.field for one in leaves.LEAVES} - {"", "samples"}
    assert parts <= set(VehicleState.__struct_fields__)


def test_every_stream_of_a_bridge_has_its_row() -> None:
    assert [leaves.stream(one.name).content for one in STREAMS] == [leaves.TLM_MOTION.content] * len(STREAMS)


def test_a_stream_of_a_newer_bridge_has_samples_in_it_and_nothing_else_is_guessed() -> None:
    found = {
        topic: leaves.leaf_of(topics.parse(topic)) for topic in ("sim/a/tlm/new", "sim/a/new", "sim/_gs/a/tlm/new")
    }
    assert list(found.values()) == [leaves.TLM_DETAIL, None, None]


OWNERS = {
    leaves.VEHICLE: "<root>/<id>",
    topics.BRIDGE: "<root>/_bridge/<bid>",
    topics.STATION: "fleet/_gs/<gid>",
    topics.RECORDER: "fleet/_recorder/<id>",
    topics.ENGINE: "fleet/_engine/<id>",
    topics.ALARM: "fleet/_alm/<key>",
}


def told_by_architecture() -> dict[str, tuple[int, bool]]:
    """QoS by topic, and whether it is retained; a name alone in a row has the owner of the one before it."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    table = text[text.index("## Topics") : text.index("Nothing depends on retained")]
    told = {}
    for names, qos, retained in re.findall(r"^\| (`.+?) \| (\d) \| (yes|no|never) \|", table, re.MULTILINE):
        owner = ""
        for name in re.findall(r"`([^`]+)`", names):
            owner = next((one for one in (*OWNERS.values(), "<root>/_all") if name.startswith(f"{one}/")), owner)
            told[f"{owner}/{name.removeprefix(f'{owner}/')}"] = int(qos), retained == "yes"
    return told


def test_the_topics_of_the_architecture_are_those_of_the_table() -> None:
    rows = {f"{OWNERS[one.owner]}/{one.name}": (one.qos, one.is_retained) for one in leaves.LEAVES}
    # any leaf goes there again, and every bridge is asked at once: neither is a row of its own
    patterns = {"<root>/<id>/late/<leaf>", "<root>/_bridge/<bid>/late/<leaf>", "<root>/_all/sync/req"}
    told = told_by_architecture()
    assert {name: how for name, how in told.items() if name not in patterns} == rows
    assert patterns <= told.keys()
