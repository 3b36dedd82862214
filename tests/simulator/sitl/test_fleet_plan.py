# SPDX-License-Identifier: Apache-2.0
"""Which autopilots are meant, where each stands, and what it is started with."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstation.simulator.engine.errors import SimulationError
from groundstation.simulator.engine.faults import KINDS, Fault
from groundstation.simulator.sitl.fleet_plan import Home, SitlPlan, Wind, parse_sitl
from groundstation.simulator.sitl.launch import launch_of, px4_model
from groundstation.simulator.sitl.programs import PROGRAMS, found_programs, program_of
from groundstation.simulator.sitl.sitl_faults import BY_SIMULATOR, ON_LINK


@pytest.fixture
def programs(tmp_path):
    """Files with the names of autopilots that can be run."""
    for name in PROGRAMS:
        path = tmp_path / "build" / "bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    scripts = tmp_path / "build" / "etc" / "init.d-posix"
    scripts.mkdir(parents=True)
    (scripts / "rcS").write_text("")
    return tmp_path / "build" / "bin"


def plan(programs, *texts, vehicles=None, **fields):
    return SitlPlan(parse_sitl([str(programs / text) for text in texts], vehicles), "udpout:127.0.0.1:14550", **fields)


def test_numbers_stand_behind_paths_or_in_their_own_option(programs):
    assert [seat.program.name for seat in plan(programs, "arducopter:2", "px4:1", "arduplane").seats()] == [
        *("arducopter", "arducopter", "px4", "arduplane")
    ]
    assert [seat.number for seat in plan(programs, "arducopter", vehicles=3, first_sysid=7).seats()] == [7, 8, 9]
    with pytest.raises(SimulationError, match="PATH:N"):
        plan(programs, "arducopter", "px4", vehicles=2)


@pytest.mark.parametrize(("count", "is_fine"), [(50, True), (51, False)])
def test_not_more_than_a_computer_carries(programs, count, is_fine):
    if is_fine:
        assert plan(programs, f"arducopter:{count}").vehicles == count
    else:
        with pytest.raises(SimulationError, match="51 autopilots"):
            plan(programs, f"arducopter:{count}")


def test_a_file_that_is_none_is_told_with_its_remedy(programs, tmp_path):
    (tmp_path / "arducopter").write_text("")
    with pytest.raises(SimulationError, match=r"chmod \+x"):
        program_of(tmp_path / "arducopter")
    with pytest.raises(SimulationError, match="known are arducopter"):
        program_of(Path("/bin/sh"))
    with pytest.raises(SimulationError, match="no such file"):
        program_of(tmp_path / "px4")
    (programs.parent / "etc" / "init.d-posix" / "rcS").unlink()
    one = plan(programs, "px4")
    with pytest.raises(SimulationError, match="whole build"):
        launch_of(one.seats()[0], one, tmp_path, "/dev/pts/9")


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("41.5,39.25,12.5,370", Home(41.5, 39.25, 12.5, 10.0)),
        ("41.5,39.25", Home(41.5, 39.25, 80.0, 0.0)),
        ("41.5,39.25,7", Home(41.5, 39.25, 7.0, 0.0)),
        ("-85,180", Home(-85.0, 180.0, 80.0, 0.0)),
    ],
)
def test_a_home_may_leave_out_height_and_heading(text, home):
    assert Home.parse(text) == home


@pytest.mark.parametrize("text", ["", "1", "a,b", "85.1,0", "0,180.1", "nan,0", "1,2,inf,0", "1,2,3,4,5"])
def test_a_home_that_is_none_is_explained(text):
    with pytest.raises(SimulationError, match="LAT,LON,ALT,HDG"):
        Home.parse(text)


@pytest.mark.parametrize("text", ["", "x", "-1,0", "60.1,0", "5,nan", "1,2,3"])
def test_a_wind_that_is_none_is_explained(text):
    with pytest.raises(SimulationError, match="SPEED,FROM"):
        Wind.parse(text)
    assert Wind.parse("60,-55") == Wind(60.0, 305.0)


def test_the_grid_is_eight_metres_wide_also_far_north():
    here = Home(60.0, 10.0)
    there = here.beside(11)
    assert (there.latitude_deg - 60.0) * 111_319.5 == pytest.approx(8.0, abs=0.01)
    assert (there.longitude_deg - 10.0) * 111_319.5 * 0.5 == pytest.approx(8.0, abs=0.01)


def test_ardupilot_is_started_with_its_own_id_place_and_wind_on_a_terminal(programs, tmp_path):
    one = plan(programs, "arducopter:2", wind=Wind(6.0, 305.0), parameters={"RTL_ALT": 3000.0}, speed=4.0)
    launch = launch_of(one.seats()[1], one, tmp_path, "/dev/pts/9")
    words = " ".join(launch.words)
    assert "--serial0 uart:/dev/pts/9:921600" in words
    assert "--serial1 none: --serial2 none:" in words  # else they listen
    assert "--speedup 4" in words
    values = dict(line.split() for line in launch.files["defaults.parm"].splitlines())
    assert (values["SYSID_THISMAV"], values["RTL_ALT"], values["SIM_WIND_SPD"]) == ("2", "3000", "6")
    assert float(values["SIM_WIND_DIR"]) == 305.0


def test_px4_talks_on_the_terminal_alone_and_keeps_to_our_time(programs, tmp_path):
    one = plan(programs, "px4", first_sysid=4, parameters={"MPC_XY_CRUISE": 7.0})
    launch = launch_of(one.seats()[0], one, tmp_path, "/dev/pts/9")
    assert launch.words[1:3] == ["-i", "3"]
    assert launch.variables["PATH"].startswith(str(tmp_path / "start"))
    script = launch.files["start/px4-rc.mavlink"]
    assert script.count("mavlink start") == 1
    assert "-d /dev/pts/9" in script
    settings = launch.files["start/px4-rc.params"].splitlines()
    assert "param set MPC_XY_CRUISE 7" in settings
    assert "param set BAT1_V_LOAD_DROP 0" in settings  # its simulated battery does not sag: it would count too much
    with pytest.raises(SimulationError, match="time of PX4"):
        plan(programs, "px4", speed=2.0)


def test_parameters_of_the_operator_go_before_those_of_the_simulator(programs, tmp_path):
    one = plan(programs, "px4", parameters={"BAT1_V_LOAD_DROP": 0.1})
    settings = launch_of(one.seats()[0], one, tmp_path, "/dev/pts/9").files["start/px4-rc.params"].splitlines()
    assert [line for line in settings if "LOAD_DROP" in line] == ["param set BAT1_V_LOAD_DROP 0.1"]


def test_every_fault_that_ours_knows_is_known_or_told_for_each_firmware():
    for firmware, table in BY_SIMULATOR.items():
        missing = set(KINDS) - set(ON_LINK) - set(table)
        assert missing == {"ardupilot": set(), "px4": {"wind", "motor"}}[firmware]


def test_a_fault_of_nobody_is_refused(programs):
    with pytest.raises(SimulationError, match="no vehicle"):
        plan(programs, "arducopter", faults=(Fault.parse("gps_loss:2@1"),))


def test_programs_are_found_on_the_path_and_where_builds_lie(programs, tmp_path, monkeypatch):
    home = tmp_path / "somebody"
    built = home / "ardupilot" / "build" / "sitl" / "bin"
    built.mkdir(parents=True)
    (built / "arducopter").write_text("")
    (built / "arducopter").chmod(0o755)
    (built / "arduplane").write_text("")  # can't be run
    monkeypatch.setenv("PATH", str(programs))
    found = found_programs(home)
    assert [path.name for path in found] == [*PROGRAMS, "arducopter"]


@pytest.mark.parametrize(
    ("airframes", "wanted"),
    [
        # up to PX4 1.13, and from 1.14 on
        (("10016_iris", "1100_quadx"), "quadx"),
        (("10016_none_iris", "10040_sihsim_quadx"), "sihsim_quadx"),
        ((), "quadx"),
    ],
)
def test_a_px4_is_asked_for_an_airframe_that_it_has(tmp_path, airframes, wanted):
    (tmp_path / "airframes").mkdir()
    for name in airframes:
        (tmp_path / "airframes" / name).touch()
    assert px4_model(tmp_path, "quadx") == wanted
