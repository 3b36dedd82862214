# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.fleet.errors import UsageError
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.sensors import matches
from groundstation.transport import topics
from groundstation.transport.interest import Interest
from groundstation.transport.leaves import station_filters

KEY = VehicleKey("sim", "uav-1")


def test_what_is_built_parses_back() -> None:
    assert topics.parse(topics.stream(KEY, "motion")) == topics.VehicleTopic(KEY, "tlm/motion")
    assert topics.parse(topics.bridge("fleet", "b1", "conn")) == topics.ServiceTopic("fleet", "_bridge", "b1", "conn")


@pytest.mark.parametrize(
    "foreign",
    ["", "fleet", "fleet/", "fleet//conn", "fleet/a.b/conn", "fleets/a/conn", "Türkiye/Trabzon", "$SYS/x", "fleet/uav-1",
     "fleet/uav-1/", "fleet/_x/conn", "fleet/_bridge//conn", "fleet/_bridge/b"],
)  # fmt: skip
def test_any_other_topic_is_not_ours(foreign: str) -> None:
    assert topics.parse(foreign) is None


@pytest.mark.parametrize("bad", ["a/b", "+", "#", "_x", "a.b", "", "a" * 40])
def test_no_topic_is_built_for_an_id_that_is_none(bad: str) -> None:
    with pytest.raises(UsageError, match="vehicle id"):
        topics.vehicle(VehicleKey("fleet", bad), "conn")


def test_filters_do_not_overlap() -> None:
    filters = {**station_filters("fleet"), **Interest(["fleet"]).filters()}
    for leaf in ("conn", "info", "state", "link", "evt", "tlm/motion", "tlm/sum"):
        assert sum(matches(one, f"fleet/uav-1/{leaf}") for one in filters) == 1
    assert sum(matches(one, "fleet/_bridge/b/conn") for one in filters) == 1
    assert not any(matches(one, "fleet/uav-1/cmd/req") for one in filters)


@pytest.mark.parametrize(
    ("topic_filter", "topic", "does"),
    [
        ("a/#", "a", True), ("a/#", "a/b/c", True), ("a/+", "a/b", True), ("a/+", "a/b/c", False), ("a/+", "a", False),
        ("+/b", "a/b", True), ("#", "$SYS/x", False), ("+/x", "$SYS/x", False), ("a", "a/b", False),
        ("T/ K/#", "T/ K/x", True), ("T/K/#", "T/ K/x", False), ("a/+/c", "a//c", True),
    ],
)  # fmt: skip
def test_matching_follows_the_standard(topic_filter: str, topic: str, does: bool) -> None:
    assert matches(topic_filter, topic) is does


@pytest.mark.parametrize(
    "good",
    ["Türkiye/Trabzon/Orta Hisar/KTÜ/Kabin1/#", "Türkiye/Trabzon/Orta Hisar/KTÜ/+/Nem-Sıcaklık/Nem", " a/ b ", "+"],
)
def test_filters_are_kept_as_they_are(good: str) -> None:
    assert topics.checked_filter(good) == good


@pytest.mark.parametrize("bad", ["", "#", "a/#/b", "a#", "a/b+", "a\0", "\ud800", "ü" * 40_000])
def test_a_bad_filter_is_refused_with_the_reason(bad: str) -> None:
    with pytest.raises(UsageError, match="topic filter"):
        topics.checked_filter(bad)
