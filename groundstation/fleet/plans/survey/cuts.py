# SPDX-License-Identifier: Apache-2.0
"""Shares a row of things among vehicles so that the longest takes least. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

MAX_ANY_ORDER = 9
"""Vehicles of which every order along the row is tried; more stand in the order in which they were given."""
Times = NDArray[np.float64]
Join = Callable[[Times, Times], Times]


def best_cuts(times: list[Times]) -> list[tuple[int, int, int]]:
    """Cut a row into stretches, one for each vehicle: the longest takes least, the others are as even as can be.

    Args:
        times: of each vehicle, seconds for the stretch from one thing up to another that is not in it any more; 0 on
            the diagonal, for nothing.

    Returns:
        For each vehicle that has one its number, and the stretch, along the row.
    """
    orders = _orders(len(times))
    longest = _best(times, orders, np.maximum)[0]
    # within that, the squares make the others alike
    limited = [np.where(one <= longest * (1.0 + 1e-9), one, np.inf) ** 2 for one in times]
    return _best(limited, orders, np.add)[1]


def _orders(count: int) -> Callable[[int], list[int]]:
    """Which vehicles may come next, by those that already have a stretch (bits)."""
    if count <= MAX_ANY_ORDER:
        return lambda used: [one for one in range(count) if not used >> one & 1]
    # one after the other
    return lambda used: [used.bit_length()] if used.bit_length() < count else []


def _best(
    times: list[Times], following: Callable[[int], list[int]], join: Join
) -> tuple[float, list[tuple[int, int, int]]]:
    length = len(times[0]) - 1
    start = np.full(length + 1, np.inf)
    start[0] = 0.0
    best: dict[int, Times] = {0: start}
    came: dict[tuple[int, int], tuple[NDArray[np.intp], Times]] = {}
    level = [0]
    for _ in times:
        next_level: dict[int, None] = {}
        for used, one in itertools.chain.from_iterable(((used, one) for one in following(used)) for used in level):
            total = join(best[used][:, None], times[one])
            cuts = np.argmin(total, axis=0)
            now, least = used | 1 << one, total[cuts, np.arange(length + 1)]
            came[now, one] = (cuts, least)
            best[now] = np.minimum(best[now], least) if now in best else least
            next_level[now] = None
        level = list(next_level)
    used, end = level[0], length
    found = []
    while used:
        one = min((one for one in range(len(times)) if (used, one) in came), key=lambda one: came[used, one][1][end])
        begin = int(came[used, one][0][end])
        if begin < end:
            found.append((one, begin, end))
        used, end = used & ~(1 << one), begin
    return float(best[level[0]][length]), found[::-1]


def fairest(times: Times) -> list[int]:
    """Which part each vehicle gets so that the longest time is least (bottleneck assignment).

    Args:
        times: a row for each vehicle, a column for each part; as many of both.

    Returns:
        The number of the part of each vehicle.
    """
    limits = np.unique(times)
    low, high = 0, len(limits) - 1
    while low < high:
        middle = (low + high) // 2
        if _matched(times <= limits[middle]) is None:
            low = middle + 1
        else:
            high = middle
    return _matched(times <= limits[low]) or list(range(len(times)))


def _matched(allowed: NDArray[np.bool_]) -> list[int] | None:
    """A part for each vehicle, of those that are allowed (augmenting paths, Kuhn 1955); None where there is none."""
    owners = [-1] * allowed.shape[1]

    def give(vehicle: int, seen: set[int]) -> bool:
        for part in np.flatnonzero(allowed[vehicle]):
            if part in seen:
                continue
            seen.add(int(part))
            if owners[part] < 0 or give(owners[part], seen):
                owners[part] = vehicle
                return True
        return False

    if not all(give(vehicle, set()) for vehicle in range(len(allowed))):
        return None
    found = [0] * len(allowed)
    for part, vehicle in enumerate(owners):
        found[vehicle] = part
    return found
