# SPDX-License-Identifier: Apache-2.0
"""What rules are about: a vehicle, or a topic of another device, at one moment; and what words of a rule mean. Pure."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import NamedTuple

from groundstation.fleet.conditions import Condition
from groundstation.fleet.expressions import Number, Words
from groundstation.fleet.fleet_filter import WORDS
from groundstation.fleet.sensors import Life, Liveness, SensorReading
from groundstation.fleet.summary import VehicleSummary
from groundstation.fleet.value_path import exists

AGE, RATE = ".age", ".rate"
RATE_S = 5.0
"""A rate is that of so many seconds."""
LEAST_S = 1.0
"""Of less than that nobody tells a rate."""
MAX_SAMPLES = 50
MAX_RATES = 20_000
VALUE = "value"
"""Of a device that sends a plain number."""


class Rates:
    """How fast values change; one thread owns it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], deque[tuple[float, float]]] = OrderedDict()

    def take(self, source: str, path: str, value: float | None, told_s: float) -> float | None:
        """Remember a value, and say how fast it changes.

        Args:
            source: whose.
            path: which.
            value: of now; None where it is not known.
            told_s: when it was told, seconds on any clock that rises.

        Returns:
            Units a second, over the last seconds; None where they are too few, or a value is not known.
        """
        if value is None:
            self._kept.pop((source, path), None)
            return None
        kept = self._kept.setdefault((source, path), deque(maxlen=MAX_SAMPLES))
        self._kept.move_to_end((source, path))
        if len(self._kept) > MAX_RATES:
            self._kept.popitem(last=False)
        if not kept or told_s > kept[-1][0]:
            kept.append((told_s, value))
        while told_s - kept[0][0] > RATE_S:
            kept.popleft()
        span_s = kept[-1][0] - kept[0][0]
        return (kept[-1][1] - kept[0][1]) / span_s if span_s >= LEAST_S else None


class Seen(NamedTuple):
    """One subject at one moment: a vehicle, or a topic."""

    source: str
    """`fleet/uav-1`, or the topic."""
    now_s: float
    """Seconds on this computer's monotonic clock."""
    rates: Rates
    summary: VehicleSummary | None = None
    reading: SensorReading | None = None
    conditions: tuple[Condition, ...] = ()
    """What every station finds wrong with it."""


def _of_vehicle(number: Number[VehicleSummary]) -> Number[Seen]:
    get = number.get
    return Number(lambda seen: None if seen.summary is None else get(seen.summary), number.unit)


def _vehicle_address(path: str) -> Number[Seen] | None:
    """A value, its age or its rate."""
    if path.endswith(AGE) and exists(path.removesuffix(AGE)):
        kind = path.split(".", 1)[0]
        return Number(lambda seen: _age_s(seen, kind), "s")
    plain = path.removesuffix(RATE)
    found = WORDS.number(plain)
    if found is None:
        return None
    if path == plain:
        return _of_vehicle(found)
    get = found.get
    kind = plain.split(".", 1)[0]

    def rate(seen: Seen) -> float | None:
        if seen.summary is None:
            return None
        age_s = _age_s(seen, kind)
        # of a value that is not told anew the last rate would stay
        told_s = seen.now_s if age_s is None else seen.now_s - age_s
        return seen.rates.take(seen.source, plain, get(seen.summary), told_s)

    return Number(rate, found.unit)


def _age_s(seen: Seen, kind: str) -> float | None:
    state = seen.summary.state if seen.summary is not None else None
    return None if state is None else state.age_s(kind, seen.now_s)


def _sensor_number(reading: SensorReading, path: str) -> float | None:
    name = _sensor_path(reading, path)
    return None if name is None else reading.numbers.get(name)


def _sensor_path(reading: SensorReading, path: str) -> str | None:
    wanted = "" if path == VALUE else path
    if wanted in reading.numbers:
        return wanted
    # the words of a rule know no capitals
    return next((name for name in reading.numbers if name.casefold() == wanted), None)


def _sensor_unit(reading: SensorReading, path: str) -> str:
    """As the device says it."""
    name = _sensor_path(reading, path)
    note = reading.notes.get(name) if name is not None else None
    return note.unit if note is not None else ""


def _sensor_address(path: str) -> Number[Seen] | None:
    """A number of its payload by its path, or that one's rate."""
    if path in SENSOR_TEXTS:
        return None
    plain = path.removesuffix(RATE)
    if plain == path:
        return Number(
            lambda seen: None if seen.reading is None else _sensor_number(seen.reading, path),
            told_unit=lambda seen: "" if seen.reading is None else _sensor_unit(seen.reading, path),
        )

    def rate(seen: Seen) -> float | None:
        if seen.reading is None:
            return None
        found = _sensor_number(seen.reading, plain)
        return seen.rates.take(seen.source, plain, found, seen.reading.received_s)

    return Number(rate)


def _life(get: Callable[[Liveness], bool]) -> Callable[[Seen], bool | None]:
    """A question about a device that tells of its births and deaths; of others nobody knows."""
    return lambda seen: None if seen.reading is None or seen.reading.liveness is None else get(seen.reading.liveness)


def _text(get: Callable[[VehicleSummary], str | None]) -> Callable[[Seen], str | None]:
    return lambda seen: None if seen.summary is None else get(seen.summary)


def _question(get: Callable[[VehicleSummary], bool | None]) -> Callable[[Seen], bool | None]:
    return lambda seen: None if seen.summary is None else get(seen.summary)


SENSOR_TEXTS: dict[str, Callable[[Seen], str | None]] = {
    "topic": lambda seen: seen.source,
    "text": lambda seen: None if seen.reading is None else seen.reading.text,
}
VEHICLE_WORDS: Words[Seen] = Words(
    numbers={name: _of_vehicle(one) for name, one in WORDS.numbers.items()},
    texts={name: _text(one) for name, one in WORDS.texts.items()},
    questions={name: _question(one) for name, one in WORDS.questions.items()},
    anywhere=lambda seen: () if seen.summary is None else WORDS.anywhere(seen.summary),
    address=_vehicle_address,
)
SENSOR_WORDS: Words[Seen] = Words(
    numbers={
        "age": Number(lambda seen: None if seen.reading is None else seen.now_s - seen.reading.received_s, "s"),
        "size": Number(lambda seen: None if seen.reading is None else float(seen.reading.size_bytes), "B"),
    },
    texts=SENSOR_TEXTS,
    questions={
        "retained": lambda seen: None if seen.reading is None else seen.reading.is_retained,
        # of nodes of Sparkplug B and the devices behind them (docs/adr/0041)
        "dead": _life(lambda known: known.life is Life.DEAD),
        "absent": _life(lambda known: known.life is Life.ABSENT),
        "unborn": _life(lambda known: known.life is Life.UNBORN),
        "incomplete": _life(lambda known: known.is_incomplete),
        "contested": _life(lambda known: known.is_contested),
    },
    anywhere=lambda seen: (seen.source,),
    address=_sensor_address,
    has_names_with_blanks=True,
)
