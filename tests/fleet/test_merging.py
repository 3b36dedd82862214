# SPDX-License-Identifier: Apache-2.0
"""Packs and receivers are sorted by index, whoever told them first."""

from __future__ import annotations

from groundstation.fleet.energy import BatteryPack
from groundstation.fleet.kinds import merge_indexed


def pack(index: int, at_s: float) -> BatteryPack:
    return BatteryPack(at_s=at_s, index=index)


def test_the_first_message_is_sorted_too_and_has_each_index_once() -> None:
    found = merge_indexed((), (pack(2, 1.0), pack(0, 1.0), pack(2, 2.0), pack(0, 0.5)))
    assert [(one.index, one.at_s) for one in found] == [(0, 1.0), (2, 2.0)]
