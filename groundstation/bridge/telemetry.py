# SPDX-License-Identifier: Apache-2.0
"""What an autopilot said, until it is published: newest of each message, decoded when its stream is due. Bridge thread.

A message that is overtaken costs nothing but its frame. Heartbeats, and messages about several parts, are read at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import floor
from typing import Any

from msgspec.structs import replace

from groundstation.bridge.changes import DECISIVE
from groundstation.bridge.streams import MOTION, STREAM_OF, STREAM_OF_MESSAGE
from groundstation.fleet.identity import StreamInfo
from groundstation.fleet.kinds import INDEXED_KINDS, Samples, merge_indexed
from groundstation.mavlink.decode import SUPERSEDED_BY, decode
from groundstation.mavlink.decoders.motion import Decoded
from groundstation.mavlink.dialect import MSGIDS

SUPERSEDED_FOR_S = 5.0
MAX_PARTS = 40
"""Batteries or range finders of other components than the autopilot; a forged flood costs no more."""

_SUPERSEDED: dict[tuple[int, str], int] = {
    (MSGIDS[poorer], kind): MSGIDS[richer] for (poorer, kind), richer in SUPERSEDED_BY.items()
}
_MAY_BE_SUPERSEDED = frozenset(msgid for msgid, _ in _SUPERSEDED)
_RICHER = frozenset(_SUPERSEDED.values())
_READ_AT_ONCE = frozenset(MSGIDS[name] for name in ("HEARTBEAT", "BATTERY_STATUS", "DISTANCE_SENSOR", "ADSB_VEHICLE"))
"""Heartbeats, and messages that come several times, each about another part: the newest of each must survive."""
_REPETITIVE = frozenset(
    MSGIDS[name]
    for name in (
        "HEARTBEAT",
        "SYS_STATUS",
        "EXTENDED_SYS_STATE",
        "MISSION_CURRENT",
        "NAV_CONTROLLER_OUTPUT",
        "BATTERY_STATUS",
        "EKF_STATUS_REPORT",
    )
)
"""Messages that hold no clock and are often the same, byte by byte, as the one before."""


class Telemetry:
    """The telemetry of one life of a vehicle."""

    def __init__(
        self, streams: tuple[StreamInfo, ...], now_s: float, on_decisive: Callable[[str, Any, Any], None]
    ) -> None:
        """Begin with nothing known.

        Args:
            streams: what is published together, and how often.
            now_s: seconds on the bridge's clock.
            on_decisive: told of each sample of the retained state: its kind, the one before or None, and itself.
        """
        self._streams, self._on_decisive = streams, on_decisive
        count = len(streams)
        self._raw: list[dict[int, tuple[bytes, float]]] = [{} for _ in range(count)]
        self._pending: list[dict[str, Any]] = [{} for _ in range(count)]
        self._due_s = [now_s] * count
        self._last_seen_s: dict[int, float] = {}
        self._last_decoded: dict[int, tuple[bytes, Decoded]] = {}
        self.known: dict[str, Any] = {}
        """Newest sample of each kind."""

    def take(self, msgid: int, payload: bytes, now_s: float) -> float:
        """Keep a message until its stream is due.

        Returns:
            When that is, seconds on the bridge's clock.
        """
        stream = STREAM_OF_MESSAGE[msgid]
        if msgid in _RICHER:
            self._last_seen_s[msgid] = now_s
        if msgid in _READ_AT_ONCE:
            self._absorb(msgid, payload, now_s)
        else:
            self._raw[stream][msgid] = (payload, now_s)
        return self._due_s[stream]

    def take_part(self, kind: str, sample: Any) -> float | None:
        """A sample about a further part, as another component tells it: beside those of the autopilot.

        Returns:
            When its stream is due; None for one too many, which is left out.
        """
        known, pending = self.known, self._pending[STREAM_OF[kind]]
        others = [one.index for one in known.get(kind, ()) if one.component]
        if len(others) >= MAX_PARTS and sample.index not in others:
            return None
        known[kind] = merge_indexed(known.get(kind, ()), (sample,))
        pending[kind] = merge_indexed(pending.get(kind, ()), (sample,))
        return self._due_s[STREAM_OF[kind]]

    def due(self, now_s: float, slower: float) -> Iterator[tuple[int, Samples]]:
        """Number and news of each stream whose turn it is.

        Args:
            now_s: seconds on the bridge's clock.
            slower: how many times as seldom all but motion is told.
        """
        due_s = self._due_s
        for number, stream in enumerate(self._streams):
            if now_s < due_s[number]:
                continue
            raw = self._raw[number]
            if raw:
                # taken out before it is decoded: what comes meanwhile is of the next turn
                self._raw[number] = {}
                for msgid, (payload, at_s) in raw.items():
                    self._absorb(msgid, payload, at_s)
            pending = self._pending[number]
            if pending:
                self._pending[number] = {}
                # keep the pace although the loop looks only now and then, but never catch up with a burst
                period_s = stream.period_s * (slower if number != MOTION else 1.0)
                due_s[number] = max(due_s[number] + period_s, now_s + period_s / 2)
                yield number, Samples(**pending)

    def waiting_s(self) -> list[float]:
        """When the streams with news are due."""
        return [self._due_s[number] for number, raw in enumerate(self._raw) if raw or self._pending[number]]

    def hurry(self, now_s: float) -> None:
        """Everything is due now."""
        self._due_s = [now_s] * len(self._streams)

    def _absorb(self, msgid: int, payload: bytes, at_s: float) -> None:
        """Decode a message into what is known and into what is to be published."""
        known = self.known
        may_be_superseded = msgid in _MAY_BE_SUPERSEDED
        for kind, sample in self._decode(msgid, payload, floor(at_s * 1000.0 + 0.5) / 1000.0):
            if may_be_superseded and self._is_superseded(msgid, kind, at_s):
                continue
            pending = self._pending[STREAM_OF[kind]]
            old = known.get(kind)
            if kind in INDEXED_KINDS:
                news = (sample,)
                known[kind] = merge_indexed(old, news) if old else news  # type: ignore[arg-type]
                pending[kind] = merge_indexed(pending[kind], news) if kind in pending else news  # type: ignore[arg-type]
            else:
                # the same object in both: samples are frozen
                known[kind] = pending[kind] = sample
            if kind in DECISIVE:
                self._on_decisive(kind, old, known[kind])

    def _decode(self, msgid: int, payload: bytes, at_s: float) -> Decoded:
        """Samples of a message; one that repeats its predecessor, as slow ones mostly do, only gets the new time."""
        if msgid not in _REPETITIVE:
            return decode(msgid, payload, at_s)
        last = self._last_decoded.get(msgid)
        if last is not None and last[0] == payload:
            return [(kind, replace(sample, at_s=at_s)) for kind, sample in last[1]]
        decoded = decode(msgid, payload, at_s)
        self._last_decoded[msgid] = (payload, decoded)
        return decoded

    def _is_superseded(self, msgid: int, kind: str, now_s: float) -> bool:
        richer = _SUPERSEDED.get((msgid, kind))
        # for some seconds only: where the richer message stops, the poorer counts again
        return richer is not None and now_s - self._last_seen_s.get(richer, -1e9) < SUPERSEDED_FOR_S
