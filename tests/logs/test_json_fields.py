# SPDX-License-Identifier: Apache-2.0
"""Columns out of JSON that changes its shape from message to message."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from groundstation.logs.log import FieldInfo, Vocabulary
from groundstation.logs.mcap import origin
from groundstation.logs.mcap.origin import Origin
from groundstation.logs.readers.json_fields import FieldColumns, Fields, content


def columns(*messages: Any) -> dict[str, NDArray[Any]]:
    said = [content(json.dumps(one).encode()) for one in messages]
    fields = Fields()
    for one in said:
        fields.learn(one)
    found = FieldColumns(fields.steps)
    for one in said:
        found.add(one)
    return found.values(fields.infos())


def test_a_text_where_others_have_a_list_is_not_taken_apart() -> None:
    found = columns({"a": [1, 2]}, {"a": "xyz"})
    np.testing.assert_array_equal(found["a.0"], [1, math.nan])
    np.testing.assert_array_equal(found["a.1"], [2, math.nan])


def test_a_member_named_like_a_place_is_in_the_same_column() -> None:
    assert columns({"a": [1, 2]}, {"a": {"0": 3, "1": 4}})["a.0"].tolist() == [1, 3]
    assert columns({"a": {"0": 3, "1": 4}}, {"a": [1, 2]})["a.1"].tolist() == [4, 2]


def enveloped(said: dict[str, Any]) -> dict[str, Any]:
    return {"v": 1, "sid": "s", "seq": 0, "d": said}


@pytest.mark.parametrize("kind", ["battery", "esc", "gps", "range_finder", "traffic"])
def test_of_our_messages_what_has_an_index_is_addressed_by_it(kind: str) -> None:
    first, second = {"at_s": 1.0, "v": 10.0}, {"at_s": 1.0, "index": 1, "v": 11.0}
    fifth = {"index": 5, "v": 15.0, "cells_v": [3.5, 3.6]}
    found = columns(*(enveloped({kind: listed}) for listed in ([first, second], [second], [fifth, first], [])))
    np.testing.assert_array_equal(found[f"{kind}.0.v"], [10.0, math.nan, 10.0, math.nan])
    np.testing.assert_array_equal(found[f"{kind}.1.v"], [11.0, 11.0, math.nan, math.nan])
    np.testing.assert_array_equal(found[f"{kind}.5.v"], [math.nan, math.nan, 15.0, math.nan])
    np.testing.assert_array_equal(found[f"{kind}.5.cells_v.1"], [math.nan, math.nan, 3.6, math.nan])


def test_a_link_is_addressed_by_its_text_and_as_the_best_one() -> None:
    radio, lte = "serial:/dev/ttyUSB0:57600", "udpin:0.0.0.0:14550"
    weak = {"link": radio, "loss_fraction": 0.4}
    good = {"link": lte, "is_best": True, "loss_fraction": 0.1}
    found = columns(
        *(enveloped({"links": listed}) for listed in ([weak, good], [good], [{**weak, "is_best": True}], []))
    )
    np.testing.assert_array_equal(found["link.best.loss_fraction"], [0.1, 0.1, 0.4, math.nan])
    np.testing.assert_array_equal(found[f"link.{radio}.loss_fraction"], [0.4, math.nan, 0.4, math.nan])
    np.testing.assert_array_equal(found[f"link.{lte}.loss_fraction"], [0.1, 0.1, math.nan, math.nan])


def test_lists_of_others_and_lists_of_numbers_are_addressed_by_place() -> None:
    assert columns({"battery": [{"index": 4, "v": 1.0}]})["battery.0.v"].tolist() == [1.0]
    assert columns(enveloped({"battery": [7.0, 8.0]}))["battery.1"].tolist() == [8.0]
    assert columns(enveloped({"links": [{"index": 4, "v": 1.0}]}))["links.0.v"].tolist() == [1.0]


@pytest.mark.parametrize(("length", "count"), [(-1, 1), (-(1 << 62), 1), (1 << 62, 1), (4_096, 17), (0, 70_000)])
def test_an_origin_with_absurd_fields_is_none(length: int, count: int) -> None:
    fields = tuple(FieldInfo(name=str(one), dtype="int8", length=length) for one in range(count))
    assert origin.of(origin.metadata(Origin(message="m", vocabulary=Vocabulary.ULOG, fields=fields))) is None


def test_an_origin_with_the_widest_fields_that_can_be_is_one() -> None:
    fields = tuple(FieldInfo(name=str(one), dtype="float32", length=4_096) for one in range(4))
    told = Origin(message="m", vocabulary=Vocabulary.ULOG, fields=fields)
    assert origin.of(origin.metadata(told)) == told
