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
MAX_SHOWN = 200
"""Characters of a text that are repeated in a message about it."""


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

    @property
    def is_recorded(self) -> bool:
        """Whether it plays recorded traffic: what comes of it is no living vehicle."""
        return self.kind == "tlog"


def parse_link(text: str) -> LinkSpec:
    """A link from its text.

    Raises:
        UsageError: one line that says what is wrong and how links are written.
    """
    kind, colon, rest = text.strip().partition(":")
    if not colon or not rest:
        raise _problem(text, f"write kind:address, one of {EXAMPLES}")
    if kind in NETWORK_KINDS:
        return _network(text, kind, rest)
    if kind == "serial":
        return _serial(text, rest)
    if kind == "tlog":
        return _tlog(text, rest)
    raise _problem(text, f"no kind '{_shown(kind)}'; write one of {EXAMPLES}")


def _problem(text: str, words: str) -> UsageError:
    """What is wrong with a text, in one line whatever the text holds."""
    return UsageError(f"link '{_shown(text)}': {words}")


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text[:MAX_SHOWN])


def _network(text: str, kind: str, rest: str) -> LinkSpec:
    host, colon, port = rest.rpartition(":")
    if not colon or not _is_number(port) or int(port) > 65_535:
        raise _problem(text, f"it must end with a port from 0 to 65535, as {kind}:127.0.0.1:14550")
    if int(port) == 0 and kind in ("udpout", "tcp"):
        raise _problem(text, "port 0 can't be called; name the other side's port")
    # an IPv6 address is written in brackets, and sockets want it without them
    host = host.strip("[]") or ("0.0.0.0" if kind.endswith("in") else "127.0.0.1")  # noqa: S104 - asked for
    return LinkSpec(text=text, kind=kind, host=host, port=int(port))


def _serial(text: str, rest: str) -> LinkSpec:
    # from the end: the names in /dev/serial/by-path hold colons themselves
    device, colon, baud = rest.rpartition(":")
    if not colon:
        return LinkSpec(text=text, kind="serial", device=rest)
    if not _is_number(baud) or int(baud) == 0 or not device:
        raise _problem(text, "write serial:DEVICE:BAUD, as serial:/dev/ttyACM0:115200")
    return LinkSpec(text=text, kind="serial", device=device, baud=int(baud))


def _is_number(text: str) -> bool:
    """Plain digits, few enough to be a port or a speed; `isdigit` alone takes a superscript 2 too."""
    return text.isascii() and text.isdigit() and len(text) < 10


def _tlog(text: str, rest: str) -> LinkSpec:
    """A file name may hold an `@`; only a number or `max` behind the last one is a speed, if that is no file's name."""
    name, at, speed = rest.rpartition("@")
    factor = _speed(speed) if at else None
    if factor is None or _is_file(rest):
        name, factor = rest, 1.0
    if not _is_file(name):
        hint = "; behind '@' stands a speed, as @5 or @max" if at and _speed(speed) is None else "; check the path"
        raise _problem(text, f"there is no file '{_shown(name)}'{hint}")
    return LinkSpec(text=text, kind="tlog", device=str(Path(name).expanduser()), speed=factor)


def _is_file(name: str) -> bool:
    """False too for names that no file can have: a NUL, too long, a home of nobody."""
    try:
        return Path(name).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):
        return False


def _speed(text: str) -> float | None:
    if text == "max":
        return math.inf
    try:
        speed = float(text)
    except ValueError:
        return None
    return speed if speed > 0 else None
