# SPDX-License-Identifier: Apache-2.0
"""Long lists in the order of time that grow by a little: what is new is put in its place. Pure.

A day of a large fleet has a hundred thousand things that happened; a list of them is never sorted anew for one more.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


def put_in(ordered: list[T], new: Iterable[T], time_of: Callable[[T], Any]) -> None:
    """Put each into its place; behind those of the same time, as sorting would.

    Args:
        ordered: in the order of time; changed.
        new: in any order; of two of the same time the first one stands first.
        time_of: of one of them.
    """
    for one in new:
        at = time_of(one)
        # what just happened stands at the end
        if not ordered or time_of(ordered[-1]) <= at:
            ordered.append(one)
        else:
            bisect.insort_right(ordered, one, key=time_of)


def added_to(old: list[T], new: list[T]) -> list[T] | None:
    """What a list has more than an earlier one of the very same things, in its order.

    Looks from the end, and no further than to the earliest of what is new.

    Returns:
        None where it is another list: something in it is gone, or its things are others.
    """
    count = len(new) - len(old)
    if count < 0:
        return None
    found: list[T] = []
    here, before = len(new) - 1, len(old) - 1
    while here > before:
        if before >= 0 and new[here] is old[before]:
            before -= 1
        else:
            found.append(new[here])
        here -= 1
    is_same = here < 0 or (new[here] is old[here] and new[0] is old[0])
    return found[::-1] if is_same and len(found) == count else None
