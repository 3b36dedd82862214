# SPDX-License-Identifier: Apache-2.0
"""The parameter conversation of a PX4; the captured one is `px4_params.tlog`."""

from __future__ import annotations

import math
import struct

import pytest

HASH_KIND, INT, REAL = 5, 6, 9


def _raw(station) -> list[tuple[str, bytes, int, int]]:
    """Name, the four bytes of the value, type and index of every PARAM_VALUE."""
    found = []
    for message in station.all("PARAM_VALUE"):
        bits = bytes(message.get_msgbuf()[10:14])
        found.append((message.param_id, bits, message.param_type, message.param_index))
    return found


def _whole(value: int) -> float:
    return struct.unpack("<f", struct.pack("<i", value))[0]


def _set(station, name: str, value: float, kind: int) -> None:
    station.forget()
    station.send(station.mav.param_set_encode(1, 1, name.encode(), value, kind))
    station.bench.run(0.1)


def _read(station, name: str, index: int = -1, component: int = 1) -> None:
    station.forget()
    station.send(station.mav.param_request_read_encode(1, component, name.encode(), index))


def test_the_list_begins_with_a_hash_and_carries_whole_numbers_as_bits(px4) -> None:
    px4.send(px4.mav.param_request_list_encode(1, 1))
    px4.bench.run(0.85)
    rows = _raw(px4)
    assert (rows[0][0], rows[0][2], rows[0][3]) == ("_HASH_CHECK", HASH_KIND, 65535)
    assert [row[3] for row in rows[1:]] == list(range(720))
    assert {row[2] for row in rows[1:]} == {INT, REAL}
    values = {row[0]: row for row in rows}
    assert values["BAT1_N_CELLS"][1] == struct.pack("<i", 4)
    assert values["CAL_ACC0_PRIO"][1] == struct.pack("<i", -1)
    assert values["MPC_XY_VEL_MAX"][1] == struct.pack("<f", 12.0)
    assert values["MAV_SYS_ID"][1] == struct.pack("<i", 1)
    assert sum(math.isnan(m.param_value) for m in px4.all("PARAM_VALUE")[1:]) == 27
    assert px4.texts() == []
    assert px4.last("PARAM_VALUE").param_count == 720


def test_the_hash_follows_the_values(px4) -> None:
    def read_hash() -> bytes:
        _read(px4, "_HASH_CHECK")
        return _raw(px4)[0][1]

    before = read_hash()
    _set(px4, "MPC_XY_VEL_MAX", 9.0, REAL)
    changed = read_hash()
    _set(px4, "MPC_XY_VEL_MAX", 12.0, REAL)
    assert changed != before
    assert read_hash() == before


@pytest.mark.parametrize(("name", "index", "component"), [("MC_ROLL_P", -1, 1), ("", 403, 1), ("MC_ROLL_P", -1, 0)])
def test_a_read_is_answered_at_once_with_the_right_index(px4, name: str, index: int, component: int) -> None:
    _read(px4, name, index, component)
    assert _raw(px4) == [("MC_ROLL_P", struct.pack("<f", 6.5), REAL, 403)]


@pytest.mark.parametrize(
    ("name", "index", "component"), [("NO_SUCH", -1, 1), ("", 30000, 1), ("MC_ROLL_P", -1, 190), ("mc_roll_p", -1, 1)]
)
def test_what_does_not_exist_is_met_with_silence(px4, name: str, index: int, component: int) -> None:
    _read(px4, name, index, component)
    px4.bench.run(0.5)
    assert _raw(px4) == []


@pytest.mark.parametrize(
    ("name", "sent", "kind", "bits", "echoes"),
    [
        ("MPC_XY_VEL_MAX", 11.0, REAL, struct.pack("<f", 11.0), 2),
        ("MPC_XY_VEL_MAX", 1000.0, REAL, struct.pack("<f", 1000.0), 2),
        ("MPC_XY_VEL_MAX", 12.0, REAL, struct.pack("<f", 12.0), 1),
        ("MPC_XY_VEL_MAX", math.nan, REAL, struct.pack("<f", 12.0), 1),
        ("COM_OBL_ACT", _whole(2), INT, struct.pack("<i", 2), 2),
        ("COM_OBL_ACT", _whole(99), INT, struct.pack("<i", 99), 2),
        ("COM_OBL_ACT", 2.0, INT, struct.pack("<i", 1073741824), 2),
    ],
)
def test_a_set_is_stored_without_a_check_and_echoed(px4, name, sent, kind, bits, echoes) -> None:
    _set(px4, name, sent, kind)
    assert [(row[0], row[1]) for row in _raw(px4)] == [(name, bits)] * echoes
    _read(px4, name)
    assert _raw(px4)[0][1] == bits


@pytest.mark.parametrize(
    ("name", "value", "kind"), [("COM_OBL_ACT", 2.0, REAL), ("NO_SUCH", 1.0, REAL), ("_HASH_CHECK", 0.0, INT)]
)
def test_the_wrong_type_and_what_does_not_exist_are_ignored(px4, name: str, value: float, kind: int) -> None:
    _set(px4, name, value, kind)
    assert _raw(px4) == []


def test_the_second_echo_is_heard_on_every_link(px4) -> None:
    other = px4.bench.station(own_id=254)
    _set(px4, "MPC_XY_VEL_MAX", 11.0, REAL)
    assert [row[0] for row in _raw(other)] == ["MPC_XY_VEL_MAX"]
