# SPDX-License-Identifier: Apache-2.0
"""How an operator names a link: `udpin:0.0.0.0:14550`, `serial:/dev/ttyACM0:115200`, `tlog:FILE@5`. No I/O."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec

from groundstation.fleet.errors import UsageError

NETWORK_KINDS = ("udpin", "udpout", "tcp", "tcpin")
EXAMPLES = (
    "udpin:0.0.0.0:14550, udpout:host:port, tcp:host:port, tcpin:host:port, serial:/dev/ttyACM0:115200, tlog:FILE"
)
DEFAULT_BAUD = 57_600
"""What telemetry radios are shipped with."""


class LinkSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A link as it was asked for."""

    text: str
    """The text itself; names the link everywhere."""
    kind: str
    """`udpin`, `udpout`, `tcp`, `tcpin`, `serial` or `tlog`."""
    host: str = ""
    """Host or address to listen on or to call."""
    port: int = 0
    """UDP or TCP port; 0 lets the system choose where we listen."""
    device: str = ""
    """Serial device or file."""
    baud: int = DEFAULT_BAUD
    """Serial speed, bits a second."""
    speed: float = 1.0
    """Replay speed of a file; infinite for as fast as possible."""


def parse_link(text: str) -> LinkSpec:
    """A link from its text.

    Raises:
        UsageError: one line that says what is wrong and how links are written.
    """
    kind, colon, rest = text.strip().partition(":")
    if not colon or not rest:
        raise UsageError(f"link '{text}': write kind:address, one of {EXAMPLES}")
    if kind in NETWORK_KINDS:
        return _network(text, kind, rest)
    if kind == "serial":
        return _serial(text, rest)
    if kind == "tlog":
        return _tlog(text, rest)
    raise UsageError(f"link '{text}': no kind '{kind}'; write one of {EXAMPLES}")


def _network(text: str, kind: str, rest: str) -> LinkSpec:
    host, colon, port = rest.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65_535:
        raise UsageError(f"link '{text}': it must end with a port from 0 to 65535, as {kind}:127.0.0.1:14550")
    if int(port) == 0 and kind in ("udpout", "tcp"):
        raise UsageError(f"link '{text}': port 0 can't be called; name the other side's port")
    host = host.strip("[]") or ("0.0.0.0" if kind.endswith("in") else "127.0.0.1")  # noqa: S104 - asked for
    return LinkSpec(text=text, kind=kind, host=host, port=int(port))


def _serial(text: str, rest: str) -> LinkSpec:
    device, colon, baud = rest.rpartition(":")
    if not colon:
        return LinkSpec(text=text, kind="serial", device=rest)
    if not baud.isdigit() or not device:
        raise UsageError(f"link '{text}': write serial:DEVICE:BAUD, as serial:/dev/ttyACM0:115200")
    return LinkSpec(text=text, kind="serial", device=device, baud=int(baud))


def _tlog(text: str, rest: str) -> LinkSpec:
    """A file name may hold an `@`; only a number or `max` behind the last one is a speed."""
    name, at, speed = rest.rpartition("@")
    factor = _speed(speed) if at else None
    if factor is None:
        name, factor = rest, 1.0
    path = Path(name).expanduser()
    if not path.is_file():
        raise UsageError(f"link '{text}': there is no file '{path}'")
    return LinkSpec(text=text, kind="tlog", device=str(path), speed=factor)


def _speed(text: str) -> float | None:
    if text == "max":
        return math.inf
    try:
        speed = float(text)
    except ValueError:
        return None
    return speed if speed > 0 else None
