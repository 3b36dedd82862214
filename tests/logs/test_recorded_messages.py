# SPDX-License-Identifier: Apache-2.0
"""Messages of a recording in the order of time, whatever their order in its files, and what was said last."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstation.logs.mcap import channels
from groundstation.logs.mcap.mcap_file import McapFile
from groundstation.logs.open_log import open_log
from groundstation.logs.readers import recorded_messages
from groundstation.logs.readers.recorded_messages import last_before, messages_in_order

BASE_S = 1_790_000_000
TOPICS = ("fleet/uav-1/evt", "fleet/uav-1/state", "site/humidity")

rows = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(TOPICS), st.integers(0, 30), st.booleans()), min_size=1, max_size=60
)


def record(folder: Path, found: list[tuple[int, str, int, bool]]) -> Path:
    """A folder of files with a message of each row: file, topic, second, whether a chunk ends behind it."""
    session = folder / "session"
    session.mkdir()
    files = [McapFile(session / f"{number}.mcap") for number in (0, 1)]
    for number, (which, topic, second, is_end) in enumerate(found):
        file = files[which]
        time_ns = (BASE_S + second) * 10**9
        file.add(file.channel(topic, channels.JSON, {}), time_ns, time_ns, number, b'{"number":%d}' % number)
        if is_end:
            file.flush()
    for file in files:
        file.close()
    return session


@settings(deadline=None)
@given(rows, st.integers(0, 31), st.integers(0, 31))
def test_the_order_is_that_of_time_and_nothing_is_left_out(
    found: list[tuple[int, str, int, bool]], begin: int, end: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, open_log(record(Path(folder), found)) as log:
        read = list(messages_in_order(log, lambda one: True, BASE_S + begin, BASE_S + end))
    assert [one.time_s for one in read] == sorted(one.time_s for one in read)
    wanted = [(BASE_S + second, topic, number) for number, (_, topic, second, _) in enumerate(found)]
    assert sorted((one.time_s, one.channel.topic, one.number) for one in read) == sorted(
        one for one in wanted if begin <= one[0] - BASE_S <= end
    )


@settings(deadline=None)
@given(rows, st.integers(0, 31), st.integers(1, 3))
def test_what_was_said_last_is_known_of_each_topic_of_each_file(
    found: list[tuple[int, str, int, bool]], moment: int, depth: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, open_log(record(Path(folder), found)) as log:
        read = last_before(log, lambda one: one.topic != TOPICS[2], BASE_S + moment, depth)
    for which in (0, 1):
        for topic in TOPICS:
            seconds = sorted(second for file, of, second, _ in found if (file, of) == (which, topic))
            wanted = [BASE_S + one for one in seconds if one < moment][-depth:] if topic != TOPICS[2] else []
            numbers = {number for number, one in enumerate(found) if one[:2] == (which, topic)}
            assert [one.time_s for one in read if one.number in numbers] == wanted


def test_of_chunks_that_all_overlap_no_more_is_held_than_the_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # each chunk reaches from the first second to the last: only a forged file does that
    found = [(0, TOPICS[0], second, second == 1) for _ in range(200) for second in (0, 1)]
    most = 0

    real = recorded_messages.heapq.heappush

    def push(heap: list[object], item: object) -> None:
        nonlocal most
        real(heap, item)  # type: ignore[type-var]
        most = max(most, len(heap))

    monkeypatch.setattr(recorded_messages.heapq, "heappush", push)
    size = len(b'{"number":100}')
    monkeypatch.setattr(recorded_messages, "HELD_BYTES", 20 * size)
    with open_log(record(tmp_path, found)) as log:
        read = list(messages_in_order(log, lambda one: True))
    assert sorted(one.number for one in read) == list(range(400))
    assert 20 <= most <= 24
