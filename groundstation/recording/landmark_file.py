# SPDX-License-Identifier: Apache-2.0
"""The landmarks of a session, a line of JSON each, beside its files (`seek/landmarks.jsonl`). Any one thread a call."""

from __future__ import annotations

from pathlib import Path

import msgspec

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.landmarks import Landmark
from groundstation.logs.own_files import no_links

NAME = "landmarks.jsonl"
MAX_LINE_BYTES = 64 * 1024
MAX_LANDMARKS = 1_000_000
"""A day of a hundred vehicles has a tenth; what is more is left in the file."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Landmark)


def append(path: Path, landmarks: list[Landmark]) -> None:
    """Write further ones behind those that are there.

    Raises:
        OSError: the disk does not take them.
    """
    lines = b"".join(_encoder.encode(one) + b"\n" for one in landmarks)
    with open(path, "ab", buffering=0, opener=no_links) as file:
        size = file.tell()
        rest = memoryview(lines)
        try:
            while rest:
                rest = rest[file.write(rest) :]
        except OSError:
            # half a line would spoil the next one
            file.truncate(size)
            raise


def read(path: Path, begin_byte: int = 0) -> tuple[list[Landmark], int]:
    """The landmarks from a place in the file on; a line that makes no sense, or was cut, is left out.

    Args:
        path: of the file; an absent one has none.
        begin_byte: where a line begins.

    Returns:
        They are as they were written, and where the next line will begin.
    """
    found: list[Landmark] = []
    keys: dict[VehicleKey, VehicleKey] = {}
    try:
        with path.open("rb") as file:
            file.seek(begin_byte)
            for line in file:
                # the last line may be half-written yet
                if not line.endswith(b"\n") or len(found) >= MAX_LANDMARKS:
                    break
                begin_byte += len(line)
                if len(line) <= MAX_LINE_BYTES:
                    landmark = _read_one(line, keys)
                    if landmark is not None:
                        found.append(landmark)
    except OSError:
        return found, begin_byte
    return found, begin_byte


def _read_one(line: bytes, keys: dict[VehicleKey, VehicleKey]) -> Landmark | None:
    try:
        landmark = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if landmark.key is not None:
        # one object for a vehicle: a key for each of 250,000 landmarks was 50 MB, and the collector of cycles,
        # which walks tuples, held a seek up for 100 ms now and then
        msgspec.structs.force_setattr(landmark, "key", keys.setdefault(landmark.key, landmark.key))
    return landmark
