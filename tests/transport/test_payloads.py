# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec.inspect
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.kinds import Samples
from groundstation.fleet.link import Connection, ConnReason, LinkState
from groundstation.fleet.motion import Position
from groundstation.fleet.overview import Overview
from groundstation.fleet.sample import Severity
from groundstation.transport import payloads
from groundstation.transport.leaves import LEAVES
from groundstation.transport.payloads import Envelope, PayloadError
from groundstation.transport.stamps import Stamp
from tests.support.updates import decoded

numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)


def envelope(content: object, **changes: object) -> bytes:
    fields: dict = {"sid": "s", "seq": 0, "ts": 1, "bms": 2, "d": content, **changes}
    return payloads.encode(Envelope(**fields))


@given(numbers, numbers, st.text(max_size=20))
def test_samples_come_back_as_they_went(lat, height, name) -> None:
    samples = Samples(position=Position(at_s=1.5, lat_deg=lat, height_home_m=height, invalid=(name,)))
    assert decoded("tlm/motion", envelope(samples)).d == samples


@given(st.text())
def test_events_come_back_as_they_went(text) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    event = Event(at_s=1.0, kind=EventKind.STATUS_TEXT, severity=Severity.ALERT, text=text)
    assert decoded("evt", envelope(event)).d == event


def test_unknown_is_null_on_the_wire_and_zero_is_zero() -> None:
    data = json.loads(envelope(Samples(position=Position(at_s=1.0, height_home_m=0.0))))["d"]["position"]
    assert data["lat_deg"] is None
    assert data["height_home_m"] == 0.0


def test_nan_never_reaches_the_wire() -> None:
    assert b"NaN" not in envelope(Samples(position=Position(at_s=1.0, lat_deg=float("nan"), lon_deg=float("inf"))))


def test_fields_and_names_of_a_newer_version_do_not_hurt() -> None:
    text = b'{"v":1,"sid":"s","seq":0,"ts":1,"bms":2,"new":1,"d":{"state":"hovering","reason":"whim","via":"b","x":[]}}'
    assert decoded("conn", text).d == Connection(state=LinkState.UNKNOWN, reason=ConnReason.UNKNOWN, via="b")


@pytest.mark.parametrize(
    "bad",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 60_000, b'{"v":1}', b"x" * 70_000,
     b'{"v":1,"sid":"s","seq":0,"ts":1,"bms":2,"d":{"position":{"at_s":"now"}}}',
     b'{"v":2,"sid":"s","seq":0,"ts":1,"bms":2,"d":{}}',
     b'{"v":1,"sid":"s","seq":1' + b"0" * 5000 + b',"ts":1,"bms":2,"d":{}}'],
)  # fmt: skip
def test_what_is_not_ours_is_refused_and_never_raised_further(bad: bytes) -> None:
    with pytest.raises(PayloadError):
        decoded("tlm/motion", bad)


@given(st.binary(max_size=200))
def test_no_bytes_make_another_error(data: bytes) -> None:
    for leaf in LEAVES:
        try:
            payloads.decode(leaf, data)
        except PayloadError:
            continue


def test_the_summary_stays_under_400_bytes() -> None:
    summary = Overview(
        lat_deg=-89.1234567, lon_deg=-179.1234567, height_home_m=-1234.567, heading_deg=359.9, ground_speed_mps=123.456,
        charge_fraction=0.99, mode="AVOID_ADSB", is_armed=True, landed="taking_off", worst="w" * 40, age_s=123.45,
        is_vouched=False, mode_age_s=123.45,
    )  # fmt: skip
    assert len(envelope(summary, sid="0123456789abcdef", seq=10**7, ts=1_763_820_805_123, bms=10**9)) < 400


def _numbers_of(kind: object, seen: set[object], path: str) -> Iterator[tuple[str, msgspec.inspect.IntType]]:
    match kind:
        case msgspec.inspect.IntType():
            yield path, kind
        case msgspec.inspect.StructType() if kind.cls not in seen:
            seen.add(kind.cls)
            for field in kind.fields:
                yield from _numbers_of(field.type, seen, f"{path}.{field.name}")
        case msgspec.inspect.UnionType():
            for one in kind.types:
                yield from _numbers_of(one, seen, path)
        case msgspec.inspect.DictType():
            yield from _numbers_of(kind.value_type, seen, path)
        case _:
            inner = [*getattr(kind, "item_types", ()), getattr(kind, "item_type", None)]
            for one in (one for one in inner if one is not None):
                yield from _numbers_of(one, seen, path)


def test_every_whole_number_that_travels_has_bounds() -> None:
    found: list[tuple[str, msgspec.inspect.IntType]] = []
    for one in (*(payloads.type_of(leaf) for leaf in LEAVES if leaf.content is not None), Stamp):
        found += _numbers_of(msgspec.inspect.type_info(one), set(), str(one))
    assert len(found) > 100
    assert [path for path, one in found if one.ge is None or one.le is None or one.le > 1 << 53] == []
