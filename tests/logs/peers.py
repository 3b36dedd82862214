# SPDX-License-Identifier: Apache-2.0
"""What pymavlink and pyulog read in a log, as columns, to be compared with."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from pymavlink.DFReader import DFReader_binary, DFReader_text

from groundstation.logs.log import Columns, Log
from tests.support.peer_tlog import pymavlink_log

Peer = dict[tuple[str, str], tuple[list[float], dict[str, list[Any]]]]
"""By vehicle and message: times, and values by field."""


def tlog(path: Path) -> Peer:
    log = pymavlink_log(path)
    found: Peer = defaultdict(lambda: ([], defaultdict(list)))
    while (message := log.recv_msg()) is not None:
        name = message.get_type()
        if name == "BAD_DATA":
            continue
        raw = bytes(message.get_msgbuf())
        is_v2 = raw[0] == 0xFD
        times, values = found[str(raw[5 if is_v2 else 3]), name]  # pymavlink has no system id for an unknown message
        times.append(message._timestamp)
        if name.startswith("UNKNOWN"):
            head = 10 if is_v2 else 6
            values["payload"].append(raw[head : head + raw[1]])
            continue
        for field in message.get_fieldnames():
            values[field].append(getattr(message, field))
    log.close()
    return dict(found)


def dataflash(path: Path) -> Peer:
    log = (DFReader_text if path.suffix == ".log" else DFReader_binary)(str(path))
    found: Peer = defaultdict(lambda: ([], defaultdict(list)))
    while (message := log.recv_msg()) is not None:
        times, values = found["vehicle", message.get_type()]
        times.append(message._timestamp)
        for field in message._fieldnames:
            value = getattr(message, field)
            values[field].append(list(value) if message.fmt.format[message.fmt.colhash[field]] == "a" else value)
    log.close()
    return dict(found)


def assert_equal(log: Log, peer: Peer, apart_s: float = 2e-6) -> int:
    """Every message, every value; returns how many values there are."""
    ours = {(one.vehicle, one.name): one.count for one in log.info.messages}
    assert ours == {key: len(times) for key, (times, _) in peer.items()}
    compared = 0
    for (vehicle, name), (times, values) in peer.items():
        columns = log.columns(name, vehicle=vehicle)
        assert sorted(columns.values) == sorted(values), name
        assert_times(columns, times, apart_s)
        for field, expected in values.items():
            compared += assert_same(columns, field, expected)
    return compared


def assert_times(columns: Columns, times: list[float], apart_s: float) -> None:
    assert np.allclose(columns.time_s, times, rtol=0, atol=apart_s), columns.message


def assert_same(columns: Columns, field: str, expected: list[Any]) -> int:
    values = columns.values[field]
    where = f"{columns.message}.{field}"
    if values.dtype == object:
        assert values.tolist() == expected, where
        return len(expected)
    theirs = np.array(expected)
    assert values.shape == theirs.shape, where
    equal = values == theirs
    if values.dtype.kind == "f":
        equal |= np.isnan(values) & np.isnan(theirs)
    assert equal.all(), f"{where}: {values[~equal][:3]} is not {theirs[~equal][:3]}"
    return int(values.size)
