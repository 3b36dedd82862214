# SPDX-License-Identifier: Apache-2.0
"""What CONTRIBUTING says that one touches to add something is done in a copy of the tree, and what comes of it is seen."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
EDIT = re.compile(
    r"\*\*`(?P<path>[^`]+)`\*\*, (?P<how>a new file|at the end|before its last line|(?:behind|in place of) `(?P<line>[^\n]+)`)"
    r":\n\n```\n(?P<code>.*?)```",
    re.DOTALL,
)

PROOFS = {
    "a MAVLink message to the panel": """
from pymavlink.dialects.v20 import ardupilotmega as dialect
from groundstation.fleet.fleet_filter import parse_filter
from groundstation.fleet.identity import Autopilot as Firmware
from groundstation.fleet.summary import summary_of
from groundstation.mavlink.decode import DECODERS, IGNORED
from groundstation.mavlink.stream_requests import WANTED_HZ
from groundstation.transport.inbox import Inbox
from groundstation.fleet.roster import Fleet
from groundstation.ui.vehicle_panel.value_rows import value_groups
from tests.support.vehicles import Autopilot, Bench
bench, autopilot = Bench(), Autopilot()
peer = bench.peer()
bench.run(1.0, (peer, autopilot))
bench.hear(peer, autopilot.pack(dialect.MAVLink_rpm_message(1234.0, 0.0)))
bench.run(2.0, (peer, autopilot))
inbox, fleet = Inbox(), Fleet()
bench.bus.deliver_to(inbox, bench.clock())
fleet.fold(inbox.drain().updates)
(state,) = fleet
rows = {row.path: row.value for group in value_groups(state, bench.clock()) for row in group.rows}
assert rows["rotor.rpm"] == 1234.0, rows
assert parse_filter("rotor.rpm > 500")(summary_of(state, bench.clock())) is True
assert not set(DECODERS) & set(IGNORED)
assert "RPM" in WANTED_HZ[Firmware.ARDUPILOT], "it is not asked for"
""",
    "a leaf": """
from groundstation.fleet.note import Note
from groundstation.fleet.roster import Fleet
from groundstation.logs.mcap.schemas import schema_of_leaf
from groundstation.fleet.sensors import matches
from groundstation.transport import leaves, topics
from groundstation.transport.bus import Outgoing
from groundstation.transport.inbox import Inbox
from groundstation.transport.lanes import Lane, lane_of
from tests.support.vehicles import Autopilot, Bench
bench, autopilot = Bench(), Autopilot()
bench.run(1.0, (bench.peer(), autopilot))
(vehicle,) = bench.hearing.vehicles.values()
vehicle.say(leaves.NOTE, Note(text="new motor"))
bench.publisher.flush()
(sent,) = [one for one in bench.bus.sent if one.topic == "fleet/uav-1/note"]
assert (sent.qos, sent.retain, lane_of(sent)) == (1, True, Lane.STATE)
assert any(matches(one, sent.topic) for one in leaves.station_filters("fleet"))
assert b"text" in schema_of_leaf(leaves.NOTE)
inbox, fleet = Inbox(), Fleet()
bench.bus.deliver_to(inbox, bench.clock())
fleet.fold(inbox.drain().updates)
(state,) = fleet
assert state.note == Note(text="new motor"), state.note
""",
    "a panel": """
from PySide6.QtCore import QSettings
from groundstation.transport.bus import BusStatus
from groundstation.transport.inbox import Inbox
from groundstation.ui.application import make_application
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.main_window import MainWindow
from groundstation.ui.panels import PANELS
from groundstation.ui.wind_panel import WindPanel
app = make_application(["test"])
window = MainWindow(FleetFeed(Inbox(), BusStatus), QSettings("window.ini", QSettings.Format.IniFormat))
window.show()
app.processEvents()
window.panel(WindPanel).refresh()
assert window.dock("wind").windowTitle() == "Wind"
assert PANELS[-1].name == "wind", "it takes the keys of others"
window.leave()
""",
    "a map layer": """
from PySide6.QtCore import QPointF
from groundstation.ui.map_panel.layers import LAYERS
from groundstation.ui.map_panel.zone_layer import ZoneLayer
(row,) = [one for one in LAYERS if one.key == "zone"]
layer = row.make(None)
assert isinstance(layer, ZoneLayer)
assert layer.hit(None, QPointF(110, 110)) == "zone"
assert layer.hit(None, QPointF(10, 10)) is None
""",
    "a theme": """
from PySide6.QtCore import QSettings
from groundstation.transport.bus import BusStatus
from groundstation.transport.inbox import Inbox
from groundstation.ui.application import make_application
from groundstation.ui.fleet_feed import FleetFeed
from groundstation.ui.main_window import MainWindow
from groundstation.ui.theme.inks import wearing
from groundstation.ui.theme.night import NIGHT
app = make_application(["test"])
window = MainWindow(FleetFeed(Inbox(), BusStatus), QSettings("window.ini", QSettings.Format.IniFormat))
window.show()
menu = next(one for one in window.menu_bar.actions() if one.text() == "&View").menu()
theme = next(one for one in menu.actions() if one.text() == "&Theme").menu()
next(one for one in theme.actions() if one.text() == "Night").trigger()
app.processEvents()
assert wearing().theme is NIGHT
seen = window.top_bar.grab().toImage()
assert "#0a0d10" in {seen.pixelColor(x, 3).name() for x in range(seen.width())}
window.leave()
""",
    "a conversation": """
from pymavlink.dialects.v20 import ardupilotmega as dialect
from groundstation.fleet.commands import CommandState
from tests.support.vehicles import Autopilot, Bench
bench, autopilot = Bench(), Autopilot()
peer = bench.peer()
bench.run(1.0, (peer, autopilot))
(vehicle,) = bench.hearing.vehicles.values()
assert vehicle.list.start(bench.clock())
for number, name in enumerate((b"A", b"B")):
    bench.hear(peer, autopilot.pack(dialect.MAVLink_param_value_message(name, 1.5, 9, 2, number)))
assert vehicle.list.values == {"A": 1.5, "B": 1.5}
assert (vehicle.list.is_over, vehicle.list.outcome.state) == (True, CommandState.ACCEPTED)
""",
}


class Edit(NamedTuple):
    path: str
    how: str
    """As the page says it; a line of the file may follow."""
    line: str | None
    """That line."""
    code: str


def edits_of(title: str) -> list[Edit]:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    section = text[text.index(f"### ... {title}\n") :].split("\n### ")[0]
    assert len(EDIT.findall(section)) == section.count("\n**`"), "an edit is not written as the others"
    return [Edit(one["path"], one["how"], one["line"], one["code"]) for one in EDIT.finditer(section)]


def apply(edit: Edit, tree: Path) -> None:
    path = tree / edit.path
    if edit.how == "a new file":
        assert not path.exists()
        path.write_text(edit.code)
        return
    lines = path.read_text().splitlines(keepends=True)
    at = len(lines) - (edit.how == "before its last line")
    if edit.line is not None:
        assert lines.count(f"{edit.line}\n") == 1, f"{edit.path} has not one line {edit.line!r}"
        at = lines.index(f"{edit.line}\n") + 1
        if edit.how.startswith("in place of"):
            at -= 1
            del lines[at]
    path.write_text("".join([*lines[:at], edit.code, *lines[at:]]))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("groundstation", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "data", "flown"))
    (tmp_path / "resources").symlink_to(ROOT / "resources")
    return tmp_path


def prove(tree: Path, code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_everything_that_the_page_tells_is_proven() -> None:
    titles = re.findall(r"^### \.\.\. (.+)$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert titles == list(PROOFS)
    assert all(edits_of(title) for title in titles)


@pytest.mark.parametrize("title", PROOFS)
@pytest.mark.long
def test_what_the_page_tells_a_newcomer_to_touch_is_enough(title: str, tree: Path) -> None:
    assert prove(tree, PROOFS[title]).returncode != 0, "it is there already"
    for edit in edits_of(title):
        apply(edit, tree)
    done = prove(tree, PROOFS[title])
    assert done.returncode == 0, done.stderr[-2_000:]
