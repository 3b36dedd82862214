# SPDX-License-Identifier: Apache-2.0
"""Looks at recordings from outside: with the `mcap` library, and with nothing of the recorder's own book-keeping."""

from __future__ import annotations

import json
import struct
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mcap.reader import NonSeekingReader


class Recorded(NamedTuple):
    file: str
    topic: str
    sid: str
    seq: int
    is_late: bool
    log_ns: int
    publish_ns: int
    payload: bytes


def recorded(folder: Path) -> Iterator[Recorded]:
    """Every message of a session that has a number, file by file; an unclosed file up to its cut."""
    for path in sorted(folder.glob("*.mcap")):
        with path.open("rb") as file:
            messages = NonSeekingReader(file).iter_messages(log_time_order=False)
            while True:
                try:
                    _, channel, message = next(messages)
                except StopIteration:
                    break
                except Exception:  # noqa: BLE001 - the library's word for a file that was cut
                    break
                sid, seq = _stamp(channel.topic, message.data)
                is_late = channel.metadata["late"] == "true"
                yield Recorded(
                    path.name, channel.topic, sid, seq, is_late, message.log_time, message.publish_time, message.data
                )


def _stamp(topic: str, data: bytes) -> tuple[str, int]:
    if topic.endswith("raw/_mav"):
        _, _, sid, seq = struct.unpack_from("<4sB3x16sQ", data)
        return sid.decode(), seq
    try:
        content = json.loads(data)
    except ValueError:
        return "", -1
    return (content.get("sid", ""), content.get("seq", -1)) if isinstance(content, dict) else ("", -1)


def numbers(folder: Path) -> dict[tuple[str, str], list[int]]:
    """Numbers of each session of each numbered topic of a vehicle, sorted, repeats included."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in recorded(folder):
        owner = one.topic.split("/")[1]
        if one.sid and one.seq >= 0 and not owner.startswith("_") and not one.topic.endswith(("/req", "tlm/sum")):
            found[one.topic, one.sid].append(one.seq)
    return {key: sorted(value) for key, value in found.items()}


def holes(found: dict[tuple[str, str], list[int]]) -> dict[tuple[str, str], list[int]]:
    """Numbers between the first and the last that are not there."""
    missing = {key: sorted(set(range(seqs[0], seqs[-1] + 1)) - set(seqs)) for key, seqs in found.items()}
    return {key: value for key, value in missing.items() if value}


def repeats(found: dict[tuple[str, str], list[int]]) -> dict[tuple[str, str], list[int]]:
    """Numbers that are there more than once."""
    twice = {key: [seq for seq, count in Counter(seqs).items() if count > 1] for key, seqs in found.items()}
    return {key: value for key, value in twice.items() if value}
