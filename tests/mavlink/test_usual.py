# SPDX-License-Identifier: Apache-2.0
"""The quick decoders answer as the careful ones do, or not at all."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstation.mavlink.decode import DECODERS
from groundstation.mavlink.decoders import usual
from groundstation.mavlink.dialect import DEFINITIONS, MSGIDS, unpack

QUICK = sorted(usual.USUAL)
floats = st.floats(width=32, allow_nan=True, allow_infinity=True) | st.floats(-20, 20, width=32)


def near(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return min(abs(one - other), abs(abs(one - other) - 360.0)) < 2e-4
    return one == other


@settings(max_examples=400)
@given(st.data())
def test_quick_and_careful_agree(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(QUICK))
    definition = DEFINITIONS[MSGIDS[name]]
    values = []
    for kind in definition.layout.format[1:]:
        if kind == "f":
            values.append(data.draw(floats))
        else:
            bits = {"i": 31, "I": 32, "h": 15, "H": 16, "b": 7, "B": 8}[kind]
            values.append(data.draw(st.integers(0 if kind.isupper() else -(2**bits), 2**bits - 1)))
    payload = definition.layout.pack(*values)
    quick = usual.USUAL[name][0](definition.layout.unpack(payload), 1.0)
    if quick is None:
        return
    careful = DECODERS[name](unpack(definition.msgid, payload), 1.0)
    assert [kind for kind, _ in quick] == [kind for kind, _ in careful]
    for (_, one), (_, other) in zip(quick, careful, strict=True):
        for field in msgspec.structs.fields(one):
            assert near(getattr(one, field.name), getattr(other, field.name)), field.name


def test_the_messages_that_come_most_have_a_quick_decoder() -> None:
    assert set(QUICK) == {"ATTITUDE", "GLOBAL_POSITION_INT", "VFR_HUD"}
