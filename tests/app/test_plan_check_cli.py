# SPDX-License-Identifier: Apache-2.0
"""`groundstation mission check`: what is said of the battery, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from groundstation.app.cli import app
from groundstation.app.plan_work import checked, read_file
from groundstation.fleet.plans.pace import pace_of
from groundstation.fleet.plans.plan_flight import flight_of
from groundstation.fleet.plans.plan_path import Place

SQUARE = Path(__file__).parents[1] / "data" / "plans" / "square.plan"


def taken_min() -> float:
    plan = read_file(SQUARE)
    assert plan.home is not None
    home = Place(plan.home.lat_deg, plan.home.lon_deg)
    return flight_of(plan.mission, home, plan.home.amsl_m, pace_of_file()).duration_s / 60.0


def pace_of_file():  # type: ignore[no-untyped-def]
    from groundstation.app.plan_work import autopilot_of, kind_of

    plan = read_file(SQUARE)
    return pace_of(kind_of("", plan), autopilot_of("", plan), plan.hover_mps)


@pytest.mark.parametrize(("share", "asks", "code"), [(0.99, False, 0), (1.01, True, 3)])
def test_a_plan_beyond_the_battery_ends_with_a_code_and_one_within_does_not(
    share: float, asks: bool, code: int
) -> None:
    minutes = f"{taken_min() / share:.6f}"
    done = CliRunner().invoke(app, ["mission", "check", str(SQUARE), "--endurance", minutes, "--json"])
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["asks"] for one in found if "battery" in one["code"]] == [asks]
    assert done.exit_code == code
    words = CliRunner().invoke(app, ["mission", "check", str(SQUARE), "--endurance", minutes]).stdout
    assert ("ASKS    it takes 101 % of the battery" in words) is asks


def test_what_such_a_vehicle_usually_flies_counts_where_nobody_said_it() -> None:
    assert not any("battery" in one.said.code for one in checked(read_file(SQUARE), "", ""))
