# SPDX-License-Identifier: Apache-2.0
"""In which order cells are flown, and from which corner each: the shortest way between them. Pure.

Exact for few cells (Held and Karp 1962); for more by the nearest next one, with stretches turned around (2-opt).
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

WAYS = 4
"""Of flying a cell; the last two are the first two backwards."""
MAX_EXACT = 9
MAX_IMPROVED = 400
Costs = NDArray[np.float64]


def backwards(way: int) -> int:
    """The number of a way of flying a cell, backwards."""
    return (way + 2) % WAYS


def order_of(apart: Costs, first: Costs, last: Costs, within: Costs) -> list[tuple[int, int]]:
    """Cells in the order in which they are flown, each with the way it is.

    Args:
        apart: metres from the end of one to the beginning of another, each in each of its ways (number of the cell
            times `WAYS` and that of the way).
        first: to the beginning of the first.
        last: from the end of the last.
        within: from line to line in each.
    """
    count = len(first) // WAYS
    if count == 0:
        return []
    if count <= MAX_EXACT:
        return _exact(apart + within[None], first + within, last, count)
    sequence = _nearest(apart, first, count)
    if count <= MAX_IMPROVED:
        sequence = _improved(sequence, apart, first, last)
    return _best_ways([cell for cell, _ in sequence], apart + within[None], first + within, last)


def _exact(apart: Costs, first: Costs, last: Costs, count: int) -> list[tuple[int, int]]:
    nodes = count * WAYS
    owner = np.arange(nodes) // WAYS
    best = np.full((1 << count, nodes), np.inf)
    came = np.full((1 << count, nodes), -1)
    for node in range(nodes):
        best[1 << owner[node], node] = first[node]
    for flown in range(1, 1 << count):
        total = best[flown][:, None] + apart
        before = np.argmin(total, axis=0)
        least = total[before, np.arange(nodes)]
        for node in range(nodes):
            bit = 1 << int(owner[node])
            if not flown & bit and least[node] < best[flown | bit, node]:
                best[flown | bit, node] = least[node]
                came[flown | bit, node] = before[node]
    flown = (1 << count) - 1
    node = int(np.argmin(best[flown] + last))
    found = []
    while node >= 0:
        found.append((node // WAYS, node % WAYS))
        flown, node = flown & ~(1 << (node // WAYS)), int(came[flown, node])
    return found[::-1]


def _nearest(apart: Costs, first: Costs, count: int) -> list[tuple[int, int]]:
    left = np.ones(count * WAYS, bool)
    node = int(np.argmin(first))
    found = []
    for _ in range(count):
        cell, way = divmod(node, WAYS)
        found.append((cell, way))
        left[cell * WAYS : (cell + 1) * WAYS] = False
        node = int(np.argmin(np.where(left, apart[node], np.inf)))
    return found


def _improved(sequence: list[tuple[int, int]], apart: Costs, first: Costs, last: Costs) -> list[tuple[int, int]]:
    count = len(sequence)
    nodes = np.array([cell * WAYS + way for cell, way in sequence])
    for _ in range(20):
        is_better = False
        for begin in range(count):
            ends = np.arange(begin, count)
            back = nodes // WAYS * WAYS + (nodes % WAYS + 2) % WAYS
            before = nodes[begin - 1] if begin else None
            to_old = first[nodes[begin]] if before is None else apart[before, nodes[begin]]
            to_new = first[back[ends]] if before is None else apart[before, back[ends]]
            after = np.append(nodes[begin + 1 :], -1)
            inner = after >= 0
            from_old = np.where(inner, apart[nodes[ends], after], last[nodes[ends]])
            from_new = np.where(inner, apart[back[begin], after], last[back[begin]])
            gain = to_old + from_old - to_new - from_new
            end = int(ends[np.argmax(gain)])
            if gain.max() > 1e-6:
                nodes[begin : end + 1] = back[begin : end + 1][::-1]
                is_better = True
        if not is_better:
            break
    return [divmod(int(node), WAYS) for node in nodes]


def _best_ways(cells: list[int], apart: Costs, first: Costs, last: Costs) -> list[tuple[int, int]]:
    """The best ways of flying cells whose order stands."""
    spans = [np.arange(cell * WAYS, (cell + 1) * WAYS) for cell in cells]
    total = first[spans[0]]
    came = []
    for before, now in itertools.pairwise(spans):
        over = total[:, None] + apart[np.ix_(before, now)]
        came.append(np.argmin(over, axis=0))
        total = over.min(axis=0)
    way = int(np.argmin(total + last[spans[-1]]))
    found = [way]
    for back in reversed(came):
        found.append(int(back[found[-1]]))
    return list(zip(cells, found[::-1], strict=True))
