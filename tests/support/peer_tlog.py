# SPDX-License-Identifier: Apache-2.0
"""A telemetry log as pymavlink opens it, whatever it has opened before: its dialect is one for the whole process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pymavlink import mavutil


def pymavlink_log(path: Path) -> Any:
    """Read from with `recv_msg` or `recv_match`."""
    with pytest.MonkeyPatch.context() as patch:
        # else it begins with MAVLink 1, and takes its time to notice that a log has 2, unless one had before
        patch.setenv("MAVLINK20", "1")
        return mavutil.mavlink_connection(str(path), dialect="ardupilotmega")
