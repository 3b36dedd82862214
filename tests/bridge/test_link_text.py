# SPDX-License-Identifier: Apache-2.0
"""How links are written, and that whatever is written wrong gets one line that says what to write instead."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstation.bridge.link_text import DEFAULT_BAUD, LinkSpec, parse_link
from groundstation.fleet.errors import UsageError

GOOD = [
    ("udpin:0.0.0.0:14550", {"kind": "udpin", "host": "0.0.0.0", "port": 14550}),
    ("udpin::14550", {"kind": "udpin", "host": "0.0.0.0", "port": 14550}),
    ("udpin:127.0.0.1:0", {"kind": "udpin", "host": "127.0.0.1", "port": 0}),
    ("udpout:drone.local:14550", {"kind": "udpout", "host": "drone.local", "port": 14550}),
    ("tcp:[::1]:5760", {"kind": "tcp", "host": "::1", "port": 5760}),
    ("tcp::5760", {"kind": "tcp", "host": "127.0.0.1", "port": 5760}),
    ("tcpin:0.0.0.0:65535", {"kind": "tcpin", "host": "0.0.0.0", "port": 65535}),
    ("serial:/dev/ttyACM0:115200", {"kind": "serial", "device": "/dev/ttyACM0", "baud": 115200}),
    ("serial:/dev/ttyUSB0", {"kind": "serial", "device": "/dev/ttyUSB0", "baud": DEFAULT_BAUD}),
    ("serial:COM3:57600", {"kind": "serial", "device": "COM3", "baud": 57600}),
    ("  udpin:127.0.0.1:1  ", {"kind": "udpin", "host": "127.0.0.1", "port": 1}),
]
BAD = [
    ("", "udpin:0.0.0.0:14550"),
    ("udpin", "udpin:0.0.0.0:14550"),
    ("udpin:", "udpin:0.0.0.0:14550"),
    ("14550", "udpin:0.0.0.0:14550"),
    ("udp:127.0.0.1:14550", "no kind 'udp'"),
    ("UDPIN:127.0.0.1:14550", "no kind 'UDPIN'"),
    ("udpin:14550", "udpin:127.0.0.1:14550"),
    ("udpin:127.0.0.1:", "0 to 65535"),
    ("udpin:127.0.0.1:65536", "0 to 65535"),
    ("udpin:127.0.0.1:-1", "0 to 65535"),
    ("udpin:127.0.0.1:x", "0 to 65535"),
    ("udpin:127.0.0.1:²", "0 to 65535"),
    ("tcp:127.0.0.1:0", "other side's port"),
    ("udpout:127.0.0.1:0", "other side's port"),
    ("serial:/dev/ttyACM0:fast", "serial:/dev/ttyACM0:115200"),
    ("serial:/dev/ttyACM0:", "serial:/dev/ttyACM0:115200"),
    ("serial:/dev/ttyACM0:0", "serial:/dev/ttyACM0:115200"),
    ("serial::115200", "serial:/dev/ttyACM0:115200"),
    ("tlog:/no/such/file.tlog", "there is no file '/no/such/file.tlog'"),
    ("tlog:/no/such/file.tlog@5", "there is no file '/no/such/file.tlog'"),
    ("tlog:\0", "no file"),
    ("tlog:" + "x" * 5000, "no file"),
]


@pytest.mark.parametrize(("text", "fields"), GOOD)
def test_every_kind_is_read(text: str, fields: dict[str, object]) -> None:
    spec = parse_link(text)
    assert {name: getattr(spec, name) for name in fields} == fields
    assert spec.text == text


@pytest.mark.parametrize(("text", "remedy"), BAD)
def test_what_is_wrong_is_told_in_one_line_with_the_remedy(text: str, remedy: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_link(text)
    words = str(caught.value)
    assert remedy in words
    assert "\n" not in words
    assert len(words) < 600


@pytest.mark.parametrize(
    ("tail", "speed"), [("", 1.0), ("@5", 5.0), ("@0.25", 0.25), ("@max", math.inf), ("@1e3", 1000.0)]
)
def test_a_file_may_have_a_speed(tmp_path: Path, tail: str, speed: float) -> None:
    file = tmp_path / "flight.tlog"
    file.touch()
    spec = parse_link(f"tlog:{file}{tail}")
    assert (spec.kind, spec.device, spec.speed) == ("tlog", str(file), speed)


def test_an_at_sign_in_a_file_name_is_no_speed(tmp_path: Path) -> None:
    for name in ("me@home.tlog", "flight@0", "flight@-2", "flight@nan"):
        (tmp_path / name).touch()
        spec = parse_link(f"tlog:{tmp_path / name}")
        assert (spec.device, spec.speed) == (str(tmp_path / name), 1.0)


def test_a_name_that_is_a_file_wins_over_a_speed(tmp_path: Path) -> None:
    (tmp_path / "flight@5").touch()
    assert parse_link(f"tlog:{tmp_path / 'flight@5'}").speed == 1.0


def test_a_folder_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        parse_link(f"tlog:{tmp_path}")


@given(st.text() | st.from_regex(r"(udpin|udpout|tcp|tcpin|serial|tlog):.*", fullmatch=True))
def test_any_text_is_a_link_or_a_usage_error(text: str) -> None:
    try:
        spec = parse_link(text)
    except UsageError as error:
        words = str(error)
    else:
        words = "a link"
        assert isinstance(spec, LinkSpec)
        assert 0 <= spec.port <= 65_535
        assert spec.speed > 0
    assert len(words.splitlines()) == 1
