# SPDX-License-Identifier: Apache-2.0
"""A little of what `python -m tests.logs.mutations` does at length."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.logs.mutations import FILES, mutations, read, sample

CASES = 150


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.long
def test_a_log_that_was_damaged_at_random_is_read_as_far_as_it_goes(kind: str, tmp_path: Path) -> None:
    counts = [read(tmp_path / "log", case) for case in mutations(sample(kind), CASES, seed=7)]
    assert sum(count > 0 for count in counts) > CASES // 2


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.long
def test_a_log_that_ends_later_never_has_less_in_it(kind: str, tmp_path: Path) -> None:
    data = sample(kind)
    counts = [read(tmp_path / "log", data[:size]) for size in range(1, len(data), 397)]
    assert counts == sorted(counts)
    assert counts[-1] > 0
