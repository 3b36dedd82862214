# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from groundstation.fleet.geometry import EARTH_RADIUS_M, distance_m, distances_m


def test_many_distances_are_those_of_one_by_one():
    places = [(41.0, 39.7), (41.0, 39.7), (-41.0, -140.3), (0.0, 180.0), (0.0, -180.0), (89.9, 10.0)]
    found = distances_m(*np.array(places[:-1]).T, *np.array(places[1:]).T)
    assert found == pytest.approx([distance_m(*one, *other) for one, other in itertools.pairwise(places)], abs=1e-6)
    assert found[1] == pytest.approx(math.pi * EARTH_RADIUS_M)
    assert distances_m(41.0, 39.7, 41.0, 39.7) == 0.0
