# SPDX-License-Identifier: Apache-2.0
"""Counts what came and what is missing on one link from one component, by sequence numbers. Bridge thread; no I/O.

Sequence numbers are per link, 0 to 255. The first frame and a restart are no losses; frames of unknown messages count.
"""

from __future__ import annotations

import math
from collections import deque

WINDOW_S = 10.0
"""What the rates are taken over."""
BUCKET_S = 1.0
BACKWARDS = 200
"""A step forward of more than this is a step back: a late or doubled frame, not 200 losses."""
MIN_FRAMES = 10
"""Fewer frames make no share."""


class _Bucket:
    __slots__ = ("began_s", "frames", "missing", "size")

    def __init__(self, began_s: float) -> None:
        self.began_s = began_s
        self.frames = self.missing = self.size = 0


class LossCounter:
    """Rates and losses over the last ten seconds."""

    def __init__(self) -> None:
        self._expected_seq: int | None = None
        self._buckets: deque[_Bucket] = deque(maxlen=int(WINDOW_S / BUCKET_S))
        self._bucket = _Bucket(0.0)
        self._bucket_ends_s = -math.inf
        self.frames = 0
        """All frames so far."""
        self._last_gap_frame = 0

    def on_frame(self, seq: int, size: int, now_s: float) -> None:
        """One frame came."""
        bucket = self._bucket
        if now_s >= self._bucket_ends_s:
            bucket = self._bucket = _Bucket(now_s)
            self._bucket_ends_s = now_s + BUCKET_S
            self._buckets.append(bucket)
        bucket.frames += 1
        bucket.size += size
        self.frames += 1
        # hardly ever: what is rare is kept out of the way of every frame
        if seq != self._expected_seq:
            self._on_gap(bucket, seq)
        self._expected_seq = (seq + 1) & 0xFF

    def _on_gap(self, bucket: _Bucket, seq: int) -> None:
        """A number other than expected; 0 is a restart, and before the first there was none to expect."""
        self._last_gap_frame = self.frames
        if self._expected_seq is None or seq == 0:
            return
        # modulo 256: after 255 comes 0, which is no loss
        missing = (seq - self._expected_seq) & 0xFF
        if missing < BACKWARDS:
            bucket.missing += missing

    @property
    def in_order(self) -> int:
        """Frames in a row, up to the last, whose numbers follow each other."""
        return self.frames - self._last_gap_frame + 1

    def restart(self) -> None:
        """The other side began anew; its next number is no loss."""
        self._expected_seq = None

    def loss_fraction(self, now_s: float) -> float | None:
        """Share of frames missing; None while too few came."""
        recent = self._recent(now_s)
        frames, missing = 0, 0
        for one in recent:
            frames += one.frames
            missing += one.missing
        return round(missing / (frames + missing), 4) if frames >= MIN_FRAMES else None

    def rates(self, now_s: float) -> tuple[float, float]:
        """Frames and bytes a second."""
        recent = self._recent(now_s)
        if not recent:
            return 0.0, 0.0
        # shorter than a bucket would make a rate of a single frame
        span_s = max(BUCKET_S, now_s - recent[0].began_s)
        frames, size = 0, 0
        for one in recent:
            frames += one.frames
            size += one.size
        return round(frames / span_s, 1), round(size / span_s, 1)

    def _recent(self, now_s: float) -> list[_Bucket]:
        return [one for one in self._buckets if now_s - one.began_s <= WINDOW_S]
