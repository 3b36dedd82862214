# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from groundstation.transport.number_ranges import NumberRanges

small = st.integers(0, 40)


@given(st.lists(small), st.lists(st.tuples(small, small)), small, small)
def test_it_is_a_set_of_numbers(numbers: list[int], spans: list[tuple[int, int]], first: int, last: int) -> None:
    ranges, peer = NumberRanges(1_000), set()
    for number in numbers:
        assert ranges.add(number) is (number not in peer)
        peer.add(number)
    for begin, end in [(min(span), max(span)) for span in spans]:
        ranges.add_range(begin, end)
        peer |= set(range(begin, end + 1))
    assert [number for number in range(-1, 43) if number in ranges] == sorted(peer)
    assert [number for begin, end in ranges for number in range(begin, end + 1)] == sorted(peer)
    assert all(end + 1 < begin for (_, end), (begin, _) in zip(list(ranges), list(ranges)[1:], strict=False))
    missing = [number for begin, end in ranges.gaps(first, last) for number in range(begin, end + 1)]
    assert missing == [number for number in range(first, last + 1) if number not in peer]


def test_beyond_its_bound_the_nearest_ranges_become_one() -> None:
    ranges = NumberRanges(3)
    for number in (0, 10, 1 << 50, (1 << 50) + 5):
        ranges.add(number)
    assert list(ranges) == [(0, 0), (10, 10), (1 << 50, (1 << 50) + 5)]
    assert 11 not in ranges
