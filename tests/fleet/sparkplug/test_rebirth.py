# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import itertools

import pytest

from groundstation.fleet.sparkplug import rebirth
from groundstation.fleet.sparkplug.address import NodeKey
from groundstation.fleet.sparkplug.rebirth import CALM_S, FIRST_S, LONGEST_S, MOST_A_SECOND, REORDER_S, RebirthPacer

A = NodeKey("g", "a")


@pytest.mark.parametrize(("after_s", "asks"), [(REORDER_S - 0.1, False), (REORDER_S, True)])
def test_what_was_only_overtaken_has_its_time(after_s, asks):
    pacer = RebirthPacer()
    assert pacer.due([A], 100.0) == []
    assert bool(pacer.due([A], 100.0 + after_s)) is asks


def test_a_gap_that_closed_by_itself_is_not_asked_for():
    pacer = RebirthPacer()
    pacer.due([A], 100.0)
    pacer.due([], 101.0)
    assert pacer.due([A], 102.5) == []


def test_the_same_node_is_asked_ever_more_seldom():
    pacer, asked_s, now_s = RebirthPacer(), [], 100.0
    while now_s < 3000.0:
        now_s += 0.25
        asked_s += [now_s] * len(pacer.due([A], now_s))
    pauses = [round(b - a) for a, b in itertools.pairwise(asked_s)]
    assert pauses[:6] == [FIRST_S, 20, 40, 80, 160, LONGEST_S]
    assert max(pauses) <= LONGEST_S + 1


@pytest.mark.parametrize(("calm_s", "waits"), [(CALM_S - 1.0, True), (CALM_S, False)])
def test_births_that_don_t_help_are_no_news(calm_s, waits):
    # asked twice, then well for a while: the next pause is the third's unless it was well for long
    pacer = RebirthPacer()
    for now_s in (100.0, 102.0, 112.0):
        pacer.due([A], now_s)
    pacer.due([], 113.0)
    pacer.due([A], 113.0 + calm_s)
    at_s = next(s for s in range(113, 400) if pacer.due([A], float(s) + calm_s))
    later_s = next(s for s in range(at_s + 1, 600) if pacer.due([A], float(s) + calm_s))
    assert (later_s - at_s > FIRST_S + 1) is waits


def test_all_of_them_are_not_asked_at_once():
    pacer, nodes = RebirthPacer(), [NodeKey("g", str(number)) for number in range(35)]
    pacer.due(nodes, 100.0)
    asked = [len(pacer.due(nodes, 103.0 + step / 4)) for step in range(16)]
    assert sum(asked) == 35
    assert max(sum(asked[second : second + 4]) for second in range(0, 16, 4)) == MOST_A_SECOND


def test_nodes_that_were_made_up_are_forgotten(monkeypatch):
    monkeypatch.setattr(rebirth, "MAX_KNOWN", 3)
    pacer = RebirthPacer()
    for number in range(10):
        pacer.due([NodeKey("g", str(number))], 100.0)
    assert len(pacer._known) == 3
