# SPDX-License-Identifier: Apache-2.0
"""The peers of our log readers: pymavlink and pyulog, as one uses them to get columns of a message; and native parsers.

Usage: python plain_readers.py FORMAT FILE MESSAGE; MESSAGE is * for all. In place of a format stands the name of a
native parser, which reads all.
Prints CPU seconds and the number of values as JSON.
"""

import json
import os
import sys
import time
from collections.abc import Callable

import numpy as np

os.environ["MAVLINK20"] = "1"
from pymavlink import mavutil
from pymavlink.DFReader import DFReader_binary, DFReader_text
from pyulog import ULog

ALL = "*"
"""Every message."""


def tlog(path: str, message: str) -> int:
    """Go through all frames, keep those of a message."""
    log = mavutil.mavlink_connection(path, dialect="ardupilotmega")
    found = {}
    while (one := log.recv_match()) is not None:
        if message in (ALL, one.get_type()) and not one.get_type().startswith("UNKNOWN"):
            found.setdefault((one.get_srcSystem(), one.get_type()), []).append(one)
    return columns(found)


def dataflash(path: str, message: str) -> int:
    """Index the file, then take a message out of it."""
    log = DFReader_binary(path)
    found = {}
    while (one := log.recv_msg() if message == ALL else log.recv_match(type=message)) is not None:
        found.setdefault(one.get_type(), []).append(one)
    return columns(found)


def dataflash_text(path: str, message: str) -> int:
    """The same of a log as text."""
    log = DFReader_text(path)
    found = {}
    while (one := log.recv_msg() if message == ALL else log.recv_match(type=message)) is not None:
        found.setdefault(one.get_type(), []).append(one)
    return columns(found)


def ulog(path: str, message: str) -> int:
    """All in one go, as pyulog does it."""
    log = ULog(path)
    return sum(
        len(one.data["timestamp"])
        for one in log.data_list
        if message in (ALL, one.name) and (message == ALL or not one.multi_id)
    )


def mavparser() -> Callable[[str, str], int]:
    """A dictionary for each message, as it gives them: no columns are made of them, which counts in its favour."""
    import mavparser as native

    return lambda path, _: len(native.parse(path))


def fasttlogparser() -> Callable[[str, str], int]:
    """All as columns."""
    import fasttlogparser as native

    return lambda path, _: sum(len(one["timestamp"]) for one in native.parseTLog(path)[0].values())


NATIVE = {"mavparser": mavparser, "fasttlogparser": fasttlogparser}
"""Each imports its parser, which need not be installed, before it is measured."""


def columns(found: dict) -> int:
    """Every field as an array."""
    for messages in found.values():
        for name in messages[0].get_fieldnames():
            np.array([getattr(one, name) for one in messages])
    return sum(map(len, found.values()))


def main(kind: str, path: str, message: str) -> None:
    """Read once and say what it cost."""
    readers = {"tlog": tlog, "dataflash": dataflash, "dataflash_text": dataflash_text, "ulog": ulog}
    read = NATIVE[kind]() if kind in NATIVE else readers[kind]
    with open(path, "rb") as file:  # noqa: PTH123
        file.read()  # from the disk into memory for everybody
    began_s = time.process_time()
    count = read(path, message)
    json.dump({"cpu_s": time.process_time() - began_s, "values": count}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
