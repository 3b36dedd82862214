# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.fleet.errors import UsageError
from groundstation.transport.publishing import MAX_BYTES, Template, clearing, message_of, objection


@pytest.mark.parametrize(
    "topic",
    [
        "fleet/uav-1/cmd/req",
        "fleet/uav-1/ctl",
        "fleet/uav-1/anything/at/all",
        "fleet/_alm/x/now",
        "fleet/_gs/a/alm",
        "fleet",
        "fleet/",
        "sim/uav-1/state",
        "replay/x",
    ],
)
def test_nothing_is_published_below_the_fleets_own_roots(topic):
    assert "use their commands" in objection(topic)
    with pytest.raises(UsageError):
        message_of(Template(name="", topic=topic, payload="1"), 0.0)
    with pytest.raises(UsageError):
        clearing(topic)


@pytest.mark.parametrize("topic", ["", "a/+", "a/#", "#", "a\0b", "a\x01b", "$SYS/x", "$share/a/b", "a" * 65_536])
def test_what_is_no_topic_is_refused(topic):
    assert objection(topic)


@pytest.mark.parametrize(
    "topic", ["a", "a/b", "fleets/x", "my/fleet/x", "Fleet/x", " fleet/x", "ev/ışık ", "a" * 65_535]
)
def test_any_other_topic_is_allowed_byte_for_byte(topic):
    assert objection(topic) is None
    assert message_of(Template(name="", topic=topic, payload="1"), 0.0).topic == topic


def test_a_template_becomes_a_message_with_the_time_of_sending():
    told = Template(name="x", topic="a/b", payload='{"at": {{unix_s}}, "utc": "{{utc}}"}', qos=1, retain=True)
    message = message_of(told, 1_700_000_000.5)
    assert message.payload == b'{"at": 1700000000.500, "utc": "2023-11-14T22:13:20Z"}'
    assert (message.qos, message.retain, message.expiry_s) == (1, True, None)


@pytest.mark.parametrize(("size", "is_sent"), [(MAX_BYTES, True), (MAX_BYTES + 1, False)])
def test_a_message_by_hand_is_bounded(size, is_sent):
    told = Template(name="x", topic="a", payload="x" * size)
    if is_sent:
        assert len(message_of(told, 0.0).payload) == size
    else:
        with pytest.raises(UsageError, match="64 kB"):
            message_of(told, 0.0)


@pytest.mark.parametrize(("qos", "retain"), [(2, False), (-1, False), (0, True)])
def test_what_would_do_something_else_than_it_says_is_refused(qos, retain):
    with pytest.raises(UsageError):
        message_of(Template(name="x", topic="a", qos=qos, retain=retain), 0.0)


def test_clearing_is_an_empty_retained_message():
    message = clearing("a/b")
    assert (message.topic, message.payload, message.qos, message.retain) == ("a/b", b"", 1, True)


def test_half_a_character_is_refused():
    with pytest.raises(UsageError, match="a character that is none"):
        message_of(Template(name="", topic="a", payload="\ud83d"), 0.0)
