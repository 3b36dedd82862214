# SPDX-License-Identifier: Apache-2.0
"""`bench transfers`: plans and parameters over ways that lose frames, each seeded run judged at the vehicle.

Ours runs by a clock of its own; beside it MAVSDK, where it is installed, does the same in real time with the same
vehicles, losses and seeds. It neither reads an upload back nor is it asked to: its times are those of the upload alone.
"""

from __future__ import annotations

import importlib.util
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

import msgspec

from groundstation.app.bench.report import Comparison, Report
from groundstation.app.bench.transfer_run import LIMIT_S, Read, Sent, read, send
from groundstation.fleet.errors import GroundStationError

ITEMS, PARAMETERS = 100, 1_000
LOSSES = (0.2, 0.05)
"""Of each frame, each way; parameters are read at the first."""
PEER_RUNS, AT_ONCE = 40, 3
"""It runs in real time: so many at most, so many side by side."""
TOLD_EVERY = 25
SHARE, SHARE_AT_LITTLE = 99.0, 100.0
"""Percent of uploads that succeed, at the first loss and at the second."""
SEND_S, SEND_P95_S = (90.0, 40.0), (150.0, 60.0)
READ_S, READ_P95_S = 20.0, 30.0
"""Seconds; of uploads at each loss."""
NOT_THERE = "MAVSDK is not installed (pip install mavsdk): measured without the peer"
Outcome = TypeVar("Outcome", Sent, Read)
Outcome_co = TypeVar("Outcome_co", covariant=True)


class Once(Protocol[Outcome_co]):
    """One run."""

    def __call__(self, loss: float, seed: int, count: int) -> Outcome_co:
        """Over a way with this loss and seed, of so many items or parameters."""


class Peer(NamedTuple):
    """How MAVSDK does the same; every call takes seconds."""

    send: Once[Sent]
    read: Once[Read]


def run(runs: int, seed: int, stop: threading.Event, tell: Callable[[str], None]) -> Report:
    """Measure.

    Args:
        runs: how many of each.
        seed: of the first; each has the next.
        stop: ends it early.
        tell: told what is being done.

    Raises:
        GroundStationError: it was ended early, or a run of the peer failed.
    """
    peer = None
    if _has_peer():
        peer = Peer(_apart("send", Sent, stop), _apart("read", Read, stop))
    else:
        tell(NOT_THERE)
    return measure(runs, seed, peer, stop, tell)


def _has_peer() -> bool:
    # before its fourth version the package was another program
    return importlib.util.find_spec("mavsdk") is not None and importlib.util.find_spec("mavsdk.mavsdk") is not None


def measure(
    runs: int,
    seed: int,
    peer: Peer | None,
    stop: threading.Event,
    tell: Callable[[str], None],
    items: int | None = None,
) -> Report:
    """Measure, beside a peer or alone; see `run`."""
    items = ITEMS if items is None else items
    seeds, late_s = range(seed, seed + runs), 0.0
    told = Told(stop, tell)
    figures: list[Comparison] = []
    for place, loss in enumerate(LOSSES):
        title = f"{items} items, {loss:.0%} lost each way"
        ours = told.each(title, seeds, partial(send, loss, count=items))
        theirs = told.beside(title, seeds, partial(peer.send, loss, count=items)) if peer else []
        figures += _of_sending(title, ours, theirs, place)
        late_s = max([late_s, *(one.late_s for one in theirs)])
    title = f"{PARAMETERS} parameters, {LOSSES[0]:.0%} lost each way"
    reads = told.each(title, seeds, partial(read, LOSSES[0], count=PARAMETERS))
    others = told.beside(title, seeds, partial(peer.read, LOSSES[0], count=PARAMETERS)) if peer else []
    figures += _of_reading(title, reads, others)
    settings = {
        "runs": float(runs),
        "peer_runs": float(len(others)),
        "peer_late_s": max([late_s, *(one.late_s for one in others)]),
        "seed": float(seed),
        "items": float(items),
        "parameters": float(PARAMETERS),
    }
    return Report(bench="transfers", settings=settings, comparisons=tuple(figures))


class Told:
    """Runs of one measurement after the other, or side by side, with words about how far it is."""

    def __init__(self, stop: threading.Event, tell: Callable[[str], None]) -> None:
        self._stop, self._tell = stop, tell

    def each(self, title: str, seeds: Sequence[int], one: Callable[[int], Outcome]) -> list[Outcome]:
        """Ours, one after the other."""
        return list(self._counted(f"{title}: ours", len(seeds), map(one, seeds)))

    def beside(self, title: str, seeds: Sequence[int], one: Callable[[int], Outcome]) -> list[Outcome]:
        """The peer's, some at once."""
        some = seeds[:PEER_RUNS]
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="peer") as pool:
            return list(self._counted(f"{title}: MAVSDK, in real time", len(some), pool.map(one, some)))

    def _counted(self, title: str, count: int, found: Iterator[Outcome]) -> Iterator[Outcome]:
        self._tell(f"{title}, {count} runs; Ctrl-C ends it")
        for number, one in enumerate(found, start=1):
            if self._stop.is_set():
                raise GroundStationError("ended early; there is nothing to compare yet")
            if number % TOLD_EVERY == 0 and number < count:
                self._tell(f"{title}, {number} of {count}")
            yield one


def _of_sending(title: str, ours: list[Sent], theirs: list[Sent], place: int) -> Iterator[Comparison]:
    def share(runs: list[Sent]) -> float:
        return 100.0 * sum(one.is_told_done and one.is_there for one in runs) / len(runs)

    def false(runs: list[Sent]) -> float:
        return float(sum(one.is_told_done and not one.is_there for one in runs))

    done = [one for one in ours if one.is_told_done]
    goal = SHARE_AT_LITTLE if place else SHARE
    yield _row(f"{title}: uploaded", "%", share(ours), share(theirs) if theirs else None, goal, is_most=True)
    yield _row(f"{title}: said to be uploaded, and not there", "", false(ours), false(theirs) if theirs else None, 0.0)
    back = 100.0 * sum(one.is_read_back for one in done) / max(1, len(done))
    yield _row(f"{title}: of those uploaded, read back equal", "%", back, 0.0 if theirs else None, 100.0, is_most=True)
    yield from _times(f"{title}: until it was", _took(ours), _took(theirs), SEND_S[place], SEND_P95_S[place])


def _took(runs: list[Sent]) -> list[float]:
    return [one.took_s for one in runs if one.is_told_done]


def _of_reading(title: str, ours: list[Read], theirs: list[Read]) -> Iterator[Comparison]:
    def share(runs: list[Read]) -> float:
        return 100.0 * sum(one.is_told_whole and not one.missing for one in runs) / len(runs)

    def wrong(runs: list[Read]) -> float:
        return float(sum(one.wrong for one in runs))

    yield _row(f"{title}: all there", "%", share(ours), share(theirs) if theirs else None, 100.0, is_most=True)
    yield _row(f"{title}: wrong ones", "", wrong(ours), wrong(theirs) if theirs else None, 0.0)
    our_s, their_s = [one.took_s for one in ours], [one.took_s for one in theirs]
    yield from _times(f"{title}: until all were", our_s, their_s, READ_S, READ_P95_S)


def _times(title: str, ours: list[float], theirs: list[float], goal: float, late: float) -> Iterator[Comparison]:
    yield _row(f"{title}, median", "s", _part(ours, 50), _part(theirs, 50) if theirs else None, goal)
    yield _row(f"{title}, p95", "s", _part(ours, 95), _part(theirs, 95) if theirs else None, late)


def _part(values: list[float], percent: int) -> float:
    """A percentile; the longest there is where nothing came to its end."""
    if len(values) < 2:
        return values[0] if values else LIMIT_S
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _row(name: str, unit: str, value: float, peer: float | None, goal: float, *, is_most: bool = False) -> Comparison:
    return Comparison(
        name=name, unit=unit, value=value, peer=peer, goal=goal,
        wanted="at_least" if is_most else "at_most", is_by_ratio=False,
    )  # fmt: skip


def _apart(what: str, kind: type[Outcome], stop: threading.Event) -> Once[Outcome]:
    """A run of the peer in a process of its own: it is a library with threads that outlive their work."""

    def one(loss: float, seed: int, count: int) -> Outcome:
        if stop.is_set():
            raise GroundStationError("ended early; there is nothing to compare yet")
        command: list[str] = [sys.executable, "-m", "groundstation.app.bench.transfer_peer"]
        command += [what, str(loss), str(seed), str(count)]
        done = subprocess.run(command, capture_output=True, timeout=LIMIT_S + 100.0, check=False)
        if done.returncode != 0:
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise GroundStationError(f"a run of MAVSDK failed: {' '.join(last) or done.returncode}")
        return msgspec.json.decode(done.stdout, type=kind)

    return one
