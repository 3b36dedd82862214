# SPDX-License-Identifier: Apache-2.0
"""Who else speaks on a vehicle's system id, and on its link."""

from __future__ import annotations

import pytest

from groundstation.bridge.telemetry import MAX_PARTS
from groundstation.fleet.events import EventKind
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.link import ConnReason
from tests.support.vehicles import Autopilot, Bench

GENERIC = 0


@pytest.mark.parametrize(
    ("compid", "mav_type", "name"), [(191, 18, "companion (191)"), (154, 26, "gimbal (154)"), (100, 30, "camera (100)")]
)
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("is_on_own_link", [True, False])
def test_a_component_of_a_vehicle_never_makes_renames_or_blocks_one(
    compid: int, mav_type: int, name: str, is_first: bool, is_on_own_link: bool
) -> None:
    bench = Bench()
    peer = bench.peer()
    other = bench.peer("payload") if is_on_own_link else peer
    vehicle, component = Autopilot(), Autopilot(mav_type=mav_type, firmware=GENERIC, compid=compid)
    if is_first:
        bench.run(3.0, (other, component))
        assert not bench.hearing.vehicles
    bench.run(3.0, (peer, vehicle), (other, component))
    assert [key.id for key in bench.hearing.vehicles] == ["uav-1"]
    assert bench.bus.contents("conn")[-1].conflict is None
    assert bench.bus.contents("info")[-1].components == (name,)
    assert bench.bus.contents("info")[-1].mav_type == 2
    # a component that says that its clock began elsewhere restarts nobody
    assert {one.reason for one in bench.bus.contents("conn")} == {ConnReason.DISCOVERED}
    bench.run(32.0, (peer, vehicle))
    assert bench.bus.contents("info")[-1].components == ()


def test_what_a_component_says_belongs_to_its_vehicle_and_names_it() -> None:
    bench, peer = Bench(), Bench().peer()
    vehicle, companion = Autopilot(), Autopilot(mav_type=18, firmware=8, compid=191)
    pack = Autopilot(compid=180)
    bench.run(2.0, (peer, vehicle), (peer, companion))
    bench.hear(peer, companion.text("Lidar lost"), vehicle.battery(0, 80), pack.battery(0, 40), pack.battery(1, 30))
    bench.run(1.5, (peer, vehicle))
    (text,) = [one for one in bench.bus.contents("evt") if one.kind is EventKind.STATUS_TEXT]
    assert (text.text, text.component, text.words) == (
        "Lidar lost",
        "companion (191)",
        "companion (191): Lidar lost",
    )
    packs = [one.battery for one in bench.bus.contents("tlm/status") if one.battery][-1]
    assert [(one.index, one.component, one.charge_fraction) for one in packs] == [
        (0, "", 0.8),
        (18_000, "battery (180)", 0.4),
        (18_001, "battery (180)", 0.3),
    ]


def test_a_radios_report_is_of_its_link_and_of_the_vehicles_heard_over_it() -> None:
    bench = Bench()
    air, wire = bench.peer("air"), bench.peer("wire")
    first, second, far = Autopilot(1), Autopilot(2), Autopilot(3)
    radio = Autopilot(51, compid=68)
    bench.run(1.0, (air, first), (air, second), (wire, far))
    bench.hear(air, radio.radio(190, 170))
    bench.run(1.5, (air, first), (air, second), (wire, far))
    assert [key.id for key in bench.hearing.vehicles] == ["uav-1", "uav-2", "uav-3"]
    for vehicle in ("uav-1", "uav-2"):
        (link,) = bench.bus.contents("link", vehicle)[-1].links
        assert (link.radio.rssi, link.radio.remote_rssi) == (190, 170)
        assert any(one.radio is not None and one.radio.rssi == 190 for one in bench.bus.contents("tlm/detail", vehicle))
    assert bench.bus.contents("link", "uav-3")[-1].links[0].radio is None
    bench.run(13.0, (air, first), (air, second))
    assert bench.bus.contents("link", "uav-1")[-1].links[0].radio is not None
    bench.run(2.0, (air, first), (air, second))
    assert bench.bus.contents("link", "uav-1")[-1].links[0].radio is None


def test_inavs_component_is_the_autopilot_where_no_other_shows_itself() -> None:
    bench, peer = Bench(), Bench().peer()
    inav = Autopilot(firmware=GENERIC, compid=200)
    bench.run(2.9, (peer, inav))
    assert not bench.hearing.vehicles
    bench.run(1.2, (peer, inav))
    assert bench.bus.contents("info")[-1].compid == 200
    stranger = Autopilot(compid=77)
    bench.run(30.0, (peer, inav), (peer, stranger))
    assert [key.id for key in bench.hearing.vehicles] == ["uav-1"]
    assert bench.bus.contents("info")[-1].compid == 200


def test_one_forged_heartbeat_takes_nobodys_place_and_two_make_component_1_the_autopilot() -> None:
    bench, peer = Bench(), Bench().peer()
    inav, real = Autopilot(firmware=GENERIC, compid=200), Autopilot()
    bench.run(5.0, (peer, inav))
    bench.hear(peer, real.heartbeat())
    bench.run(25.0, (peer, inav))
    bench.hear(peer, real.heartbeat())
    assert bench.bus.contents("info")[-1].compid == 200
    bench.run(2.0, (peer, inav), (peer, real))
    assert [key.id for key in bench.hearing.vehicles] == ["uav-1"]
    assert (bench.bus.contents("info")[-1].compid, bench.bus.contents("conn")[-1].conflict) == (1, None)
    # and when it is gone, who was there before is heard again
    bench.run(14.0, (peer, inav))
    assert bench.bus.contents("info")[-1].compid == 200
    assert bench.bus.contents("conn")[-1].state == "online"


def lives(bench: Bench) -> int:
    return len({one.sid for one in bench.bus.envelopes("conn")})


def test_one_forged_clock_hardware_id_or_type_changes_nothing_and_two_do() -> None:
    bench = Bench()
    air, lte = bench.peer("air"), bench.peer("lte")
    first, second = Autopilot(), Autopilot()
    bench.run(8.0, (air, first), (lte, second))
    bench.hear(air, first.version(111))
    bench.hear(lte, second.version(111))
    forger, plane = Autopilot(booted_s=bench.clock() - 3.0), Autopilot(mav_type=1)
    for _ in range(2):
        bench.hear(air, forger.attitude(bench.clock()), forger.version(999), plane.heartbeat())
        bench.run(3.0, (air, first), (lte, second))
        bench.hear(air, first.version(111))
    assert ([key.id for key in bench.hearing.vehicles], lives(bench)) == (["uav-1"], 1)
    assert (bench.bus.contents("conn")[-1].conflict, bench.bus.contents("info")[-1].mav_type) == (None, 2)
    bench.hear(air, forger.attitude(bench.clock()), forger.attitude(bench.clock()))
    bench.run(0.5)
    assert lives(bench) == 2


def test_one_forged_clock_that_is_ahead_changes_nothing_and_two_are_believed_without_a_restart() -> None:
    bench, peer = Bench(), Bench().peer()
    real, forger = Autopilot(), Autopilot(booted_s=-100_000.0)
    bench.run(8.0, (peer, real))
    bench.hear(peer, forger.attitude(bench.clock()))
    bench.run(5.0, (peer, real))
    assert (lives(bench), bench.bus.contents("conn")[-1].conflict) == (1, None)
    # a delay that is gone, or a log that is played fast, tells the same from then on
    bench.run(5.0, (peer, forger))
    assert lives(bench) == 1
    bench.run(3.0, (peer, real))
    assert lives(bench) == 2, "it was believed: now the clock of before is a restart"


def test_one_forged_vehicle_takes_nobodys_crew_away_for_longer_than_it_is_heard() -> None:
    bench, peer = Bench(), Bench().peer()
    real, plane = Autopilot(), Autopilot(mav_type=1)
    gimbal = Autopilot(mav_type=26, firmware=8, compid=154)
    bench.run(6.0, (peer, real))
    bench.hear(bench.peer("stranger"), plane.heartbeat())
    bench.run(12.0, (peer, real))
    assert len(bench.hearing.vehicles) == 2
    bench.hear(peer, gimbal.heartbeat())
    bench.run(1.0, (peer, real))
    assert bench.bus.contents("info", "uav-1")[-1].components == ("gimbal (154)",)


def test_a_flood_of_forged_batteries_is_bounded() -> None:
    bench, peer = Bench(), Bench().peer()
    real = Autopilot()
    bench.run(3.0, (peer, real))
    for compid in range(100, 110):
        forger = Autopilot(compid=compid)
        bench.hear(peer, *(forger.battery(index, 50) for index in range(50)))
    bench.run(2.0, (peer, real))
    bench.hear(peer, real.battery(0, 77))
    bench.run(2.0, (peer, real))
    batteries = bench.hearing.vehicles[VehicleKey("fleet", "uav-1")].facts().state.battery
    assert (len(batteries), batteries[0].index) == (MAX_PARTS + 1, 0)
