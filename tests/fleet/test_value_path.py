# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import msgspec
import pytest

from groundstation.fleet import value_path
from groundstation.fleet.core_values import CORE_PATHS
from groundstation.fleet.energy import BatteryPack
from groundstation.fleet.fleet_filter import parse_filter
from groundstation.fleet.kinds import Samples
from groundstation.fleet.link import LinkQuality, LinkReport
from groundstation.fleet.navigation import GpsFix, GpsReceiver, Vibration
from groundstation.fleet.status import Landed, LandedState
from groundstation.fleet.summary import summary_of
from groundstation.fleet.value_path import INSTEAD, ValueRef, exists, getter, json_from_refs, number, refs_from_json
from groundstation.fleet.vehicle import VehicleState
from groundstation.logs.report.chart_table import CHARTS
from groundstation.logs.series import TABLES
from tests.support.updates import KEY

RADIO, LTE = "serial:/dev/ttyUSB0:57600", "udpin:0.0.0.0:14550"
LINKS = LinkReport(
    links=(
        LinkQuality(at_s=1.0, link=RADIO, rtt_ms=200.0),
        LinkQuality(at_s=1.0, link=LTE, rtt_ms=60.0, is_best=True),
    )
)
SAMPLES = Samples(
    battery=(BatteryPack(at_s=1.0, index=1, voltage_v=12.6, cells_v=(4.2, 4.1, 4.3), charge_fraction=0.25),),
    gps=(GpsReceiver(at_s=1.0, index=0, fix=GpsFix.RTK_FIXED, satellites=21),),
    vibration=Vibration(at_s=1.0, clipping=(3, 9, 1)),
    landed=Landed(at_s=1.0, state=LandedState.IN_AIR),
)
STATE = VehicleState(key=KEY, link=LINKS, **{name: getattr(SAMPLES, name) for name in SAMPLES.__struct_fields__})

VALUES = {
    "battery.1.voltage_v": 12.6,
    "battery.0.voltage_v": None,  # the pack whose index is 0, not the first one there is
    "battery.1.cells_v.1": 4.1,
    "battery.1.cells_v.3": None,
    "vibration.clipping.0": 3.0,
    "vibration.clipping": 9.0,
    "gps.0.fix": 6.0,
    "landed.state": 0.0,
    "position.lat_deg": None,
    f"link.{RADIO}.rtt_ms": 200.0,
    f"link.{LTE}.is_best": 1.0,
    "link.best.rtt_ms": 60.0,
    "link.nowhere.rtt_ms": None,
}


@pytest.mark.parametrize(("path", "value"), VALUES.items())
def test_a_value_is_read_by_its_address(path: str, value: float | None) -> None:
    assert exists(path)
    assert number(getter(path)(STATE)) == value


@pytest.mark.parametrize("path", [one for one in VALUES if not one.startswith("link.")])
def test_samples_as_they_are_recorded_are_read_by_the_same_address(path: str) -> None:
    told = msgspec.json.decode(msgspec.json.encode(SAMPLES), type=Samples)
    assert number(value_path.value_in(told, path)) == VALUES[path]
    assert value_path.value_in(LINKS, path) is None


def test_a_link_report_is_read_by_the_same_address() -> None:
    assert value_path.value_in(LINKS, "link.best.rtt_ms") == 60.0
    assert value_path.value_in(SAMPLES, "link.best.rtt_ms") is None


@pytest.mark.parametrize(
    "path",
    ["", "battery", "battery.voltage_v", "battery.x.voltage_v", "battery.0", "battery.0.nothing", "position",
     "position.0.lat_deg", "position.lat_deg.lon_deg", "nothing.lat_deg", "link.best", "link.best.nothing", "key.id"],
)  # fmt: skip
def test_what_leads_nowhere_is_no_address(path: str) -> None:
    assert not exists(path)
    assert number(getter(path)(STATE)) is None


def test_every_address_that_is_written_down_leads_somewhere() -> None:
    charts = [line.path for chart in CHARTS for axis in (chart.left, chart.right) if axis for line in axis.lines]
    vocabularies = [path for table in TABLES.values() for path in table]
    instead = [*INSTEAD, *(path for paths in INSTEAD.values() for path, _ in paths)]
    written = [*charts, *vocabularies, *instead, *CORE_PATHS]
    assert [path for path in written if not exists(path)] == []


def test_units_and_labels_follow_from_the_field() -> None:
    shown = {path: (value_path.unit_of_path(path).symbol, value_path.label_of_path(path)) for path in VALUES}
    assert shown["battery.1.cells_v.1"] == ("V", "Cells")
    assert shown["link.best.rtt_ms"] == ("ms", "RTT")


def test_references_survive_settings_and_damage() -> None:
    refs = [ValueRef(KEY, "battery.0.voltage_v"), ValueRef("site/a/ nem", "")]
    assert refs_from_json(json_from_refs(refs)) == refs
    assert refs_from_json(b'[{"source": 3}]') == refs_from_json("{") == []


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("battery.1.voltage_v < 12.7", True), ("battery.1.voltage_v < 12.6", False), ("battery.0.voltage_v < 99", False),
        ("not battery.0.voltage_v < 99", False), ("gps.0.satellites >= 21 and flying", True),
        ("battery.1.charge_fraction == 25%", True), ("100 > link.best.rtt_ms", True), ("GPS.0.Satellites > 20", True),
    ],
)  # fmt: skip
def test_a_filter_may_ask_for_any_address(text: str, passes: bool) -> None:
    state = msgspec.structs.replace(STATE, connection=None)
    assert parse_filter(text)(summary_of(state, 1.0)) is passes
