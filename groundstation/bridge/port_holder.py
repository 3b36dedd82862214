# SPDX-License-Identifier: Apache-2.0
"""Which program holds a port that can't be had. Any thread; looks through all processes, so some 50 ms."""

from __future__ import annotations

import psutil


def udp_holder(port: int) -> str:
    """Name and number of the program that listens on a UDP port.

    Args:
        port: of this computer.

    Returns:
        `QGroundControl (process 4711)`; empty where the system does not tell, as of other users' programs.
    """
    return _holder("udp", port)


def tcp_holder(port: int) -> str:
    """The same of a TCP port."""
    return _holder("tcp", port)


def held_by(holder: str, otherwise: str) -> str:
    """The end of a message about a port that can't be had.

    Args:
        holder: as the other functions tell; empty for not known.
        otherwise: what is asked then.
    """
    return f"{holder} holds the port: close it, or choose another port in one of the two" if holder else otherwise


def _holder(kind: str, port: int) -> str:
    try:
        found = [
            one.pid
            for one in psutil.net_connections(kind)
            if one.laddr and one.laddr.port == port and one.pid and _is_waiting(one.status, kind)
        ]
        return f"{psutil.Process(found[0]).name()} (process {found[0]})" if found else ""
    except (psutil.Error, OSError, RuntimeError):
        return ""


def _is_waiting(status: str, kind: str) -> bool:
    return kind == "udp" or status == psutil.CONN_LISTEN
