# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.fleet.errors import UsageError
from groundstation.transport.broker_url import BrokerUrl, parse_broker_url


@pytest.mark.parametrize(
    ("text", "scheme", "host", "port"),
    [
        ("mqtt://h:1", "mqtt", "h", 1), ("h", "mqtt", "h", 1883), ("h:99", "mqtt", "h", 99), ("mqtts://h", "mqtts", "h", 8883),
        ("ws://h", "ws", "h", 80), ("wss://h:9", "wss", "h", 9), ("tcp://h", "mqtt", "h", 1883), ("mqtt://[::1]:5", "mqtt", "::1", 5),
    ],
)  # fmt: skip
def test_schemes_and_ports(text, scheme, host, port) -> None:
    url = parse_broker_url(text)
    assert (url.scheme, url.host, url.port) == (scheme, host, port)


def test_everything_at_once() -> None:
    url = parse_broker_url("wss://ay%C5%9Fe:p%40ss@h:1/x?ca=/c&cert=/d&key=/k")
    expected = BrokerUrl(
        scheme="wss", host="h", port=1, path="/x", user="ayşe", password="p@ss", ca="/c", cert="/d", key="/k"
    )
    assert url == expected


def test_the_password_is_never_shown() -> None:
    assert parse_broker_url("mqtt://u:secret@h").shown == "mqtt://u@h:1883"


@pytest.mark.parametrize("bad", ["http://h", "mqtt://", "mqtt://h:x", "mqtt://h:70000", "mqtt://h?sni=1", ""])
def test_a_bad_url_says_how_to_write_it(bad: str) -> None:
    with pytest.raises(UsageError, match="broker URL"):
        parse_broker_url(bad)


@pytest.mark.parametrize(
    "text",
    [
        "mqtt://127.0.0.1:1883",
        "mqtts://ay%C5%9Fe:p%40ss%3Aw%2Frd@broker.example:8884?ca=%2Fetc%2Fmy+ca.pem&key=k",
        "ws://[::1]:9001/some/path",
        "mqtt://user@host:1",
    ],
)
def test_all_that_it_takes_to_connect_goes_to_a_child_and_comes_back(text):
    url = parse_broker_url(text)
    assert parse_broker_url(url.secret_text()) == url
