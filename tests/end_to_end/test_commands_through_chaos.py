# SPDX-License-Identifier: Apache-2.0
"""A short seeded run of `bench commands`: real broker and bridge, killed; and the plain client that must fail."""

from __future__ import annotations

import threading

import pytest

from groundstation.app.bench import commands

pytestmark = [pytest.mark.mosquitto, pytest.mark.long]
SEED = 3


def test_orders_through_losses_and_kills_are_never_executed_twice_or_late_and_all_have_an_end(
    mosquitto_broker, monkeypatch
) -> None:
    monkeypatch.setattr(commands, "kill_every", lambda _: {"broker": 30, "bridge": 45})
    found = commands.try_ours(60, 20, SEED, threading.Event(), lambda _: None)
    assert (found.twice, found.late, found.endless, found.untrue) == (0, 0, 0, 0), found
    assert found.broker_kills >= 1
    assert found.bridge_kills >= 1
    assert sum(found.ends.values()) == 60
    # How many come through is decided by chance and by when a busy machine kills; that some do shows it was tried.
    assert found.executed >= 5, found
    assert found.ends.get("accepted_unverified", 0) >= 3, found


def test_the_same_harness_sees_a_plain_client_fail(mosquitto_broker) -> None:
    found = commands.try_plain(80, 20, SEED, {"broker": 40, "bridge": 60}, threading.Event())
    assert found.twice > 0, found
