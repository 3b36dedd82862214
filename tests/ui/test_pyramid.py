# SPDX-License-Identifier: Apache-2.0
"""What is drawn of a long curve, held against a search through every point of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from groundstation.ui.plots.pyramid import FEW, Pyramid, thinned

COLUMNS = 40


def curve(count, seed=1, gaps=0):
    """Points that come in bursts and pauses, some of them gaps."""
    rng = np.random.default_rng(seed)
    pauses = rng.choice([0.001, 0.01, 3.0], count, p=[0.6, 0.399, 0.001])
    values = np.cumsum(rng.standard_normal(count))
    values[rng.integers(0, count, gaps)] = np.nan
    return 1_000.0 + np.cumsum(pauses), values


def columns_of(times, begin_s, end_s, columns):
    """By the definition: each point's column, one at a time."""
    width_s = (end_s - begin_s) / columns
    return np.floor(times / width_s).astype(np.int64)


@pytest.fixture(params=[0, 300])
def points(request):
    return curve(60_000, gaps=request.param)


def spanned(times, part):
    """Begin and end of a part of all there is, seconds."""
    whole_s = times[-1] - times[0]
    return tuple(float(times[0] + share * whole_s) for share in part)


PARTS = [(0.0, 1.0), (0.31, 0.72), (0.5, 0.53), (-0.4, 1.4)]


@pytest.mark.parametrize("part", PARTS)
def test_each_column_has_its_first_last_least_and_greatest_and_nothing_that_was_not_there(points, part):
    times, values = points
    begin_s, end_s = spanned(times, part)
    shown_s, shown = thinned(times, values, begin_s, end_s, COLUMNS)
    assert np.all(np.diff(shown_s) >= 0)
    assert np.isin(shown[np.isfinite(shown)], values).all(), "nothing is averaged"
    inside = (times >= begin_s) & (times < end_s)
    drawn = (shown_s >= begin_s) & (shown_s < end_s)
    own, others = (columns_of(one, begin_s, end_s, COLUMNS) for one in (times[inside], shown_s[drawn]))
    dense = 0
    for column in np.unique(own):
        mine, told = values[inside][own == column], shown[drawn][others == column]
        dense += len(mine) > FEW
        assert len(told) <= FEW
        np.testing.assert_equal((told[0], told[-1]), (mine[0], mine[-1]))
        assert bool(np.isnan(told).any()) == bool(np.isnan(mine).any()), "a gap stays one"
        if np.isfinite(mine).any():
            assert (np.nanmin(told), np.nanmax(told)) == (np.nanmin(mine), np.nanmax(mine))
        if len(mine) <= FEW:
            np.testing.assert_array_equal(told, mine)
    assert dense > COLUMNS // 8, "or nothing was thinned at all"


@pytest.mark.parametrize("part", PARTS)
def test_a_pyramid_tells_the_same_but_for_a_part_of_a_column_that_counts_to_the_next(points, part):
    times, values = points
    begin_s, end_s = spanned(times, part)
    shown_s, shown = Pyramid(times, values).view(begin_s, end_s, COLUMNS)
    assert np.all(np.diff(shown_s) >= 0)
    assert np.isin(shown[np.isfinite(shown)], values).all()
    exact_s, exact = thinned(times, values, begin_s, end_s, COLUMNS)
    np.testing.assert_equal((shown[0], shown[-1]), (exact[0], exact[-1]))
    width_s = (end_s - begin_s) / COLUMNS
    for column_s in np.arange(begin_s, end_s, width_s).tolist():
        for one_s, one, other_s, other in ((shown_s, shown, exact_s, exact), (exact_s, exact, shown_s, shown)):
            mine = one[(one_s >= column_s) & (one_s < column_s + width_s)]
            # its own column and those beside it
            told = other[(other_s >= column_s - width_s) & (other_s < column_s + 2 * width_s)]
            assert len(mine) <= 2 * FEW
            assert bool(np.isnan(told).any()) or not np.isnan(mine).any()
            if np.isfinite(mine).any():
                assert np.nanmin(told) <= np.nanmin(mine)
                assert np.nanmax(told) >= np.nanmax(mine)


def test_no_point_is_left_out_where_columns_begin_with_whole_buckets():
    times, values = np.arange(300_000.0), np.zeros(300_000)
    pyramid = Pyramid(times, values)
    edges = pyramid._whole(np.linspace(0, 300_000, 43).astype(np.int64))
    assert np.all(np.diff(edges) > 0)
    assert np.all(edges[2:-2] % 256 == 0), "or it would be slow"
    # a spike is found wherever it is: at each side of an edge too
    for place in (*edges[1:-1].tolist(), *(edges[1:-1] - 1).tolist()):
        spiked = values.copy()
        spiked[place] = 1.0
        assert Pyramid(times, spiked).view(0.0, 300_000.0, 41)[1].max() == 1.0


def test_few_points_are_drawn_as_they_are_with_the_neighbours_that_lines_come_from():
    times, values = np.arange(100.0), np.arange(100.0) ** 2
    shown_s, shown = Pyramid(times, values).view(10.5, 20.5, COLUMNS)
    assert shown_s.tolist() == list(range(10, 22))
    assert shown.tolist() == [time_s**2 for time_s in range(10, 22)]


def test_a_gap_between_points_of_one_column_is_left_open():
    times = np.arange(1_000.0)
    values = np.ones(1_000)
    values[550] = np.nan
    _, shown = Pyramid(times, values).view(0.0, 1_000.0, 10)
    assert np.isnan(shown).sum() == 1
    assert np.isfinite(shown[[0, -1]]).all()


def test_where_all_is_gap_nothing_is_drawn():
    pyramid = Pyramid(np.arange(5_000.0), np.full(5_000, np.nan))
    assert np.isnan(pyramid.view(0.0, 5_000.0, 10)[1]).all()
    assert pyramid.extremes(0.0, 5_000.0) is None


def test_an_empty_one_shows_nothing():
    assert [len(one) for one in Pyramid().view(0.0, 1.0, 10)] == [0, 0]
    assert Pyramid().extremes(0.0, 1.0) is None


@pytest.mark.parametrize("size", [1, 15, 16, 17, 255, 256, 4_097])
def test_put_together_from_both_ends_it_is_the_same_as_made_at_once(size):
    times, values = curve(9_000, seed=size, gaps=40)
    grown, begin, end = Pyramid(), 4_000, 4_000
    while begin > 0 or end < len(times):
        grown.append(times[end : end + size], values[end : end + size])
        grown.prepend(times[max(0, begin - size) : begin], values[max(0, begin - size) : begin])
        begin, end = max(0, begin - size), min(len(times), end + size)
    np.testing.assert_array_equal(grown.times, times)
    at_once = Pyramid(times, values)
    for share in (0.0, 0.3, 0.6):
        begin_s, end_s = times[0] + share * 10.0, times[-1] - share * 10.0
        for mine, theirs in zip(grown.view(begin_s, end_s, 30), at_once.view(begin_s, end_s, 30), strict=True):
            np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize(("first", "stop"), [(0, 60_000), (1, 59_999), (777, 33_333), (20_000, 20_010), (5, 5)])
def test_what_is_dropped_is_told_no_more_and_its_memory_given_back(points, first, stop):
    times, values = points
    pyramid = Pyramid(times, values)
    before = pyramid.nbytes
    pyramid.keep(float(times[first]), math.nextafter(float(times[stop - 1]), math.inf) if stop > first else 0.0)
    np.testing.assert_array_equal(pyramid.times, times[first:stop])
    assert pyramid.nbytes < before
    if stop > first:
        least, greatest = np.nanmin(values[first:stop]), np.nanmax(values[first:stop])
        assert pyramid.extremes(-math.inf, math.inf) == (least, greatest)
    # and it goes on growing, at both ends
    rng, kept_s, kept = np.random.default_rng(3), times[first:stop], values[first:stop]
    for more in [1] * 20 + [7] * 40:
        come, before = rng.standard_normal(more) * 1e3, rng.standard_normal(more // 3) * 1e3
        last_s, first_s = (kept_s[-1], kept_s[0]) if len(kept_s) else (0.0, 0.0)
        later_s, earlier_s = last_s + np.arange(1.0, more + 1.0), first_s - np.arange(more // 3, 0.0, -1.0)
        pyramid.append(later_s, come)
        pyramid.prepend(earlier_s, before)
        kept_s, kept = np.concatenate((earlier_s, kept_s, later_s)), np.concatenate((before, kept, come))
        one, other = sorted(rng.integers(0, len(kept_s), 2).tolist())
        inside = kept[one:other]
        wanted = (np.nanmin(inside), np.nanmax(inside)) if np.isfinite(inside).any() else None
        assert pyramid.extremes(kept_s[one], kept_s[other]) == wanted


@pytest.mark.parametrize("columns", [1_000, 100_000])
def test_points_without_a_pyramid_are_thinned_to_the_same(points, columns):
    times, values = points
    span = (float(times[100]), float(times[-100]), columns)
    for mine, theirs in zip(thinned(times, values, *span), Pyramid(times, values).view(*span), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_what_another_tells_of_is_left_out(points):
    times, values = points
    before_s, pyramid = float(times[30_000]), Pyramid(times, values)
    shown_s, _ = pyramid.view(float(times[0]), float(times[-1]), COLUMNS, before_s)
    assert shown_s[-1] == times[29_999]
    whole_s, _ = pyramid.view(float(times[0]), float(times[-1]), COLUMNS)
    assert np.isin(shown_s[:-10], whole_s).all(), "columns are where they were"


@pytest.mark.parametrize("seed", range(5))
def test_the_extremes_of_any_span_are_those_of_its_points(seed):
    times, values = curve(30_000, seed, gaps=5_000)
    pyramid, rng = Pyramid(times, values), np.random.default_rng(seed)
    for _ in range(200):
        first, stop = sorted(rng.integers(0, len(times), 2).tolist())
        inside = values[first:stop]
        wanted = (np.nanmin(inside), np.nanmax(inside)) if np.isfinite(inside).any() else None
        assert pyramid.extremes(times[first], times[stop]) == wanted


def test_points_stay_where_they_are_while_the_view_moves_over_them():
    times, values = curve(200_000)
    pyramid, width_s = Pyramid(times, values), 0.5
    begin_s = math.floor(times[0]) + 20.0
    one, other = (pyramid.view(begin_s + move_s, begin_s + move_s + 50.0, 100) for move_s in (0.0, 10 * width_s + 0.2))
    # without the columns at the edges, which are cut
    common = (begin_s + 12 * width_s, begin_s + 98 * width_s)
    first, second = (shown[(shown_s >= common[0]) & (shown_s < common[1])] for shown_s, shown in (one, other))
    assert len(first) > 200
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(("end", "times"), [("append", [5.0]), ("append", [4.0, 6.0]), ("prepend", [1.0])])
def test_points_that_do_not_fit_are_refused(end, times):
    pyramid = Pyramid(np.array([1.0, 5.0]), np.array([0.0, 0.0]))
    with pytest.raises(ValueError, match=r"is not (later|earlier) than"):
        getattr(pyramid, end)(np.array(times), np.zeros(len(times)))
    assert len(pyramid) == 2
