# SPDX-License-Identifier: Apache-2.0
"""The peers of our log readers: pymavlink and pyulog, as one uses them to get columns of a message.

Usage: python plain_readers.py FORMAT FILE MESSAGE; MESSAGE is * for all.
Prints CPU seconds and the number of values as JSON.
"""

import json
import os
import sys
import time

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


def columns(found: dict) -> int:
    """Every field as an array."""
    for messages in found.values():
        for name in messages[0].get_fieldnames():
            np.array([getattr(one, name) for one in messages])
    return sum(map(len, found.values()))


def main(kind: str, path: str, message: str) -> None:
    """Read once and say what it cost."""
    read = {"tlog": tlog, "dataflash": dataflash, "dataflash_text": dataflash_text, "ulog": ulog}[kind]
    with open(path, "rb") as file:  # noqa: PTH123
        file.read()  # from the disk into memory for everybody
    began_s = time.process_time()
    count = read(path, message)
    json.dump({"cpu_s": time.process_time() - began_s, "values": count}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
