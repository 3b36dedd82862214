# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from itertools import pairwise

import pytest

from groundstation.simulator.engine.errors import FaultFormatError, SimulationError
from groundstation.simulator.engine.faults import KINDS, Fault
from groundstation.simulator.plan import SquadronPlan


def _with(bench, *texts: str, **plan):
    return bench(faults=tuple(Fault.parse(text) for text in texts), wind_mps=0.0, **plan)


@pytest.mark.parametrize("text", ["link_loss:2@30+10", "gps_loss:1@0", "reboot:7@1.5", "slow_ack:12@3+0.5"])
def test_the_text_form_goes_both_ways(text: str) -> None:
    assert Fault.parse(text).text == text


@pytest.mark.parametrize(
    "text", ["", "link_loss", "link_loss:2", "link_loss:x@3", "rain:1@2", "link_loss:1@2+", "link_loss:1@-2"]
)
def test_a_wrong_text_is_explained(text: str) -> None:
    with pytest.raises(FaultFormatError, match="link_loss:2@30"):
        Fault.parse(text)


def test_a_fault_of_nobody_is_refused() -> None:
    with pytest.raises(SimulationError, match="link_loss:5@1"):
        SquadronPlan(vehicles=2, faults=(Fault.parse("link_loss:5@1"),))


def test_every_kind_begins_and_ends(bench) -> None:
    texts = [f"{kind}:1@{0.1 * place + 0.1:.1f}+0.1" for place, kind in enumerate(KINDS)]
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
