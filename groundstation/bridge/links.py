# SPDX-License-Identifier: Apache-2.0
"""The table of link kinds. No thread of its own."""

from __future__ import annotations

from collections.abc import Callable

from groundstation.bridge.link_text import LinkSpec
from groundstation.bridge.peer import Link
from groundstation.bridge.serial_port import SerialPort
from groundstation.bridge.tcp import TcpIn, TcpOut
from groundstation.bridge.tlog import TlogFile
from groundstation.bridge.udp import UdpIn, UdpOut

_KINDS: dict[str, Callable[[LinkSpec], Link]] = {
    "udpin": UdpIn,
    "udpout": UdpOut,
    "tcp": TcpOut,
    "tcpin": TcpIn,
    "serial": SerialPort,
    "tlog": TlogFile,
}


def make_link(spec: LinkSpec) -> Link:
    """The link that a text asks for, not yet open."""
    return _KINDS[spec.kind](spec)
