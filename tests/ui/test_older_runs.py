# SPDX-License-Identifier: Apache-2.0
"""What was read of older values comes in any order, is never there twice, and has its bound."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.value_path import ValueRef
from groundstation.ui.plots.older_runs import OlderRuns
from groundstation.ui.plots.older_values import OlderPart
from groundstation.ui.series import PlotSeries

REF, OTHER = (ValueRef(VehicleKey("fleet", "uav-02"), path) for path in ("position.height_home_m", "attitude.roll_deg"))
RULES = PlotSeries(gap_s=2.0)
TIMES = np.arange(0.0, 1_000.0, 0.1)
VALUES = np.sin(TIMES)


def part(begin_s, end_s, ref=REF, times=TIMES, values=VALUES, **bounds):
    inside = (times >= begin_s) & (times < end_s)
    return OlderPart(ref=ref, begin_s=begin_s, end_s=end_s, times=times[inside], values=values[inside], **bounds)


def bytes_of(*spans):
    runs = OlderRuns()
    for span in spans:
        runs.add(part(*span), RULES)
    return runs.nbytes


TWO_AND_A_HALF = bytes_of((0.0, 100.0)) * 5 // 2


def points(runs, ref=REF):
    found = runs.runs(ref, -math.inf, math.inf)
    if not found:
        return np.empty(0), np.empty(0)
    return tuple(np.concatenate([getattr(run.pyramid, name) for run in found]) for name in ("times", "values"))


@pytest.mark.parametrize("seed", range(8))
def test_parts_in_any_order_that_overlap_become_one_line_without_a_seam(seed):
    rng, runs = np.random.default_rng(seed), OlderRuns()
    begins = np.concatenate((np.arange(0.0, 1_000.0, 50.0), rng.uniform(0, 900, 10)))
    for begin_s in rng.permutation(begins).tolist():
        runs.add(part(begin_s, min(1_000.0, begin_s + rng.uniform(50.0, 120.0))), RULES)
        read = sum(run.end_s - run.begin_s for run in runs.runs(REF, 0.0, 1_000.0))
        left = sum(end_s - begin_s for begin_s, end_s in runs.holes(REF, 0.0, 1_000.0))
        assert read + left == pytest.approx(1_000.0)
    assert runs.holes(REF, 0.0, 1_000.0) == []
    assert len(runs.runs(REF, 0.0, 1_000.0)) == 1
    np.testing.assert_array_equal(points(runs)[0], TIMES)
    np.testing.assert_array_equal(points(runs)[1], VALUES)


@pytest.mark.parametrize(("pause_s", "gaps"), [(1.99, 0), (2.01, 1)])
def test_a_pause_breaks_the_line_by_the_rules_of_a_series_also_where_two_parts_meet(pause_s, gaps):
    before, behind = np.arange(90.0, 100.0, 0.1), np.arange(100.0 + pause_s - 0.1, 110.0, 0.1)
    times = np.concatenate((before, behind))
    by_rules = PlotSeries(gap_s=2.0)
    by_rules.extend(times, times)
    for cuts in ((90.0, 110.0), (90.0, 100.5, 110.0), (90.0, 95.0, 100.0, 105.0, 110.0)):
        runs = OlderRuns()
        for begin_s, end_s in itertools.pairwise(cuts):
            runs.add(part(begin_s, end_s, times=times, values=times), RULES)
        assert np.isnan(points(runs)[1]).sum() == gaps
        np.testing.assert_array_equal(points(runs)[0], by_rules.times)
        np.testing.assert_array_equal(points(runs)[1], by_rules.values)


@pytest.mark.parametrize(
    ("usual_s", "pause_s", "gaps"), [(2.0, 5.9, 0), (2.0, 6.1, 1), (40.0, 89.0, 0), (40.0, 91.0, 1)]
)
def test_a_sensor_is_judged_by_its_own_pace(usual_s, pause_s, gaps):
    rules = PlotSeries(gap_s=90.0, is_paced=True)
    before = np.arange(0.0, 20 * usual_s, usual_s)
    times = np.concatenate((before, before[-1] + pause_s + before))
    rules.extend(times, times)
    runs = OlderRuns()
    runs.add(part(0.0, 10_000.0, times=times, values=times), PlotSeries(gap_s=90.0, is_paced=True))
    assert np.isnan(points(runs)[1]).sum() == np.isnan(rules.values).sum() == gaps


def test_points_that_do_not_rise_are_left_out():
    times = np.array([1.0, 2.0, 2.0, 1.5, 3.0])
    runs = OlderRuns()
    runs.add(OlderPart(ref=REF, begin_s=0.0, end_s=4.0, times=times, values=times * 10), PlotSeries())
    assert points(runs)[1].tolist() == [10.0, 20.0, 30.0]


def test_what_is_not_there_is_no_hole():
    runs = OlderRuns()
    assert runs.holes(REF, -50.0, 2_000.0) == [(-50.0, 2_000.0)]
    runs.add(part(100.0, 200.0, earliest_s=0.0, latest_s=1_000.0), RULES)
    assert runs.holes(REF, -50.0, 2_000.0) == [(0.0, 100.0), (200.0, 1_000.0)]
    assert runs.holes(REF, 300.0, 2_000.0, is_bounded=False) == [(300.0, 2_000.0)]
    assert runs.holes(OTHER, 0.0, 1.0) == [(0.0, 1.0)]


def test_what_was_not_shown_for_longest_goes_first_and_memory_is_bounded():
    runs = OlderRuns(most_bytes=TWO_AND_A_HALF)
    spans = [(0.0, 100.0), (200.0, 300.0), (400.0, 500.0)]
    for span in spans[:2]:
        runs.look(*span)
        runs.add(part(*span), RULES)
    # the first one is looked at again
    runs.look(*spans[0])
    runs.runs(REF, *spans[0])
    runs.look(*spans[2])
    runs.add(part(*spans[2]), RULES)
    assert runs.nbytes <= TWO_AND_A_HALF
    assert [(run.begin_s, run.end_s) for run in runs.runs(REF, 0.0, 1_000.0)] == [spans[0], spans[2]]
    assert not runs.is_full


def test_of_what_is_shown_the_rest_goes_and_what_has_no_room_is_not_asked_for_again():
    most = bytes_of((0.0, 100.0), (300.0, 500.0)) - 1
    runs = OlderRuns(most_bytes=most)
    runs.look(0.0, 100.0)
    runs.add(part(0.0, 100.0), RULES)
    runs.look(50.0, 1_000.0)
    runs.runs(REF, 50.0, 1_000.0)
    runs.add(part(300.0, 500.0), RULES)
    assert [run.begin_s for run in runs.runs(REF, 0.0, 1_000.0)] == [50.0, 300.0], "what is out of sight gave way"
    assert not runs.is_full
    runs.add(part(100.0, 1_000.0), RULES)
    assert runs.nbytes <= most
    assert runs.is_full
    runs.look(50.0, 400.0)
    assert not runs.is_full


def test_the_value_of_a_moment_is_the_last_one_before():
    runs = OlderRuns()
    runs.add(part(100.0, 200.0), RULES)
    time_s, value = runs.value_at(REF, 150.05)
    assert (time_s, value) == (pytest.approx(150.0), pytest.approx(math.sin(150.0)))
    assert runs.value_at(REF, 99.0) is None
    assert runs.value_at(OTHER, 150.0) is None
