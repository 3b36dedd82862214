# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from itertools import pairwise

import pytest

from groundstation.simulator.engine.errors import FaultFormatError, SimulationError
from groundstation.simulator.engine.faults import KINDS, Fault
from groundstation.simulator.plan import SquadronPlan


def _with(bench, *texts: str, **plan):
    return bench(faults=tuple(Fault.parse(text) for text in texts), wind_mps=0.0, **plan)


@pytest.mark.parametrize(
    "text",
    ["link_loss:2@30+10", "gps_loss:1@0", "reboot:7@1.5", "slow_ack:12@3+0.5", "wind=12,305:1@2", "motor=0:1@2+3"],
)
def test_the_text_form_goes_both_ways(text: str) -> None:
    assert Fault.parse(text).text == text


@pytest.mark.parametrize(
    "text", ["", "link_loss", "link_loss:2", "link_loss:x@3", "rain:1@2", "link_loss:1@2+", "link_loss:1@-2"]
)
def test_a_wrong_text_is_explained(text: str) -> None:
    with pytest.raises(FaultFormatError, match="link_loss:2@30"):
        Fault.parse(text)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("wind:1@2", r"m/s \(0 to 60\) and from"),
        ("wind=9:1@2", "wind=15,90:1@30"),
        ("wind=60.5,0:1@2", "0 to 60"),
        ("motor=101:1@2", "0 to 100"),
        ("reboot=1:1@2", "takes no value"),
    ],
)
def test_how_much_is_asked_for_and_bounded(text: str, what: str) -> None:
    with pytest.raises(FaultFormatError, match=what):
        Fault.parse(text)


def test_a_fault_of_nobody_is_refused() -> None:
    with pytest.raises(SimulationError, match="link_loss:5@1"):
        SquadronPlan(vehicles=2, faults=(Fault.parse("link_loss:5@1"),))


def test_every_kind_begins_and_ends(bench) -> None:
    values = {kind: ",".join("50" for _ in row.needs) for kind, row in KINDS.items()}
    much = {kind: f"={text}" if text else "" for kind, text in values.items()}
    texts = [f"{kind}{much[kind]}:1@{0.1 * place + 0.1:.1f}+0.1" for place, kind in enumerate(KINDS)]
    field = _with(bench, *texts, vehicles=2)
    station = field.station()
    field.run(3.0)
    assert station.link.is_closed


def test_a_lost_link_is_silent_both_ways_and_comes_back_with_a_gap(bench) -> None:
    station = _with(bench, "link_loss:1@2+3").station()
    station.stream(4)
    station.bench.run(2.1)
    last = station.heard[-1][1].get_seq()
    station.forget()
    assert station.command(400, 1, wait_s=1.0) is None
    assert not station.heard
    station.bench.run(3.0)
    assert station.heard
    assert station.heard[0][1].get_seq() != (last + 1) & 0xFF
    assert not station.vehicle.armed


def test_a_sequence_gap_loses_frames_on_the_way(bench) -> None:
    station = _with(bench, "sequence_gap:1@2").station()
    station.stream(4)
    station.bench.run(4.0)
    sequence = [m.get_seq() for _, m in station.heard]
    jumps = [(b - a) & 0xFF for a, b in pairwise(sequence)]
    assert sorted(set(jumps)) == [1, 26]


@pytest.mark.parametrize(("kind", "first_s"), [("slow_ack", 4.0), ("no_ack", None)])
def test_acks_come_late_or_never_and_the_command_is_done(bench, kind: str, first_s: float | None) -> None:
    station = _with(bench, f"{kind}:1@0+2").station()
    station.bench.run(0.1)
    began_s = station.bench.airfield.now_s
    station.command(176, 1, 4, wait_s=0.5)
    assert station.vehicle.mode == 4
    station.bench.run(6.0)
    times = [at_s - began_s for at_s in station.times("COMMAND_ACK")]
    assert times == ([] if first_s is None else [pytest.approx(first_s, abs=0.05)])
    assert station.command(176, 1, 0) == 0


def test_a_weak_battery_is_low_and_not_critical(bench) -> None:
    station = _with(bench, "battery_low:1@12").station()
    station.take_off(5.0)
    station.bench.run(25.0)
    assert station.vehicle.mode == 6
    assert "Battery Failsafe" in station.texts()


def test_a_lost_gps_is_back_after_its_time(bench) -> None:
    station = _with(bench, "gps_loss:1@1+2").station()
    station.bench.run(2.0)
    assert station.vehicle.is_gps_lost
    station.bench.run(2.0)
    assert not station.vehicle.is_gps_lost


def test_a_reboot_by_fault_is_like_any_other(bench) -> None:
    station = _with(bench, "reboot:1@1").station()
    station.bench.run(2.0)
    assert station.link.is_closed


def test_a_duplicate_id_talks_like_the_first_other_vehicle(bench) -> None:
    field = _with(bench, "duplicate_sysid:3@1+2", vehicles=3)
    station = field.station(3)
    field.run(2.5)
    assert station.last("HEARTBEAT").get_srcSystem() == 1
    field.run(2.0)
    assert station.last("HEARTBEAT").get_srcSystem() == 3


def test_wind_blows_at_one_vehicle_alone_and_calms_again(bench) -> None:
    field = _with(bench, "wind=12,90:1@1+20", vehicles=2)
    field.run(15.0)
    east = [motion.wind_east_mps for motion in field.airfield.flight.motions()]
    assert east[0] == pytest.approx(-12.0, abs=10.0)  # gusts of a third of it, three times over
    assert east[0] < -2.0
    assert east[1] == 0.0
    field.run(40.0)
    assert field.airfield.flight.motions()[0].wind_east_mps == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(("power", "flies"), [(50, True), (49, False)])
def test_a_multicopter_stays_up_with_half_a_motor_and_not_with_less(bench, power: int, flies: bool) -> None:
    station = _with(bench, f"motor={power}:1@40").station()
    station.take_off(30.0)
    station.bench.run(60.0 - station.bench.airfield.now_s)
    height_m = -station.bench.airfield.flight.motions()[0].down_m
    assert (height_m == pytest.approx(30.0, abs=1.0)) is flies
    assert (height_m < 1.0) is not flies
    # one that fell gives all throttle for its height, and takes that for flying: it is not disarmed
    station.bench.run(15.0)
    vehicle = station.bench.airfield.vehicles[0]
    assert (vehicle.armed, vehicle.guidance.landed.name) == (True, "IN_AIR")


def test_a_plane_without_its_motor_glides_down(bench) -> None:
    station = _with(bench, "motor=0:1@40", flavours=("plane",), autofly=True).station()
    station.bench.run(39.0)
    before_m = -station.bench.airfield.flight.motions()[0].down_m
    station.bench.run(8.0)
    sink_mps = station.bench.airfield.flight.motions()[0].velocity_down_mps
    assert before_m > 10.0
    assert sink_mps >= 2.0


def test_a_battery_has_the_charge_that_it_is_given(bench) -> None:
    field = _with(bench, "battery=40:1@1")
    field.run(2.0)
    frame = field.airfield.vehicles[0].flavour.airframe
    assert field.airfield.flight.motions()[0].consumed_mah == pytest.approx(0.6 * frame.capacity_mah, rel=0.01)
