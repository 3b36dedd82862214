# SPDX-License-Identifier: Apache-2.0
"""Words to verbs, arguments, vehicles and exit codes; no broker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from groundstation.app.group_work import group_access
from groundstation.app.ordering import EXIT_CODES, TIME_OVER, Desk, exit_code
from groundstation.fleet.commands import END_STATES, CommandState, Verb
from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.groups import NO_GROUPS, Group
from groundstation.fleet.identity import VehicleInfo, VehicleKey
from groundstation.fleet.order_text import parse_args, parse_verb
from groundstation.fleet.roster import Fleet
from groundstation.fleet.status import Armed
from groundstation.fleet.vehicle import VehicleState
from groundstation.fleet.verbs import VERBS, checked_args
from groundstation.mavlink.modes import mode_names
from groundstation.transport.broker_url import parse_broker_url

# ---- words ----


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_a_word_in_any_dress(verb: Verb) -> None:
    for word in (verb.value, verb.value.upper(), verb.value.replace("_", "-"), f" {verb.value} "):
        assert parse_verb(word) is verb


@pytest.mark.parametrize("word", ["", "fly", "unknown", "arm;", "takeof", "x" * 1_000])
def test_any_other_word_is_answered_with_the_verbs(word: str) -> None:
    with pytest.raises(UsageError, match="there are arm, disarm,") as raised:
        parse_verb(word)
    assert len(str(raised.value)) < 500


@pytest.mark.parametrize(
    ("verb", "words", "args"),
    [
        (Verb.ARM, [], {}),
        (Verb.TAKEOFF, ["20"], {"height_m": 20.0}),
        (Verb.TAKEOFF, ["height_m=20"], {"height_m": 20.0}),
        (Verb.GOTO, ["-35.5", "149.25"], {"lat_deg": -35.5, "lon_deg": 149.25}),
        (
            Verb.GOTO,
            ["-35.5", "149.25", "30", "amsl"],
            {"lat_deg": -35.5, "lon_deg": 149.25, "height_m": 30.0, "frame": "amsl"},
        ),
        (Verb.GOTO, ["1", "2", "frame=amsl"], {"lat_deg": 1.0, "lon_deg": 2.0, "frame": "amsl"}),
        (Verb.GOTO, ["lon_deg=2", "lat_deg=1"], {"lat_deg": 1.0, "lon_deg": 2.0}),
        (Verb.MODE, ["guided"], {"mode": "GUIDED"}),
        (Verb.MODE, ["mode=Loiter"], {"mode": "LOITER"}),
        (Verb.RELAY, ["2", "off"], {"number": 2.0, "state": "off"}),
        (Verb.CANCEL, ["01a-bc"], {"command": "01a-bc"}),
        (Verb.MAV_CMD, ["400", "param2=21196"], {"command": 400.0, "param2": 21196.0}),
    ],
)
def test_arguments_come_in_order_or_by_name(verb: Verb, words: list[str], args: dict) -> None:
    assert parse_args(verb, words) == args
    checked_args(verb, parse_args(verb, words))


@pytest.mark.parametrize(
    ("verb", "words", "told"),
    [
        (Verb.ARM, ["now"], "one argument too many; it takes none"),
        (Verb.TAKEOFF, ["20", "30"], "'30' is one argument too many; it takes height_m"),
        (Verb.TAKEOFF, ["high"], "height_m is a number"),
        (Verb.TAKEOFF, [""], "height_m is a number"),
        (Verb.TAKEOFF, ["wings=2"], "there is no argument 'wings'"),
        (Verb.TAKEOFF, ["=20"], "there is no argument ''"),
        (Verb.GOTO, ["lat_deg=41", "39.7", "80"], "lat_deg is given twice; '39.7' is the second"),
        (Verb.GOTO, ["41", "39.7", "lat_deg=42"], "lat_deg is given twice"),
        (Verb.GOTO, ["41", "39.7", "30m"], "not '30m'"),
    ],
)
def test_a_slip_is_named(verb: Verb, words: list[str], told: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_args(verb, words)
    assert told in str(raised.value)


@pytest.mark.parametrize("word", ["nan", "inf", "-inf", "1e999"])
def test_a_number_that_is_none_is_refused_before_anything_is_sent(word: str) -> None:
    with pytest.raises(UsageError):
        checked_args(Verb.TAKEOFF, parse_args(Verb.TAKEOFF, [word]))


def test_every_mode_can_be_named_in_either_case() -> None:
    for mav_type, autopilot in ((1, 3), (2, 3), (10, 3), (2, 12)):
        assert all(name == name.upper() for name in mode_names(mav_type, autopilot))


# ---- exit codes ----


def test_every_end_has_its_own_code() -> None:
    assert set(EXIT_CODES) == END_STATES
    codes = [*EXIT_CODES.values(), TIME_OVER]
    assert len(set(codes)) == len(codes)
    assert not {1, 2} & set(codes)
    assert [state for state, code in EXIT_CODES.items() if code == 0] == [CommandState.SUCCEEDED]


def test_with_several_vehicles_the_worst_counts() -> None:
    worse = [
        *(CommandState.SUCCEEDED, CommandState.ACCEPTED_UNVERIFIED, CommandState.CANCELLED, CommandState.EXPIRED),
        *(CommandState.REJECTED, CommandState.FAILED, CommandState.TIMEOUT, CommandState.UNKNOWN),
    ]
    for number, state in enumerate(worse):
        assert exit_code([state]) == EXIT_CODES[state]
        assert exit_code(worse[: number + 1]) == exit_code(reversed(worse[: number + 1])) == EXIT_CODES[state]


# ---- vehicles ----


def vehicle(root: str, identity: str, *, armed: bool = False) -> VehicleState:
    info = VehicleInfo(name=identity, sysid=1)
    return VehicleState(
        key=VehicleKey(root, identity),
        info=info,
        session="s",
        clock_offset_s=0.0,
        link_received_s=time.monotonic() + 60.0,
        armed=Armed(at_s=time.monotonic(), is_armed=armed),
    )


class KnownFleet(Fleet):
    """A fleet that is what a test says."""

    def __init__(self, *states: VehicleState) -> None:
        super().__init__()
        self.known = {state.key: state for state in states}

    def __iter__(self) -> Iterator[VehicleState]:
        return iter(self.known.values())

    def __contains__(self, key: object) -> bool:
        return key in self.known

    def get(self, key: VehicleKey) -> VehicleState | None:
        return self.known.get(key)


def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *states: VehicleState, roots=("fleet", "sim")) -> Desk:
    monkeypatch.setattr("groundstation.app.ordering.FIND_S", 0.0)
    monkeypatch.setattr("groundstation.app.ordering.NAMED_S", 0.0)
    one = Desk(parse_broker_url("mqtt://127.0.0.1:1"), roots, None)
    one.fleet = KnownFleet(*states)
    return one


FLEET = (vehicle("fleet", "uav-10"), vehicle("fleet", "uav-2", armed=True), vehicle("fleet", "rover"))


def names(keys: list[VehicleKey]) -> list[str]:
    return [str(key) for key in keys]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("uav-2", ["fleet/uav-2"]),
        ("fleet/uav-2", ["fleet/uav-2"]),
        ("uav-10,uav-2", ["fleet/uav-10", "fleet/uav-2"]),
        ("uav-2,", ["fleet/uav-2"]),
        ("all", ["fleet/rover", "fleet/uav-2", "fleet/uav-10"]),
        ("armed", ["fleet/uav-2"]),
    ],
)
def test_vehicles_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, found: list[str]) -> None:
    assert names(desk(tmp_path, monkeypatch, *FLEET).find(text)) == found


def test_groups_of_this_user_are_vehicles_for_an_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    group_access().write(
        NO_GROUPS.put(Group(name="north", members=("fleet/uav-2",))).put(Group(name="hot", rule="armed"))
    )
    known = (vehicle("fleet", "uav-1", armed=True), vehicle("fleet", "uav-2"))
    one = desk(tmp_path, monkeypatch, *known)
    assert one.find("group:north") == [VehicleKey("fleet", "uav-2")]
    assert one.find("group:hot") == [VehicleKey("fleet", "uav-1")]
    # half a name means nobody, aloud
    with pytest.raises(UsageError, match="there is no group 'nort'"):
        one.find("group:nort")


@pytest.mark.parametrize("text", ["uav-3", "sim/uav-2", "uav-2,uav-3", "replay/uav-2", "fleet/uav-2/x", "battery<1"])
def test_what_is_not_there_is_said_with_what_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    with pytest.raises(GroundStationError, match="heard are: fleet/rover, fleet/uav-10, fleet/uav-2") as raised:
        desk(tmp_path, monkeypatch, *FLEET).find(text)
    assert not isinstance(raised.value, UsageError)


def test_nobody_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GroundStationError, match="heard are: none"):
        desk(tmp_path, monkeypatch).find("all")


@pytest.mark.parametrize("text", ["uav-2", "all"])
def test_what_lives_under_both_roots_has_to_be_said_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    both = (*FLEET, replace(vehicle("sim", "uav-2")))
    one = desk(tmp_path, monkeypatch, *both)
    with pytest.raises(UsageError, match="--root"):
        one.find(text)
    assert names(one.find("sim/uav-2")) == ["sim/uav-2"]
    only = desk(tmp_path, monkeypatch, *both, roots=("sim",))
    assert names(only.find("uav-2")) == ["sim/uav-2"]
